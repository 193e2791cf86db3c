//! Messages: what people, the model and tools said.

use std::borrow::Cow;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::record::{Block, Details, Entry, Message};
use super::turn::{Last, Pending, Request};
use super::{Session, request, speech, tool};
use crate::source::lenient::{Raw, read};
use crate::source::out::{Out, Remark};
use crate::wire::event::{
    AgentEnd, AgentStart, Blocked, BlockedOn, Cause, Context, Error, Meta, Name, Outcome, Person,
    Phase, Route, RouteFrom, Scope, SessionKind, Text, TextMode, ToolEnd, ToolStart, Usage,
};
use crate::wire::time::Time;

/// Texts are decoded up to this many bytes, more than is shown: what is cut
/// before redaction could hide half of a secret from it.
const TEXT_BYTES: usize = 12 << 10;
/// The same for each string of a tool's input.
const INPUT_BYTES: usize = 6 << 10;

impl Session {
    pub(super) fn message(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        out.odd("a message", &message.odd);
        self.introduce(out);
        let role = message.role.text().unwrap_or_default();
        let known = match &*role {
            "user" => "message/user",
            "assistant" => "message/assistant",
            "toolResult" => "message/toolResult",
            "bashExecution" => "message/bashExecution",
            "custom" | "hookMessage" => "message/custom",
            other => {
                out.remark(Remark::Role(other.to_owned()));
                self.emit(out, format!("message/{other}"), Meta {});
                return;
            }
        };
        out.raw = Some(known.into());
        // A time that cannot be is none: it would make everything after it look old.
        let stamped = message.timestamp.int().and_then(Time::from_ms);
        let at_ms = stamped.or(out.ts).map(|ts| ts.0);
        if self.is_inherited(out.ts) {
            // Its request is not ours, but ours is then not the transcript's first.
            self.requests += u64::from(&*role == "user");
            return;
        }
        if self.is_repeat(entry, at_ms) {
            return;
        }
        self.seen.at(at_ms);
        let new = match &*role {
            // Results are known by their calls: a rewrite may have cut their text.
            "toolResult" => self.seen.is_new(("result", message.call.0)),
            "user" if message.idempotency_key.is_some() => {
                self.seen.is_new(("request", message.idempotency_key.0))
            }
            role => match at_ms {
                Some(at) => {
                    self.seen
                        .is_new((role, at, digest(message.content.0), message.custom_type.0))
                }
                None => !entry.id.is_some() || self.seen.is_new(("entry", entry.id.0)),
            },
        };
        if !new {
            return;
        }
        self.took(entry, at_ms);
        match &*role {
            "user" => self.user(message, out),
            "assistant" => self.assistant(entry, message, line, out),
            "toolResult" => self.result(message, out),
            "bashExecution" => self.bash(entry, message, line, out),
            _ => self.nested(message, out),
        }
    }

