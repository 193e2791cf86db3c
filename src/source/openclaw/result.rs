//! Results of tools: how calls ended, and whom they started.

use std::borrow::Cow;

use super::run::{Last, Pending};
use super::{Session, tool};
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::pi::content::content_size;
use crate::source::pi::record::{Details, Message};
use crate::wire::event::{AgentStart, BlockedOn, Name, Outcome, SessionKind, ToolEnd};
use crate::wire::time::Time;

impl Session {
    pub(super) fn result(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        let called = message.call.text().unwrap_or_default();
        let none = Details::default();
        let details = message.details.0.as_ref().unwrap_or(&none);
        let mut verdict = tool::verdict(details, message.content.raw, message.is_error.is_true());
        if verdict.outcome.is_none() {
            let what = details.command.prefix(INPUT_BYTES).map(Cow::into_owned);
            self.ask((*called).into(), BlockedOn::Permission, what, out);
            return;
        }
        let pending = self.run.as_mut().and_then(|run| {
            run.last = Last::Result;
            run.last_at = out.ts.or(run.last_at);
            run.pending.remove_entry(&*called)
        });
        let (call, mut pending) = match pending {
            Some((call, pending)) => (call, Some(pending)),
            None => (Name::from(&*called), None),
        };
        // A call that was cut off by the end of its run did not fail by itself.
        let cut = self
            .run
            .as_ref()
            .and_then(|run| run.ended.as_ref())
            .is_some_and(|end| end.outcome == Outcome::Interrupted);
        if cut && verdict.outcome == Some(Outcome::Error) {
            verdict.outcome = Some(Outcome::Interrupted);
            verdict.error = None;
        }
        let known = pending.as_ref().and_then(|pending| pending.name.as_deref());
        let is_process = match known {
            Some(name) => is_process(name),
            None => message.tool.text().is_some_and(|name| is_process(&name)),
        };
        let job: Option<Name> = details.job.word().map(|job| job.as_ref().into());
        self.unblock(&call, out);
        if is_process {
            if let (Some(job), Some(outcome)) = (&job, job_outcome(details)) {
                self.end_job(job, outcome, out);
            }
            // A look at a job that still runs is over; the job belongs to the call that began it.
            if verdict.outcome == Some(Outcome::Background) {
                verdict.outcome = Some(Outcome::Ok);
            }
        } else if verdict.outcome == Some(Outcome::Background)
            && let (Some(job), Some(run)) = (&job, &mut self.run)
        {
            run.jobs.push(job.clone());
        }
        let background = verdict.outcome == Some(Outcome::Background);
        let done = verdict.outcome == Some(Outcome::Ok);
        let files = pending.as_mut().filter(|_| done);
        let files = files.map_or_else(Vec::new, |pending| std::mem::take(&mut pending.files));
        let end = ToolEnd {
            call: call.clone(),
            outcome: verdict.outcome.take().unwrap_or(Outcome::Unknown),
            exit_code: verdict.exit_code,
            job: job.filter(|_| background),
            error: verdict.error,
            ms: details
                .duration_ms
                .int()
                .and_then(|ms| u64::try_from(ms).ok()),
            bytes: Some(content_size(message.content.raw)),
            files,
        };
        self.emit(out, "message/toolResult", end);
        if let Some(key) = child_key(details) {
            let inner = details.result.field("details");
            let announces = will_announce(details.mode, details.announces)
                || will_announce(inner.field("mode"), inner.field("expectsCompletionMessage"));
            self.spawned(&key, call, pending.as_ref(), announces, out);
        }
        if details.status.0 == "\"yielded\"" {
            self.end(Outcome::Ok, Some("yielded"), true, out);
        }
    }

    pub(super) fn unblock(&mut self, call: &Name, out: &mut Out<'_>) {
        let Some(run) = &mut self.run else { return };
        let Some(at) = run.asked.iter().position(|asked| asked == call) else {
            return;
        };
        let id = run.asked.remove(at);
        self.emit(
            out,
            "message/toolResult",
            crate::wire::event::Unblocked { id, decision: None },
        );
    }

