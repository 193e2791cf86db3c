//! Droid: `~/.factory/sessions/<cwd>/<session>.jsonl`, and what `droid exec --output-format
//! stream-json` prints.
//!
//! No record ended a turn before `agent_turn_outcome` came; without it only
//! the next request or silence tells. Tokens stand beside the transcript, in
//! a file of settings that is rewritten, and are not read.

mod message;
mod record;
mod stream;

use record::Entry;

use super::about::{About, Fit, Knows};
use super::dialect::{Broken, Settings};
use super::ids::is_uuid;
use super::lenient::{self, Raw, lossy};
use super::out::{Identity, Out, Remark};
use super::track::{Track, Tracked};
use super::{checklist, trouble};
use crate::wire::event::{Compact, Name, Outcome, SessionKind};
use crate::wire::time::Time;

/// What Droid's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "droid",
    title: "Droid",
    fit,
    is_request,
    knows: Knows {
        start: "a user message that is no tool result and no note of the program",
        end: "agent_turn_outcome and completion; without them only silence tells",
        blocked: "questions and specs; permissions are not written down",
        children: "by the session and call that a sub-agent's first record names",
        usage: "per run with stream-json; not in sessions",
    },
};

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    /// The last message that was taken over from the session that this one was forked from.
    forked_at: Option<Name>,
    /// What was said last, hashed: a stream repeats it at its end.
    said: Option<u64>,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            forked_at: None,
            said: None,
        })
    }

    fn read(&mut self, entry: &Entry<'_>, line: &[u8], out: &mut Out<'_>) {
        let kind = entry.kind.text().unwrap_or_default();
        if &*kind == "session_start" {
            return self.header(entry, out);
        }
        self.identify(entry.session());
        if self.is_inherited(entry) {
            let is_request = message::request(entry).is_some();
            if is_request {
                self.track.inherit_request();
            }
            return;
        }
        match &*kind {
            "message" if entry.role.is_some() => self.streamed(entry, line, out),
            "message" => match &entry.message.0 {
                Some(message) => self.message(entry, message, line, out),
                None => out.remark(Remark::Shape(kind.into_owned())),
            },
            "todo_state" => {
                out.raw = Some("todo_state".into());
                self.todos(entry.todos, out);
            }
            "compaction_state" => {
                if self.track.is_fresh(entry.id.word().as_deref(), out.ts) {
                    out.raw = Some("compaction_state".into());
                    self.track.introduce(out);
                    self.track.emit(out, Compact { before: None });
                }
            }
            "agent_turn_outcome" => self.outcome(entry, out),
            "system" => self.system(entry, out),
            "tool_call" => self.tool_call(entry, out),
            "tool_result" => self.tool_result(entry, out),
            "completion" => self.completion(entry, out),
            "error" => self.error(entry, line, out),
            "session_end" | "session_settings" | "reasoning" | "thinking" => {}
            other => self.track.unknown(other, out),
        }
    }

    fn header(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        self.identify(entry.id);
        if self.track.cwd.is_none() {
            self.track.cwd = entry.cwd.word().map(|cwd| cwd.into_owned());
        }
        if let Some(parent) = entry.calling_session.word() {
            self.track.kind = SessionKind::Subagent;
            self.track.parent = Some(parent.as_ref().into());
            self.track.parent_call = entry.calling_call.word().map(|call| call.as_ref().into());
        }
        if let Some(at) = entry.forked_at.word().filter(|_| !self.track.has_run()) {
            self.forked_at = Some(at.as_ref().into());
        }
        let title = entry.session_title.word().or_else(|| entry.title.word());
        self.track.entitle(title, out);
        out.raw = Some("session_start".into());
        self.track.introduce(out);
    }

    /// Learns whose records these are, where the name of the file does not tell.
    fn identify(&mut self, id: Raw<'_>) {
        if !is_uuid(&self.track.who.sid)
            && !self.track.is_introduced()
            && let Some(id) = id.word()
        {
            self.track.who.sid = id.as_ref().into();
        }
    }

    /// Whether a record was copied from the session that this one was forked from.
    fn is_inherited(&mut self, entry: &Entry<'_>) -> bool {
        let Some(at) = &self.forked_at else {
            return false;
        };
        let is = |id: Raw<'_>| id.word().as_deref() == Some(&**at);
        let (last, own) = (is(entry.id), is(entry.parent));
        if last || own {
            self.forked_at = None;
        }
        !own
    }

    /// The whole list of what is to be done: items, or text, or either within an object.
    fn todos(&mut self, todos: Raw<'_>, out: &mut Out<'_>) {
        let inner = todos.field("todos");
        let list = if inner.is_some() { inner } else { todos };
        let items = match list.text() {
            Some(text) => checklist::lines(&text),
            None => checklist::items(list),
        };
        self.track.plan(items, out);
    }

    /// The turn is over, and the program says how.
    fn outcome(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        if !self.track.has_run() {
            return;
        }
        out.raw = Some("agent_turn_outcome".into());
        let reason = entry.reason.word().unwrap_or_default();
        let outcome = match &*reason {
            "completed" | "success" | "end_turn" => Outcome::Ok,
            "interrupted" | "cancelled" | "canceled" | "aborted" => Outcome::Interrupted,
            "timeout" => Outcome::Timeout,
            word if word.contains("error") || word.contains("fail") => Outcome::Error,
            _ => Outcome::Unknown,
        };
        let reason = Some(&*reason).filter(|_| outcome != Outcome::Ok);
        self.track.end(outcome, reason, false, out);
    }

    /// An error of the service, which may pass.
    fn trouble(&mut self, message: String, out: &mut Out<'_>) -> bool {
        let retrying = trouble::is_passing(&message);
        self.track.went_on(super::track::Last::Error, out);
        let error = crate::wire::event::Error { message, retrying };
        self.track.emit(out, error);
        retrying
    }
}

impl Tracked for Session {
    fn track(&self) -> &Track {
        &self.track
    }

    fn track_mut(&mut self) -> &mut Track {
        &mut self.track
    }

    fn step(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken> {
        let text = lossy(bytes);
        let Some(entry) = lenient::read::<Entry<'_>>(&text) else {
            return self.track.misread(&text, out);
        };
        let spelled = entry.timestamp.text().and_then(|text| Time::parse(&text));
        out.ts = spelled.or_else(|| entry.timestamp.int().and_then(Time::from_ms));
        self.read(&entry, bytes, out);
        Ok(())
    }
}

/// Whether a record is one of Droid's.
fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    let streamed = entry.session().is_some();
    let fits = match &*entry.kind.text().unwrap_or_default() {
        "session_start" => entry.id.is_some() && (entry.cwd.is_some() || entry.owner.is_some()),
        "message" if streamed => entry.role.is_some() && entry.text.is_some(),
        "tool_call" => streamed && entry.tool.is_some() && entry.parameters.is_some(),
        "tool_result" => streamed && entry.value.is_some(),
        "completion" => streamed && entry.final_text.is_some(),
        "system" if streamed && entry.effort.is_some() => true,
        "system" if streamed && entry.cwd.is_some() => return Fit::Perhaps,
        "message" if entry.message.0.is_some_and(|it| it.content.there) => return Fit::Hardly,
        _ => false,
    };
    if fits { Fit::Surely } else { Fit::No }
}

/// Whether a record is a request, at a glance.
fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Entry<'_>>(&text).is_some_and(|entry| message::request(&entry).is_some())
}
