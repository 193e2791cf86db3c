//! Boxes that an earlier process left unfinished: their runs are told again, however old they are.

use std::collections::{HashMap, HashSet};

use crate::wire::event::{Body, Event};
use crate::wire::frame;

/// Runs whose boxes are not over.
#[derive(Debug, Default)]
pub struct Owed {
    /// Keys of frames, by the UUID of their session.
    runs: HashMap<String, HashSet<String>>,
}

impl Owed {
    /// Runs by the UUID of their session and the key of their frames.
    pub fn new(runs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut owed = Self::default();
        for (sid, key) in runs {
            owed.runs.entry(sid).or_default().insert(key);
        }
        owed
    }

    /// Whether a run of the session is owed.
    pub(super) fn is_of(&self, sid: &str) -> bool {
        self.runs.contains_key(sid)
    }

    /// Whether the event begins a run that is owed, which is then no longer owed.
    pub(super) fn begins(&mut self, event: &Event) -> bool {
        let (Body::RunStart(_), Some(sid), Some(run)) = (&event.body, &event.sid, &event.run)
        else {
            return false;
        };
        let Some(keys) = self.runs.get_mut(&**sid) else {
            return false;
        };
        let met = keys.remove(&frame::key(&event.source, sid, run));
        if keys.is_empty() {
            self.runs.remove(&**sid);
        }
        met
    }

    /// The keys of what was never met: their transcripts are gone.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let mut keys: Vec<_> = self.runs.values().flatten().cloned().collect();
        keys.sort_unstable();
        keys
    }
}
