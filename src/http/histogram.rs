//! Spans, counted by length. Pure.

use std::time::Duration;

/// Upper bounds in milliseconds; one more counts what is longer.
pub const BOUNDS_MS: [u64; 12] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 1_800_000,
];

/// How many spans were how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Spans up to each bound and above the one before it; the last has no bound.
    counts: [u64; BOUNDS_MS.len() + 1],
    sum_ms: u64,
}

impl Histogram {
    /// Counts `span`.
    pub fn add(&mut self, span: Duration) {
        let ms = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let at = BOUNDS_MS.partition_point(|bound| *bound < ms);
        if let Some(count) = self.counts.get_mut(at) {
            *count += 1;
        }
        self.sum_ms = self.sum_ms.saturating_add(ms);
    }

    /// Each bound in seconds with how many spans were no longer, shortest first.
    pub fn up_to(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let mut sum = 0;
        BOUNDS_MS.iter().zip(&self.counts).map(move |(ms, count)| {
            sum += count;
            (Duration::from_millis(*ms).as_secs_f64(), sum)
        })
    }

    /// How many spans there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All of them together, in seconds.
    #[must_use]
    pub fn sum_seconds(&self) -> f64 {
        Duration::from_millis(self.sum_ms).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_stands_with_the_first_bound_that_holds_it() {
        let mut spans = Histogram::default();
        for ms in [0, 50, 51, 1_000, 1_900_000, u64::MAX] {
            spans.add(Duration::from_millis(ms));
        }
        let up_to: Vec<_> = spans.up_to().collect();
        assert_eq!(up_to[0], (0.05, 2));
        assert_eq!(up_to[1], (0.1, 3));
        assert_eq!(up_to[4], (1.0, 4));
        assert_eq!(up_to[11], (1_800.0, 4));
        assert_eq!(spans.count(), 6);
    }
}
