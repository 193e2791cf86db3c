//! What a running `run` told of a box, for people.

use super::page::length;
use crate::daemon::told::Told;
use crate::outbox::outlook::{By, Hold, Outlook};

/// The lines of it: a name and what it says.
pub(super) fn lines(told: &Told) -> Vec<(&'static str, String)> {
    let mut lines = vec![("run", format!("process {}", told.pid))];
    if let Some(state) = &told.state {
        lines.push(("now", state.tag()));
    }
    if let Some(why) = &told.why {
        lines.push(("rule", why.clone()));
    }
    if let Some(outlook) = &told.outlook {
        lines.push(("waits", waits(outlook)));
        lines.extend(outlook.holds.iter().map(|hold| ("because", because(hold))));
    }
    lines
}

fn waits(outlook: &Outlook) -> String {
    match (outlook.waits, outlook.under_way) {
        (Some(waits), _) => format!(
            "revision {}; the box has not shown what is new for {}",
            waits.rev,
            length(waits.ms)
        ),
        (None, Some(rev)) => format!("nothing; revision {rev} is on its way"),
        (None, None) if outlook.gone => "nothing, and nothing is sent any more".into(),
        (None, None) => "nothing: the box shows the newest".into(),
    }
}

fn because(hold: &Hold) -> String {
    let what = match hold.by {
        By::Budget => "all requests that the server is asked for at most are spent",
        By::Pause => "the server asked for a pause",
        By::Token => {
            "the server does not take the token; SIGHUP after it was replaced goes on at once"
        }
        By::Breaker => "the server failed again and again; one request finds out then",
        By::Pace => "the box was edited a moment ago",
        By::Box => "the server did not do it for this box; it is tried again then",
        By::OtherWriter => "another writer moves the box; it is his while he does",
        By::Place => "as many boxes are live as may be (MAX_ACTIVE_SESSIONS); it waits for a place",
        By::UnderWay => "an earlier frame of the box is on its way",
        By::Turn => "it is next, as soon as a thread has hands for it",
    };
    match hold.ms {
        Some(ms) => format!("{what} ({} more)", length(ms)),
        None => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::outlook::Waits;
    use crate::wire::frame::State;

    #[test]
    fn what_waits_and_why_are_lines_for_people() {
        let hold = |by, ms| Hold { by, ms };
        let told = Told {
            pid: 7,
            state: Some(State::Active),
            why: Some("a tool is pending".into()),
            outlook: Some(Outlook {
                waits: Some(Waits { rev: 9, ms: 65_000 }),
                holds: vec![hold(By::Breaker, Some(12_000)), hold(By::Place, None)],
                ..Outlook::default()
            }),
        };
        let text: Vec<_> = lines(&told)
            .into_iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let want = "\
run: process 7
now: [ACTIVE]
rule: a tool is pending
waits: revision 9; the box has not shown what is new for 1m 5s
because: the server failed again and again; one request finds out then (12s more)
because: as many boxes are live as may be (MAX_ACTIVE_SESSIONS); it waits for a place";
        assert_eq!(text.join("\n"), want);
    }

    #[test]
    fn a_box_that_shows_the_newest_says_so() {
        let of = |outlook: Outlook| waits(&outlook);
        let shown = Outlook::default();
        assert_eq!(of(shown.clone()), "nothing: the box shows the newest");
        let sent = Outlook {
            under_way: Some(3),
            ..shown.clone()
        };
        assert_eq!(of(sent), "nothing; revision 3 is on its way");
        let gone = Outlook {
            gone: true,
            ..shown
        };
        assert!(of(gone).contains("nothing is sent any more"));
    }
}
