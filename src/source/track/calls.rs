//! Calls of tools, jobs in the background, waits for a person.

use serde_json::Value;

use super::Track;
use super::turn::{Last, Turn, Wait};
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{
    Blocked, BlockedOn, FileChange, JobEnd, Name, Outcome, ToolEnd, ToolStart, Unblocked,
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
    /// The call of the sub-agent that made it, which may go on when the turn is over.
    pub(in crate::source) within: Option<Name>,
    /// The earlier run that it is of, where that sub-agent outlived its turn.
    pub(in crate::source) run: Option<Name>,
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
        pending.within.clone_from(&call.parent);
        pending.run = call.parent.as_ref().and_then(|call| self.run_within(call));
        let bytes = if self.full { usize::MAX } else { INPUT_BYTES };
        let input = match call.input.is_some() {
            true => call.input.value(bytes),
            false => Value::Null,
        };
        let of = pending.run.clone();
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
        self.emit_in(of.as_ref(), out, start);
        true
    }

    /// Whether a call was told before.
    pub(in crate::source) fn knows_call(&self, call: &str) -> bool {
        self.seen.has(("call", call))
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
        self.unblock_all(
            |_, wait| wait.id == call || wait.call.as_ref() == Some(&call),
            out,
        );
        let mut of = None;
        if let Some(run) = &mut self.run {
            let pending = run.pending.remove(&call).unwrap_or_default();
            of = pending.run;
            if ended.outcome == Outcome::Ok && ended.files.is_empty() {
                ended.files = pending.touches;
            }
            // What comes back to a sub-agent says nothing of its parent's turn.
            if pending.within.is_none() {
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
        self.emit_in(of.as_ref(), out, end);
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
        if run.waits.iter().all(|wait| wait.id != id) {
            let pending = call.as_ref().and_then(|call| run.pending.get(call));
            let of = pending.and_then(|pending| pending.run.clone());
            let wait = Wait {
                id: id.clone(),
                call: call.clone(),
                run: of.clone(),
            };
            run.waits.push(wait);
            self.emit_in(of.as_ref(), out, Blocked { id, on, call, what });
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
            let at = run.waits.iter().position(|wait| &*wait.id == id)?;
            Some(run.waits.remove(at))
        });
        if let Some(Wait { id, run, .. }) = known {
            self.emit_in(run.as_ref(), out, Unblocked { id, decision });
        }
    }

    /// Whatever of the turn itself waited for a person waits no longer.
    ///
    /// A sub-agent in the background asks for itself: what its parent does is no answer to it.
    pub(in crate::source) fn settle_waits(&mut self, out: &mut Out<'_>) {
        self.unblock_all(|run, wait| !run.is_beside(wait), out);
    }

    /// Waits of those that `is_meant` names are over, nobody knows how.
    pub(super) fn unblock_all(
        &mut self,
        is_meant: impl Fn(&Turn, &Wait) -> bool,
        out: &mut Out<'_>,
    ) {
        let Some(run) = &mut self.run else { return };
        let waits = std::mem::take(&mut run.waits);
        let (over, kept) = waits.into_iter().partition(|wait| is_meant(run, wait));
        run.waits = kept;
        for Wait { id, run, .. } in Vec::<Wait>::into_iter(over) {
            let decision = None;
            self.emit_in(run.as_ref(), out, Unblocked { id, decision });
        }
    }
}
