//! What `--resume NAME` keeps between two processes.

use serde::{Deserialize, Serialize};

use crate::follow::Cursor;

/// Where a session is to be read again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The start of its newest run, or the end of what was read.
    pub cursor: Cursor,
    /// Requests before that place; the first one names its run `first`.
    pub requests: u64,
}

/// The place of a line in a stream.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Offset of its first byte.
    pub off: u64,
    /// Offset behind its newline.
    pub end: u64,
}
