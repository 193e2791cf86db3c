//! Where following begins: the runs that are under way, each from its start, with its whole family.

use std::collections::{HashMap, HashSet};
use std::time::SystemTime;

use super::{Emit, FRESH, RECENT, Reader, SETTLED, TURN, system_time};
use crate::follow::Id;
use crate::source::Status;
use crate::wire::event::{Body, Event, Live, Rewind};

/// The events of a session's newest run.
type Newest = Vec<Event>;

impl Reader {
    /// Looks at the disk for the first time.
    pub fn look(&mut self) {
        self.scan_first();
    }

    /// Begins to follow, after a first [look](Reader::look): what is under way is repeated, so that a consumer starts with a true picture.
    ///
    /// Sessions that are idle are not read at all: the cursor goes to their end.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn begin<E>(&mut self, now: SystemTime, emit: &mut Emit<'_, E>) -> Result<(), E> {
        self.locate_kept();
        let order = self.order();
        let relatives = self.relatives(&order);
        let mut read: HashMap<Id, Newest> = HashMap::new();
        let mut told = Vec::new();
        let mut repeated = HashSet::new();
        for &id in &order {
            let owed = self.owed.is_of(self.follower.session(id).sid) && !self.settings.from_start;
            let resumed = self.resumed.contains_key(&id) && !owed;
            if resumed && self.follower.is_drained(id) {
                continue; // Nothing since: it is taken up when something comes.
            }
            // It appeared after the places were kept: nobody was told of it, or nobody knows of whom.
            let appeared = self.resumes && !resumed && !owed && self.is_settling(id, now);
            if self.settings.from_start || resumed || appeared {
                repeated.insert(id);
                self.repeat(id, now, emit)?;
            } else if owed {
                // Where its run began is before any place that was kept.
                self.resumed.remove(&id);
                self.changed.remove(&id);
                self.follower.rewind(id);
                let newest = self.newest_run_of(id);
                read.insert(id, newest);
                told.push(id);
            } else if self.is_fresh(id, now) {
                let newest = self.newest_run_of(id);
                let lately = self.is_recalled(&newest, now);
                let alone = !relatives.contains(&id);
                let wanted = lately || self.is_under_way(id, now);
                // Told or let go of at once where nobody else is to come first: thousands may be fresh.
                // Of other agents some call that is yet to be told may have started it.
                if alone && wanted && self.is_openclaw(id) {
                    repeated.insert(id);
                    self.tell(id, newest, now, emit)?;
                } else if wanted || !alone {
                    read.insert(id, newest);
                    told.extend(lately.then_some(id));
                }
            } else {
                self.follower.seek_end(id);
                self.unkept.moved(id);
            }
        }
        let under_way: Vec<Id> = read
            .keys()
            .copied()
            .filter(|&id| self.is_under_way(id, now))
            .chain(told)
            .collect();
        let families: HashSet<Id> = under_way
            .iter()
            .map(|&id| self.first_ancestor(id))
            .collect();
        for id in order {
            let wanted = families.contains(&self.first_ancestor(id));
            if !wanted || self.settings.from_start {
                self.settle(id);
                continue;
            }
            // A parent that was idle for long still owns the box of its child.
            let is_told = repeated.contains(&id) || self.resumed.contains_key(&id);
            if !read.contains_key(&id) && families.contains(&id) && !is_told {
                // It may have been read to its end before its family was known.
                self.slots.remove(&id);
                self.follower.rewind(id);
                let newest = self.newest_run_of(id);
                read.insert(id, newest);
            }
            let Some(newest) = read.remove(&id) else {
                continue;
            };
            self.tell(id, newest, now, emit)?;
            self.settle(id);
        }
        Ok(())
    }

    /// Tells what is under way in a session.
    fn tell<E>(
        &mut self,
        id: Id,
        newest: Newest,
        now: SystemTime,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        let any = !newest.is_empty();
        for mut event in newest {
            emit(&mut event)?;
        }
        if any {
            self.live(id, emit)?;
        }
        self.touch(id, now);
        Ok(())
    }

    /// A session appeared while we follow. What was written just now is news; a transcript that
    /// is old, as of a store that woke, is history.
    pub(super) fn meet<E>(
        &mut self,
        id: Id,
        now: SystemTime,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        let kept = (0..self.unlocated.len())
            .find(|&at| self.follower.locate(&self.unlocated[at].cursor, Some(id)) == Some(id));
        if let Some(at) = kept {
            let kept = self.unlocated.swap_remove(at);
            self.take_up(id, &kept);
            return self.repeat(id, now, emit);
        }
        let age = self
            .follower
            .modified(id)
            .map(|at| now.duration_since(at).unwrap_or_default());
        if age.is_some_and(|age| age > RECENT) && !self.settings.from_start {
            self.follower.seek_end(id);
            self.unkept.moved(id);
            return Ok(());
        }
        self.read_up_to(id, TURN, emit)?;
        self.touch(id, now);
        self.settle(id);
        Ok(())
    }

    /// Emits everything behind the cursor, as read before we caught up.
    fn repeat<E>(&mut self, id: Id, now: SystemTime, emit: &mut Emit<'_, E>) -> Result<(), E> {
        if self.changed.remove(&id) {
            self.begin_anew(id, emit)?;
        }
        let mut any = false;
        self.read_one(id, &mut |event| {
            event.replay = true;
            any = true;
            emit(event)
        })?;
        if any {
            self.live(id, emit)?;
        }
        self.touch(id, now);
        Ok(())
    }

    /// The transcript is not the one that was read last time: what follows repeats it.
    fn begin_anew<E>(&mut self, id: Id, emit: &mut Emit<'_, E>) -> Result<(), E> {
        self.open(id);
        let reason = Some("changed while nobody followed".to_owned());
        match self.slots.get(&id) {
            Some(slot) => emit(&mut slot.clock_event(None, Rewind { reason })),
            None => Ok(()),
        }
    }

    /// Reads a session from its start and keeps the events of its newest run, and of all since one
    /// that is owed: what came before is history.
    fn newest_run_of(&mut self, id: Id) -> Newest {
        let mut newest = Newest::new();
        let mut owed = std::mem::take(&mut self.owed);
        let mut all = false;
        let mut collect = |event: &mut Event| {
            event.replay = true;
            if let Body::RunStart(start) = &event.body
                && start.continues.is_none()
            {
                let is_owed = owed.begins(event);
                if !all {
                    newest.retain(|event| {
                        matches!(event.body, Body::SessionStart(_) | Body::Model(_))
                    });
                }
                all |= is_owed;
            }
            newest.push(event.clone());
            Ok::<(), std::convert::Infallible>(())
        };
        let Ok(()) = self.read_one(id, &mut collect);
        self.owed = owed;
        newest
    }

    /// Says that a session was caught up with.
    fn live<E>(&mut self, id: Id, emit: &mut Emit<'_, E>) -> Result<(), E> {
        match self.slots.get(&id) {
            Some(slot) => emit(&mut slot.clock_event(None, Live {})),
            None => Ok(()),
        }
    }

    /// Whether the newest record is young enough for its run to be told though it is over.
    fn is_recalled(&self, newest: &Newest, now: SystemTime) -> bool {
        let last = newest.iter().rev().find_map(|event| event.ts);
        let age = |at| now.duration_since(at).unwrap_or_default();
        last.and_then(system_time)
            .is_some_and(|at| age(at) < self.recall)
    }

    fn is_under_way(&self, id: Id, now: SystemTime) -> bool {
        self.slots.get(&id).is_some_and(|slot| slot.is_watched()) && self.is_current(id, now)
    }

    /// Those of `ids` that are of a family.
    fn relatives(&self, ids: &[Id]) -> HashSet<Id> {
        let pairs = ids.iter().map(|&id| (id, self.first_ancestor(id)));
        let families = pairs.filter(|(id, top)| id != top);
        families.flat_map(|(id, top)| [id, top]).collect()
    }

    /// The session at the top of the family.
    fn first_ancestor(&self, id: Id) -> Id {
        const DEPTH: usize = 8;
        let mut at = id;
        for _ in 0..DEPTH {
            match self.parent(at) {
                Some(above) if above != at => at = above,
                _ => break,
            }
        }
        at
    }

    /// Whether a session may hold a run that is under way.
    pub(super) fn is_fresh(&self, id: Id, now: SystemTime) -> bool {
        let age = |at: SystemTime| now.duration_since(at).unwrap_or_default();
        let row = self.rows.brief(id);
        let running = row.as_ref().is_some_and(|row| row.running);
        let updated = row.and_then(|row| row.updated).and_then(system_time);
        self.follower.modified(id).is_some_and(|at| age(at) < FRESH)
            || (running && updated.is_some_and(|at| age(at) < FRESH))
    }

    /// Whether a session was written to so lately that a run of it may just have ended.
    fn is_settling(&self, id: Id, now: SystemTime) -> bool {
        let written = self.follower.modified(id);
        written.is_some_and(|at| now.duration_since(at).unwrap_or_default() < SETTLED)
    }

    /// Whether an open run was written to lately enough to be under way.
    pub(super) fn is_current(&self, id: Id, now: SystemTime) -> bool {
        let Some(slot) = self.slots.get(&id) else {
            return false;
        };
        let row = slot.dialect.known();
        let running = row.is_some_and(|row| row.status == Some(Status::Running));
        let limit = if running || slot.dialect.is_pending() {
            FRESH
        } else {
            RECENT
        };
        let updated = row.and_then(|row| row.updated).and_then(system_time);
        let written = self.follower.modified(id).max(updated);
        written.is_some_and(|at| now.duration_since(at).unwrap_or_default() < limit)
    }
}
