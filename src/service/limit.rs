//! Repeats are left out and counted. Pure: `now` is the time since any fixed start.

use std::collections::HashMap;
use std::time::Duration;

/// Messages that are told apart; further ones share a place.
const MOST_KEYS: usize = 256;

/// Lets the same message through so many times in a span.
#[derive(Debug)]
pub struct Limit {
    most: u32,
    span: Duration,
    seen: HashMap<String, Seen>,
}

#[derive(Debug)]
struct Seen {
    since: Duration,
    said: u32,
    left_out: u64,
}

/// A message that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Which.
    pub key: String,
    /// So many times.
    pub times: u64,
}

impl Limit {
    /// At most `most` of the same message in each `span`.
    #[must_use]
    pub fn new(most: u32, span: Duration) -> Self {
        Self {
            most,
            span,
            seen: HashMap::new(),
        }
    }

    /// Whether the message of `key` is to be said. Ask [`over`](Self::over) first.
    pub fn admit(&mut self, key: &str, now: Duration) -> bool {
        let is_new = !self.seen.contains_key(key);
        let key = if is_new && self.seen.len() >= MOST_KEYS {
            ""
        } else {
            key
        };
        let seen = self.seen.entry(key.to_owned()).or_insert(Seen {
            since: now,
            said: 0,
            left_out: 0,
        });
        if seen.said < self.most {
            seen.said += 1;
            return true;
        }
        seen.left_out += 1;
        false
    }

    /// What was left out in spans that are over; each is told once.
    pub fn over(&mut self, now: Duration) -> Vec<LeftOut> {
        let span = self.span;
        self.take(|seen| now.saturating_sub(seen.since) >= span)
    }

    /// What was left out and not told yet: we stop.
    pub fn rest(&mut self) -> Vec<LeftOut> {
        self.take(|_| true)
    }

    fn take(&mut self, is_over: impl Fn(&Seen) -> bool) -> Vec<LeftOut> {
        let over = self.seen.extract_if(|_, seen| is_over(seen));
        let left_out = over.filter(|(_, seen)| seen.left_out > 0);
        let mut all: Vec<_> = left_out
            .map(|(key, seen)| LeftOut {
                key,
                times: seen.left_out,
            })
            .collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn second(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn repeats_are_left_out_and_counted_when_their_span_is_over() {
        let mut limit = Limit::new(2, MINUTE);
        let said = (0..10).filter(|at| limit.admit("a", second(*at))).count();
        assert_eq!(said, 2);
        assert!(limit.admit("b", second(10)), "another message");
        assert_eq!(limit.over(second(59)), []);
        let told = |times| LeftOut {
            key: "a".into(),
            times,
        };
        assert_eq!(limit.over(second(60)), [told(8)]);
        assert_eq!(limit.over(second(61)), [], "told once");
        assert!(limit.admit("a", second(61)), "a new span");
        limit.admit("a", second(62));
        limit.admit("a", second(63));
        assert_eq!(limit.rest(), [told(1)], "when we stop");
    }

    #[test]
    fn messages_without_end_share_a_place() {
        let mut limit = Limit::new(1, MINUTE);
        let said = (0..10_000).filter(|number| limit.admit(&number.to_string(), MINUTE));
        assert_eq!(said.count(), MOST_KEYS + 1);
        assert!(limit.seen.len() <= MOST_KEYS + 1);
    }
}
