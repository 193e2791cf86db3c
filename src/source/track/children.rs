//! Sub-agents: who is started, who goes on in the background, who came back.

use super::Track;
use super::calls::Pending;
use super::turn::{Turn, Wait};
use crate::source::out::Out;
use crate::wire::event::{AgentEnd, AgentStart, Name, Outcome, SessionKind};

/// Most sub-agents of earlier turns that are waited for.
const MOST_OUTLIVING: usize = 16;

/// Nobody nests sub-agents so deep.
const MAX_DEPTH: usize = 16;

/// A sub-agent that works in the background.
#[derive(Debug)]
pub(super) struct Child {
    name: Name,
    /// The call that started it.
    call: Option<Name>,
    /// The earlier run that it is of, where it outlived its turn.
    run: Option<Name>,
}

impl Turn {
    /// Takes over from the turn before what goes on in the background.
    pub(super) fn inherit(&mut self, before: &mut Self) {
        before.forget_lost();
        for pending in before.pending.values_mut() {
            pending.run.get_or_insert_with(|| before.id.clone());
        }
        self.pending = std::mem::take(&mut before.pending);
        self.waits = std::mem::take(&mut before.waits);
        for wait in &mut self.waits {
            wait.run.get_or_insert_with(|| before.id.clone());
        }
        self.children = std::mem::take(&mut before.children);
        let surplus = self.children.len().saturating_sub(MOST_OUTLIVING);
        self.children.drain(..surplus);
        for child in &mut self.children {
            child.run.get_or_insert_with(|| before.id.clone());
        }
        self.forget_lost();
    }

    /// Lets go of calls that never come back: all but those of sub-agents in the background.
    pub(super) fn forget_lost(&mut self) {
        self.forget(|_| true);
    }

    /// Lets go of calls that were made within a sub-agent of an earlier turn which is over.
    fn forget_outlived(&mut self) {
        self.forget(|pending| pending.run.is_some());
    }

    fn forget(&mut self, is_meant: impl Fn(&Pending) -> bool) {
        let all = self.pending.iter();
        let lost = all.filter(|(call, pending)| is_meant(pending) && !self.goes_on(call));
        let lost: Vec<Name> = lost.map(|(call, _)| call.clone()).collect();
        for call in lost {
            self.pending.remove(&call);
        }
    }

    /// Whether a sub-agent in the background works, a call of which did not come back.
    pub(super) fn works_beside(&self) -> bool {
        !self.children.is_empty() && self.pending.keys().any(|call| self.goes_on(call))
    }

    /// Whether it is a sub-agent in the background that waits for a person.
    pub(super) fn is_beside(&self, wait: &Wait) -> bool {
        wait.call.as_ref().is_some_and(|call| self.goes_on(call))
    }

    /// Whether a call without a result is one that a sub-agent in the background made, or one below it.
    fn goes_on(&self, call: &Name) -> bool {
        let calls =
            std::iter::successors(Some(call), |call| self.pending.get(*call)?.within.as_ref());
        let own = |call: &Name| {
            let mut children = self.children.iter();
            children.any(|child| child.call.as_ref() == Some(call))
        };
        calls.skip(1).take(MAX_DEPTH).any(own)
    }
}

impl Track {
    /// The earlier run that what is done within `call` belongs to; none where that is the newest.
    pub(super) fn run_within(&self, call: &Name) -> Option<Name> {
        let run = self.run.as_ref()?;
        let mut children = run.children.iter();
        let child = children.find(|child| child.call.as_ref() == Some(call));
        match child {
            Some(child) => child.run.clone(),
            None => run.pending.get(call)?.run.clone(),
        }
    }

    /// A sub-agent was started by `call`; `announces` where it goes on in the background.
    pub(in crate::source) fn spawned(
        &mut self,
        child: &Name,
        call: Option<Name>,
        announces: bool,
        out: &mut Out<'_>,
    ) {
        self.spawned_as(None, child, call, announces, out);
    }

    /// The same where it is known what the sub-agent is called, though its call came back already.
    pub(in crate::source) fn spawned_as(
        &mut self,
        title: Option<String>,
        child: &Name,
        call: Option<Name>,
        announces: bool,
        out: &mut Out<'_>,
    ) {
        let key: &str = child;
        let pending = call.as_ref().and_then(|call| self.pending(call));
        let of = pending.and_then(|pending| pending.run.clone());
        let own = pending.and_then(|pending| pending.title.as_deref());
        let title = own.map(str::to_owned).or(title);
        if announces
            && self.is_new("background", key)
            && let Some(run) = &mut self.run
        {
            run.children.push(Child {
                name: child.clone(),
                call: call.clone(),
                run: of.clone(),
            });
        }
        if !self.is_new("child", key) {
            return;
        }
        let start = AgentStart {
            child: self.link(child.clone()),
            title,
            call,
            kind: SessionKind::Subagent,
            announces,
            depth: None,
            inferred: false,
        };
        self.emit_in(of.as_ref(), out, start);
    }

    /// A sub-agent came to its end, as its parent was told.
    pub(in crate::source) fn child_ended(
        &mut self,
        child: &Name,
        outcome: Outcome,
        out: &mut Out<'_>,
    ) {
        let known = self.run.as_mut().and_then(|run| {
            let at = run.children.iter().position(|known| known.name == *child)?;
            let asked = run.waits.iter().filter(|wait| run.is_beside(wait));
            let asked: Vec<Name> = asked.map(|wait| wait.id.clone()).collect();
            Some((run.children.remove(at), asked))
        });
        let (known, asked) = known.unzip();
        // Whoever asked is over.
        let asked: Vec<Name> = asked.unwrap_or_default();
        self.unblock_all(
            |run, wait| asked.contains(&wait.id) && !run.is_beside(wait),
            out,
        );
        let of = known.and_then(|known: Child| known.run);
        if of.is_some()
            && let Some(run) = &mut self.run
        {
            run.forget_outlived();
        }
        if self.is_new("child-end", child) {
            let child = self.link(child.clone());
            self.emit_in(of.as_ref(), out, AgentEnd { child, outcome });
        }
    }

    /// Whether the call went to the background, and what it does there goes on.
    pub(in crate::source) fn has_job(&self, job: &str) -> bool {
        let run = self.run.as_ref();
        run.is_some_and(|run| run.jobs.iter().any(|known| **known == *job))
    }

    /// Whether it was told that the sub-agent of that name is over.
    pub(in crate::source) fn has_ended(&self, child: &str) -> bool {
        self.seen.has(("child-end", child))
    }

    /// Whether a sub-agent of that name works in the background.
    pub(in crate::source) fn awaits(&self, child: &str) -> bool {
        let run = self.run.as_ref();
        run.is_some_and(|run| run.children.iter().any(|known| &*known.name == child))
    }
}

#[cfg(test)]
#[path = "children_tests.rs"]
mod tests;
