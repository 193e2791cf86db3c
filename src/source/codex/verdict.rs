//! How a call went, by the words of its result: a text for the model, whose first lines say so.
//!
//! The headers are those of `codex-rs/core/src/tools/context.rs` and its
//! forerunners in `openai/codex`; there is no field that says whether a call failed.

use crate::source::lenient::Raw;
use crate::source::track::Ended;
use crate::wire::event::Outcome;

/// How a call ended, by the words of its result.
pub(super) fn verdict(text: &str) -> Ended {
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
}
