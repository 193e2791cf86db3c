//! `claude -p --output-format stream-json`: what a process writes while it works.
//!
//! The messages are those of a transcript, under other names for what is around
//! them. What was asked is not among them, unless it is told to repeat it; each
//! turn begins with `system/init` and ends with a `result`.

mod result;

use super::Session;
use super::record::{Entry, Usage};
use crate::source::about::Fit;
use crate::source::ids::{INPUT_BYTES, line_id};
use crate::source::lenient::{self, Maybe, Raw, lenient, lossy};
use crate::source::out::Out;
use crate::source::track::{Ended, Last, Parts};
use crate::wire::event::{BlockedOn, Compact, Error, Name, Outcome};

lenient! {
    /// What is around a message, and what a stream alone says.
    pub struct Around<'a> {
        "parent_tool_use_id" => owner: Raw<'a>,
        "tool_use_result" => result: Raw<'a>,
        "model" => model: Raw<'a>,
        "task_id" => task: Raw<'a>,
        "tool_use_id" => call: Raw<'a>,
        "task_type" => task_type: Raw<'a>,
        "status" => status: Raw<'a>,
        "is_error" => is_error: Raw<'a>,
        "duration_ms" => ms: Raw<'a>,
        "result" => answer: Raw<'a>,
        "errors" => errors: Raw<'a>,
        "error" => error: Raw<'a>,
        "usage" => usage: Maybe<Usage<'a>>,
        "total_cost_usd" => cost: Raw<'a>,
        "compact_metadata" => compact: Raw<'a>,
        "rate_limit_info" => limit: Raw<'a>,
        "request" => request: Raw<'a>,
    }
    known { _ }
}

/// What a process has told of itself.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The turn that began and does not know yet what it is about.
    turn: Option<Name>,
    /// Tokens of the turn's messages: in, out, read from the cache, written to it.
    counted: Parts,
    /// What all turns before cost.
    cost: f64,
}

impl Stream {
    /// Tokens of a message of the turn were told.
    pub(super) fn count(&mut self, more: Parts) {
        for (sum, count) in self.counted.iter_mut().zip(more) {
            *sum = sum.saturating_add(count);
        }
    }
}

impl Session {
    pub(super) fn streamed(
        &mut self,
        kind: &str,
        entry: &Entry<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        let text = lossy(line);
        let around: Around<'_> = lenient::read(&text).unwrap_or_default();
        if self.stream.is_none() {
            self.stream = Some(Box::default());
        }
        if let Some(session) = entry.stream_session.word().filter(|_| !self.begun) {
            self.track.who.sid = session.as_ref().into();
            self.begun = true;
        }
        if !self.track.is_fresh(entry.uuid.word().as_deref(), out.ts) {
            return;
        }
        out.raw = Some(kind.to_owned().into());
        match kind {
            "system" => self.streamed_system(entry, &around, out),
            "user" | "assistant" => self.streamed_message(kind, entry, &around, (line, out)),
            "result" => self.streamed_result(entry, &around, out),
            "control_request" => self.permission(around.request, out),
            "rate_limit_event" if around.limit.field("status").0 == "\"rejected\"" => {
                let wait = (BlockedOn::Quota, None);
                self.track.ask(super::answer::QUOTA.into(), wait, None, out);
            }
            "rate_limit_event"
            | "stream_event"
            | "control_response"
            | "control_cancel_request"
            | "keep_alive"
            | "tool_progress"
            | "tool_use_summary"
            | "auth_status"
            | "prompt_suggestion" => {}
            other => self.track.unknown(other, out),
        }
    }

