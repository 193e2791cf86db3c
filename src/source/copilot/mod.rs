//! Copilot CLI: `~/.copilot/session-state/<session>/events.jsonl`, whose events the vendor lists in
//! `github/copilot-sdk`, `nodejs/src/generated/session-events.ts`.
//!
//! A turn of the file is one call of the model, so the end of an answer is concluded from one
//! that asks for no tool. Sub-agents write into the same file; their calls are shown below the
//! one that began them.

mod agents;
mod answer;
mod call;
mod record;
mod session;
mod wait;

use foldhash::{HashMap, HashMapExt as _};
use record::{Data, Entry};

use super::about::{About, Fit, Knows};
use super::dialect::{Broken, Settings};
use super::lenient::{self, lossy};
use super::out::{Identity, Out};
use super::track::{Track, Tracked};
use crate::wire::event::Name;
use crate::wire::time::Time;

/// What Copilot CLI's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "copilot",
    title: "Copilot CLI",
    fit,
    is_request,
    knows: Knows {
        start: "a user message",
        end: "the stop hook, an abort, a shutdown; else inferred from an answer without calls",
        blocked: "permissions, and questions and plans while they are asked",
        children: "in the same file, below the call that began them",
        usage: "output tokens per message",
    },
};

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    agents: agents::Agents,
    /// The call that each request for permission is about, and what a person did not allow.
    asked: HashMap<Name, Name>,
    denied: Vec<Name>,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            agents: agents::Agents::default(),
            asked: HashMap::new(),
            denied: Vec::new(),
        })
    }

    fn read(&mut self, entry: &Entry<'_>, data: &Data<'_>, out: &mut Out<'_>) {
        let kind = entry.kind.text().unwrap_or_default();
        if !self.track.is_fresh(entry.id.word().as_deref(), out.ts) {
            return;
        }
        out.raw = Some(kind.to_string().into());
        let inner = self.inner(entry, data);
        match &*kind {
            "session.start" | "session.resume" => self.opened(&kind, data, out),
            "session.context_changed" => self.moved(data),
            "session.title_changed" => self.track.entitle(data.title.word(), out),
            "session.model_change" => self.track.model(data.new_model.word(), out),
            "session.error" => self.failed(data, out),
            "session.compaction_complete" | "session.truncation" => self.compacted(data, out),
            "session.snapshot_rewind" => {
                let reason = Some("the conversation was taken back");
                self.track.end_by_records(reason, out);
            }
            "session.task_complete" => self.completed(entry, data, out),
            "session.shutdown" => self.closed(data, out),
            "abort" if inner.is_none() => self.aborted(data, out),
            "model.call_failure" => self.stumbled(data, out),
            "system.notification" => self.notified(data, out),
            "hook.start" => self.hooked(data, out),
            "user.message" if inner.is_none() => self.asked(data, out),
            "assistant.turn_start" if inner.is_none() => self.goes_on(data, out),
            "assistant.turn_end" if inner.is_none() => self.turned(out),
            "assistant.message" => self.answer(entry, data, inner, out),
            "tool.execution_start" => self.started(data, inner, out),
            "tool.execution_complete" => self.came_back(data, out),
            "permission.requested"
            | "user_input.requested"
            | "elicitation.requested"
            | "exit_plan_mode.requested" => self.asks(&kind, data, out),
            "permission.completed"
            | "user_input.completed"
            | "elicitation.completed"
            | "exit_plan_mode.completed" => self.answered(data, out),
            "subagent.started" => self.begun(entry, data, out),
            "subagent.completed" | "subagent.failed" => self.finished(&kind, data, out),
            other if is_known(other) => {}
            other => self.track.unknown(other, out),
        }
    }

    /// The call of the sub-agent whose work an event is; an empty name where that is not known.
    fn inner(&self, entry: &Entry<'_>, data: &Data<'_>) -> Option<Name> {
        if let Some(call) = data.parent_call.word() {
            return Some(call.as_ref().into());
        }
        let agent = entry.agent.word()?;
        Some(self.agents.call_of(&agent).unwrap_or_default())
    }
}

/// What says nothing that is shown, though it is known.
fn is_known(kind: &str) -> bool {
    let family = kind.split('.').next().unwrap_or_default();
    matches!(
        kind,
        "abort"
            | "user.message"
            | "assistant.turn_start"
            | "assistant.turn_end"
            | "assistant.reasoning"
            | "assistant.intent"
            | "assistant.idle"
            | "assistant.usage"
            | "assistant.message_start"
            | "assistant.message_delta"
            | "assistant.reasoning_delta"
            | "assistant.streaming_delta"
            | "session.idle"
            | "session.info"
            | "session.warning"
            | "session.mode_changed"
            | "session.plan_changed"
            | "session.todos_changed"
            | "session.workspace_file_changed"
            | "session.handoff"
            | "session.usage_checkpoint"
            | "session.usage_info"
            | "session.context_cleared"
            | "session.compaction_start"
            | "session.auto_mode_resolved"
            | "session.binary_asset"
            | "session.permissions_changed"
            | "session.remote_steerable_changed"
            | "session.tools_updated"
            | "session.skills_loaded"
            | "session.mcp_servers_loaded"
            | "session.mcp_server_status_changed"
            | "session.background_tasks_changed"
            | "session.custom_agents_updated"
            | "session.extensions_loaded"
            | "system.message"
            | "model.call_finished"
            | "tool.user_requested"
            | "tool.execution_partial_result"
            | "tool.execution_progress"
            | "subagent.configured"
            | "subagent.selected"
            | "subagent.deselected"
            | "hook.end"
            | "hook.progress"
            | "skill.invoked"
    ) || matches!(
        family,
        "tool_search" | "command" | "external_tool" | "sampling" | "mcp"
    )
}

impl Tracked for Session {
    fn track(&self) -> &Track {
        &self.track
    }

    fn track_mut(&mut self) -> &mut Track {
        &mut self.track
    }

    fn step(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken> {
        let text = lossy(bytes);
        let Some(entry) = lenient::read::<Entry<'_>>(&text) else {
            return Err(Broken::why(&text));
        };
        out.ts = entry.timestamp.text().and_then(|text| Time::parse(&text));
        let none = Data::default();
        let data = entry.data.0.as_ref().unwrap_or(&none);
        self.read(&entry, data, out);
        Ok(())
    }

    fn idle(&mut self) {
        self.agents = agents::Agents::default();
        self.asked = HashMap::new();
        self.denied = Vec::new();
    }
}

/// Whether a record is one of Copilot CLI.
fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    let Some(data) = &entry.data.0 else {
        return Fit::No;
    };
    let kind = entry.kind.text().unwrap_or_default();
    let named = entry.id.is_some() && entry.timestamp.is_some();
    match &*kind {
        "session.start" if data.session.is_some() && named => Fit::Surely,
        "user.message"
        | "assistant.message"
        | "assistant.turn_start"
        | "assistant.turn_end"
        | "tool.execution_start"
        | "tool.execution_complete"
        | "hook.start"
        | "hook.end"
            if named =>
        {
            Fit::Surely
        }
        kind if named && kind.contains('.') && is_known(kind) => Fit::Perhaps,
        _ => Fit::No,
    }
}

/// Whether a record is a request, at a glance.
fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Entry<'_>>(&text).is_some_and(|entry| {
        let content = entry.data.0.as_ref().map(|data| data.content);
        entry.kind.0 == "\"user.message\""
            && !entry.agent.is_some()
            && content.is_some_and(|content| content.word().is_some())
    })
}
