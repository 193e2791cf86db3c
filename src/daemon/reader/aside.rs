//! A session whose records our own code cannot bear: set aside, so that the others go on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Slot;
use crate::wire::event::{Event, RunEnd};

/// What a session's box says once nobody reads it any more.
const REASON: &str = "live-status failed on a record of this session";

/// Takes one step of one session; `None` where our own code panicked over it.
///
/// What the step was changing may be half changed: nobody may ask it anything but whose it is.
pub(in crate::daemon) fn contained<T>(step: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(step)).ok()
}

impl Slot {
    /// Reads the session no more; gives the end of its run, of which nothing more is known.
    pub(super) fn set_aside(&mut self) -> Option<Event> {
        self.aside = true;
        self.unjudged = false;
        let run = self.dialect.newest_run().cloned()?;
        let end = RunEnd {
            outcome: "unknown".into(),
            at: None,
            ms: None,
            reason: Some(REASON.to_owned()),
            inferred: true,
        };
        let mut event = self.clock_event(None, end);
        event.run = Some(run);
        Some(event)
    }

    /// Whether a run of the session is under way, as far as anybody reads it.
    pub(super) fn is_watched(&self) -> bool {
        !self.aside && self.dialect.is_watched()
    }
}

/// Panics where a record has the word that a test asks for, as a defect of ours would.
#[cfg(debug_assertions)]
pub(super) fn failpoint(record: &[u8]) {
    static WORD: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    let word = WORD.get_or_init(|| std::env::var("LIVE_STATUS_TEST_FAIL_ON").ok());
    let hit = word
        .as_ref()
        .is_some_and(|word| memchr::memmem::find(record, word.as_bytes()).is_some());
    assert!(!hit, "a test asked for it");
}

/// No build that is given away reads such a variable.
#[cfg(not(debug_assertions))]
pub(super) fn failpoint(_record: &[u8]) {}
