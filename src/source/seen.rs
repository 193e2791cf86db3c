//! What a session has shown already.
//!
//! Rewrites append the whole suffix of a transcript again under new ids, and a
//! model fallback repeats the request, so a record's id does not identify it.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, Hash};

use foldhash::{HashSet, HashSetExt as _, quality::RandomState};

/// How many records a session remembers.
const CAPACITY: usize = 4_096;

/// A bounded set of things seen, the oldest forgotten first.
#[derive(Debug)]
pub(super) struct Seen {
    set: HashSet<u64>,
    /// What was seen, and the newest time there was then.
    order: VecDeque<(u64, i64)>,
    state: RandomState,
    /// The newest time of anything seen, in milliseconds.
    now_ms: i64,
    forgotten_ms: i64,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            set: HashSet::new(),
            order: VecDeque::new(),
            state: RandomState::default(),
            now_ms: i64::MIN,
            forgotten_ms: i64::MIN,
        }
    }
}

impl Seen {
    /// What is seen from now on is of that time, or older.
    pub(super) fn at(&mut self, at_ms: Option<i64>) {
        self.now_ms = self.now_ms.max(at_ms.unwrap_or(i64::MIN));
    }

    /// Everything forgotten is of that time, or older.
    pub(super) fn forgotten_ms(&self) -> i64 {
        self.forgotten_ms
    }

    /// Whether `thing` was seen, and is remembered.
    pub(super) fn has(&self, thing: impl Hash) -> bool {
        self.set.contains(&self.state.hash_one(thing))
    }

    /// Remembers `thing`; `false` if it was seen before.
    pub(super) fn is_new(&mut self, thing: impl Hash) -> bool {
        let hash = self.state.hash_one(thing);
        if !self.set.insert(hash) {
            return false;
        }
        self.order.push_back((hash, self.now_ms));
        if self.order.len() > CAPACITY
            && let Some((oldest, at_ms)) = self.order.pop_front()
        {
            self.set.remove(&oldest);
            self.forgotten_ms = at_ms;
        }
        true
    }

    /// Forgets everything, and gives its memory back.
    pub(super) fn clear(&mut self) {
        self.set = HashSet::new();
        self.order = VecDeque::new();
        self.forgotten_ms = self.now_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_too_many_is_forgotten() {
        let mut seen = Seen::default();
        assert!(seen.is_new(0));
        assert!(!seen.is_new(0));
        assert!((1..=CAPACITY).all(|thing| seen.is_new(thing)));
        assert!(seen.is_new(0), "0 was the oldest");
        assert!(!seen.is_new(CAPACITY));
    }

    #[test]
    fn the_time_of_what_was_forgotten_is_known() {
        let mut seen = Seen::default();
        for thing in 0..CAPACITY + 10 {
            seen.at(i64::try_from(thing).ok());
            assert!(seen.is_new(thing));
        }
        assert_eq!(seen.forgotten_ms(), 9);
        seen.at(Some(3));
        seen.clear();
        assert_eq!(seen.forgotten_ms(), CAPACITY as i64 + 9);
    }
}
