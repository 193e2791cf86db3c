//! Sockets and threads: thin, and bounded in every direction.
//!
//! Std sockets and one thread a connection: a health check asks every few seconds,
//! and what is bounded by 32 threads of 5 s needs no event loop of its own.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::access::Access;
use super::address::Listen;
use super::answer::answer;
use super::pages::Pages;
use super::request::{CAP_BYTES, Parsed, parse};
use super::stream::Stream;

/// Connections at once; one more is closed without a word.
const MOST: usize = 32;
/// What a connection may last, from its first byte to our last.
const DEADLINE: Duration = Duration::from_secs(5);

/// Whoever was answered has so long to close the connection.
const LINGER: Duration = Duration::from_secs(1);

/// A socket that listens; it answers once it is told what to say.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    access: Access,
    deadline: Duration,
}

#[derive(Debug)]
enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

impl Server {
    /// Takes the address; nothing where there is none.
    ///
    /// # Errors
    ///
    /// What the system says, as that somebody else has it.
    pub fn bind(listen: &Listen, access: Access) -> io::Result<Option<Self>> {
        let listener = match listen {
            Listen::Nowhere => return Ok(None),
            Listen::Tcp(address) => Listener::Tcp(TcpListener::bind(address)?),
            Listen::Unix(path) => Listener::Unix(bind_unix(path)?, path.clone()),
        };
        Ok(Some(Self {
            listener,
            access,
            deadline: DEADLINE,
        }))
    }

    /// Takes the socket `path` to talk to ourselves, where no other process does: the caller has
    /// the directory for itself. What an earlier one left there goes away.
    ///
    /// # Errors
    ///
    /// What the system says, as that a file or a link stands there, or that the path is too long.
    pub fn control(path: &Path) -> io::Result<Self> {
        if is_socket(path) {
            std::fs::remove_file(path)?;
        }
        Ok(Self {
            listener: Listener::Unix(listen_unix(path)?, path.to_owned()),
            access: Access::ours_alone(),
            deadline: DEADLINE,
        })
    }

    /// The port that we were given; none for a socket in the file system.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match &self.listener {
            Listener::Tcp(listener) => listener.local_addr().ok(),
            Listener::Unix(..) => None,
        }
    }

    /// Answers from now on, on threads of its own, until the process ends.
    ///
    /// # Errors
    ///
    /// No thread can be had.
    pub fn serve(self, pages: Pages) -> io::Result<Serving> {
        let path = match &self.listener {
            Listener::Tcp(_) => None,
            Listener::Unix(_, path) => Some(path.clone()),
        };
        let accept = move || match &self.listener {
            Listener::Tcp(listener) => self.accept(&pages, || listener.accept().map(|it| it.0)),
            Listener::Unix(listener, _) => self.accept(&pages, || listener.accept().map(|it| it.0)),
        };
        Builder::new().name("http".into()).spawn(accept)?;
        Ok(Serving { path })
    }

    fn accept<S: Stream>(&self, pages: &Pages, next: impl Fn() -> io::Result<S>) {
        let busy = Arc::new(AtomicUsize::new(0));
        loop {
            let Ok(stream) = next() else {
                // No descriptor is left, as a rule: others have to go first.
                std::thread::sleep(Duration::from_millis(100));
                continue;
            };
            if busy.load(Ordering::SeqCst) >= MOST {
                continue;
            }
            busy.fetch_add(1, Ordering::SeqCst);
            let place = Place(Arc::clone(&busy));
            let (pages, access, deadline) = (pages.clone(), self.access.clone(), self.deadline);
            let work = move || {
                let _place = place;
                let until = Instant::now() + deadline;
                // Whoever goes away meanwhile wants no answer.
                let _ = converse(stream, until, &access, &pages);
            };
            // Without a thread the connection closes; the next one may have more luck.
            let _ = Builder::new().name("http-answer".into()).spawn(work);
        }
    }
}

/// A connection's place among the few there are.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A server that answers; its socket in the file system goes with it.
#[derive(Debug)]
pub struct Serving {
    path: Option<PathBuf>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Whoever comes next takes a dead one away anyhow.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Takes a path, also from a process that died; never from one that lives, nor from a file.
fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    if is_socket(path) && UnixStream::connect(path).is_err() {
        std::fs::remove_file(path)?;
    }
    listen_unix(path)
}

/// Whether a socket stands there, and no link to one.
fn is_socket(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|meta| meta.file_type().is_socket())
}

/// Makes the socket; whatever stands there already is an error, a link as well.
fn listen_unix(path: &Path) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Reads one request and answers it.
fn converse<S: Stream>(
    mut stream: S,
    until: Instant,
    access: &Access,
    pages: &Pages,
) -> io::Result<()> {
    let own = rustix::process::geteuid().as_raw();
    if !access.hears(stream.user(), own) {
        return Ok(());
    }
    let mut bytes = Vec::with_capacity(1 << 10);
    let parsed = loop {
        match parse(&bytes) {
            Parsed::More => {}
            done => break done,
        }
        let mut chunk = [0; 1 << 10];
        let room = CAP_BYTES - bytes.len();
        // Time may be up between two reads as well as in one.
        let Ok(left) = left(until) else {
            break Parsed::More;
        };
        stream.read_within(left)?;
        match stream.read(&mut chunk[..room.min(1 << 10)]) {
            Ok(0) => return Ok(()),
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_late(&error) => break Parsed::More,
            Err(error) => return Err(error),
        }
    };
    let answer = answer(&parsed, access, pages);
    // Past the deadline there is a moment left to say so.
    let until = until.max(Instant::now() + Duration::from_millis(200));
    stream.write_within(left(until)?)?;
    stream.write_all(&answer.bytes())?;
    stream.end()?;
    // Closed with something unread, the system would take back what was written.
    let until = until.min(Instant::now() + LINGER);
    let mut rest = [0; 1 << 10];
    for _ in 0..64 {
        stream.read_within(left(until)?)?;
        if stream.read(&mut rest)? == 0 {
            break;
        }
    }
    Ok(())
}

