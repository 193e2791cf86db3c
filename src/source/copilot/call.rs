//! Calls of tools.

use std::borrow::Cow;

use super::Session;
use super::record::Data;
use crate::safe::clip_bytes;
use crate::source::checklist;
use crate::source::diff::changed_files;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::{Ended, NewCall, Pending};
use crate::wire::event::{BlockedOn, Name, Outcome};

/// More refusals than these nobody remembers.
const MOST: usize = 1_024;

/// A call, as either of the records that tell it has it.
pub(super) struct Asked<'a> {
    pub(super) id: Name,
    pub(super) name: Raw<'a>,
    pub(super) server: Raw<'a>,
    pub(super) server_tool: Raw<'a>,
    pub(super) title: Raw<'a>,
    pub(super) arguments: Raw<'a>,
}

impl Session {
    pub(super) fn call(&mut self, asked: &Asked<'_>, inner: Option<Name>, out: &mut Out<'_>) {
        // Some versions write them as the text of an object.
        let unpacked = asked.arguments.text().filter(|text| text.starts_with('{'));
        let input = unpacked.as_deref().map_or(asked.arguments, Raw);
        let name = match (asked.server.word(), asked.server_tool.word()) {
            (Some(server), Some(tool)) => format!("mcp__{server}__{tool}"),
            _ => asked.name.text().unwrap_or_default().into_owned(),
        };
        let title = |key: &str| input.field(key).prefix(INPUT_BYTES);
        let pending = Pending {
            name: Some(name.as_str().into()),
            title: ["description", "name"]
                .into_iter()
                .filter(|_| name == "task")
                .find_map(title)
                .map(|title| title.as_ref().into()),
            ..Pending::default()
        };
        let call = NewCall {
            id: asked.id.clone(),
            name: Some(name.clone()).filter(|name| !name.is_empty()),
            title: asked.title.word().map(Cow::into_owned),
            input,
            parent: inner.clone().filter(|call| !call.is_empty()),
        };
        if !self.track.call(call, pending, out) || inner.is_some() {
            return;
        }
        let on = match &*name {
            "ask_user" => BlockedOn::Question,
            "exit_plan_mode" => BlockedOn::Plan,
            "update_todo" => {
                let list = input.field("todos").text().unwrap_or_default();
                let plan = checklist::plan(checklist::lines(&list));
                return self.track.emit(out, plan);
            }
            _ => return,
        };
        let what = input.field("question").prefix(INPUT_BYTES);
        let what = what.map(Cow::into_owned);
        let id = asked.id.clone();
        self.track.ask(id.clone(), (on, Some(id)), what, out);
    }

    /// A call that is carried out: most were told before.
    pub(super) fn started(&mut self, data: &Data<'_>, inner: Option<Name>, out: &mut Out<'_>) {
        if let Some(id) = data.call.word() {
            self.track.introduce(out);
            let asked = Asked {
                id: id.as_ref().into(),
                name: data.tool,
                server: data.server,
                server_tool: data.server_tool,
                title: Raw::default(),
                arguments: data.arguments,
            };
            self.call(&asked, inner, out);
        }
    }

    pub(super) fn came_back(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        let Some(call) = data.call.word() else { return };
        let call: Name = call.as_ref().into();
        self.track.introduce(out);
        let pending = self.track.pending(&call);
        let tool = pending.and_then(|pending| pending.name.clone());
        let tool = tool.as_deref().unwrap_or_default();
        let denied = self.denied.contains(&call);
        let text = data.result.field("content").text().unwrap_or_default();
        let job = match tool {
            "task" => self.works_on(&call, &text).then(|| call.clone()),
            _ => shell(&text),
        };
        let ended = verdict(data, &text, job, denied);
        self.agent_result(&call, &ended.outcome, out);
        self.track.came_back(call, ended, out);
    }

    pub(super) fn refuse(&mut self, call: Name) {
        if self.denied.len() < MOST {
            self.denied.push(call);
        }
    }
}

/// How a call ended.
fn verdict(data: &Data<'_>, text: &str, job: Option<Name>, denied: bool) -> Ended {
    let content = data.result.field("content");
    let exit_code = exit_code(data.result.field("contents"), text);
    let code = data.error.field("code").text().unwrap_or_default();
    let message = [data.error.field("message"), data.error, content];
    let message = message.into_iter().find_map(|raw| raw.prefix(INPUT_BYTES));
    let message = message.unwrap_or_default();
    let said = |words: &[&str]| words.iter().any(|word| code == *word);
    let outcome = if data.success.is_true() {
        match &job {
            Some(_) => Outcome::Background,
            None if exit_code.is_some_and(|code| code != 0) => Outcome::Error,
            None => Outcome::Ok,
        }
    } else if denied || said(&["rejected", "denied", "permission_denied"]) {
        Outcome::Denied
    } else if said(&["cancelled", "aborted", "interrupted"]) {
        Outcome::Cancelled
    } else {
        Outcome::Error
    };
    let failed = matches!(outcome, Outcome::Error | Outcome::Denied);
    let line = message.lines().map(str::trim).find(|line| !line.is_empty());
    let ms = data.telemetry.field("metrics").field("durationMs").int();
    let mut ended = Ended::new(outcome);
    ended.exit_code = exit_code;
    ended.error = line.filter(|_| failed).map(str::to_owned);
    ended.ms = ms.and_then(|ms| u64::try_from(ms).ok());
    ended.bytes = content.is_some().then(|| content.size());
    if ended.outcome == Outcome::Background {
        ended.job = job;
    } else if ended.outcome == Outcome::Ok {
        let shown = data.result.field("detailedContent");
        ended.files = changed_files(&shown.text().unwrap_or_default());
    }
    ended
}

/// The shell that a call left behind, by its id.
fn shell(text: &str) -> Option<Name> {
    let begun = clip_bytes(text, 200).to_ascii_lowercase();
    if !begun.contains("background") || !begun.contains("started") {
        return None;
    }
    let (_, rest) = text.split_once("shellId: ")?;
    let id = rest.split(|char: char| !char.is_alphanumeric() && char != '-' && char != '_');
    let id = id.into_iter().next().filter(|id| !id.is_empty());
    id.map(Name::from)
}

/// The code that a command ended with: a block of the result's, or its last line.
fn exit_code(contents: Raw<'_>, text: &str) -> Option<i64> {
    let blocks = contents.items().into_iter();
    let mut codes = blocks.filter_map(|block| block.field("exitCode").int());
    codes.next().or_else(|| {
        let last = text.trim_end().lines().next_back()?;
        let rest = last.trim_start().strip_prefix('<')?;
        let (_, code) = rest.split_once("exit code ")?;
        code.trim_end_matches('>').trim().parse().ok()
    })
}
