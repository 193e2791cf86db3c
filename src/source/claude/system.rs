//! What the program itself writes down: ends of turns, retries, compaction, queues.

use std::borrow::Cow;

use super::Session;
use super::prompt::is_notice;
use super::record::Entry;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::Last;
use crate::wire::event::{Compact, Error};

impl Session {
    pub(super) fn system(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        match &*entry.subtype.text().unwrap_or_default() {
            "turn_duration" => {
                out.raw = Some("system/turn_duration".into());
                self.track.confirm_end(out);
            }
            // Hooks run after the last answer; one that sends the model on is followed by its work.
            "stop_hook_summary" if self.track.all_pending().next().is_none() => {
                out.raw = Some("system/stop_hook_summary".into());
                self.track.end_of_answer(out);
            }
            "compact_boundary" => {
                let before = entry.compact.field("preTokens").int();
                let before = before.and_then(|tokens| u64::try_from(tokens).ok());
                out.raw = Some("system/compact_boundary".into());
                self.track.introduce(out);
                self.track.emit(out, Compact { before });
            }
            "api_error" => {
                out.raw = Some("system/api_error".into());
                self.track.introduce(out);
                let message = message(entry.error);
                self.track.went_on(Last::Error, out);
                self.track.emit(
                    out,
                    Error {
                        message,
                        retrying: true,
                    },
                );
            }
            _ => {}
        }
    }

    /// What was attached to a turn: a background task's end may be.
    pub(super) fn attachment(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let attachment = entry.attachment;
        if attachment.field("type").0 == "\"queued_command\""
            && let Some(text) = attachment.field("prompt").text()
            && is_notice(&text)
        {
            self.notified(&text, out);
        }
    }

    /// What waits to be read by the model: a background task's end may be.
    pub(super) fn queued(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        if entry.operation.0 == "\"enqueue\""
            && let Some(text) = entry.content.text()
            && is_notice(&text)
        {
            self.notified(&text, out);
        }
    }
}

/// What the service had to say, wherever it stands.
fn message(error: Raw<'_>) -> String {
    let inner = error.field("error");
    let places = [
        error,
        error.field("message"),
        inner.field("error").field("message"),
        inner.field("message"),
        error.field("cause").field("code"),
        error.field("formatted"),
    ];
    let found = places
        .into_iter()
        .rev()
        .find_map(|raw| raw.prefix(INPUT_BYTES));
    let status = error.field("status").int();
    match (found, status) {
        (Some(text), _) if !text.is_empty() => Cow::into_owned(text),
        (_, Some(status)) => format!("the service answered {status}"),
        _ => "the service failed".to_owned(),
    }
}
