//! A plain client: one account on one kept-alive connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::fake_mattermost::Fake;

/// What came back.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answered {
    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The status, and the id of an error: `403 api.context.permissions.app_error`.
    pub fn says(&self) -> String {
        let body = self.json();
        let id = body["id"].as_str().filter(|_| self.status >= 400);
        id.map_or(self.status.to_string(), |id| {
            format!("{} {id}", self.status)
        })
    }

    /// A header, by its name as the server writes it.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// One account on one connection.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
    token: String,
    channel: String,
}

impl Client {
    /// Connects as this user, who posts in the channel `status`.
    pub fn of(fake: &Fake, username: &str) -> Self {
        Self::at(&fake.url(), fake, username)
    }

    /// The same by another way to it.
    pub fn at(url: &str, fake: &Fake, username: &str) -> Self {
        let stream = TcpStream::connect(url.trim_start_matches("http://"));
        Self {
            stream: BufReader::new(stream.expect("it listens")),
            token: fake.token(username),
            channel: fake.channel("status"),
        }
    }

    /// Sends a request; the answer is still to come.
    pub fn send(&mut self, method: &str, path: &str, body: &Value) -> io::Result<()> {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let length = format!("Content-Length: {}", body.len());
        self.send_raw(method, path, &[&length], &body)
    }

    /// Sends a request with these headers and this body.
    pub fn send_raw(
        &mut self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &str,
    ) -> io::Result<()> {
        let token = &self.token;
        let headers = headers.join("\r\n");
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: fake\r\nAuthorization: Bearer {token}\r\n{headers}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(text.as_bytes())
    }

    /// Sends a request and takes its answer.
    pub fn ask(&mut self, method: &str, path: &str, body: &Value) -> io::Result<Answered> {
        self.send(method, path, body)?;
        self.answer()
    }

    /// Creates a post in the channel `status`, with these fields beside.
    pub fn create(&mut self, fields: Value) -> io::Result<Answered> {
        let mut body = json!({"channel_id": self.channel, "message": "made"});
        for (name, value) in fields.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.ask("POST", "/api/v4/posts", &body)
    }

    /// Creates a post; its id.
    pub fn post(&mut self, fields: Value) -> String {
        let answered = self.create(fields).expect("an answer");
        assert_eq!(answered.says(), "201");
        answered.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Patches a post.
    pub fn patch(&mut self, id: &str, body: Value) -> io::Result<Answered> {
        self.ask("PUT", &format!("/api/v4/posts/{id}/patch"), &body)
    }

    /// Reads a post.
    pub fn get(&mut self, id: &str) -> io::Result<Answered> {
        self.ask("GET", &format!("/api/v4/posts/{id}"), &Value::Null)
    }

    /// Deletes a post.
    pub fn delete(&mut self, id: &str) -> io::Result<Answered> {
        self.ask("DELETE", &format!("/api/v4/posts/{id}"), &Value::Null)
    }

    /// The next answer of the connection.
    pub fn answer(&mut self) -> io::Result<Answered> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|text| text.parse().ok());
        let status = status.ok_or(io::ErrorKind::InvalidData)?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            match line.split_once(": ") {
                Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
                None => break,
            }
        }
        let mut answered = Answered {
            status,
            headers,
            body: Vec::new(),
        };
        answered.body = match answered.header("Content-Length") {
            Some(length) => self.take(length.parse().map_err(|_| io::ErrorKind::InvalidData)?)?,
            None => self.chunks()?,
        };
        Ok(answered)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let digits = self.line()?;
            let count =
                usize::from_str_radix(&digits, 16).map_err(|_| io::ErrorKind::InvalidData)?;
            body.extend(self.take(count)?);
            self.line()?;
            if count == 0 {
                return Ok(body);
            }
        }
    }

    fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}

/// A connection to the fake.
pub fn connect(fake: &Fake) -> io::Result<TcpStream> {
    TcpStream::connect(fake.url().trim_start_matches("http://"))
}
