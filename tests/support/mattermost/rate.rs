//! The rate limit: one bucket for each address, whoever asks.

use super::http::Answer;
use super::options::Rate;

/// A bucket that holds `burst + 1` requests and fills at `per_second`.
#[derive(Debug)]
pub struct Limiter {
    rate: Rate,
    /// Thousandths of a request that are left.
    left: i64,
    at_ms: i64,
}

impl Limiter {
    /// A full bucket.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            left: capacity(rate),
            at_ms: i64::MIN,
        }
    }

    /// Takes one request; the headers that every answer carries, and the 429 if it was one too many.
    pub fn take(&mut self, now_ms: i64) -> (Vec<(String, String)>, Option<Answer>) {
        let per_second = i64::from(self.rate.per_second);
        let passed_ms = now_ms.saturating_sub(self.at_ms).max(0);
        let gained = passed_ms.saturating_mul(per_second);
        self.left = self.left.saturating_add(gained).min(capacity(self.rate));
        self.at_ms = now_ms;
        let refused = self.left < 1_000;
        let wait_s = ceil(1_000 - self.left, per_second * 1_000).max(1);
        if !refused {
            self.left -= 1_000;
        }
        let remaining = if refused { 0 } else { self.left / 1_000 };
        let reset_s = ceil(capacity(self.rate) - self.left, per_second * 1_000);
        let headers = vec![
            header("X-Ratelimit-Limit", capacity(self.rate) / 1_000),
            header("X-Ratelimit-Remaining", remaining),
            header("X-Ratelimit-Reset", reset_s),
        ];
        (headers, refused.then(|| too_many(wait_s)))
    }
}

/// The answer to one request too many: not JSON, and without a request id.
pub fn too_many(retry_after_s: i64) -> Answer {
    let mut answer = Answer::text(429, "text/plain; charset=utf-8", "limit exceeded\n");
    answer.headers.push(header("Retry-After", retry_after_s));
    answer
}

fn header(name: &str, value: i64) -> (String, String) {
    (name.to_owned(), value.to_string())
}

fn capacity(rate: Rate) -> i64 {
    (i64::from(rate.burst) + 1) * 1_000
}

fn ceil(amount: i64, divisor: i64) -> i64 {
    (amount + divisor - 1).div_euclid(divisor.max(1))
}
