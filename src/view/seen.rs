//! A bounded memory of ids.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many ids are remembered; the oldest is forgotten first.
const MOST: usize = 4_096;

/// Ids that were seen, as 64-bit hashes.
#[derive(Debug, Default)]
pub(super) struct Seen {
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl Seen {
    /// Remembers `id`; whether it is new.
    pub(super) fn add(&mut self, id: u64) -> bool {
        if !self.known.insert(id) {
            return false;
        }
        self.order.push_back(id);
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    pub(super) fn has(&self, id: u64) -> bool {
        self.known.contains(&id)
    }
}

/// A hash that is the same in every process: `DefaultHasher::new` has fixed keys.
pub(super) fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_id_is_forgotten_first() {
        let mut seen = Seen::default();
        for id in 0..=MOST as u64 {
            assert!(seen.add(id), "{id} is new");
        }
        assert!(!seen.has(0));
        assert!(seen.has(1));
        assert!(!seen.add(1));
    }
}
