//! Index rows: which transcript each one claims, and which of them changed.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::hash::BuildHasher;
use std::time::{Duration, Instant, SystemTime};

use foldhash::HashMap;

use super::entry::{Body, State};
use super::follower::{EachRow, Follower};
use super::index::{self, Known};
use super::names;
use super::open::{self, Opened};
use super::pointer::Pointer;
use super::session::{Change, Era, Id, RowSeen};
use crate::wire::event::Name;

/// The system stamps writes with a clock that ticks this coarsely, at worst.
const TICK: Duration = Duration::from_millis(50);

impl Follower {
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
        // Events come several times a turn; who scans wants to know now.
        if sure && index.not_before.is_some_and(|time| now < time) {
            index.waiting = true;
            return;
        }
        index.round += 1;
        index.unsure = SystemTime::now()
            .duration_since(stat.modified())
            .is_ok_and(|age| age < TICK);
        let round = index.round;
        let mut known = std::mem::take(&mut index.rows);
        let mut buffer = std::mem::take(&mut self.index_buffer);
        let shared = buffer.capacity() > 0;
        let outcome = index::read(file, stat.size, &mut buffer, &mut |key, json, pointer| {
            self.take_row(place, &mut known, (key, json, pointer), rows, changes);
        });
        if shared {
            self.index_buffer = buffer;
        }
        match outcome {
            Ok(()) => {
                let dropped: Vec<Id> = known
                    .values()
                    .filter(|row| row.round != round)
                    .filter_map(Known::id)
                    .collect();
                known.retain(|_, row| row.round == round);
                for id in dropped {
                    // Announced, and taken back before it had a transcript.
                    if self.entry(id).state == State::Awaited
                        && !known.values().any(|row| row.id() == Some(id))
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

    /// The directory of the index is not there: nobody announces anything in it.
    pub(super) fn index_is_gone(&mut self, place: usize, changes: &mut Vec<Change>) {
        let index = std::mem::take(&mut self.places[place].index);
        let mut named: Vec<Id> = index.rows.values().filter_map(Known::id).collect();
        named.sort_unstable();
        for id in named {
            if self.entry(id).state == State::Awaited {
                self.entry_mut(id).state = State::Gone;
                changes.push(Change::Gone(id));
            }
        }
    }

    /// Takes in one row of the index, if it is new or has changed.
    fn take_row(
        &mut self,
        place: usize,
        known: &mut HashMap<u64, Known>,
        (key, json, pointer): (&str, &[u8], Pointer<'_>),
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) {
        let slot = self.seed.hash_one(key);
        let hash = self.seed.hash_one(json);
        let round = self.places[place].index.round;
        if let Some(row) = known.get_mut(&slot) {
            row.round = round;
            if row.hash == hash {
                return;
            }
        }
        let (file_names, refused) = pointer.file_names();
        if refused && let Some(folder) = self.places[place].home.sessions.clone() {
            let text = format!(
                "the sessionFile of {key:?} is no transcript of this directory: not followed"
            );
            self.note(&folder.join(names::INDEX), text);
        }
        let id = match self.claim(place, &pointer, &file_names) {
            Claim::Filtered => return,
            Claim::None => None,
            Claim::Here(id) => Some(id),
            Claim::Announced(name, sid) => {
                let id = self.add_file(place, OsStr::new(name), Some(sid), None);
                changes.push(Change::New(id));
                Some(id)
            }
        };
        if let Some(id) = id {
            self.announce_again(id, changes);
            self.claim_key(id, key, pointer.session_id.as_deref(), known, changes);
        }
        known.insert(slot, Known::new(hash, id, round));
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

    /// A row speaks again of a session that was announced, taken back, and never had a transcript.
    pub(super) fn announce_again(&mut self, id: Id, changes: &mut Vec<Change>) {
        let entry = self.entry_mut(id);
        let never = match &entry.body {
            Body::File(tail) => tail.read_from == (0, 0),
            Body::Store(rows) => rows.newest < 0,
        };
        if entry.state == State::Gone && never {
            entry.state = State::Awaited;
            changes.push(Change::New(id));
        }
    }

    /// Which transcript an entry speaks of.
    fn claim<'n>(
        &self,
        place: usize,
        pointer: &Pointer<'_>,
        file_names: &'n [Cow<'_, str>],
    ) -> Claim<'n> {
        let Some(first) = file_names.first() else {
            return match self.places[place].home.only {
                Some(_) => Claim::Filtered,
                None => Claim::None,
            };
        };
        let here = &self.places[place];
        let known = |name: &Cow<'_, str>| {
            let hash = self.name_hash(OsStr::new(&**name));
            here.names.get(&hash).copied()
        };
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
            .is_some_and(|only| only != OsStr::new(&**first))
        {
            return Claim::Filtered;
        }
        if let Some(since) = self.options.modified_since {
            let since_ms = since
                .duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0.0, |since| since.as_secs_f64() * 1_000.0);
            if pointer.updated_at.is_none_or(|updated| updated < since_ms) {
                return Claim::Filtered;
            }
        }
        let sid = pointer
            .session_id
            .as_deref()
            .unwrap_or_else(|| names::sid(first));
        Claim::Announced(first, sid.into())
    }

    /// A row's key and session id become those of the transcript it claims.
    ///
    /// Two rows may claim one transcript (a cron job and its run): the shorter key names it.
    pub(super) fn claim_key(
        &mut self,
        id: Id,
        key: &str,
        sid: Option<&str>,
        known: &HashMap<u64, Known>,
        changes: &mut Vec<Change>,
    ) {
        let held = self.entry(id).key.as_deref();
        let taken = held.is_some_and(|held| {
            (held.len(), held) < (key.len(), key)
                && known
                    .get(&self.seed.hash_one(held))
                    .is_some_and(|row| row.id() == Some(id))
        });
        if taken {
            return;
        }
        let entry = self.entry_mut(id);
        let mut changed = false;
        if entry.key.as_deref() != Some(key) {
            entry.key = Some(key.into());
            changed = true;
        }
        if let Some(sid) = sid.filter(|sid| *sid != &**entry.sid()) {
            entry.set_sid(sid.into());
            changed = true;
        }
        if changed {
            changes.push(Change::Keyed(id));
        }
    }
}

/// What an index entry says of its transcript.
enum Claim<'n> {
    /// It names none.
    None,
    /// One that is not to be followed.
    Filtered,
    Here(Id),
    /// The file name and session id of one that does not exist yet.
    Announced(&'n str, Name),
}
