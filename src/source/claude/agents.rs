//! Sub-agents and what works in the background: who is started, and who came back.

use std::hash::{Hash as _, Hasher as _};

use foldhash::HashMap;

use super::Session;
use super::record::{Entry, Message, Result};
use crate::source::ids::line_id;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::tags::tag;
use crate::source::track::Ended;
use crate::wire::event::{Cause, Name, Outcome};

/// Which call each record of a sidechain belongs to; only old files have them.
pub(super) type Sidechains = HashMap<u64, Name>;

/// A file that is nothing but one long sidechain must not fill the memory.
const MOST_SIDECHAINS: usize = 4_096;

impl Session {
    /// A result of `Task` or `Agent` names the session that did the work.
    pub(super) fn agent_result(
        &mut self,
        tool: &str,
        call: &Name,
        told: &Result<'_>,
        ended: &mut Ended,
        out: &mut Out<'_>,
    ) {
        if !matches!(tool, "Task" | "Agent" | "") {
            return;
        }
        let Some(agent) = told.agent.word() else {
            if self.sidechains.values().any(|owner| owner == call) {
                let child = self.inline(call);
                self.track.child_ended(&child, ended.outcome.clone(), out);
            }
            return;
        };
        let background = told.is_async.is_true() || told.status.0 == "\"async_launched\"";
        if self.stream.is_some() {
            return self.streamed_agent(&agent, call, (background, ended), out);
        }
        let child: Name = format!("agent-{agent}").into();
        self.track
            .spawned(&child, Some(call.clone()), background, out);
        if background {
            ended.outcome = Outcome::Ok;
            return;
        }
        self.track.child_ended(&child, ended.outcome.clone(), out);
    }

    /// Old builds mirror a sub-agent's work in its parent's file: it is known while it works.
    pub(super) fn progress(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        if entry.data.field("type").0 != "\"agent_progress\"" {
            return;
        }
        if let (Some(agent), Some(call)) =
            (entry.data.field("agentId").word(), entry.parent_call.word())
        {
            let child: Name = format!("agent-{agent}").into();
            self.track
                .spawned(&child, Some(call.as_ref().into()), false, out);
        }
    }

    /// `<task-notification>`: a background task came back.
    pub(super) fn notified(&mut self, text: &str, out: &mut Out<'_>) {
        if let Some(task) = tag(text, "task-id") {
            let outcome = match tag(text, "status").unwrap_or_default() {
                "completed" => Outcome::Ok,
                "failed" => Outcome::Error,
                "killed" | "stopped" | "cancelled" => Outcome::Interrupted,
                _ => Outcome::Unknown,
            };
            self.task_ended(task, outcome, out);
        }
    }

    /// A background task ended: a command, or a sub-agent.
    fn task_ended(&mut self, task: &str, outcome: Outcome, out: &mut Out<'_>) {
        if self.track.end_job(task, outcome.clone(), out) {
            return;
        }
        let child: Name = format!("agent-{task}").into();
        if self.track.awaits(&child) {
            self.ended_by = None;
            self.track.go_on(Cause::Subagent, out);
            self.track.child_ended(&child, outcome, out);
        }
    }

    /// A look at a background task says how it stands.
    pub(super) fn looked_at(&mut self, told: &Result<'_>, out: &mut Out<'_>) {
        let task = told.task;
        let id = [task.field("task_id"), told.task_id, told.shell];
        let status = [task.field("status"), told.status];
        let id = id.into_iter().find_map(Raw::word);
        let status = status.into_iter().find_map(Raw::word);
        let code = task.field("exitCode").int().or(told.exit_code.int());
        let outcome = match status.as_deref() {
            Some("completed") if code.unwrap_or(0) == 0 => Outcome::Ok,
            Some("completed" | "failed") => Outcome::Error,
            Some("killed" | "stopped" | "cancelled") => Outcome::Interrupted,
            _ => return,
        };
        if let Some(id) = id {
            self.task_ended(&id, outcome, out);
        }
    }

    /// A background task was stopped by the model.
    pub(super) fn stopped(&mut self, told: &Result<'_>, content: Raw<'_>, out: &mut Out<'_>) {
        let id = [told.task_id, told.shell_id, told.shell];
        let id = id.into_iter().find_map(Raw::word);
        let inner = super::prompt::text_of(content, 512).into_owned();
        let spoken = inner.split([' ', '"', ':']).find(|word| {
            let begun = word.starts_with("bash_") || word.starts_with('b');
            begun && word.len() > 4
        });
        if let Some(id) = id.as_deref().or(spoken) {
            self.task_ended(id, Outcome::Interrupted, out);
        }
    }

    /// A record of a sub-agent inside its parent's file: its calls are shown below its own.
    pub(super) fn sidechain(
        &mut self,
        kind: &str,
        entry: &Entry<'_>,
        message: &Message<'_>,
        out: &mut Out<'_>,
    ) {
        let before = entry.parent.word().map(|parent| digest(&parent));
        let owner = before
            .and_then(|before| self.sidechains.get(&before).cloned())
            .or_else(|| self.owner_of(message));
        if let Some(owner) = &owner {
            // It has no session of its own: its calls are shown below the one that started it.
            let child = self.inline(owner);
            self.track.spawned(&child, Some(owner.clone()), false, out);
        }
        let uuid = entry.uuid.word();
        if let (Some(uuid), Some(owner)) = (uuid.as_deref(), &owner)
            && self.sidechains.len() < MOST_SIDECHAINS
        {
            self.sidechains.insert(digest(uuid), owner.clone());
        }
        let part = match uuid {
            Some(uuid) => uuid.as_ref().into(),
            None => line_id(kind.as_bytes()),
        };
        self.inside(owner.as_ref(), &part, (entry, message), out);
    }

    /// What a sub-agent does, told below the call that started it.
    pub(super) fn inside(
        &mut self,
        owner: Option<&Name>,
        part: &Name,
        (entry, message): (&Entry<'_>, &Message<'_>),
        out: &mut Out<'_>,
    ) {
        for (index, block) in message.content.blocks.iter().enumerate() {
            match block.kind.0 {
                "\"tool_use\"" => self.call(block, (part, index), owner.cloned(), out),
                "\"tool_result\"" => self.result(entry, block, out),
                _ => {}
            }
        }
        if let (Some(usage), Some(id)) = (&message.usage.0, message.id.word()) {
            self.usage(&id.as_ref().into(), usage, out);
        }
    }

    /// The name of a sub-agent that works in its parent's file.
    pub(super) fn inline(&self, call: &str) -> Name {
        format!("{}:{call}", self.track.who.sid).into()
    }

    /// The call whose task a sidechain begins with; the only one where there is no other.
    fn owner_of(&self, message: &Message<'_>) -> Option<Name> {
        let asked = digest(&message.content.text());
        let spawns = || {
            let all = self.track.all_pending();
            all.filter(|(_, pending)| pending.task.is_some())
        };
        let same = spawns().find(|(_, pending)| pending.task == Some(asked));
        let only = || {
            let mut all = spawns();
            let only = all.next();
            only.filter(|_| all.next().is_none())
        };
        same.or_else(only).map(|(call, _)| call.clone())
    }
}

/// Tells one text from another within a process.
pub(super) fn digest(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
