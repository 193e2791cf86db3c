//! What is answered. Pure.

use super::access::{Access, Denied};
use super::health;
use super::metrics;
use super::pages::Pages;
use super::picture::Picture;
use super::request::{Parsed, Request};

/// An answer before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    status: u16,
    kind: &'static str,
    body: String,
    /// Only its head is asked for.
    head: bool,
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The answer to what was read; `pages` are asked only where that is needed.
pub(super) fn answer(parsed: &Parsed, access: &Access, pages: &Pages) -> Answer {
    match parsed {
        Parsed::Whole(request) => match access.check(request) {
            Ok(()) => to(request, pages),
            Err(Denied::Host) => plain(403, "this host is not served here\n"),
            Err(Denied::Token) => plain(401, "a token is needed\n"),
        },
        Parsed::More => plain(408, "the request came too slowly\n"),
        Parsed::TooLong => plain(431, "the request is too long\n"),
        Parsed::Bad => plain(400, "this is no request\n"),
    }
}

fn to(request: &Request, pages: &Pages) -> Answer {
    let head = request.method == "HEAD";
    if request.method != "GET" && !head {
        return plain(405, "only GET and HEAD are answered\n");
    }
    let answer = match pages {
        Pages::Health(look) => of_health(&request.path, || look()),
        Pages::Boxes(_, crowd) if request.path == "/waiting" => {
            whole(200, JSON, format!("{{\"waiting_sessions\":{}}}\n", crowd()))
        }
        Pages::Boxes(tell, _) => {
            let told = request.path.strip_prefix("/boxes/").map(|key| tell(key));
            match told {
                Some(Some(told)) => whole(200, JSON, told),
                Some(None) => plain(404, "nothing is known of that box\n"),
                None => plain(404, "there are /boxes/KEY and /waiting\n"),
            }
        }
    };
    Answer { head, ..answer }
}

fn of_health(path: &str, look: impl FnOnce() -> Picture) -> Answer {
    match path {
        "/health" => {
            let picture = look();
            let status = if health::is_alive(&picture) { 200 } else { 503 };
            whole(status, JSON, health::health(&picture))
        }
        "/ready" => {
            let picture = look();
            let status = if picture.is_ready() { 200 } else { 503 };
            whole(status, JSON, health::ready(&picture))
        }
        "/metrics" => whole(200, PROMETHEUS, metrics::metrics(&look())),
        _ => plain(404, "there are /health, /ready and /metrics\n"),
    }
}

fn plain(status: u16, body: &str) -> Answer {
    whole(status, TEXT, body.to_owned())
}

fn whole(status: u16, kind: &'static str, body: String) -> Answer {
    Answer {
        status,
        kind,
        body,
        head: false,
    }
}

impl Answer {
    /// As it goes over the wire.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let reason = match self.status {
            200 => "OK",
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            408 => "Request Timeout",
            431 => "Request Header Fields Too Large",
            _ => "Service Unavailable",
        };
        let more = match self.status {
            401 => "WWW-Authenticate: Bearer\r\n",
            405 => "Allow: GET, HEAD\r\n",
            _ => "",
        };
        let head = format!(
            "HTTP/1.1 {} {reason}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{more}\
             Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
            self.status,
            self.kind,
            self.body.len()
        );
        let mut bytes = head.into_bytes();
        if !self.head {
            bytes.extend_from_slice(self.body.as_bytes());
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::picture::tests::well;
    use super::super::request::parse;
    use super::*;
    use crate::wire::secret::Secret;

    fn asked(line: &str) -> Parsed {
        parse(format!("{line} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())
    }

    fn status(line: &str, picture: &Picture) -> u16 {
        let access = Access::local(Vec::new());
        let picture = picture.clone();
        let pages = Pages::Health(Arc::new(move || picture.clone()));
        answer(&asked(line), &access, &pages).status
    }

    #[test]
    fn each_page_has_its_codes() {
        let stuck = Picture {
            stuck: Duration::from_secs(31),
            ..well()
        };
        let late = Picture {
            late: Duration::from_secs(61),
            durable: false,
            ..well()
        };
        let cases = [
            ("GET /health", 200, 200, 503),
            ("HEAD /health", 200, 200, 503),
            ("GET /ready", 200, 503, 200),
            ("GET /metrics", 200, 200, 200),
            ("GET /", 404, 404, 404),
            ("GET /health/", 404, 404, 404),
            ("POST /health", 405, 405, 405),
            ("OPTIONS /health", 405, 405, 405),
            ("DELETE /x", 405, 405, 405),
        ];
        for (line, when_well, when_late, when_stuck) in cases {
            assert_eq!(status(line, &well()), when_well, "{line}, well");
            assert_eq!(status(line, &late), when_late, "{line}, late");
            assert_eq!(status(line, &stuck), when_stuck, "{line}, stuck");
        }
    }

    #[test]
    fn the_wire_form_allows_no_other_origin_and_tells_no_more_than_asked() {
        let access = Access::local(Vec::new());
        let pages = Pages::Health(Arc::new(well));
        let page = answer(&asked("GET /metrics"), &access, &pages);
        let text = String::from_utf8(page.bytes()).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains(&format!("Content-Length: {}", body.len())));
        assert!(!head.contains("Access-Control"), "{head}");
        let page = answer(&asked("HEAD /metrics"), &access, &pages);
        let only = String::from_utf8(page.bytes()).expect("text");
        assert_eq!(only.strip_suffix("\r\n\r\n"), Some(head));
        let secret = Secret::new("t").expect("a token");
        let access = access.with_token(&secret);
        let denied = answer(&asked("GET /nowhere"), &access, &pages);
        assert_eq!(denied, answer(&asked("POST /health"), &access, &pages));
        assert_eq!(denied.status, 401);
    }

    #[test]
    fn boxes_are_told_of_where_nothing_else_is() {
        let tell = |key: &str| (key == "k").then(|| "{}".to_owned());
        let pages = Pages::Boxes(Arc::new(tell), Arc::new(|| 3));
        let cases = [
            ("GET /boxes/k", 200),
            ("GET /boxes/k?x=y", 200),
            ("GET /boxes/other", 404),
            ("GET /boxes/", 404),
            ("GET /health", 404),
            ("GET /metrics", 404),
            ("GET /waiting", 200),
            ("POST /boxes/k", 405),
        ];
        for (line, want) in cases {
            let told = answer(&asked(line), &Access::ours_alone(), &pages);
            assert_eq!(told.status, want, "{line}");
        }
        let waiting = answer(&asked("GET /waiting"), &Access::ours_alone(), &pages);
        assert_eq!(waiting.body, "{\"waiting_sessions\":3}\n");
        assert_eq!(status("GET /boxes/k", &well()), 404);
        assert_eq!(status("GET /waiting", &well()), 404);
    }
}
