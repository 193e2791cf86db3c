//! The newest run of a session, as its records tell it.

use std::hash::{Hash as _, Hasher as _};

use foldhash::{HashMap, HashMapExt as _};

use super::stream::Stretch;
use crate::wire::event::{FileChange, Name, Outcome, Route};
use crate::wire::time::Time;

/// A turn without a record for this long is over, whatever its last record was:
/// `MAX_SESSION_DURATION_S`, 30 minutes, in milliseconds.
const LOST_AFTER_MS: i64 = 1_800_000;

/// The newest run of a session.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: Name,
    pub(super) started: Option<Time>,
    /// Calls without a result.
    pub(super) pending: HashMap<Name, Pending>,
    /// Background jobs that have not ended.
    pub(super) jobs: Vec<Name>,
    /// Calls that wait for a person, with the wait's id.
    pub(super) asked: Vec<Name>,
    /// Sub-agents whose results are to be announced.
    pub(super) awaited: u32,
    /// A tool was used.
    pub(super) worked: bool,
    /// Text that is not a silent token was said.
    pub(super) spoke: bool,
    /// What the newest record was.
    pub(super) last: Last,
    pub(super) last_at: Option<Time>,
    /// How it ended, and whether the source said so itself.
    pub(super) ended: Option<End>,
    /// Only a row told of it so far.
    pub(super) announced: bool,
    /// A person in a chat asked, so a row's route may count for it.
    pub(super) from_chat: bool,
    /// The route it was given.
    pub(super) route: Option<Route>,
    /// The request itself said where it came from: the row has no say.
    pub(super) placed: bool,
    /// The request's text, hashed: a fallback to another model appends it again.
    pub(super) asked_for: u64,
    /// What its stream is in the middle of.
    pub(super) stretch: Stretch,
}

/// A call without a result.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Its tool.
    pub(super) name: Option<Box<str>>,
    /// Tool Search stood in between.
    pub(super) wrapped: bool,
    /// `label` or `taskName` of a spawn.
    pub(super) title: Option<Box<str>>,
    /// The child is behind the Agent Client Protocol.
    pub(super) acp: bool,
    /// The files that it changes if it comes back well.
    pub(super) files: Vec<FileChange>,
}

/// What the newest record of a run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Request,
    Assistant,
    /// An assistant message of nothing but words on its way.
    Commentary,
    /// An assistant message that ended the turn by its stop reason.
    Answer,
    Result,
    Error,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    pub(super) outcome: Outcome,
    pub(super) explicit: bool,
    pub(super) at: Option<Time>,
}

impl Run {
    pub(super) fn new(id: Name, started: Option<Time>) -> Self {
        Self {
            id,
            started,
            pending: HashMap::new(),
            jobs: Vec::new(),
            asked: Vec::new(),
            awaited: 0,
            worked: false,
            spoke: false,
            last: Last::Request,
            last_at: started,
            ended: None,
            announced: false,
            from_chat: false,
            route: None,
            placed: false,
            asked_for: 0,
            stretch: Stretch::default(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether the assistant had the last word and nothing is left to do.
    pub(super) fn has_answered(&self) -> bool {
        self.pending.is_empty() && matches!(self.last, Last::Assistant | Last::Answer)
    }

    /// How the run ended by what its records show, if nothing more comes.
    pub(super) fn outcome_by_records(&self) -> Outcome {
        match self.last {
            _ if !self.pending.is_empty() => Outcome::Interrupted,
            Last::Assistant | Last::Answer => Outcome::Ok,
            Last::Error => Outcome::Error,
            Last::Request | Last::Result | Last::Commentary => Outcome::Interrupted,
        }
    }

    /// Whether a new request goes into this turn rather than beginning another.
    pub(super) fn takes(&self, at: Option<Time>, text: &str) -> bool {
        let lost = matches!((at, self.last_at), (Some(at), Some(last)) if at.since_ms(last) > LOST_AFTER_MS);
        let joins = match self.last {
            // A queued message is appended between tool results and the next call of the model.
            Last::Request | Last::Result => true,
            // After errors the same request may come again, for another model.
            Last::Error => self.asked_for == hash(text),
            Last::Assistant | Last::Commentary | Last::Answer => false,
        };
        self.is_open() && !lost && self.pending.is_empty() && joins
    }
}

/// Tells one request's text from another within a process.
pub(super) fn hash(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
