//! Standard output: data for the next stage.

use std::io::{self, StdoutLock, Write};

use super::failure::Failure;

/// Standard output, whose errors say what they are about.
#[derive(Debug)]
pub(super) struct Output(StdoutLock<'static>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(named)
    }
}

/// The same error, with what was being done in front.
fn named(error: io::Error) -> io::Error {
    match error.kind() {
        // Whoever writes tries again, or ends quietly.
        io::ErrorKind::Interrupted | io::ErrorKind::BrokenPipe => error,
        kind => io::Error::new(kind, format!("cannot write to standard output: {error}")),
    }
}

/// Writes all of `bytes` to standard output.
pub(super) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = Output(io::stdout().lock());
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// Standard output in blocks; whoever writes flushes when its input is drained.
pub(super) fn blocks() -> Blocks<Output> {
    Blocks {
        out: Output(io::stdout().lock()),
        waiting: Vec::with_capacity(2 * BLOCK),
        failed: false,
    }
}

/// What is written at once.
const BLOCK: usize = 64 << 10;

/// A writer whose lines are made where they wait to be written.
#[derive(Debug)]
pub(super) struct Blocks<W: Write> {
    out: W,
    waiting: Vec<u8>,
    failed: bool,
}

impl<W: Write> Blocks<W> {
    /// Where the next whole line is appended.
    pub(super) fn space(&mut self) -> io::Result<&mut Vec<u8>> {
        if self.waiting.len() >= BLOCK {
            self.pass()?;
        }
        Ok(&mut self.waiting)
    }

    fn pass(&mut self) -> io::Result<()> {
        let written = self.out.write_all(&self.waiting);
        self.waiting.clear();
        self.failed |= written.is_err();
        written
    }
}

impl<W: Write> Write for Blocks<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.space()?.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass()?;
        self.out.flush()
    }
}

impl<W: Write> Drop for Blocks<W> {
    fn drop(&mut self) {
        // An error on the way to the end does not take back what was written before.
        if !self.failed {
            let _ = self.flush();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::failure::Kind;

    #[test]
    fn lines_go_out_in_blocks_and_the_rest_at_the_end() {
        let mut out = Vec::new();
        let mut blocks = Blocks {
            out: &mut out,
            waiting: Vec::new(),
            failed: false,
        };
        blocks.space().expect("room").resize(BLOCK, b'a');
        blocks.space().expect("room").extend_from_slice(b"b");
        assert_eq!(blocks.waiting, b"b");
        drop(blocks);
        assert_eq!((out.len(), out.last()), (BLOCK + 1, Some(&b'b')));
    }

    #[test]
    fn an_error_of_the_output_says_so_and_a_closed_pipe_stays_the_end() {
        let full = named(io::ErrorKind::StorageFull.into());
        assert!(
            full.to_string()
                .starts_with("cannot write to standard output: "),
            "{full}"
        );
        assert_eq!(Failure::from(full).kind(), Kind::Io);
        let closed = named(io::ErrorKind::BrokenPipe.into());
        assert_eq!(Failure::from(closed).kind(), Kind::Closed);
    }
}
