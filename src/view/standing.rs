//! How one agent stands, in one word: the newest run of its session, by that run's own records.
//!
//! Children do not change it: a parent whose turn is over is idle while its sub-agents work.

use crate::wire::event::{AgentState, Name, Outcome};
use crate::wire::frame::{End, State};
use crate::wire::time::Time;

use super::board::Board;
use super::ending::Trust;
use super::run::Run;
use super::verdict::Verdict;

/// How an agent stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The status.
    pub state: AgentState,
    /// What it waits for, what went wrong, or that it was interrupted.
    pub reason: Option<String>,
    /// Since when, as far as its records tell.
    pub at: Option<Time>,
}

impl Board {
    /// How the agent of the session stands; nothing where no run of it is known.
    #[must_use]
    pub fn standing(&self, source: &Name, sid: &Name) -> Option<Standing> {
        let session = self.session(source, sid)?;
        let run = session.runs.get(&session.newest?)?;
        let verdict = self.alone(run, session.now);
        Some(standing(run, verdict))
    }

    /// The newest time known of the session: of a record, or of a tick while one came.
    #[must_use]
    pub(super) fn newest(&self, source: &Name, sid: &Name) -> Option<Time> {
        self.session(source, sid)?.now
    }

    /// The agent's id and the session's name, where they are known.
    #[must_use]
    pub fn names(&self, source: &Name, sid: &Name) -> (Option<Name>, Option<Name>) {
        self.session(source, sid).map_or((None, None), |session| {
            (session.agent.clone(), session.name.clone())
        })
    }
}

fn standing(run: &Run, verdict: Verdict) -> Standing {
    let (state, reason, at) = match verdict.state {
        State::Blocked => {
            let wait = run.blocks.first();
            let on = wait.map(|block| block.on.as_str().to_owned());
            (
                AgentState::Blocked,
                on,
                wait.and_then(|block| block.since).or(run.last),
            )
        }
        State::Done => (AgentState::Idle, None, verdict.ended),
        State::Error => {
            let timeout = outcome(run) == Some(&Outcome::Timeout);
            let known = timeout.then(|| "timeout".to_owned());
            (
                AgentState::Error,
                run.error.clone().or(known),
                verdict.ended,
            )
        }
        State::Interrupted => {
            let (state, reason) = stopped(run, &verdict);
            (state, Some(reason.to_owned()), verdict.ended)
        }
        State::Active | State::Other(_) => (
            AgentState::Working,
            None,
            run.reopened.max(run.started).or(run.last),
        ),
    };
    Standing { state, reason, at }
}

/// A person's stop leaves the agent idle; what nobody asked for is an error.
fn stopped(run: &Run, verdict: &Verdict) -> (AgentState, &'static str) {
    let superseded = run
        .end
        .as_ref()
        .is_some_and(|end| end.trust == Trust::Superseded);
    match outcome(run) {
        // Nothing tells but that no answer came for too long.
        _ if verdict.end == Some(End::Silence) => (AgentState::Error, "timeout"),
        _ if superseded => (AgentState::Idle, "interrupted"),
        Some(Outcome::Interrupted | Outcome::Cancelled | Outcome::Denied | Outcome::Skipped) => {
            (AgentState::Idle, "interrupted")
        }
        // Its process or its transcript went away: a crash, or a kill from outside.
        _ => (AgentState::Error, "lost"),
    }
}

fn outcome(run: &Run) -> Option<&Outcome> {
    run.end.as_ref().map(|end| &end.outcome)
}
