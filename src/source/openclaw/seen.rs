//! What a session has shown already.
//!
//! Rewrites append the whole suffix of a transcript again under new ids, and a
//! model fallback repeats the request, so a record's id does not identify it.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, Hash, RandomState};

/// How many records a session remembers.
const CAPACITY: usize = 4_096;

/// A bounded set of things seen, the oldest forgotten first.
#[derive(Debug, Default)]
pub(super) struct Seen {
    set: HashSet<u64>,
    order: VecDeque<u64>,
    state: RandomState,
}

impl Seen {
    /// Remembers `thing`; `false` if it was seen before.
    pub(super) fn is_new(&mut self, thing: impl Hash) -> bool {
        let hash = self.state.hash_one(thing);
        if !self.set.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
        true
    }

    /// Whether nothing is remembered.
    pub(super) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Forgets everything, and gives its memory back.
    pub(super) fn clear(&mut self) {
        self.set = HashSet::new();
        self.order = VecDeque::new();
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
}
