//! Connections on which a request is one write: its head waits for its body.
//!
//! `ureq`'s own send the two apart, so that the server is woken twice, and set the socket's
//! deadline anew before each call of the system. Here a socket has a short one for good, and whoever
//! waits longer looks at the clock in between.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use ureq::unversioned::transport::{Buffers, NextTimeout, ShutdownHandle, Transport};
use ureq::{Error, Timeout};

use super::buffers::Gathering;
use super::ways::Way;

/// After so long in one call of the system the clock is looked at.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether a call of the system took as long as it may.
pub(super) fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// A connection.
#[derive(Debug)]
pub(super) struct Socket {
    stream: Arc<TcpStream>,
    buffers: Gathering,
    /// How long one read, and one write, waits at most; `None` is not set yet.
    reads_for: Option<Duration>,
    writes_for: Option<Duration>,
    /// An answer was read, and nobody asked since whether the connection is open.
    answered: bool,
    /// The address, where the server's name has others.
    way: Option<Way>,
}

impl Socket {
    /// A connection; `way` is where it leads, if the server has other addresses.
    pub(super) fn new(stream: TcpStream, buffer_bytes: usize, way: Option<Way>) -> Self {
        Self {
            stream: Arc::new(stream),
            buffers: Gathering::new(buffer_bytes),
            reads_for: None,
            writes_for: None,
            answered: false,
            way,
        }
    }

    /// What ends it from outside.
    pub(super) fn handle(&self) -> Weak<dyn ShutdownHandle> {
        let stream: Weak<TcpStream> = Arc::downgrade(&self.stream);
        stream
    }

    /// Until when to wait for the server, and whether that is half of the time: where it never
    /// answered at this address, and may at another.
    fn deadline(&self, timeout: NextTimeout) -> (Deadline, bool) {
        let mut deadline = Deadline::of(timeout);
        let on_trial = self.way.as_ref().is_some_and(Way::is_on_trial);
        if on_trial && let Some(half) = Instant::now().checked_add(*timeout.after / 2) {
            deadline.at = Some(half);
        }
        (deadline, on_trial)
    }

