//! Turns: what asks for one, when it begins and how it ends.

use std::borrow::Cow;
use std::hash::{Hash as _, Hasher as _};

use super::Session;
use crate::source::ids::{INPUT_BYTES, request_id};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::Last;
use crate::wire::event::{BlockedOn, Cause, Error, Outcome};

/// The id of a wait for a limit to be lifted.
const QUOTA: &str = "quota";

/// A turn that said when it started.
#[derive(Debug)]
pub(super) struct Turn {
    /// It is part of a run: something was asked or done in it.
    pub(super) begun: bool,
}

/// What stands at the start of a user text that no person wrote:
/// `codex-rs/core/src/context/` and its forerunners.
const NOT_ASKED: [&str; 5] = [
    "# AGENTS.md instructions",
    "<INSTRUCTIONS>",
    "Warning: The maximum number of ",
    "Warning: apply_patch was requested via ",
    "Another language model started to solve this problem",
];

/// What an editor puts before a request.
const IN_EDITOR: &str = "## My request for Codex:";

impl Session {
    /// A turn starts; what it is about comes with its first message.
    pub(super) fn turn_started(&mut self, out: &mut Out<'_>) {
        // Where another one is open, the process died in it.
        self.track.end_by_records(None, out);
        self.turn = Some(Turn { begun: false });
        self.trouble = None;
        self.asked = None;
    }

    /// A person, or the agent that started this one, asks for something.
    pub(super) fn ask(&mut self, text: &str, out: &mut Out<'_>) {
        let text = without_context(text);
        let mark = digest(text);
        if self.asked.replace(mark) == Some(mark) {
            return;
        }
        let key = request_id(text, out.ts.map(|at| at.0));
        if out.ts.is_some() && !self.track.is_new("request", &key) {
            return;
        }
        self.compacted = false;
        let steers = self.turn.as_ref().is_some_and(|turn| turn.begun);
        if steers && self.track.is_open() {
            return self.track.join(out);
        }
        self.trouble = None;
        let cause = self.track.cause();
        self.track.request(Some(key), text, cause, out);
        self.begun(out);
    }

    /// Something is done in a turn that nobody asked for: it goes on with the run before.
    pub(super) fn begin(&mut self, cause: Cause, out: &mut Out<'_>) {
        self.asked = None;
        self.compacted = false;
        self.trouble = None;
        self.track.introduce(out);
        self.track.unblock(QUOTA, None, out);
        if self.turn.as_ref().is_none_or(|turn| turn.begun) {
            return;
        }
        if self.track.has_run() {
            self.track.go_on(cause, out);
        } else {
            let key = request_id("", out.ts.map(|at| at.0));
            self.track.request(Some(key), "", cause, out);
        }
        self.begun(out);
    }

    fn begun(&mut self, out: &mut Out<'_>) {
        if let Some(turn) = &mut self.turn {
            turn.begun = true;
        }
        if let Some(model) = self.model.take() {
            self.track.model(Some(Cow::Borrowed(&*model)), out);
        }
    }

    /// The turn is over.
    pub(super) fn turn_completed(&mut self, error: Raw<'_>, out: &mut Out<'_>) {
        if let Some(turn) = self.turn.take()
            && !turn.begun
        {
            return;
        }
        if let Some(message) = said(error) {
            self.failed(message, false, out);
        }
        match self.trouble.take() {
            Some(message) => self.track.end(Outcome::Error, Some(&message), false, out),
            None => self.track.end(Outcome::Ok, None, false, out),
        }
    }

    /// The turn was cut short.
    pub(super) fn turn_aborted(&mut self, reason: Raw<'_>, out: &mut Out<'_>) {
        if let Some(turn) = self.turn.take()
            && !turn.begun
        {
            return;
        }
        let reason = reason.word().unwrap_or_default();
        let (outcome, why) = match &*reason {
            "interrupted" | "" => (Outcome::Interrupted, "interrupted by the user"),
            "replaced" => (Outcome::Interrupted, "replaced by another turn"),
            "review_ended" => (Outcome::Ok, "the review ended"),
            "budget_limited" => (Outcome::Interrupted, "its budget is used up"),
            other => (Outcome::Interrupted, other),
        };
        self.track.end(outcome, Some(why), false, out);
    }

    /// Something went wrong; a limit that is reached is a wait rather than an error.
    pub(super) fn failed(&mut self, message: String, retrying: bool, out: &mut Out<'_>) {
        if self.trouble.as_ref() == Some(&message) {
            return;
        }
        self.begin(Cause::System, out);
        self.track.went_on(Last::Error, out);
        let limited = ["usage limit", "quota", "out of credits"];
        let lower = message.to_lowercase();
        if limited.iter().any(|words| lower.contains(words)) {
            self.limited(message.clone(), out);
        }
        if !retrying {
            self.trouble = Some(message.clone());
        }
        self.track.emit(out, Error { message, retrying });
    }

