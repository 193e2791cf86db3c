//! Parts of messages: texts, calls, steps.

use std::borrow::Cow;

use super::record::{Info, Part, State};
use super::{Author, Session};
use crate::source::ids::{INPUT_BYTES, TEXT_BYTES};
use crate::source::lenient::Raw;
use crate::source::out::{Out, Remark};
use crate::source::track::{Ended, Last, NewCall};
use crate::source::verdict;
use crate::wire::event::{FileChange, Name, Outcome, Phase};
use crate::wire::time::Time;

impl Session {
    /// A part of a message by `author`, with what is known of the message.
    pub(super) fn part(
        &mut self,
        part: &Part<'_>,
        author: Author,
        message: Option<&Info<'_>>,
        out: &mut Out<'_>,
    ) {
        let kind = part.kind.text().unwrap_or_default();
        match author {
            Author::Old | Author::Summary => return,
            Author::Person => {
                let id = message.map_or(part.message, |message| message.id);
                return self.asked(part, id, out);
            }
            Author::Model => {}
        }
        out.raw = Some("part".into());
        match &*kind {
            "text" => self.text(part, message, out),
            "tool" => {
                if let Some(state) = &part.state.0 {
                    self.tool(part, state, out);
                }
            }
            "step-finish" => {
                self.steps = true;
                if let Some(id) = part.id.word() {
                    self.usage(id.as_ref().into(), part.tokens, part.cost, out);
                }
            }
            "retry" => self.retried(part.id, part.error, out),
            "compaction" => self.compacted(part, out),
            "reasoning" | "step-start" | "file" | "patch" | "snapshot" | "agent" | "subtask" => {}
            other => out.remark(Remark::Block(other.to_owned())),
        }
    }

    /// What the model says, once it is said to the end.
    fn text(&mut self, part: &Part<'_>, message: Option<&Info<'_>>, out: &mut Out<'_>) {
        let span = message.and_then(|message| message.time.0.as_ref());
        let own = part.time.0.as_ref();
        let ended = own.and_then(|time| time.end.int());
        let completed = span.and_then(|span| span.completed.int());
        let is_growing = own.is_some() && ended.is_none() && span.is_some() && completed.is_none();
        if part.synthetic.is_true() || part.ignored.is_true() || is_growing {
            return;
        }
        out.ts = ended.or(completed).and_then(Time::from_ms).or(out.ts);
        let bytes = if self.track.full {
            usize::MAX
        } else {
            TEXT_BYTES
        };
        let text = part.text.prefix(bytes).unwrap_or_default();
        let id = part.id.word().or_else(|| part.message.word());
        let id: Name = match id {
            Some(id) => id.as_ref().into(),
            None => crate::source::ids::line_id(part.text.0.as_bytes()),
        };
        if text.trim().is_empty() || !self.track.is_new("said", &id) {
            return;
        }
        self.wake(out);
        let finish = message.and_then(|message| message.finish.text());
        let phase = match finish.as_deref() {
            Some("tool-calls") => Phase::Commentary,
            Some("stop") => Phase::Final,
            _ if self.calls => Phase::Commentary,
            _ => Phase::Unknown,
        };
        self.track.say(id, phase, &text, out);
        self.track.went_on(Last::Assistant, out);
    }

    /// A call as it stands now.
    fn tool(&mut self, part: &Part<'_>, state: &State<'_>, out: &mut Out<'_>) {
        self.calls = true;
        let Some(id) = part.call.word().or_else(|| part.id.word()) else {
            return;
        };
        let id: Name = id.as_ref().into();
        let status = state.status.text().unwrap_or_default();
        let time = state.time.0.as_ref();
        // What it is called with comes a little later.
        if &*status == "pending" && matches!(state.input.0, "" | "{}") {
            return;
        }
        let started = time.and_then(|time| time.start.int());
        let ended = time.and_then(|time| time.end.int());
        out.ts = started.and_then(Time::from_ms).or(out.ts);
        if self.track.is_new("begun", &id) {
            self.wake(out);
            let call = NewCall {
                id: id.clone(),
                name: part.tool.word().map(Cow::into_owned),
                title: None,
                input: state.input,
                parent: None,
            };
            self.track.tool(call, out);
            self.track.went_on(Last::Assistant, out);
        }
        let child: Option<Name> = state
            .metadata
            .field("sessionId")
            .word()
            .filter(|_| part.tool.0 == "\"task\"")
            .map(|child| child.as_ref().into());
        if let Some(child) = &child {
            self.track.spawned(child, Some(id.clone()), false, out);
        }
        if matches!(&*status, "pending" | "running") || !self.track.is_new("over", &id) {
            return;
        }
        out.ts = ended.and_then(Time::from_ms).or(out.ts);
        let mut how = how(&status, state);
        let ms = started.zip(ended).map(|(start, end)| end - start);
        how.ms = ms.and_then(|ms| u64::try_from(ms).ok());
        if let Some(child) = &child {
            self.track.child_ended(child, how.outcome.clone(), out);
        }
        self.track.came_back(id, how, out);
    }
}

/// How a call ended; the exit code of a command stands beside a status that is well.
fn how(status: &str, state: &State<'_>) -> Ended {
    let metadata = state.metadata;
    let mut ended = match status {
        "error" => {
            let told = [state.error, state.output].into_iter();
            let told = told.into_iter().find_map(|raw| raw.prefix(INPUT_BYTES));
            verdict::of_text(&told.unwrap_or_default(), true)
        }
        "completed" | "success" => Ended::new(Outcome::Ok),
        _ => Ended::new(Outcome::Unknown),
    };
    let error = state.error.text().unwrap_or_default();
    if error.contains("rejected permission") || error.contains("prevents you from using") {
        ended.outcome = Outcome::Denied;
    }
    if error.contains("dismissed this question") {
        ended.outcome = Outcome::Cancelled;
    }
    if error.starts_with("Tool execution aborted") {
        (ended.outcome, ended.error) = (Outcome::Interrupted, None);
    }
    if let Some(code) = metadata.field("exit").int() {
        ended.exit_code = Some(code);
        if code != 0 && ended.outcome == Outcome::Ok {
            ended.outcome = Outcome::Error;
        }
    }
    if ended.exit_code.is_some() {
        ended.error = None;
    }
    ended.bytes = Some(state.output.size());
    ended.files = files(metadata);
    ended
}

/// The files that an edit changed, as its tool counted the lines.
fn files(metadata: Raw<'_>) -> Vec<FileChange> {
    let one = metadata.field("filediff");
    let many = metadata.field("files").items();
    let count = |raw: Raw<'_>| raw.int().and_then(|count| u64::try_from(count).ok());
    let all = [one].into_iter().chain(many);
    let named = all.filter_map(|file| {
        let keys = ["file", "filePath", "relativePath"].into_iter();
        let path = keys.map(|key| file.field(key)).find_map(Raw::word)?;
        Some(FileChange {
            path: path.into_owned(),
            added: Some(count(file.field("additions"))?),
            removed: Some(count(file.field("deletions"))?),
        })
    });
    named.collect()
}
