//! Making connections: the addresses of a name one after the other.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use ureq::unversioned::transport::{ConnectionDetails, Connector, Either, Transport};
use ureq::{Error, Timeout};

use super::socket::{Socket, is_late};
use super::ways::{Way, Ways};

/// No address gets less.
const LEAST: Duration = Duration::from_millis(10);

/// Connects.
#[derive(Debug, Default)]
pub(super) struct Sockets(pub(super) Arc<Ways>);

impl<In: Transport> Connector<In> for Sockets {
    type Out = Either<In, Socket>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        // A proxy was asked already, and lets us through.
        if let Some(chained) = chained {
            return Ok(Some(Either::A(chained)));
        }
        let (stream, address) = self.connect(details)?;
        stream.set_nodelay(true)?;
        let way = (details.addrs.len() > 1).then(|| Way {
            ways: Arc::clone(&self.0),
            address,
            has_better: self.0.may_do_better(address, &details.addrs),
        });
        let socket = Socket::new(stream, details.config.input_buffer_size(), way);
        (details.register_shutdown)(socket.handle())?;
        Ok(Some(Either::B(socket)))
    }
}

impl Sockets {
    /// Tries one address after the other; each gets half of the time that is left, the last all of it.
    fn connect(&self, details: &ConnectionDetails<'_>) -> Result<(TcpStream, SocketAddr), Error> {
        let deadline = Instant::now().checked_add(*details.timeout.after);
        let mut failure = Error::ConnectionFailed;
        for (tried, &address) in details.addrs.iter().enumerate() {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let is_last = tried + 1 == details.addrs.len();
            let share = left.map(|left| if is_last { left } else { left / 2 }.max(LEAST));
            let tried = match share {
                Some(share) => TcpStream::connect_timeout(&address, share),
                None => TcpStream::connect(address),
            };
            let error = match tried {
                Ok(stream) => return Ok((stream, address)),
                Err(error) => error,
            };
            if !is_ours(&error) {
                // Every new connection would wait for it again.
                self.0.failed(address);
            }
            failure = match error {
                error if is_late(&error) => Error::Timeout(Timeout::Connect),
                error => Error::Io(error),
            };
        }
        Err(failure)
    }
}

/// Whether we had not what a connection takes, wherever it leads.
fn is_ours(error: &io::Error) -> bool {
    matches!(
        Errno::from_io_error(error),
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_lack_ourselves_says_nothing_of_an_address() {
        let cases = [
            (Errno::MFILE, true),
            (Errno::NFILE, true),
            (Errno::NOBUFS, true),
            (Errno::NOMEM, true),
            (Errno::CONNREFUSED, false),
            (Errno::HOSTUNREACH, false),
            (Errno::NETUNREACH, false),
            (Errno::ADDRNOTAVAIL, false),
            (Errno::PERM, false),
            (Errno::TIMEDOUT, false),
        ];
        for (error, want) in cases {
            assert_eq!(is_ours(&error.into()), want, "{error}");
        }
        assert!(!is_ours(&io::ErrorKind::TimedOut.into()));
    }
}
