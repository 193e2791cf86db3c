//! What takes a lock to note down: sources, spans, what is wrong.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http::Histogram;
use crate::safe::redact::Redactor;
use crate::source::Remark;
use crate::wire::frame::Frame;
use crate::wire::time::Time;

/// Types of unknown records that are told apart, of each source.
const MOST_TYPES: usize = 32;
/// Sources that are told apart.
const MOST_SOURCES: usize = 16;
/// Boxes of which it is remembered what they show.
const MOST_SHOWN: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) sources: BTreeMap<String, Seen>,
    pub(super) redactors: Vec<Arc<Redactor>>,
    pub(super) lag: Histogram,
    /// The newest record that each box shows.
    shown: HashMap<String, Time>,
    pub(super) fault: Option<(&'static str, Instant)>,
    /// What is wrong with each sink as a whole.
    pub(super) trouble: HashMap<String, &'static str>,
    /// Boxes that their channels did not take when they were last tried: sink, and key of the frame.
    pub(super) shut_out: HashSet<(String, String)>,
}

#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) events: u64,
    pub(super) unknown: BTreeMap<String, u64>,
}

impl Desk {
    /// What is known of a source, unless there are too many.
    pub(super) fn seen(&mut self, source: &str) -> Option<&mut Seen> {
        let known = self.sources.contains_key(source);
        let fits = known || (self.sources.len() < MOST_SOURCES && is_plain(source));
        fits.then(|| self.sources.entry(source.to_owned()).or_default())
    }

    /// A record that nobody knows.
    pub(super) fn unknown(&mut self, source: &str, kind: &str) {
        if let Some(seen) = self.seen(source) {
            let known = seen.unknown.contains_key(kind) || seen.unknown.len() < MOST_TYPES;
            let kind = if known { kind } else { "other" };
            *seen.unknown.entry(kind.to_owned()).or_default() += 1;
        }
    }

    /// A box shows `frame`. What was written before we began is history, and a frame that the
    /// clock alone made shows no new record.
    pub(super) fn shows(&mut self, frame: &Frame, begun: Time, wall: Time) {
        let Some(last) = frame.last.filter(|last| *last >= begun) else {
            return;
        };
        let is_new = self.shown.get(&frame.key).is_none_or(|shown| *shown < last);
        if frame.state.is_final() {
            self.shown.remove(&frame.key);
        } else {
            if self.shown.len() >= MOST_SHOWN {
                self.shown.clear();
            }
            self.shown.insert(frame.key.clone(), last);
        }
        if is_new {
            let ms = u64::try_from(wall.since_ms(last)).unwrap_or(0);
            self.lag.add(Duration::from_millis(ms));
        }
    }
}

/// Whether a name may be told: a short word, as the types of records are. A transcript may
/// hold anything in their place.
fn is_plain(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphabetic() || b"_-./".contains(&byte);
    (1..=32).contains(&name.len()) && name.bytes().all(fits)
}

/// What stands for a remark in a label; what a transcript says in its place, it may have made up.
pub(super) fn kind_of(remark: &Remark) -> &str {
    match remark {
        Remark::Type(name) if is_plain(name) => name,
        Remark::Type(_) => "other",
        Remark::Role(_) => "role",
        Remark::Block(_) => "block",
        Remark::Key(..) => "key",
        Remark::Repeated(_) => "repeated_key",
        Remark::Shape(_) => "shape",
    }
}
