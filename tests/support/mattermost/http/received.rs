//! What comes from the other end of a connection, until somebody takes it.

use std::io::{self, ErrorKind, Read as _};
use std::net::TcpStream;

/// A connection, and what was received of it and not yet taken.
#[derive(Debug)]
pub struct Received {
    pub stream: TcpStream,
    pub buffer: Vec<u8>,
}

impl Received {
    /// Nothing yet.
    pub fn new(stream: TcpStream) -> Self {
        let buffer = Vec::new();
        Self { stream, buffer }
    }

    /// Waits for some more; an end is an error.
    pub fn receive(&mut self) -> io::Result<()> {
        let mut block = [0; 16 * 1024];
        match self.stream.read(&mut block)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            count => {
                self.buffer.extend_from_slice(&block[..count]);
                Ok(())
            }
        }
    }

    /// So many bytes.
    pub fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.buffer.len() < count {
            self.receive()?;
        }
        Ok(self.buffer.drain(..count).collect())
    }

    /// A line with what ends it.
    pub fn line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                return self.take(at + 2);
            }
            self.receive()?;
        }
    }

    /// How long the next piece of a body in chunks is, and the line that says so.
    pub fn chunk(&mut self) -> io::Result<(usize, Vec<u8>)> {
        let line = self.line()?;
        let text = String::from_utf8_lossy(&line);
        let digits = text.split(';').next().unwrap_or_default().trim();
        let length = usize::from_str_radix(digits, 16).map_err(|_| ErrorKind::InvalidData)?;
        Ok((length, line))
    }
}
