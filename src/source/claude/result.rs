//! Results of tools: how calls ended, which files they touched, whom they started.

use super::Session;
use super::prompt::text_of;
use super::record::{Block, Entry, Result};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::tags::tag;
use crate::source::track::Ended;
use crate::wire::event::{FileChange, Name, Outcome};

/// Enough of a result to tell how its call ended, in bytes.
const ENOUGH: usize = 4_096;

impl Session {
    pub(super) fn result(&mut self, entry: &Entry<'_>, block: &Block<'_>, out: &mut Out<'_>) {
        let Some(call) = self.answered(block) else {
            return;
        };
        self.track.introduce(out);
        let told: Result<'_> = entry.result.object();
        let tool = self
            .track
            .pending(&call)
            .and_then(|pending| pending.name.clone());
        let tool = tool.as_deref().unwrap_or_default();
        let mut ended = verdict(block, entry.result, &told);
        ended.bytes = Some(size(block.content));
        if let Some(answers) = decision(tool, &ended, &told) {
            self.track.unblock(&call, Some(answers), out);
        }
        self.agent_result(tool, &call, &told, &mut ended, out);
        let outcome = ended.outcome.clone();
        self.track.came_back(call.clone(), ended, out);
        match tool {
            "TaskCreate" => self.create_task(&told, out),
            "TaskOutput" | "BashOutput" | "AgentOutput" | "AgentOutputTool" => {
                self.looked_at(&told, out);
            }
            "KillShell" | "KillBash" | "TaskStop" if outcome == Outcome::Ok => {
                self.stopped(&told, block.content, out);
            }
            _ => {}
        }
    }

    /// The call that a result is of; old lines do not say where there is only one.
    fn answered(&self, block: &Block<'_>) -> Option<Name> {
        if let Some(call) = block.call.word() {
            return Some(call.as_ref().into());
        }
        let mut pending = self.track.all_pending();
        let only = pending.next().map(|(call, _)| call.clone());
        only.filter(|_| pending.next().is_none())
    }

    /// The result of a tool that the service ran itself, in the answer that called it.
    pub(super) fn served(&mut self, block: &Block<'_>, out: &mut Out<'_>) {
        if let Some(call) = self.answered(block) {
            let failed = block.content.field("type").text();
            let failed = failed.is_some_and(|kind| kind.ends_with("_error"));
            let mut ended = Ended::new(if failed { Outcome::Error } else { Outcome::Ok });
            ended.bytes = Some(size(block.content));
            self.track.came_back(call, ended, out);
        }
    }
}

/// How a call ended.
fn verdict(block: &Block<'_>, result: Raw<'_>, told: &Result<'_>) -> Ended {
    let is_error = block.is_error.is_true();
    let text = match is_error || block.content.0.len() < ENOUGH {
        true => text_of(block.content, ENOUGH),
        false => text_of(block.content, 64),
    };
    let text = text.trim_start();
    let denied = [
        "The user doesn't want to proceed",
        "The user doesn't want to take this action",
        "User rejected",
        "Permission to use ",
        "Permission for this action has been denied",
    ];
    let cut = ["[Request interrupted by user", "Interrupted by user"];
    let begins = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
    let exit_code = told.exit_code.int().or_else(|| exit_code(text));
    let outcome = if told.interrupted.is_true() || begins(&cut) {
        Outcome::Interrupted
    } else if is_error && begins(&denied) {
        Outcome::Denied
    } else if is_error && text.starts_with("<tool_use_error>Cancelled") {
        Outcome::Cancelled
    } else if is_error || exit_code.is_some_and(|code| code != 0) {
        Outcome::Error
    } else if told.background.is_some() {
        Outcome::Background
    } else {
        Outcome::Ok
    };
    let failed = matches!(outcome, Outcome::Error | Outcome::Denied);
    let ms = [told.ms, told.total_ms].into_iter().find_map(Raw::int);
    let mut ended = Ended::new(outcome);
    ended.exit_code = exit_code;
    ended.error = failed
        .then(|| reason(text, result))
        .filter(|text| !text.is_empty());
    ended.job = told
        .background
        .word()
        .filter(|_| ended.outcome == Outcome::Background)
        .map(|job| job.as_ref().into());
    ended.ms = ms.and_then(|ms| u64::try_from(ms).ok());
    ended.files = files(told);
    ended
}

/// `Exit code N`, as failures of commands begin.
fn exit_code(text: &str) -> Option<i64> {
    let rest = text.strip_prefix("Error: ").unwrap_or(text);
    let rest = rest.strip_prefix("Exit code ")?;
    rest.lines().next()?.trim().parse().ok()
}

/// What went wrong, in a line.
fn reason(text: &str, result: Raw<'_>) -> String {
    let inner = tag(text, "tool_use_error").unwrap_or(text);
    let lines = inner.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut lines = lines.filter(|line| exit_code(line).is_none());
    let first = lines.next().map(str::to_owned);
    first
        .or_else(|| result.prefix(ENOUGH).map(std::borrow::Cow::into_owned))
        .unwrap_or_default()
}

/// What a person decided.
fn decision(tool: &str, ended: &Ended, told: &Result<'_>) -> Option<String> {
    let said = match ended.outcome {
        Outcome::Denied => "denied",
        Outcome::Interrupted | Outcome::Cancelled => "cancelled",
        _ if told.answers.is_some() => "answered",
        _ if tool.to_ascii_lowercase().contains("plan") => "approved",
        _ => return None,
    };
    Some(said.to_owned())
}

/// The file that an edit touched, with the lines it added and removed.
fn files(told: &Result<'_>) -> Vec<FileChange> {
    let Some(path) = told.path.word() else {
        return Vec::new();
    };
    let patch = told.patch.items();
    let is_edit = told.patch.is_some() || matches!(told.kind.0, "\"create\"" | "\"update\"");
    if !is_edit {
        return Vec::new();
    }
    let (mut added, mut removed) = (0, 0);
    for line in patch.iter().flat_map(|hunk| hunk.field("lines").items()) {
        match line.0.as_bytes().get(1) {
            Some(b'+') => added += 1,
            Some(b'-') => removed += 1,
            _ => {}
        }
    }
    if patch.is_empty() && told.kind.0 == "\"create\"" {
        let content = told.content.text().unwrap_or_default();
        added = content.lines().count() as u64;
    }
    vec![FileChange {
        path: path.into_owned(),
        added: Some(added),
        removed: Some(removed),
    }]
}

/// Size of a result as it stands in the record, the frame around a single text not counted.
fn size(content: Raw<'_>) -> u64 {
    match content.0.starts_with('[') {
        false => content.size(),
        true => {
            let blocks = content.items().into_iter();
            blocks.map(|block| block.field("text").size()).sum()
        }
    }
}
