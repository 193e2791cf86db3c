//! A run's children, each at the step that started it.

use std::collections::BTreeMap;

use crate::wire::event::{Name, Outcome};
use crate::wire::time::Time;

use super::board::Board;
use super::key::At;
use super::record::agent_id;
use super::run::Run;
use super::session::Session;
use super::step::{Agent, Step};

/// A sub-agent as its parent's run sees it.
#[derive(Clone, Debug)]
pub struct Kin<'a> {
    /// The id of the step it is.
    pub id: Name,
    /// The call that started it, where one is known.
    pub step: Option<&'a Step>,
    /// What the parent's records say of it.
    pub agent: Option<&'a Agent>,
    /// Calls it made that stand in the parent's transcript.
    pub inline: Vec<&'a Step>,
    /// When it began.
    pub started: Option<Time>,
    /// Its runs under this parent, oldest first; none if it was never seen.
    pub(super) runs: Vec<At>,
    /// Its session, where that is known although no run of it is here.
    pub(super) session: Option<u32>,
}

impl Kin<'_> {
    /// Whether it is there at all: one that was only concluded, and of which nothing is known
    /// here, is no more than the call that may have started it.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        !self.runs.is_empty() || self.agent.is_none_or(|agent| !agent.inferred)
    }

    /// Whether the call that started it is more than the child, and goes on.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        let own = self.agent.is_none_or(|agent| agent.inferred);
        own && self
            .step
            .is_some_and(|step| step.is_pending() || step.is_job())
    }

    /// Whether more is known of it than that it was started: runs, calls, or its job's end.
    pub(super) fn has_worked(&self) -> bool {
        let is_job = self.step.is_some_and(|step| step.job.is_some());
        is_job || !self.runs.is_empty() || !self.inline.is_empty()
    }

    /// Whether a call that it made did not come back.
    pub(super) fn waits_for_call(&self) -> bool {
        let mut inline = self.inline.iter();
        inline.any(|step| step.is_pending() || step.is_job())
    }

    /// When its parent's transcript last told of it.
    pub(super) fn heard(&self) -> Option<Time> {
        let inline = self.inline.iter().map(|step| step.started.max(step.ended));
        inline.chain([self.started]).max().flatten()
    }

    /// How it ended as its parent was told: by name, or by its call, which came
    /// back without having done its work. A call that came back well may have
    /// done no more than start it.
    pub(super) fn told(&self) -> Option<(&Outcome, Option<Time>)> {
        let agent = self.agent.and_then(|agent| agent.ended.as_ref());
        let agent = agent.map(|(outcome, at)| (outcome, *at));
        agent.or_else(|| {
            let step = self.step?;
            let outcome = step.outcome.as_ref()?;
            match outcome {
                Outcome::Ok | Outcome::Background | Outcome::Unknown | Outcome::Other(_) => None,
                Outcome::Error
                | Outcome::Interrupted
                | Outcome::Timeout
                | Outcome::Denied
                | Outcome::Skipped
                | Outcome::Cancelled => Some((outcome, step.ended)),
            }
        })
    }
}

impl Board {
    /// The children of `at` in the order of their steps.
    pub(super) fn kin(&self, at: At) -> Vec<Kin<'_>> {
        let Some((parent, run)) = self.at(at) else {
            return Vec::new();
        };
        let mut kin: Vec<_> = run
            .steps
            .iter()
            .filter_map(|step| self.told(run, step))
            .collect();
        for (session, runs) in self.by_session(run) {
            for child in runs {
                self.place(parent, run, session, child, &mut kin);
            }
        }
        kin.sort_by_key(|kin| (kin.step.is_none(), kin.started));
        kin
    }

    /// The child that `step` of `run` started.
    fn told<'a>(&self, run: &'a Run, step: &'a Step) -> Option<Kin<'a>> {
        let agent = step.agent.as_deref()?;
        let inline = |other: &&Step| run.nests && other.parent.as_ref() == Some(&step.id);
        Some(Kin {
            id: step.id.clone(),
            step: Some(step),
            agent: Some(agent),
            inline: run.steps.iter().filter(inline).collect(),
            started: step.started.or(agent.started),
            runs: Vec::new(),
            session: self.linked(&agent.child),
        })
    }

    /// The runs below `run` by session, oldest first.
    fn by_session(&self, run: &Run) -> Vec<(&Session, Vec<At>)> {
        let mut sessions: BTreeMap<(&Name, &Name), (&Session, Vec<At>)> = BTreeMap::new();
        for &child in &run.down {
            if let Some((session, _)) = self.at(child) {
                let group = sessions.entry((&session.source, &session.sid));
                group.or_insert((session, Vec::new())).1.push(child);
            }
        }
        let mut sessions: Vec<_> = sessions.into_values().collect();
        for (_, runs) in &mut sessions {
            // Runs are numbered in the order of their session.
            runs.sort_unstable();
        }
        sessions
    }

    /// Puts one run of `session` at the step it belongs to.
    fn place<'a>(
        &'a self,
        parent: &'a Session,
        run: &'a Run,
        session: &'a Session,
        child: At,
        kin: &mut Vec<Kin<'a>>,
    ) {
        let Some((_, state)) = self.at(child) else {
            return;
        };
        let is_this = |kin: &Kin<'_>| kin.session == Some(child.session);
        let names = |kin: &Kin<'_>| {
            let named = kin.agent.and_then(|agent| agent.child.run.as_ref());
            is_this(kin) && named.is_some() && named == state.id.as_ref()
        };
        let before = |kin: &Kin<'_>| {
            let told = kin.agent.and_then(|agent| agent.started);
            is_this(kin) && (told.is_none() || told <= state.started)
        };
        let found = kin
            .iter()
            .position(names)
            .or_else(|| kin.iter().rposition(before))
            .or_else(|| kin.iter().position(is_this));
        if let Some(found) = found {
            kin[found].runs.push(child);
            return;
        }
        let links = [state.parent.as_ref(), session.parent.as_ref()];
        let mut links = links.into_iter().flatten().peekable();
        let first = links.peek().copied();
        let link = links.find(|link| link.call.is_some()).or(first);
        let call = link.filter(|link| {
            self.linked_at(link, state.started).is_some_and(|no| {
                self.sessions
                    .get(&no)
                    .is_some_and(|linked| linked.sid == parent.sid)
            })
        });
        let call = call.and_then(|link| link.call.as_ref());
        let step = call.and_then(|call| run.steps.iter().find(|step| step.id == *call));
        let id = match step {
            Some(step) => step.id.clone(),
            None => agent_id(&crate::wire::event::Link {
                sid: Some(session.sid.clone()),
                ..Default::default()
            }),
        };
        kin.push(Kin {
            id,
            step,
            agent: None,
            inline: Vec::new(),
            started: step.and_then(|step| step.started).or(state.started),
            runs: vec![child],
            session: Some(child.session),
        });
    }
}
