//! What connections of both kinds can do.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// What both kinds of connections can do.
pub(super) trait Stream: Read + Write + Send + 'static {
    fn read_within(&self, span: Duration) -> io::Result<()>;
    fn write_within(&self, span: Duration) -> io::Result<()>;
    fn end(&self) -> io::Result<()>;
    /// Whose process the other end is, where that is known.
    fn user(&self) -> Option<u32>;
}

impl Stream for TcpStream {
    fn read_within(&self, span: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(span))
    }

    fn write_within(&self, span: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(span))
    }

    fn end(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }

    fn user(&self) -> Option<u32> {
        None
    }
}

impl Stream for UnixStream {
    fn read_within(&self, span: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(span))
    }

    fn write_within(&self, span: Duration) -> io::Result<()> {
        self.set_write_timeout(Some(span))
    }

    fn end(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }

    fn user(&self) -> Option<u32> {
        peer(self)
    }
}

/// The user whose process made the connection.
#[cfg(target_os = "linux")]
fn peer(stream: &UnixStream) -> Option<u32> {
    let found = rustix::net::sockopt::socket_peercred(stream).ok()?;
    Some(found.uid.as_raw())
}

/// Elsewhere the directory alone says who may come in, and nobody is heard who has to be known.
#[cfg(not(target_os = "linux"))]
fn peer(_: &UnixStream) -> Option<u32> {
    None
}
