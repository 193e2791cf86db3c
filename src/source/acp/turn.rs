//! Turns: the editor's prompt, what the agent says, and how it ended.

use std::borrow::Cow;

use super::Session;
use crate::source::ids::{INPUT_BYTES, request_id};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::Last;
use crate::wire::event::{Cause, Error, Outcome, Phase, Scope, Usage};

impl Session {
    /// The editor sends what a person asks for.
    pub(super) fn prompt(&mut self, id: Raw<'_>, prompt: Raw<'_>, out: &mut Out<'_>) {
        self.flush(Phase::Unknown, out);
        self.replays = false;
        let blocks = prompt.items();
        let texts = blocks.iter().filter_map(|block| block.field("text").text());
        let text = texts.collect::<Vec<_>>().join("\n");
        self.requested(&format!("{} {text}", id.0), text.trim(), out);
    }

    /// A run begins; messages have no time, so what else tells one request from the next is `mark`.
    pub(super) fn requested(&mut self, mark: &str, text: &str, out: &mut Out<'_>) {
        self.cost.0 = self.cost.1;
        self.refused.clear();
        let key = request_id(mark, out.ts.map(|at| at.0));
        let cause = self.track.cause();
        self.track.request(Some(key), text, cause, out);
    }

    /// The agent does something: a log that begins in the middle, or has one direction alone, has
    /// no prompt to it.
    pub(super) fn works(&mut self, out: &mut Out<'_>) {
        self.track.introduce(out);
        if !self.track.has_run() {
            self.requested("", "", out);
        } else if !self.track.is_open() {
            self.track.go_on(Cause::System, out);
        }
    }

    /// The agent's response to the prompt: the turn is over.
    pub(super) fn answered(&mut self, result: Raw<'_>, error: Raw<'_>, out: &mut Out<'_>) {
        let stop = result.field("stopReason").text().unwrap_or_default();
        if error.is_some() {
            self.flush(Phase::Unknown, out);
            let words = error.field("message").prefix(INPUT_BYTES);
            let words = words.filter(|words| !words.is_empty());
            let message = words
                .unwrap_or(Cow::Borrowed("the agent failed"))
                .into_owned();
            self.track.went_on(Last::Error, out);
            let told = Error {
                message: message.clone(),
                retrying: false,
            };
            self.track.emit(out, told);
            self.track.end(Outcome::Error, Some(&message), false, out);
            return;
        }
        self.tokens(result.field("usage"), out);
        self.stopped(&stop, out);
    }

    /// The turn is over, and the agent says why.
    pub(super) fn stopped(&mut self, stop: &str, out: &mut Out<'_>) {
        let (outcome, reason) = match stop {
            "end_turn" | "" => (Outcome::Ok, None),
            "cancelled" => (Outcome::Interrupted, Some("cancelled by the user")),
            "max_turn_requests" => (Outcome::Interrupted, Some("too many requests in one turn")),
            "max_tokens" => (Outcome::Ok, Some("too long an answer")),
            "refusal" => (Outcome::Ok, Some("the model refused")),
            other => (Outcome::Ok, Some(other)),
        };
        let phase = match outcome {
            Outcome::Ok => Phase::Final,
            _ => Phase::Unknown,
        };
        self.flush(phase, out);
        if self.track.is_open() {
            self.track.end(outcome, reason, false, out);
        }
    }

    /// What a turn cost, where the response says so.
    fn tokens(&mut self, usage: Raw<'_>, out: &mut Out<'_>) {
        let count = |name: &str| u64::try_from(usage.field(name).int().unwrap_or(0)).unwrap_or(0);
        if !usage.is_some() {
            return;
        }
        let id = format!("turn-{}-{}", self.speech.texts, count("totalTokens"));
        let usage = Usage {
            id: id.into(),
            scope: Scope::Call,
            input: count("inputTokens"),
            output: count("outputTokens"),
            cache_read: count("cachedReadTokens"),
            cache_write: count("cachedWriteTokens"),
            total: count("totalTokens"),
            // The agent tells what all of the session cost so far.
            cost_usd: Some(self.cost.1 - self.cost.0).filter(|cost| *cost > 0.0),
            context: None,
        };
        self.track.usage(usage, out);
    }
}
