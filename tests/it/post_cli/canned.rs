//! A server that gives the same answers to the same requests, and keeps what it was sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method and path, as `POST /api/v4/posts`.
    pub line: String,
    /// The token that came with it.
    pub token: String,
    /// The body; null without one.
    pub body: Value,
}

/// The server; it ends with the process.
pub struct Canned {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// Begins of request lines, with status, further headers and body; the first that fits is given.
pub type Answers = &'static [(&'static str, u16, &'static str, &'static str)];

impl Canned {
    /// Starts on a free port.
    pub fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || serve(&stream, answers, &kept));
            }
        });
        Self { url, requests }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What came so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no thread panicked").clone()
    }
}

/// Answers the requests of one connection.
fn serve(stream: &TcpStream, answers: Answers, kept: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let fits = |start: &str| request.line.starts_with(start);
        let found = answers.iter().find(|(start, ..)| fits(start));
        let (_, status, headers, body) = found.copied().unwrap_or(("", 404, "", "{}"));
        kept.lock().expect("no thread panicked").push(request);
        let length = body.len();
        let answer =
            format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
        let mut out = stream;
        if out.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let (mut token, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(": ") else {
            break;
        };
        match name.to_lowercase().as_str() {
            "authorization" => value.trim_start_matches("Bearer ").clone_into(&mut token),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        line: line.trim().trim_end_matches(" HTTP/1.1").to_owned(),
        token,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    })
}
