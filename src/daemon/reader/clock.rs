//! Ticks: what an open run is told when nothing happens.

use std::time::{Duration, Instant, SystemTime};

use super::{Emit, Reader};
use crate::follow::Id;
use crate::wire::event::Tick;
use crate::wire::time::Time;

impl Reader {
    /// Emits one tick at `now` for every session that still has something under way.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn tick_open<E>(&mut self, now: Time, emit: &mut Emit<'_, E>) -> Result<(), E> {
        for id in self.order() {
            self.tick(id, now, emit)?;
        }
        Ok(())
    }

    pub(super) fn tick<E>(&mut self, id: Id, now: Time, emit: &mut Emit<'_, E>) -> Result<(), E> {
        let Some(slot) = self.slots.get(&id).filter(|slot| slot.dialect.is_watched()) else {
            return Ok(());
        };
        let mut event = slot.clock_event(Some(now), Tick { now });
        event.run = slot.dialect.newest_run().cloned();
        emit(&mut event)
    }

    /// Time since the start, on the scale that rhythms count on.
    pub(super) fn uptime(&self, at: Instant) -> Time {
        let since = at.saturating_duration_since(self.start);
        Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// When the next tick is due.
    #[must_use]
    pub fn next_tick(&self) -> Option<Instant> {
        let due = self.ticking.next()?;
        Some(self.start + Duration::from_millis(u64::try_from(due.0).unwrap_or(0)))
    }

    /// Emits the ticks that are due at `at`, which the day's clock calls `now`.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn emit_ticks<E>(
        &mut self,
        at: Instant,
        now: Time,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        let uptime = self.uptime(at);
        for id in self.ticking.take(uptime) {
            self.tick(id, now, emit)?;
            if let Some(slot) = self.slots.get_mut(&id) {
                let pending = slot.dialect.is_pending();
                slot.rhythm.sent(uptime, pending);
                self.ticking.set(id, slot.rhythm.due());
            }
        }
        Ok(())
    }
}

/// A wire time as the machine's clock has it; `None` before 1970.
#[must_use]
pub fn system_time(time: Time) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(time.0).ok()?))
}

/// The machine's clock as it stands on the wire.
#[must_use]
pub fn wire_time(at: SystemTime) -> Time {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).plus_ms(0)
}