    fn streamed_system(&mut self, entry: &Entry<'_>, around: &Around<'_>, out: &mut Out<'_>) {
        match &*entry.subtype.text().unwrap_or_default() {
            "init" => {
                if let Some(cwd) = entry.cwd.word() {
                    self.track.cwd = Some(cwd.into_owned());
                }
                if !self.track.is_introduced() {
                    self.track.model = around.model.word().map(|model| model.as_ref().into());
                }
                let turn = entry.uuid.word().map(|uuid| uuid.as_ref().into());
                if let Some(stream) = &mut self.stream {
                    stream.turn = turn.or_else(|| Some("first".into()));
                    stream.counted = [0; 4];
                }
            }
            "task_started" if around.task_type.0 == "\"local_agent\"" => {
                if let Some(call) = around.call.word() {
                    let child = self.inline(&call);
                    let call = Some(call.as_ref().into());
                    self.track.spawned(&child, call, false, out);
                }
            }
            "task_notification" => {
                let outcome = match around.status.text().as_deref() {
                    Some("completed") => Outcome::Ok,
                    Some("failed") => Outcome::Error,
                    _ => Outcome::Interrupted,
                };
                if let Some(task) = around.task.word() {
                    self.track.end_job(&task, outcome, out);
                }
            }
            "compact_boundary" => {
                let before = around.compact.field("pre_tokens").int();
                let before = before.and_then(|tokens| u64::try_from(tokens).ok());
                self.track.introduce(out);
                self.track.emit(out, Compact { before });
            }
            "api_retry" => {
                let words = around.error.prefix(INPUT_BYTES);
                let message = words.map_or_else(|| "the service failed".to_owned(), Into::into);
                self.turn_begins(out);
                self.track.went_on(Last::Error, out);
                let retrying = true;
                self.track.emit(out, Error { message, retrying });
            }
            _ => {}
        }
    }

    /// The turn of the last `init` has a run, though nobody says what was asked.
    fn turn_begins(&mut self, out: &mut Out<'_>) {
        let turn = self.stream.as_mut().and_then(|stream| stream.turn.take());
        if let Some(turn) = turn {
            let cause = self.track.cause();
            self.track.request(Some(turn), "", cause, out);
        }
    }

    fn streamed_message(
        &mut self,
        kind: &str,
        entry: &Entry<'_>,
        around: &Around<'_>,
        (line, out): (&[u8], &mut Out<'_>),
    ) {
        let Some(message) = &entry.message.0 else {
            return out.remark(crate::source::out::Remark::Shape(kind.to_owned()));
        };
        let mut own = entry.clone();
        own.result = around.result;
        let entry = &own;
        if let Some(owner) = around.owner.word() {
            let owner: Name = owner.as_ref().into();
            let child = self.inline(&owner);
            self.track.spawned(&child, Some(owner.clone()), false, out);
            let part = match entry.uuid.word() {
                Some(uuid) => uuid.as_ref().into(),
                None => line_id(line),
            };
            return self.inside(Some(&owner), &part, (entry, message), out);
        }
        if kind == "user" {
            if super::prompt::request(entry, message).is_some()
                && let Some(stream) = &mut self.stream
            {
                stream.turn = None;
            }
            return self.user(entry, message, out);
        }
        self.turn_begins(out);
        self.assistant(entry, message, line, out);
    }

    /// The program that drives the process is asked whether a tool may be used.
    fn permission(&mut self, request: Raw<'_>, out: &mut Out<'_>) {
        let Some(call) = request.field("tool_use_id").word() else {
            return;
        };
        if request.field("subtype").0 == "\"can_use_tool\"" {
            let call: Name = call.as_ref().into();
            let wait = (BlockedOn::Permission, Some(call.clone()));
            let what = request.field("tool_name").word().map(Into::into);
            self.track.ask(call, wait, what, out);
        }
    }

    /// A sub-agent of a stream works within it; one in the background is a job.
    pub(super) fn streamed_agent(
        &mut self,
        agent: &str,
        call: &Name,
        (background, ended): (bool, &mut Ended),
        out: &mut Out<'_>,
    ) {
        if background {
            ended.outcome = Outcome::Background;
            ended.job = Some(agent.into());
            return;
        }
        let child = self.inline(call);
        self.track.child_ended(&child, ended.outcome.clone(), out);
    }
}

/// Whether a record is one of those that have no session.
pub(super) fn is_control(kind: &str) -> bool {
    matches!(
        kind,
        "control_request" | "control_response" | "control_cancel_request" | "keep_alive"
    )
}

/// How well a record of the process itself fits: other agents' streams begin alike, without ids
/// of records. Those of older versions have none either, and are known by what follows.
pub(super) fn fit(entry: &Entry<'_>) -> Fit {
    match entry.subtype.is_some() && entry.uuid.is_some() {
        true => Fit::Surely,
        false => Fit::Perhaps,
    }
}
