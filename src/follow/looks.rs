//! When a store is looked at again after an event.

use std::time::{Duration, Instant};

use super::wait::LONGEST_RETRY;
use super::watch::POLL;

/// A commit is announced before it can be seen: a store is looked at again so long after.
const LOOKS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(4),
    Duration::from_millis(9),
    Duration::from_millis(19),
];

/// Looks at a store that are still due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looks {
    since: Instant,
    next: usize,
}

impl Looks {
    /// Another try after so many failures: soon at first, then ever more seldom.
    pub(super) fn after(failures: u32) -> Self {
        let pause = match failures {
            0 | 1 => Duration::from_millis(20),
            2.. => POLL * (1 << (failures - 2).min(6)),
        };
        Self {
            since: Instant::now() + pause.min(LONGEST_RETRY),
            next: LOOKS.len() - 1,
        }
    }

    /// Looks that begin now.
    pub(super) fn from(since: Instant) -> Self {
        Self { since, next: 0 }
    }

    /// When the next one is due.
    pub(super) fn due(&self) -> Instant {
        self.since + LOOKS[self.next]
    }

    /// What is left of them behind `now`: late looks are one look.
    pub(super) fn behind(self, now: Instant) -> Option<Self> {
        let next = LOOKS.iter().position(|pause| self.since + *pause > now);
        next.map(|next| Self { next, ..self })
    }
}
