//! One connection: requests in, answers out, until either side has had enough.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::faults::{self, Course};
use super::http::{Answer, Reader, Request};
use super::rate::Limiter;
use super::record::Recorded;
use super::server::Server;
use super::websocket;

/// Serves a connection to its end.
pub fn serve(server: &Arc<Server>, stream: TcpStream, limiter: Option<&Mutex<Limiter>>) {
    // The client's end shows in the next read or write; nobody is there to be told.
    let _ = requests(server, &stream, limiter);
}

fn requests(
    server: &Arc<Server>,
    stream: &TcpStream,
    limiter: Option<&Mutex<Limiter>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let idle = server.world().options.idle_close;
    stream.set_read_timeout(Some(idle))?;
    let mut reader = Reader::new(stream.try_clone()?);
    let process = server.process();
    while let Some(request) = reader.next() {
        if server.process() != process {
            break;
        }
        let gzip = request
            .header("Accept-Encoding")
            .is_some_and(|codings| codings.contains("gzip"));
        if request.path().starts_with("/__") {
            send(stream, &faults::control(server, &request), gzip)?;
            continue;
        }
        let number = record(server, &request);
        if websocket::is_upgrade(&request) {
            note(server, number, Some(101));
            return websocket::serve(server, &request, stream);
        }
        let (mut headers, refused) = limited(server, limiter);
        if request.is_last() {
            headers.push(("Connection".to_owned(), "close".to_owned()));
        }
        let course = match refused {
            Some(answer) => Course::Answer(answer),
            None => {
                let fault = server.faults().take(&request);
                if let Some((action, _)) = &fault {
                    server.records()[number].fault = Some(action.name());
                    // A request that is held rings for nothing else.
                    server.bell.ring();
                }
                faults::carry(server, &request, fault)
            }
        };
        if !go(server, stream, number, course, &headers, gzip)? || request.is_last() {
            break;
        }
    }
    Ok(())
}

/// Sends what comes back; whether the connection goes on.
fn go(
    server: &Server,
    mut stream: &TcpStream,
    number: usize,
    course: Course,
    headers: &[(String, String)],
    gzip: bool,
) -> io::Result<bool> {
    let status = match &course {
        Course::Answer(answer) | Course::Slow(answer, ..) | Course::Cut(answer, _) => {
            Some(answer.status)
        }
        Course::Flood(_) => Some(200),
        Course::Close | Course::Reset => None,
    };
    note(server, number, status);
    let date = ("Date".to_owned(), server.world().clock.http_date());
    match course {
        Course::Answer(mut answer) => {
            answer.headers.push(date);
            answer.headers.extend_from_slice(headers);
            send(stream, &answer, gzip)?;
            Ok(true)
        }
        Course::Slow(mut answer, bytes, pause) => {
            answer.headers.push(date);
            answer.headers.extend_from_slice(headers);
            drip(server, stream, &answer, bytes, pause)?;
            Ok(true)
        }
        Course::Flood(bytes) => {
            flood(stream, bytes)?;
            Ok(true)
        }
        Course::Cut(answer, reset) => {
            let (head, body) = answer.wire(false);
            stream.write_all(&head)?;
            stream.write_all(&body[..body.len() / 2])?;
            if reset {
                rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
            }
            Ok(false)
        }
        Course::Close => Ok(false),
        Course::Reset => {
            rustix::net::sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
            Ok(false)
        }
    }
}

fn send(mut stream: &TcpStream, answer: &Answer, gzip: bool) -> io::Result<()> {
    let (mut bytes, body) = answer.wire(gzip);
    bytes.extend_from_slice(&body);
    stream.write_all(&bytes)
}

/// A body of blanks that says how long it is, until nobody reads it any more.
fn flood(mut stream: &TcpStream, bytes: u64) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {bytes}\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    io::copy(&mut io::Read::take(io::repeat(b' '), bytes), &mut stream).map(drop)
}

fn drip(
    server: &Server,
    mut stream: &TcpStream,
    answer: &Answer,
    bytes: usize,
    pause: Duration,
) -> io::Result<()> {
    let (head, body) = answer.wire(false);
    stream.write_all(&head)?;
    for piece in body.chunks(bytes) {
        server.stop.pause(pause);
        stream.write_all(piece)?;
    }
    Ok(())
}

fn limited(
    server: &Server,
    limiter: Option<&Mutex<Limiter>>,
) -> (Vec<(String, String)>, Option<Answer>) {
    let Some(limiter) = limiter else {
        return (Vec::new(), None);
    };
    let now_ms = server.world().clock.now_ms();
    limiter
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take(now_ms)
}

/// Records a request as it arrives; its number.
fn record(server: &Server, request: &Request) -> usize {
    let world = server.world();
    let token = world
        .tokens
        .iter()
        .find(|known| request.token() == Some(known.token.as_str()));
    let user = token.and_then(|token| world.user(&token.user));
    let recorded = Recorded::new(request, user.map(|user| user.username.clone()));
    drop(world);
    let mut records = server.records();
    records.push(recorded);
    let number = records.len() - 1;
    drop(records);
    server.bell.ring();
    number
}

/// Records what was answered.
fn note(server: &Server, number: usize, status: Option<u16>) {
    let log = server.world().options.log;
    let mut records = server.records();
    records[number].status = status;
    if log {
        eprintln!("{}", records[number].line());
    }
    drop(records);
    server.bell.ring();
}
