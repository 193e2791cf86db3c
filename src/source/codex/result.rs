//! Results of calls: a text for the model, which says in its first lines how the call went.
//!
//! The headers are those of `codex-rs/core/src/tools/context.rs` and its
//! forerunners in `openai/codex`; there is no field that says whether a call failed.

use std::borrow::Cow;

use super::record::Payload;
use super::{MOST_CALLS, Session};
use crate::source::lenient::Raw;
use crate::source::out::{Out, Remark};
use crate::source::track::Ended;
use crate::wire::event::{FileChange, Name, Outcome};

/// Enough of a result to tell how its call ended, in bytes.
const ENOUGH: usize = 2_048;

/// What is known of a call before its result comes.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) files: Vec<FileChange>,
    pub(super) exit_code: Option<i64>,
    pub(super) ms: Option<u64>,
    pub(super) failed: bool,
    pub(super) declined: bool,
    pub(super) error: Option<String>,
}

impl Session {
    /// Keeps what was told of a call until it comes back.
    pub(super) fn remember(&mut self, call: &str, mut told: Told) {
        if self.told.len() >= MOST_CALLS {
            self.told.clear();
        }
        if let Some(before) = self.told.remove(call)
            && told.files.is_empty()
        {
            told.files = before.files;
        }
        self.told.insert(call.into(), told);
    }

    pub(super) fn result(&mut self, item: &Payload<'_>, out: &mut Out<'_>) {
        let Some(call) = item.call.word() else {
            return out.remark(Remark::Shape("response_item/function_call_output".into()));
        };
        let call: Name = call.as_ref().into();
        self.track.introduce(out);
        let text = text_of(item.output);
        let mut ended = verdict(&text);
        ended.bytes = Some(size(item.output));
        let job = self.polls.remove(&call);
        if job.is_some() && self.track.pending(&call).is_none() {
            return self.looked_at(job, &ended, out);
        }
        if let Some(told) = self.told.remove(&call) {
            told.into(&mut ended);
        }
        let tool = self.track.pending(&call).and_then(|it| it.name.clone());
        let tool = tool.as_deref().unwrap_or_default();
        if tool == "request_user_input" && ended.outcome == Outcome::Ok {
            self.track.unblock(&call, Some("answered".to_owned()), out);
        }
        self.agents_answer(tool, &call, &text, out);
        let stands = Ended::new(ended.outcome.clone());
        let speaks_of_it = ended.exit_code.is_some() || ended.job.is_some();
        if job.is_some() && speaks_of_it {
            // The words are about the job; what was typed into it was typed.
            (ended.outcome, ended.job, ended.exit_code) = (Outcome::Ok, None, None);
        }
        self.track.came_back(call, ended, out);
        self.looked_at(job, &stands, out);
    }

    /// A look at a background job says how it stands.
    fn looked_at(&mut self, job: Option<Name>, ended: &Ended, out: &mut Out<'_>) {
        if let Some(job) = job
            && ended.outcome != Outcome::Background
        {
            self.track.end_job(&job, ended.outcome.clone(), out);
        }
    }
}

impl Told {
    /// Adds to what the result says.
    fn into(self, ended: &mut Ended) {
        if ended.outcome == Outcome::Ok && self.failed {
            ended.outcome = Outcome::Error;
        }
        if self.declined {
            ended.outcome = Outcome::Denied;
        }
        ended.exit_code = ended.exit_code.or(self.exit_code);
        if ended.outcome == Outcome::Ok && ended.exit_code.is_some_and(|code| code != 0) {
            ended.outcome = Outcome::Error;
        }
        ended.ms = self.ms.or(ended.ms);
        if ended.outcome == Outcome::Ok {
            ended.files = self.files;
        } else if ended.error.is_none() {
            ended.error = self.error;
        }
    }

    /// How a call ended of which there is nothing else.
    pub(super) fn alone(self) -> Ended {
        let mut ended = Ended::new(Outcome::Ok);
        self.into(&mut ended);
        ended
    }
}

