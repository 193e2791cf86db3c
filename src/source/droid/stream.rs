//! What `droid exec --output-format stream-json` prints: one record for each thing that happens.

use std::borrow::Cow;
use std::hash::{Hash as _, Hasher as _};

use super::Session;
use super::message::request;
use super::record::Entry;
use crate::source::ids::{INPUT_BYTES, line_id};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::{Last, NewCall};
use crate::source::verdict;
use crate::wire::event::{Name, Outcome, Phase, Scope, Usage};

impl Session {
    pub(super) fn system(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        if self.track.cwd.is_none() {
            self.track.cwd = entry.cwd.word().map(|cwd| cwd.into_owned());
        }
        out.raw = Some("system".into());
        self.track.introduce(out);
        self.track.model(entry.model.word(), out);
    }

    /// A message without an envelope.
    pub(super) fn streamed(&mut self, entry: &Entry<'_>, line: &[u8], out: &mut Out<'_>) {
        if entry.role.0 == "\"user\"" {
            out.raw = Some("message/user".into());
            if let Some(asked) = request(entry) {
                let cause = self.track.cause();
                self.track.request(None, &asked, cause, out);
            }
            return;
        }
        out.raw = Some("message/assistant".into());
        self.track.introduce(out);
        let id: Name = entry
            .id
            .word()
            .map_or_else(|| line_id(line), |id| id.as_ref().into());
        self.say((&id, 0), entry.text, Phase::Unknown, out);
        self.track.went_on(Last::Assistant, out);
    }

    pub(super) fn tool_call(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        out.raw = Some("tool_call".into());
        self.track.introduce(out);
        if let Some(id) = call_of(entry) {
            let call = NewCall {
                id,
                name: entry.tool.word().map(Cow::into_owned),
                title: None,
                input: entry.parameters,
                parent: None,
            };
            self.track.tool(call, out);
            self.track.went_on(Last::Assistant, out);
        }
    }

    pub(super) fn tool_result(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        out.raw = Some("tool_result".into());
        let Some(call) = call_of(entry) else { return };
        let text = [entry.value, entry.value.field("stdout"), entry.error];
        let text = text.into_iter().find(|raw| raw.0.starts_with('"'));
        let text = text.unwrap_or_default();
        let is_error = entry.is_error.is_true();
        let mut ended = verdict::of_text(&text.text().unwrap_or_default(), is_error);
        if let Some(code) = entry.value.field("exitCode").int() {
            ended.exit_code = Some(code);
            if code != 0 && ended.outcome == Outcome::Ok {
                ended.outcome = Outcome::Error;
            }
        }
        ended.bytes = Some(text.size());
        self.track.came_back(call, ended, out);
    }

    /// The last record of a stream.
    pub(super) fn completion(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        out.raw = Some("completion".into());
        let id: Name = match entry.id.word() {
            Some(id) => format!("completion:{id}").into(),
            None => "completion".into(),
        };
        let text = entry.final_text.text().unwrap_or_default();
        if self.said != Some(digest(&text)) {
            self.say((&id, 0), entry.final_text, Phase::Final, out);
        }
        let count = |key: &str| {
            let count = entry.usage.field(key).int();
            count
                .and_then(|count| u64::try_from(count).ok())
                .unwrap_or(0)
        };
        let usage = Usage {
            id,
            scope: Scope::Call,
            input: count("input_tokens"),
            output: count("output_tokens"),
            cache_read: count("cache_read_input_tokens"),
            cache_write: count("cache_creation_input_tokens"),
            total: 0,
            cost_usd: None,
            context: None,
        };
        self.track.usage(usage, out);
        self.track.end(Outcome::Ok, None, false, out);
    }

    /// The program gave up.
    pub(super) fn error(&mut self, entry: &Entry<'_>, line: &[u8], out: &mut Out<'_>) {
        out.raw = Some("error".into());
        let line = crate::source::lenient::lossy(line);
        let told = Raw(line.trim()).field("message");
        let told = told.prefix(INPUT_BYTES).filter(|told| !told.is_empty());
        let told = told.map_or_else(|| "the program failed".to_owned(), Cow::into_owned);
        self.identify(entry.session());
        if !self.trouble(told.clone(), out) && self.track.is_open() {
            self.track.end(Outcome::Error, Some(&told), false, out);
        }
    }
}

/// The call that a record is of; newer ones give it as their own id.
fn call_of(entry: &Entry<'_>) -> Option<Name> {
    let id = entry.call.word().or_else(|| entry.id.word())?;
    Some(id.as_ref().into())
}

/// Tells one text from another within a process.
pub(super) fn digest(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.trim().hash(&mut hasher);
    hasher.finish()
}
