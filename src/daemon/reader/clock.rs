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
        let Some(slot) = self.slots.get(&id).filter(|slot| slot.is_watched()) else {
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

    /// Emits the ticks that are due at `at`.
    ///
    /// Each says the time that the day's clock would show had nobody set it since the session was
    /// last written to: silence is measured from records of that time.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn emit_ticks<E>(&mut self, at: Instant, emit: &mut Emit<'_, E>) -> Result<(), E> {
        let uptime = self.uptime(at);
        for id in self.ticking.take(uptime) {
            let Some(slot) = self.slots.get(&id) else {
                continue;
            };
            let since = at.saturating_duration_since(slot.touched_at);
            self.tick(id, wire_time(slot.touched + since), emit)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::reader::Settings;
    use crate::follow::{Follower, Options, Root};
    use crate::safe::redact::Redactor;
    use crate::wire::event::{Body, Event};

    const DAY: Duration = Duration::from_secs(86_400);

    // Fault 73.
    #[test]
    fn ticks_follow_the_clock_that_nobody_sets() {
        let years = DAY * 3_650;
        let now = SystemTime::now();
        // What the day's clock said when the session was written to, against what it says now.
        let cases = [
            ("as now", now),
            ("a day more", now - DAY),
            ("a day less", now + DAY),
            ("ten years more", now - years),
            ("ten years less", now + years),
        ];
        for (what, then) in cases {
            let home = tempfile::tempdir().expect("a directory");
            let folder = home.path().join("agents/main/sessions");
            std::fs::create_dir_all(&folder).expect("made");
            let stamp = wire_time(then);
            let lines = format!(
                "{{\"type\":\"session\",\"version\":3,\"id\":\"s1\",\"timestamp\":\"{stamp}\",\"cwd\":\"/\"}}\n{{\"type\":\"message\",\"id\":\"a\",\"timestamp\":\"{stamp}\",\"message\":{{\"role\":\"user\",\"content\":\"go\"}}}}\n"
            );
            let file = folder.join("s1.jsonl");
            std::fs::write(&file, lines).expect("written");
            let written = std::fs::File::options().write(true).open(&file);
            written
                .and_then(|file| file.set_modified(then))
                .expect("set");
            let root = Root::classify(home.path()).expect("a tree");
            let settings = Settings {
                full: false,
                sessions: Vec::new(),
                redactor: Redactor::new(&[]).into(),
                from_start: false,
            };
            let mut reader = Reader::new(Follower::new(vec![root], Options::default()), settings);
            let mut told: Vec<Event> = Vec::new();
            let mut emit = |event: &mut Event| {
                told.push(event.clone());
                Ok::<(), std::convert::Infallible>(())
            };
            reader.look();
            let Ok(()) = reader.begin(then, &mut emit);
            let due = reader.next_tick().expect(what);
            let Ok(()) = reader.emit_ticks(due, &mut emit);
            let ticks = told.iter().filter_map(|event| match &event.body {
                Body::Tick(tick) => Some(tick.now.since_ms(stamp)),
                _ => None,
            });
            // It is told two seconds after its start, give or take how long this took.
            let ticks: Vec<i64> = ticks.collect();
            assert!(matches!(ticks[..], [1_900..60_000]), "{what}: {ticks:?}");
        }
    }
}
