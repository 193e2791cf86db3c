//! User records: requests of people, and what the program sends the model in their name.

use std::borrow::Cow;

use super::Session;
use super::record::{Entry, Message};
use crate::source::ids::TEXT_BYTES;
use crate::source::out::Out;
use crate::source::track::Last;
use crate::wire::event::{Cause, Name, Outcome};

/// What a hook adds to a request for the model alone.
const CONTEXT: &str = "<qwen:user-prompt-submit-context>";

impl Session {
    pub(super) fn user(&mut self, entry: &Entry<'_>, message: &Message<'_>, out: &mut Out<'_>) {
        match &*entry.subtype.text().unwrap_or_default() {
            "notification" | "background_task_completed" => self.notified(entry, out),
            "mid_turn_user_message" if self.track.is_open() => {
                self.track.settle_waits(out);
                self.track.went_on(Last::Request, out);
            }
            "goal_runtime" | "realtime_message" if self.track.has_run() => {
                self.track.go_on(Cause::System, out);
            }
            "cron" => self.asked(entry, message, Cause::Cron, out),
            _ => {
                let cause = self.track.cause();
                self.asked(entry, message, cause, out);
            }
        }
    }

    fn asked(&mut self, entry: &Entry<'_>, message: &Message<'_>, cause: Cause, out: &mut Out<'_>) {
        if let Some(text) = request(entry, message) {
            self.track.request(None, &text, cause, out);
        }
    }

    /// Something in the background came back, which may send the model on.
    pub(super) fn notified(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let task = entry.payload.field("backgroundTask");
        let outcome = match task.field("status").text().as_deref() {
            Some("completed") => Outcome::Ok,
            Some("failed") => Outcome::Error,
            Some("cancelled" | "killed" | "stopped") => Outcome::Interrupted,
            Some("running" | "paused") => return,
            _ => Outcome::Unknown,
        };
        let Some(id) = task.field("taskId").word() else {
            return;
        };
        if self.track.end_job(&id, outcome.clone(), out) {
            return;
        }
        let child: Name = format!("agent-{id}").into();
        if self.track.awaits(&child) {
            self.track.go_on(Cause::Subagent, out);
            self.track.child_ended(&child, outcome, out);
        }
    }
}

/// What a user record asks for; `None` where it is none of a person's.
pub(super) fn request<'a>(entry: &Entry<'a>, message: &Message<'a>) -> Option<Cow<'a, str>> {
    if matches!(
        entry.subtype.text().as_deref(),
        Some("notification" | "background_task_completed")
    ) {
        return None;
    }
    let shown = entry.payload.field("displayText").prefix(TEXT_BYTES);
    let text = match shown.filter(|shown| !shown.trim().is_empty()) {
        Some(shown) => shown,
        None => {
            let parts = message.parts.all.iter();
            let texts = parts.filter_map(|part| part.text.prefix(TEXT_BYTES));
            let own = texts.filter(|text| !text.trim_start().starts_with(CONTEXT));
            own.collect::<String>().into()
        }
    };
    let begins = text.trim();
    if begins.starts_with("<system-reminder>") || begins == "Please continue." {
        return None;
    }
    // A picture alone is asked for as well.
    let mut parts = message.parts.all.iter();
    let pictured = parts.any(|part| part.data.is_some() || part.file.is_some());
    (pictured || !begins.is_empty()).then(|| Cow::Owned(begins.to_owned()))
}
