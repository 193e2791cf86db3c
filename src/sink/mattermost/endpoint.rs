//! Where the server is: the one place that a token may go to.

use std::net::IpAddr;

use ureq::http::Uri;

/// A server's address, found fit for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host, port and path, without a slash at the end.
    base: String,
    /// The token travels in the clear, and only within this machine.
    stays_here: bool,
}

/// Why an address is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// It is none.
    #[error("{0:?} is no server's address; write it as https://chat.example.org")]
    NotOne(String),
    /// It carries what would leak or get lost.
    #[error("the server's address must have no {0}")]
    TooMuch(&'static str),
    /// The token would travel for all to read.
    #[error("{0} is not encrypted, and a token must not travel in the clear")]
    Plain(String),
}

impl Endpoint {
    /// Reads an address as `https://chat.example.org` or `http://127.0.0.1:8065/chat`.
    ///
    /// Without encryption only a loopback address is taken, or any with `allow_plain`.
    ///
    /// # Errors
    ///
    /// [`BadAddress`]; it repeats neither a user nor a password nor a query.
    pub fn parse(text: &str, allow_plain: bool) -> Result<Self, BadAddress> {
        let text = text.trim();
        if text.contains('@') {
            return Err(BadAddress::TooMuch("user or password"));
        }
        if text.contains(['?', '#']) {
            return Err(BadAddress::TooMuch("query or fragment"));
        }
        let not_one = || BadAddress::NotOne(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| not_one())?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(not_one());
        };
        match scheme {
            "https" => {}
            "http" if allow_plain || is_loopback(host) => {}
            "http" => return Err(BadAddress::Plain(text.to_owned())),
            _ => return Err(not_one()),
        }
        let base = text.trim_end_matches('/');
        let base = base.strip_suffix("/api/v4").unwrap_or(base);
        Ok(Self {
            base: base.to_owned(),
            stays_here: scheme == "http" && is_loopback(host),
        })
    }

    /// The address for people: it holds no secret.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether a token may travel in the clear only because it never leaves this machine.
    pub(super) fn stays_here(&self) -> bool {
        self.stays_here
    }

    /// The address of a route of the REST API, which begins with a slash.
    pub(super) fn route(&self, path: &str) -> String {
        format!("{}/api/v4{path}", self.base)
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_fit_for_a_token_are_taken() {
        let cases = [
            (
                "https://chat.example.org/",
                false,
                Ok("https://chat.example.org"),
            ),
            (
                "https://example.org/chat/api/v4",
                false,
                Ok("https://example.org/chat"),
            ),
            ("http://127.0.0.1:8065", false, Ok("http://127.0.0.1:8065")),
            ("http://[::1]:8065", false, Ok("http://[::1]:8065")),
            ("http://localhost", false, Ok("http://localhost")),
            ("http://mattermost:8065", true, Ok("http://mattermost:8065")),
            ("http://mattermost:8065", false, Err("not encrypted")),
            ("http://127.0.0.1.example.org", false, Err("not encrypted")),
            (
                "https://me:word@example.org",
                false,
                Err("no user or password"),
            ),
            ("https://example.org/?token=1", false, Err("no query")),
            ("chat.example.org", false, Err("no server's address")),
            ("ftp://example.org", false, Err("no server's address")),
            ("", false, Err("no server's address")),
        ];
        for (text, allow_plain, want) in cases {
            match (Endpoint::parse(text, allow_plain), want) {
                (Ok(endpoint), Ok(base)) => assert_eq!(endpoint.base(), base, "{text}"),
                (Err(bad), Err(words)) => {
                    let said = bad.to_string();
                    assert!(
                        said.contains(words) && !said.contains("word@"),
                        "{text}: {said}"
                    );
                }
                (got, want) => unreachable!("{text}: {got:?}, wanted {want:?}"),
            }
        }
    }
}
