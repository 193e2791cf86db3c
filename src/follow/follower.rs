//! The follower: every transcript under its roots, and how far each was read.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::agenda::Agenda;
use super::lines::Lines;
use super::names;
use super::open::Stat;
use super::place::Place;
use super::root::Root;
use super::session::{Change, Counters, Era, Id, Note, Options, RowSeen, Session};
use super::tail::Tail;
use super::wait::Due;
use super::wake::Bed;
use super::watch::Watches;
use crate::wire::event::Name;

/// Follows transcripts, wherever they are kept.
pub struct Follower {
    pub(super) roots: Vec<Root>,
    pub(super) options: Options,
    pub(super) places: Vec<Place>,
    pub(super) entries: Vec<Entry>,
    pub(super) lines: Lines,
    pub(super) counters: Counters,
    pub(super) pending: Vec<PendingRow>,
    pub(super) seed: RandomState,
    /// Counts looks at directories, to find what vanished.
    pub(super) round: u32,
    pub(super) bed: Option<Bed>,
    pub(super) watches: Option<Watches>,
    /// A transcript is a symbolic link: its target changes without a watch knowing.
    pub(super) linked: bool,
    /// The pauses between tries of sessions that could not be read.
    pub(super) retries: HashMap<Id, Duration>,
    pub(super) agenda: Agenda<Due, Instant>,
    notes: Vec<Note>,
    noted: HashSet<u64>,
}

/// A session with its cursor.
pub(super) struct Entry {
    pub(super) session: Session,
    pub(super) place: u32,
    pub(super) round: u32,
    pub(super) state: State,
    /// The file name, where it is no UTF-8 and `session.at` cannot give it back.
    odd_name: Option<Box<OsString>>,
    pub(super) body: Body,
}

impl Entry {
    /// A session without an odd file name.
    pub(super) fn new(
        session: Session,
        place: usize,
        state: State,
        round: u32,
        body: Body,
    ) -> Self {
        Self {
            session,
            place: place as u32,
            round,
            state,
            odd_name: None,
            body,
        }
    }
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
}

/// A changed row that waits to be handed out.
pub(super) struct PendingRow {
    id: Option<Id>,
    agent: Name,
    key: String,
    json: Vec<u8>,
    era: Era,
}

/// Takes index rows.
pub(super) type EachRow<'a> = dyn FnMut(Option<Id>, &RowSeen<'_>) + 'a;

impl Follower {
    /// Follows `roots`; nothing is looked at yet.
    #[must_use]
    pub fn new(roots: Vec<Root>, options: Options) -> Self {
        Self {
            roots,
            lines: Lines::new(options.max_line_bytes),
            options,
            places: Vec::new(),
            entries: Vec::new(),
            counters: Counters::default(),
            pending: Vec::new(),
            seed: RandomState::new(),
            round: 0,
            bed: None,
            watches: None,
            linked: false,
            retries: HashMap::new(),
            agenda: Agenda::default(),
            notes: Vec::new(),
            noted: HashSet::new(),
        }
    }

