//! The runs that wait for a box, in the order of when they did something last.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Now;
use crate::wire::frame::Frame;

/// The newest frame of each run that waits, and when it was heard of last.
///
/// There may be a hundred thousand, and one that comes must not cost a look at all of them.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    frames: HashMap<Arc<str>, (Arc<Frame>, Now)>,
    /// Of two that came together the key decides, so that it is the same everywhere.
    order: BTreeSet<(Now, Arc<str>)>,
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn get(&self, key: &str) -> Option<&(Arc<Frame>, Now)> {
        self.frames.get(key)
    }

    /// The key of a run that waits, by its session's name or UUID: of several the one that did
    /// something last. Who asks is a person, and may wait for a look at all of them.
    pub(super) fn of_session(&self, name: &str) -> Option<&str> {
        let is_it = |frame: &Frame| {
            *frame.sid == *name
                || frame
                    .session
                    .as_ref()
                    .is_some_and(|session| **session == *name)
        };
        let newest_first = self.order.iter().rev();
        newest_first
            .filter_map(|(_, key)| self.frames.get(key))
            .find(|(frame, _)| is_it(frame))
            .map(|(frame, _)| frame.key.as_str())
    }

    /// A run waits, with a newer frame if it did so before.
    pub(super) fn insert(&mut self, frame: Arc<Frame>, at: Now) {
        let known = self.frames.get_key_value(frame.key.as_str());
        let key = match known {
            Some((key, (_, before))) => {
                let key = Arc::clone(key);
                self.order.remove(&(*before, Arc::clone(&key)));
                key
            }
            None => Arc::from(frame.key.as_str()),
        };
        self.order.insert((at, Arc::clone(&key)));
        self.frames.insert(key, (frame, at));
    }

    pub(super) fn remove(&mut self, key: &str) {
        if let Some((key, (_, at))) = self.frames.remove_entry(key) {
            self.order.remove(&(at, key));
        }
    }

    /// When the one that did something last did it.
    pub(super) fn newest(&self) -> Option<Now> {
        self.order.last().map(|(at, _)| *at)
    }

    /// Takes out the one that did something last.
    pub(super) fn pop_newest(&mut self) -> Option<(Arc<Frame>, Now)> {
        let (_, key) = self.order.pop_last()?;
        self.frames.remove(&key)
    }

    /// Takes out all of them, the one that did something last at the end.
    pub(super) fn take(&mut self) -> Vec<(Arc<Frame>, Now)> {
        let order = std::mem::take(&mut self.order).into_iter();
        order
            .filter_map(|(_, key)| self.frames.remove(&key))
            .collect()
    }
}
