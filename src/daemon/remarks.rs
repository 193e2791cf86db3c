//! What was odd in the transcripts: counted, and named once with its place.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::gauges::Gauges;
use crate::follow::Id;
use crate::source::{Remark, Source};

/// Counts of what was odd.
#[derive(Debug, Default)]
pub struct Oddities {
    /// Lines that are no JSON objects.
    pub broken: u64,
    /// Lines over the cap.
    pub oversize: u64,
    /// Transcripts that could not be read.
    pub unreadable: u64,
    remarks: HashMap<Remark, u64>,
    /// Failures that were told.
    told: HashSet<String>,
    fresh: Vec<String>,
    /// Those that could not be read at the last try.
    unread: HashSet<Id>,
    gauges: Arc<Gauges>,
}

/// Broken and overlong lines that are named one by one, before only their count is told.
const NAMED_BROKEN: u64 = 20;
/// Kinds of oddities that are told apart; a transcript may make up ever new ones.
const MOST_KINDS: usize = 1_000;

impl Oddities {
    /// Counts show in `gauges` from now on.
    pub fn show_in(&mut self, gauges: &Arc<Gauges>) {
        self.gauges = Arc::clone(gauges);
    }

    pub(super) fn remark(
        &mut self,
        source: Source,
        remark: Remark,
        place: impl FnOnce() -> String,
    ) {
        self.gauges.unknown(source.name(), &remark);
        if let Some(count) = self.remarks.get_mut(&remark) {
            *count += 1;
            return;
        }
        if self.remarks.len() >= MOST_KINDS {
            return;
        }
        self.fresh.push(format!(
            "{}: {remark}; it is counted, and not named again",
            place()
        ));
        self.remarks.insert(remark, 1);
    }

    /// The event queue of the system was too full so many times since the start.
    pub(super) fn overflows(&self, count: u64) {
        self.gauges.overflows(count);
    }

    pub(super) fn broken(&mut self, reason: &str, place: impl FnOnce() -> String) {
        self.broken += 1;
        self.gauges.broken();
        tracing::info!(class = "broken_record", "a record was skipped");
        if self.broken <= NAMED_BROKEN {
            self.fresh
                .push(format!("{}: skipped a line that is {reason}", place()));
        }
    }

    /// A line of `bytes` bytes was skipped.
    pub fn oversize(&mut self, bytes: u64, place: impl FnOnce() -> String) {
        self.oversize += 1;
        self.gauges.oversize();
        tracing::info!(class = "oversize_record", "a record was skipped");
        if self.oversize <= NAMED_BROKEN {
            self.fresh.push(format!(
                "{}: skipped a line of {bytes} bytes; --max-line-bytes allows longer ones",
                place()
            ));
        }
    }

    pub(super) fn unreadable(&mut self, message: String) {
        // It is tried again and again: people need to read it once.
        if self.told.len() < MOST_KINDS && self.told.insert(message.clone()) {
            self.unreadable += 1;
            self.fresh.push(message);
        }
    }

    /// Our own code failed on the record at `place`.
    pub(super) fn failed_on(&mut self, place: &str) {
        self.gauges.broken();
        tracing::error!(class = "session_set_aside", "we failed on a record");
        self.unreadable(format!(
            "{place}: live-status failed on this record, which is a defect in it; the session is set aside and the \
             others go on. Please report it, without the record"
        ));
    }

    /// A transcript was tried, and could be read or not; what is gone counts as read.
    pub(super) fn tried(&mut self, id: Id, readable: bool) {
        let changed = if readable {
            self.unread.remove(&id)
        } else {
            self.unread.insert(id)
        };
        if changed {
            let count = self.unread.len();
            self.gauges.unreadable(count);
            if readable {
                tracing::info!(count, "a transcript can be read again, or is gone");
            } else {
                tracing::warn!(count, class = "unreadable", "a transcript cannot be read");
            }
        }
    }

    pub(super) fn say(&mut self, message: String) {
        self.fresh.push(message);
    }

    /// What there is to say since the last call.
    pub fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.fresh)
    }

    /// A sentence about what was counted more than once; nothing where all was told.
    #[must_use]
    pub fn summary(&self) -> Option<String> {
        let mut parts = Vec::new();
        if self.broken > NAMED_BROKEN {
            parts.push(format!("{} broken lines in all", self.broken));
        }
        if self.oversize > NAMED_BROKEN {
            parts.push(format!("{} lines over the cap in all", self.oversize));
        }
        let mut repeated: Vec<_> = self
            .remarks
            .iter()
            .filter(|(_, count)| **count > 1)
            .collect();
        repeated.sort();
        parts.extend(
            repeated
                .into_iter()
                .map(|(remark, count)| format!("{remark}: {count} times")),
        );
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// What could not be read, in a sentence; nothing where all could.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        let count = |number: u64, one: &str, many: &str| match number {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{number} {many}")),
        };
        let parts = [
            count(
                self.broken,
                "broken line was skipped",
                "broken lines were skipped",
            ),
            count(
                self.unreadable,
                "transcript could not be read",
                "transcripts could not be read",
            ),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Fault 20.
    #[test]
    fn what_fails_again_and_what_is_made_up_is_told_in_bounds() {
        let mut odd = Oddities::default();
        for _ in 0..3 {
            odd.unreadable("cannot read a".into());
        }
        assert_eq!(odd.take(), ["cannot read a"]);
        for number in 0..MOST_KINDS + 10 {
            odd.remark(
                Source::OpenClaw,
                Remark::Type(number.to_string()),
                String::new,
            );
        }
        assert_eq!(odd.take().len(), MOST_KINDS);
        assert_eq!(odd.unreadable, 1);
    }
}
