//! How a run ended, and which of two ends is believed.

use crate::wire::event::{Outcome, RunEnd};
use crate::wire::frame::State;
use crate::wire::time::Time;

/// How far an end is believed, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// The session's next run began.
    Superseded,
    /// A dialect or a hook concluded it.
    Inferred,
    /// The source said so.
    Explicit,
}

/// A run's end as its records tell it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ending {
    pub(super) outcome: Outcome,
    pub(super) at: Option<Time>,
    pub(super) trust: Trust,
    pub(super) silent: bool,
    /// How long it took by the source's own measure, in milliseconds.
    pub(super) ms: Option<u64>,
    /// It is concluded from this alone: what recorded the run is no longer there.
    pub(super) gone: bool,
}

impl Ending {
    /// The end that `end` tells, read at `when`.
    pub(super) fn told(end: &RunEnd, when: Option<Time>) -> Self {
        Self {
            outcome: end.outcome.clone(),
            at: end.at.or(when),
            trust: if end.inferred {
                Trust::Inferred
            } else {
                Trust::Explicit
            },
            silent: end.reason.as_deref() == Some("silent"),
            ms: end.ms,
            gone: end.inferred && end.reason.as_deref() == Some(RunEnd::GONE),
        }
    }

    /// Whether this end takes the place of `known`.
    ///
    /// The more trusted wins, then the later; an `ok` after a failure wins
    /// whatever its time, as a source may give up first and succeed then.
    pub(super) fn corrects(&self, known: &Self) -> bool {
        if self.trust != known.trust {
            return self.trust > known.trust;
        }
        let recovered = self.outcome == Outcome::Ok && known.outcome != Outcome::Ok;
        let earlier = matches!((self.at, known.at), (Some(mine), Some(its)) if mine < its);
        self != known && (recovered || !earlier)
    }

    /// The state the run has by it.
    pub(super) fn state(&self) -> State {
        of_outcome(&self.outcome)
    }
}

/// The state that an outcome is shown as.
pub(super) fn of_outcome(outcome: &Outcome) -> State {
    match outcome {
        Outcome::Ok => State::Done,
        Outcome::Error | Outcome::Timeout => State::Error,
        Outcome::Interrupted
        | Outcome::Denied
        | Outcome::Skipped
        | Outcome::Cancelled
        | Outcome::Background
        | Outcome::Unknown
        | Outcome::Other(_) => State::Interrupted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Trust::{Explicit, Inferred, Superseded};

    fn end(outcome: &str, at: i64, trust: Trust) -> Ending {
        Ending {
            ms: None,
            outcome: outcome.into(),
            at: Some(Time(at)),
            trust,
            silent: false,
            gone: false,
        }
    }

    #[test]
    fn ends_are_believed_in_the_order_of_trust() {
        let cases = [
            (
                ("error", 9, Inferred),
                ("ok", 1, Explicit),
                true,
                "explicit beats inferred",
            ),
            (
                ("ok", 1, Explicit),
                ("error", 9, Inferred),
                false,
                "inferred never corrects",
            ),
            (
                ("ok", 1, Superseded),
                ("error", 1, Inferred),
                true,
                "anything beats a guess",
            ),
            (
                ("ok", 1, Explicit),
                ("error", 9, Explicit),
                true,
                "a later one corrects",
            ),
            (
                ("ok", 9, Explicit),
                ("error", 1, Explicit),
                false,
                "an earlier one does not",
            ),
            (
                ("error", 9, Explicit),
                ("ok", 1, Explicit),
                true,
                "ok after failed wins",
            ),
            (
                ("ok", 1, Explicit),
                ("ok", 1, Explicit),
                false,
                "the same changes nothing",
            ),
        ];
        for ((one, at, trust), (two, then, trusted), want, why) in cases {
            let (known, new) = (end(one, at, trust), end(two, then, trusted));
            assert_eq!(new.corrects(&known), want, "{why}");
        }
    }

    #[test]
    fn every_outcome_has_its_tag() {
        let cases = [
            ("ok", "[DONE]"),
            ("error", "[ERROR]"),
            ("timeout", "[ERROR]"),
            ("interrupted", "[INTERRUPTED]"),
            ("unknown", "[INTERRUPTED]"),
            ("of-a-later-version", "[INTERRUPTED]"),
        ];
        for (outcome, want) in cases {
            assert_eq!(of_outcome(&outcome.into()).tag(), want, "{outcome}");
        }
    }
}
