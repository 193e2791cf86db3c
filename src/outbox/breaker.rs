//! A server's health: closed, open, or one probe under way.

use std::time::Duration;

use super::{Health, Now};

/// Lets nothing through for a while after failures in a row.
#[derive(Clone, Copy, Debug)]
pub struct Breaker {
    threshold: u32,
    cooldown: Duration,
    probe_timeout: Duration,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: Now,
    },
    /// A probe that never answers must not hold the breaker here for ever.
    Probing {
        deadline: Now,
    },
}

impl Breaker {
    /// Opens after `threshold` failures in a row (0: never), for `cooldown`.
    #[must_use]
    pub fn new(threshold: u32, cooldown: Duration, probe_timeout: Duration) -> Self {
        Self {
            threshold,
            cooldown,
            probe_timeout,
            state: State::Closed { failures: 0 },
        }
    }

    /// Whether requests flow freely.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    /// How the server seems.
    #[must_use]
    pub fn health(&self) -> Health {
        match self.state {
            State::Closed { .. } => Health::Well,
            State::Open { .. } => Health::Ill,
            State::Probing { .. } => Health::Probing,
        }
    }

    /// The first moment from `now` on at which a request may go out.
    pub fn ready_at(&mut self, now: Now) -> Now {
        if let State::Probing { deadline } = self.state
            && now >= deadline
        {
            self.open(deadline);
        }
        match self.state {
            State::Closed { .. } => now,
            State::Open { until } => now.max(until),
            // Another may go a cooldown after the probe is given up.
            State::Probing { deadline } => deadline.saturating_add(self.cooldown),
        }
    }

    /// A request goes out; the first after an opening is the probe.
    pub fn sent(&mut self, now: Now) {
        if let State::Open { until } = self.state
            && now >= until
        {
            self.state = State::Probing {
                deadline: now.saturating_add(self.probe_timeout),
            };
        }
    }

    /// The server answered, whatever it said.
    pub fn alive(&mut self) {
        self.state = State::Closed { failures: 0 };
    }

    /// The server failed.
    pub fn failed(&mut self, now: Now) {
        match &mut self.state {
            State::Closed { failures } => {
                *failures = failures.saturating_add(1);
                if self.threshold > 0 && *failures >= self.threshold {
                    self.open(now);
                }
            }
            // Requests from before the opening; they tell nothing new.
            State::Open { .. } => {}
            State::Probing { .. } => self.open(now),
        }
    }

    fn open(&mut self, now: Now) {
        self.state = State::Open {
            until: now.saturating_add(self.cooldown),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(count: u64) -> Now {
        Duration::from_secs(count)
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::new(5, second(30), second(10));
        for _ in 0..5 {
            assert_eq!(breaker.ready_at(second(1)), second(1));
            breaker.failed(second(1));
        }
        assert!(!breaker.is_closed());
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_a_success_between_does_not() {
        let mut breaker = Breaker::new(5, second(30), second(10));
        for round in 0..20 {
            if round % 4 == 0 {
                breaker.alive();
            }
            breaker.failed(second(1));
            assert!(breaker.is_closed(), "round {round}");
        }
        assert_eq!(opened().ready_at(second(2)), second(31));
    }

    #[test]
    fn one_probe_decides() {
        let mut breaker = opened();
        breaker.sent(second(31));
        assert_eq!(breaker.ready_at(second(31)), second(71), "no second probe");
        breaker.failed(second(33));
        assert_eq!(breaker.ready_at(second(33)), second(63));
        breaker.sent(second(63));
        breaker.alive();
        assert_eq!(breaker.ready_at(second(64)), second(64));
    }

    // Fault 59.
    #[test]
    fn a_probe_that_hangs_is_given_up() {
        let mut breaker = opened();
        breaker.sent(second(31));
        assert_eq!(breaker.ready_at(second(50)), second(71));
        assert_eq!(breaker.ready_at(second(71)), second(71));
        breaker.sent(second(71));
        assert_eq!(breaker.ready_at(second(72)), second(111));
    }

    #[test]
    fn no_threshold_never_opens() {
        let mut breaker = Breaker::new(0, second(30), second(10));
        for _ in 0..100 {
            breaker.failed(second(1));
        }
        assert!(breaker.is_closed());
    }
}
