//! Rings whenever something happened, for who waits for more of it.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait.
const PATIENCE: Duration = Duration::from_secs(120);

/// Counts what happened.
#[derive(Debug, Default)]
pub struct Bell {
    rung: Mutex<Rung>,
    heard: Condvar,
}

#[derive(Debug, Default)]
struct Rung {
    count: u64,
    /// Who waits; to wake nobody is a call of the system all the same.
    listeners: usize,
}

impl Bell {
    /// Says that something happened.
    pub fn ring(&self) {
        let mut rung = self.rung();
        rung.count += 1;
        if rung.listeners > 0 {
            self.heard.notify_all();
        }
    }

    /// Looks again whenever it rings, until `look` is content; whether it was before the patience ended.
    pub fn wait_until(&self, mut look: impl FnMut() -> bool) -> bool {
        let end = Instant::now() + PATIENCE;
        loop {
            let before = self.rung().count;
            if look() {
                return true;
            }
            let mut rung = self.rung();
            while rung.count == before {
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return false;
                }
                rung.listeners += 1;
                let waited = self.heard.wait_timeout(rung, left);
                rung = waited.unwrap_or_else(PoisonError::into_inner).0;
                rung.listeners -= 1;
            }
        }
    }

    fn rung(&self) -> MutexGuard<'_, Rung> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
