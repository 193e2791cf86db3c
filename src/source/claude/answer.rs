//! Assistant lines: what the model says, calls and costs.

use std::borrow::Cow;

use super::Session;
use super::agents::digest;
use super::record::{Block, Entry, Message, Usage};
use crate::source::checklist;
use crate::source::ids::{INPUT_BYTES, TEXT_BYTES, line_id};
use crate::source::lenient::Raw;
use crate::source::out::{Out, Remark};
use crate::source::track::{Last, NewCall, Parts, Pending};
use crate::wire::event::{BlockedOn, Cause, Context, Error, Name, Outcome, Phase, Scope};

/// The id of a wait for the service to be paid or to forgive.
pub(super) const QUOTA: &str = "quota";

impl Session {
    pub(super) fn assistant(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        self.track.introduce(out);
        if entry.api_error.is_true() {
            return self.failed(entry, message, out);
        }
        let synthetic = message.model.0 == "\"<synthetic>\"";
        if synthetic {
            return;
        }
        let id: Name = match message.id.word() {
            Some(id) => id.as_ref().into(),
            None => entry
                .uuid
                .word()
                .map_or_else(|| line_id(line), |uuid| uuid.as_ref().into()),
        };
        let ended = self.track.has_run() && !self.track.is_open();
        if ended && self.ended_by.as_ref() != Some(&id) {
            // A background task came back, or a hook sent it on.
            self.track.go_on(Cause::System, out);
            out.raw = Some("assistant".into());
        }
        self.track.unblock(QUOTA, None, out);
        self.track.model(message.model.word(), out);
        let part: Name = entry
            .uuid
            .word()
            .map_or_else(|| id.clone(), |uuid| uuid.as_ref().into());
        let stop = message.stop.text().unwrap_or_default();
        let mut spoke = false;
        for (index, block) in message.content.blocks.iter().enumerate() {
            match &*block.kind.text().unwrap_or_default() {
                "text" => {
                    let bytes = if self.track.full {
                        usize::MAX
                    } else {
                        TEXT_BYTES
                    };
                    let text = block.text.prefix(bytes).unwrap_or_default();
                    spoke |= !text.trim().is_empty();
                    let own = match index {
                        0 => part.clone(),
                        _ => format!("{part}:{index}").into(),
                    };
                    self.track.say(own, phase(&stop), &text, out);
                }
                "tool_use" | "server_tool_use" | "mcp_tool_use" => {
                    self.call(block, (&part, index), None, out);
                }
                "thinking" | "redacted_thinking" | "fallback" => {}
                kind if kind.ends_with("_tool_result") => self.served(block, out),
                kind => out.remark(Remark::Block(kind.to_owned())),
            }
        }
        if let Some(usage) = &message.usage.0 {
            let more = self.usage(&id, usage, out);
            if let Some(stream) = &mut self.stream {
                stream.count(more);
            }
        }
        self.track.went_on(Last::Assistant, out);
        let over = is_answer(&stop) && spoke && self.track.is_open();
        if over && self.track.all_pending().next().is_none() {
            self.ended_by = Some(id);
            self.track.end(Outcome::Ok, None, true, out);
        }
    }

    /// A call of a tool; `inner` is the call of the sub-agent that makes it.
    pub(super) fn call(
        &mut self,
        block: &Block<'_>,
        (part, index): (&Name, usize),
        inner: Option<Name>,
        out: &mut Out<'_>,
    ) {
        let id: Name = match block.id.word() {
            Some(id) => id.as_ref().into(),
            None => format!("{part}:{index}").into(),
        };
        let name = block.name.word().unwrap_or_default();
        let field = |name: &str| block.input.field(name);
        let spawns = matches!(&*name, "Task" | "Agent");
        let pending = Pending {
            name: Some(name.as_ref().into()),
            title: ["description", "subagent_type"]
                .into_iter()
                .filter(|_| spawns)
                .find_map(|key| field(key).prefix(INPUT_BYTES))
                .map(|title| title.as_ref().into()),
            task: field("prompt")
                .text()
                .filter(|_| spawns)
                .map(|task| digest(&task)),
            ..Pending::default()
        };
        let call = NewCall {
            id: id.clone(),
            name: Some(name.clone().into_owned()).filter(|name| !name.is_empty()),
            title: None,
            input: block.input,
            parent: inner.clone(),
        };
        if !self.track.call(call, pending, out) || inner.is_some() {
            return;
        }
        let what = |raw: Raw<'_>| raw.prefix(INPUT_BYTES).map(Cow::into_owned);
        match &*name {
            "AskUserQuestion" => {
                let first = field("questions").items().into_iter().next();
                let text = first.and_then(|first| what(first.field("question")));
                let text = text.or_else(|| what(field("question")));
                self.track
                    .ask(id.clone(), (BlockedOn::Question, Some(id)), text, out);
            }
            "ExitPlanMode" | "exit_plan_mode" => {
                self.track
                    .ask(id.clone(), (BlockedOn::Plan, Some(id)), None, out);
            }
            "TodoWrite" => self
                .track
                .emit(out, checklist::plan(checklist::items(field("todos")))),
            "TaskUpdate" => self.update_task(block.input, out),
            _ => {}
        }
    }

    /// The turn died on an error of the service, after all tries; or it waits for a quota.
    fn failed(&mut self, entry: &Entry<'_>, message: &Message<'_>, out: &mut Out<'_>) {
        let text = message.content.text();
        let text = text.trim().to_owned();
        self.track.went_on(Last::Error, out);
        let limited = entry.error.0 == "\"rate_limit\"" && !text.contains("429")
            || [
                "usage limit reached",
                "hit your limit",
                "limit reached",
                "credit balance is too low",
            ]
            .iter()
            .any(|words| text.to_lowercase().contains(words));
        let what = Some(text.clone()).filter(|text| !text.is_empty());
        if limited && self.track.is_open() {
            return self
                .track
                .ask(QUOTA.into(), (BlockedOn::Quota, None), what, out);
        }
        let message = what.unwrap_or_else(|| "the service failed".to_owned());
        self.track.emit(
            out,
            Error {
                message: message.clone(),
                retrying: false,
            },
        );
        if self.track.is_open() {
            self.track.end(Outcome::Error, Some(&message), true, out);
        }
    }

    /// What a message cost; gives the tokens of it that were not told before.
    pub(super) fn usage(&mut self, id: &Name, usage: &Usage<'_>, out: &mut Out<'_>) -> Parts {
        let count = |raw: Raw<'_>| u64::try_from(raw.int().unwrap_or(0)).unwrap_or(0);
        let (input, output) = (count(usage.input), count(usage.output));
        let (cache_read, cache_write) = (count(usage.cache_read), count(usage.cache_write));
        let used = input.saturating_add(cache_read).saturating_add(cache_write);
        let usage = crate::wire::event::Usage {
            id: id.clone(),
            scope: Scope::Call,
            input,
            output,
            cache_read,
            cache_write,
            total: 0,
            cost_usd: None,
            context: Some(Context { used, size: None }).filter(|context| context.used > 0),
        };
        self.track.usage(usage, out)
    }
}

/// Whether a stop reason ends the turn, if nothing is pending.
fn is_answer(stop: &str) -> bool {
    matches!(
        stop,
        "end_turn" | "stop_sequence" | "max_tokens" | "refusal"
    )
}

fn phase(stop: &str) -> Phase {
    match stop {
        "tool_use" | "pause_turn" => Phase::Commentary,
        stop if is_answer(stop) => Phase::Final,
        _ => Phase::Unknown,
    }
}
