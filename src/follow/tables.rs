//! Looking at a store: which sessions it holds, which grew, which rows changed.

use std::ffi::OsStr;
use std::hash::BuildHasher;
use std::path::Path;
use std::time::SystemTime;

use foldhash::HashMap;

use super::database::{Link, Schema, Verdict};
use super::entry::{Body, Entry, State};
use super::follower::{EachRow, Follower};
use super::hash;
use super::index::Known;
use super::queries::{News, Node, look, node_page};
use super::session::{Change, Era, Id, RowSeen};
use super::wait::Looks;

/// Up to this many nodes all of them are read after each commit.
const FEW_NODES: i64 = 256;
/// A writer's clock may step back by so much without a node being missed.
const SLACK_MS: i64 = 60_000;

impl Follower {
    /// Looks at the store of an agent, and finds which of its two eras it lives in.
    pub(super) fn look_store(
        &mut self,
        place: usize,
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) {
        let Some(mut database) = self.places[place].database.take() else {
            return;
        };
        let mut news = None;
        match database.with(self.options.follow, look) {
            Ok((found, remark)) => {
                news = found.flatten();
                if let Some(remark) = remark {
                    self.note(&database.path, remark);
                }
                self.places[place].failures = 0;
                let era = match database.verdict {
                    Verdict::Alive => Era::Store,
                    // Nothing there, and nothing else to follow.
                    Verdict::Unknown if !self.places[place].home.has_files() => Era::Store,
                    Verdict::Empty | Verdict::Unknown | Verdict::Other | Verdict::Beta => {
                        Era::Files
                    }
                };
                self.live_in(place, era, changes);
            }
            // The era stays: a store that cannot be read now is no reason to believe old files.
            Err(error) => {
                self.store_failed(place, &database.path, &error);
                // Nor is one that never could be: files beside a store are what it was made of.
                let here = &self.places[place];
                if here.home.cabinet.is_some()
                    && here.names.is_empty()
                    && database.verdict == Verdict::Unknown
                {
                    self.live_in(place, Era::Store, changes);
                }
            }
        }
        if self.places[place].era == Era::Store
            && let Some(news) = news
        {
            self.take_transcripts(place, &news, changes);
            if let Some(link) = &mut database.link
                && link.columns.schema == Schema::Rows
                && let Err(error) = self.take_nodes(place, link, rows, changes)
            {
                self.store_failed(place, &database.path, &error);
                database.link = None;
            }
            self.take_streams(place, &news.streams, changes);
        }
        self.places[place].database = Some(database);
    }

    /// Comes back to a store that could not be read; people hear of it when that goes on.
    fn store_failed(&mut self, place: usize, path: &Path, error: &rusqlite::Error) {
        let here = &mut self.places[place];
        here.failures = here.failures.saturating_add(1);
        let failures = here.failures;
        here.looks = Some(Looks::after(failures));
        if failures > 2 || !self.options.follow {
            self.note(path, format!("cannot be read now: {error}"));
        }
    }

    /// Changes an agent's era: what was followed in the other one is over.
    fn live_in(&mut self, place: usize, era: Era, changes: &mut Vec<Change>) {
        let here = &mut self.places[place];
        if here.era == era {
            return;
        }
        here.era = era;
        here.index = Default::default();
        here.newest = Vec::new();
        let mut over: Vec<Id> = here.names.drain().map(|(_, id)| id).collect();
        over.sort_unstable();
        for id in over {
            if self.entry(id).state != State::Gone {
                self.entry_mut(id).state = State::Gone;
                changes.push(Change::Gone(id));
            }
        }
    }

    fn take_transcripts(&mut self, place: usize, news: &News, changes: &mut Vec<Change>) {
        let since_ms = self.since_ms();
        self.round += 1;
        let round = self.round;
        for found in &news.transcripts {
            let (id, new) = match self.sid_of_store(place, &found.sid) {
                Some(id) if found.newest < 0 => {
                    // Moved to the cold tier, or deleted.
                    if self.entry(id).state == State::Here {
                        self.entry_mut(id).state = State::Gone;
                        changes.push(Change::Gone(id));
                    }
                    continue;
                }
                Some(id) => (id, false),
                None if found.newest < 0 => continue,
                None if found.created_ms < since_ms => continue,
                None => {
                    let id = self.add_rows(place, &found.sid, State::Here, changes);
                    (id, true)
                }
            };
            let entry = self.entry_mut(id);
            entry.round = round;
            let Body::Store(cursor) = &mut entry.body else {
                continue;
            };
            cursor.newest = found.newest;
            cursor.updated_ms = cursor.updated_ms.max(found.created_ms);
            let unread = cursor.newest != cursor.seq || cursor.generation != found.generation;
            if !new && (entry.state != State::Here || unread) {
                entry.state = State::Here;
                changes.push(Change::Grown(id));
            }
        }
        if news.all {
            let mut gone: Vec<Id> = self.places[place]
                .names
                .values()
                .copied()
                .filter(|&id| self.entry(id).round != round && self.entry(id).state == State::Here)
                .collect();
            gone.sort_unstable();
            for id in gone {
                self.entry_mut(id).state = State::Gone;
                changes.push(Change::Gone(id));
            }
        }
    }

