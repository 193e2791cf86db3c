//! Rings whenever something happened, for who waits for more of it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait.
const PATIENCE: Duration = Duration::from_secs(120);

/// Counts what happened.
#[derive(Debug, Default)]
pub struct Bell {
    rung: Mutex<u64>,
    heard: Condvar,
}

impl Bell {
    /// Says that something happened.
    pub fn ring(&self) {
        *self.count() += 1;
        self.heard.notify_all();
    }

    /// Looks again whenever it rings, until `look` is content; whether it was before the patience ended.
    pub fn wait_until(&self, mut look: impl FnMut() -> bool) -> bool {
        let end = Instant::now() + PATIENCE;
        loop {
            let before = *self.count();
            if look() {
                return true;
            }
            let mut count = self.count();
            while *count == before {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return false;
                }
                let waited = self.heard.wait_timeout(count, left);
                count = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }

    fn count(&self) -> MutexGuard<'_, u64> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
