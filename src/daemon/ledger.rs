//! What a sink remembers of its boxes: on the disk, or for as long as the process lives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::gauges::Gauges;
use crate::sink::Ledger;
use crate::store::Boxes;
use crate::wire::kept::Kept;

impl Ledger for Boxes {
    fn get(&self, key: &str) -> Option<Kept> {
        Self::get(self, key)
    }

    fn commit(&self, kept: &Kept) -> Result<(), String> {
        Self::commit(self, kept)
    }

    fn note(&self, kept: &Kept) {
        Self::note(self, kept);
    }

    fn settle(&self) -> Option<Duration> {
        Self::settle(self)
    }

    fn is_new(&self) -> bool {
        Self::is_new(self)
    }
}

/// A ledger that ends with the process: for `--dry-run`, and for tests.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<HashMap<String, Kept>>);

impl Ledger for InMemory {
    fn get(&self, key: &str) -> Option<Kept> {
        let boxes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        boxes.get(key).cloned()
    }

    fn commit(&self, kept: &Kept) -> Result<(), String> {
        self.note(kept);
        Ok(())
    }

    fn note(&self, kept: &Kept) {
        let mut boxes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        boxes.insert(kept.key.clone(), kept.clone());
    }

    fn is_new(&self) -> bool {
        true
    }
}

/// A ledger of which it shows in the gauges whether it can be kept.
#[derive(Debug)]
pub struct Watched {
    ledger: Box<dyn Ledger>,
    gauges: Arc<Gauges>,
}

impl Watched {
    /// Watches `ledger`.
    #[must_use]
    pub fn new(ledger: Box<dyn Ledger>, gauges: Arc<Gauges>) -> Self {
        Self { ledger, gauges }
    }
}

impl Ledger for Watched {
    fn get(&self, key: &str) -> Option<Kept> {
        self.ledger.get(key)
    }

    fn commit(&self, kept: &Kept) -> Result<(), String> {
        let committed = self.ledger.commit(kept);
        self.gauges.durable(committed.is_ok());
        committed
    }

    fn note(&self, kept: &Kept) {
        self.ledger.note(kept);
    }

    fn settle(&self) -> Option<Duration> {
        self.ledger.settle()
    }

    fn is_new(&self) -> bool {
        self.ledger.is_new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StateDir;
    use crate::wire::about::About;
    use crate::wire::frame::State;
    use crate::wire::kept::Phase;
    use crate::wire::time::Time;

    #[test]
    fn both_ledgers_remember_the_newest_of_each_box() {
        let dir = tempfile::tempdir().expect("a directory");
        let state = StateDir::open(&dir.path().join("state")).expect("opens");
        let boxes = Boxes::open(&state, false, Time::default()).expect("opens");
        let ledgers: [&dyn Ledger; 2] = [&boxes, &InMemory::default()];
        for ledger in ledgers {
            assert!(ledger.is_new());
            assert_eq!(ledger.get("k"), None);
            let intent = Kept {
                key: "k".into(),
                frame: "f".into(),
                sink: "mattermost".into(),
                server: "chat.example.org".into(),
                channel: "c".into(),
                root: None,
                phase: Phase::Intended,
                post: None,
                since: Time(1),
                seq: 0,
                part: 0,
                hash: String::new(),
                rev: 1,
                state: State::Active,
                at: Time(2),
                note: None,
                about: About::default(),
            };
            ledger.commit(&intent).expect("committed");
            assert_eq!(ledger.get("k").as_ref(), Some(&intent));
            let live = Kept {
                phase: Phase::Live,
                post: Some("p".into()),
                seq: 1,
                ..intent
            };
            ledger.note(&live);
            assert_eq!(ledger.get("k"), Some(live));
        }
    }
}
