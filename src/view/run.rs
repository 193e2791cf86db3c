//! What is known of one run, from its own records alone.

use crate::wire::event::{
    BlockedOn, Cause, Context, Event, Link, Name, Person, Plan, Route, Src, SrcKind,
};
use crate::wire::time::Time;

use super::ending::{Ending, Trust};
use super::files::Files;
use super::key::At;
use super::seen::{Seen, hash};
use super::speech::Speech;
use super::spend::Spend;
use super::step::{Agent, Step};

/// Most steps kept of one run, a few more than a frame shows; older ones that are over only count.
/// What thousands of runs keep of their steps is most of what a daemon needs of memory.
const MAX_STEPS: usize = 64;

/// Most of them that are kept for having failed.
const MAX_FAILURES: usize = MAX_STEPS / 4;

/// Most kinds of work told apart.
const MAX_KINDS: usize = 64;

/// Most routes of one run, and most waits at a time.
pub(super) const MAX_FEW: usize = 8;

/// What the last record was: it decides what silence means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Last {
    /// The request: it is the model's turn.
    #[default]
    Request,
    /// The assistant spoke or called.
    Assistant,
    /// The assistant said something on its way, or a part of it: its turn goes on.
    Commentary,
    /// A result came back: it is the model's turn.
    Result,
    /// It failed and tries again.
    Retry,
    /// It failed for good.
    Error,
}

/// One wait for a person, permission or quota.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    pub(super) id: Name,
    pub(super) on: BlockedOn,
    pub(super) call: Option<Name>,
    pub(super) what: Option<String>,
    pub(super) since: Option<Time>,
}

/// Steps that are only counted any more.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    pub(super) tools: u64,
    pub(super) failed: u64,
    pub(super) shown: u64,
    pub(super) kinds: Vec<(String, u64)>,
    ids: Seen,
}

/// One run.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) id: Option<Name>,
    /// The first of its session, so the one its parent set off.
    pub(super) first: bool,
    /// `run.start` was seen.
    pub(super) announced: bool,
    pub(super) cause: Option<Cause>,
    pub(super) request: Option<String>,
    pub(super) by: Option<Person>,
    pub(super) parent: Option<Link>,
    pub(super) routes: Vec<Route>,
    pub(super) started: Option<Time>,
    /// Time of its newest record.
    pub(super) last: Option<Time>,
    /// Time of its newest step or text.
    pub(super) output: Option<Time>,
    pub(super) last_kind: Last,
    pub(super) error: Option<String>,
    pub(super) steps: Vec<Step>,
    /// Whether any step names a parent.
    pub(super) nests: bool,
    pub(super) dropped: Dropped,
    pub(super) blocks: Vec<Block>,
    pub(super) end: Option<Ending>,
    /// How long its parts before the last took by their source's own measure, in milliseconds.
    pub(super) before_ms: u64,
    /// When a turn last went on with it: ends before that are stale.
    pub(super) reopened: Option<Time>,
    pub(super) speech: Speech,
    pub(super) spend: Spend,
    pub(super) plan: Option<Plan>,
    pub(super) model: Option<String>,
    pub(super) context: Option<Context>,
    pub(super) files: Files,
    /// How often its context was compacted.
    pub(super) compactions: u64,
    /// Nothing happened since it was: another record says the same once more.
    pub(super) just_compacted: bool,
    /// Records folded.
    pub(super) rev: u64,
    /// Records folded that were no row's.
    pub(super) told: u64,
    /// The newest record of each place.
    pub(super) sources: Vec<Src>,
    /// The run it names as its parent.
    pub(super) named: Option<At>,
    /// The run it nests under, and those nested under it: see `family`.
    pub(super) up: Option<At>,
    pub(super) down: Vec<At>,
}

impl Run {
    /// The newest step of call `id`.
    pub(super) fn step(&mut self, id: &str) -> Option<&mut Step> {
        self.steps.iter_mut().rev().find(|step| *step.id == *id)
    }

    /// Whether `id` was a call of this run, kept or only counted.
    pub(super) fn has_call(&self, id: &str) -> bool {
        self.steps.iter().rev().any(|step| *step.id == *id) || self.dropped.ids.has(hash(id))
    }

    /// Whether the call was let go of, so that it must not come back.
    pub(super) fn is_dropped(&self, id: &str) -> bool {
        self.dropped.ids.has(hash(id))
    }

