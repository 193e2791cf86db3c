//! What the agents that speak Gemini's words share: parts of a message, and what a call came to.

use super::diff::changed_lines;
use super::ids::INPUT_BYTES;
use super::lenient::Raw;
use super::track::Ended;
use crate::wire::event::{Context, FileChange, Name, Outcome, Scope, Usage};

/// A call that came back, as records tell it.
pub(super) struct Told<'a> {
    /// The tool.
    pub(super) name: &'a str,
    /// What it was called with, where that is known.
    pub(super) input: Raw<'a>,
    /// What the model is told.
    pub(super) response: Raw<'a>,
    /// What the person is shown.
    pub(super) shown: Raw<'a>,
}

/// How a call ended that its status names; `None` while it has not.
pub(super) fn outcome(status: &str) -> Option<Outcome> {
    match status {
        "success" => Some(Outcome::Ok),
        "error" => Some(Outcome::Error),
        "cancelled" => Some(Outcome::Cancelled),
        _ => None,
    }
}

/// The text of a string, of a part or of a list of either; the model's thoughts are left out, and so is
/// what has a type that nobody knows.
pub(super) fn text_of(content: Raw<'_>, bytes: usize) -> String {
    let is_known = |kind: Raw<'_>| !kind.is_some() || kind.0 == "\"text\"";
    let one = |raw: Raw<'_>| match raw.0.starts_with('{') {
        true if raw.field("thought").is_true() || !is_known(raw.field("type")) => String::new(),
        true => raw
            .field("text")
            .prefix(bytes)
            .unwrap_or_default()
            .into_owned(),
        false => raw.prefix(bytes).unwrap_or_default().into_owned(),
    };
    match content.0.starts_with('[') {
        true => content.items().into_iter().map(one).collect(),
        false => one(content),
    }
}

/// The counters of an answer, in the service's own way: what it had cached is counted as input,
/// thoughts stand beside the output.
#[derive(Default)]
pub(super) struct Counts<'a> {
    pub(super) input: Raw<'a>,
    pub(super) cached: Raw<'a>,
    pub(super) output: Raw<'a>,
    pub(super) thoughts: Raw<'a>,
    pub(super) tool: Raw<'a>,
    pub(super) total: Raw<'a>,
    /// Size of the context, where the record tells.
    pub(super) size: Raw<'a>,
}

impl Counts<'_> {
    pub(super) fn usage(&self, id: Name) -> Usage {
        let count = |raw: Raw<'_>| u64::try_from(raw.int().unwrap_or(0)).unwrap_or(0);
        let (input, cached) = (count(self.input), count(self.cached));
        let size = Some(count(self.size)).filter(|size| *size > 0);
        let context = Context { used: input, size };
        Usage {
            id,
            scope: Scope::Call,
            input: input
                .saturating_sub(cached)
                .saturating_add(count(self.tool)),
            output: count(self.output).saturating_add(count(self.thoughts)),
            cache_read: cached,
            cache_write: 0,
            total: count(self.total),
            cost_usd: None,
            context: Some(context).filter(|context| context.used > 0),
        }
    }
}

/// How a call ended.
pub(super) fn verdict(outcome: Outcome, call: &Told<'_>) -> Ended {
    let response = call.response;
    let output = response.field("output");
    let error = response.field("error");
    let told = match error.is_some() {
        true => error,
        false => output,
    };
    let begins = told.prefix(512).unwrap_or_default();
    let is_shell = matches!(call.name, "run_shell_command" | "shell");
    let exit_code = is_shell.then(|| exit_code(output)).flatten();
    let outcome = match outcome {
        _ if is_denied(&begins) && outcome != Outcome::Ok => Outcome::Denied,
        Outcome::Ok if exit_code.is_some_and(|code| code != 0) => Outcome::Error,
        Outcome::Ok if !is_shell => Outcome::Ok,
        Outcome::Ok if begins.starts_with("Command moved to background") => Outcome::Background,
        Outcome::Ok if begins.starts_with("Command was cancelled by user") => Outcome::Interrupted,
        Outcome::Ok if begins.starts_with("Command was automatically cancelled") => {
            Outcome::Timeout
        }
        other => other,
    };
    let failed = matches!(outcome, Outcome::Error | Outcome::Denied | Outcome::Timeout);
    let mut ended = Ended::new(outcome);
    ended.exit_code = exit_code;
    ended.error = failed
        .then(|| reason(&begins, call.shown))
        .filter(|reason| !reason.is_empty());
    ended.bytes = told.is_some().then(|| told.size());
    ended.files = file(call).into_iter().collect();
    ended
}

