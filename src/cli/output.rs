//! Standard output: data for the next stage.

use std::io::{self, BufWriter, StdoutLock, Write};

use super::failure::Failure;

/// Writes all of `bytes` to standard output.
pub(super) fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// Standard output in blocks; whoever writes flushes when its input is drained.
pub(super) fn blocks() -> BufWriter<StdoutLock<'static>> {
    BufWriter::with_capacity(64 << 10, io::stdout().lock())
}
