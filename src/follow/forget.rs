//! Letting go of transcripts that are gone: what comes and goes for months must not add up.

use std::collections::{BTreeSet, HashSet};
use std::hash::BuildHasher as _;

use super::entry::{Body, Entry, State};
use super::follower::Follower;
use super::index::Known;
use super::place::{Home, Place};
use super::session::Id;
use super::wait::Due;

impl Follower {
    /// Whether its transcript was there, or announced, and is no more.
    #[must_use]
    pub fn is_gone(&self, id: Id) -> bool {
        self.entry(id).state == State::Gone
    }

    /// Forgets those of `ids` whose transcripts are gone, and gives them: others may get their numbers from
    /// now on. One that comes back after that is new.
    ///
    /// What an index names still is kept: the row says whose it is, and may speak of it again.
    pub fn forget(&mut self, ids: &BTreeSet<Id>) -> BTreeSet<Id> {
        let places: BTreeSet<u32> = ids.iter().map(|&id| self.entry(id).place).collect();
        let named: HashSet<Id> = places
            .iter()
            .flat_map(|&place| self.places[place as usize].index.rows.values())
            .filter_map(Known::id)
            .collect();
        let mut forgotten = BTreeSet::new();
        for &id in ids {
            if self.is_gone(id) && !named.contains(&id) && self.free.insert(id) {
                self.clear(id);
                forgotten.insert(id);
            }
        }
        forgotten
    }

    /// How many sessions are known, those included that are gone and not forgotten.
    #[must_use]
    pub fn known(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Takes an entry out of everything that knows it.
    fn clear(&mut self, id: Id) {
        if let Some(filed) = self.filed(id) {
            filed.forget();
        }
        let entry = self.entry(id);
        let place = entry.place as usize;
        let name = match &entry.body {
            Body::File(_) => entry.file_name().map(|name| self.seed.hash_one(&*name)),
            Body::Store(_) => {
                let sid: &str = entry.sid();
                Some(self.name_hash(sid.as_ref()))
            }
        };
        let here = &mut self.places[place];
        here.newest.retain(|(open, _)| *open != id);
        let names = &mut here.names;
        if let Some(name) = name.filter(|name| names.get(name) == Some(&id)) {
            names.remove(&name);
        }
        self.retries.remove(&id);
        self.agenda.set(Due::Retry(id), None);
        *self.entry_mut(id) = Entry::of_store(place, "", State::Gone, 0);
    }

    /// Gives a session its number: one that nobody has any more, else the next.
    pub(super) fn enter(&mut self, entry: Entry) -> Id {
        if let Some(id) = self.free.pop_first() {
            *self.entry_mut(id) = entry;
            return id;
        }
        self.entries.push(entry);
        (self.entries.len() - 1) as Id
    }

    /// Leaves the places that are none of `homes` any more, once none of their transcripts is known.
    pub(super) fn leave_places(&mut self, homes: &HashSet<Home>) {
        for (at, place) in self.places.iter_mut().enumerate() {
            let left = place.names.is_empty() && !homes.contains(&place.home);
            if left && !place.is_vacant() {
                *place = Place::vacant();
                self.agenda.set(Due::Place(at), None);
            }
        }
    }
}