    /// Every session that is there or announced, in order of its number.
    pub fn sessions(&self) -> impl Iterator<Item = (Id, &Session)> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.state != State::Gone)
            .map(|(id, entry)| (id as Id, &entry.session))
    }

    /// The session of a number that this follower gave.
    #[must_use]
    pub fn session(&self, id: Id) -> &Session {
        &self.entry(id).session
    }

    /// Whether its transcript exists: a row may announce one, and one may vanish.
    #[must_use]
    pub fn exists(&self, id: Id) -> bool {
        self.entry(id).state == State::Here
    }

    /// Whether there may be something behind the cursor, by the last look.
    ///
    /// A read finds out for sure; this spares opening thousands of old files.
    #[must_use]
    pub fn has_unread(&self, id: Id) -> bool {
        match &self.entry(id).body {
            Body::File(tail) => tail.dirty,
            Body::Store(rows) => rows.seq != rows.newest,
        }
    }

    /// The generation that the next record belongs to; `None` before the first whole line was seen.
    #[must_use]
    pub fn generation(&self, id: Id) -> Option<Name> {
        match &self.entry(id).body {
            Body::File(tail) => tail.generation().map(Name::from),
            Body::Store(rows) => rows.generation.clone(),
        }
    }

    /// When it was last written, by the last look; `None` where there is nothing yet.
    #[must_use]
    pub fn modified(&self, id: Id) -> Option<SystemTime> {
        let entry = self.entry(id);
        match &entry.body {
            Body::File(_) if entry.state == State::Awaited => None,
            Body::File(tail) => Some(tail.stat.modified()),
            Body::Store(rows) => {
                let since = std::time::Duration::from_millis(rows.updated_ms.try_into().ok()?);
                SystemTime::UNIX_EPOCH.checked_add(since)
            }
        }
    }

    /// Bytes of a file, number of rows in a store, by the last look.
    #[must_use]
    pub fn size(&self, id: Id) -> u64 {
        match &self.entry(id).body {
            Body::File(tail) => tail.stat.size,
            Body::Store(rows) => u64::try_from(rows.newest + 1).unwrap_or_default(),
        }
    }

    /// The transcript of that file name in the same directory as `near`.
    #[must_use]
    pub fn find(&self, file_name: &str, near: Id) -> Option<Id> {
        let place = &self.places[self.entry(near).place as usize];
        place
            .names
            .get(&self.seed.hash_one(OsStr::new(file_name)))
            .copied()
    }

    /// Hands out the rows that changed since, without looking at the disk.
    pub fn rows(&mut self, each: &mut dyn FnMut(Option<Id>, &RowSeen<'_>)) {
        for row in std::mem::take(&mut self.pending) {
            let seen = RowSeen {
                agent: &row.agent,
                key: &row.key,
                json: &row.json,
                era: row.era,
            };
            each(row.id, &seen);
        }
    }

    /// What a person may want to know, each once.
    pub fn notes(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes)
    }

    /// What was read and skipped so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    pub(super) fn entry(&self, id: Id) -> &Entry {
        &self.entries[id as usize]
    }

    pub(super) fn entry_mut(&mut self, id: Id) -> &mut Entry {
        &mut self.entries[id as usize]
    }

    /// Says `text` about `path`, once.
    pub(super) fn note(&mut self, path: &Path, text: impl Into<String>) {
        let text = text.into();
        // A store or a file may fail in ever new ways: people have read enough by then.
        const MOST: usize = 10_000;
        if self.noted.len() < MOST && self.noted.insert(self.seed.hash_one((path, &text))) {
            self.notes.push(Note {
                path: path.to_owned(),
                text,
            });
        }
    }

    /// The directory and the name of a session's file.
    pub(super) fn file_of(&self, id: Id) -> Option<(PathBuf, OsString)> {
        let entry = self.entry(id);
        if matches!(entry.body, Body::Store(_)) {
            return None;
        }
        let place = &self.places[entry.place as usize];
        let folder = place.home.sessions.clone()?;
        let name = match &entry.odd_name {
            Some(name) => OsString::clone(name),
            None => entry.session.at.get(place.shown.len()..)?.into(),
        };
        Some((folder, name))
    }

    /// Adds the session of a file.
    pub(super) fn add_file(
        &mut self,
        place: usize,
        name: &OsStr,
        sid: Option<Name>,
        stat: Option<Stat>,
    ) -> Id {
        let id = self.entries.len() as Id;
        let here = &mut self.places[place];
        here.names.insert(self.seed.hash_one(name), id);
        let shown = name.to_string_lossy();
        self.entries.push(Entry {
            session: Session {
                agent: here.home.agent.clone(),
                sid: sid.unwrap_or_else(|| names::sid(&shown).into()),
                key: None,
                at: [&here.shown, &*shown].concat().into(),
                era: Era::Files,
            },
            place: place as u32,
            round: self.round,
            state: if stat.is_some() {
                State::Here
            } else {
                State::Awaited
            },
            odd_name: name.to_str().is_none().then(|| Box::new(name.to_owned())),
            body: Body::File(Tail {
                stat: stat.unwrap_or_default(),
                read_from: stat.map_or((0, 0), |stat| (stat.dev, stat.ino)),
                dirty: true,
                ..Tail::default()
            }),
        });
        id
    }

    /// Keeps the changed rows of a look that has no taker for them.
    pub(super) fn keep_rows(
        pending: &mut Vec<PendingRow>,
    ) -> impl FnMut(Option<Id>, &RowSeen<'_>) + '_ {
        |id, row| {
            pending.push(PendingRow {
                id,
                agent: row.agent.clone(),
                key: row.key.to_owned(),
                json: row.json.to_vec(),
                era: row.era,
            });
        }
    }

    /// Sorts changes and drops repeated ones: a session is new before it grows.
    pub(super) fn tidy(changes: &mut Vec<Change>) {
        let mut seen = HashMap::with_capacity(changes.len());
        for (at, change) in changes.iter().enumerate() {
            seen.entry(rank(change)).or_insert(at);
        }
        let mut at = 0;
        changes.retain(|change| {
            let keep = seen.get(&rank(change)) == Some(&at);
            at += 1;
            keep
        });
    }
}

/// What makes two changes the same.
fn rank(change: &Change) -> (u8, Id) {
    match *change {
        Change::New(id) => (0, id),
        Change::Keyed(id) => (1, id),
        Change::Row(id) => (2, id),
        Change::Grown(id) => (3, id),
        Change::Gone(id) => (4, id),
    }
}
