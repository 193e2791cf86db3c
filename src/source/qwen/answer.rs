//! Assistant records: what the model says, calls and costs.

use std::borrow::Cow;

use super::Session;
use super::record::{Call, Entry, Message};
use crate::source::checklist;
use crate::source::genai::Counts;
use crate::source::ids::{INPUT_BYTES, TEXT_BYTES, line_id};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::{Last, NewCall, Pending};
use crate::wire::event::{BlockedOn, Cause, Name, Outcome, Phase, SessionKind};

impl Session {
    pub(super) fn assistant(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        out: &mut Out<'_>,
    ) {
        self.track.introduce(out);
        let id: Name = entry.uuid.word().map_or_else(
            || line_id(entry.timestamp.0.as_bytes()),
            |id| id.as_ref().into(),
        );
        if self.track.has_run() && !self.track.is_open() {
            self.track.go_on(Cause::System, out);
        }
        self.track.model(entry.model.word(), out);
        let parts = &message.parts.all;
        let calls = parts.iter().any(|part| part.call.0.is_some());
        let is_child = self.track.kind == SessionKind::Subagent;
        let phase = match calls {
            true => Phase::Commentary,
            // A sub-agent's calls stand in records of their own.
            false if is_child => Phase::Unknown,
            false => Phase::Final,
        };
        let bytes = match self.track.full {
            true => usize::MAX,
            false => TEXT_BYTES,
        };
        let text = message.text(bytes);
        let spoke = !text.trim().is_empty();
        if spoke {
            let at = parts.iter().position(|part| {
                let said = part.text.is_some() && !part.thought.is_true();
                said && part.text.0 != "\"\""
            });
            let own = match at {
                Some(0) | None => id.clone(),
                Some(at) => format!("{id}:{at}").into(),
            };
            self.track.say(own, phase, &text, out);
        }
        if spoke || calls {
            self.track.went_on(Last::Assistant, out);
        }
        if let Some(tokens) = &entry.usage.0 {
            let counts = Counts {
                input: tokens.input,
                cached: tokens.cached,
                output: tokens.output,
                thoughts: Raw::default(),
                tool: tokens.tool,
                total: tokens.total,
                size: entry.window,
            };
            self.track.usage(counts.usage(id.clone()), out);
        }
        for (index, part) in parts.iter().enumerate() {
            if let Some(call) = &part.call.0 {
                self.call(call, (&id, index), out);
            }
        }
        let over = spoke && !calls && !is_child && self.track.is_open();
        if over && self.track.all_pending().next().is_none() {
            self.track.end(Outcome::Ok, None, true, out);
        }
    }

    fn call(&mut self, call: &Call<'_>, (record, index): (&Name, usize), out: &mut Out<'_>) {
        let id: Name = match call.id.word() {
            Some(id) => id.as_ref().into(),
            None => format!("{record}:{index}").into(),
        };
        let name = call.name.text().unwrap_or_default();
        let spawns = matches!(&*name, "task" | "agent");
        let pending = Pending {
            name: Some(name.as_ref().into()),
            title: ["description", "subagent_type"]
                .into_iter()
                .filter(|_| spawns)
                .find_map(|key| call.input.field(key).prefix(INPUT_BYTES))
                .map(|title| title.as_ref().into()),
            ..Pending::default()
        };
        let new = NewCall {
            id: id.clone(),
            name: Some(name.clone().into_owned()).filter(|name| !name.is_empty()),
            title: None,
            input: call.input,
            parent: None,
        };
        if !self.track.call(new, pending, out) {
            return;
        }
        let on = match &*name {
            "ask_user_question" => BlockedOn::Question,
            "exit_plan_mode" => BlockedOn::Plan,
            "todo_write" => {
                return self.track.emit(
                    out,
                    checklist::plan(checklist::items(call.input.field("todos"))),
                );
            }
            _ => return,
        };
        let questions = call.input.field("questions").items();
        let question = questions.first().map(|first| first.field("question"));
        let what = question.and_then(|question| question.prefix(INPUT_BYTES));
        let what = what.map(Cow::into_owned);
        self.track.ask(id.clone(), (on, Some(id)), what, out);
    }
}
