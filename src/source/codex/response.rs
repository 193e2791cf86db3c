//! `response_item`: what the model says, calls and gets back.

use std::borrow::Cow;

use super::Session;
use super::record::Payload;
use super::turn::asked_in;
use crate::source::ids::{TEXT_BYTES, request_id};
use crate::source::out::{Out, Remark};
use crate::source::track::Last;
use crate::wire::event::{Cause, Name, Phase};

impl Session {
    pub(super) fn response(&mut self, kind: &str, item: &Payload<'_>, out: &mut Out<'_>) {
        match kind {
            "message" => match &*item.role.text().unwrap_or_default() {
                "assistant" => self.speak(item, out),
                "user" => self.sent(item, out),
                "developer" | "system" => {}
                other => out.remark(Remark::Role(other.to_owned())),
            },
            "function_call"
            | "custom_tool_call"
            | "local_shell_call"
            | "tool_search_call"
            | "web_search_call"
            | "image_generation_call" => self.call(kind, item, out),
            "function_call_output"
            | "custom_tool_call_output"
            | "local_shell_call_output"
            | "tool_search_output" => self.result(item, out),
            "agent_message" => self.agent_message(item, out),
            "compaction" | "context_compaction" | "compaction_summary" => self.compact(out),
            "reasoning" | "ghost_snapshot" | "compaction_trigger" | "additional_tools"
            | "other" => {}
            other => self.track.unknown(&format!("response_item/{other}"), out),
        }
    }

    /// A user's message as the model is sent it. Where turns say when they start, an event follows
    /// that has what the person wrote and nothing else.
    fn sent(&mut self, item: &Payload<'_>, out: &mut Out<'_>) {
        if self.turn.is_none()
            && let Some(text) = asked_in(item.content)
        {
            self.ask(&text, out);
        }
    }

    fn speak(&mut self, item: &Payload<'_>, out: &mut Out<'_>) {
        self.begin(Cause::System, out);
        let bytes = if self.track.full {
            usize::MAX
        } else {
            TEXT_BYTES
        };
        let blocks = item.content.items();
        let mut text = item.content.prefix(bytes).map(Cow::into_owned);
        for block in &blocks {
            match block.field("type").0 {
                "\"output_text\"" | "\"text\"" | "\"refusal\"" => {
                    let words = [block.field("text"), block.field("refusal")];
                    let words = words.into_iter().find_map(|raw| raw.prefix(bytes));
                    let all = text.get_or_insert_default();
                    all.push_str(&words.unwrap_or_default());
                }
                "\"input_text\"" | "\"output_image\"" => {}
                _ => {
                    let kind = block.field("type").text().unwrap_or_default();
                    out.remark(Remark::Block(kind.into_owned()));
                }
            }
        }
        let text = text.unwrap_or_default();
        let id: Name = match item.id.word() {
            Some(id) => id.as_ref().into(),
            // Keys may come beside; what was said, and when, stays.
            None => request_id(&text, out.ts.map(|at| at.0)),
        };
        let phase = match item.phase.text().as_deref() {
            Some("commentary") => Phase::Commentary,
            Some("final_answer" | "final") => Phase::Final,
            _ => Phase::Unknown,
        };
        self.track.say(id, phase, &text, out);
        self.track.went_on(Last::Assistant, out);
    }
}
