//! The server's clock: the real one, or one that only a test moves.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Gives the time in Unix milliseconds.
#[derive(Debug)]
pub struct Clock {
    /// The time while the clock stands still; it follows the real one otherwise.
    frozen_ms: Option<i64>,
    ahead_ms: i64,
}

impl Clock {
    /// A clock that stands at `frozen_ms`, or one that runs.
    pub fn new(frozen_ms: Option<i64>) -> Self {
        Self {
            frozen_ms,
            ahead_ms: 0,
        }
    }

    /// Now.
    pub fn now_ms(&self) -> i64 {
        let base_ms = self.frozen_ms.unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH);
            since.map_or(0, millis)
        });
        base_ms + self.ahead_ms
    }

    /// Now, as answers say it.
    pub fn http_date(&self) -> String {
        let now = jiff::Timestamp::from_millisecond(self.now_ms()).unwrap_or_default();
        now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Sets the clock so much ahead of the real one, or behind it.
    pub fn set_ahead(&mut self, ms: i64) {
        self.ahead_ms = ms;
    }

    /// Moves the clock on.
    pub fn advance(&mut self, by: Duration) {
        self.ahead_ms += millis(by);
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