/// The first words of a result, whatever they are wrapped in.
fn text_of(output: Raw<'_>) -> Cow<'_, str> {
    let text = match output.prefix(ENOUGH) {
        Some(text) => text,
        None => {
            let blocks = output.items().into_iter();
            let mut texts = blocks.filter_map(|block| block.field("text").prefix(ENOUGH));
            let wrapped = [output.field("content"), output];
            texts
                .next()
                .or_else(|| wrapped[0].prefix(ENOUGH))
                .unwrap_or(Cow::Borrowed(wrapped[1].0))
        }
    };
    // What follows the output matters here, and it may be long.
    match text.starts_with("{\"output\":") {
        true => output.text().unwrap_or(text),
        false => text,
    }
}

/// How a call ended, by the words of its result.
fn verdict(text: &str) -> Ended {
    let object = Raw(text.trim());
    let metadata = object.field("metadata");
    if metadata.is_some() {
        let mut ended = exited(metadata.field("exit_code").int());
        ended.ms = seconds(metadata.field("duration_seconds").0);
        return ended;
    }
    let head = text.split_once("Output:\n").map_or(text, |(head, _)| head);
    let after = |start: &str| {
        let mut lines = head.lines();
        lines.find_map(|line| line.trim().strip_prefix(start).map(str::trim))
    };
    let code = after("Process exited with code ").or_else(|| after("Exit code: "));
    let job =
        after("Process running with session ID ").or_else(|| after("Script running with cell ID "));
    let took = after("Wall time: ").or_else(|| after("Wall time "));
    let mut ended = match (code.and_then(|code| code.parse().ok()), job) {
        (Some(code), _) => exited(Some(code)),
        (None, Some(job)) => {
            let mut ended = Ended::new(Outcome::Background);
            ended.job = Some(job.into());
            ended
        }
        (None, None) => spoken(text),
    };
    ended.ms = took.and_then(seconds);
    ended
}

/// By its exit code.
fn exited(code: Option<i64>) -> Ended {
    let outcome = match code {
        Some(0) | None => Outcome::Ok,
        // What the program gives a command that took too long.
        Some(124) => Outcome::Timeout,
        // What a shell gives for Ctrl-C.
        Some(130) => Outcome::Interrupted,
        Some(_) => Outcome::Error,
    };
    let mut ended = Ended::new(outcome);
    ended.exit_code = code;
    ended
}

/// By what is said instead of a result.
fn spoken(text: &str) -> Ended {
    let line = text.trim_start().lines().next().unwrap_or_default().trim();
    let begins = |starts: &[&str]| starts.iter().any(|start| line.starts_with(start));
    let outcome = if begins(&["aborted by user", "aborted"]) {
        Outcome::Interrupted
    } else if line.ends_with("rejected by user")
        || begins(&[
            "user rejected",
            "user cancelled",
            "This action was rejected",
            "approval required by policy",
            "rejected:",
        ])
    {
        Outcome::Denied
    } else if begins(&[
        "apply_patch verification failed",
        "failed to ",
        "unsupported call",
        "unsupported custom tool call",
        "execution error",
        "exec_command failed",
        "write_stdin failed",
        "tool call error",
        "Script failed",
        "unable to locate",
        "collab spawn failed",
        "agent with id",
    ]) {
        Outcome::Error
    } else {
        Outcome::Ok
    };
    let failed = matches!(outcome, Outcome::Error | Outcome::Denied);
    let mut ended = Ended::new(outcome);
    ended.error = failed.then(|| line.to_owned());
    ended
}

/// Milliseconds in `0.0300 seconds`.
fn seconds(text: &str) -> Option<u64> {
    let number = text.split(' ').next()?;
    let seconds: f64 = number.parse().ok()?;
    let took = std::time::Duration::try_from_secs_f64(seconds).ok()?;
    u64::try_from(took.as_millis()).ok()
}

/// Milliseconds in `{"secs":4,"nanos":240616103}`.
pub(super) fn milliseconds(duration: Raw<'_>) -> Option<u64> {
    let part = |name: &str| {
        duration
            .field(name)
            .int()
            .and_then(|it| u64::try_from(it).ok())
    };
    let seconds = part("secs")?.saturating_mul(1_000);
    Some(seconds.saturating_add(part("nanos").unwrap_or(0) / 1_000_000))
}

/// Size of a result as it stands in the record, the frame around texts not counted.
fn size(output: Raw<'_>) -> u64 {
    match output.0.starts_with('[') {
        false => output.size(),
        true => {
            let blocks = output.items().into_iter();
            blocks.map(|block| block.field("text").size()).sum()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_result_tell_how_its_call_ended() {
        use Outcome::{Background, Denied, Error, Interrupted, Ok, Timeout};
        let exit = "Chunk ID: a\nWall time: 0.0300 seconds\nProcess exited with code 2\nOriginal token count: 3\nOutput:\nx";
        let runs = "Chunk ID: a\nWall time: 1.0 seconds\nProcess running with session ID 42\nOutput:\nProcess exited with code 3";
        let cases = [
            (exit, Error, Some(2), Some(30)),
            (runs, Background, None, Some(1_000)),
            (
                "Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess.",
                Ok,
                Some(0),
                Some(0),
            ),
            (
                "Exit code: 124\nWall time: 9 seconds\nOutput:\ncommand timed out",
                Timeout,
                Some(124),
                Some(9_000),
            ),
            (
                r#"{"output":"x","metadata":{"exit_code":1,"duration_seconds":0.5}}"#,
                Error,
                Some(1),
                Some(500),
            ),
            ("exec command rejected by user", Denied, None, None),
            ("aborted by user after 12.3s", Interrupted, None, None),
            (
                "apply_patch verification failed: no such file",
                Error,
                None,
                None,
            ),
            ("Plan updated", Ok, None, None),
            ("Wall time: 4.5 seconds\nOutput:\n{}", Ok, None, Some(4_500)),
            (
                "Script failed\nWall time 0.4 seconds\nOutput:\nx",
                Error,
                None,
                Some(400),
            ),
            ("", Ok, None, None),
        ];
        for (text, outcome, code, ms) in cases {
            let ended = verdict(text);
            assert_eq!(
                (ended.outcome, ended.exit_code, ended.ms),
                (outcome, code, ms),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_result_is_read_whatever_it_is_wrapped_in() {
        let cases = [
            (r#""Exit code: 1""#, "Exit code: 1"),
            (r#"[{"type":"input_text","text":"a"},{"text":"b"}]"#, "a"),
            (r#"{"content":"c","success":true}"#, "c"),
            (
                r#"{"output":"d","metadata":{"exit_code":0}}"#,
                r#"{"output":"d","metadata":{"exit_code":0}}"#,
            ),
        ];
        for (output, want) in cases {
            assert_eq!(text_of(Raw(output)), want, "{output}");
        }
    }
}
