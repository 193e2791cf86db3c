//! Results of tools: how calls ended, which files they touched, whom they started.

use super::Session;
use super::record::{Entry, Message};
use crate::source::genai::{Told, outcome, verdict};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{Name, Outcome};

impl Session {
    pub(super) fn result(&mut self, entry: &Entry<'_>, message: &Message<'_>, out: &mut Out<'_>) {
        self.track.introduce(out);
        let result = entry.result.0.clone().unwrap_or_default();
        for part in &message.parts.all {
            let Some(response) = &part.response.0 else {
                continue;
            };
            let Some(id) = [response.id, result.id].iter().find_map(|id| id.word()) else {
                continue;
            };
            let call: Name = id.as_ref().into();
            let pending = self.track.pending(&call);
            let name = pending.and_then(|pending| pending.name.clone());
            let own = response.name.text().unwrap_or_default();
            let name = name.as_deref().unwrap_or(&own);
            // What is shown belongs to one call; several answers may stand in one record.
            let is_own = result.id.word().is_none_or(|own| *own == *call);
            let told = Told {
                name,
                input: Raw::default(),
                response: response.response,
                shown: if is_own { result.shown } else { Raw::default() },
            };
            let status = result.status.text().unwrap_or_default();
            let failed = response.response.field("error").is_some() || result.error.is_some();
            let status = match outcome(&status).filter(|_| is_own) {
                Some(status) => status,
                None if failed => Outcome::Error,
                None => Outcome::Ok,
            };
            let mut ended = verdict(status, &told);
            let output = response.response.field("output").text().unwrap_or_default();
            if let Some(job) = background(name, &output) {
                ended.outcome = Outcome::Background;
                ended.job = Some(job);
            }
            if matches!(name, "task" | "agent") {
                let background = told.shown.field("status").0 == "\"background\"";
                self.spawned(&call, &output, background, &mut ended.outcome, out);
            }
            self.track.came_back(call, ended, out);
        }
    }

    /// The sub-agent that a call began, where its result names it.
    fn spawned(
        &mut self,
        call: &Name,
        output: &str,
        background: bool,
        outcome: &mut Outcome,
        out: &mut Out<'_>,
    ) {
        let Some(agent) = agent(output) else { return };
        let child: Name = format!("agent-{agent}").into();
        self.track
            .spawned(&child, Some(call.clone()), background, out);
        if background {
            *outcome = Outcome::Ok;
        } else {
            self.track.child_ended(&child, outcome.clone(), out);
        }
    }
}

/// The id of an agent in the name of its transcript, or in so many words.
fn agent(output: &str) -> Option<&str> {
    let named = output.split("/agent-").nth(1);
    let named = named
        .and_then(|rest| rest.split_once(".jsonl"))
        .map(|it| it.0);
    let told = || {
        let keys = ["agentId: ", "agent_id: ", "Agent ID: ", "task_id: "];
        let mut rests = keys.iter().filter_map(|key| output.split_once(key));
        let (_, rest) = rests.next()?;
        rest.split(|char: char| char.is_whitespace() || matches!(char, ',' | '.' | ')' | '<'))
            .next()
    };
    named.or_else(told).filter(|id| !id.is_empty())
}

/// The job that a command went on as.
fn background(tool: &str, output: &str) -> Option<Name> {
    if tool != "run_shell_command" || !output.contains("ackground") {
        return None;
    }
    let (_, rest) = [
        "Background shell started. id: ",
        "Background shell ID: ",
        "shell_id: ",
    ]
    .iter()
    .find_map(|key| output.split_once(key))?;
    let id = rest.split(|char: char| char.is_whitespace() || matches!(char, ',' | '.' | ')'));
    id.into_iter().next().map(Name::from)
}
