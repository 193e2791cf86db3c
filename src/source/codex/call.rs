//! Calls of tools.

use std::borrow::Cow;

use super::Session;
use super::record::Payload;
use super::result::Told;
use super::turn::question;
use crate::source::ids::{INPUT_BYTES, request_id};
use crate::source::lenient::{self, Raw};
use crate::source::out::Out;
use crate::source::track::{Ended, Last, NewCall, Pending};
use crate::source::{checklist, touched};
use crate::wire::event::{BlockedOn, Cause, Name, Outcome};

impl Session {
    pub(super) fn call(&mut self, kind: &str, item: &Payload<'_>, out: &mut Out<'_>) {
        self.begin(Cause::System, out);
        let name = match kind {
            "local_shell_call" => "local_shell".to_owned(),
            "tool_search_call" => "tool_search".to_owned(),
            "web_search_call" => "web_search".to_owned(),
            "image_generation_call" => "image_generation".to_owned(),
            _ => name_of(item),
        };
        let text = item.arguments.text();
        let input = match &text {
            // Arguments are JSON within a string.
            Some(text) if is_object(text) => Raw(text.trim()),
            _ => [item.arguments, item.input, item.action]
                .into_iter()
                .find(|raw| raw.is_some())
                .unwrap_or_default(),
        };
        let id: Name = match item.call.word().or_else(|| item.id.word()) {
            Some(id) => id.as_ref().into(),
            None => request_id(
                &format!("{kind} {}", input.value(INPUT_BYTES)),
                out.ts.map(|at| at.0),
            ),
        };
        if let Some(job) = polled(&name, input) {
            let typed = input.field("chars").word().is_some();
            if self.polls.len() < super::MOST_CALLS {
                self.polls.insert(id.clone(), job);
            }
            if !typed {
                // Only a look at what goes on in the background.
                self.track.went_on(Last::Assistant, out);
                return;
            }
        }
        let title = ["task_name", "agent_type", "role"]
            .into_iter()
            .filter(|_| name == "spawn_agent")
            .find_map(|key| input.field(key).prefix(INPUT_BYTES));
        let pending = Pending {
            name: Some(name.as_str().into()),
            title: title.map(|title| title.as_ref().into()),
            ..Pending::default()
        };
        let call = NewCall {
            id: id.clone(),
            name: Some(name.clone()).filter(|name| !name.is_empty()),
            title: None,
            input,
            parent: None,
        };
        self.track.went_on(Last::Assistant, out);
        if !self.track.call(call, pending, out) {
            return;
        }
        match name.as_str() {
            "update_plan" => self.track.plan(checklist::items(input.field("plan")), out),
            "request_user_input" => {
                let wait = (BlockedOn::Question, Some(id.clone()));
                let what = question(input.field("questions"));
                let what = what.or_else(|| Some(input.field("question").text()?.into_owned()));
                self.track.ask(id.clone(), wait, what, out);
            }
            "apply_patch" => {
                let text = input.text().or_else(|| input.field("input").text());
                let files = touched::patched(&text.unwrap_or_default());
                let told = Told {
                    files,
                    ..Told::default()
                };
                self.remember(&id, told);
            }
            _ => {}
        }
        if matches!(kind, "web_search_call" | "image_generation_call") {
            // What came of it is not written down.
            let failed = item.status.0 == "\"failed\"";
            let outcome = if failed { Outcome::Error } else { Outcome::Ok };
            self.track.came_back(id, Ended::new(outcome), out);
        }
    }
}

/// A tool's name, with the server that it is on.
fn name_of(item: &Payload<'_>) -> String {
    let name = item.name.word().unwrap_or_default();
    match item.namespace.word() {
        Some(space) if space.starts_with("mcp__") => {
            format!("{space}__{}", name.trim_start_matches('_'))
        }
        _ => name.into_owned(),
    }
}

/// The background job that a call looks at or types into.
fn polled(name: &str, input: Raw<'_>) -> Option<Name> {
    let key = match name {
        "write_stdin" => "session_id",
        "wait" => "cell_id",
        _ => return None,
    };
    number(input.field(key)).map(|id| id.as_ref().into())
}

/// A number, or a text that is one.
fn number(raw: Raw<'_>) -> Option<Cow<'_, str>> {
    raw.word()
        .or_else(|| raw.int().map(|_| Cow::Borrowed(raw.0)))
}

fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && lenient::read::<Raw<'_>>(text.trim()).is_some()
}
