//! Requests, read from a socket.

use std::io::{self, Read, Write};
use std::net::TcpStream;

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
pub struct Reader {
    stream: TcpStream,
    /// What was received and not yet taken.
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads from `stream`.
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    /// The next request; `None` once the client is gone or idles too long.
    pub fn next(&mut self) -> Option<Request> {
        let mut request = loop {
            if let Some(request) = self.head()? {
                break request;
            }
            self.receive().ok()?;
        };
        if request.says("Expect", "100-continue") && self.buffer.is_empty() {
            self.stream
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                .ok()?;
        }
        request.body = if request.is_chunked() {
            self.chunks().ok()?
        } else {
            self.take(request.length()).ok()?
        };
        Some(request)
    }

    /// The head in the buffer, if it is there whole; the outer `None` is what no client sends.
    fn head(&mut self) -> Option<Option<Request>> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(length) = head.parse(&self.buffer).ok()? else {
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
        self.buffer.drain(..length);
        Some(Some(request))
    }

    fn receive(&mut self) -> io::Result<()> {
        let mut block = [0; 16 * 1024];
        match self.stream.read(&mut block)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                self.buffer.extend_from_slice(&block[..count]);
                Ok(())
            }
        }
    }

    fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < count {
            self.receive()?;
        }
        Ok(self.buffer.drain(..count).collect())
    }

    fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.take(at + 2)?;
                return Ok(String::from_utf8_lossy(&line[..at]).into_owned());
            }
            self.receive()?;
        }
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let digits = line.split(';').next().unwrap_or_default().trim();
            let count =
                usize::from_str_radix(digits, 16).map_err(|_| io::ErrorKind::InvalidData)?;
            body.extend(self.take(count)?);
            self.line()?;
            if count == 0 {
                return Ok(body);
            }
        }
    }
}
