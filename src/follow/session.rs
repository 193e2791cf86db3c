//! The words this room speaks in: sessions, changes, pieces, counters.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::wire::event::Name;

/// A session's number for the life of the process.
pub type Id = u32;

/// How an agent keeps its transcripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// One file a session, and `sessions.json` beside them.
    Files,
    /// A SQLite store per agent.
    Store,
}

/// One transcript, as far as its place and its index row tell.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// The source of its transcript.
    pub source: &'static str,
    /// The id of the session that started it, where its place tells.
    pub parent: Option<&'a Name>,
    /// The agent's id.
    pub agent: &'a Name,
    /// The row's `sessionId`, else what the file's name says.
    pub sid: &'a Name,
    /// The session key of the row that claims this transcript; the last one known.
    pub key: Option<&'a Name>,
    /// File or store.
    pub era: Era,
}

/// What may have happened to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// First seen.
    New(Id),
    /// There may be something to read, a rewrite included.
    Grown(Id),
    /// Its index row changed; [`rows`](super::Follower::rows) hands it out.
    Row(Id),
    /// Its row appeared, or another key claims it now: see [`Session::key`].
    Keyed(Id),
    /// Its transcript is no longer there.
    Gone(Id),
}

impl Change {
    /// Whose change it is.
    #[must_use]
    pub fn id(self) -> Id {
        match self {
            Self::New(id) | Self::Grown(id) | Self::Row(id) | Self::Keyed(id) | Self::Gone(id) => {
                id
            }
        }
    }
}

/// An index row that is new or changed.
#[derive(Clone, Copy, Debug)]
pub struct RowSeen<'a> {
    /// The agent whose index holds it.
    pub agent: &'a Name,
    /// The session key.
    pub key: &'a str,
    /// The entry as it stands in the index, raw JSON.
    pub json: &'a [u8],
    /// Where the index is: `sessions.json` or a table.
    pub era: Era,
}

/// What reading a session hands out, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece<'a> {
    /// A whole line, never blank, without newline, carriage return, BOM and the NULs of a hole.
    Line {
        /// The line.
        bytes: &'a [u8],
        /// Offset of its first byte.
        off: u64,
        /// Offset behind its newline.
        end: u64,
    },
    /// A row of a store, decompressed.
    Row {
        /// The record's JSON.
        bytes: &'a [u8],
        /// Its number within the session.
        seq: i64,
    },
    /// A line or a row above the cap was skipped.
    Oversize {
        /// Where it stands.
        at: At,
        /// Its length without the newline.
        bytes: u64,
    },
    /// A row of a store that could not be decoded.
    BadRow {
        /// Its number within the session.
        seq: i64,
        /// Why.
        error: String,
    },
    /// The generation that the following lines or rows belong to; before the first of each.
    Generation(Name),
    /// The transcript was rewritten: what follows begins again at its start, in a new generation.
    Rewound {
        /// What gave it away.
        reason: &'static str,
    },
}

/// The place of a record within its transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Offset of its first byte in a file.
    Off(u64),
    /// Its number within a store.
    Seq(i64),
}

/// How to follow.
#[derive(Clone, Debug)]
pub struct Options {
    /// Stay and follow; else the disk is read once. Decides how stores are opened.
    pub follow: bool,
    /// Look once a second instead of using the system's watches.
    pub poll: bool,
    /// Read transcripts that are symbolic links.
    pub links: bool,
    /// Longer lines are skipped and counted.
    pub max_line_bytes: usize,
    /// Agents to look at; empty means all.
    pub agents: Vec<String>,
    /// Leave out transcripts that were not written since.
    pub modified_since: Option<SystemTime>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            follow: false,
            poll: false,
            links: false,
            max_line_bytes: 32 * 1024 * 1024,
            agents: Vec::new(),
            modified_since: None,
        }
    }
}

/// Something a person may want to know, said once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub path: PathBuf,
    /// What, in a sentence.
    pub text: String,
}

/// What was read and skipped so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Bytes of whole lines and rows.
    pub bytes: u64,
    /// Lines handed out.
    pub lines: u64,
    /// Rows of stores handed out.
    pub rows: u64,
    /// Blank lines skipped.
    pub blank: u64,
    /// Lines above the cap.
    pub oversize: u64,
    /// NUL bytes of holes skipped.
    pub nul_bytes: u64,
    /// Rows that could not be decoded.
    pub bad_rows: u64,
    /// Transcripts found rewritten.
    pub rewinds: u64,
    /// Overflows of the system's event queue.
    pub overflows: u64,
    /// Looks at every directory.
    pub scans: u64,
}

/// Why a session could not be read now; others are unaffected and this one is tried again.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file.
    #[error("cannot read {}: {error}", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The store.
    #[error("cannot read {}: {error}", path.display())]
    Store {
        /// Its path.
        path: PathBuf,
        /// What SQLite said.
        error: rusqlite::Error,
    },
}
