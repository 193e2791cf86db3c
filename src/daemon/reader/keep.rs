//! Where to begin again next time.

use std::collections::BTreeSet;
use std::time::SystemTime;

use super::{Reader, SETTLED};
use crate::daemon::resume::{Keep, Kept, Want};
use crate::follow::Id;

/// The places that are to be kept again: it costs what changed, however many sessions there are.
#[derive(Default)]
pub(super) struct Unkept {
    /// Somebody keeps places.
    kept: bool,
    /// Read from since, or found touched.
    moved: BTreeSet<Id>,
    /// Kept at the start of their newest run, until it is settled.
    at_run: BTreeSet<Id>,
    /// Gone since.
    gone: Vec<Kept>,
}

impl Unkept {
    /// The place of a session is another one.
    pub(super) fn moved(&mut self, id: Id) {
        if self.kept {
            self.moved.insert(id);
        }
    }

    /// The number of a session is another one's from now on.
    pub(super) fn forget(&mut self, id: Id) {
        self.moved.remove(&id);
        self.at_run.remove(&id);
    }
}

impl Reader {
    /// Remembers from now on which places change.
    pub fn keeps_places(&mut self) {
        self.unkept.kept = true;
    }

    /// Where to begin again next time: at the start of each run that is open or ended lately.
    pub fn keep(&mut self, want: Want, now: SystemTime) -> Keep {
        let moved = std::mem::take(&mut self.unkept.moved);
        let gone = std::mem::take(&mut self.unkept.gone);
        if want == Want::All {
            self.unkept.at_run.clear();
            let ids: Vec<Id> = self.follower.sessions().map(|(id, _)| id).collect();
            let mut kept = Vec::with_capacity(ids.len() + self.unlocated.len());
            kept.extend(ids.into_iter().filter_map(|id| self.place(id, now)));
            kept.extend(self.unlocated.iter().cloned());
            return Keep::All(kept);
        }
        let at_run = self.unkept.at_run.iter().copied();
        let settled = at_run.filter(|id| !self.is_at_run(*id, now));
        let ids: BTreeSet<Id> = settled.chain(moved).collect();
        let places = ids.into_iter().filter_map(|id| self.place(id, now));
        let mut kept: Vec<Kept> = places.collect();
        kept.extend(gone);
        Keep::Changed(kept)
    }

    /// The place of one session, where it is there.
    fn place(&mut self, id: Id, now: SystemTime) -> Option<Kept> {
        self.unkept.at_run.remove(&id);
        if !self.follower.exists(id) {
            return None;
        }
        let slot = self.slots.get(&id).filter(|_| self.is_at_run(id, now));
        let start = slot.and_then(|slot| Some((slot.run_at.as_ref()?.1, slot.requests_before)));
        let begun =
            start.and_then(|(at, requests)| Some((self.follower.cursor_before(id, at)?, requests)));
        if begun.is_some() {
            self.unkept.at_run.insert(id);
        }
        let (cursor, requests) = begun.unwrap_or_else(|| {
            let unread = || self.resumed.get(&id).copied().unwrap_or(1);
            let slot = self.slots.get(&id);
            let requests = slot.map_or_else(unread, |slot| slot.dialect.requests());
            (self.follower.cursor(id), requests)
        });
        Some(Kept {
            cursor,
            requests,
            gone: false,
        })
    }

    /// Whether a session is to begin again at its newest run: it is open, or ended lately.
    fn is_at_run(&self, id: Id, now: SystemTime) -> bool {
        self.slots.get(&id).is_some_and(|slot| {
            slot.is_watched() || now.duration_since(slot.touched).unwrap_or_default() < SETTLED
        })
    }

    /// The transcript of a session is no longer there.
    pub(super) fn forget_place(&mut self, id: Id) {
        if self.unkept.kept {
            self.unkept.forget(id);
            self.unkept.gone.push(Kept {
                cursor: self.follower.cursor(id),
                requests: 0,
                gone: true,
            });
        }
    }

    /// Takes up what [`Reader::keep`] gave, once following begins; sessions that changed meanwhile begin anew.
    pub fn resume(&mut self, kept: Vec<Kept>) {
        self.resumes = true;
        self.unlocated = kept;
    }

    /// Finds the sessions of the places that were kept; those that are not there yet may come later.
    pub(super) fn locate_kept(&mut self) {
        let mut near = None;
        for one in std::mem::take(&mut self.unlocated) {
            match self.follower.locate(&one.cursor, near) {
                Some(id) => {
                    near = Some(id);
                    self.take_up(id, &one);
                }
                None => self.unlocated.push(one),
            }
        }
    }

    pub(super) fn take_up(&mut self, id: Id, kept: &Kept) {
        let same = self.follower.resume(id, &kept.cursor);
        let requests = if same { kept.requests } else { 0 };
        if !same {
            self.changed.insert(id);
        }
        // A file that was touched is verified once, and not again at each start.
        if self.follower.cursor(id) != kept.cursor {
            self.unkept.moved(id);
        }
        self.resumed.insert(id, requests);
    }
}
