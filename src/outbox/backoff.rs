//! One box's patience: each failure in a row doubles the wait, spread by its key.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// The wait after the first failure.
const FIRST: Duration = Duration::from_millis(500);
/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(60);

/// The wait after the `attempt`th failure in a row (1 is the first) of `key`.
///
/// Between half of the doubled time and all of it. The spread comes from the
/// key, not from chance: boxes that failed together do not come back together,
/// and the same run behaves the same again.
#[must_use]
pub fn wait(key: &str, attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    let whole = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let mut hasher = DefaultHasher::new();
    (key, attempt).hash(&mut hasher);
    let share = (hasher.finish() % 1_000) as u32;
    whole / 2 + whole / 2 * share / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute() {
        let bounds = [
            (1, 250, 500),
            (2, 500, 1_000),
            (3, 1_000, 2_000),
            (8, 30_000, 60_000),
            (u32::MAX, 30_000, 60_000),
        ];
        for (attempt, low, high) in bounds {
            for key in ["a", "b", "c"] {
                let ms = wait(key, attempt).as_millis();
                assert!((low..=high).contains(&ms), "{key} {attempt}: {ms} ms");
                assert_eq!(wait(key, attempt), wait(key, attempt), "repeatable");
            }
        }
        assert_ne!(wait("a", 4), wait("b", 4), "boxes spread");
    }
}
