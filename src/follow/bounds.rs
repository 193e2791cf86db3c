//! Where a cursor stands, compared with records.

use super::cursor::Cursor;
use super::entry::Body;
use super::follower::Follower;
use super::session::{At, Id};

impl Follower {
    /// Whether everything that was there at the last look is behind the cursor.
    #[must_use]
    pub fn is_drained(&self, id: Id) -> bool {
        match &self.entry(id).body {
            Body::File(tail) => tail.off >= tail.stat.size,
            Body::Store(rows) => rows.seq >= rows.newest,
        }
    }
}

impl Cursor {
    /// Whether nothing was read yet.
    #[must_use]
    pub fn is_start(&self) -> bool {
        match self {
            Self::File { offset, .. } => *offset == 0,
            Self::Store { seq, .. } => *seq < 0,
        }
    }

    /// Whether the record at `at` comes behind the cursor: it was not read yet.
    #[must_use]
    pub fn is_before(&self, at: At) -> bool {
        match (self, at) {
            (Self::File { offset, .. }, At::Off(off)) => *offset <= off,
            (Self::Store { seq, .. }, At::Seq(row)) => *seq < row,
            _ => true,
        }
    }
}
