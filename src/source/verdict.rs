//! How a call ended, by the words of its result, where a source has no better field.

use super::track::Ended;
use crate::wire::event::Outcome;

/// A person or a policy said no.
const DENIED: [&str; 7] = [
    "the user rejected",
    "user rejected",
    "rejected by user",
    "permission denied by",
    "tool call rejected",
    "denied by user",
    "user declined",
];

/// It was stopped before its end, or never begun.
const CANCELLED: [&str; 5] = [
    "tool call cancelled by user",
    "tool execution was cancelled",
    "skipped due to queued user message",
    "cancelled by user",
    "operation aborted",
];

/// Says how a call ended by the first and the last line of `text`.
pub(super) fn of_text(text: &str, is_error: bool) -> Ended {
    let text = text.trim();
    let first = text.lines().next().unwrap_or_default();
    let last = text.lines().next_back().unwrap_or_default();
    let begins = first.to_ascii_lowercase();
    let begins = begins.strip_prefix("error: ").unwrap_or(&begins);
    let is_any = |words: &[&str]| words.iter().any(|word| begins.starts_with(word));
    let exit_code = failed_at_once(begins).or_else(|| exited(last));
    let outcome = if is_any(&DENIED) {
        Outcome::Denied
    } else if is_any(&CANCELLED) {
        Outcome::Cancelled
    } else if is_error && last.starts_with("Command aborted") {
        Outcome::Interrupted
    } else if is_error && last.contains("timed out after") {
        Outcome::Timeout
    } else if is_error || exit_code.is_some_and(|code| code != 0) {
        Outcome::Error
    } else {
        Outcome::Ok
    };
    let told = matches!(outcome, Outcome::Error | Outcome::Denied);
    let mut ended = Ended::new(outcome);
    ended.error =
        Some(first.to_owned()).filter(|first| told && exit_code.is_none() && !first.is_empty());
    ended.exit_code = exit_code;
    ended
}

/// `command failed (exit code: 1)` as a first line, or `exit code: 1`.
fn failed_at_once(begins: &str) -> Option<i64> {
    let starts = ["command failed (exit code: ", "exit code: ", "exit code "];
    let rest = starts.iter().find_map(|start| begins.strip_prefix(start))?;
    rest.trim_end_matches(')').trim().parse().ok()
}

/// `Command exited with code 1` or `[Process exited with code 1]` as a last line.
fn exited(last: &str) -> Option<i64> {
    let line = last.trim_start_matches('[').trim_end_matches(']');
    let starts = ["Command exited with code ", "Process exited with code "];
    let rest = starts.iter().find_map(|start| line.strip_prefix(start))?;
    rest.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_at_either_end_tell_how_it_ended() {
        let cases = [
            ("fine", false, Outcome::Ok, None),
            ("fine", true, Outcome::Error, None),
            ("", true, Outcome::Error, None),
            (
                "Error: Command failed (exit code: 2)\nls: no",
                false,
                Outcome::Error,
                Some(2),
            ),
            (
                "a\n\n[Process exited with code 0]",
                false,
                Outcome::Ok,
                Some(0),
            ),
            (
                "a\n\nCommand exited with code 7",
                true,
                Outcome::Error,
                Some(7),
            ),
            (
                "a\nCommand timed out after 5 seconds",
                true,
                Outcome::Timeout,
                None,
            ),
            ("User rejected the command", true, Outcome::Denied, None),
            (
                "Tool execution was cancelled by the user (tool `x` was not executed).",
                false,
                Outcome::Cancelled,
                None,
            ),
        ];
        for (text, is_error, outcome, exit_code) in cases {
            let ended = of_text(text, is_error);
            assert_eq!(
                (ended.outcome, ended.exit_code),
                (outcome, exit_code),
                "{text}"
            );
        }
    }
}
