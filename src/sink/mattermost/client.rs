//! One keep-alive client for all boxes: requests with deadlines, answers with a cap.

use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{Method, Request, Response};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body, Timeout};

use super::dry::{Dry, Show};
use super::endpoint::Endpoint;
use super::lookup::Lookup;
use crate::wire::secret::Secret;
use crate::wire::time::Time;

/// To connect, by name and with TLS.
const CONNECT: Duration = Duration::from_secs(5);
/// From the first byte sent to the last one read.
const TOTAL: Duration = Duration::from_secs(10);
/// The server closes an idle connection after 60 s; one that is about to go is not used.
const IDLE: Duration = Duration::from_secs(50);
/// Of each connection, each way: most requests and answers are shorter.
const BUFFER: usize = 32 << 10;
/// Connections at once.
pub(super) const CONNECTIONS: usize = 4;
/// The longest answer that is read: a page of posts. Anything else is far shorter.
const LONGEST_PAGE: u64 = 16 << 20;
const LONGEST_ANSWER: u64 = 1 << 20;

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

/// An answer of the server, whatever it says.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, cut at the cap.
    body: Vec<u8>,
    /// `Retry-After`, in whole seconds.
    pub retry_after: Option<Duration>,
    /// Requests left in the server's bucket, and how long until it is full.
    pub spare: Option<(u32, Duration)>,
    /// The server's clock, to the second.
    pub date: Option<Time>,
}

/// There is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// What kind of failure it was, for people; no address, no body.
    pub class: &'static str,
    /// The request never left: nothing can have come of it.
    pub unsent: bool,
}

impl Client {
    /// A client of `endpoint`; `roots` are PEM certificates that are trusted instead of the built-in ones.
    ///
    /// The usual proxy variables are honoured.
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
        let config = Agent::config_builder()
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
        let token = tokens()?;
        Ok(Self {
            line: Line::Wire(Agent::with_parts(
                config.build(),
                DefaultConnector::default(),
                Lookup::default(),
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

    /// A request that reads: repeated once where a kept connection had died.
    ///
    /// # Errors
    ///
    /// [`Lost`] where no answer came.
    pub fn get(&self, path: &str) -> Result<Answer, Lost> {
        let once = || self.call(Method::GET, path, None);
        once().or_else(|lost| if lost.is_worn() { once() } else { Err(lost) })
    }

    /// A request that may be repeated as it stands: repeated like [`get`](Self::get).
    ///
    /// # Errors
    ///
    /// [`Lost`] where no answer came; it may have been applied.
    pub fn put(&self, path: &str, body: &Value) -> Result<Answer, Lost> {
        let once = || self.call(Method::PUT, path, Some(body));
        once().or_else(|lost| if lost.is_worn() { once() } else { Err(lost) })
    }

    /// A request that must not be repeated without a look.
    ///
    /// # Errors
    ///
    /// [`Lost`] where no answer came; unless it is `unsent`, it may have been applied.
    pub fn post(&self, path: &str, body: &Value) -> Result<Answer, Lost> {
        self.call(Method::POST, path, Some(body))
    }

    /// Deletes.
    ///
    /// # Errors
    ///
    /// [`Lost`] where no answer came; it may have been applied.
    pub fn delete(&self, path: &str) -> Result<Answer, Lost> {
        self.call(Method::DELETE, path, None)
    }

    fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Lost> {
        let agent = match &self.line {
            Line::Wire(agent) => agent,
            Line::Dry(dry) => return Ok(dry.call(&method, path, body)),
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
            None => request.body(()).map(|request| agent.run(request)),
            Some(body) => {
                let bytes = serde_json::to_vec(body).unwrap_or_default();
                let request = request.header("Content-Type", "application/json");
                request.body(bytes).map(|request| agent.run(request))
            }
        };
        match sent {
            Ok(Ok(response)) => read(response, if page { LONGEST_PAGE } else { LONGEST_ANSWER }),
            Ok(Err(error)) => Err(Lost::of(&error)),
            // A token with a line break in it, say.
            Err(_) => Err(Lost {
                class: "the token or the address cannot stand in a request",
                unsent: true,
            }),
        }
    }
}

fn read(response: Response<Body>, cap: u64) -> Result<Answer, Lost> {
    let header = |name: &str| {
        response
            .headers()
            .get(name)?
            .to_str()
            .ok()
            .map(str::to_owned)
    };
    let number = |name: &str| header(name)?.trim().parse::<u32>().ok();
    let mut answer = Answer {
        status: response.status().as_u16(),
        body: Vec::new(),
        retry_after: header("Retry-After").and_then(|text| pause(&text)),
        spare: number("X-Ratelimit-Remaining").map(|left| {
            let reset = number("X-Ratelimit-Reset").unwrap_or(1);
            (left, Duration::from_secs(reset.into()))
        }),
        date: header("Date").and_then(|text| http_date(&text)),
    };
    let reader = response.into_body().into_reader();
    match reader.take(cap + 1).read_to_end(&mut answer.body) {
        Ok(read) if read as u64 > cap => Err(Lost::cut("the answer is too long")),
        Ok(_) => Ok(answer),
        Err(_) => Err(Lost::cut("the answer was cut off")),
    }
}

/// `Retry-After` in seconds or as a date; a date is taken as one minute, as our clocks may differ.
fn pause(text: &str) -> Option<Duration> {
    const LONGEST: u64 = 600;
    match text.trim().parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds.min(LONGEST))),
        Err(_) => http_date(text).map(|_| Duration::from_secs(60)),
    }
}

fn http_date(text: &str) -> Option<Time> {
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Time::from_ms(zoned.timestamp().as_millisecond())
}

impl Answer {
    /// An answer that no server gave.
    pub(super) fn made_up(status: u16, body: &Value) -> Self {
        Self {
            status,
            body: body.to_string().into_bytes(),
            retry_after: None,
            spare: None,
            date: None,
        }
    }

