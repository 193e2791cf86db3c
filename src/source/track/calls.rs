//! Calls of tools, jobs in the background, waits for a person, sub-agents.

use serde_json::Value;

use super::Track;
use super::turn::Last;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{
    AgentEnd, AgentStart, Blocked, BlockedOn, FileChange, JobEnd, Name, Outcome, SessionKind,
    ToolEnd, ToolStart, Unblocked,
};

/// A call without a result.
#[derive(Debug, Default)]
pub(in crate::source) struct Pending {
    /// Its tool.
    pub(in crate::source) name: Option<Box<str>>,
    /// What a sub-agent that it starts is called.
    pub(in crate::source) title: Option<Box<str>>,
    /// What a sub-agent that it starts is asked, hashed.
    pub(in crate::source) task: Option<u64>,
    /// A sub-agent made it, which may go on when the turn is over.
    pub(in crate::source) inner: bool,
    /// The files that it touches if it succeeds.
    pub(in crate::source) touches: Vec<FileChange>,
}

/// A call, as a record tells it.
pub(in crate::source) struct NewCall<'a> {
    pub(in crate::source) id: Name,
    pub(in crate::source) name: Option<String>,
    pub(in crate::source) title: Option<String>,
    pub(in crate::source) input: Raw<'a>,
    /// The call that it was made within.
    pub(in crate::source) parent: Option<Name>,
}

/// How a call ended.
#[derive(Debug)]
pub(in crate::source) struct Ended {
    pub(in crate::source) outcome: Outcome,
    pub(in crate::source) exit_code: Option<i64>,
    pub(in crate::source) error: Option<String>,
    pub(in crate::source) job: Option<Name>,
    pub(in crate::source) ms: Option<u64>,
    pub(in crate::source) bytes: Option<u64>,
    pub(in crate::source) files: Vec<FileChange>,
}

impl Ended {
    pub(in crate::source) fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            exit_code: None,
            error: None,
            job: None,
            ms: None,
            bytes: None,
            files: Vec::new(),
        }
    }
}

impl Track {
    /// A tool is called; `false` where the call was told before.
    pub(in crate::source) fn call(
        &mut self,
        call: NewCall<'_>,
        pending: Pending,
        out: &mut Out<'_>,
    ) -> bool {
        self.call_of_kind(None, call, pending, out)
    }

    /// The same where the source says what kind of tool it is.
    pub(in crate::source) fn call_of_kind(
        &mut self,
        kind: Option<String>,
        call: NewCall<'_>,
        mut pending: Pending,
        out: &mut Out<'_>,
    ) -> bool {
        if !self.is_new("call", &call.id) {
            return false;
        }
        pending.inner = call.parent.is_some();
        let bytes = if self.full { usize::MAX } else { INPUT_BYTES };
        let input = match call.input.is_some() {
            true => call.input.value(bytes),
            false => Value::Null,
        };
        if let Some(run) = &mut self.run {
            run.pending.insert(call.id.clone(), pending);
        }
        let start = ToolStart {
            call: call.id,
            name: call.name,
            title: call.title,
            kind,
            input,
            parent_call: call.parent,
        };
        self.emit(out, start);
        true
    }

    /// Whether a call was told before.
    pub(in crate::source) fn knows_call(&self, call: &str) -> bool {
        self.seen.has(("call", call))
    }

    /// What a sub-agent that the call starts is called, where the call itself does not say.
    pub(in crate::source) fn entitle_child(&mut self, call: &str, title: &str) {
        let pending = self.run.as_mut().and_then(|run| run.pending.get_mut(call));
        if let Some(pending) = pending.filter(|pending| pending.title.is_none()) {
            pending.title = Some(title.into());
        }
    }

    /// A call without a result.
    pub(in crate::source) fn pending(&self, call: &str) -> Option<&Pending> {
        self.run.as_ref()?.pending.get(call)
    }

    /// Every call without a result.
    pub(in crate::source) fn all_pending(&self) -> impl Iterator<Item = (&Name, &Pending)> {
        self.run.iter().flat_map(|run| &run.pending)
    }

