//! Requests, read from a socket.

use std::io::{self, Write as _};
use std::net::TcpStream;

use super::Received;

/// One request with its whole body.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// The path with its query, as it was sent.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The path without its query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// A parameter of the query; plain ones only, nothing is decoded.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Whether a parameter of the query says true.
    pub fn is_true(&self, name: &str) -> bool {
        self.parameter(name) == Some("true")
    }

    /// A header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The token of `Authorization`.
    pub fn token(&self) -> Option<&str> {
        let (scheme, token) = self.header("Authorization")?.split_once(' ')?;
        let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
        known.then_some(token.trim())
    }

    /// Whether the client wants the connection closed after the answer.
    pub fn is_last(&self) -> bool {
        self.says("Connection", "close")
    }

    fn length(&self) -> usize {
        self.header("Content-Length")
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0)
    }

    fn is_chunked(&self) -> bool {
        self.says("Transfer-Encoding", "chunked")
    }

    fn says(&self, name: &str, value: &str) -> bool {
        let header = self.header(name);
        header.is_some_and(|text| text.eq_ignore_ascii_case(value))
    }
}

/// Takes one request after the other from a connection.
#[derive(Debug)]
pub struct Reader(Received);

impl Reader {
    /// Reads from `stream`.
    pub fn new(stream: TcpStream) -> Self {
        Self(Received::new(stream))
    }

    /// The next request; `None` once the client is gone or idles too long.
    pub fn next(&mut self) -> Option<Request> {
        let mut request = loop {
            if let Some(request) = self.head()? {
                break request;
            }
            self.0.receive().ok()?;
        };
        if request.says("Expect", "100-continue") && self.0.buffer.is_empty() {
            self.0
                .stream
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                .ok()?;
        }
        request.body = if request.is_chunked() {
            self.chunks().ok()?
        } else {
            self.0.take(request.length()).ok()?
        };
        Some(request)
    }

    /// The head in the buffer, if it is there whole; the outer `None` is what no client sends.
    fn head(&mut self) -> Option<Option<Request>> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(&self.0.buffer).ok()? else {
            return Some(None);
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let request = Request {
            method: head.method?.to_owned(),
            target: head.path?.to_owned(),
            headers: head
                .headers
                .iter()
                .map(|header| (header.name.to_owned(), text(header.value)))
                .collect(),
            body: Vec::new(),
        };
        self.0.buffer.drain(..length);
        Some(Some(request))
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let (count, _) = self.0.chunk()?;
            body.extend(self.0.take(count)?);
            self.0.line()?;
            if count == 0 {
                return Ok(body);
            }
        }
    }
}
