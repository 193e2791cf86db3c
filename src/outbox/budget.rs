//! One server's budget: a token bucket whose rate is learned down and recovers.

use std::time::Duration;

use super::Now;

/// A pause longer than this is cut: nobody should be silenced for days by one header.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// The rate is never learned below one request in this many seconds.
const SLOWEST_SECONDS: f64 = 10.0;
/// Time in which the rate recovers from nothing to its setting.
const RECOVERY_SECONDS: f64 = 300.0;

/// A token bucket that holds one second's worth of requests, and at least one.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Requests a second that were asked for; 0 is no limit.
    wanted: f64,
    /// Requests a second that the server seems to bear.
    rate: f64,
    tokens: f64,
    /// When `tokens` and `rate` were true.
    at: Now,
    /// No request before this moment.
    pause: Now,
    /// Nor before this one, unless the server knows us sooner.
    barred: Now,
}

impl Budget {
    /// A full bucket of `rate` requests a second; 0, negative or not a number is no limit.
    #[must_use]
    pub fn new(rate: f64) -> Self {
        let wanted = if rate.is_finite() { rate.max(0.0) } else { 0.0 };
        Self {
            wanted,
            rate: wanted,
            tokens: wanted.max(1.0),
            at: Duration::ZERO,
            pause: Duration::ZERO,
            barred: Duration::ZERO,
        }
    }

    /// Requests a second that it allows now.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// The first moment from `now` on at which a request may go out.
    pub fn ready_at(&mut self, now: Now) -> Now {
        self.refill(now);
        // A pause brings no token: what is missing is missing behind it.
        let from = now.max(self.pause).max(self.barred);
        if self.wanted == 0.0 || self.tokens >= 1.0 {
            return from;
        }
        // Rounded up, so that the token is there when the moment comes.
        let nanos = ((1.0 - self.tokens) / self.rate * 1e9).ceil();
        from.saturating_add(Duration::from_nanos(nanos as u64 + 1))
    }

    /// Until when the server asked for a pause, and until when it does not know us.
    #[must_use]
    pub fn pauses(&self) -> (Now, Now) {
        (self.pause, self.barred)
    }

    /// Takes one request out, whether or not one was there.
    pub fn take(&mut self, now: Now) {
        self.refill(now);
        self.tokens -= 1.0;
    }

    /// Puts one request back in that was not needed: the history that gets no box costs nothing.
    pub fn give_back(&mut self, now: Now) {
        self.refill(now);
        self.tokens = (self.tokens + 1.0).min(self.rate.max(1.0));
    }

    /// The server asked for a pause of `after`.
    ///
    /// Halves the rate, at most once a pause: answers to requests that were
    /// already under way tell nothing new.
    pub fn later(&mut self, now: Now, after: Duration) {
        self.refill(now);
        if now >= self.pause {
            self.rate = (self.rate / 2.0).max(self.wanted.min(1.0 / SLOWEST_SECONDS));
        }
        let until = now.saturating_add(after.min(LONGEST_PAUSE));
        self.pause = self.pause.max(until);
        self.tokens = self.tokens.min(1.0);
    }

    /// The server has little to spare: nothing for `pause`, and nothing is learned.
    pub fn ease(&mut self, now: Now, pause: Duration) {
        if !pause.is_zero() {
            self.refill(now);
            let until = now.saturating_add(pause.min(LONGEST_PAUSE));
            self.pause = self.pause.max(until);
        }
    }

    /// The server does not know us: nothing for `after`, then one request that finds out. It says
    /// nothing of what the server bears.
    pub fn bar(&mut self, now: Now, after: Duration) {
        self.refill(now);
        let until = now.saturating_add(after.min(LONGEST_PAUSE));
        self.barred = self.barred.max(until);
        self.tokens = self.tokens.min(1.0);
    }

    /// It may know us by now: the pause of [`bar`](Self::bar) is over, no other one is.
    pub fn admit(&mut self, now: Now) {
        self.refill(now);
        self.barred = self.barred.min(now);
    }

