//! What waits for a box, and what holds it up: for whoever asks. Nothing changes by asking.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::desk::Outbox;
use super::lane::Lane;
use super::{Now, Settings};

/// What an outbox knows of one box.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// A newer frame waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waits>,
    /// The revision of the frame that is on its way to the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_way: Option<u64>,
    /// Why the frame that waits does not go out now, what lasts longest first.
    #[serde(default)]
    pub holds: Vec<Hold>,
    /// Somebody deleted the box, or it can never be made: nothing is sent any more.
    #[serde(default)]
    pub gone: bool,
}

/// A frame that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// Its revision.
    pub rev: u64,
    /// So many milliseconds ago its box got something new.
    pub ms: u64,
}

/// What holds a frame up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// What it is.
    pub by: By,
    /// So many milliseconds more, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
}

/// What can hold a frame up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// All requests that the server bears are spent.
    Budget,
    /// The server asked for a pause.
    Pause,
    /// The server does not take the token.
    Token,
    /// The server failed again and again: the breaker is open.
    Breaker,
    /// The box was edited a moment ago.
    Pace,
    /// The server did not do it for this box: it is tried again later.
    Box,
    /// Another writer moves the box.
    OtherWriter,
    /// So many boxes are live that this one has to wait until another is over.
    Place,
    /// An earlier frame of the box is on its way still.
    UnderWay,
    /// Nothing: its turn comes as soon as a thread has hands for it.
    Turn,
}

impl By {
    /// That holds it up until `until`, which is left out where it is over.
    pub(super) fn until(self, until: Now, now: Now) -> Option<Hold> {
        let left = until.checked_sub(now).filter(|left| !left.is_zero())?;
        let ms = Some(milliseconds(left));
        Some(Hold { by: self, ms })
    }
}

impl From<By> for Hold {
    fn from(by: By) -> Self {
        Self { by, ms: None }
    }
}

impl Outlook {
    /// A frame of revision `rev` has waited since then for a place among the live boxes.
    #[must_use]
    pub fn of_crowd(rev: u64, since: Now, now: Now) -> Self {
        Self {
            waits: Some(Waits::since(rev, since, now)),
            holds: vec![By::Place.into()],
            ..Self::default()
        }
    }
}

impl Waits {
    fn since(rev: u64, since: Now, now: Now) -> Self {
        let ms = milliseconds(now.saturating_sub(since));
        Self { rev, ms }
    }
}

impl Outbox {
    /// What waits for the box of `key`, and why; nothing where the box is unknown.
    #[must_use]
    pub fn outlook(&self, key: &str, now: Now) -> Option<Outlook> {
        let lane = self.lane(key)?;
        let mut outlook = lane.outlook(self.settings(), now);
        if outlook.waits.is_some() {
            outlook.holds.extend(self.server_holds(now));
            outlook.holds.sort_by_key(|hold| std::cmp::Reverse(hold.ms));
            if outlook.under_way.is_some() {
                outlook.holds.insert(0, By::UnderWay.into());
            }
            if outlook.holds.is_empty() {
                outlook.holds.push(By::Turn.into());
            }
        }
        Some(outlook)
    }
}

impl Lane {
    /// What waits here, and what of this box alone holds it up.
    fn outlook(&self, settings: &Settings, now: Now) -> Outlook {
        let moments = self.moments(settings);
        let holds = [
            By::Pace.until(moments.pace, now),
            By::Box.until(moments.hold, now),
            By::OtherWriter.until(moments.stand_by, now),
        ];
        let waits = self.waits();
        Outlook {
            waits: waits.map(|(rev, since)| Waits::since(rev, since, now)),
            under_way: self.under_way(),
            holds: match waits {
                Some(_) => holds.into_iter().flatten().collect(),
                None => Vec::new(),
            },
            gone: self.is_gone(),
        }
    }
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{active, frame, ms, next, settle};
    use super::super::{Answer, Next};
    use super::*;
    use crate::wire::frame::State;

