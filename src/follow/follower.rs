//! The follower: every transcript under its roots, and how far each was read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::hash::BuildHasher as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use foldhash::quality::RandomState;

use super::agenda::Agenda;
use super::entry::{Body, Entry, State};
use super::lines::Lines;
use super::open::Stat;
use super::place::{Home, Place};
use super::root::Root;
use super::session::{Counters, Era, Id, Note, Options, RowSeen, Session};
use super::wait::Due;
use super::wake::Bed;
use super::watch::Watches;
use crate::wire::event::Name;

/// Follows transcripts, wherever they are kept.
pub struct Follower {
    pub(super) roots: Vec<Root>,
    pub(super) options: Options,
    pub(super) places: Vec<Place>,
    /// What was made a place, or is one under another name.
    pub(super) homes: HashSet<Home>,
    pub(super) entries: Vec<Entry>,
    /// Numbers that nobody has any more.
    pub(super) free: BTreeSet<Id>,
    pub(super) lines: Lines,
    pub(super) counters: Counters,
    pub(super) pending: Vec<PendingRow>,
    pub(super) seed: RandomState,
    /// Holds one index after the other while all are looked at.
    pub(super) index_buffer: Vec<u8>,
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
            homes: HashSet::new(),
            entries: Vec::new(),
            free: BTreeSet::new(),
            counters: Counters::default(),
            pending: Vec::new(),
            seed: RandomState::default(),
            index_buffer: Vec::new(),
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
    pub fn sessions(&self) -> impl Iterator<Item = (Id, Session<'_>)> {
        self.entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.state != State::Gone && !entry.is_stream())
            .map(|(id, entry)| (id as Id, self.session_of(entry)))
    }

    /// The session of a number that this follower gave.
    #[must_use]
    pub fn session(&self, id: Id) -> Session<'_> {
        self.session_of(self.entry(id))
    }

    fn session_of<'a>(&'a self, entry: &'a Entry) -> Session<'a> {
        let home = &self.places[entry.place as usize].home;
        Session {
            source: home.source,
            parent: home.parent.as_ref(),
            agent: &home.agent,
            sid: entry.sid(),
            key: entry.key.as_ref(),
            era: match entry.body {
                Body::File(_) => Era::Files,
                Body::Store(_) if entry.filed().is_some() => Era::Files,
                Body::Store(_) => Era::Store,
            },
        }
    }

    /// Its file, or its store; lossy where the path is no UTF-8.
    #[must_use]
    pub fn at(&self, id: Id) -> Name {
        let entry = self.entry(id);
        let place = &self.places[entry.place as usize];
        let filed = entry.filed().map(|file| file.as_os_str().to_owned());
        match filed.or_else(|| entry.file_name()) {
            None => place.store_shown.clone(),
            Some(name) => [&*place.shown, &*name.to_string_lossy()].concat().into(),
        }
    }

    /// Whether it is a file with `letter` in its name, before `.jsonl`.
    #[must_use]
    pub fn is_named_with(&self, id: Id, letter: char) -> bool {
        self.entry(id).is_named_with(letter)
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

    /// Where the file of a session is; `None` in a store.
    pub(super) fn path_of(&self, id: Id) -> Option<PathBuf> {
        let entry = self.entry(id);
        let name = entry.file_name()?;
        let folder = self.places[entry.place as usize].home.sessions.as_ref()?;
        let mut path = PathBuf::with_capacity(folder.as_os_str().len() + name.len() + 1);
        path.push(folder);
        path.push(name);
        Some(path)
    }

    /// Adds the session of a file.
    pub(super) fn add_file(
        &mut self,
        place: usize,
        name: &OsStr,
        sid: Option<Name>,
        stat: Option<Stat>,
    ) -> Id {
        let id = self.enter(Entry::of_file(place, name, sid, stat, self.round));
        let here = &mut self.places[place];
        here.names.insert(self.seed.hash_one(name), id);
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
}
