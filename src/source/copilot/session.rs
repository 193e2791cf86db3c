//! What befalls a session and its turns: they begin, are cut off, compacted, closed.

use super::Session;
use super::record::{Data, Entry};
use crate::source::ids::{INPUT_BYTES, TEXT_BYTES};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::{Last, Pending};
use crate::wire::event::{BlockedOn, Cause, Compact, Error, Outcome, Phase};

/// The id of a wait for the service to grant more.
const QUOTA: &str = "quota";

impl Session {
    pub(super) fn opened(&mut self, kind: &str, data: &Data<'_>, out: &mut Out<'_>) {
        if let Some(session) = data.session.word().filter(|_| !self.track.is_introduced()) {
            self.track.who.sid = session.as_ref().into();
        }
        self.moved(data);
        if kind == "session.resume" {
            // Whoever worked on it is gone, and what worked in the background with it.
            self.end_agents(true, out);
            self.track.end_jobs(Outcome::Interrupted, out);
            self.track
                .end_by_records(Some("the session was resumed"), out);
        }
    }

    /// The working directory, where it is told first.
    pub(super) fn moved(&mut self, data: &Data<'_>) {
        let cwd = [data.context.field("cwd"), data.cwd];
        if self.track.cwd.is_none() {
            let cwd = cwd.into_iter().find_map(Raw::word);
            self.track.cwd = cwd.map(std::borrow::Cow::into_owned);
        }
    }

    pub(super) fn asked(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        let text = data.content.prefix(TEXT_BYTES).unwrap_or_default();
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let source = data.source.text().unwrap_or_default();
        let cause = match source.split('-').next().unwrap_or_default() {
            "" | "user" | "command" | "skill" => self.track.cause(),
            "schedule" => Cause::Cron,
            _ => Cause::System,
        };
        if data.delivery.0 == "\"steering\"" && self.track.is_open() {
            self.track.settle_waits(out);
            self.track.went_on(Last::Request, out);
        } else if cause == Cause::System && self.track.has_run() {
            self.track.go_on(cause, out);
        } else {
            self.track.request(None, text, cause, out);
        }
    }

    /// The first request may be known from the hook before it alone.
    pub(super) fn hooked(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        match data.hook.text().as_deref() {
            Some("userPromptSubmitted") if !self.track.has_run() => {
                let prompt = data.input.field("prompt").prefix(TEXT_BYTES);
                let prompt = prompt.unwrap_or_default();
                if !prompt.trim().is_empty() {
                    let cause = self.track.cause();
                    self.track.request(None, prompt.trim(), cause, out);
                }
            }
            Some("agentStop") if self.track.is_open() => self.track.confirm_end(out),
            _ => {}
        }
    }

    /// The model is called; without a request, something that came back sends it on.
    pub(super) fn goes_on(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        if self.track.has_run() && !self.track.is_open() {
            self.track.go_on(Cause::System, out);
        }
        self.track.model(data.model.word(), out);
    }

    /// A call of the model is over; one that asked for no tool was the last.
    pub(super) fn turned(&mut self, out: &mut Out<'_>) {
        let is_inner = |(_, pending): (_, &Pending)| pending.within.is_some();
        if self.track.all_pending().all(is_inner) {
            self.track.end_of_answer(out);
        }
    }

    pub(super) fn completed(&mut self, entry: &Entry<'_>, data: &Data<'_>, out: &mut Out<'_>) {
        if data.success.0 == "false" || !self.track.is_open() {
            return;
        }
        if let (Some(id), Some(text)) = (entry.id.word(), data.summary.prefix(TEXT_BYTES)) {
            self.track.say(id.as_ref().into(), Phase::Final, &text, out);
        }
        self.track.end(Outcome::Ok, None, false, out);
    }

    pub(super) fn aborted(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        if self.track.is_open() {
            let reason = data.reason.prefix(INPUT_BYTES).unwrap_or_default();
            let reason = Some(&*reason).filter(|reason| !reason.is_empty());
            let reason = reason.unwrap_or("interrupted by the user");
            self.end_agents(false, out);
            self.track
                .end(Outcome::Interrupted, Some(reason), false, out);
        }
    }

    pub(super) fn closed(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        self.end_agents(true, out);
        self.track.end_jobs(Outcome::Interrupted, out);
        if data.shutdown.0 == "\"error\"" && self.track.is_open() {
            let reason = Some("the program failed");
            return self.track.end(Outcome::Error, reason, false, out);
        }
        let reason = Some("the session was closed");
        self.track.end_by_records(reason, out);
    }

    pub(super) fn compacted(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        if data.success.0 == "false" || !self.track.has_run() {
            return;
        }
        let before = [data.tokens_before, data.truncated_from];
        let before = before.into_iter().find_map(Raw::int);
        let before = before.and_then(|tokens| u64::try_from(tokens).ok());
        self.track.emit(out, Compact { before });
    }

    /// A call of the model failed, and is tried again.
    pub(super) fn stumbled(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        if self.track.is_open() {
            let error = Error {
                message: message(data),
                retrying: true,
            };
            self.track.emit(out, error);
        }
    }

    /// The service failed after all tries, or grants nothing more for now.
    pub(super) fn failed(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        if !self.track.has_run() {
            return;
        }
        let message = message(data);
        self.track.went_on(Last::Error, out);
        let kind = data.error_type.text().unwrap_or_default();
        let status = data.status.int();
        let is_quota =
            matches!(&*kind, "quota" | "rate_limit") || matches!(status, Some(402 | 429));
        if is_quota && self.track.is_open() {
            let on = (BlockedOn::Quota, None);
            return self.track.ask(QUOTA.into(), on, Some(message), out);
        }
        self.track.fail(&message, true, out);
    }
}

/// What went wrong, in the service's words.
fn message(data: &Data<'_>) -> String {
    let places = [
        data.text,
        data.error_text,
        data.error.field("message"),
        data.error,
    ];
    let found = places.into_iter().find_map(|raw| raw.prefix(INPUT_BYTES));
    match (found.filter(|text| !text.is_empty()), data.status.int()) {
        (Some(text), _) => text.into_owned(),
        (None, Some(status)) => format!("the service answered {status}"),
        (None, None) => "the service failed".to_owned(),
    }
}
