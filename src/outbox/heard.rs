//! When a run was heard of last.

use super::Now;
use crate::wire::frame::Frame;

/// The newest record of a run, and when it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub(super) rev: u64,
    pub(super) at: Now,
}

impl Heard {
    /// Time alone makes frames too: only a further record tells that a run goes on.
    pub(super) fn again(known: Option<Self>, frame: &Frame, now: Now) -> Self {
        let new = Self {
            rev: frame.rev,
            at: now,
        };
        known.filter(|known| known.rev == frame.rev).unwrap_or(new)
    }
}
