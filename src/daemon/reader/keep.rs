//! Where to begin again next time.

use std::time::SystemTime;

use super::{Reader, SETTLED, Slot};
use crate::daemon::resume::Kept;
use crate::follow::Id;

impl Reader {
    /// Where to begin again next time: at the start of each run that is open or ended lately.
    pub fn keep(&mut self, now: SystemTime) -> Vec<Kept> {
        let ids: Vec<Id> = self.follower.sessions().map(|(id, _)| id).collect();
        let mut kept = Vec::with_capacity(ids.len());
        for id in ids {
            if !self.follower.exists(id) {
                continue;
            }
            let slot = self.slots.get(&id);
            let recent = slot.filter(|slot| {
                slot.is_watched() || now.duration_since(slot.touched).unwrap_or_default() < SETTLED
            });
            let start =
                recent.and_then(|slot| Some((slot.run_at.as_ref()?.1, slot.requests_before)));
            let begun = start
                .and_then(|(at, requests)| Some((self.follower.cursor_before(id, at)?, requests)));
            let (cursor, requests) = begun.unwrap_or_else(|| {
                let requests = slot_requests(self.slots.get(&id).map(AsRef::as_ref));
                (self.follower.cursor(id), requests)
            });
            kept.push(Kept { cursor, requests });
        }
        kept.extend(self.unlocated.iter().cloned());
        kept
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
        self.resumed.insert(id, requests);
    }
}

pub(super) fn slot_requests(slot: Option<&Slot>) -> u64 {
    slot.map_or(1, |slot| slot.dialect.requests())
}
