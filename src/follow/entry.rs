//! What is kept of one session. Thousands are, most of them idle: what its place tells is not repeated.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::messages::After;
use super::names;
use super::open::Stat;
use super::tail::Tail;
use crate::wire::event::Name;

/// A session with its cursor.
pub(super) struct Entry {
    sid: Name,
    /// The session key of the row that claims it; the last one known.
    pub(super) key: Option<Name>,
    /// The file's name, where the session's id does not tell it; in a cabinet, the way to it.
    file: Option<Box<OsString>>,
    pub(super) place: u32,
    pub(super) round: u32,
    pub(super) state: State,
    pub(super) body: Body,
}

/// Whether the transcript is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// A row announces it; the file comes with the first answer.
    Awaited,
    Here,
    Gone,
}

/// Where the cursor stands.
pub(super) enum Body {
    File(Tail),
    Store(Rows),
}

/// The cursor of a session in a store.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) generation: Option<Name>,
    /// The last row handed out; -1 before the first.
    pub(super) seq: i64,
    /// The newest row known.
    pub(super) newest: i64,
    /// Milliseconds since 1970.
    pub(super) updated_ms: i64,
    /// Where a pass through messages that change in place stands, and the time that it reaches.
    pub(super) after: Option<Box<After>>,
    pub(super) ceiling: Option<i64>,
    /// Such messages that were begun before it are passed over, in milliseconds since 1970.
    pub(super) begun: i64,
    /// But for answers that were not finished at this time, in milliseconds since 1970.
    pub(super) done: Option<i64>,
    /// The last row of its stream that was handed out, and the newest known; 0 before the first.
    pub(super) stream: i64,
    pub(super) streamed: i64,
}

impl Entry {
    /// The session of the file `name`; without `sid` its name says whose it is, without `stat` it is announced.
    pub(super) fn of_file(
        place: usize,
        name: &OsStr,
        sid: Option<Name>,
        stat: Option<Stat>,
        round: u32,
    ) -> Self {
        let sid = sid.unwrap_or_else(|| names::sid(&name.to_string_lossy()).into());
        let state = match stat {
            Some(_) => State::Here,
            None => State::Awaited,
        };
        let tail = Tail {
            stat: stat.unwrap_or_default(),
            read_from: stat.map_or((0, 0), |stat| (stat.dev, stat.ino)),
            dirty: true,
            ..Tail::default()
        };
        Self {
            file: (!names::is_file_of(name, &sid)).then(|| Box::new(name.to_owned())),
            sid,
            key: None,
            place: place as u32,
            round,
            state,
            body: Body::File(tail),
        }
    }

    /// The session `sid` of a store.
    pub(super) fn of_store(place: usize, sid: &str, state: State, round: u32) -> Self {
        Self {
            sid: sid.into(),
            key: None,
            file: None,
            place: place as u32,
            round,
            state,
            body: Body::Store(Rows {
                seq: -1,
                newest: -1,
                ..Rows::default()
            }),
        }
    }

    /// The session `sid` of a cabinet, whose file is `file` below the folder of sessions.
    pub(super) fn of_cabinet(place: usize, sid: &str, file: &Path, round: u32) -> Self {
        Self {
            file: Some(Box::new(file.as_os_str().to_owned())),
            ..Self::of_store(place, sid, State::Here, round)
        }
    }

    /// The file of a session of a cabinet, below the folder of sessions; `None` elsewhere.
    pub(super) fn filed(&self) -> Option<&Path> {
        let file = self.file.as_deref().map(Path::new);
        file.filter(|_| matches!(self.body, Body::Store(_)))
    }

    /// Takes in where the file of a session of a cabinet is now: it may be given to another project.
    pub(super) fn file_under(&mut self, file: &Path) {
        self.file = Some(Box::new(file.as_os_str().to_owned()));
    }

    /// Its id: the row's `sessionId`, else what the file's name says.
    pub(super) fn sid(&self) -> &Name {
        &self.sid
    }

    /// Gives it another id; its file keeps its name.
    pub(super) fn set_sid(&mut self, sid: Name) {
        self.file = self
            .file_name()
            .filter(|name| !names::is_file_of(name, &sid))
            .map(Box::new);
        self.sid = sid;
    }

    /// The name of its file, where the session's id does not tell it.
    pub(super) fn odd_name(&self) -> Option<&OsStr> {
        self.file.as_deref().map(OsString::as_os_str)
    }

    /// The name of its file in the place's directory; `None` in a store.
    pub(super) fn file_name(&self) -> Option<OsString> {
        match (&self.body, &self.file) {
            (Body::Store(_), _) => None,
            (Body::File(_), Some(name)) => Some(OsString::clone(name)),
            (Body::File(_), None) => Some([&*self.sid, names::SUFFIX].concat().into()),
        }
    }

    /// Whether it is a file with `letter` in its name, before `.jsonl`.
    pub(super) fn is_named_with(&self, letter: char) -> bool {
        match (&self.body, &self.file) {
            (Body::Store(_), _) => false,
            (Body::File(_), Some(name)) => name.to_string_lossy().contains(letter),
            (Body::File(_), None) => self.sid.contains(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_name_whatever_its_row_calls_the_session() {
        for name in [
            "a.jsonl",
            "a-topic-7.jsonl",
            "2026-09-25T10-00-07-120Z_a.jsonl",
        ] {
            let mut entry = Entry::of_file(0, OsStr::new(name), None, None, 1);
            assert_eq!(&**entry.sid(), "a", "{name}");
            for sid in ["b", "a", "a-topic-7", ""] {
                entry.set_sid(sid.into());
                assert_eq!(&**entry.sid(), sid, "{name}");
                assert_eq!(entry.file_name(), Some(name.into()), "{name} as {sid:?}");
            }
        }
    }

    #[test]
    fn an_idle_session_is_a_small_record() {
        assert!(size_of::<Entry>() <= 176, "{}", size_of::<Entry>());
    }
}
