//! Notes that come thick and fast are written together: a transaction costs more than a row.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::wire::kept::Kept;

/// What was noted is written at most so long after it.
const SOON: Duration = Duration::from_millis(200);
/// So many wait at most.
const MOST: usize = 256;
/// Where they could not be written, that is tried again after so long.
const AGAIN: Duration = Duration::from_secs(10);
/// So many are kept until they can be.
const MOST_OWED: usize = 4_096;

/// What was noted and is not written yet.
///
/// Whoever looks a box up finds it here, unless another process closed it by hand meanwhile.
#[derive(Debug, Default)]
pub(super) struct Notes {
    waiting: HashMap<String, Arc<Kept>>,
    /// Those that are being written.
    leaving: HashMap<String, Arc<Kept>>,
    /// After how many writes of other processes the row of a box was looked up though a note of it
    /// waits.
    looked_up: HashMap<String, u64>,
    /// When some were written last.
    written: Option<Instant>,
    /// They could not be.
    troubled: bool,
}

impl Notes {
    /// Notes a box; whether there is no room for more.
    pub(super) fn add(&mut self, kept: &Kept) -> bool {
        if self.waiting.len() < MOST_OWED || self.waiting.contains_key(&kept.key) {
            self.waiting
                .insert(kept.key.clone(), Arc::new(kept.clone()));
        }
        self.waiting.len() >= MOST && !self.troubled
    }

    /// Notes a box that could not be written.
    pub(super) fn owe(&mut self, kept: &Kept, now: Instant) {
        self.troubled = true;
        self.written = Some(now);
        self.add(kept);
    }

    /// What could not be written before can be now.
    pub(super) fn recovered(&mut self) {
        self.troubled = false;
    }

    /// Whether the last that was tried could not be written.
    pub(super) fn is_troubled(&self) -> bool {
        self.troubled
    }

    pub(super) fn get(&self, key: &str) -> Option<Arc<Kept>> {
        let kept = self.waiting.get(key).or_else(|| self.leaving.get(key))?;
        Some(Arc::clone(kept))
    }

    /// Whether the row of a box was looked up since another process wrote last, `writes` by then.
    pub(super) fn was_looked_up(&self, key: &str, writes: u64) -> bool {
        self.looked_up.get(key) == Some(&writes)
    }

    /// It was, and says nothing that the note does not.
    pub(super) fn looked_up(&mut self, key: &str, writes: u64) {
        self.looked_up.insert(key.to_owned(), writes);
    }

    /// The box is remembered otherwise.
    pub(super) fn forget(&mut self, key: &str) {
        self.looked_up.remove(key);
        self.waiting.remove(key);
        self.leaving.remove(key);
    }

    /// How long the notes can wait; nothing where there are none. The first after a while cannot.
    pub(super) fn patience(&self, now: Instant) -> Option<Duration> {
        if self.waiting.is_empty() {
            return None;
        }
        let pause = if self.troubled { AGAIN } else { SOON };
        let since = self
            .written
            .map_or(pause, |written| now.saturating_duration_since(written));
        match self.waiting.len() {
            MOST.. if !self.troubled => Some(Duration::ZERO),
            _ => Some(pause.saturating_sub(since)),
        }
    }

    /// Gives them all to be written; until [`written`](Self::written) they are found here still.
    pub(super) fn take(&mut self, now: Instant) -> Vec<Arc<Kept>> {
        self.written = Some(now);
        self.leaving = std::mem::take(&mut self.waiting);
        self.leaving.values().map(Arc::clone).collect()
    }

    pub(super) fn written(&mut self) {
        for key in self.leaving.keys() {
            if !self.waiting.contains_key(key) {
                self.looked_up.remove(key);
            }
        }
        self.leaving.clear();
        self.troubled = false;
    }

    /// Those that were taken could not be written: they wait again, where nothing newer does.
    pub(super) fn refused(&mut self) {
        self.troubled = true;
        for (key, kept) in std::mem::take(&mut self.leaving) {
            if self.waiting.len() < MOST_OWED {
                self.waiting.entry(key).or_insert(kept);
            }
        }
    }
}
