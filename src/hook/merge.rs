//! Hooks beside transcripts. Hooks tell what no transcript shows, a person who is asked and a turn that begins;
//! transcripts tell what no hook does, an interrupt, and what really happened. Pure: time comes with the events.

use std::collections::HashMap;
use std::time::Duration;

use super::line::Heard;
use crate::wire::event::{AgentState, Body, Event, Name, Outcome, Src, SrcKind, Status};
use crate::wire::time::Time;

/// Most sessions remembered; those heard of longest ago go first.
const MAX_SESSIONS: usize = 4_096;

/// What joins the two streams of every session.
#[derive(Debug)]
pub struct Merge {
    timeout_ms: i64,
    sessions: HashMap<(Name, Name), Known>,
    heard: u64,
}

/// What is known of one session.
#[derive(Debug, Default)]
struct Known {
    /// The newest hook's place in time.
    order: u64,
    /// How it stands by the newest word of either stream: a hook that says so again is no news.
    told: Option<(AgentState, Option<String>)>,
    /// Since when a person is asked, by a hook.
    blocked: Option<Time>,
    /// The newest sign of work in the transcript.
    work: Option<Time>,
    /// When it was last heard of, in events.
    heard: u64,
}

impl Merge {
    /// A merge that takes a person to have answered after `timeout`, whatever else is heard.
    #[must_use]
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout_ms: i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX),
            sessions: HashMap::new(),
            heard: 0,
        }
    }

    /// The event of a hook, if it is to be believed: not one that comes late, says again what is known, or was
    /// overtaken by the transcript.
    pub fn hook(&mut self, heard: Heard) -> Option<Event> {
        let Heard { order, event } = heard;
        let Body::Status(status) = &event.body else {
            return None;
        };
        let known = self.known(&event)?;
        if order <= known.order {
            return None;
        }
        known.order = order;
        let overtaken = matches!((event.ts, known.work), (Some(hook), Some(work)) if hook < work);
        let now = (status.state.clone(), status.reason.clone());
        // The end of a turn that failed is told twice: that it failed, and that it is over.
        let failed = matches!(&known.told, Some((AgentState::Error, _)));
        let over = failed && status.state == AgentState::Idle;
        if overtaken || over || known.told.as_ref() == Some(&now) {
            return None;
        }
        known.blocked = event.ts.filter(|_| status.state == AgentState::Blocked);
        known.told = Some(now);
        Some(event)
    }

    /// Takes note of an event that no hook made. Gives what is to be said before it: that nobody is asked any
    /// more, since the agent is at work again, its turn is over, or it was long enough ago.
    pub fn other(&mut self, event: &Event) -> Option<Event> {
        let timeout_ms = self.timeout_ms;
        let tick = match &event.body {
            Body::Tick(tick) => Some(tick.now),
            _ => None,
        };
        if tick.is_none() && !is_work(event) {
            return None;
        }
        let place = place(event)?;
        if tick.is_some() && !self.sessions.contains_key(&place) {
            return None;
        }
        let known = self.known(event)?;
        let over = match (known.blocked, tick) {
            (None, _) => false,
            (Some(since), Some(now)) => now.since_ms(since) >= timeout_ms,
            // Without a time, what comes later is later.
            (Some(since), None) => event.ts.is_none_or(|ts| ts > since),
        };
        if tick.is_none() {
            known.work = known.work.max(event.ts);
            if known.blocked.is_none() || over {
                known.told = shown(event);
            }
        }
        if !over {
            return None;
        }
        known.blocked = None;
        known.told = shown(event);
        Some(Event {
            ts: event.ts.or(tick),
            run: None,
            body: Body::Status(Status {
                state: AgentState::Working,
                reason: None,
            }),
            src: Src {
                kind: SrcKind::Hook,
                ..Src::clock()
            },
            raw: None,
            label: None,
            ..event.clone()
        })
    }

    fn known(&mut self, event: &Event) -> Option<&mut Known> {
        let place = place(event)?;
        self.heard += 1;
        if self.sessions.len() >= MAX_SESSIONS && !self.sessions.contains_key(&place) {
            self.forget();
        }
        let known = self.sessions.entry(place).or_default();
        known.heard = self.heard;
        Some(known)
    }

    /// Lets go of the half that was heard of longest ago: half, so that it is seldom done.
    fn forget(&mut self) {
        let mut heard: Vec<_> = self.sessions.values().map(|known| known.heard).collect();
        let middle = heard.len() / 2;
        let (_, middle, _) = heard.select_nth_unstable(middle);
        let middle = *middle;
        self.sessions.retain(|_, known| known.heard > middle);
    }
}

/// Where an event belongs.
fn place(event: &Event) -> Option<(Name, Name)> {
    let sid = event.sid.as_ref().or(event.session.as_ref())?;
    Some((event.source.clone(), sid.clone()))
}

/// How the agent stands by what is no hook; nothing where a hook may know better why.
fn shown(event: &Event) -> Option<(AgentState, Option<String>)> {
    match &event.body {
        Body::RunEnd(end) => (end.outcome == Outcome::Ok).then_some((AgentState::Idle, None)),
        _ => Some((AgentState::Working, None)),
    }
}

