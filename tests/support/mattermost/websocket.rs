//! `GET /api/v4/websocket`: events, as they happen.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket};

use super::events::{Event, Listener};
use super::http::Request;
use super::props;
use super::server::Server;

/// Whether a request wants the socket.
pub fn is_upgrade(request: &Request) -> bool {
    request.path() == "/api/v4/websocket"
        && request
            .header("Upgrade")
            .is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

/// Serves the socket to its end: one thread writes events, this one reads what the client says.
pub fn serve(server: &Arc<Server>, request: &Request, mut stream: &TcpStream) -> io::Result<()> {
    let key = request.header("Sec-WebSocket-Key").unwrap_or_default();
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
        derive_accept_key(key.as_bytes())
    );
    stream.write_all(head.as_bytes())?;
    stream.set_read_timeout(None)?;
    let (reader, writer) = (Wire::new(stream)?, Wire::new(stream)?);
    let writer = Wire {
        lock: Arc::clone(&reader.lock),
        ..writer
    };
    let mut reader = WebSocket::from_raw_socket(reader, Role::Server, None);
    let (events, heard) = channel();
    let told = events.clone();
    let _ = admit(server, request.token(), &events);
    std::thread::spawn(move || write(writer, &heard));
    while let Ok(message) = reader.read() {
        if let Message::Text(text) = message {
            let said: Value = serde_json::from_str(&text).unwrap_or_default();
            if said["action"] == "authentication_challenge" {
                let known = admit(server, said["data"]["token"].as_str(), &told);
                let status = if known { "OK" } else { "FAIL" };
                let _ = told.send(Told::Reply(
                    json!({"status": status, "seq_reply": said["seq"]}),
                ));
            }
        }
    }
    // The writer ends with the last sender; those of the world are gone at the next event.
    let _ = told.send(Told::End);
    Ok(())
}

/// What the writer is to write.
#[derive(Debug)]
pub enum Told {
    Hello(Value),
    Event(Event),
    Reply(Value),
    End,
}

/// Lets the user of a token listen.
fn admit(server: &Server, token: Option<&str>, events: &Sender<Told>) -> bool {
    let mut world = server.world();
    let Ok(user) = world.user_of(token) else {
        return false;
    };
    let version = world.options.version();
    let hello = json!({
        "event": "hello", "data": {"server_version": format!("{version}.{version}.0.false")},
        "broadcast": {"omit_users": null, "user_id": user.id, "channel_id": "", "team_id": ""}, "seq": 0,
    });
    let _ = events.send(Told::Hello(hello));
    world.listeners.push(Listener {
        user: user.id,
        events: events.clone(),
    });
    true
}

fn write(wire: Wire, heard: &Receiver<Told>) {
    let mut socket = WebSocket::from_raw_socket(wire, Role::Server, None);
    let mut seq = 0;
    while let Ok(told) = heard.recv() {
        let text = match told {
            Told::Hello(hello) => hello,
            Told::Reply(reply) => reply,
            Told::Event(event) => event.json(seq),
            Told::End => return,
        };
        if text.get("event").is_some() {
            seq += 1;
        }
        if socket.send(Message::text(props::encode(&text))).is_err() {
            return;
        }
    }
}

/// One half of the socket; both halves may write, a frame at a time.
#[derive(Debug)]
struct Wire {
    stream: TcpStream,
    lock: Arc<Mutex<()>>,
}

impl Wire {
    fn new(stream: &TcpStream) -> io::Result<Self> {
        Ok(Self {
            stream: stream.try_clone()?,
            lock: Arc::default(),
        })
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _alone = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.stream.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