    /// Milliseconds since 1970 below which a session is left out.
    pub(super) fn since_ms(&self) -> i64 {
        self.options
            .modified_since
            .and_then(|since| since.duration_since(SystemTime::UNIX_EPOCH).ok())
            .map_or(i64::MIN, |since| since.as_millis() as i64)
    }

    /// Reads the nodes that may have changed, page by page: an entry may be large, and they may be many.
    fn take_nodes(
        &mut self,
        place: usize,
        link: &mut Link,
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) -> rusqlite::Result<()> {
        let few = link
            .connection
            .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM session_nodes LIMIT ?1)")?
            .query_row([FEW_NODES + 1], |row| row.get::<_, i64>(0))?
            <= FEW_NODES;
        // A session that was passed over may have woken up: its node is older than its rows.
        let woken = self.options.modified_since.is_some()
            && changes
                .iter()
                .any(|change| matches!(change, Change::New(_)));
        let all = few || !link.columns.node_time || link.known.node_ms == 0 || woken;
        let from_ms = if all {
            i64::MIN
        } else {
            link.known.node_ms.saturating_sub(SLACK_MS)
        };
        let mut known = std::mem::take(&mut self.places[place].index.rows);
        self.places[place].index.round += 1;
        let mut outcome = Ok(());
        let mut after: Option<String> = None;
        loop {
            let page = match node_page(link, from_ms, after.as_deref()) {
                Ok(page) => page,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            };
            let Some(last) = page.last() else {
                break;
            };
            after = Some(last.key.clone());
            for node in &page {
                link.known.node_ms = link.known.node_ms.max(node.updated_ms);
                self.take_node(place, node, &mut known, rows, changes);
            }
        }
        let round = self.places[place].index.round;
        if all && outcome.is_ok() {
            let dropped: Vec<Id> = known
                .values()
                .filter(|row| row.round != round)
                .filter_map(Known::id)
                .collect();
            known.retain(|_, row| row.round == round);
            for id in dropped {
                if self.entry(id).state == State::Awaited
                    && !known.values().any(|row| row.id() == Some(id))
                {
                    self.entry_mut(id).state = State::Gone;
                    changes.push(Change::Gone(id));
                }
            }
        }
        self.places[place].index.rows = known;
        outcome
    }

    /// Takes in one node, if it is new or has changed.
    fn take_node(
        &mut self,
        place: usize,
        node: &Node,
        known: &mut HashMap<u64, Known>,
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) {
        let slot = self.seed.hash_one(&node.key);
        let json = node.json.as_bytes();
        let hash = hash::of(json) ^ hash::of(node.sid.as_deref().unwrap_or_default().as_bytes());
        let round = self.places[place].index.round;
        if let Some(row) = known.get_mut(&slot) {
            row.round = round;
            if row.hash == hash {
                return;
            }
        }
        let id = match node.sid.as_deref().filter(|sid| !sid.is_empty()) {
            None => None,
            Some(sid) => match self.sid_of_store(place, sid) {
                Some(id) => Some(id),
                None if node.updated_ms < self.since_ms() => return,
                None => Some(self.add_rows(place, sid, State::Awaited, changes)),
            },
        };
        if let Some(id) = id {
            self.announce_again(id, changes);
            self.claim_key(id, &node.key, None, known, changes);
            if let Body::Store(cursor) = &mut self.entry_mut(id).body {
                cursor.updated_ms = cursor.updated_ms.max(node.updated_ms);
            }
        }
        known.insert(slot, Known::new(hash, id, round));
        let agent = self.places[place].home.agent.clone();
        let seen = RowSeen {
            agent: &agent,
            key: &node.key,
            json,
            era: Era::Store,
        };
        rows(id, &seen);
        changes.extend(id.map(Change::Row));
    }

    pub(super) fn sid_of_store(&self, place: usize, sid: &str) -> Option<Id> {
        self.places[place]
            .names
            .get(&self.name_hash(OsStr::new(sid)))
            .copied()
    }

    /// Adds the session of a store.
    fn add_rows(&mut self, place: usize, sid: &str, state: State, changes: &mut Vec<Change>) -> Id {
        let slot = self.name_hash(OsStr::new(sid));
        let id = self.enter(Entry::of_store(place, sid, state, self.round));
        self.places[place].names.insert(slot, id);
        changes.push(Change::New(id));
        id
    }
}
