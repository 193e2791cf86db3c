//! Answers, and their way onto the wire.

use std::borrow::Cow;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::super::props;

/// Bodies longer than this are gzipped for a client that asks.
const GZIP_FROM_BYTES: usize = 1_400;
/// Bodies longer than this come in chunks, as Go sends what it has no length of.
const CHUNKED_FROM_BYTES: usize = 2_048;

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A body as it is.
    pub fn text(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("Content-Type".to_owned(), kind.to_owned())],
            body: body.into(),
        }
    }

    /// A JSON body.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", props::encode(body))
    }

    /// A success without content.
    pub fn done() -> Self {
        Self::json(200, &json!({"status": "OK"}))
    }

    /// The page of a proxy that cannot reach the server.
    pub fn html(status: u16) -> Self {
        let title = format!("{status} {}", reason(status));
        let page = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self::text(status, "text/html", page)
    }

    /// The route that nobody knows: JSON that calls itself text, without a request id.
    pub fn no_route() -> Self {
        let body = json!({
            "id": "api.context.404.app_error", "message": "Sorry, we could not find the page.",
            "detailed_error": "There doesn't appear to be an api call for the url", "status_code": 404,
        });
        Self::text(404, "text/plain; charset=utf-8", props::encode(&body))
    }

    /// The head and the body as they go over the wire.
    pub fn wire(&self, gzip: bool) -> (Vec<u8>, Vec<u8>) {
        let mut headers = self.headers.clone();
        let mut header =
            |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
        let packed = (gzip && self.body.len() > GZIP_FROM_BYTES).then(|| packed(&self.body));
        if packed.is_some() {
            header("Content-Encoding", "gzip");
            header("Vary", "Accept-Encoding");
        }
        let mut body = packed.unwrap_or_else(|| self.body.clone());
        if body.len() > CHUNKED_FROM_BYTES {
            header("Transfer-Encoding", "chunked");
            body = chunked(&body);
        } else {
            header("Content-Length", &body.len().to_string());
        }
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        (head.into_bytes(), body)
    }
}

/// Why the server refuses, as its errors say it.
#[derive(Clone, Debug)]
pub struct Failure {
    pub status: u16,
    pub id: Cow<'static, str>,
}

impl Failure {
    /// A refusal with the id that clients match on.
    pub fn new(status: u16, id: &'static str) -> Self {
        Self {
            status,
            id: Cow::Borrowed(id),
        }
    }

    /// What the caller may not do, or what is not there to do it with.
    pub fn permissions() -> Self {
        Self::new(403, "api.context.permissions.app_error")
    }

    /// A token that is not valid.
    pub fn session() -> Self {
        Self::new(401, "api.context.session_expired.app_error")
    }

    /// A body that is not what the route takes.
    pub fn body() -> Self {
        Self::new(400, "api.context.invalid_body_param.app_error")
    }

    /// An id in the address that is no id.
    pub fn url() -> Self {
        Self::new(400, "api.context.invalid_url_param.app_error")
    }

    /// A post that is not there.
    pub fn no_post() -> Self {
        Self::new(404, "app.post.get.app_error")
    }

    /// The answer; clients match on the id and the status, so the message is not the server's.
    pub fn answer(&self, request_id: &str) -> Answer {
        let body = json!({
            "id": self.id, "message": format!("refused: {}", self.id), "detailed_error": "",
            "request_id": request_id, "status_code": self.status,
        });
        Answer::json(self.status, &body)
    }
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(body).and_then(|()| encoder.finish());
    written.expect("memory takes every byte")
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 64);
    for chunk in body.chunks(CHUNKED_FROM_BYTES) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

fn reason(status: u16) -> &'static str {
    match status {
        101 => "Switching Protocols",
        200 => "OK",
        201 => "Created",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        413 => "Request Entity Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
