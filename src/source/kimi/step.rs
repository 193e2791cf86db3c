//! The loop: calls of the model, what it says, what they cost.

use super::Session;
use super::record::{Entry, Event, Tokens};
use crate::source::ids::TEXT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::{Out, Remark};
use crate::source::track::Last;
use crate::wire::event::{Cause, Context, Name, Outcome, Phase, Scope, Usage};

impl Session {
    pub(super) fn looped(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let Some(event) = &entry.event.0 else {
            return out.remark(Remark::Shape("context.append_loop_event".to_owned()));
        };
        let kind = event.kind.text().unwrap_or_default();
        out.raw = Some(kind.to_string().into());
        self.track.introduce(out);
        match &*kind {
            "step.begin" => {
                self.turns.begun(event.turn);
                if self.track.has_run() && !self.track.is_open() {
                    self.track.go_on(Cause::System, out);
                }
            }
            "content.part" => self.said(event, out),
            "tool.call" => self.called(event, out),
            "tool.result" => self.came_back(event, out),
            "step.end" => self.stepped(event, out),
            other => out.remark(Remark::Block(other.to_owned())),
        }
    }

    fn said(&mut self, event: &Event<'_>, out: &mut Out<'_>) {
        match event.part.field("type").text().as_deref() {
            Some("text") => {}
            Some("think" | "image_url" | "audio_url" | "video_url") | None => return,
            Some(other) => return out.remark(Remark::Block(other.to_owned())),
        }
        let bytes = match self.track.full {
            true => usize::MAX,
            false => TEXT_BYTES,
        };
        let text = event.part.field("text").prefix(bytes).unwrap_or_default();
        let id = name_of(event);
        self.track.went_on(Last::Assistant, out);
        self.track.say(id, Phase::Unknown, &text, out);
    }

    fn stepped(&mut self, event: &Event<'_>, out: &mut Out<'_>) {
        if let Some(tokens) = &event.usage.0 {
            self.track.usage(usage(name_of(event), tokens), out);
        }
        let finish = event.finish.text().unwrap_or_default();
        let is_over = matches!(
            &*finish,
            "end_turn" | "stop" | "max_tokens" | "length" | "refusal" | "filtered"
        );
        if is_over && self.track.is_open() && self.track.all_pending().next().is_none() {
            self.track.end(Outcome::Ok, None, true, out);
        }
    }
}

/// A name for what an event is about.
pub(super) fn name_of(event: &Event<'_>) -> Name {
    match event.uuid.word() {
        Some(uuid) => uuid.as_ref().into(),
        None => format!("{}.{}", event.turn.0.trim_matches('"'), event.step.0).into(),
    }
}

fn usage(id: Name, tokens: &Tokens<'_>) -> Usage {
    let count = |raw: Raw<'_>| u64::try_from(raw.int().unwrap_or(0)).unwrap_or(0);
    let (input, output) = (count(tokens.input), count(tokens.output));
    let (cache_read, cache_write) = (count(tokens.cache_read), count(tokens.cache_write));
    let used = input.saturating_add(cache_read).saturating_add(cache_write);
    Usage {
        id,
        scope: Scope::Call,
        input,
        output,
        cache_read,
        cache_write,
        total: 0,
        cost_usd: None,
        context: Some(Context { used, size: None }).filter(|context| context.used > 0),
    }
}
