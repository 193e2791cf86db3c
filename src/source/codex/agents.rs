//! Sub-agents: threads that this one starts, and what becomes of them.
//!
//! There are two generations of the tools for it. The first answers with ids and
//! with what each agent came to; the second writes activities, and its agents
//! send messages that are named by path (`/root/reviewer`):
//! `codex-rs/core/src/tools/handlers/multi_agents{,_v2}.rs` of `openai/codex`.

use std::borrow::Cow;

use super::record::Payload;
use super::turn::texts_of;
use super::{MOST_CALLS, Session};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{Cause, Name, Outcome, SessionKind};

impl Session {
    /// A result of the first generation's tools.
    pub(super) fn agents_answer(&mut self, tool: &str, call: &Name, text: &str, out: &mut Out<'_>) {
        let answer = Raw(text.trim());
        match tool {
            "spawn_agent" => {
                if let Some(agent) = answer.field("agent_id").word() {
                    let child: Name = agent.as_ref().into();
                    self.track.spawned(&child, Some(call.clone()), false, out);
                }
            }
            "wait" | "wait_agent" => self.standings(answer.field("status"), out),
            _ => {}
        }
    }

    /// `collab_agent_spawn_end`
    pub(super) fn collab_spawned(&mut self, event: &Payload<'_>, out: &mut Out<'_>) {
        if let Some(agent) = event.new_thread.word() {
            let child: Name = agent.as_ref().into();
            let call = event.call.word().map(|call| call.as_ref().into());
            self.track.spawned(&child, call, false, out);
        }
    }

    /// How each of several agents stands: a map by thread.
    pub(super) fn standings(&mut self, all: Raw<'_>, out: &mut Out<'_>) {
        let mut told: Vec<(Cow<'_, str>, Raw<'_>)> = Vec::new();
        all.each_field(|thread, status| told.push((thread, status)));
        for (thread, status) in told {
            self.stands(&thread, status, out);
        }
    }

    /// The same as a list.
    pub(super) fn listed_standings(&mut self, all: Raw<'_>, out: &mut Out<'_>) {
        for agent in all.items() {
            self.standing(agent.field("thread_id"), agent.field("status"), out);
        }
    }

    /// How one agent stands.
    pub(super) fn standing(&mut self, thread: Raw<'_>, status: Raw<'_>, out: &mut Out<'_>) {
        if let Some(thread) = thread.word() {
            self.stands(&thread, status, out);
        }
    }

    fn stands(&mut self, thread: &str, status: Raw<'_>, out: &mut Out<'_>) {
        let named = [status, status.field("status")];
        let named = named.into_iter().find_map(Raw::word);
        let is = |name: &str| named.as_deref() == Some(name) || status.field(name).is_some();
        let outcome = if is("completed") {
            Outcome::Ok
        } else if is("errored") {
            Outcome::Error
        } else if is("shutdown") || is("interrupted") {
            Outcome::Interrupted
        } else {
            return;
        };
        self.track.child_ended(&thread.into(), outcome, out);
    }

    /// An activity of the second generation: an agent was started, or is done.
    pub(super) fn activity(
        &mut self,
        what: Raw<'_>,
        agent: Raw<'_>,
        (call, path): (Option<Cow<'_, str>>, Raw<'_>),
        out: &mut Out<'_>,
    ) {
        let Some(agent) = agent.word() else { return };
        let child: Name = agent.as_ref().into();
        match &*what.text().unwrap_or_default() {
            "started" => {
                if let Some(path) = path.word()
                    && self.agents.len() < MOST_CALLS
                {
                    self.agents.insert(path.as_ref().into(), child.clone());
                }
                let call = call.map(|call| call.as_ref().into());
                self.track.spawned(&child, call, true, out);
            }
            "completed" => self.track.child_ended(&child, Outcome::Ok, out),
            "errored" | "failed" => self.track.child_ended(&child, Outcome::Error, out),
            "interrupted" => self.track.child_ended(&child, Outcome::Interrupted, out),
            _ => {}
        }
    }

    /// A message of another agent: a task for this one, or the answer of one that it started.
    pub(super) fn agent_message(&mut self, item: &Payload<'_>, out: &mut Out<'_>) {
        let author = item.author.word().unwrap_or_default();
        let text = texts_of(item.content).join("");
        let kind = text
            .lines()
            .find_map(|line| line.strip_prefix("Message Type: "));
        let child = self.agents.get(&*author).cloned();
        let is_task = kind == Some("NEW_TASK") || child.is_none() && kind != Some("FINAL_ANSWER");
        if self.track.kind == SessionKind::Subagent && is_task {
            let task = text
                .split_once("Payload:\n")
                .map_or(&*text, |(_, task)| task);
            return self.ask(task, out);
        }
        self.begin(Cause::Subagent, out);
        if let (Some(child), Some("FINAL_ANSWER")) = (child, kind) {
            self.track.child_ended(&child, Outcome::Ok, out);
        }
    }
}
