//! One box's pace: leading edge at once, then a gap that grows with the latency.

use std::time::Duration;

use super::{Now, Settings};

/// However slow the server was once, the box is not left alone for longer.
const LONGEST: Duration = Duration::from_secs(30);

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

    /// The first moment of the next request; `urgent` ones keep the least gap only.
    ///
    /// The gap is from start to start, so a server that answers within it does
    /// not slow the box down.
    #[must_use]
    pub fn ready_at(&self, settings: &Settings, urgent: bool) -> Now {
        let Some(last) = self.last else {
            return Duration::ZERO;
        };
        let stretched = if urgent {
            Duration::ZERO
        } else {
            let stretched = self.latency.saturating_mul(settings.latency_factor);
            stretched.min(LONGEST)
        };
        last.saturating_add(settings.min_gap.max(stretched))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Fault 48.
    #[test]
    fn the_gap_is_the_larger_of_setting_and_latency() {
        let ms = Duration::from_millis;
        // (least gap, latency, urgent, ready at), for a request that began at 1000 ms
        let cases = [
            (500, 20, false, 1_500),
            (500, 80, false, 1_800),
            (500, 80, true, 1_500),
            (0, 0, false, 1_000),
            (1, 0, false, 1_001),
            (3_600_000, 80, true, 3_601_000),
            // It was stopped for a while.
            (500, 9_000, false, 31_000),
        ];
        for (gap, latency, urgent, want) in cases {
            let settings = Settings {
                min_gap: ms(gap),
                ..Settings::default()
            };
            let mut throttle = Throttle::default();
            assert_eq!(throttle.ready_at(&settings, urgent), ms(0), "leading edge");
            throttle.sent(ms(1_000));
            throttle.settled(ms(latency));
            assert_eq!(
                throttle.ready_at(&settings, urgent),
                ms(want),
                "gap {gap}, latency {latency}, urgent {urgent}"
            );
        }
    }
}
