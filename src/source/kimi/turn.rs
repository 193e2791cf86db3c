//! Turns: what sets them off, and how they end.

use super::Session;
use super::record::Entry;
use crate::source::genai::text_of;
use crate::source::ids::{INPUT_BYTES, TEXT_BYTES};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::Last;
use crate::wire::event::{Cause, Compact, Error, Name, Outcome, SessionKind};

/// The turns whose ends may still be told; a new process may count them from the start again.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// The one that works, once a step of it told.
    now: Option<Name>,
    /// The one before it, as long as nothing told its end.
    before: Option<Name>,
}

impl Turns {
    /// Another turn begins; its id is not known yet.
    fn next(&mut self) {
        self.before = self.now.take().or(self.before.take());
    }

    /// A step of that turn begins.
    pub(super) fn begun(&mut self, turn: Raw<'_>) {
        if let Some(turn) = named(turn) {
            self.now = Some(turn);
        }
    }

    /// The end of that turn is told; gives whether it is the one that works. One that failed before
    /// its first step may be: a new process counts from 0 again.
    fn ended(&mut self, turn: Raw<'_>, failed: bool) -> bool {
        let Some(turn) = named(turn) else { return true };
        let is_other = match &self.now {
            Some(now) => *now != turn,
            None => !failed && self.before.as_ref() == Some(&turn),
        };
        match is_other {
            true => self.before = self.before.take().filter(|before| *before != turn),
            false => *self = Self::default(),
        }
        !is_other
    }
}

/// The id of a turn: a number, or the same as a text.
fn named(turn: Raw<'_>) -> Option<Name> {
    let id = turn.0.trim_matches('"');
    (!id.is_empty()).then(|| id.into())
}

impl Session {
    pub(super) fn prompted(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        if is_notice(entry) {
            self.track.end_before_notice(out);
        }
        self.notified(entry, out);
        let Some(cause) = cause(entry) else { return };
        self.turns.next();
        if cause == Cause::Subagent && !self.track.has_run() {
            self.track.kind = SessionKind::Subagent;
        }
        let goes_on = matches!(
            entry.origin.field("kind").text().as_deref(),
            Some("background_task" | "retry")
        );
        if goes_on && self.track.has_run() {
            return self.track.go_on(cause, out);
        }
        let text = text_of(entry.input, TEXT_BYTES);
        self.track.request(None, text.trim(), cause, out);
    }

    /// Something is put to the model while it works.
    pub(super) fn steered(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        self.notified(entry, out);
        if self.track.is_open() {
            self.track.settle_waits(out);
            self.track.went_on(Last::Request, out);
        } else if cause(entry).is_some() {
            self.prompted(entry, out);
        }
    }

    /// A background task came back.
    fn notified(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        if !is_notice(entry) {
            return;
        }
        let origin = entry.origin;
        let outcome = task_outcome(&origin.field("status").text().unwrap_or_default());
        if let (Some(task), Some(outcome)) = (origin.field("taskId").word(), outcome) {
            self.task_ended(&task, outcome, out);
        }
    }

    pub(super) fn cancelled(&mut self, out: &mut Out<'_>) {
        if self.track.is_open() {
            let reason = Some("cancelled by the user");
            self.track.end(Outcome::Interrupted, reason, false, out);
        }
    }

    pub(super) fn ended(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let how = entry.reason.text().unwrap_or_default();
        let failed = matches!(&*how, "failed" | "error");
        if !self.turns.ended(entry.turn, failed) || !self.track.has_run() {
            return;
        }
        let reason = entry.error.field("message").prefix(INPUT_BYTES);
        let reason = reason.or_else(|| entry.error.prefix(INPUT_BYTES));
        match &*how {
            "completed" => self.track.end(Outcome::Ok, None, false, out),
            "cancelled" | "aborted" => {
                let reason = Some("cancelled by the user");
                self.track.end(Outcome::Interrupted, reason, false, out);
            }
            "failed" | "error" => {
                let reason = reason.unwrap_or_else(|| "the turn failed".into());
                self.track.fail(&reason, false, out);
            }
            _ => self.track.confirm_end(out),
        }
    }

    /// A request to the service; a further attempt says that the one before failed.
    pub(super) fn tried(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let attempt = entry.attempt.text().unwrap_or_default();
        if attempt.is_empty() || attempt.starts_with("1/") || !self.track.is_open() {
            return;
        }
        self.track.went_on(Last::Error, out);
        let error = Error {
            message: format!("the service did not answer; attempt {attempt}"),
            retrying: true,
        };
        self.track.emit(out, error);
    }

    pub(super) fn compacted(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let before = entry.tokens_before.int();
        let before = before.and_then(|tokens| u64::try_from(tokens).ok());
        if self.track.has_run() {
            self.track.emit(out, Compact { before });
        }
    }
}

/// Whether a background task sets the prompt off.
fn is_notice(entry: &Entry<'_>) -> bool {
    entry.origin.field("kind").0 == "\"background_task\""
}

/// How a background task ended; `None` while it has not.
pub(super) fn task_outcome(status: &str) -> Option<Outcome> {
    match status {
        "completed" => Some(Outcome::Ok),
        "failed" | "timed_out" => Some(Outcome::Error),
        "killed" | "lost" | "cancelled" | "stopped" => Some(Outcome::Interrupted),
        "running" | "starting" => None,
        _ => Some(Outcome::Unknown),
    }
}

/// What sets a prompt off; `None` where it begins no turn.
pub(super) fn cause(entry: &Entry<'_>) -> Option<Cause> {
    match entry.origin.field("kind").text().as_deref() {
        Some("system_trigger") if entry.origin.field("name").0 == "\"subagent\"" => {
            Some(Cause::Subagent)
        }
        Some("cron_job" | "cron_missed") => Some(Cause::Cron),
        Some("hook_result") => Some(Cause::Hook),
        Some("background_task") => Some(Cause::Subagent),
        Some("system_trigger" | "retry") => Some(Cause::System),
        Some("injection" | "compaction_summary" | "shell_command") => None,
        _ => Some(Cause::User),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_another_turn_is_not_that_of_the_one_that_works() {
        // `prompt`, the step of a turn, or the end or failure of one and whether it counts.
        let cases: [(&str, &[&str], bool); 9] = [
            ("its own", &["prompt", "step 0", "end 0"], true),
            ("as a text", &["prompt", "step 0", "end \"0\""], true),
            ("no step told", &["prompt", "end 3"], true),
            ("no id", &["prompt", "step 0", "end"], true),
            ("another", &["prompt", "step 1", "end 0"], false),
            (
                "the one before, told late",
                &["prompt", "step 0", "prompt", "end 0"],
                false,
            ),
            (
                "failed before its first step, counted from the start again",
                &["prompt", "step 0", "prompt", "fail 0"],
                true,
            ),
            (
                "and then its own",
                &["prompt", "step 0", "prompt", "end 0", "end 0"],
                true,
            ),
            (
                "counted from the start again",
                &["prompt", "step 0", "end 0", "prompt", "end 0"],
                true,
            ),
        ];
        for (why, told, want) in cases {
            let mut turns = Turns::default();
            let mut counts = true;
            for told in told {
                let (verb, id) = told.split_once(' ').unwrap_or((told, ""));
                match verb {
                    "prompt" => turns.next(),
                    "step" => turns.begun(Raw(id)),
                    _ => counts = turns.ended(Raw(id), verb == "fail"),
                }
            }
            assert_eq!(counts, want, "{why}");
        }
    }
}
