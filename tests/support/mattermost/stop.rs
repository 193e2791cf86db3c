//! The end of the server, as something that a pause listens to.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Said once.
#[derive(Debug, Default)]
pub struct Stop {
    said: Mutex<bool>,
    heard: Condvar,
}

impl Stop {
    /// Ends every pause.
    pub fn say(&self) {
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.heard.notify_all();
    }

    /// Lets time pass, but not beyond the end.
    pub fn pause(&self, time: Duration) {
        let end = Instant::now() + time;
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        while !*said {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            said = self
                .heard
                .wait_timeout(said, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
