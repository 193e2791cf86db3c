//! When an open run is told that time passed.

use crate::wire::time::Time;

/// The first tick of a run, in milliseconds after its start.
const FIRST_MS: i64 = 2_000;
/// A run without a pending tool is no longer told after this long without a record.
const GIVE_UP_MS: i64 = 2 * 3_600_000;

/// The rhythm of one session's ticks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rhythm {
    begun: Option<Time>,
    last_record: Option<Time>,
    next: Option<Time>,
}

impl Rhythm {
    /// A record of an open run was read at `now`.
    pub(super) fn record(&mut self, now: Time) {
        self.last_record = Some(now);
        if self.begun.is_none() {
            self.begun = Some(now);
            self.next = Some(now.plus_ms(FIRST_MS));
        }
    }

    /// The run is over.
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    /// When the next tick is due.
    pub(super) fn due(&self) -> Option<Time> {
        self.next
    }

    /// A tick was sent at `now`. A pending tool keeps the rhythm going for ever.
    pub(super) fn sent(&mut self, now: Time, pending: bool) {
        let quiet = self.last_record.map_or(0, |last| now.since_ms(last));
        let age = self.begun.map_or(0, |begun| now.since_ms(begun));
        let gap_ms = match age {
            ..=59_999 => 5_000,
            60_000..=299_999 => 15_000,
            300_000..=3_599_999 => 60_000,
            _ => 300_000,
        };
        self.next = (pending || quiet < GIVE_UP_MS).then(|| now.plus_ms(gap_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_slow_down_with_age_and_stop_without_records() {
        let mut rhythm = Rhythm::default();
        assert_eq!(rhythm.due(), None);
        rhythm.record(Time(0));
        let mut at = Vec::new();
        while let Some(due) = rhythm.due().filter(|due| due.0 < 3 * 3_600_000) {
            at.push(due.0 / 1_000);
            rhythm.sent(due, false);
        }
        assert_eq!(at[..4], [2, 7, 12, 17]);
        assert!(at.windows(2).any(|pair| pair[1] - pair[0] == 300));
        assert!(
            *at.last().expect("ticks") >= 7_200 && *at.last().expect("ticks") < 7_800,
            "{at:?}"
        );
        rhythm.record(Time(0));
        rhythm.sent(Time(4 * 3_600_000), true);
        assert!(rhythm.due().is_some(), "a pending tool keeps it going");
    }
}
