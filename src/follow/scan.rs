//! Looking at the disk: what is new, what has grown, what is gone, which rows changed.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::hash::BuildHasher;
use std::io;
use std::path::Path;

use super::entry::{Body, State};
use super::follower::{EachRow, Follower};
use super::listing::{self, Listing};
use super::names;
use super::open::{self, Stat};
use super::place::{Home, Place, expand};
use super::reading;
use super::session::{Change, Era, Id, RowSeen};

/// What holds most indexes; memory that is not written to costs nothing.
const INDEX_BUFFER: usize = 1024 * 1024;

impl Follower {
    /// Looks at every directory, index and store under the roots.
    ///
    /// Every index row that is new or has changed is handed to `rows` once, with
    /// the session it claims: `None` where it names no transcript. Gives what
    /// changed since the last look, in order; all sessions are new at first.
    pub fn scan(&mut self, rows: &mut dyn FnMut(Option<Id>, &RowSeen<'_>)) -> Vec<Change> {
        self.counters.scans += 1;
        self.rows(rows);
        let mut changes = Vec::new();
        self.find_places();
        // One buffer for all: those of its own for each would leave holes between what is kept.
        self.index_buffer.reserve(INDEX_BUFFER);
        // Only for who follows, and waits for the first event: who reads all there is would hardly notice.
        let homes = match self.watches {
            Some(_) => self.places.iter().map(|it| it.home.clone()).collect(),
            None => Vec::new(),
        };
        std::thread::scope(|scope| {
            let listings = listing::ahead(homes, scope);
            for place in 0..self.places.len() {
                let listing = listings.recv().ok().flatten();
                self.look_with(place, listing, rows, &mut changes);
            }
        });
        self.index_buffer = Vec::new();
        self.of_streams(&mut changes);
        Self::tidy(&mut changes);
        changes
    }

    /// Finds agents that are new under the roots, and leaves those that are gone for good.
    pub(super) fn find_places(&mut self) {
        let homes: Vec<Home> = self.roots.iter().flat_map(expand).collect();
        self.leave_places(&homes.iter().cloned().collect());
        for home in homes {
            let wanted = &self.options.agents;
            let named = if home.files.is_some() {
                home.source
            } else {
                &*home.agent
            };
            if !wanted.is_empty() && !wanted.iter().any(|agent| **agent == *named) {
                continue;
            }
            if !self.homes.insert(home.clone()) {
                continue;
            }
            // One directory named twice is one place; one with two kinds of files is two.
            let known = self.places.iter().any(|place| {
                let it = &place.home;
                *it == home
                    || it.only.is_none()
                        && it.sessions.is_some()
                        && it.sessions == home.sessions
                        && it.is_alike(&home)
                    || home.sessions.is_none() && home.store.is_some() && it.store == home.store
                    || home.store.is_none()
                        && home.cabinet.is_some()
                        && it.cabinet == home.cabinet
                        && it.only.is_none()
            });
            if known {
                continue;
            }
            match self.places.iter_mut().find(|place| place.is_vacant()) {
                Some(vacant) => *vacant = Place::new(home),
                None => self.places.push(Place::new(home)),
            }
        }
    }

    /// Looks at all of one agent.
    pub(super) fn look(&mut self, place: usize, rows: &mut EachRow<'_>, changes: &mut Vec<Change>) {
        self.look_with(place, None, rows, changes);
    }

    /// The same, where what stands in its folder may have been listed.
    fn look_with(
        &mut self,
        place: usize,
        listing: Option<io::Result<Listing>>,
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) {
        self.look_store(place, rows, changes);
        if self.places[place].era == Era::Files {
            self.look_folder(place, listing, changes);
            self.look_cabinet(place, changes);
            if self.places[place].home.files.is_none() {
                self.look_index(place, false, rows, changes);
            }
        }
        self.plan(place);
    }

    /// Looks at every name of a sessions directory.
    fn look_folder(
        &mut self,
        place: usize,
        listing: Option<io::Result<Listing>>,
        changes: &mut Vec<Change>,
    ) {
        let home = &self.places[place].home;
        let Some(folder) = home.sessions.clone() else {
            return;
        };
        let listing = match listing.unwrap_or_else(|| listing::list(home, &folder)) {
            Ok(listing) => listing,
            Err(error) if open::is_missing(&error) => {
                self.index_is_gone(place, changes);
                Listing::new()
            }
            Err(error) => return self.note(&folder, format!("cannot be listed: {error}")),
        };
        self.round += 1;
        for (name, meta) in listing {
            self.seen(place, &folder, &name, &meta, false, changes);
        }
        let mut missing: Vec<Id> = self.places[place]
            .names
            .values()
            .copied()
            .filter(|&id| self.entry(id).round != self.round && self.entry(id).state == State::Here)
            .collect();
        missing.sort_unstable();
        for id in missing {
            self.vanished(id, changes);
        }
    }

    /// Looks at one name of a sessions directory, after an event named it.
    pub(super) fn look_file(&mut self, place: usize, name: &OsStr, changes: &mut Vec<Change>) {
        let Some(folder) = self.places[place].home.sessions.clone() else {
            return;
        };
        match std::fs::symlink_metadata(folder.join(name)) {
            Ok(meta) => self.seen(place, &folder, name, &meta, true, changes),
            Err(error) if open::is_missing(&error) => {
                let id = self.places[place].names.get(&self.name_hash(name)).copied();
                if let Some(id) = id.filter(|&id| self.entry(id).state == State::Here) {
                    self.vanished(id, changes);
                }
            }
            Err(error) => self.note(&folder.join(name), format!("cannot be looked at: {error}")),
        }
    }

    /// The session of a known file that an event says was written to, and nothing else:
    /// reading it finds out all the rest.
    pub(super) fn grown(&mut self, place: usize, name: &OsStr) -> Option<Id> {
        let id = *self.places[place].names.get(&self.name_hash(name))?;
        let entry = self.entry_mut(id);
        let Body::File(tail) = &mut entry.body else {
            return None;
        };
        tail.dirty = true;
        (entry.state == State::Here).then_some(id)
    }

    pub(super) fn name_hash(&self, name: &OsStr) -> u64 {
        self.seed.hash_one(name)
    }

    /// Takes in a name that is there; `sure` where an event said that it was written.
    fn seen(
        &mut self,
        place: usize,
        folder: &Path,
        name: &OsStr,
        meta: &Metadata,
        sure: bool,
        changes: &mut Vec<Change>,
    ) {
        if self.places[place].home.leaves_out(name) {
            return;
        }
        let path = || folder.join(name);
        let stat = if meta.is_file() {
            Stat::of(meta)
        } else if meta.is_symlink() && self.options.links {
            self.linked = true;
            match std::fs::metadata(path()) {
                Ok(target) if target.is_file() => Stat::of(&target),
                _ => return,
            }
        } else {
            let text = if meta.is_symlink() {
                "skipped: a symbolic link"
            } else {
                "skipped: no regular file"
            };
            return self.note(&path(), text);
        };
        let round = self.round;
        if let Some(&id) = self.places[place].names.get(&self.name_hash(name)) {
            let entry = self.entry_mut(id);
            entry.round = round;
            let Body::File(tail) = &mut entry.body else {
                return;
            };
            if entry.state == State::Awaited && tail.read_from == (0, 0) {
                tail.read_from = (stat.dev, stat.ino);
            }
            if sure || entry.state != State::Here || tail.stat != stat {
                entry.state = State::Here;
                tail.stat = stat;
                tail.dirty = true;
            }
            if tail.dirty {
                changes.push(Change::Grown(id));
            }
            return;
        }
        if self
            .options
            .modified_since
            .is_some_and(|since| stat.modified() < since)
        {
            return;
        }
        let files = self.places[place].home.files;
        if files.is_some_and(|files| files.goes_on(folder, name)) {
            return;
        }
        let sid = match files {
            Some(files) => files.sid(folder, name),
            None => names::streamed(name).map(Into::into),
        };
        let id = self.add_file(place, name, sid, Some(stat));
        changes.push(Change::New(id));
        if self.options.modified_since.is_some() {
            // Its row may have been passed over while the transcript was old.
            self.places[place].index.stat = None;
        }
    }

    /// A transcript is no longer there: its last lines may be under another name.
    fn vanished(&mut self, id: Id, changes: &mut Vec<Change>) {
        if let Some(path) = self.path_of(id)
            && let Body::File(tail) = &self.entry(id).body
            && !reading::find_aside(&path, tail.read_from).is_empty()
        {
            changes.push(Change::Grown(id));
        }
        self.entry_mut(id).state = State::Gone;
        changes.push(Change::Gone(id));
    }
}