    /// A call came back.
    pub(in crate::source) fn came_back(&mut self, call: Name, mut ended: Ended, out: &mut Out<'_>) {
        if !self.is_new("result", &call) {
            return;
        }
        self.unblock(&call, None, out);
        if let Some(run) = &mut self.run {
            let pending = run.pending.remove(&call).unwrap_or_default();
            if ended.outcome == Outcome::Ok && ended.files.is_empty() {
                ended.files = pending.touches;
            }
            // What comes back to a sub-agent says nothing of its parent's turn.
            if !pending.inner {
                run.last = Last::Result;
            }
            run.last_at = out.ts.or(run.last_at);
            run.jobs.extend(ended.job.clone());
        }
        let end = ToolEnd {
            call,
            outcome: ended.outcome,
            exit_code: ended.exit_code,
            job: ended.job,
            error: ended.error,
            ms: ended.ms,
            bytes: ended.bytes,
            files: ended.files,
        };
        self.emit(out, end);
    }

    /// A background job ended; `false` where none of that name is under way.
    pub(in crate::source) fn end_job(
        &mut self,
        job: &str,
        outcome: Outcome,
        out: &mut Out<'_>,
    ) -> bool {
        let known = self.run.as_mut().and_then(|run| {
            let at = run.jobs.iter().position(|known| &**known == job)?;
            Some(run.jobs.remove(at))
        });
        let Some(job) = known else { return false };
        self.emit(out, JobEnd { job, outcome });
        true
    }

    /// Nothing that works in the background goes on.
    pub(in crate::source) fn end_jobs(&mut self, outcome: Outcome, out: &mut Out<'_>) {
        let jobs = self.run.as_mut().map(|run| std::mem::take(&mut run.jobs));
        for job in jobs.into_iter().flatten() {
            let outcome = outcome.clone();
            self.emit(out, JobEnd { job, outcome });
        }
    }

    /// A person is asked.
    pub(in crate::source) fn ask(
        &mut self,
        id: Name,
        (on, call): (BlockedOn, Option<Name>),
        what: Option<String>,
        out: &mut Out<'_>,
    ) {
        let Some(run) = &mut self.run else { return };
        if !run.waits.contains(&id) {
            run.waits.push(id.clone());
            self.emit(out, Blocked { id, on, call, what });
        }
    }

    /// A person answered, where one was asked.
    pub(in crate::source) fn unblock(
        &mut self,
        id: &str,
        decision: Option<String>,
        out: &mut Out<'_>,
    ) {
        let known = self.run.as_mut().and_then(|run| {
            let at = run.waits.iter().position(|known| &**known == id)?;
            Some(run.waits.remove(at))
        });
        if let Some(id) = known {
            self.emit(out, Unblocked { id, decision });
        }
    }

    /// Whatever waited for a person waits no longer.
    pub(in crate::source) fn settle_waits(&mut self, out: &mut Out<'_>) {
        let waits = self.run.as_mut().map(|run| std::mem::take(&mut run.waits));
        for id in waits.into_iter().flatten() {
            self.emit(out, Unblocked { id, decision: None });
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
        let key: &str = child;
        if announces
            && self.is_new("background", key)
            && let Some(run) = &mut self.run
        {
            run.children.push(child.clone());
        }
        if !self.is_new("child", key) {
            return;
        }
        let pending = call.as_ref().and_then(|call| self.pending(call));
        let title = pending.and_then(|pending| pending.title.as_deref());
        let start = AgentStart {
            child: self.link(child.clone()),
            title: title.map(str::to_owned),
            call,
            kind: SessionKind::Subagent,
            announces,
            depth: None,
            inferred: false,
        };
        self.emit(out, start);
    }

    /// A sub-agent came to its end, as its parent was told.
    pub(in crate::source) fn child_ended(
        &mut self,
        child: &Name,
        outcome: Outcome,
        out: &mut Out<'_>,
    ) {
        if let Some(run) = &mut self.run {
            run.children.retain(|known| known != child);
        }
        if self.is_new("child-end", child) {
            let child = self.link(child.clone());
            self.emit(out, AgentEnd { child, outcome });
        }
    }

    /// Whether a sub-agent of that name works in the background.
    pub(in crate::source) fn awaits(&self, child: &str) -> bool {
        let run = self.run.as_ref();
        run.is_some_and(|run| run.children.iter().any(|known| &**known == child))
    }
}
