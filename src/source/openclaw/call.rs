//! Calls of tools: what is asked for.

use std::borrow::Cow;

use serde_json::Value;

use super::run::Pending;
use super::{Session, tool};
use crate::source::ids::{INPUT_BYTES, line_id};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::pi::record::{Block, Entry, Message};
use crate::source::touched;
use crate::source::track::plain;
use crate::wire::event::{Blocked, BlockedOn, Name, Outcome, ToolEnd, ToolStart};

impl Session {
    pub(super) fn call(
        &mut self,
        block: &Block<'_>,
        message: &Name,
        index: usize,
        out: &mut Out<'_>,
    ) {
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
            acp: start.input["runtime"] == "acp",
            files: touched::by_tool(&plain(&name), call.input),
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

    pub(super) fn tool_start(
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

    pub(super) fn ask(
        &mut self,
        call: Name,
        on: BlockedOn,
        what: Option<String>,
        out: &mut Out<'_>,
    ) {
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

    /// `!command` of a person at the terminal: call and result in one record.
    pub(super) fn bash(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
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
}