    fn user(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        if message.display.0 == "false" {
            return;
        }
        let text = content_text(message.content);
        let cleaned = request::clean(&text);
        let provenance = message.provenance.field("kind").text().unwrap_or_default();
        let tool = ["sourceTool", "source", "reason"]
            .into_iter()
            .find_map(|field| message.provenance.field(field).word());
        let tool = tool.unwrap_or_default();
        let told = match (&cleaned.announced, &cleaned.announced_key) {
            (Some(outcome), Some(key)) => Some(AgentEnd {
                child: self.link(key),
                outcome: outcome.clone(),
            }),
            _ => None,
        };
        // A turn that no person asked for, but that goes on with what one asked.
        let goes_on = cleaned.announced.is_some()
            || (&*provenance == "inter_session" && tool.starts_with("subagent_"))
            || (&*provenance == "internal_system"
                && ["restart", "exec_approval", "progress_card"]
                    .iter()
                    .any(|name| tool.contains(name)));
        if goes_on {
            let cause = if &*provenance == "internal_system" {
                Cause::System
            } else {
                Cause::Subagent
            };
            self.settle_waits(out);
            self.go_on(cause, out);
            // Told after the turn began: a run without a turn and without children would look over.
            if let Some(end) = told {
                self.emit(out, "message/user", end);
            }
            return;
        }
        let by_kind = self.cause_by_kind();
        let cause = match (&*provenance, cleaned.cause.clone()) {
            ("internal_system", _) if tool.contains("heartbeat") => Cause::Heartbeat,
            ("internal_system", _) if tool.contains("cron") => Cause::Cron,
            ("inter_session" | "internal_system", _) if by_kind == Cause::User => Cause::System,
            (_, Some(cause)) if by_kind == Cause::User => cause,
            _ => by_kind,
        };
        let stamp = message.openclaw.0.as_ref();
        let id = if let Some(key) = message.idempotency_key.word() {
            key.into()
        } else if self.requests == 0 && !self.settings.successor {
            "first".into()
        } else {
            request_id(&text, message.timestamp.int().or(out.ts.map(|ts| ts.0)))
        };
        self.requests += 1;
        let from_chat = cleaned.sink.is_some()
            || cleaned.message.is_some()
            || stamp.is_some_and(|stamp| stamp.transport.0.is_some() || stamp.sender_id.is_some());
        let transport = stamp.and_then(|stamp| stamp.transport.0.as_ref());
        let own = |raw: Raw<'_>| {
            raw.word()
                .map(Cow::into_owned)
                .or_else(|| raw.int().map(|id| id.to_string()))
        };
        let route = match transport {
            Some(transport) => Some(Route {
                sink: own(transport.channel).unwrap_or_default(),
                account: own(transport.account),
                server: None,
                team: None,
                channel: own(transport.conversation).map(|place| match place.split_once(':') {
                    Some((_, id)) => id.to_owned(),
                    None => place,
                }),
                user: None,
                root: own(transport.thread),
                message: own(transport.message),
                from: RouteFrom::Record,
            }),
            None if cleaned.message.is_some() || cleaned.channel.is_some() => Some(Route {
                sink: cleaned.sink.clone().unwrap_or_default(),
                account: None,
                server: None,
                team: None,
                channel: cleaned.channel.clone(),
                user: None,
                root: None,
                message: cleaned.message.clone(),
                from: RouteFrom::Record,
            }),
            None => None,
        };
        let sender = |raw: fn(&super::record::Stamp<'_>) -> Option<String>| stamp.and_then(raw);
        let by = Person {
            id: sender(|stamp| stamp.sender_id.word().map(Cow::into_owned)),
            name: sender(|stamp| {
                stamp
                    .sender_name
                    .word()
                    .or_else(|| stamp.sender_username.word())
                    .map(Cow::into_owned)
            })
            .or(cleaned.sender),
        };
        let by = Some(by).filter(|by| by.id.is_some() || by.name.is_some());
        let text = if self.settings.full {
            cleaned.text
        } else {
            crate::safe::clip::clip_bytes(&cleaned.text, TEXT_BYTES).to_owned()
        };
        self.request(
            Request {
                id,
                text,
                cause,
                by,
                route,
                from_chat,
            },
            out,
        );
    }

