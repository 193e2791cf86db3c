//! Messages of a session: what was asked, said, called, and what came back.

use std::borrow::Cow;

use super::Session;
use super::record::{Entry, Message};
use crate::source::claude::record::Block;
use crate::source::ids::{TEXT_BYTES, line_id};
use crate::source::lenient::Raw;
use crate::source::out::{Out, Remark};
use crate::source::tags::without;
use crate::source::track::{Last, NewCall};
use crate::source::verdict;
use crate::wire::event::{Cause, Name, Outcome, Phase};

/// What the program puts into a request for the model.
const FOR_THE_MODEL: [&str; 1] = ["system-reminder"];
/// How the program notes that a person stopped the turn.
const STOPPED: [&str; 2] = ["Error: Request was aborted", "Request cancelled by user"];

impl Session {
    pub(super) fn message(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        let id = entry.id.word();
        if !self.track.is_fresh(id.as_deref(), out.ts) {
            return;
        }
        self.track.introduce(out);
        let id: Name = id.map_or_else(|| line_id(line), |id| id.as_ref().into());
        match message.role.text().as_deref() {
            Some("user") => self.user(entry, message, out),
            Some("assistant") => self.assistant(message, &id, out),
            Some("system") | None => {}
            Some(other) => out.remark(Remark::Role(other.to_owned())),
        }
    }

    fn user(&mut self, entry: &Entry<'_>, message: &Message<'_>, out: &mut Out<'_>) {
        out.raw = Some("message/user".into());
        let blocks = message.content.blocks.iter();
        for block in blocks.filter(|block| block.kind.0 == "\"tool_result\"") {
            self.result(block, out);
        }
        let text = message.content.text();
        let is_note = STOPPED.iter().any(|words| text.starts_with(words));
        if is_note && self.track.is_open() {
            let reason = Some("interrupted by the user");
            self.track.end(Outcome::Interrupted, reason, false, out);
        } else if let Some(asked) = request(entry) {
            let cause = match message.written_by.0 {
                "\"automation\"" => Cause::System,
                _ => self.track.cause(),
            };
            self.track.request(None, &asked, cause, out);
        }
    }

    fn assistant(&mut self, message: &Message<'_>, id: &Name, out: &mut Out<'_>) {
        out.raw = Some("message/assistant".into());
        if self.track.has_run() && !self.track.is_open() {
            self.track.go_on(Cause::System, out);
            out.raw = Some("message/assistant".into());
        }
        let (model, provider) = (message.model.word(), message.provider.word());
        self.track.model_of(model, provider, out);
        let blocks = &message.content.blocks;
        let has_calls = blocks.iter().any(|block| block.kind.0 == "\"tool_use\"");
        for (index, block) in blocks.iter().enumerate() {
            match &*block.kind.text().unwrap_or_default() {
                "text" => {
                    let phase = match has_calls {
                        true => Phase::Commentary,
                        false => Phase::Unknown,
                    };
                    self.say((id, index), block.text, phase, out);
                }
                "tool_use" => {
                    let call = NewCall {
                        id: match block.id.word() {
                            Some(id) => id.as_ref().into(),
                            None => format!("{id}:{index}").into(),
                        },
                        name: block.name.word().map(Cow::into_owned),
                        title: None,
                        input: block.input,
                        parent: None,
                    };
                    self.track.tool(call, out);
                }
                "tool_result" => self.result(block, out),
                "thinking" | "redacted_thinking" | "image" | "document" => {}
                kind => out.remark(Remark::Block(kind.to_owned())),
            }
        }
        self.track.went_on(Last::Assistant, out);
    }

    pub(super) fn say(
        &mut self,
        (id, index): (&Name, usize),
        text: Raw<'_>,
        phase: Phase,
        out: &mut Out<'_>,
    ) {
        let bytes = if self.track.full {
            usize::MAX
        } else {
            TEXT_BYTES
        };
        let text = text.prefix(bytes).unwrap_or_default();
        let own = match index {
            0 => id.clone(),
            _ => format!("{id}:{index}").into(),
        };
        self.said = Some(super::stream::digest(&text));
        self.track.say(own, phase, &text, out);
    }

    fn result(&mut self, block: &Block<'_>, out: &mut Out<'_>) {
        let Some(call) = block.call.word() else {
            return;
        };
        let texts = match block.content.0.starts_with('[') {
            true => block.content.items().into_iter().collect(),
            false => vec![],
        };
        let texts: Vec<Raw<'_>> = match texts.is_empty() {
            true => vec![block.content],
            false => texts.iter().map(|block| block.field("text")).collect(),
        };
        let first = texts.iter().find_map(|text| text.text());
        let mut ended = verdict::of_text(&first.unwrap_or_default(), block.is_error.is_true());
        ended.bytes = Some(texts.iter().map(|text| text.size()).sum());
        self.track.came_back(call.as_ref().into(), ended, out);
    }
}

/// What a record asks for; `None` where it is no request of a person.
pub(super) fn request(entry: &Entry<'_>) -> Option<String> {
    if entry.kind.0 != "\"message\"" {
        return None;
    }
    let (role, text) = match &entry.message.0 {
        _ if entry.role.is_some() => (entry.role, entry.text.text()?.into_owned()),
        None => return None,
        Some(message) => {
            let blocks = &message.content.blocks;
            let answers = blocks.iter().any(|block| block.kind.0 == "\"tool_result\"");
            let is_note = message.hook.is_some()
                || matches!(message.visibility.0, "\"llm_only\"" | "\"user_only\"");
            if answers || is_note {
                return None;
            }
            (message.role, message.content.text())
        }
    };
    let asked = without(&text, &FOR_THE_MODEL);
    let asked = asked.trim();
    // What a sub-agent is asked has a heading.
    let asked = asked
        .strip_prefix("# Task Tool Invocation")
        .unwrap_or(asked);
    let asked = asked.trim();
    let is_note = STOPPED.iter().any(|words| asked.starts_with(words));
    let is_user = role.0 == "\"user\"";
    (is_user && !is_note && !asked.is_empty()).then(|| asked.to_owned())
}
