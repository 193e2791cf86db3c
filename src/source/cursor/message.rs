//! Messages: what was asked, said, called, and what came back.

use std::borrow::Cow;

use super::{Entry, Message, Session};
use crate::source::claude::record::Block;
use crate::source::ids::TEXT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::{Out, Remark};
use crate::source::tags::{tag, without};
use crate::source::track::{Ended, Last, NewCall};
use crate::source::verdict;
use crate::wire::event::{Cause, Name, Outcome, Phase};

impl Session {
    pub(super) fn user(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        out.raw = Some("user".into());
        self.track.introduce(out);
        let blocks = message.content.blocks.iter();
        let mut answered = false;
        for block in blocks.filter(|block| is_result(block.kind)) {
            answered = true;
            self.result(block, out);
        }
        if let Some(asked) = request(message).filter(|_| !answered) {
            let cause = self.track.cause();
            self.track.request(None, &asked, cause, out);
        }
    }

    pub(super) fn assistant(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        id: &Name,
        out: &mut Out<'_>,
    ) {
        out.raw = Some("assistant".into());
        self.track.introduce(out);
        if self.track.has_run() && !self.track.is_open() {
            self.track.go_on(Cause::System, out);
            out.raw = Some("assistant".into());
        }
        let model = message.model.word().or_else(|| entry.model.word());
        self.track.model(model, out);
        // The model goes on, so what it had called for is done.
        self.settle(Outcome::Unknown, out);
        let blocks = &message.content.blocks;
        let has_calls = blocks.iter().any(|block| is_call(block.kind));
        for (index, block) in blocks.iter().enumerate() {
            match &*block.kind.text().unwrap_or_default() {
                "text" => {
                    let bytes = if self.track.full {
                        usize::MAX
                    } else {
                        TEXT_BYTES
                    };
                    let text = block.text.prefix(bytes).unwrap_or_default();
                    let phase = match has_calls {
                        true => Phase::Commentary,
                        false => Phase::Unknown,
                    };
                    self.track.say(part(id, index), phase, &text, out);
                }
                _ if is_call(block.kind) => {
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
                "thinking" | "redacted_thinking" | "image" => {}
                kind => out.remark(Remark::Block(kind.to_owned())),
            }
        }
        self.track.went_on(Last::Assistant, out);
    }

    /// A result: of the call that it names, else of the oldest that waits.
    fn result(&mut self, block: &Block<'_>, out: &mut Out<'_>) {
        let named = block.call.word();
        let named = named.filter(|call| self.track.pending(call).is_some());
        let waiting = || {
            let calls = self.track.all_pending().map(|(call, _)| call);
            calls.min_by_key(|call| order(call)).cloned()
        };
        let Some(call) = named.map(|call| Name::from(&*call)).or_else(waiting) else {
            return;
        };
        let texts: Vec<Raw<'_>> = match block.content.0.starts_with('[') {
            true => {
                let blocks = block.content.items().into_iter();
                blocks.map(|block| block.field("text")).collect()
            }
            false => vec![block.content],
        };
        let first = texts.iter().find_map(|text| text.text());
        let mut ended = verdict::of_text(&first.unwrap_or_default(), block.is_error.is_true());
        ended.bytes = Some(texts.iter().map(|text| text.size()).sum());
        self.track.came_back(call, ended, out);
    }

    /// Ends every call that waits: no line says how it ended.
    pub(super) fn settle(&mut self, outcome: Outcome, out: &mut Out<'_>) {
        let mut calls: Vec<Name> = self
            .track
            .all_pending()
            .map(|(call, _)| call.clone())
            .collect();
        calls.sort_by_key(|call| order(call));
        for call in calls {
            let ended = Ended::new(outcome.clone());
            self.track.came_back(call, ended, out);
        }
    }
}

/// The name of a part of a message.
fn part(id: &Name, index: usize) -> Name {
    match index {
        0 => id.clone(),
        _ => format!("{id}:{index}").into(),
    }
}

/// The order that calls were made in, where their names tell: `m3:2`.
fn order(call: &str) -> (u64, u64, String) {
    let numbers = call.strip_prefix('m').and_then(|rest| {
        let (message, index) = rest.split_once(':')?;
        Some((message.parse().ok()?, index.parse().ok()?))
    });
    let (message, index) = numbers.unwrap_or((0, 0));
    (message, index, call.to_owned())
}

fn is_call(kind: Raw<'_>) -> bool {
    matches!(kind.0, "\"tool_use\"" | "\"tool_call\"" | "\"tool-call\"")
}

pub(super) fn is_result(kind: Raw<'_>) -> bool {
    matches!(kind.0, "\"tool_result\"" | "\"tool-result\"")
}

/// What a user line asks for; `None` where it is none of a person's.
pub(super) fn request(message: &Message<'_>) -> Option<String> {
    let text = message.content.text();
    let asked = match tag(&text, "user_query") {
        Some(asked) => asked.to_owned(),
        None => without(
            &text,
            &[
                "system_reminder",
                "system-reminder",
                "user_info",
                "timestamp",
            ],
        ),
    };
    let asked = asked.trim();
    (!asked.is_empty()).then(|| asked.to_owned())
}
