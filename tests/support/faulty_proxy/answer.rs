//! Answers of the server as they came, byte for byte.

use std::io::{self, ErrorKind, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::fake_mattermost::{Received, Request};

/// The connection to the server.
pub struct Upstream(pub Received);

/// One answer.
pub struct Answer {
    pub status: u16,
    pub head: Vec<u8>,
    /// The body with what it is framed by.
    pub body: Vec<u8>,
    /// The server closes the connection after it.
    pub is_last: bool,
}

impl Upstream {
    pub fn connect(at: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(at)?;
        stream.set_nodelay(true)?;
        Ok(Self(Received::new(stream)))
    }

    /// Sends a request on, and waits for its answer.
    pub fn ask(&mut self, request: &Request) -> io::Result<Answer> {
        self.0.stream.write_all(&wire(request))?;
        let mut answer = self.head()?;
        let bare = request.method == "HEAD" || matches!(answer.status, 100..=199 | 204 | 304);
        let length = header(&answer.head, "Content-Length").and_then(|text| text.parse().ok());
        answer.body = match length {
            _ if bare => Vec::new(),
            _ if header(&answer.head, "Transfer-Encoding").is_some() => self.chunks()?,
            Some(length) => self.0.take(length)?,
            None => {
                answer.is_last = true;
                while self.0.receive().is_ok() {}
                std::mem::take(&mut self.0.buffer)
            }
        };
        Ok(answer)
    }

    fn head(&mut self) -> io::Result<Answer> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; 64];
            let mut head = httparse::Response::new(&mut headers);
            let parsed = head.parse(&self.0.buffer);
            match parsed.map_err(|_| ErrorKind::InvalidData)? {
                httparse::Status::Complete(length) => {
                    let status = head.code.unwrap_or_default();
                    let head: Vec<u8> = self.0.buffer.drain(..length).collect();
                    let last = header(&head, "Connection");
                    return Ok(Answer {
                        status,
                        is_last: last.is_some_and(|text| text.eq_ignore_ascii_case("close")),
                        head,
                        body: Vec::new(),
                    });
                }
                httparse::Status::Partial => self.0.receive()?,
            }
        }
    }

    /// A body in chunks, with their lengths, up to the empty one.
    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let (length, line) = self.0.chunk()?;
            body.extend(line);
            body.extend(self.0.take(length + 2)?);
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

/// A request as it goes on; its body is whole by now, whatever it came in.
fn wire(request: &Request) -> Vec<u8> {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    let own = ["Content-Length", "Transfer-Encoding", "Expect"];
    for (name, value) in &request.headers {
        if !own.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    if !request.body.is_empty() || request.method != "GET" {
        head.push_str(&format!("Content-Length: {}\r\n", request.body.len()));
    }
    [head.as_bytes(), b"\r\n", &request.body].concat()
}

/// A header of a head, whatever the case of its name.
fn header(head: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    let found = fields.find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim().to_owned())
}
