//! Assistant messages: what the model says, calls and costs.

use std::borrow::Cow;

use super::run::Last;
use super::{Session, speech};
use crate::source::ids::{INPUT_BYTES, TEXT_BYTES, line_id};
use crate::source::out::Out;
use crate::source::pi::content::{is_call, is_call_name};
use crate::source::pi::phase;
use crate::source::pi::record::{Block, Entry, Message};
use crate::source::pi::usage::counted;
use crate::wire::event::{Cause, Error, Name, Outcome, Phase, Text, TextMode};
use crate::wire::time::Time;

impl Session {
    pub(super) fn assistant(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        if speech::is_transcript_only(message.provider, message.model) {
            if message.abort.field("aborted").is_true() && self.is_open() {
                self.end(Outcome::Interrupted, Some("aborted"), true, out);
            }
            return;
        }
        let stop = message.stop.text().unwrap_or_default();
        self.wake(message, &stop, out);
        message.content.remark(out);
        let blocks = &message.content.blocks;
        let id: Name = entry
            .id
            .word()
            .map_or_else(|| line_id(line), |id| id.as_ref().into());
        let has_calls = blocks.iter().any(|block| is_call(block.kind));
        let phase_of = |block: &Block<'_>| {
            phase::phase(block.signature).or_else(|| phase::named(message.phase))
        };
        let phased = blocks.iter().any(|block| phase_of(block).is_some());
        let mut said = None;
        let mut on_the_way = None;
        for (index, block) in blocks.iter().enumerate() {
            match &*block.kind.text().unwrap_or_default() {
                "text" | "output_text" => {
                    let phase = match phase_of(block) {
                        Some(phase) => phase,
                        // Beside a phased text, one without a phase is not for people.
                        None if phased => continue,
                        None if has_calls => Phase::Commentary,
                        None if is_answer(&stop) => Phase::Final,
                        None => Phase::Unknown,
                    };
                    let text = block.text.prefix(if self.settings.full {
                        usize::MAX
                    } else {
                        TEXT_BYTES
                    });
                    let text = speech::strip_reply(text.unwrap_or_default());
                    if text.trim().is_empty() {
                        continue;
                    }
                    let silent = !has_calls && speech::is_silent(&text);
                    said = Some(said.unwrap_or(true) && silent);
                    if silent {
                        continue;
                    }
                    if let Some(run) = &mut self.run {
                        run.spoke = true;
                    }
                    let before = on_the_way.unwrap_or(true);
                    on_the_way = Some(before && phase == Phase::Commentary);
                    let id = if index == 0 {
                        id.clone()
                    } else {
                        format!("{id}:{index}").into()
                    };
                    let text = Text {
                        id,
                        phase,
                        mode: TextMode::Whole,
                        text: text.into_owned(),
                    };
                    self.emit(out, "message/assistant", text);
                }
                kind if is_call_name(kind) => self.call(block, &id, index, out),
                _ => {}
            }
        }
        self.usage(&id, message, out);
        let over = {
            let Some(run) = &mut self.run else { return };
            run.last_at = out.ts.or(run.last_at);
            run.last = if &*stop == "error" {
                Last::Error
            } else if !has_calls && on_the_way == Some(true) {
                // Whatever the model's reason to stop: this is not what was asked for.
                Last::Commentary
            } else if !has_calls && is_answer(&stop) {
                Last::Answer
            } else {
                Last::Assistant
            };
            run.is_open() && run.last == Last::Answer && run.pending.is_empty()
        };
        match &*stop {
            "error" => {
                let message = message
                    .error
                    .prefix(INPUT_BYTES)
                    .unwrap_or_default()
                    .into_owned();
                // The Gateway tries again a few times and then with another model; the row has the last word.
                self.emit(
                    out,
                    "message/assistant",
                    Error {
                        message,
                        retrying: true,
                    },
                );
            }
            "aborted" => self.end(Outcome::Interrupted, Some("aborted"), true, out),
            _ if over => self.end(Outcome::Ok, None, true, out),
            _ => {}
        }
    }

    /// An assistant message after the end of a run: the turn goes on without a request of its own.
    pub(super) fn wake(&mut self, message: &Message<'_>, stop: &str, out: &mut Out<'_>) {
        let Some(end) = self.run.as_ref().and_then(|run| run.ended.clone()) else {
            return;
        };
        if matches!(stop, "aborted" | "error") {
            return;
        }
        // A row may say `done` a little before its last record: that record was begun before.
        let begun = message.timestamp.int().and_then(Time::from_ms).or(out.ts);
        let later = match (begun, end.at) {
            (Some(begun), Some(ended)) => begun > ended,
            _ => !end.explicit,
        };
        if later {
            let announces = message
                .openclaw
                .0
                .as_ref()
                .and_then(|stamp| stamp.run.text());
            let by_child = announces.is_some_and(|run| run.starts_with("announce:"))
                || self.run.as_ref().is_some_and(|run| run.awaited > 0);
            self.go_on(
                if by_child {
                    Cause::Subagent
                } else {
                    Cause::System
                },
                out,
            );
        }
    }

    pub(super) fn usage(&mut self, id: &Name, message: &Message<'_>, out: &mut Out<'_>) {
        if let Some(model) = message.model.word()
            && self.model.as_deref() != Some(&*model)
            && !model.is_empty()
        {
            self.model = Some(model.as_ref().into());
            let provider = message.provider.word().map(Cow::into_owned);
            self.emit(
                out,
                "message/assistant",
                crate::wire::event::Model {
                    model: model.into_owned(),
                    provider,
                },
            );
        }
        let Some(usage) = &message.usage.0 else {
            return;
        };
        let usage = counted(id, usage, self.row.context_size);
        if usage.total > 0 {
            self.emit(out, "message/assistant", usage);
        }
    }
}

/// Whether a stop reason ends the turn, if nothing is pending.
pub(super) fn is_answer(stop: &str) -> bool {
    matches!(stop, "stop" | "length" | "endTurn" | "end_turn")
}
