//! Sub-agents: they write into their parent's file, and have no session of their own.

use std::borrow::Cow;

use foldhash::HashMap;

use super::Session;
use super::record::{Data, Entry};
use crate::safe::clip_bytes;
use crate::source::ids::INPUT_BYTES;
use crate::source::out::Out;
use crate::wire::event::{Name, Outcome};

/// More sub-agents than these nobody remembers.
const MOST: usize = 1_024;

/// The sub-agents that began.
#[derive(Debug, Default)]
pub(super) struct Agents {
    /// The call that began each, by the sub-agent's id; by the call itself where it has none.
    calls: HashMap<Name, Name>,
}

impl Agents {
    /// The call that began the sub-agent `id`.
    pub(super) fn call_of(&self, id: &str) -> Option<Name> {
        self.calls.get(id).cloned()
    }

    fn began(&mut self, id: Name, call: Name) -> bool {
        let has_room = self.calls.len() < MOST;
        if has_room {
            self.calls.insert(id, call);
        }
        has_room
    }

    fn has_call(&self, call: &Name) -> bool {
        self.calls.values().any(|known| known == call)
    }
}

impl Session {
    /// A sub-agent begins: what it does from now on belongs to the call that began it.
    pub(super) fn begun(&mut self, entry: &Entry<'_>, data: &Data<'_>, out: &mut Out<'_>) {
        let Some(call) = data.call.word() else { return };
        let call: Name = call.as_ref().into();
        let id = entry.agent.word();
        let id = id.map_or_else(|| call.clone(), |id| id.as_ref().into());
        self.track.introduce(out);
        if !self.agents.began(id, call.clone()) {
            return;
        }
        let names = [data.agent_title, data.agent_name].into_iter();
        let mut names = names.filter_map(|name| name.prefix(INPUT_BYTES));
        let name = names.find(|name| !name.is_empty());
        let child = self.inline(&call);
        // Older versions do not say it here, but where the call came back, which may be before.
        let background = data.mode.0 == "\"background\"" || self.track.has_job(&call);
        self.track.spawned_as(
            name.map(Cow::into_owned),
            &child,
            Some(call),
            background,
            out,
        );
    }

    /// A sub-agent says that it is done.
    pub(super) fn finished(&mut self, kind: &str, data: &Data<'_>, out: &mut Out<'_>) {
        let outcome = match kind {
            "subagent.failed" => Outcome::Error,
            _ if data.cancelled.is_true() => Outcome::Interrupted,
            _ => Outcome::Ok,
        };
        if let Some(call) = data.call.word() {
            self.agent_ended(&call.as_ref().into(), outcome, out);
        }
    }

    /// What works in the background came to its end.
    pub(super) fn notified(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        let notice = data.notice;
        let status = notice.field("status").text().unwrap_or_default();
        let failed = status == "failed" || notice.field("exitCode").int().is_some_and(|it| it != 0);
        let outcome = match failed {
            true => Outcome::Error,
            false => Outcome::Ok,
        };
        let kind = notice.field("type").text().unwrap_or_default();
        if !kind.ends_with("_completed") {
            return;
        }
        if let Some(shell) = notice.field("shellId").word() {
            self.track.end_job(&shell, outcome, out);
        } else if let Some(agent) = notice.field("agentId").word()
            && let Some(call) = self.agents.call_of(&agent)
        {
            self.agent_ended(&call, outcome, out);
        }
    }

    /// Whether the sub-agent that `call` started goes on though the call came back with `text`.
    pub(super) fn works_on(&self, call: &Name, text: &str) -> bool {
        let child = self.inline(call);
        let begun = clip_bytes(text.trim_start_matches('<'), 64).to_ascii_lowercase();
        // Older versions do not say it when it begins. What it answers may be of a background, too.
        let says_so = begun.starts_with("agent started in background");
        self.track.awaits(&child) || says_so && !self.track.has_ended(&child)
    }

    /// The call of a sub-agent came back, which is its end unless it goes on in the background.
    pub(super) fn agent_result(&mut self, call: &Name, outcome: &Outcome, out: &mut Out<'_>) {
        if !self.agents.has_call(call) {
            return;
        }
        let child = self.inline(call);
        match outcome {
            Outcome::Background => self.track.spawned(&child, Some(call.clone()), true, out),
            outcome => self.track.child_ended(&child, outcome.clone(), out),
        }
    }

    /// No sub-agent works any more; `all` where those in the background were stopped as well.
    pub(super) fn end_agents(&mut self, all: bool, out: &mut Out<'_>) {
        let mut calls: Vec<Name> = self.agents.calls.values().cloned().collect();
        calls.sort_unstable();
        for call in calls {
            if all || !self.track.awaits(&self.inline(&call)) {
                self.agent_ended(&call, Outcome::Interrupted, out);
            }
        }
    }

    fn agent_ended(&mut self, call: &Name, outcome: Outcome, out: &mut Out<'_>) {
        if self.agents.has_call(call) {
            let child = self.inline(call);
            self.track.child_ended(&child, outcome.clone(), out);
        }
        self.track.end_job(call, outcome, out);
    }

    /// The name of the sub-agent that `call` began.
    fn inline(&self, call: &str) -> Name {
        format!("{}:{call}", self.track.who.sid).into()
    }
}
