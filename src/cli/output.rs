//! Standard output: data for the next stage.

use std::io::{self, BufWriter, StdoutLock, Write};

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
pub(super) fn blocks() -> BufWriter<Output> {
    BufWriter::with_capacity(64 << 10, Output(io::stdout().lock()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::failure::Kind;

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
