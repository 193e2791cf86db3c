//! Every change of an agent's status, out of the events that tell of its work.

use std::collections::{HashMap, HashSet};

use crate::wire::event::{AgentState, Body, Event, Name, SrcKind};
use crate::wire::status::StatusUpdate;
use crate::wire::time::Time;

use super::board::Board;
use super::settings::Settings;
use super::standing::Standing;

/// Most sessions whose last status is remembered before those that are over for long are let go of.
const MAX_KNOWN: usize = 10_000;

/// A session: its source and its id.
type Session = (Name, Name);

/// What was told of a session last.
#[derive(Debug)]
struct Told {
    state: AgentState,
    reason: Option<String>,
    at: Option<Time>,
}

/// The status of every agent that was heard of.
#[derive(Debug, Default)]
pub struct Statuses {
    board: Board,
    told: HashMap<Session, Told>,
    /// What hooks say of sessions of which no run is known.
    hooks: HashMap<Session, Standing>,
    /// Sessions that are read again or for the first time.
    replaying: HashSet<Session>,
}

impl Statuses {
    /// Nobody is known yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            board: Board::new(settings),
            ..Self::default()
        }
    }

    /// Folds `event`, and gives what it changes. While a session replays nothing is told; `live`
    /// tells how it stands.
    pub fn step(&mut self, event: &Event) -> Option<StatusUpdate> {
        let touched = self.board.fold(event);
        let sid = event.sid.as_ref().or(event.session.as_ref())?;
        let session = (event.source.clone(), sid.clone());
        self.hear(&session, event);
        let live = matches!(event.body, Body::Live(_));
        if live {
            self.replaying.remove(&session);
        } else if event.replay {
            self.replaying.insert(session);
            return None;
        }
        // Most events tell of a tool inside a run: whoever was not touched stands as before.
        let hook = event.src.kind == SrcKind::Hook;
        let mut touched = touched.into_iter();
        if !live && !hook && !touched.any(|key| (key.source, key.sid) == session) {
            return None;
        }
        self.forget();
        // Back at work since this record, which may come long after the request.
        let since = event
            .ts
            .or_else(|| self.board.newest(&session.0, &session.1));
        self.tell(session, since.filter(|_| !live))
    }

    /// The end of the input: how those stand that replayed without a `live`.
    pub fn finish(&mut self) -> Vec<StatusUpdate> {
        let mut sessions: Vec<_> = std::mem::take(&mut self.replaying).into_iter().collect();
        sessions.sort_unstable();
        let told = sessions
            .into_iter()
            .filter_map(|session| self.tell(session, None));
        told.collect()
    }

    /// Takes a hook's word, which is all there is where no transcript is read.
    fn hear(&mut self, session: &Session, event: &Event) {
        if let (Body::Status(status), SrcKind::Hook) = (&event.body, &event.src.kind) {
            let standing = Standing {
                state: status.state.clone(),
                reason: status.reason.clone(),
                at: event.ts,
            };
            let known = self.hooks.get(session).map(|known| &known.state);
            // That a turn is over does not take back that it failed.
            if (known, &standing.state) != (Some(&AgentState::Error), &AgentState::Idle) {
                self.hooks.insert(session.clone(), standing);
            }
        }
    }

    /// How the session stands, where that is news; who works does so since `back`, if that is known.
    fn tell(&mut self, session: Session, back: Option<Time>) -> Option<StatusUpdate> {
        let (source, sid) = &session;
        let standing = self
            .board
            .standing(source, sid)
            .or_else(|| self.hooks.get(&session).cloned())?;
        let shown = reason(&standing);
        let known = self.told.get(&session);
        if known.is_some_and(|known| known.state == standing.state && known.reason == shown) {
            return None;
        }
        let back = back.filter(|_| standing.state == AgentState::Working);
        // Not every record has a time, and some have that of an earlier one: no change comes
        // before the one before it.
        let at = back.or(standing.at).max(known.and_then(|known| known.at));
        let (agent, name) = self.board.names(source, sid);
        let told = Told {
            state: standing.state.clone(),
            reason: shown,
            at,
        };
        let mut update = StatusUpdate::new(source.clone(), sid.clone(), standing.state);
        update.agent = agent
            .filter(|agent| !agent.is_empty())
            .unwrap_or(update.agent);
        (update.session, update.reason, update.at) = (name, standing.reason, at);
        self.told.insert(session, told);
        Some(update)
    }

    /// Lets go of what is over: by runs as boxes are, and by sessions.
    fn forget(&mut self) {
        let replaying = &self.replaying;
        self.board.forget(&|key| {
            !replaying.is_empty() && replaying.contains(&(key.source.clone(), key.sid.clone()))
        });
        if self.told.len() > MAX_KNOWN || self.hooks.len() > MAX_KNOWN {
            let board = &self.board;
            let open =
                |state: &AgentState| matches!(state, AgentState::Working | AgentState::Blocked);
            self.told.retain(|(source, sid), told| {
                open(&told.state) || board.standing(source, sid).is_some()
            });
            self.hooks.retain(|_, standing| open(&standing.state));
        }
    }
}

