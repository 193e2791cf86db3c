//! Calls of tools, background tasks and sub-agents.

use std::borrow::Cow;

use super::Session;
use super::record::{Entry, Event};
use super::turn::task_outcome;
use crate::source::genai::text_of;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::touched;
use crate::source::track::{Ended, Last, NewCall, Pending, plain};
use crate::wire::event::{BlockedOn, Cause, Name, Outcome};

/// Enough of a result to tell how its call ended, in bytes.
const ENOUGH: usize = 4_096;

/// More refusals than these nobody remembers.
const MOST: usize = 1_024;

impl Session {
    pub(super) fn called(&mut self, event: &Event<'_>, out: &mut Out<'_>) {
        let Some(own) = event.call.word() else { return };
        let own: Name = own.as_ref().into();
        let id = match self.track.is_new("own", &own) {
            true => own.clone(),
            false => {
                let (turn, step) = (event.turn.0.trim_matches('"'), event.step.0);
                format!("{own}@{turn}.{step}").into()
            }
        };
        if id != own {
            self.renamed.insert(own, id.clone());
        }
        let name = event.name.text().unwrap_or_default();
        let field = |key: &str| event.input.field(key);
        let pending = Pending {
            name: Some(name.as_ref().into()),
            title: ["description", "subagent_type"]
                .into_iter()
                .filter(|_| name == "Agent")
                .find_map(|key| field(key).prefix(INPUT_BYTES))
                .map(|title| title.as_ref().into()),
            touches: touched::by_tool(&plain(&name), event.input),
            ..Pending::default()
        };
        let call = NewCall {
            id: id.clone(),
            name: Some(name.clone().into_owned()).filter(|name| !name.is_empty()),
            title: None,
            input: event.input,
            parent: None,
        };
        if !self.track.call(call, pending, out) {
            return;
        }
        self.track.went_on(Last::Assistant, out);
        let on = match &*name {
            "AskUserQuestion" => BlockedOn::Question,
            // A plan is written down as a call once it was decided about.
            _ => return,
        };
        let questions = field("questions").items();
        let question = questions.first().map(|first| first.field("question"));
        let what = question.and_then(|question| question.prefix(INPUT_BYTES));
        let what = what.map(Cow::into_owned);
        self.track.ask(id.clone(), (on, Some(id)), what, out);
    }

    pub(super) fn came_back(&mut self, event: &Event<'_>, out: &mut Out<'_>) {
        let Some(own) = [event.call, event.parent].iter().find_map(|id| id.word()) else {
            return;
        };
        let own: Name = own.as_ref().into();
        let call = self.renamed.remove(&own).unwrap_or_else(|| own.clone());
        let pending = self.track.pending(&call);
        let tool = pending.and_then(|pending| pending.name.clone());
        let tool = tool.as_deref().unwrap_or_default();
        let denied = self.denied.contains(&own);
        self.denied.retain(|refused| *refused != own);
        let output = event.result.field("output");
        let text = text_of(output, ENOUGH);
        let mut ended = verdict(event.result, &text, denied);
        ended.bytes = output.is_some().then(|| output.size());
        self.agent_of(tool, &call, &text, &mut ended, out);
        self.track.came_back(call, ended, out);
        if matches!(tool, "TaskOutput" | "TaskStop")
            && let (Some(task), Some(status)) = (line(&text, "task_id: "), line(&text, "status: "))
            && let Some(outcome) = task_outcome(status)
        {
            self.task_ended(task, outcome, out);
        }
    }

    /// The sub-agent that a call began.
    fn agent_of(
        &mut self,
        tool: &str,
        call: &Name,
        text: &str,
        ended: &mut Ended,
        out: &mut Out<'_>,
    ) {
        let Some(agent) = line(text, "agent_id: ").filter(|_| tool == "Agent") else {
            return;
        };
        let child = self.agent(agent);
        let task = ended
            .job
            .take()
            .filter(|_| ended.outcome == Outcome::Background);
        self.track
            .spawned(&child, Some(call.clone()), task.is_some(), out);
        match task {
            Some(task) => {
                ended.outcome = Outcome::Ok;
                self.renamed.insert(task, child);
            }
            None => self.track.child_ended(&child, ended.outcome.clone(), out),
        }
    }

    /// A background task ended: a command, or a sub-agent.
    pub(super) fn task_ended(&mut self, task: &str, outcome: Outcome, out: &mut Out<'_>) {
        if self.track.end_job(task, outcome.clone(), out) {
            return;
        }
        if let Some(child) = self.renamed.get(task).cloned()
            && self.track.awaits(&child)
        {
            self.track.go_on(Cause::Subagent, out);
            self.track.child_ended(&child, outcome, out);
        }
    }

    /// What a person decided about a call, which is told after it.
    pub(super) fn decided(&mut self, entry: &Entry<'_>) {
        let refused = entry.result.field("decision").0 != "\"approved\"";
        if let Some(call) = entry.call.word().filter(|_| refused)
            && self.denied.len() < MOST
        {
            self.denied.push(call.as_ref().into());
        }
    }
}

/// How a call ended.
fn verdict(result: Raw<'_>, text: &str, denied: bool) -> Ended {
    let failed = result.field("isError").is_true();
    let exit_code = text.rsplit_once("failed with exit code: ");
    let exit_code = exit_code.and_then(|(_, rest)| rest.split('.').next()?.trim().parse().ok());
    let outcome = match failed {
        true if denied => Outcome::Denied,
        true if text.contains("Interrupted by user") || text.contains("manually interrupted") => {
            Outcome::Interrupted
        }
        true if text.contains("killed by timeout") || text.contains("timed out after") => {
            Outcome::Timeout
        }
        true => Outcome::Error,
        false if text.starts_with("task_id: ") && text.contains("\nautomatic_notification:") => {
            Outcome::Background
        }
        false => Outcome::Ok,
    };
    let mut ended = Ended::new(outcome);
    ended.exit_code = exit_code.filter(|_| failed);
    if ended.outcome == Outcome::Background {
        ended.job = line(text, "task_id: ").map(Name::from);
    }
    if matches!(
        ended.outcome,
        Outcome::Error | Outcome::Denied | Outcome::Timeout
    ) {
        let first = text.lines().map(str::trim).find(|line| !line.is_empty());
        ended.error = first.map(str::to_owned);
    }
    ended
}

/// The value behind a key, in a line of its own.
fn line<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let value = text.lines().find_map(|line| line.strip_prefix(key))?;
    Some(value.trim()).filter(|value| !value.is_empty())
}
