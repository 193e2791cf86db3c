//! Tool calls and their results.

use std::borrow::Cow;

use crate::source::checklist;
use crate::source::lenient::{Raw, decode};
use crate::source::pi::record::Details;
use crate::wire::event::{Outcome, Plan};

/// A call as the model made it, unwrapped.
pub(super) struct Call<'a> {
    /// The tool that does the work.
    pub(super) name: Option<Cow<'a, str>>,
    /// What it was called with.
    pub(super) input: Raw<'a>,
    /// Tool Search stood in between (`tool_call{id,args}`).
    pub(super) wrapped: bool,
}

/// Looks through Tool Search, the default for embedded runs since 2026.9.6.
pub(super) fn unwrap<'a>(name: Raw<'a>, input: Raw<'a>) -> Call<'a> {
    let outer = name.word();
    if outer.as_deref() == Some("tool_call") {
        let inner = ["id", "name", "tool"]
            .into_iter()
            .find_map(|field| input.field(field).word());
        if let Some(inner) = inner {
            let arguments = ["args", "arguments", "input"]
                .into_iter()
                .map(|field| input.field(field));
            let input = arguments
                .into_iter()
                .find(|raw| raw.is_some())
                .unwrap_or_default();
            return Call {
                name: Some(inner),
                input,
                wrapped: true,
            };
        }
    }
    Call {
        name: outer,
        input,
        wrapped: false,
    }
}

/// What a result says about its call.
#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    /// How the call ended; `None` while a person is asked.
    pub(super) outcome: Option<Outcome>,
    /// The exit code of a process.
    pub(super) exit_code: Option<i64>,
    /// What went wrong.
    pub(super) error: Option<String>,
}

/// How a call ended. `isError` alone does not tell: many failures carry `false`.
pub(super) fn verdict(details: &Details<'_>, content: Raw<'_>, is_error: bool) -> Verdict {
    let text = telling(first_text(content).unwrap_or_default(), is_error);
    let text = &*text;
    let exit_code = details.exit_code.int();
    let told = json_status(text);
    let status = details
        .status
        .word()
        .or_else(|| told.as_ref().map(|(status, _)| Cow::Owned(status.clone())));
    let error = details
        .error
        .word()
        .map(Cow::into_owned)
        .or_else(|| told.and_then(|(_, error)| error))
        .or_else(|| is_error.then(|| text.lines().next().unwrap_or("").to_owned()))
        .filter(|error| !error.trim().is_empty());
    let outcome =
        if details.synthetic.is_true() || text.starts_with("[openclaw] missing tool result") {
            Some(Outcome::Interrupted)
        } else if text.starts_with("Skipped due to queued user message") {
            Some(Outcome::Cancelled)
        } else if details.timed_out.is_true() {
            Some(Outcome::Timeout)
        } else {
            match status.as_deref() {
                Some("approval-pending") => None,
                Some("running") if details.job.is_some() => Some(Outcome::Background),
                Some("error" | "failed" | "forbidden" | "killed") => Some(Outcome::Error),
                Some("timeout" | "timed-out" | "timed_out") => Some(Outcome::Timeout),
                Some("denied" | "approval-denied" | "rejected") => Some(Outcome::Denied),
                Some("cancelled" | "canceled" | "aborted") => Some(Outcome::Cancelled),
                Some("skipped") => Some(Outcome::Skipped),
                _ if is_error || exit_code.is_some_and(|code| code != 0) => Some(Outcome::Error),
                _ => Some(Outcome::Ok),
            }
        };
    let failed = matches!(
        outcome,
        Some(Outcome::Error | Outcome::Denied | Outcome::Timeout)
    );
    Verdict {
        outcome,
        exit_code,
        error: error.filter(|_| failed),
    }
}

/// Enough of a result to recognise a notice by, in bytes.
const NOTICE: usize = 64;
/// Most first lines are shorter.
const LINE: usize = 256;
/// Enough to tell what went wrong.
const ENOUGH: usize = 4_096;

/// No more bytes are written for so much text: an escape of six stands for one at least.
const WRITTEN: usize = 6 * ENOUGH;

/// What the text of a result, which begins at `inner`, may say about the call. Most results are
/// output that says nothing: no need to decode it.
fn telling(inner: &str, is_error: bool) -> Cow<'_, str> {
    if is_error {
        // What went wrong stands in the first line, unless it is an object.
        let line = decode(inner, LINE);
        let begins = line.trim_start();
        let is_whole = line.contains('\n') && !begins.is_empty() && !begins.starts_with('{');
        return if is_whole {
            line
        } else {
            decode(inner, ENOUGH)
        };
    }
    // No notice and no object begins with another letter.
    let first = inner.bytes().next().unwrap_or_default();
    if first.is_ascii_graphic() && !b"[S{\\\"".contains(&first) {
        return Cow::Borrowed("");
    }
    let text = decode(inner, NOTICE);
    let begins = text.trim_start();
    if !begins.is_empty() && !begins.starts_with('{') {
        return text;
    }
    // An object counts by its status alone; one that is spelled with escapes is not looked for.
    let written = &inner.as_bytes()[..inner.len().min(WRITTEN)];
    if memchr::memmem::find(written, b"status").is_none() {
        return Cow::Borrowed("");
    }
    decode(inner, ENOUGH)
}

/// The first text of a result as it is written, behind its opening quote.
fn first_text(content: Raw<'_>) -> Option<&str> {
    // The usual spelling, without a look at the rest of what may be megabytes.
    let usual = content.0.strip_prefix("[{\"type\":\"text\",\"text\":\"");
    usual.or_else(|| content.0.strip_prefix('"')).or_else(|| {
        let is_text =
            |block: &Raw<'_>| block.field("type").word().is_none_or(|kind| kind == "text");
        let mut blocks = content.items().into_iter().filter(is_text);
        blocks.find_map(|block| block.field("text").0.strip_prefix('"'))
    })
}