    /// A limit is reached: the model will not answer before it is lifted.
    pub(super) fn limited(&mut self, what: String, out: &mut Out<'_>) {
        let wait = (BlockedOn::Quota, None);
        if self.track.is_open() {
            self.track.ask(QUOTA.into(), wait, Some(what), out);
        }
    }
}

/// What a user message of the model's account asks for; `None` where the program put it there.
pub(super) fn asked_in(content: Raw<'_>) -> Option<String> {
    let texts = texts_of(content).into_iter();
    let texts: Vec<_> = texts.filter(|text| !is_injected(text)).collect();
    let plain = content.text().filter(|text| !is_injected(text));
    let text = plain.map_or_else(|| texts.join("\n"), Cow::into_owned);
    Some(text).filter(|text| !text.trim().is_empty())
}

/// The texts of a message's blocks.
pub(super) fn texts_of(content: Raw<'_>) -> Vec<Cow<'_, str>> {
    let is_text = |kind: &str| matches!(kind, "" | "\"input_text\"" | "\"text\"");
    let blocks = content.items().into_iter();
    let blocks = blocks.filter(|block| is_text(block.field("type").0));
    blocks
        .filter_map(|block| block.field("text").text())
        .collect()
}

/// Whether a text was put into the conversation by the program: `<environment_context>` and its like.
fn is_injected(text: &str) -> bool {
    let text = text.trim();
    if NOT_ASKED.iter().any(|start| text.starts_with(start)) {
        return true;
    }
    let Some((name, _)) = text.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
        return false;
    };
    let tag = name.split([' ', '\n']).next().unwrap_or_default();
    let is_name = |tag: &str| {
        !tag.is_empty()
            && tag
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || b"_-".contains(&byte))
    };
    is_name(tag) && text.ends_with(&format!("</{tag}>"))
}

/// A request without what an editor put before it.
fn without_context(text: &str) -> &str {
    match text.rsplit_once(IN_EDITOR) {
        Some((before, asked)) if before.is_empty() || before.ends_with('\n') => asked.trim(),
        _ => text.trim(),
    }
}

/// The words of an error: a text, or an object with a message.
pub(super) fn said(error: Raw<'_>) -> Option<String> {
    let places = [error, error.field("message"), error.field("kind")];
    let mut words = places.into_iter().filter_map(|raw| raw.prefix(INPUT_BYTES));
    let words = words.find(|text| !text.trim().is_empty());
    match words {
        Some(words) => Some(words.into_owned()),
        None => error.is_some().then(|| "the turn failed".to_owned()),
    }
}

/// What is asked of a person, in the first of several questions.
pub(super) fn question(questions: Raw<'_>) -> Option<String> {
    let first = questions.items().into_iter().next()?;
    let text = first.field("question").prefix(INPUT_BYTES);
    Some(
        text.or_else(|| first.field("header").prefix(INPUT_BYTES))?
            .into_owned(),
    )
}

/// Tells one text from another within a process.
fn digest(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_wrote_is_asked() {
        let cases = [
            (r#"[{"type":"input_text","text":"go"}]"#, Some("go")),
            (r#""go""#, Some("go")),
            (
                r#"[{"text":"<environment_context>\n x\n</environment_context>"},{"text":"go"}]"#,
                Some("go"),
            ),
            (r##"[{"text":"# AGENTS.md instructions for /a"}]"##, None),
            (r#"[{"text":"<turn_aborted>x</turn_aborted>\n"}]"#, None),
            (
                r#"[{"text":"<b>bold</b> and not"}]"#,
                Some("<b>bold</b> and not"),
            ),
            (r#"[{"type":"input_image","image_url":"data:"}]"#, None),
        ];
        for (content, want) in cases {
            assert_eq!(asked_in(Raw(content)).as_deref(), want, "{content}");
        }
    }

    #[test]
    fn what_an_editor_adds_is_no_request() {
        let cases = [
            (
                "# Context from my IDE setup:\n\n## My request for Codex:\nfix it\n",
                "fix it",
            ),
            ("## My request for Codex:\nfix it", "fix it"),
            ("fix it", "fix it"),
            (
                "what does `## My request for Codex:` mean",
                "what does `## My request for Codex:` mean",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(without_context(text), want, "{text:?}");
        }
    }
}
