//! Calls of tools: one entry holds the call and what came of it.

use std::borrow::Cow;

use super::record::Call;
use super::{Session, outcome};
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::{Ended, NewCall, Pending};
use crate::wire::event::{BlockedOn, FileChange, Name, Outcome, SessionKind};

impl Session {
    /// The calls of a message as they stand now.
    pub(super) fn calls(&mut self, message: &Name, calls: &[Call<'_>], out: &mut Out<'_>) {
        let said = out.ts;
        for (index, call) in calls.iter().enumerate() {
            out.ts = said;
            let id: Name = match call.id.word() {
                Some(id) => id.as_ref().into(),
                None => format!("{message}:{index}").into(),
            };
            self.called(&id, call, out);
            // It is written down when it has come back.
            out.ts = super::time(call.timestamp).or(said);
            self.stands(&id, call, out);
        }
        let cancelled = |call: &Call<'_>| call.status.0 == "\"cancelled\"";
        let all = !calls.is_empty() && calls.iter().all(cancelled);
        if all && self.track.is_open() && self.track.all_pending().next().is_none() {
            // The model is not told of calls that were all cancelled: the turn stops there.
            let reason = Some("every call was cancelled");
            self.track.end(Outcome::Interrupted, reason, true, out);
        }
        out.ts = said;
    }

    fn called(&mut self, id: &Name, call: &Call<'_>, out: &mut Out<'_>) {
        let name = call.name.word().map(Cow::into_owned);
        let title = call.title.prefix(INPUT_BYTES);
        let pending = Pending {
            name: name.as_deref().map(Into::into),
            title: title
                .filter(|_| call.agent.is_some())
                .map(|title| title.as_ref().into()),
            task: None,
        };
        let is_plan = name.as_deref() == Some("write_todos");
        let new = NewCall {
            id: id.clone(),
            name,
            title: None,
            input: call.input,
            parent: None,
        };
        if self.track.call(new, pending, out) && is_plan {
            self.track.todos(call.input.field("todos"), out);
        }
        if let Some(agent) = call.agent.word() {
            let child: Name = agent.as_ref().into();
            self.track.spawned(&child, Some(id.clone()), false, out);
        }
    }

    /// How a call stands.
    fn stands(&mut self, id: &Name, call: &Call<'_>, out: &mut Out<'_>) {
        let status = call.status.text().unwrap_or_default();
        let name = call.name.text().unwrap_or_default();
        if status == "awaiting_approval" {
            let on = match &*name {
                "ask_user" => BlockedOn::Question,
                "exit_plan_mode" => BlockedOn::Plan,
                _ => BlockedOn::Permission,
            };
            let asked = call.input.field("questions").items();
            let asked = asked.first().map(|first| first.field("question"));
            let what = asked.and_then(|asked| asked.prefix(INPUT_BYTES));
            let what = what.map(Cow::into_owned);
            return self
                .track
                .ask(id.clone(), (on, Some(id.clone())), what, out);
        }
        let Some(outcome) = outcome(&status) else {
            return self.track.unblock(id, None, out);
        };
        let ended = verdict(&name, outcome, call);
        if let Some(agent) = call.agent.word() {
            let outcome = ended.outcome.clone();
            self.track.child_ended(&agent.as_ref().into(), outcome, out);
        }
        let is_over = self.track.kind == SessionKind::Subagent
            && name == "complete_task"
            && ended.outcome == Outcome::Ok;
        self.track.came_back(id.clone(), ended, out);
        if is_over && self.track.is_open() {
            self.track.end(Outcome::Ok, None, false, out);
        }
    }
}

/// How a call ended.
fn verdict(name: &str, outcome: Outcome, call: &Call<'_>) -> Ended {
    let response = response(call.result);
    let output = response.field("output");
    let error = response.field("error");
    let told = match error.is_some() {
        true => error,
        false => output,
    };
    let begins = told.prefix(512).unwrap_or_default();
    let is_shell = matches!(name, "run_shell_command" | "shell");
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

/// What came back: the response of the first part that has one.
fn response(result: Raw<'_>) -> Raw<'_> {
    let parts = result.items().into_iter();
    let mut responses = parts.map(|part| part.field("functionResponse").field("response"));
    responses
        .find(|response| response.is_some())
        .unwrap_or_default()
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
fn file(call: &Call<'_>) -> Option<FileChange> {
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
    let (added, removed) = crate::source::track::changed_lines(&diff.text().unwrap_or_default());
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