/// `status` and `error` of a result whose text is a JSON object.
fn json_status(text: &str) -> Option<(String, Option<String>)> {
    let text = text.trim();
    if !text.starts_with('{') || !text.contains("\"status\"") {
        return None;
    }
    let fields: serde_json::Value = serde_json::from_str(text).ok()?;
    let status = fields["status"].as_str()?.to_owned();
    // A tool whose own answer holds the status of something else is not judged by it.
    matches!(status.as_str(), "error" | "failed" | "forbidden")
        .then(|| (status, fields["error"].as_str().map(str::to_owned)))
}

/// The checklist in the input of `progress_card` (`update_plan` before).
pub(super) fn plan(input: Raw<'_>) -> Option<Plan> {
    let list = ["plan", "steps", "items"]
        .into_iter()
        .map(|field| input.field(field))
        .find(|raw| raw.is_some())?;
    let plan = checklist::plan(checklist::items(list));
    (!plan.items.is_empty()).then_some(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::lenient::read;

    #[test]
    fn a_failure_is_often_not_an_error() {
        let cases = [
            (
                r#"{"status":"completed","exitCode":0}"#,
                r#""out""#,
                false,
                Some(Outcome::Ok),
            ),
            (
                r#"{"status":"completed","exitCode":3}"#,
                r#""out""#,
                false,
                Some(Outcome::Error),
            ),
            (
                r#"{"status":"failed","exitCode":null}"#,
                r#""out""#,
                false,
                Some(Outcome::Error),
            ),
            (
                r#"{"status":"running","sessionId":"j1"}"#,
                r#""""#,
                false,
                Some(Outcome::Background),
            ),
            (r#"{"status":"approval-pending"}"#, r#""""#, false, None),
            (
                r#"{"timedOut":true,"exitCode":null}"#,
                r#""""#,
                false,
                Some(Outcome::Timeout),
            ),
            (
                "{}",
                r#"[{"type":"text","text":"{\"status\":\"error\",\"error\":\"no\"}"}]"#,
                false,
                Some(Outcome::Error),
            ),
            (
                "{}",
                r#"[{"type":"text","text":"{\"status\":\"open\"}"}]"#,
                false,
                Some(Outcome::Ok),
            ),
            (
                "{}",
                r#"[{"type":"text","text":"[openclaw] missing tool result in"}]"#,
                true,
                Some(Outcome::Interrupted),
            ),
            (
                r#"{"openclawSyntheticMissingToolResult":true}"#,
                "[]",
                true,
                Some(Outcome::Interrupted),
            ),
            (
                "{}",
                r#"[{"text":"Skipped due to queued user message.","type":"text"}]"#,
                true,
                Some(Outcome::Cancelled),
            ),
            (
                "{}",
                r#"[{"type":"image","data":"AAAA"}]"#,
                true,
                Some(Outcome::Error),
            ),
        ];
        for (details, content, is_error, want) in cases {
            let details: Details<'_> = read(details).expect("an object");
            assert_eq!(
                verdict(&details, Raw(content), is_error).outcome,
                want,
                "{details:?} {content}"
            );
        }
    }

    #[test]
    fn what_went_wrong_is_told_however_much_stands_before_or_behind_it() {
        let long = "x".repeat(2 * LINE);
        let cases = [
            (true, format!("{long}\nmore"), Some(long.clone())),
            (true, format!("short\n{long}"), Some("short".to_owned())),
            (
                false,
                format!("{{\"why\":\"{long}\",\n\"status\":\"failed\",\"error\":\"no\"}}"),
                Some("no".to_owned()),
            ),
            (
                true,
                format!("{{\n\"why\":\"{long}\",\"status\":\"failed\",\"error\":\"no\"}}"),
                Some("no".to_owned()),
            ),
            (
                true,
                format!(
                    "{}{{\"status\":\"failed\",\"error\":\"no\"}}",
                    "\n".repeat(2 * LINE)
                ),
                Some("no".to_owned()),
            ),
            (false, format!("{{\"why\":\"{long}\"}}"), None),
        ];
        for (is_error, text, want) in cases {
            let content = serde_json::Value::from(text).to_string();
            let verdict = verdict(&Details::default(), Raw(&content), is_error);
            assert_eq!(verdict.error, want, "{content}");
            let is_failed = verdict.outcome == Some(Outcome::Error);
            assert_eq!(is_failed, verdict.error.is_some(), "{content}");
        }
    }

    #[test]
    fn tool_search_is_looked_through() {
        let call = unwrap(
            Raw(r#""tool_call""#),
            Raw(r#"{"id":"sessions_spawn","args":{"task":"x"}}"#),
        );
        assert_eq!(call.name.as_deref(), Some("sessions_spawn"));
        assert_eq!((call.input.0, call.wrapped), (r#"{"task":"x"}"#, true));
        let call = unwrap(Raw(r#""exec""#), Raw(r#"{"command":"ls"}"#));
        assert_eq!((call.name.as_deref(), call.wrapped), (Some("exec"), false));
    }

    #[test]
    fn a_checklist_becomes_a_plan() {
        let plan = plan(Raw(
            r#"{"plan":[{"step":"a","status":"completed"},{"step":"b","status":"in_progress"},"c"]}"#,
        ));
        let plan = plan.expect("three items");
        assert_eq!(
            (plan.done, plan.total, plan.current.as_deref()),
            (1, 3, Some("b"))
        );
        assert!(super::plan(Raw(r#"{"plan":[]}"#)).is_none());
    }
}