    /// Sends what waits.
    fn flush(&mut self, timeout: NextTimeout) -> Result<(), Error> {
        let deadline = Deadline::of(timeout);
        let mut sent = 0;
        while sent < self.buffers.gathered().len() {
            let wait = deadline.wait()?;
            if self.writes_for.replace(wait) != Some(wait) {
                self.stream.set_write_timeout(Some(wait))?;
            }
            match (&*self.stream).write(&self.buffers.gathered()[sent..]) {
                Ok(0) => return Err(Error::Io(ErrorKind::WriteZero.into())),
                Ok(count) => sent += count,
                Err(error) if is_late(&error) || error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.buffers.sent();
        Ok(())
    }
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.buffers.gather(amount) {
            self.flush(timeout.for_write())?;
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.flush(timeout.for_write())?;
        let (deadline, on_trial) = self.deadline(timeout.for_read());
        loop {
            let wait = deadline.wait().map_err(|late| {
                if let Some(way) = &self.way {
                    way.ways.failed(way.address);
                }
                // There is time left, for another one.
                let silent = || Error::Io(ErrorKind::TimedOut.into());
                if on_trial { silent() } else { late }
            })?;
            if self.reads_for.replace(wait) != Some(wait) {
                self.stream.set_read_timeout(Some(wait))?;
            }
            match (&*self.stream).read(self.buffers.input_append_buf()) {
                Ok(count) => {
                    self.buffers.input_appended(count);
                    self.answered = count > 0;
                    if let Some(way) = self.way.as_ref().filter(|_| count > 0) {
                        way.ways.answered(way.address);
                    }
                    return Ok(count > 0);
                }
                Err(error) if is_late(&error) || error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Nothing may be there to be read: neither an end nor what nobody asked for.
    ///
    /// `ureq` asks when it puts a connection aside and again when it takes it up. What counts is
    /// how it is then, so right after an answer nobody looks.
    fn is_open(&mut self) -> bool {
        if std::mem::take(&mut self.answered) {
            return true;
        }
        let mut byte = [0];
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        matches!(
            recv(&*self.stream, byte.as_mut_slice(), flags),
            Err(Errno::WOULDBLOCK)
        )
    }
}

/// When something is to be over, and what it is called.
struct Deadline {
    at: Option<Instant>,
    reason: Timeout,
}

impl Deadline {
    fn of(timeout: NextTimeout) -> Self {
        Self {
            // Beyond what the clock can say is never.
            at: Instant::now().checked_add(*timeout.after),
            reason: timeout.reason,
        }
    }

    /// How long one call of the system may wait.
    fn wait(&self) -> Result<Duration, Error> {
        let Some(at) = self.at else {
            return Ok(PATIENCE);
        };
        let left = at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Error::Timeout(self.reason));
        }
        Ok(left.min(PATIENCE))
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A socket and its other end.
    fn pair() -> (Socket, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
        let address = listener.local_addr().expect("an address");
        let stream = TcpStream::connect(address).expect("connects");
        let (other, _) = listener.accept().expect("accepts");
        (Socket::new(stream, 32 << 10, None), other)
    }

    fn within(after: Duration) -> NextTimeout {
        NextTimeout {
            after: after.into(),
            reason: Timeout::PerCall,
            ..NextTimeout::default()
        }
    }

    fn write(socket: &mut Socket, bytes: &[u8]) {
        socket.buffers().output()[..bytes.len()].copy_from_slice(bytes);
        let timeout = within(PATIENCE);
        socket
            .transmit_output(bytes.len(), timeout)
            .expect("gathers");
    }

    #[test]
    fn a_head_waits_for_its_body_and_both_go_when_the_answer_is_awaited() {
        let (mut socket, mut other) = pair();
        other.write_all(b"answer").expect("writes");
        write(&mut socket, b"head ");
        write(&mut socket, b"body");
        let flags = RecvFlags::PEEK | RecvFlags::DONTWAIT;
        let sent = recv(&other, [0].as_mut_slice(), flags);
        assert!(matches!(sent, Err(Errno::WOULDBLOCK)), "nothing is sent");
        assert!(socket.await_input(within(PATIENCE)).expect("reads"));
        assert_eq!(socket.buffers().input(), b"answer");
        let mut request = [0; 64];
        let count = other.read(&mut request).expect("reads");
        assert_eq!(&request[..count], b"head body");
    }

    #[test]
    fn a_body_longer_than_the_buffer_goes_out_in_pieces() {
        let (mut socket, mut other) = pair();
        let piece = [b'x'; 8 << 10];
        let reader = std::thread::spawn(move || {
            let mut all = vec![0; 10 * piece.len()];
            other.read_exact(&mut all).expect("reads");
            other.write_all(b".").expect("writes");
        });
        (0..10).for_each(|_| write(&mut socket, &piece));
        assert!(socket.await_input(within(PATIENCE)).expect("reads"));
        reader.join().expect("the other end");
    }

    #[test]
    fn who_says_nothing_is_waited_for_until_the_deadline_and_then_too_late() {
        let (mut socket, _other) = pair();
        for after in [Duration::from_millis(20), Duration::ZERO] {
            let waited = socket.await_input(within(after));
            let late = matches!(waited, Err(Error::Timeout(Timeout::PerCall)));
            assert!(late, "{after:?}: {waited:?}");
        }
    }

    #[test]
    fn a_kept_connection_is_open_while_nothing_is_there_to_be_read() {
        let (mut socket, mut other) = pair();
        assert!(socket.is_open() && socket.is_open());
        other.write_all(b"unasked").expect("writes");
        // What was sent has arrived once it can be read.
        recv(&*socket.stream, [0].as_mut_slice(), RecvFlags::PEEK).expect("arrives");
        assert!(!socket.is_open());
        assert!(socket.await_input(within(PATIENCE)).expect("reads"));
        other.write_all(b"unasked").expect("writes");
        recv(&*socket.stream, [0].as_mut_slice(), RecvFlags::PEEK).expect("arrives");
        assert!(socket.is_open(), "it is put aside");
        assert!(!socket.is_open(), "it is taken up again");
        let (mut socket, other) = pair();
        drop(other);
        let end = recv(&*socket.stream, [0].as_mut_slice(), RecvFlags::PEEK);
        assert!(end.is_ok_and(|(count, _)| count == 0));
        assert!(!socket.is_open());
    }
}
