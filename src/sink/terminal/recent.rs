//! Runs that are over, as many as are worth remembering.

use std::collections::{HashMap, VecDeque};

use crate::wire::frame::State;

/// Keys that are remembered.
const CAPACITY: usize = 4_096;

/// The rev and state with which runs ended.
#[derive(Debug, Default)]
pub(super) struct Recent {
    ended: HashMap<String, (u64, State)>,
    order: VecDeque<String>,
}

impl Recent {
    /// Remembers an end.
    pub(super) fn put(&mut self, key: &str, rev: u64, state: &State) {
        let before = self.ended.insert(key.to_owned(), (rev, state.clone()));
        if before.is_none() {
            self.order.push_back(key.to_owned());
        }
        while self.order.len() > CAPACITY {
            if let Some(oldest) = self.order.pop_front() {
                self.ended.remove(&oldest);
            }
        }
    }

    /// The state with which the run of `key` ended.
    pub(super) fn state(&self, key: &str) -> Option<&State> {
        self.ended.get(key).map(|(_, state)| state)
    }

    /// The rev with which the run of `key` ended.
    pub(super) fn rev(&self, key: &str) -> Option<u64> {
        self.ended.get(key).map(|(rev, _)| *rev)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut recent = Recent::default();
        for run in 0..CAPACITY + 10 {
            recent.put(&run.to_string(), 1, &State::Done);
        }
        assert_eq!(recent.rev("9"), None);
        assert_eq!(recent.rev("10"), Some(1));
        assert_eq!(recent.state("10"), Some(&State::Done));
        assert_eq!(recent.ended.len(), CAPACITY);
    }
}
