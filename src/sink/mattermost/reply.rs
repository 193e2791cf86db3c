//! Answers with a cap, and why there is none.

use std::io::Read as _;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Body, Timeout};

use crate::wire::time::Time;

/// The longest answer that is read: a page of posts. Anything else is far shorter.
const LONGEST_PAGE: u64 = 16 << 20;
const LONGEST_ANSWER: u64 = 1 << 20;

/// The most room that is made for an answer before it is there.
const ROOM: u64 = 64 << 10;

/// An answer of the server, whatever it says.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, cut at the cap.
    body: Vec<u8>,
    /// How long the server asks us to leave it alone, `Retry-After`.
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

/// `Retry-After` in seconds or as a date on the server's clock, which says `now`. Without that a
/// date is taken as one minute: our own clock may be another.
fn pause(text: &str, now: Option<Time>) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_secs(600);
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number can have are a long time, too.
        let seconds = text.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(LONGEST));
    }
    let until = http_date(text)?;
    let Some(now) = now else {
        return Some(Duration::from_secs(60));
    };
    let ms = u64::try_from(until.0.saturating_sub(now.0)).unwrap_or(0);
    // Both have whole seconds: what is over by now may just not be.
    Some(Duration::from_millis(ms.max(1_000)).min(LONGEST))
}

fn http_date(text: &str) -> Option<Time> {
    plain_date(text).or_else(|| any_date(text))
}

/// `Fri, 27 Nov 2026 10:55:58 GMT`, as every server writes it.
fn plain_date(text: &str) -> Option<Time> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let (_, date) = text.strip_suffix(" GMT")?.split_once(", ")?;
    let (day, month, year, clock) = (
        date.get(..2)?,
        date.get(3..6)?,
        date.get(7..11)?,
        date.get(12..)?,
    );
    let month = MONTHS.find(month).filter(|at| at % 3 == 0)? / 3 + 1;
    Time::parse(&format!("{year}-{month:02}-{day}T{clock}.000Z"))
}

fn any_date(text: &str) -> Option<Time> {
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Time::from_ms(zoned.timestamp().as_millisecond())
}

impl Answer {
    /// Reads an answer; a page of posts may be longer than any other.
    ///
    /// # Errors
    ///
    /// [`Lost`] where it is cut off or longer than any answer should be.
    pub(super) fn read(response: Response<Body>, page: bool) -> Result<Self, Lost> {
        let cap = if page { LONGEST_PAGE } else { LONGEST_ANSWER };
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        let number = |name: &str| header(name)?.trim().parse::<u32>().ok();
        let date = header("Date").and_then(http_date);
        let mut answer = Self {
            status: response.status().as_u16(),
            body: Vec::new(),
            retry_after: header("Retry-After").and_then(|text| pause(text, date)),
            spare: number("X-Ratelimit-Remaining").map(|left| {
                let reset = number("X-Ratelimit-Reset").unwrap_or(1);
                (left, Duration::from_secs(reset.into()))
            }),
            date,
        };
        let body = response.into_body();
        // Room for all of it and its end: each piece more would go through all layers below.
        // What a header says is believed only as far as it costs little.
        let length = body.content_length().unwrap_or_default().min(ROOM);
        answer.body.reserve(length as usize + 64);
        let reader = body.into_reader();
        match reader.take(cap + 1).read_to_end(&mut answer.body) {
            Ok(read) if read as u64 > cap => Err(Lost::cut("the answer is too long")),
            Ok(_) => Ok(answer),
            Err(_) => Err(Lost::cut("the answer was cut off")),
        }
    }

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
        // It is shown to people, so it is no more than a name; a token has no dots in it.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if named.matches('.').count() < 2 {
            return String::new();
        }
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
    pub(super) fn is_worn(&self) -> bool {
        self.class == WORN
    }

    /// Whether the server said nothing at one of its addresses, and has others.
    pub(super) fn is_silent(&self) -> bool {
        self.class == SILENT
    }

    pub(super) fn of(error: &ureq::Error) -> Self {
        use std::io::ErrorKind;
        let (class, unsent) = match error {
            ureq::Error::HostNotFound => ("the server's name could not be looked up", true),
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
                ErrorKind::TimedOut => (SILENT, false),
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

/// What is said of an address at which nobody answers, see [`super::ways`].
const SILENT: &str = "an address of the server does not answer";

/// What a connection that the server had closed says when it is used again.
const WORN: &str = "the connection was closed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_same_however_it_is_read() {
        for text in [
            "Fri, 27 Nov 2026 10:55:58 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Thu, 29 Feb 2024 23:59:59 GMT",
        ] {
            assert!(plain_date(text).is_some(), "{text}");
            assert_eq!(plain_date(text), any_date(text), "{text}");
        }
        for text in [
            "Fri, 27 Nov 2026 10:55:58 +0100",
            "Fri, 27 anF 2026 10:55:58 GMT",
            "é",
        ] {
            assert_eq!(plain_date(text), None, "{text}");
        }
    }

    // Fault 52.
    #[test]
    fn a_pause_is_in_seconds_or_a_date_and_bounded() {
        const DATE: &str = "Fri, 27 Nov 2026 10:55:58 GMT";
        let cases = [
            ("1", None, Some(1)),
            ("120", Some(DATE), Some(120)),
            ("999999999", None, Some(600)),
            ("99999999999999999999999", None, Some(600)),
            ("-5", None, None),
            ("", None, None),
            ("soon", Some(DATE), None),
            (DATE, None, Some(60)),
            (DATE, Some("Fri, 27 Nov 2026 10:53:58 GMT"), Some(120)),
            (DATE, Some(DATE), Some(1)),
            (DATE, Some("Fri, 27 Nov 2026 11:55:58 GMT"), Some(1)),
            (DATE, Some("Thu, 01 Jan 1970 00:00:00 GMT"), Some(600)),
        ];
        for (text, now, want) in cases {
            let now = now.and_then(http_date);
            let told = pause(text, now);
            assert_eq!(told, want.map(Duration::from_secs), "{text} at {now:?}");
        }
    }
}
