//! Bytes become a request. Pure.

/// The longest request head that is read.
pub(super) const CAP_BYTES: usize = 8 << 10;
/// Header fields at most.
const FIELDS: usize = 64;

/// A request, as far as we look at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// Without its query.
    pub(super) path: String,
    /// The `Host` that was asked for; HTTP/1.0 may leave it out.
    pub(super) host: Option<String>,
    /// What stands behind `Bearer`.
    pub(super) bearer: Option<String>,
}

/// What the bytes so far are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    /// A whole head.
    Whole(Request),
    /// More has to come.
    More,
    /// More has to come than we read.
    TooLong,
    /// No HTTP, or one that two readers could read differently.
    Bad,
}

/// Reads a head. What comes behind it is not looked at.
pub(super) fn parse(bytes: &[u8]) -> Parsed {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut head = httparse::Request::new(&mut fields);
    match head.parse(bytes) {
        Ok(httparse::Status::Complete(end)) if end <= CAP_BYTES => whole(&head),
        Ok(httparse::Status::Complete(_)) | Err(httparse::Error::TooManyHeaders) => Parsed::TooLong,
        Ok(httparse::Status::Partial) if bytes.len() < CAP_BYTES => Parsed::More,
        Ok(httparse::Status::Partial) => Parsed::TooLong,
        Err(_) => Parsed::Bad,
    }
}

fn whole(head: &httparse::Request<'_, '_>) -> Parsed {
    let (Some(method), Some(target), Some(version)) = (head.method, head.path, head.version) else {
        return Parsed::Bad;
    };
    let one = |name: &str| -> Result<Option<String>, ()> {
        let mut found = None;
        for field in &*head.headers {
            if !field.name.eq_ignore_ascii_case(name) {
                continue;
            }
            let text = std::str::from_utf8(field.value).map_err(|_| ())?;
            // Of two, a proxy may have judged the other one.
            if found.replace(text.trim().to_owned()).is_some() {
                return Err(());
            }
        }
        Ok(found)
    };
    let (Ok(host), Ok(authorization)) = (one("host"), one("authorization")) else {
        return Parsed::Bad;
    };
    if version >= 1 && host.is_none() {
        return Parsed::Bad;
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let bearer = authorization.and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        let is_bearer = scheme.eq_ignore_ascii_case("bearer");
        is_bearer.then(|| token.trim().to_owned())
    });
    Parsed::Whole(Request {
        method: method.to_owned(),
        path: path.to_owned(),
        host,
        bearer,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_whole_or_not_at_all() {
        let long = format!(
            "GET / HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n",
            "x".repeat(9_000)
        );
        let unended = "x".repeat(CAP_BYTES);
        let cases = [
            (
                "GET /health?a=b HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "path: \"/health\"",
            ),
            ("GET / HTTP/1.0\r\n\r\n", "host: None"),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: bearer t\r\n\r\nbody",
                "Some(\"t\")",
            ),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic t\r\n\r\n",
                "bearer: None",
            ),
            ("GET / HTTP/1.1\r\nHos", "More"),
            ("", "More"),
            ("GET / HTTP/1.1\r\n\r\n", "Bad"),
            ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "Bad"),
            ("\u{1}\u{2}\r\n\r\n", "Bad"),
            (&long, "TooLong"),
            (&unended, "TooLong"),
        ];
        for (text, want) in cases {
            let got = format!("{:?}", parse(text.as_bytes()));
            let shown = text.get(..60).unwrap_or(text);
            assert!(got.contains(want), "{shown:?}: {got}");
        }
        let fields = "A: b\r\n".repeat(FIELDS + 1);
        let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
        assert_eq!(parse(many.as_bytes()), Parsed::TooLong);
    }
}