    /// Adds what the time since the last call brought; a pause brings nothing.
    fn refill(&mut self, now: Now) {
        let from = self.at.max(self.pause.max(self.barred).min(now));
        let seconds = now.saturating_sub(from).as_secs_f64();
        self.at = self.at.max(now);
        let rate = self.rate;
        self.rate = (rate + self.wanted * seconds / RECOVERY_SECONDS).min(self.wanted);
        self.tokens = (self.tokens + rate * seconds).min(self.rate.max(1.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Requests that go out from `from` on within `span`, each as soon as it may.
    fn served(budget: &mut Budget, from: Now, span: Duration) -> u32 {
        let (mut now, mut count) = (from, 0);
        loop {
            now = budget.ready_at(now);
            if now >= from + span {
                return count;
            }
            budget.take(now);
            count += 1;
        }
    }

    #[test]
    fn what_was_not_needed_is_there_again_and_no_more_than_that() {
        let mut budget = Budget::new(2.0);
        for _ in 0..1_000 {
            assert_eq!(budget.ready_at(SECOND), SECOND);
            budget.take(SECOND);
            budget.give_back(SECOND);
        }
        (0..9).for_each(|_| budget.give_back(SECOND));
        (0..2).for_each(|_| budget.take(SECOND));
        assert!(budget.ready_at(SECOND) > SECOND);
    }

    #[test]
    fn what_is_missing_when_a_pause_begins_is_missing_when_it_is_over() {
        let mut budget = Budget::new(10.0);
        (0..13).for_each(|_| budget.take(SECOND));
        budget.ease(SECOND, SECOND);
        let ready = budget.ready_at(SECOND);
        let late = Duration::from_millis(400);
        assert!(ready >= 2 * SECOND + late, "{ready:?}");
        assert!(budget.ready_at(2 * SECOND) <= ready);
        assert_eq!(budget.ready_at(ready), ready);
    }

    #[test]
    fn a_burst_of_one_second_then_the_rate() {
        let mut budget = Budget::new(10.0);
        let count = served(&mut budget, SECOND, 10 * SECOND);
        assert!((108..=111).contains(&count), "{count} in 10 s at 10/s");
    }

    #[test]
    fn no_rate_is_no_limit() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let mut budget = Budget::new(rate);
            for _ in 0..1_000 {
                assert_eq!(budget.ready_at(SECOND), SECOND, "rate {rate}");
                budget.take(SECOND);
            }
        }
    }

    #[test]
    fn a_pause_is_honoured_and_the_rate_recovers_slowly() {
        let mut budget = Budget::new(10.0);
        budget.later(SECOND, 120 * SECOND);
        assert_eq!(budget.ready_at(2 * SECOND), 121 * SECOND);
        assert_eq!(budget.rate(), 5.0);
        // A second answer within the pause prolongs it and learns nothing.
        budget.later(2 * SECOND, 130 * SECOND);
        assert_eq!(budget.ready_at(2 * SECOND), 132 * SECOND);
        assert_eq!(budget.rate(), 5.0);
        budget.ready_at(192 * SECOND);
        assert!((budget.rate() - 7.0).abs() < 0.01, "{}", budget.rate());
        budget.ready_at(900 * SECOND);
        assert_eq!(budget.rate(), 10.0);
    }

    #[test]
    fn a_bar_ends_with_its_reason_and_no_other_pause_does() {
        let mut budget = Budget::new(10.0);
        budget.bar(SECOND, 300 * SECOND);
        assert_eq!(budget.ready_at(2 * SECOND), 301 * SECOND);
        budget.admit(3 * SECOND);
        assert_eq!(budget.ready_at(3 * SECOND), 3 * SECOND);
        assert_eq!(budget.rate(), 10.0, "nothing was learned");
        budget.later(4 * SECOND, 60 * SECOND);
        budget.bar(5 * SECOND, SECOND);
        budget.admit(5 * SECOND);
        assert_eq!(budget.ready_at(5 * SECOND), 64 * SECOND);
    }

    // Fault 48.
    #[test]
    fn an_absurd_pause_is_cut() {
        let mut budget = Budget::new(10.0);
        budget.later(SECOND, Duration::MAX);
        assert_eq!(budget.ready_at(SECOND), SECOND + LONGEST_PAUSE);
        for _ in 0..100 {
            let now = budget.ready_at(SECOND);
            budget.later(now + SECOND, SECOND);
        }
        assert!(budget.rate() > 0.0, "the rate never dies");
    }
}
