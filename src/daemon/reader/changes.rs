//! What changes while we follow.

use std::collections::BTreeSet;
use std::time::{Instant, SystemTime};

use super::{Emit, Reader, TURN};
use crate::follow::{Change, Id, Mode};

impl Reader {
    /// Waits until something changes, and emits it; gives `false` when nothing did before `until`.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn wait<E>(&mut self, until: Option<Instant>, emit: &mut Emit<'_, E>) -> Result<bool, E> {
        let unread = (!self.unread.is_empty()).then(Instant::now);
        let until = self.unclaimed.values().copied().chain(unread).chain(until);
        let until = until.min();
        let changes = self.follower.wait(until);
        self.odd.overflows(self.follower.counters().overflows);
        self.take_rows();
        let now = SystemTime::now();
        let mut any = !changes.is_empty();
        for change in changes {
            self.apply(change, now, emit)?;
        }
        for id in self.unclaimed.keys().copied().collect::<BTreeSet<_>>() {
            any = true;
            self.apply(Change::Grown(id), now, emit)?;
        }
        for id in self.unread.clone() {
            any = true;
            self.read_up_to(id, TURN, emit)?;
            self.touch(id, now);
            self.settle(id);
        }
        self.forget_departed();
        Ok(any)
    }

    /// Emits what changed since the look at the disk that following began with.
    ///
    /// Watches that were armed before that look tell of everything after it;
    /// without them the whole disk is looked at once more.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn catch_up<E>(&mut self, emit: &mut Emit<'_, E>) -> Result<(), E> {
        if self.follower.mode() == Mode::Watching {
            return self.wait(Some(Instant::now()), emit).map(drop);
        }
        let now = SystemTime::now();
        for change in self.scan() {
            self.apply(change, now, emit)?;
        }
        self.forget_departed();
        Ok(())
    }

    pub(super) fn apply<E>(
        &mut self,
        change: Change,
        now: SystemTime,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        let id = change.id();
        if matches!(change, Change::Gone(_)) {
            self.departed.add(id);
        }
        if !self.is_wanted(self.follower.session(id)) {
            return Ok(());
        }
        // A name comes with the session or with a row; what it grew by brings none.
        if matches!(change, Change::New(_) | Change::Row(_) | Change::Keyed(_)) {
            self.register(id);
        }
        if !matches!(change, Change::Gone(_)) && self.is_unclaimed(id) {
            return Ok(());
        }
        match change {
            Change::Gone(_) => {
                self.unclaimed.remove(&id);
                self.drain(id, u64::MAX, emit)?;
                self.forget_place(id);
                self.unread.remove(&id);
                self.odd.tried(id, true);
                self.add(id, |dialect, out| dialect.vanished(out), emit)?;
            }
            Change::New(_) => return self.meet(id, now, emit),
            _ => self.read_up_to(id, TURN, emit)?,
        }
        self.touch(id, now);
        self.settle(id);
        Ok(())
    }

    /// A session was written to at `now`: its ticks go on from here.
    pub(super) fn touch(&mut self, id: Id, now: SystemTime) {
        let at = Instant::now();
        let uptime = self.uptime(at);
        if let Some(slot) = self.slots.get_mut(&id) {
            (slot.touched, slot.touched_at) = (now, at);
            if slot.is_watched() {
                slot.rhythm.record(uptime);
            } else {
                slot.rhythm.stop();
            }
            self.ticking.set(id, slot.rhythm.due());
        }
    }

    /// Lets go of what a session without a run under way does not need.
    pub(super) fn settle(&mut self, id: Id) {
        if let Some(slot) = self.slots.get_mut(&id)
            && !slot.is_watched()
        {
            slot.rhythm.stop();
            self.ticking.set(id, None);
            if !slot.aside {
                slot.dialect.rest();
            }
        }
    }
}