/// What makes a status another one besides its word: what a person is asked.
fn reason(standing: &Standing) -> Option<String> {
    match standing.state {
        AgentState::Blocked => standing.reason.clone(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::scene::scene;
    use crate::wire::event::{Src, Status};

    /// Every change, as `working` or `blocked permission`.
    fn told(events: &[Event]) -> Vec<String> {
        let mut statuses = Statuses::new(Settings::default());
        let mut updates: Vec<_> = events
            .iter()
            .filter_map(|event| statuses.step(event))
            .collect();
        updates.extend(statuses.finish());
        let words = |update: &StatusUpdate| match &update.reason {
            Some(reason) => format!("{} {reason}", update.status),
            None => update.status.to_string(),
        };
        updates.iter().map(words).collect()
    }

    #[test]
    fn a_turn_is_work_and_its_end_says_how_it_went() {
        let cases = [
            (
                "0 start r; 1 tool a Reading; 2 end a ok; 3 stop ok",
                "working, idle",
            ),
            ("0 start r; 3 stop error", "working, error"),
            (
                "0 start r; 2 error too long; 3 stop error",
                "working, error too long",
            ),
            ("0 start r; 3 stop timeout", "working, error timeout"),
            ("0 start r; 3 stop interrupted", "working, idle interrupted"),
            ("0 start r; 3 stop unknown", "working, error lost"),
            (
                "0 start r; 2 tool a X; 3 end a error; 4 stop ok",
                "working, idle",
            ),
            ("0 start r; 2 retry busy; 3 stop ok", "working, idle"),
            (
                "0 start r; 1 block b permission rm; 2 unblock b; 3 stop ok",
                "working, blocked permission, working, idle",
            ),
            (
                "0 start r; 1 block b question x; 3 stop interrupted",
                "working, blocked question, idle interrupted",
            ),
            (
                "0 start r; 1 stop ok; 2 start s; 3 stop ok",
                "working, idle, working, idle",
            ),
            // What only silence says.
            ("0 start r; 1 say unknown Hi; 70 tick", "working, idle"),
            ("0 start r; 1 say unknown Hi; 50 tick", "working"),
            (
                "0 start r; 1 tool a X; 2 end a ok; 1900 tick",
                "working, error timeout",
            ),
            ("0 start r; 1 tool a X; 9000 tick", "working"),
        ];
        for (script, want) in cases {
            let events = scene("s", script).events;
            assert_eq!(told(&events).join(", "), want, "{script}");
        }
    }

    #[test]
    fn children_do_not_change_the_status_of_their_parent() {
        let mut events = scene("p", "0 start r; 1 spawn a c Look; 1.5 end a ok; 2 stop ok").events;
        events.extend(
            scene(
                "c",
                "1 parent p; 1.2 start c; 3 block b permission rm; 4 unblock b; 9 stop error",
            )
            .events,
        );
        let mut statuses = Statuses::new(Settings::default());
        let updates: Vec<_> = events
            .iter()
            .filter_map(|event| statuses.step(event))
            .map(|update| format!("{} {}", update.sid, update.status))
            .collect();
        assert_eq!(
            updates,
            [
                "p working",
                "p idle",
                "c working",
                "c blocked",
                "c working",
                "c error"
            ]
        );
    }

    #[test]
    fn a_replayed_session_is_told_once_as_it_stands() {
        let replayed = scene("s", "0 start r; 1 stop ok; 2 start q; 3 block b plan x").replayed();
        let live = scene("s", "").generation("h").more("4 live; 5 unblock b");
        let mut events = replayed.events.clone();
        assert_eq!(
            told(&events),
            ["blocked plan"],
            "no live at the end of the input"
        );
        events.extend(live.events);
        // The second scene names no run of its own.
        assert_eq!(told(&events), ["blocked plan", "working"]);
    }

    #[test]
    fn back_at_work_is_since_the_record_that_says_so() {
        let events = scene("s", "0 start r; 10 block b plan x; 20 unblock b").events;
        let mut statuses = Statuses::new(Settings::default());
        let at: Vec<_> = events
            .iter()
            .filter_map(|event| statuses.step(event))
            .map(|update| update.at)
            .collect();
        let want: Vec<_> = events.iter().map(|event| event.ts).collect();
        assert_eq!(at, want);
    }

    #[test]
    fn time_never_goes_back() {
        // A leading `-` takes the record's time away.
        let cases = [
            ("0 start r; 10 block b plan x; -20 unblock b", [0, 10, 10]),
            ("0 start r; -10 block b plan x; 20 unblock b", [0, 0, 20]),
            ("0 start r; 10 block b plan x; 5 unblock b", [0, 10, 10]),
            (
                "0 start r; 10 block b plan x; 5 stop interrupted",
                [0, 10, 10],
            ),
        ];
        for (script, want) in cases {
            let timed = scene("s", &script.replace('-', "")).events;
            let steps: Vec<_> = script.split("; ").collect();
            let first = timed.first().and_then(|event| event.ts);
            let mut statuses = Statuses::new(Settings::default());
            let mut at = Vec::new();
            for (event, step) in timed.iter().zip(steps) {
                let mut event = event.clone();
                event.ts = event.ts.filter(|_| !step.starts_with('-'));
                let update = statuses.step(&event);
                let since = update.and_then(|update| Some(update.at?.since_ms(first?) / 1_000));
                at.extend(since);
            }
            assert_eq!(at, want, "{script}");
        }
    }

    #[test]
    fn a_hook_is_believed_where_no_transcript_is_read() {
        let hook = |state: &str, reason: Option<&str>| Event {
            body: Body::Status(Status {
                state: state.into(),
                reason: reason.map(str::to_owned),
            }),
            src: Src {
                kind: SrcKind::Hook,
                ..Src::clock()
            },
            run: None,
            ..scene("h", "0 live").events[0].clone()
        };
        let events = [
            hook("working", None),
            hook("working", None),
            hook("blocked", Some("permission")),
            hook("idle", None),
            hook("error", Some("overloaded")),
            hook("idle", None),
        ];
        assert_eq!(
            told(&events),
            ["working", "blocked permission", "idle", "error overloaded"]
        );
    }
}