    /// What holds `key` up, as text.
    fn holds(outbox: &Outbox, key: &str, now: u64) -> String {
        let outlook = outbox.outlook(key, ms(now)).expect("a box");
        let hold = |hold: &Hold| format!("{:?} {:?}", hold.by, hold.ms);
        let holds: Vec<_> = outlook.holds.iter().map(hold).collect();
        holds.join(", ").replace("Some(", "").replace(')', "")
    }

    fn one(answer: Answer, settings: Settings) -> Outbox {
        let mut outbox = Outbox::new(settings);
        outbox.offer(active("a", 1), ms(0));
        assert_eq!(next(&mut outbox, 0), "a:1");
        settle(&mut outbox, "a", answer, 10);
        outbox.offer(active("a", 2), ms(20));
        outbox
    }

    #[test]
    fn everything_that_holds_a_frame_up_is_told_with_how_long_it_lasts() {
        let cases = [
            (Answer::Applied, "Pace 400"),
            (Answer::Barred(ms(5_000)), "Token 4910, Pace 400"),
            (Answer::Wait(ms(7_000)), "Box 6910, Pace 400"),
            (Answer::StandBy(ms(9_000)), "OtherWriter 8910, Pace 400"),
        ];
        for (answer, want) in cases {
            let outbox = one(answer, Settings::default());
            assert_eq!(holds(&outbox, "a", 100), want, "{answer:?}");
            let waits = outbox.outlook("a", ms(100)).and_then(|it| it.waits);
            assert_eq!(waits.map(|waits| waits.rev), Some(2), "{answer:?}");
        }
        let outbox = one(Answer::Later(ms(5_000)), Settings::default());
        let text = holds(&outbox, "a", 100);
        // A pause is spread.
        let is_both = text.starts_with("Pause ") && text.ends_with(", Pace 400");
        assert!(is_both, "{text}");
        let outbox = one(Answer::Applied, Settings::default());
        assert_eq!(holds(&outbox, "a", 600), "Turn None");
        assert_eq!(outbox.outlook("b", ms(600)), None);
    }

    #[test]
    fn a_server_that_is_down_or_spent_holds_all_of_its_boxes_up() {
        let fails = Settings {
            breaker_threshold: 1,
            ..Settings::default()
        };
        let outbox = one(Answer::Failed, fails);
        let text = holds(&outbox, "a", 100);
        assert!(text.starts_with("Breaker 29910, "), "{text}");
        let slow = Settings {
            rate_per_second: 0.5,
            ..Settings::default()
        };
        let outbox = one(Answer::Applied, slow);
        let text = holds(&outbox, "a", 1_000);
        assert!(text.starts_with("Budget 1000"), "{text}");
    }

    #[test]
    fn asking_changes_nothing_and_an_end_does_not_stand_by() {
        let mut outbox = one(Answer::StandBy(ms(9_000)), Settings::default());
        outbox.offer(frame("a", 3, State::Done), ms(30));
        assert_eq!(holds(&outbox, "a", 100), "Pace 400");
        let Next::Send(sent) = outbox.next(ms(500)) else {
            unreachable!("it may go out");
        };
        let outlook = outbox.outlook("a", ms(600)).expect("a box");
        assert_eq!((outlook.under_way, outlook.waits), (Some(sent.rev), None));
        outbox.offer(frame("a", 4, State::Done), ms(700));
        assert_eq!(holds(&outbox, "a", 1_500), "UnderWay None");
        settle(&mut outbox, "a", Answer::Gone, 1_600);
        assert!(outbox.outlook("a", ms(1_600)).is_some_and(|it| it.gone));
    }

    #[test]
    fn who_waits_for_a_place_is_told_so_and_since_when() {
        let outlook = Outlook::of_crowd(7, ms(1_000), ms(4_000));
        assert_eq!(outlook.waits, Some(Waits { rev: 7, ms: 3_000 }));
        let text = serde_json::to_string(&outlook).expect("written");
        assert_eq!(
            text,
            r#"{"waits":{"rev":7,"ms":3000},"holds":[{"by":"place"}],"gone":false}"#
        );
        assert_eq!(serde_json::from_str::<Outlook>(&text).ok(), Some(outlook));
    }
}