    /// A sub-agent was started.
    pub(super) fn spawned(
        &mut self,
        key: &str,
        call: Name,
        pending: Option<&Pending>,
        announces: bool,
        out: &mut Out<'_>,
    ) {
        if !self.seen.is_new(("child", key)) {
            return;
        }
        if let Some(run) = &mut self.run {
            run.awaited += u32::from(announces);
        }
        let acp = pending.is_some_and(|pending| pending.acp) || key.contains(":acp:");
        let start = AgentStart {
            child: self.link(key),
            call: Some(call),
            title: pending
                .and_then(|pending| pending.title.as_deref())
                .map(str::to_owned),
            kind: if acp {
                SessionKind::Acp
            } else {
                SessionKind::Subagent
            },
            announces,
            depth: Some(self.row.depth.unwrap_or(0) + 1),
            inferred: false,
        };
        self.emit(out, "message/toolResult", start);
    }

    /// `openclaw.nested-tool.v1`: a call inside a call, told once it is over.
    pub(super) fn nested(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        if &*message.custom_type.text().unwrap_or_default() != "openclaw.nested-tool.v1" {
            return;
        }
        let Some(details) = &message.details.0 else {
            return;
        };
        let outer: Name = details
            .parent_call
            .text()
            .unwrap_or_default()
            .as_ref()
            .into();
        let wrapped = self
            .run
            .as_ref()
            .and_then(|run| run.pending.get(&outer))
            .is_some_and(|pending| pending.wrapped);
        let result = details.result.field("details");
        if let Some(key) = result.field("childSessionKey").word() {
            let pending = self.run.as_mut().and_then(|run| run.pending.remove(&outer));
            let announces = will_announce(
                result.field("mode"),
                result.field("expectsCompletionMessage"),
            );
            self.spawned(&key, outer.clone(), pending.as_ref(), announces, out);
            if let (Some(run), Some(pending)) = (&mut self.run, pending) {
                run.pending.insert(outer.clone(), pending);
            }
        }
        if wrapped {
            return; // The outer call is shown as this one already.
        }
        let id: Name = details.call.text().unwrap_or_default().as_ref().into();
        if !self.seen.is_new(("call", &*id)) {
            return;
        }
        let call = tool::Call {
            name: details.tool.word(),
            input: details.input,
            wrapped: false,
        };
        let start = self.tool_start(id.clone(), &call, Some(outer));
        let begun = details.started_at.int().and_then(Time::from_ms);
        let ended = out.ts;
        out.ts = begun.or(ended);
        self.emit(out, "message/custom", start);
        out.ts = ended;
        let inner: crate::source::pi::record::Details<'_> = result.object();
        let verdict = tool::verdict(
            &inner,
            details.result.field("content"),
            details.is_error.is_true(),
        );
        let ms = begun.zip(ended).map(|(begun, ended)| ended.since_ms(begun));
        let end = ToolEnd {
            call: id,
            outcome: verdict.outcome.unwrap_or(Outcome::Unknown),
            exit_code: verdict.exit_code,
            job: None,
            error: verdict.error,
            ms: inner
                .duration_ms
                .int()
                .or(ms)
                .and_then(|ms| u64::try_from(ms).ok()),
            bytes: Some(content_size(details.result.field("content"))),
            files: Vec::new(),
        };
        self.emit(out, "message/custom", end);
    }
}

/// Whether a tool looks at jobs in the background.
fn is_process(tool: &str) -> bool {
    tool.eq_ignore_ascii_case("process")
}

pub(super) fn job_outcome(details: &crate::source::pi::record::Details<'_>) -> Option<Outcome> {
    match &*details.status.text()? {
        "completed" if details.exit_code.int().unwrap_or(0) == 0 => Some(Outcome::Ok),
        "completed" | "failed" | "error" => Some(Outcome::Error),
        "killed" | "cancelled" => Some(Outcome::Interrupted),
        "timeout" => Some(Outcome::Timeout),
        _ => None,
    }
}

/// The session key of a sub-agent that a result tells of.
pub(super) fn child_key(details: &crate::source::pi::record::Details<'_>) -> Option<String> {
    let key = details.child.word().or_else(|| {
        // Tool Search hands the inner result on inside its own.
        let inner = details.result.field("details").field("childSessionKey");
        inner
            .word()
            .or_else(|| details.result.field("childSessionKey").word())
    })?;
    let failed = matches!(details.status.0, "\"error\"" | "\"forbidden\"");
    (!failed).then(|| key.into_owned())
}

/// Whether a spawn's answer says that the child's result will come in a turn of its own.
pub(super) fn will_announce(mode: Raw<'_>, expects: Raw<'_>) -> bool {
    expects.is_true() || (!expects.is_some() && mode.0 == "\"run\"")
}
