//! One box's pace: leading edge at once, then a gap that grows with the latency.

use std::time::Duration;

use super::{Now, Settings};

/// However slow the server was once, the box is not left alone for longer.
const LONGEST: Duration = Duration::from_secs(30);

/// An end waits for no longer than this, however long the gap is.
const LONGEST_OF_ENDS: Duration = Duration::from_millis(500);

/// How long the next request of a box can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Haste {
    /// As long as a slow server needs.
    None,
    /// A person waits for it: for the least gap only.
    Urgent,
    /// The box is to show how its run ended, and does not yet: for hardly any time.
    End,
}

/// When a box may be edited again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Throttle {
    /// When the last request began.
    last: Option<Now>,
    /// How long it took.
    latency: Duration,
}

impl Throttle {
    /// A request begins.
    pub fn sent(&mut self, now: Now) {
        self.last = Some(now);
    }

    /// It ended after `latency`.
    pub fn settled(&mut self, latency: Duration) {
        self.latency = latency;
    }

    /// The first moment of the next request.
    ///
    /// The gap is from start to start, so a server that answers within it does
    /// not slow the box down.
    #[must_use]
    pub fn ready_at(&self, settings: &Settings, haste: Haste) -> Now {
        let Some(last) = self.last else {
            return Duration::ZERO;
        };
        let stretched = self.latency.saturating_mul(settings.latency_factor);
        let gap = match haste {
            Haste::None => settings.min_gap.max(stretched.min(LONGEST)),
            Haste::Urgent => settings.min_gap,
            Haste::End => settings.min_gap.min(LONGEST_OF_ENDS),
        };
        last.saturating_add(gap)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Fault 48.
    #[test]
    fn the_gap_is_the_larger_of_setting_and_latency() {
        let ms = Duration::from_millis;
        use Haste::{End, None, Urgent};
        // (least gap, latency, haste, ready at), for a request that began at 1000 ms
        let cases = [
            (500, 20, None, 1_500),
            (500, 80, None, 1_800),
            (500, 80, Urgent, 1_500),
            (500, 80, End, 1_500),
            (0, 0, None, 1_000),
            (0, 0, End, 1_000),
            (1, 0, None, 1_001),
            (3_600_000, 80, None, 3_601_000),
            (3_600_000, 80, Urgent, 3_601_000),
            // Nobody waits an hour to hear that all is done.
            (3_600_000, 80, End, 1_500),
            // It was stopped for a while.
            (500, 9_000, None, 31_000),
        ];
        for (gap, latency, haste, want) in cases {
            let settings = Settings {
                min_gap: ms(gap),
                ..Settings::default()
            };
            let mut throttle = Throttle::default();
            assert_eq!(throttle.ready_at(&settings, haste), ms(0), "leading edge");
            throttle.sent(ms(1_000));
            throttle.settled(ms(latency));
            assert_eq!(
                throttle.ready_at(&settings, haste),
                ms(want),
                "gap {gap}, latency {latency}, {haste:?}"
            );
        }
    }
}
