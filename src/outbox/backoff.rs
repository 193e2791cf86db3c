//! How waits are spread: one box's patience, which each failure in a row doubles, and the pause that a
//! server asks for.

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
    whole / 2 + share(whole / 2, (key, attempt))
}

/// A pause that a server asked for in its answer to a request for `key`, and up to a tenth of it
/// more: several of us that it sent away together do not come back together.
#[must_use]
pub fn pause(key: &str, asked: Duration) -> Duration {
    asked.saturating_add(share(asked / 10, key))
}

/// A part of `span`, the same for the same `of`.
fn share(span: Duration, of: impl Hash) -> Duration {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    span / 1_000 * (hasher.finish() % 1_000) as u32
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

    // Fault 52.
    #[test]
    fn a_pause_is_never_shorter_than_asked_for_and_hardly_longer() {
        let seconds = Duration::from_secs;
        for asked in [0, 1, 120, 600] {
            for key in ["a", "b", "c"] {
                let told = pause(key, seconds(asked));
                let bounds = seconds(asked)..=seconds(asked) + seconds(asked) / 10;
                assert!(bounds.contains(&told), "{key} {asked}: {told:?}");
            }
        }
        let of = |key| pause(key, seconds(120));
        assert_ne!(of("a"), of("b"), "they spread");
        assert_eq!(pause("a", Duration::MAX), Duration::MAX);
    }
}