    fn assistant(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        if speech::is_transcript_only(message.provider, message.model) {
            if message.abort.field("aborted").is_true() && self.is_open() {
                self.end(Outcome::Interrupted, Some("aborted"), true, out);
            }
            return;
        }
        let stop = message.stop.text().unwrap_or_default();
        self.wake(message, &stop, out);
        let blocks = blocks(message.content, out);
        let id: Name = entry
            .id
            .word()
            .map_or_else(|| line_id(line), |id| id.as_ref().into());
        let has_calls = blocks.iter().any(|block| is_call(block.kind));
        let phase_of = |block: &Block<'_>| {
            speech::phase(block.signature).or_else(|| speech::named(message.phase))
        };
        let phased = blocks.iter().any(|block| phase_of(block).is_some());
        let mut said = None;
        for (index, block) in blocks.iter().enumerate() {
            match &*block.kind.text().unwrap_or_default() {
                "text" | "output_text" => {
                    let phase = match phase_of(block) {
                        Some(phase) => phase,
                        // Beside a phased text, one without a phase is not for people.
                        None if phased => continue,
                        None if has_calls => Phase::Commentary,
                        None if is_answer(&stop) => Phase::Final,
                        None => Phase::Unknown,
                    };
                    let text = block.text.prefix(if self.settings.full {
                        usize::MAX
                    } else {
                        TEXT_BYTES
                    });
                    let text = speech::strip_reply(text.unwrap_or_default());
                    if text.trim().is_empty() {
                        continue;
                    }
                    let silent = !has_calls && speech::is_silent(&text);
                    said = Some(said.unwrap_or(true) && silent);
                    if silent {
                        continue;
                    }
                    if let Some(run) = &mut self.run {
                        run.spoke = true;
                    }
                    let id = if index == 0 {
                        id.clone()
                    } else {
                        format!("{id}:{index}").into()
                    };
                    let text = Text {
                        id,
                        phase,
                        mode: TextMode::Whole,
                        text: text.into_owned(),
                    };
                    self.emit(out, "message/assistant", text);
                }
                kind if is_call_name(kind) => self.call(block, &id, index, out),
                _ => {}
            }
        }
        self.usage(&id, message, out);
        let over = {
            let Some(run) = &mut self.run else { return };
            run.last_at = out.ts.or(run.last_at);
            run.last = if &*stop == "error" {
                Last::Error
            } else if !has_calls && is_answer(&stop) {
                Last::Answer
            } else {
                Last::Assistant
            };
            run.is_open() && run.last == Last::Answer && run.pending.is_empty()
        };
        match &*stop {
            "error" => {
                let message = message
                    .error
                    .prefix(INPUT_BYTES)
                    .unwrap_or_default()
                    .into_owned();
                // The Gateway tries again a few times and then with another model; the row has the last word.
                self.emit(
                    out,
                    "message/assistant",
                    Error {
                        message,
                        retrying: true,
                    },
                );
            }
            "aborted" => self.end(Outcome::Interrupted, Some("aborted"), true, out),
            _ if over => self.end(Outcome::Ok, None, true, out),
            _ => {}
        }
    }

    /// An assistant message after the end of a run: the turn goes on without a request of its own.
    fn wake(&mut self, message: &Message<'_>, stop: &str, out: &mut Out<'_>) {
        let Some(end) = self.run.as_ref().and_then(|run| run.ended.clone()) else {
            return;
        };
        if matches!(stop, "aborted" | "error") {
            return;
        }
        // A row may say `done` a little before its last record: that record was begun before.
        let begun = message.timestamp.int().and_then(Time::from_ms).or(out.ts);
        let later = match (begun, end.at) {
            (Some(begun), Some(ended)) => begun > ended,
            _ => !end.explicit,
        };
        if later {
            let announces = message
                .openclaw
                .0
                .as_ref()
                .and_then(|stamp| stamp.run.text());
            let by_child = announces.is_some_and(|run| run.starts_with("announce:"))
                || self.run.as_ref().is_some_and(|run| run.awaited > 0);
            self.go_on(
                if by_child {
                    Cause::Subagent
                } else {
                    Cause::System
                },
                out,
            );
        }
    }

    fn call(&mut self, block: &Block<'_>, message: &Name, index: usize, out: &mut Out<'_>) {
        let id: Name = block.id.word().map_or_else(
            || format!("{message}:{index}").into(),
            |id| id.as_ref().into(),
        );
        if !self.seen.is_new(("call", &*id)) {
            return;
        }
        let arguments = if block.arguments.is_some() {
            block.arguments
        } else {
            block.input
        };
        // Some third parties write the arguments as a string of JSON.
        let spelled = arguments
            .text()
            .filter(|text| text.trim_start().starts_with('{'));
        let arguments = spelled
            .as_deref()
            .map_or(arguments, |text| Raw(text.trim()));
        let call = tool::unwrap(block.name, arguments);
        let name = call
            .name
            .as_deref()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let spawns = name == "sessions_spawn";
        let title = ["label", "taskName"]
            .into_iter()
            .filter(|_| spawns)
            .find_map(|field| call.input.field(field).word());
        let start = self.tool_start(id.clone(), &call, None);
        let Some(run) = &mut self.run else {
            self.emit(out, "message/assistant", start);
            return;
        };
        run.worked = true;
        let pending = Pending {
            name: call.name.as_deref().map(Into::into),
            wrapped: call.wrapped,
            title: title.map(|title| title.as_ref().into()),
            acp: call.input.field("runtime").text().as_deref() == Some("acp"),
        };
        run.pending.insert(id.clone(), pending);
        self.emit(out, "message/assistant", start);
        match name.as_str() {
            "ask_user" => {
                let what = ["question", "prompt", "text", "message"]
                    .into_iter()
                    .find_map(|f| call.input.field(f).prefix(INPUT_BYTES));
                self.ask(id, BlockedOn::Question, what.map(Cow::into_owned), out);
            }
            "progress_card" | "update_plan" => {
                if let Some(plan) = tool::plan(call.input) {
                    self.emit(out, "message/assistant", plan);
                }
            }
            _ => {}
        }
    }

    fn tool_start(
        &self,
        call: Name,
        found: &tool::Call<'_>,
        parent_call: Option<Name>,
    ) -> ToolStart {
        let bytes = if self.settings.full {
            usize::MAX
        } else {
            INPUT_BYTES
        };
        let input = if found.input.is_some() {
            found.input.value(bytes)
        } else {
            Value::Null
        };
        let name = found.name.as_deref().map(str::to_owned);
        ToolStart {
            call,
            name,
            title: None,
            kind: None,
            input,
            parent_call,
        }
    }

    fn ask(&mut self, call: Name, on: BlockedOn, what: Option<String>, out: &mut Out<'_>) {
        if let Some(run) = &mut self.run {
            run.asked.push(call.clone());
        }
        let blocked = Blocked {
            id: call.clone(),
            on,
            call: Some(call),
            what,
        };
        self.emit(out, "message/assistant", blocked);
    }

    fn result(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        let call: Name = message.call.text().unwrap_or_default().as_ref().into();
        let none = Details::default();
        let details = message.details.0.as_ref().unwrap_or(&none);
        let mut verdict = tool::verdict(details, message.content, message.is_error.is_true());
        let name = message.tool.text().unwrap_or_default().to_ascii_lowercase();
        if verdict.outcome.is_none() {
            let what = details.command.prefix(INPUT_BYTES).map(Cow::into_owned);
            self.ask(call, BlockedOn::Permission, what, out);
            return;
        }
        let pending = self.run.as_mut().and_then(|run| {
            run.last = Last::Result;
            run.last_at = out.ts.or(run.last_at);
            run.pending.remove(&call)
        });
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
        let real = pending
            .as_ref()
            .and_then(|pending| pending.name.as_deref())
            .map_or(name, str::to_ascii_lowercase);
        let job: Option<Name> = details.job.word().map(|job| job.as_ref().into());
        self.unblock(&call, out);
        if real == "process" {
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
            bytes: Some(content_size(message.content)),
            files: Vec::new(),
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

    fn unblock(&mut self, call: &Name, out: &mut Out<'_>) {
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
    fn spawned(
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

    /// `!command` of a person at the terminal: call and result in one record.
    fn bash(&mut self, entry: &Entry<'_>, message: &Message<'_>, line: &[u8], out: &mut Out<'_>) {
        let call: Name = entry
            .id
            .word()
            .map_or_else(|| line_id(line), |id| id.as_ref().into());
        let command = message.command.prefix(INPUT_BYTES).unwrap_or_default();
        let start = ToolStart {
            call: call.clone(),
            name: Some("bash".to_owned()),
            title: None,
            kind: None,
            input: serde_json::json!({ "command": command }),
            parent_call: None,
        };
        self.emit(out, "message/bashExecution", start);
        let exit_code = message.exit_code.int();
        let outcome = match exit_code {
            _ if message.cancelled.is_true() => Outcome::Cancelled,
            Some(0) => Outcome::Ok,
            Some(_) => Outcome::Error,
            None => Outcome::Unknown,
        };
        let bytes = Some(message.output.size());
        let end = ToolEnd {
            call,
            outcome,
            exit_code,
            job: None,
            error: None,
            ms: None,
            bytes,
            files: Vec::new(),
        };
        self.emit(out, "message/bashExecution", end);
        if let Some(run) = &mut self.run {
            run.worked = true;
        }
    }

    /// `openclaw.nested-tool.v1`: a call inside a call, told once it is over.
    fn nested(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
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
        let inner: super::record::Details<'_> = result.object();
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

    fn usage(&mut self, id: &Name, message: &Message<'_>, out: &mut Out<'_>) {
        if let Some(model) = message.model.word()
            && self.model.as_deref() != Some(&*model)
            && !model.is_empty()
        {
            self.model = Some(model.as_ref().into());
            let provider = message.provider.word().map(Cow::into_owned);
            self.emit(
                out,
                "message/assistant",
                crate::wire::event::Model {
                    model: model.into_owned(),
                    provider,
                },
            );
        }
        let Some(usage) = &message.usage.0 else {
            return;
        };
        let count = |raw: Raw<'_>| {
            raw.int()
                .and_then(|count| u64::try_from(count).ok())
                .unwrap_or(0)
        };
        let (input, output) = (count(usage.input), count(usage.output));
        let (cache_read, cache_write) = (count(usage.cache_read), count(usage.cache_write));
        let sum = input
            .saturating_add(output)
            .saturating_add(cache_read)
            .saturating_add(cache_write);
        let total = Some(count(usage.total))
            .filter(|total| *total > 0)
            .unwrap_or(sum);
        if total == 0 {
            return;
        }
        let cost = usage
            .cost
            .0
            .as_ref()
            .and_then(|cost| cost.total.float())
            .filter(|cost| cost.is_finite());
        let used = input.saturating_add(cache_read).saturating_add(cache_write);
        let usage = Usage {
            id: id.clone(),
            scope: Scope::Call,
            input,
            output,
            cache_read,
            cache_write,
            total,
            cost_usd: cost,
            context: Some(Context {
                used,
                size: self.row.context_size,
            }),
        };
        self.emit(out, "message/assistant", usage);
    }
}

fn job_outcome(details: &super::record::Details<'_>) -> Option<Outcome> {
    match &*details.status.text()? {
        "completed" if details.exit_code.int().unwrap_or(0) == 0 => Some(Outcome::Ok),
        "completed" | "failed" | "error" => Some(Outcome::Error),
        "killed" | "cancelled" => Some(Outcome::Interrupted),
        "timeout" => Some(Outcome::Timeout),
        _ => None,
    }
}

/// The session key of a sub-agent that a result tells of.
fn child_key(details: &super::record::Details<'_>) -> Option<String> {
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
fn will_announce(mode: Raw<'_>, expects: Raw<'_>) -> bool {
    expects.is_true() || (!expects.is_some() && mode.0 == "\"run\"")
}

/// Whether a stop reason ends the turn, if nothing is pending.
fn is_answer(stop: &str) -> bool {
    matches!(stop, "stop" | "length" | "endTurn" | "end_turn")
}

fn is_call(kind: Raw<'_>) -> bool {
    kind.text().is_some_and(|kind| is_call_name(&kind))
}

fn is_call_name(kind: &str) -> bool {
    matches!(kind, "toolCall" | "toolUse" | "functionCall" | "tool_use")
}

/// The blocks of a message; a plain string is one text.
fn blocks<'a>(content: Raw<'a>, out: &mut Out<'_>) -> Vec<Block<'a>> {
    if content.0.starts_with('"') {
        let mut block = Block::default();
        block.kind = Raw("\"text\"");
        block.text = content;
        return vec![block];
    }
    if !content.0.starts_with('[') {
        return Vec::new();
    }
    let blocks: Vec<Block<'a>> = read(content.0).unwrap_or_else(|| {
        content
            .items()
            .into_iter()
            .map(|item| item.object())
            .collect()
    });
    for block in &blocks {
        out.odd("a content block", &block.odd);
        let kind = block.kind.text().unwrap_or_default();
        if !is_call_name(&kind)
            && !matches!(
                &*kind,
                "text" | "output_text" | "input_text" | "thinking" | "image" | "redacted_thinking"
            )
        {
            out.remark(Remark::Block(kind.into_owned()));
        }
    }
    blocks
}

/// The texts of a user message, joined by newlines.
fn content_text(content: Raw<'_>) -> Cow<'_, str> {
    if let Some(text) = content.text() {
        return text;
    }
    let mut joined = String::new();
    for item in content.items() {
        let kind = item.field("type").text().unwrap_or_default();
        if matches!(&*kind, "text" | "input_text" | "output_text")
            && let Some(text) = item.field("text").text()
        {
            if !joined.is_empty() {
                joined.push('\n');
            }
            joined.push_str(&text);
        }
    }
    Cow::Owned(joined)
}

/// Size of a result as it stands in the record, the frame around a single text not counted.
fn content_size(content: Raw<'_>) -> u64 {
    let inner = content
        .0
        .strip_prefix("[{\"type\":\"text\",\"text\":\"")
        .and_then(|body| body.strip_suffix("\"}]"));
    inner.map_or_else(|| content.size(), |body| body.len() as u64)
}

/// A request's id: a hash of its uncleaned text and its time, the same under every record id.
fn request_id(text: &str, at_ms: Option<i64>) -> Name {
    let mut hash = Sha256::new();
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
    hash.update(at_ms.unwrap_or(0).to_be_bytes());
    short(hash)
}

/// A name for a record that has no id of its own.
fn line_id(line: &[u8]) -> Name {
    let mut hash = Sha256::new();
    hash.update(line);
    short(hash)
}

/// The first 16 hexadecimal digits.
fn short(hash: Sha256) -> Name {
    hash.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into()
}

/// Enough of a content to tell it from others of the same role and millisecond.
fn digest(content: &str) -> (usize, &[u8]) {
    (content.len(), &content.as_bytes()[..content.len().min(256)])
}