fn is_late(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// What is left until then.
fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::ErrorKind::TimedOut.into());
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::super::picture::tests::well;
    use super::*;

    /// A server with that deadline, and where it is.
    fn serving(deadline: Duration) -> (SocketAddr, Serving) {
        let listen = "127.0.0.1:0".parse().expect("an address");
        let server = Server::bind(&listen, Access::local(Vec::new()));
        let server = server.expect("bound").expect("an address");
        let server = Server { deadline, ..server };
        let address = server.address().expect("a port");
        let serving = server
            .serve(Pages::Health(Arc::new(well)))
            .expect("a thread");
        (address, serving)
    }

    fn read_all(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        // A reset is an end as well.
        let _ = stream.read_to_string(&mut text);
        text
    }

    #[test]
    fn a_request_in_pieces_is_answered_and_the_connection_closed() {
        let (address, _serving) = serving(DEADLINE);
        let mut stream = TcpStream::connect(address).expect("connected");
        for piece in [
            "GET /hea",
            "lth HTTP/1.1\r\nHo",
            "st: localhost\r\n",
            "\r\n",
        ] {
            stream.write_all(piece.as_bytes()).expect("written");
        }
        let text = read_all(&mut stream);
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        assert!(text.contains("\"status\":\"healthy\""), "{text}");
    }

    #[test]
    fn rule_26_a_request_over_eight_kibibytes_is_refused() {
        let (address, _serving) = serving(DEADLINE);
        let mut stream = TcpStream::connect(address).expect("connected");
        let long = format!("GET /{} HTTP/1.1\r\n", "x".repeat(CAP_BYTES));
        stream.write_all(long.as_bytes()).expect("written");
        let text = read_all(&mut stream);
        assert!(text.starts_with("HTTP/1.1 431 "), "{text}");
    }

    // Fault 94.
    #[test]
    fn rule_26_a_connection_ends_at_its_deadline_whatever_drips_in() {
        let (address, _serving) = serving(Duration::from_millis(50));
        let mut stream = TcpStream::connect(address).expect("connected");
        stream.write_all(b"GET / HT").expect("written");
        // Without a deadline this would never return.
        let text = read_all(&mut stream);
        assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    }

    #[test]
    fn rule_26_a_deadline_that_passes_between_two_reads_is_said_as_well() {
        let (address, _serving) = serving(Duration::ZERO);
        let mut stream = TcpStream::connect(address).expect("connected");
        let text = read_all(&mut stream);
        assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    }

    // Fault 94.
    #[test]
    fn rule_26_a_connection_above_the_most_is_closed_and_the_next_one_answered() {
        let (address, _serving) = serving(Duration::from_secs(600));
        let ask = |stream: &mut TcpStream| {
            let request = b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
            let _ = stream.write_all(request);
            read_all(stream)
        };
        let mut held: Vec<_> = (0..MOST)
            .map(|_| TcpStream::connect(address).expect("connected"))
            .collect();
        // Connections are taken in the order in which they came: this one finds no place.
        let mut more = TcpStream::connect(address).expect("connected");
        assert_eq!(ask(&mut more), "");
        let mut first = held.pop().expect("held");
        assert!(ask(&mut first).starts_with("HTTP/1.1 200 "));
        drop(first);
        // Its place is free soon after its end was seen.
        let mut tries = 0;
        while ask(&mut TcpStream::connect(address).expect("connected")).is_empty() {
            tries += 1;
            assert!(tries < 100_000, "no place is free again");
        }
    }

    #[test]
    fn a_dead_socket_is_taken_over_and_a_living_one_or_a_file_is_not() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("s");
        let listen = Listen::Unix(path.clone());
        drop(UnixListener::bind(&path).expect("bound"));
        let bind = || Server::bind(&listen, Access::socket());
        let server = bind().expect("taken over").expect("an address");
        let mode = path.symlink_metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(bind().is_err(), "it lives");
        let serving = server
            .serve(Pages::Health(Arc::new(well)))
            .expect("a thread");
        let mut stream = UnixStream::connect(&path).expect("connected");
        let request = b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n";
        stream.write_all(request).expect("written");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("an answer");
        assert!(text.starts_with("HTTP/1.1 200 OK"), "{text}");
        drop(serving);
        assert!(!path.exists(), "it goes with the server");
        std::fs::write(&path, "mine").expect("written");
        assert!(bind().is_err(), "a file");
        assert_eq!(std::fs::read(&path).expect("there"), b"mine");
    }
}
