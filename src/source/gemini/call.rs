//! Calls of tools: one entry holds the call and what came of it.

use std::borrow::Cow;

use super::Session;
use super::record::Call;
use crate::source::checklist;
use crate::source::genai::{Told, outcome, verdict};
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::{NewCall, Pending};
use crate::wire::event::{BlockedOn, Name, Outcome, SessionKind};

impl Session {
    /// The calls of a message as they stand now.
    pub(super) fn calls(&mut self, message: &Name, calls: &[Call<'_>], out: &mut Out<'_>) {
        let said = out.ts;
        for (index, call) in calls.iter().enumerate() {
            out.ts = said;
            let id: Name = match call.id.word() {
                Some(id) => id.as_ref().into(),
                None => format!("{message}:{index}").into(),
            };
            self.called(&id, call, out);
            // It is written down when it has come back.
            out.ts = super::time(call.timestamp).or(said);
            self.stands(&id, call, out);
        }
        let cancelled = |call: &Call<'_>| call.status.0 == "\"cancelled\"";
        let all = !calls.is_empty() && calls.iter().all(cancelled);
        if all && self.track.is_open() && self.track.all_pending().next().is_none() {
            // The model is not told of calls that were all cancelled: the turn stops there.
            let reason = Some("every call was cancelled");
            self.track.end(Outcome::Interrupted, reason, true, out);
        }
        out.ts = said;
    }

    fn called(&mut self, id: &Name, call: &Call<'_>, out: &mut Out<'_>) {
        let name = call.name.word().map(Cow::into_owned);
        let title = call.title.prefix(INPUT_BYTES);
        let pending = Pending {
            name: name.as_deref().map(Into::into),
            title: title
                .filter(|_| call.agent.is_some())
                .map(|title| title.as_ref().into()),
            ..Pending::default()
        };
        let is_plan = name.as_deref() == Some("write_todos");
        let new = NewCall {
            id: id.clone(),
            name,
            title: None,
            input: call.input,
            parent: None,
        };
        if self.track.call(new, pending, out) && is_plan {
            self.track.emit(
                out,
                checklist::plan(checklist::items(call.input.field("todos"))),
            );
        }
        if let Some(agent) = call.agent.word() {
            let child: Name = agent.as_ref().into();
            self.track.spawned(&child, Some(id.clone()), false, out);
        }
    }

    /// How a call stands.
    fn stands(&mut self, id: &Name, call: &Call<'_>, out: &mut Out<'_>) {
        let status = call.status.text().unwrap_or_default();
        let name = call.name.text().unwrap_or_default();
        if status == "awaiting_approval" {
            let on = match &*name {
                "ask_user" => BlockedOn::Question,
                "exit_plan_mode" => BlockedOn::Plan,
                _ => BlockedOn::Permission,
            };
            let asked = call.input.field("questions").items();
            let asked = asked.first().map(|first| first.field("question"));
            let what = asked.and_then(|asked| asked.prefix(INPUT_BYTES));
            let what = what.map(Cow::into_owned);
            return self
                .track
                .ask(id.clone(), (on, Some(id.clone())), what, out);
        }
        let Some(outcome) = outcome(&status) else {
            return self.track.unblock(id, None, out);
        };
        let told = Told {
            name: &name,
            input: call.input,
            response: response(call.result),
            shown: call.shown,
        };
        let ended = verdict(outcome, &told);
        if let Some(agent) = call.agent.word() {
            let outcome = ended.outcome.clone();
            self.track.child_ended(&agent.as_ref().into(), outcome, out);
        }
        let is_over = self.track.kind == SessionKind::Subagent
            && name == "complete_task"
            && ended.outcome == Outcome::Ok;
        self.track.came_back(id.clone(), ended, out);
        if is_over && self.track.is_open() {
            self.track.end(Outcome::Ok, None, false, out);
        }
    }
}

/// What came back: the response of the first part that has one.
fn response(result: Raw<'_>) -> Raw<'_> {
    let parts = result.items().into_iter();
    let mut responses = parts.map(|part| part.field("functionResponse").field("response"));
    responses
        .find(|response| response.is_some())
        .unwrap_or_default()
}
