//! Looking at the disk: what is new, what has grown, what is gone, which rows changed.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::hash::BuildHasher;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::follower::{Body, EachRow, Follower, State};
use super::index::{self, Entry, Known};
use super::names;
use super::open::{self, Opened, Stat};
use super::place::{Place, expand};
use super::session::{Change, Era, Id, RowSeen};
use super::{hash, reading};

/// The system stamps writes with a clock that ticks this coarsely, at worst.
const TICK: Duration = Duration::from_millis(50);

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
        for place in 0..self.places.len() {
            self.look(place, rows, &mut changes);
        }
        Self::tidy(&mut changes);
        changes
    }

    /// Finds agents that are new under the roots.
    pub(super) fn find_places(&mut self) {
        for home in self.roots.iter().flat_map(expand) {
            let wanted = &self.options.agents;
            if !wanted.is_empty() && !wanted.iter().any(|agent| **agent == *home.agent) {
                continue;
            }
            // One directory named twice is one place.
            let known = self.places.iter().any(|place| {
                let it = &place.home;
                *it == home
                    || it.only.is_none() && it.sessions.is_some() && it.sessions == home.sessions
                    || home.sessions.is_none() && it.store == home.store
            });
            if !known {
                self.places.push(Place::new(home));
            }
        }
    }

    /// Looks at all of one agent.
    pub(super) fn look(&mut self, place: usize, rows: &mut EachRow<'_>, changes: &mut Vec<Change>) {
        self.look_store(place, rows, changes);
        if self.places[place].era == Era::Files {
            self.look_folder(place, changes);
            self.look_index(place, false, rows, changes);
        }
    }

    /// Looks at every name of a sessions directory.
    fn look_folder(&mut self, place: usize, changes: &mut Vec<Change>) {
        let Some(folder) = self.places[place].home.sessions.clone() else {
            return;
        };
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => Some(entries),
            Err(error) if open::is_missing(&error) => None,
            Err(error) => return self.note(&folder, format!("cannot be listed: {error}")),
        };
        self.round += 1;
        let mut found = Vec::new();
        for entry in entries.into_iter().flatten().flatten() {
            let name = entry.file_name();
            if names::is_transcript(&name)
                && let Ok(meta) = entry.metadata()
            {
                found.push((name, meta));
            }
        }
        // The order of a directory is nobody's; numbers should not depend on it.
        found.sort_by(|(left, _), (right, _)| left.cmp(right));
        for (name, meta) in found {
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
        if self.places[place]
            .home
            .only
            .as_deref()
            .is_some_and(|only| only != name)
        {
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
        let id = self.add_file(place, name, None, Some(stat));
        changes.push(Change::New(id));
        if self.options.modified_since.is_some() {
            // Its row may have been passed over while the transcript was old.
            self.places[place].index.stat = None;
        }
    }

    /// A transcript is no longer there: its last lines may be under another name.
    fn vanished(&mut self, id: Id, changes: &mut Vec<Change>) {
        if let Some((folder, name)) = self.file_of(id)
            && let Body::File(tail) = &self.entry(id).body
            && reading::find_aside(&folder, &name, tail.read_from).is_some()
        {
            changes.push(Change::Grown(id));
        }
        self.entry_mut(id).state = State::Gone;
        changes.push(Change::Gone(id));
    }

    /// Reads `sessions.json` if it changed, or if an event says so (`sure`).
    pub(super) fn look_index(
        &mut self,
        place: usize,
        sure: bool,
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) {
        let Some(folder) = self.places[place].home.sessions.clone() else {
            return;
        };
        let path = folder.join(names::INDEX);
        let (file, stat) = match open::open(&path, self.options.links) {
            Ok(Opened::File(file, stat)) => (file, stat),
            Ok(Opened::Missing) => return,
            Ok(Opened::Other(what)) => return self.note(&path, format!("skipped: {what}")),
            Err(error) => return self.note(&path, format!("cannot be opened: {error}")),
        };
        let now = Instant::now();
        let index = &mut self.places[place].index;
        if index.stat == Some(stat) && !index.unsure && !sure {
            return;
        }
        if index.not_before.is_some_and(|time| now < time) {
            index.waiting = true;
            return;
        }
        index.round += 1;
        index.unsure = SystemTime::now()
            .duration_since(stat.modified())
            .is_ok_and(|age| age < TICK);
        let round = index.round;
        let mut known = std::mem::take(&mut index.rows);
        let outcome = index::read(file, stat.size, &mut |key, json| {
            self.take_row(place, &mut known, key, json, rows, changes);
        });
        match outcome {
            Ok(()) => {
                let dropped: Vec<Id> = known
                    .values()
                    .filter(|row| row.round != round)
                    .filter_map(|row| row.id)
                    .collect();
                known.retain(|_, row| row.round == round);
                for id in dropped {
                    // Announced, and taken back before it had a transcript.
                    if self.entry(id).state == State::Awaited
                        && !known.values().any(|row| row.id == Some(id))
                    {
                        self.entry_mut(id).state = State::Gone;
                        changes.push(Change::Gone(id));
                    }
                }
            }
            Err(error) => self.note(&path, index::describe(&error)),
        }
        // Torn or wrong: the next change is looked at again.
        let index = &mut self.places[place].index;
        index.rows = known;
        index.stat = Some(stat);
        index.rest(now, now.elapsed());
    }

    /// Takes in one row of the index, if it is new or has changed.
    fn take_row(
        &mut self,
        place: usize,
        known: &mut HashMap<u64, Known>,
        key: &str,
        json: &[u8],
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) {
        let slot = self.seed.hash_one(key);
        let hash = hash::of(json);
        let round = self.places[place].index.round;
        if let Some(row) = known.get_mut(&slot) {
            row.round = round;
            if row.hash == hash {
                return;
            }
        }
        let id = match self.claim(place, json) {
            Claim::Filtered => return,
            Claim::None => None,
            Claim::Here(id) => Some(id),
            Claim::Announced(name, sid) => {
                let id = self.add_file(place, OsStr::new(&name), Some(sid), None);
                changes.push(Change::New(id));
                Some(id)
            }
        };
        if let Some(id) = id {
            let sid = Entry::read(json).session_id;
            self.claim_key(id, key, sid, known, changes);
        }
        known.insert(slot, Known { hash, id, round });
        let agent = self.places[place].home.agent.clone();
        let seen = RowSeen {
            agent: &agent,
            key,
            json,
            era: Era::Files,
        };
        rows(id, &seen);
        changes.extend(id.map(Change::Row));
    }

    /// Which transcript an entry speaks of.
    fn claim(&self, place: usize, json: &[u8]) -> Claim {
        let entry = Entry::read(json);
        let (file_names, _) = entry.file_names();
        let Some(first) = file_names.first() else {
            return Claim::None;
        };
        let here = &self.places[place];
        let known = |name: &String| here.names.get(&self.name_hash(OsStr::new(name))).copied();
        let there = file_names
            .iter()
            .filter_map(known)
            .find(|&id| self.entry(id).state == State::Here);
        if let Some(id) = there.or_else(|| file_names.iter().find_map(known)) {
            return Claim::Here(id);
        }
        if here
            .home
            .only
            .as_deref()
            .is_some_and(|only| only != OsStr::new(first))
        {
            return Claim::Filtered;
        }
        if let Some(since) = self.options.modified_since {
            let since_ms = since
                .duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0.0, |since| since.as_secs_f64() * 1_000.0);
            if entry.updated_at.is_none_or(|updated| updated < since_ms) {
                return Claim::Filtered;
            }
        }
        let sid = entry
            .session_id
            .as_deref()
            .unwrap_or_else(|| names::sid(first));
        Claim::Announced(first.clone(), sid.into())
    }

    /// A row's key and session id become those of the transcript it claims.
    ///
    /// Two rows may claim one transcript (a cron job and its run): the shorter key names it.
    pub(super) fn claim_key(
        &mut self,
        id: Id,
        key: &str,
        sid: Option<String>,
        known: &HashMap<u64, Known>,
        changes: &mut Vec<Change>,
    ) {
        let held = self.session(id).key.as_deref();
        let taken = held.is_some_and(|held| {
            (held.len(), held) < (key.len(), key)
                && known
                    .get(&self.seed.hash_one(held))
                    .is_some_and(|row| row.id == Some(id))
        });
        if taken {
            return;
        }
        let session = &mut self.entry_mut(id).session;
        let mut changed = false;
        if session.key.as_deref() != Some(key) {
            session.key = Some(key.into());
            changed = true;
        }
        if let Some(sid) = sid.filter(|sid| **sid != *session.sid) {
            session.sid = sid.into();
            changed = true;
        }
        if changed {
            changes.push(Change::Keyed(id));
        }
    }
}

/// What an index entry says of its transcript.
enum Claim {
    /// It names none.
    None,
    /// One that is not to be followed.
    Filtered,
    Here(Id),
    /// The file name and session id of one that does not exist yet.
    Announced(String, crate::wire::event::Name),
}
