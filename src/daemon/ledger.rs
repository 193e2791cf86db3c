//! What a sink remembers of its boxes: on the disk, or for as long as the process lives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::gauges::Gauges;
use crate::sink::Ledger;
use crate::store::Boxes;
use crate::wire::kept::Kept;

impl Ledger for Boxes {
    fn get(&self, key: &str) -> Option<Kept> {
        Self::get(self, key)
    }

    fn commit(&self, kept: &Kept) -> Result<(), String> {
        let committed = Self::commit(self, kept);
        say(self);
        committed
    }

    fn note(&self, kept: &Kept) {
        Self::note(self, kept);
    }

    fn settle(&self) -> Option<Duration> {
        Self::settle(self)
    }

    fn probe(&self) -> Result<(), String> {
        let kept = Self::probe(self);
        say(self);
        kept
    }

    fn is_behind(&self) -> bool {
        Self::is_behind(self)
    }

    fn is_new(&self) -> bool {
        Self::is_new(self)
    }
}

/// What had to be mended while we are at work.
fn say(boxes: &Boxes) {
    while let Some(why) = boxes.remark() {
        tracing::warn!(class = "state_set_aside", %why, "the memory of boxes was mended");
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
    /// When it was last found that it cannot be kept.
    lost: Mutex<Option<Instant>>,
}

/// A ledger that cannot be kept is tried again so often, though nothing has to be kept.
const PROBE_EVERY: Duration = Duration::from_secs(10);

impl Watched {
    /// Watches `ledger`.
    #[must_use]
    pub fn new(ledger: Box<dyn Ledger>, gauges: Arc<Gauges>) -> Self {
        Self {
            ledger,
            gauges,
            lost: Mutex::default(),
        }
    }

    /// Shows whether it could be kept at `now`.
    fn found(&self, kept: bool, now: Instant) {
        *self.lost() = (!kept).then_some(now);
        self.gauges.durable(kept);
    }

    /// Tries again, where that is due at `now`; gives when it is next.
    fn probe_at(&self, now: Instant) -> Option<Duration> {
        if self.gauges.is_durable() {
            return None;
        }
        let since = self.lost().map(|at| now.saturating_duration_since(at));
        if let Some(since) = since.filter(|since| *since < PROBE_EVERY) {
            return Some(PROBE_EVERY - since);
        }
        let kept = self.ledger.probe().is_ok();
        self.found(kept, now);
        (!kept).then_some(PROBE_EVERY)
    }

    fn lost(&self) -> MutexGuard<'_, Option<Instant>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for Watched {
    fn get(&self, key: &str) -> Option<Kept> {
        self.ledger.get(key)
    }

    fn commit(&self, kept: &Kept) -> Result<(), String> {
        let committed = self.ledger.commit(kept);
        self.found(committed.is_ok(), Instant::now());
        committed
    }

    fn note(&self, kept: &Kept) {
        self.ledger.note(kept);
    }

    fn settle(&self) -> Option<Duration> {
        let soon = self.ledger.settle();
        if self.ledger.is_behind() && self.gauges.is_durable() {
            self.found(false, Instant::now());
        }
        soon.into_iter().chain(self.probe_at(Instant::now())).min()
    }

    fn probe(&self) -> Result<(), String> {
        self.ledger.probe()
    }

    fn is_behind(&self) -> bool {
        self.ledger.is_behind()
    }

    fn is_new(&self) -> bool {
        self.ledger.is_new()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering::Relaxed;
    use std::sync::atomic::{AtomicBool, AtomicU64};

    use super::*;
    use crate::store::StateDir;
    use crate::wire::about::About;
    use crate::wire::frame::State;
    use crate::wire::kept::Phase;
    use crate::wire::time::Time;

    /// A ledger that cannot be kept until it is mended.
    #[derive(Debug, Default)]
    struct Broken {
        mended: Arc<AtomicBool>,
        probes: Arc<AtomicU64>,
    }

    impl Ledger for Broken {
        fn get(&self, _: &str) -> Option<Kept> {
            None
        }

        fn commit(&self, _: &Kept) -> Result<(), String> {
            Err("the disk is full".into())
        }

        fn note(&self, _: &Kept) {}

        fn probe(&self) -> Result<(), String> {
            self.probes.fetch_add(1, Relaxed);
            let mended = self.mended.load(Relaxed);
            mended
                .then_some(())
                .ok_or_else(|| "the disk is full".into())
        }

        fn is_new(&self) -> bool {
            true
        }
    }

    #[test]
    fn one_that_cannot_be_kept_is_tried_again_every_ten_seconds_and_no_longer_than_that() {
        let broken = Broken::default();
        let (mended, probes) = (Arc::clone(&broken.mended), Arc::clone(&broken.probes));
        let gauges = Arc::new(Gauges::default());
        let watched = Watched::new(Box::new(broken), Arc::clone(&gauges));
        let start = Instant::now();
        let at = |seconds: u64| watched.probe_at(start + Duration::from_secs(seconds));
        assert_eq!(at(0), None, "nothing failed");
        watched.found(false, start);
        assert_eq!(at(4), Some(Duration::from_secs(6)));
        assert_eq!(probes.load(Relaxed), 0);
        assert_eq!(at(10), Some(PROBE_EVERY));
        assert_eq!(at(19), Some(Duration::from_secs(1)));
        mended.store(true, Relaxed);
        assert!(!gauges.is_durable());
        assert_eq!(at(20), None);
        assert!(gauges.is_durable());
        assert_eq!(at(60), None);
        assert_eq!(probes.load(Relaxed), 2);
    }

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
