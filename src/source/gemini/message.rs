//! Messages: what is asked, what the model answers, what the program says in between.

use super::Session;
use super::record::Record;
use crate::source::genai::{Counts, text_of};
use crate::source::ids::{INPUT_BYTES, TEXT_BYTES};
use crate::source::out::Out;
use crate::source::track::Last;
use crate::wire::event::{BlockedOn, Cause, Compact, Name, Outcome, Phase};

/// The id of a wait for the service to grant more.
const QUOTA: &str = "quota";

/// What stands at the start of a user message that no person wrote.
const NOT_ASKED: [&str; 6] = [
    "Please continue.",
    "System: ",
    "<state_snapshot>",
    "<session_context>",
    "<background_",
    "This is the Gemini CLI. We are setting up the context",
];

impl Session {
    pub(super) fn message(&mut self, message: &Record<'_>, out: &mut Out<'_>) {
        self.message_of(message, "", out);
    }

    /// Reads one message; `count` names it where it has no id of its own.
    pub(super) fn message_of(&mut self, message: &Record<'_>, count: &str, out: &mut Out<'_>) {
        if !self.track.is_fresh(None, out.ts) {
            return;
        }
        let id: Name = message
            .id
            .word()
            .map_or_else(|| format!("#{count}").into(), |id| id.as_ref().into());
        let of = message.of();
        if !matches!(
            &*of,
            "user" | "gemini" | "model" | "info" | "warning" | "error"
        ) {
            return self.track.unknown(&of, out);
        }
        out.raw = Some(of.to_string().into());
        let is_new = self.track.is_new("message", &id);
        match &*of {
            "gemini" | "model" => self.answer(message, id, is_new, out),
            _ if !is_new => {}
            "user" => self.asked(message, out),
            "info" => self.informed(&message.text(INPUT_BYTES), out),
            "error" => self.failed(message.text(INPUT_BYTES), out),
            _ => {}
        }
    }

    fn asked(&mut self, message: &Record<'_>, out: &mut Out<'_>) {
        if let Some(text) = request(message) {
            let cause = self.track.cause();
            self.track.request(None, &text, cause, out);
        }
    }

    /// A message of the model, in one of its versions: what was told of it is not told again.
    fn answer(&mut self, message: &Record<'_>, id: Name, is_new: bool, out: &mut Out<'_>) {
        self.track.introduce(out);
        if is_new && self.track.has_run() && !self.track.is_open() {
            self.track.go_on(Cause::System, out);
        }
        if is_new {
            self.compacted = false;
            self.track.unblock(QUOTA, None, out);
        }
        self.track.model(message.model.word(), out);
        let bytes = match self.track.full {
            true => usize::MAX,
            false => TEXT_BYTES,
        };
        let text = message.text(bytes);
        let phase = match message.calls.all.is_empty() {
            true => Phase::Unknown,
            false => Phase::Commentary,
        };
        if is_new && !(text.trim().is_empty() && message.calls.all.is_empty()) {
            self.track.went_on(Last::Assistant, out);
        }
        self.track.say(id.clone(), phase, &text, out);
        if let Some(tokens) = &message.tokens.0 {
            let counts = Counts {
                input: tokens.input,
                cached: tokens.cached,
                output: tokens.output,
                thoughts: tokens.thoughts,
                tool: tokens.tool,
                total: tokens.total,
                ..Counts::default()
            };
            self.track.usage(counts.usage(id.clone()), out);
        }
        self.calls(&id, &message.calls.all, out);
    }

    /// What the program tells the person: that a request was cancelled, or the history made smaller.
    fn informed(&mut self, text: &str, out: &mut Out<'_>) {
        let text = text.trim();
        if ["Request cancelled", "User cancelled"]
            .iter()
            .any(|start| text.starts_with(start))
        {
            if self.track.is_open() {
                let reason = Some("cancelled by the user");
                self.track.end(Outcome::Interrupted, reason, false, out);
            }
        } else if let Some((_, rest)) = text.split_once("compressed from: ") {
            let digits = rest.split(|char: char| !char.is_ascii_digit());
            let before = digits.into_iter().next().and_then(|text| text.parse().ok());
            self.compacted(before, out);
        }
    }

    fn compacted(&mut self, before: Option<u64>, out: &mut Out<'_>) {
        if self.track.has_run() && !std::mem::replace(&mut self.compacted, true) {
            self.track.emit(out, Compact { before });
        }
    }

    /// The history as it was sent, which takes the place of all messages: results of tools may
    /// be new in it, and a summary.
    pub(super) fn patched(&mut self, messages: &[Record<'_>], out: &mut Out<'_>) {
        if messages.is_empty() {
            return;
        }
        self.track.reread();
        for message in messages {
            out.ts = super::time(message.timestamp);
            if !self.track.is_fresh(None, out.ts) {
                continue;
            }
            let id = message.id.word().unwrap_or_default();
            match &*message.of() {
                "gemini" => self.calls(&id.as_ref().into(), &message.calls.all, out),
                "user" if self.track.is_new("patched", &id) => {
                    let text = message.text(INPUT_BYTES);
                    if text.trim_start().starts_with("<state_snapshot>") {
                        self.compacted(None, out);
                    }
                }
                _ => {}
            }
        }
    }

    /// The service failed after all tries, or grants nothing more for now.
    fn failed(&mut self, text: String, out: &mut Out<'_>) {
        let message = text.trim().to_owned();
        self.track.introduce(out);
        self.track.went_on(Last::Error, out);
        let lower = message.to_lowercase();
        let is_quota = [
            "quota",
            "rate limit",
            "resource_exhausted",
            "exhausted your",
        ]
        .iter()
        .any(|words| lower.contains(words));
        if is_quota && self.track.is_open() {
            let on = (BlockedOn::Quota, None);
            return self.track.ask(QUOTA.into(), on, Some(message), out);
        }
        self.track.fail(&message, true, out);
    }
}

/// What a user message asks for; `None` where no person wrote it.
pub(super) fn request(message: &Record<'_>) -> Option<String> {
    let shown = text_of(message.shown, TEXT_BYTES);
    let text = match shown.trim().is_empty() {
        true => message.text(TEXT_BYTES),
        false => shown,
    };
    let text = text.trim();
    if NOT_ASKED.iter().any(|start| text.starts_with(start)) {
        return None;
    }
    // A picture alone is asked for as well, a result of a tool is not.
    let parts = message.content.items();
    let pictured = parts.iter().any(|part| {
        let is = |name: &str| part.field(name).is_some();
        is("inlineData") || is("fileData")
    });
    (pictured || !text.is_empty()).then(|| text.to_owned())
}