    /// The body as a `T`; nothing where it is none.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body's bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The server's name of the error; empty where it has none, as a proxy's page.
    #[must_use]
    pub fn error_id(&self) -> String {
        #[derive(serde::Deserialize)]
        struct Named {
            id: String,
        }
        if self.status < 400 {
            return String::new();
        }
        let named = self
            .json::<Named>()
            .map(|named| named.id)
            .unwrap_or_default();
        // It is shown to people, so it is no more than a name.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        named.chars().filter(|&c| plain(c)).take(120).collect()
    }
}

impl Lost {
    fn cut(class: &'static str) -> Self {
        Self {
            class,
            unsent: false,
        }
    }

    /// Whether a connection that was kept had been closed meanwhile.
    fn is_worn(&self) -> bool {
        self.class == WORN
    }

    fn of(error: &ureq::Error) -> Self {
        use std::io::ErrorKind;
        let (class, unsent) = match error {
            ureq::Error::HostNotFound => ("the server's name is not known", true),
            ureq::Error::Timeout(Timeout::Resolve) => {
                ("looking up the server's name took too long", true)
            }
            ureq::Error::Timeout(Timeout::Connect) => ("connecting took too long", true),
            ureq::Error::Timeout(_) => ("the server did not answer in time", false),
            ureq::Error::ConnectionFailed => ("the server cannot be reached", true),
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => {
                ("the server's certificate is not trusted", true)
            }
            ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => {
                ("the proxy does not let us through", true)
            }
            ureq::Error::Io(error) => match error.kind() {
                ErrorKind::ConnectionRefused => ("connection refused", true),
                ErrorKind::HostUnreachable
                | ErrorKind::NetworkUnreachable
                | ErrorKind::AddrNotAvailable => ("the server cannot be reached", true),
                ErrorKind::TimedOut => ("the server did not answer in time", false),
                ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
                | ErrorKind::UnexpectedEof => (WORN, false),
                // TLS errors come wrapped.
                ErrorKind::InvalidData => ("the server's certificate is not trusted", true),
                _ => ("the connection failed", false),
            },
            ureq::Error::Protocol(_) => ("the answer is no HTTP", false),
            _ => ("the request failed", false),
        };
        Self { class, unsent }
    }
}

/// What a connection that the server had closed says when it is used again.
const WORN: &str = "the connection was closed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_in_seconds_or_a_date_and_bounded() {
        let cases = [
            ("1", Some(1)),
            ("120", Some(120)),
            ("999999999", Some(600)),
            ("Fri, 27 Nov 2026 10:55:58 GMT", Some(60)),
            ("soon", None),
        ];
        for (text, want) in cases {
            assert_eq!(pause(text), want.map(Duration::from_secs), "{text}");
        }
    }
}