    /// Adds a step; where there are too many, the oldest that is over only counts. Failures are
    /// kept longest, as a box keeps them, as long as there are not too many of those.
    pub(super) fn push(&mut self, step: Step) -> &mut Step {
        if self.steps.len() >= MAX_STEPS {
            let idle = |step: &Step| !step.is_pending() && !step.is_job();
            let over = |step: &Step| idle(step) && step.agent.is_none();
            let failures = self.steps.iter().filter(|step| step.failed()).count();
            let goes = |step: &Step| over(step) && (!step.failed() || failures > MAX_FAILURES);
            let done = |agent: &Agent| agent.ended.is_some();
            let gone = |step: &Step| idle(step) && step.agent.as_deref().is_none_or(done);
            let first = |is: &dyn Fn(&Step) -> bool| self.steps.iter().position(is);
            // A run with as many calls at once and no result: the oldest goes.
            let better: [&dyn Fn(&Step) -> bool; 4] = [&goes, &over, &gone, &idle];
            let oldest = better.into_iter().find_map(first).unwrap_or(0);
            let old = self.steps.remove(oldest);
            self.dropped.take(&old);
        }
        let at = self.steps.len();
        self.steps.push(step);
        &mut self.steps[at]
    }

    /// Takes the time of a record; times never go back.
    pub(super) fn meet(&mut self, when: Option<Time>) {
        self.last = self.last.max(when);
        self.started = self.started.or(when);
    }

    /// A step or a text was seen.
    pub(super) fn show(&mut self, when: Option<Time>) {
        self.output = self.output.max(when);
    }

    /// Takes an end; whether it changed anything.
    pub(super) fn finish(&mut self, mut ending: Ending) -> bool {
        let stale = matches!((ending.at, self.reopened), (Some(end), Some(again)) if end < again);
        let wins = match &self.end {
            None => !stale,
            Some(known) => !stale && ending.corrects(known),
        };
        if wins {
            self.speech.answered();
            let known = self.end.as_ref().and_then(|known| known.ms);
            ending.ms = ending.ms.or(known);
            self.end = Some(ending);
        }
        wins
    }

    /// It is not over; gives whether it seemed to be.
    pub(super) fn unend(&mut self) -> bool {
        let end = self.end.take();
        let ms = end.as_ref().and_then(|end| end.ms).unwrap_or(0);
        self.before_ms = self.before_ms.saturating_add(ms);
        end.is_some()
    }

    /// How long it took by its source's own measure, in milliseconds, where there is one.
    pub(super) fn measured_ms(&self) -> Option<u64> {
        let last = self.end.as_ref().and_then(|end| end.ms).unwrap_or(0);
        Some(self.before_ms.saturating_add(last)).filter(|ms| *ms > 0)
    }

    /// A turn goes on with it: what had not come back by its end never will.
    pub(super) fn reopen(&mut self, when: Option<Time>) {
        // What came behind the end of the turn before belongs to that one.
        self.speech.answered();
        if self.unend() {
            let lost = |step: &Step| step.is_pending() && !self.is_beside(step.parent.as_ref());
            let lost: Vec<bool> = self.steps.iter().map(lost).collect();
            for (step, lost) in self.steps.iter_mut().zip(lost) {
                step.closed |= lost;
            }
        }
        self.reopened = self.reopened.max(when);
    }

    /// Whether an end is known that nothing but a correction changes.
    pub(super) fn is_settled(&self) -> bool {
        self.end.is_some() && self.blocks.is_empty()
    }

    /// A later run of the session began while this one was open.
    pub(super) fn supersede(&mut self) {
        self.blocks.clear();
        self.speech.pause();
        if self.end.is_some() {
            return;
        }
        let done = self.last_kind == Last::Assistant && self.pending().is_none();
        self.end = Some(Ending {
            outcome: if done { "ok" } else { "interrupted" }.into(),
            at: self.last,
            trust: Trust::Superseded,
            silent: false,
            ms: None,
            gone: false,
        });
    }

    /// Remembers where `event` was read, and counts it.
    pub(super) fn count(&mut self, event: &Event) {
        self.rev += 1;
        self.told += u64::from(event.src.kind != SrcKind::Row);
        let src = &event.src;
        let same = |known: &Src| known.kind == src.kind && known.at == src.at;
        match self.sources.iter().position(same) {
            Some(known) => self.sources[known].clone_from(src),
            None if self.sources.len() < MAX_FEW => self.sources.push(src.clone()),
            None => {}
        }
    }

    /// Adds a route unless it is known.
    pub(super) fn route(&mut self, route: &Route) -> bool {
        let same = |known: &Route| {
            let mut known = known.clone();
            known.from.clone_from(&route.from);
            known == *route
        };
        let new = self.routes.len() < MAX_FEW && !self.routes.iter().any(same);
        if new {
            self.routes.push(route.clone());
        }
        new
    }
}

impl Dropped {
    fn take(&mut self, step: &Step) {
        self.ids.add(hash(&*step.id));
        self.tools += u64::from(step.call);
        self.failed += u64::from(step.call && step.failed());
        self.shown += u64::from(step.known);
        if !step.call || step.title.is_empty() {
            return;
        }
        match self
            .kinds
            .iter()
            .position(|(title, _)| *title == step.title)
        {
            Some(known) => self.kinds[known].1 += 1,
            None if self.kinds.len() < MAX_KINDS => self.kinds.push((step.title.clone(), 1)),
            None => {}
        }
    }
}
