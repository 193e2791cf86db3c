//! One keep-alive client for all boxes: requests with deadlines, answers with a cap.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use ureq::http::{Method, Request, Response};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::unversioned::transport::{ConnectProxyConnector, Connector as _, RustlsConnector};
use ureq::{Agent, AsSendBody, Body};

use super::connect::Sockets;
use super::dry::{Dry, Show};
use super::endpoint::Endpoint;
use super::lookup::Lookup;
use super::reply::{Answer, Lost};
use super::ways::Ways;
use crate::wire::secret::Secret;

/// To connect, by name and with TLS.
const CONNECT: Duration = Duration::from_secs(5);
/// From the first byte sent to the last one read.
const TOTAL: Duration = Duration::from_secs(10);
/// The server closes an idle connection after 60 s; one that is about to go is not used.
const IDLE: Duration = Duration::from_secs(50);
/// Of each connection, each way: most requests and answers are shorter.
const BUFFER: usize = 16 << 10;
/// Connections at once.
pub(super) const CONNECTIONS: usize = 4;
/// Gives the token, and again after the server refused it: it may have been replaced.
pub type Tokens = Box<dyn Fn() -> Result<Secret, String> + Send + Sync>;

/// Speaks to one server, and to no other.
pub struct Client {
    line: Line,
    endpoint: Endpoint,
    tokens: Tokens,
    token: Mutex<Arc<Secret>>,
}

/// What requests go through.
enum Line {
    Wire(Agent),
    /// Nothing is sent.
    Dry(Dry),
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client of `endpoint`; `roots` are PEM certificates that are trusted instead of the built-in ones.
    ///
    /// The usual proxy variables are honoured, but for a plain address on this machine.
    ///
    /// # Errors
    ///
    /// A sentence: no token can be had, or `roots` hold no certificate.
    pub fn new(endpoint: Endpoint, tokens: Tokens, roots: Option<&[u8]>) -> Result<Self, String> {
        let mut tls = TlsConfig::builder();
        if let Some(pem) = roots {
            let found: Vec<Certificate<'static>> = ureq::tls::parse_pem(pem)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if found.is_empty() {
                return Err("there is no certificate in it".to_owned());
            }
            tls = tls.root_certs(RootCerts::new_with_certs(&found));
        }
        let mut config = Agent::config_builder()
            .tls_config(tls.build())
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .timeout_per_call(Some(TOTAL))
            .timeout_global(Some(TOTAL))
            .max_idle_connections(CONNECTIONS)
            .max_idle_connections_per_host(CONNECTIONS)
            .max_idle_age(IDLE)
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
            .user_agent(concat!("live-status/", env!("CARGO_PKG_VERSION")))
            .accept("application/json");
        if endpoint.stays_here() {
            // A proxy elsewhere would read the token, and look for the server on its own machine.
            config = config.proxy(None);
        }
        let token = tokens()?;
        let ways = Arc::new(Ways::default());
        Ok(Self {
            line: Line::Wire(Agent::with_parts(
                config.build(),
                ().chain(ConnectProxyConnector::default())
                    .chain(Sockets(Arc::clone(&ways)))
                    .chain(RustlsConnector::default()),
                Lookup::over(ways),
            )),
            endpoint,
            tokens,
            token: Mutex::new(Arc::new(token)),
        })
    }

    /// A client that sends nothing and shows every request that would change something.
    ///
    /// # Errors
    ///
    /// A sentence: no token can be had.
    pub fn dry(endpoint: Endpoint, tokens: Tokens, show: Show) -> Result<Self, String> {
        let token = tokens()?;
        Ok(Self {
            line: Line::Dry(Dry::new(show)),
            endpoint,
            tokens,
            token: Mutex::new(Arc::new(token)),
        })
    }

    /// The server's address, for people.
    #[must_use]
    pub fn address(&self) -> &str {
        self.endpoint.base()
    }

    /// Reads the token again: it may have been replaced.
    pub(super) fn renew(&self) {
        if let Ok(token) = (self.tokens)() {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(token);
        }
    }

    /// A request that reads: repeated once where a kept connection had died, or where the server
    /// did not answer at one of its addresses.
    ///
    /// # Errors
    ///
    /// [`Lost`] where no answer came.
    pub fn get(&self, path: &str) -> Result<Answer, Lost> {
        self.twice(|within| self.call(Method::GET, path, None, within))
    }

    /// A request that may be repeated as it stands: repeated like [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// [`Lost`] where no answer came; it may have been applied.
    pub fn put(&self, path: &str, body: &impl Serialize) -> Result<Answer, Lost> {
        let bytes = json(body);
        self.twice(|within| self.call(Method::PUT, path, Some(&bytes), within))
    }

    /// A request that must not be repeated without a look.
    ///
    /// # Errors
    ///
    /// [`Lost`] where no answer came; unless it is `unsent`, it may have been applied.
    pub fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer, Lost> {
        self.call(Method::POST, path, Some(&json(body)), TOTAL)
    }

    /// Deletes.
    ///
    /// # Errors
    ///
    /// [`Lost`] where no answer came; it may have been applied.
    pub fn delete(&self, path: &str) -> Result<Answer, Lost> {
        self.call(Method::DELETE, path, None, TOTAL)
    }

    /// Makes a call, and makes it again where that may help, within the time of one.
    fn twice(&self, call: impl Fn(Duration) -> Result<Answer, Lost>) -> Result<Answer, Lost> {
        let begun = Instant::now();
        match call(TOTAL) {
            Err(lost) if lost.is_worn() => call(TOTAL),
            // The half of it that is left is for another address.
            Err(lost) if lost.is_silent() => call(TOTAL.saturating_sub(begun.elapsed())),
            done => done,
        }
    }

    fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&[u8]>,
        within: Duration,
    ) -> Result<Answer, Lost> {
        let agent = match &self.line {
            Line::Wire(agent) => agent,
            Line::Dry(dry) => {
                let body = body.and_then(|bytes| serde_json::from_slice(bytes).ok());
                return Ok(dry.call(&method, path, body.as_ref()));
            }
        };
        let token = Arc::clone(&self.token.lock().unwrap_or_else(PoisonError::into_inner));
        let page = method == Method::GET && path.contains("/posts");
        let request = Request::builder()
            .method(method)
            .uri(self.endpoint.route(path))
            .header("Authorization", format!("Bearer {}", token.expose()))
            // Or the server may ask a browser's question first.
            .header("X-Requested-With", "XMLHttpRequest");
        let sent = match body {
            None => request.body(()).map(|request| run(agent, request, within)),
            Some(bytes) => {
                let request = request.header("Content-Type", "application/json");
                request
                    .body(bytes)
                    .map(|request| run(agent, request, within))
            }
        };
        match sent {
            Ok(Ok(response)) => Answer::read(response, page),
            Ok(Err(error)) => Err(Lost::of(&error)),
            // A token with a line break in it, say.
            Err(_) => Err(Lost {
                class: "the token or the address cannot stand in a request",
                unsent: true,
            }),
        }
    }
}

/// Runs a request that may take so long.
fn run(
    agent: &Agent,
    request: Request<impl AsSendBody>,
    within: Duration,
) -> Result<Response<Body>, ureq::Error> {
    if within == TOTAL {
        return agent.run(request);
    }
    let request = agent.configure_request(request);
    let request = request.timeout_per_call(Some(within));
    agent.run(request.timeout_global(Some(within)).build())
}

/// A body as it is sent; what we send can be written.
fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}
