//! Which box is next: those that may go out by their rank, the others by the moment at which they may.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Now, Rank};

/// When a waiting frame may go out, and how it stands among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    /// Not before this moment.
    pub(super) at: Now,
    pub(super) rank: Rank,
    /// Since when its box has had something new.
    pub(super) since: Now,
}

/// The boxes of which a frame waits and none is under way.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// The key decides among equals, so that a run can be repeated.
    due: BTreeSet<(Rank, Now, Arc<str>)>,
    later: BTreeSet<(Now, Rank, Now, Arc<str>)>,
}

impl Queue {
    /// Gives the box of `key` the seat `new`, or none, in place of `old`.
    pub(super) fn seat(&mut self, key: &Arc<str>, old: Option<Seat>, new: Option<Seat>) {
        if old == new {
            return;
        }
        if let Some(Seat { at, rank, since }) = old
            && !self.later.remove(&(at, rank, since, Arc::clone(key)))
        {
            self.due.remove(&(rank, since, Arc::clone(key)));
        }
        if let Some(Seat { at, rank, since }) = new {
            self.later.insert((at, rank, since, Arc::clone(key)));
        }
    }

    /// The box that goes out first at `now`; it keeps its seat.
    pub(super) fn first(&mut self, now: Now) -> Option<Arc<str>> {
        while self.later.first().is_some_and(|(at, ..)| *at <= now) {
            let Some((_, rank, since, key)) = self.later.pop_first() else {
                break;
            };
            self.due.insert((rank, since, key));
        }
        self.due.first().map(|(.., key)| Arc::clone(key))
    }

    /// When the next one may, where none may now.
    pub(super) fn soonest(&self) -> Option<Now> {
        self.later.first().map(|(at, ..)| *at)
    }
}
