//! Assistant messages: what the model says, calls and costs.

use std::borrow::Cow;

use super::Session;
use super::content::{is_call, is_call_name};
use super::phase::{named, phase};
use super::record::{Block, Entry, Message};
use super::usage::counted;
use crate::source::ids::{INPUT_BYTES, TEXT_BYTES, line_id};
use crate::source::out::Out;
use crate::source::track::{Last, NewCall};
use crate::source::trouble;
use crate::wire::event::{BlockedOn, Cause, Name, Outcome, Phase, ToolEnd, ToolStart};

/// The id of a wait for the service to be paid or to forgive.
const QUOTA: &str = "quota";

impl Session {
    pub(super) fn assistant(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        message.content.remark(out);
        let stop = message.stop.text().unwrap_or_default();
        if self.track.has_run() && !self.track.is_open() && !matches!(&*stop, "error" | "aborted") {
            // An extension sent the model on.
            self.track.go_on(Cause::System, out);
        }
        self.track.unblock(QUOTA, None, out);
        let (model, provider) = (message.model.word(), message.provider.word());
        self.track.model_of(model, provider, out);
        let id = name_of(entry, message, line);
        let blocks = &message.content.blocks;
        let has_calls = blocks.iter().any(|block| is_call(block.kind));
        for (index, block) in blocks.iter().enumerate() {
            match &*block.kind.text().unwrap_or_default() {
                "text" | "output_text" => {
                    let bytes = if self.track.full {
                        usize::MAX
                    } else {
                        TEXT_BYTES
                    };
                    let text = block.text.prefix(bytes).unwrap_or_default();
                    let told = phase(block.signature).or_else(|| named(message.phase));
                    let own = match index {
                        0 => id.clone(),
                        _ => format!("{id}:{index}").into(),
                    };
                    let phase = told.unwrap_or_else(|| guessed(&stop, has_calls));
                    self.track.say(own, phase, &text, out);
                }
                kind if is_call_name(kind) => self.call(block, (&id, index), out),
                _ => {}
            }
        }
        if let Some(usage) = &message.usage.0 {
            self.track.usage(counted(&id, usage, None), out);
        }
        self.track.went_on(Last::Assistant, out);
        match &*stop {
            "error" => self.failed(message, out),
            "aborted" => {
                let reason = Some("interrupted by the user");
                self.track.end(Outcome::Interrupted, reason, false, out);
            }
            "toolUse" | "" => {}
            _ if self.track.is_open() && self.track.all_pending().next().is_none() => {
                self.track.end(Outcome::Ok, None, true, out);
            }
            _ => {}
        }
    }

    /// The service failed: pi tries again by itself what may pass.
    fn failed(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        let told = message.error.prefix(INPUT_BYTES);
        let told = told.filter(|told| !told.trim().is_empty());
        let told = told.map_or_else(|| "the service failed".to_owned(), Cow::into_owned);
        if trouble::is_quota(&told) && self.track.is_open() {
            self.track.went_on(Last::Error, out);
            return self
                .track
                .ask(QUOTA.into(), (BlockedOn::Quota, None), Some(told), out);
        }
        let passing = trouble::is_passing(&told);
        self.trouble(told.clone(), passing, out);
        if !passing {
            self.track.end(Outcome::Error, Some(&told), true, out);
        }
    }

    fn call(&mut self, block: &Block<'_>, (message, index): (&Name, usize), out: &mut Out<'_>) {
        let id: Name = match block.id.word() {
            Some(id) => id.as_ref().into(),
            None => format!("{message}:{index}").into(),
        };
        let input = match block.arguments.is_some() {
            true => block.arguments,
            false => block.input,
        };
        let call = NewCall {
            id,
            name: block.name.word().map(Cow::into_owned),
            title: None,
            input,
            parent: None,
        };
        self.track.tool(call, out);
    }

    /// `!command` of a person at the terminal: call and result in one record.
    pub(super) fn bash(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        let id = name_of(entry, message, line);
        let command = message.command.prefix(INPUT_BYTES).unwrap_or_default();
        let start = ToolStart {
            call: id.clone(),
            name: Some("bash".to_owned()),
            title: None,
            kind: None,
            input: serde_json::json!({ "command": command }),
            parent_call: None,
        };
        let exit_code = message.exit_code.int();
        let end = ToolEnd {
            call: id,
            outcome: match exit_code {
                _ if message.cancelled.is_true() => Outcome::Cancelled,
                Some(0) => Outcome::Ok,
                Some(_) => Outcome::Error,
                None => Outcome::Unknown,
            },
            exit_code,
            job: None,
            error: None,
            ms: None,
            bytes: Some(message.output.size()),
            files: Vec::new(),
        };
        // Between two turns it is nobody's work.
        let run = self.track.open_run();
        out.emit(&self.track.who, run, start);
        out.emit(&self.track.who, run, end);
    }
}

/// A message's id; the first sessions had none, nor has what is streamed.
fn name_of(entry: &Entry<'_>, message: &Message<'_>, line: &[u8]) -> Name {
    match (entry.id.word(), message.timestamp.int()) {
        (Some(id), _) => id.as_ref().into(),
        (None, Some(at_ms)) => format!("at-{at_ms}").into(),
        (None, None) => line_id(line),
    }
}

/// The phase of a text that does not tell it.
fn guessed(stop: &str, has_calls: bool) -> Phase {
    match stop {
        "toolUse" => Phase::Commentary,
        _ if has_calls => Phase::Commentary,
        "stop" | "length" => Phase::Final,
        _ => Phase::Unknown,
    }
}