/// Whether a transcript's record shows that the agent goes on, or that its turn is over.
fn is_work(event: &Event) -> bool {
    let told = matches!(
        event.body,
        Body::RunStart(_)
            | Body::RunEnd(_)
            | Body::Text(_)
            | Body::ToolStart(_)
            | Body::ToolEnd(_)
            | Body::Unblocked(_)
    );
    told && !matches!(event.src.kind, SrcKind::Hook | SrcKind::Clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_790_346_600_000;

    fn hook(seconds: u64, state: &str) -> Heard {
        let text = format!(
            r#"{{"v":1,"type":"status","source":"claude","sid":"s","state":"{state}","src":{{"kind":"hook","n":0}}}}"#
        );
        let mut event = Event::read(text.as_bytes()).expect("an event");
        event.ts = Time::from_ms(START + i64::try_from(seconds).expect("small") * 1_000);
        Heard {
            order: seconds + 1,
            event,
        }
    }

    fn record(seconds: i64, body: &str) -> Event {
        let text = format!(
            r#"{{"v":1,{body},"source":"claude","session":"s","sid":"s","src":{{"kind":"file","off":{seconds},"n":0}}}}"#
        );
        let mut event = Event::read(text.as_bytes()).expect("an event");
        event.ts = Time::from_ms(START + seconds * 1_000);
        event
    }

    fn tick(seconds: i64) -> Event {
        let now = Time::from_ms(START + seconds * 1_000).expect("a time");
        let mut event = record(0, &format!(r#""type":"tick","now":"{now}""#));
        (event.ts, event.src) = (None, Src::clock());
        event
    }

    const END: &str = r#""type":"tool.end","call":"c","outcome":"ok""#;
    const OVER: &str = r#""type":"run.end","outcome":"interrupted""#;
    const USAGE: &str = r#""type":"usage","id":"u","scope":"call","total":1"#;

    fn state(event: Option<Event>) -> Option<String> {
        match event?.body {
            Body::Status(status) => Some(status.state.to_string()),
            _ => None,
        }
    }

    fn merge() -> Merge {
        Merge::new(Duration::from_secs(600))
    }

    #[test]
    fn late_and_repeated_hooks_are_dropped() {
        let mut merge = merge();
        assert_eq!(
            state(merge.hook(hook(5, "working"))).as_deref(),
            Some("working")
        );
        assert_eq!(
            merge.hook(hook(6, "working")),
            None,
            "it says the same again"
        );
        assert_eq!(merge.hook(hook(4, "blocked")), None, "it comes late");
        assert_eq!(
            merge.hook(hook(6, "idle")),
            None,
            "it is the same hook twice"
        );
        assert_eq!(state(merge.hook(hook(7, "idle"))).as_deref(), Some("idle"));
    }

    #[test]
    fn a_turn_that_failed_stays_so_until_the_next() {
        let mut merge = merge();
        merge.hook(hook(5, "error")).expect("it failed");
        assert_eq!(merge.hook(hook(6, "idle")), None);
        assert!(merge.hook(hook(7, "working")).is_some());
        assert!(merge.hook(hook(8, "idle")).is_some());
    }

    #[test]
    fn a_wait_ends_with_the_next_sign_of_work() {
        for (body, what) in [
            (END, "a result"),
            (OVER, "an interrupt, which no hook tells"),
        ] {
            let mut merge = merge();
            merge.hook(hook(5, "blocked")).expect("asked");
            assert_eq!(
                merge.other(&record(4, END)),
                None,
                "{what}: what was before is no sign"
            );
            assert_eq!(
                merge.other(&record(6, USAGE)),
                None,
                "{what}: tokens are no sign"
            );
            let clear = merge.other(&record(7, body));
            let clear = clear.expect(what);
            assert_eq!(clear.src.kind, SrcKind::Hook);
            assert_eq!(state(Some(clear)).as_deref(), Some("working"), "{what}");
            assert_eq!(merge.other(&record(8, body)), None, "{what}: once");
            assert!(
                merge.hook(hook(9, "blocked")).is_some(),
                "{what}: it is asked again"
            );
        }
    }

    #[test]
    fn a_record_without_a_time_is_later_than_what_came_before() {
        let mut merge = merge();
        merge.hook(hook(5, "blocked")).expect("asked");
        let mut end = record(0, END);
        end.ts = None;
        assert!(merge.other(&end).is_some());
    }

    #[test]
    fn a_wait_that_nothing_ends_is_over_after_a_while() {
        let mut merge = merge();
        assert_eq!(merge.other(&tick(0)), None);
        merge.hook(hook(5, "blocked")).expect("asked");
        assert_eq!(merge.other(&tick(604)), None);
        assert_eq!(state(merge.other(&tick(605))).as_deref(), Some("working"));
        assert_eq!(merge.other(&tick(700)), None);
    }

    #[test]
    fn the_transcript_overtakes_a_hook() {
        for (at, state, passes) in [
            (5, "blocked", false),
            (5, "idle", false),
            (5, "error", false),
            (5, "working", false),
            (15, "blocked", true),
        ] {
            let mut merge = merge();
            merge.other(&record(10, END));
            let event = merge.hook(hook(at, state));
            assert_eq!(event.is_some(), passes, "{state} at {at}");
        }
    }

    #[test]
    fn a_hook_that_says_what_the_transcript_said_is_no_news() {
        let ended = r#""type":"run.end","outcome":"ok""#;
        for (body, state, passes) in [
            (END, "working", false),
            (END, "idle", true),
            (ended, "idle", false),
            (ended, "working", true),
            (OVER, "idle", true),
        ] {
            let mut merge = merge();
            merge.other(&record(10, body));
            let event = merge.hook(hook(15, state));
            assert_eq!(event.is_some(), passes, "{state} after {body}");
        }
    }

    #[test]
    fn sessions_and_sources_are_apart_and_few_are_remembered() {
        let mut merge = merge();
        merge.hook(hook(5, "blocked")).expect("asked");
        let mut other = record(7, END);
        other.sid = Some("t".into());
        assert_eq!(merge.other(&other), None);
        for number in 0..2 * MAX_SESSIONS as u64 {
            let mut heard = hook(number, "working");
            heard.event.sid = Some(format!("n{number}").into());
            merge.hook(heard);
        }
        assert!(merge.sessions.len() <= MAX_SESSIONS);
    }
}