/// Whether a person or a policy said no.
fn is_denied(text: &str) -> bool {
    ["did not allow", "denied execution", "denied by policy"]
        .iter()
        .any(|words| text.contains(words))
}

/// The code in the lines that are put behind a command's output; its own output may look alike.
fn exit_code(output: Raw<'_>) -> Option<i64> {
    const KEY: &str = "Exit Code: ";
    let at = output.0.rfind(KEY)?;
    let before = &output.0[..at];
    let rest = &output.0[at + KEY.len()..];
    let end = rest.find(['\\', '"'])?;
    let after = rest[end..].trim_matches(['"', '\\', 'n']);
    let known = ["Signal: ", "Background PIDs: ", "Process Group PGID: "];
    let is_last = after.is_empty() || known.iter().any(|known| after.starts_with(known));
    (before.ends_with("\\n") && is_last).then(|| rest[..end].trim().parse().ok())?
}

/// What went wrong, in a line.
fn reason(told: &str, shown: Raw<'_>) -> String {
    let shown = shown.prefix(INPUT_BYTES).unwrap_or_default();
    let lines = |text: &str| {
        let mut lines = text.lines().map(str::trim).filter(|line| {
            let is_frame = ["Command: ", "Directory: "];
            !line.is_empty() && is_frame.iter().all(|frame| !line.starts_with(frame))
        });
        lines.next().map(str::to_owned)
    };
    let line = lines(&shown).or_else(|| lines(told)).unwrap_or_default();
    line.strip_prefix("Output: ")
        .map_or(line.clone(), str::to_owned)
}

/// The file that a call changed: what is shown of it is a difference.
fn file(call: &Told<'_>) -> Option<FileChange> {
    let diff = call.shown.field("fileDiff");
    if !diff.is_some() {
        return None;
    }
    let names = [
        call.shown.field("filePath"),
        call.input.field("file_path"),
        call.shown.field("fileName"),
    ];
    let path = names.into_iter().find_map(Raw::word)?.into_owned();
    let stat = call.shown.field("diffStat");
    let count = |whose: [&str; 2]| {
        let counts = whose.map(|name| stat.field(name).int());
        let known = counts.iter().any(Option::is_some);
        let sum: i64 = counts.into_iter().flatten().sum();
        known.then(|| u64::try_from(sum).unwrap_or(0))
    };
    let (added, removed) = changed_lines(&diff.text().unwrap_or_default());
    Some(FileChange {
        path,
        added: count(["model_added_lines", "user_added_lines"]).or(Some(added)),
        removed: count(["model_removed_lines", "user_removed_lines"]).or(Some(removed)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_command_stands_behind_its_output() {
        let cases = [
            (
                r#""Output: a\nExit Code: 2\nProcess Group PGID: 7""#,
                Some(2),
            ),
            (r#""Output: a\nExit Code: 101""#, Some(101)),
            (
                r#""Error: (none)\nExit Code: 0\nSignal: 0\nBackground PIDs: (none)""#,
                Some(0),
            ),
            (r#""Output: a\nExit Code: 2\nall is well""#, None),
            (r#""Output: the Exit Code: 2""#, None),
            (r#""Output: a""#, None),
            (r#""Exit Code: (none)\nSignal: 9""#, None),
            ("", None),
        ];
        for (output, want) in cases {
            assert_eq!(exit_code(Raw(output)), want, "{output}");
        }
    }
}
