//! Claude Code: `~/.claude/projects/<slug>/<session>.jsonl`, and beside it the sub-agents' files.
//!
//! One answer of the model is several lines with the same `message.id`, one
//! block each, and they need not stand together. Nothing says for sure that a
//! turn is over: the stop reason of the last text does, with a record of its
//! duration where the version writes one.

mod agents;
mod answer;
mod plan;
mod prompt;
mod record;
mod result;
mod stream;
mod system;

use record::Entry;
use serde::de::IgnoredAny;

use super::about::{About, Fit, Knows};
use super::dialect::{Broken, Settings};
use super::ids::is_uuid;
use super::lenient::{self, Raw, lossy};
use super::out::{Identity, Out, Remark};
use super::track::{Track, Tracked};
use crate::wire::event::{Name, PlanItem, SessionKind};
use crate::wire::time::Time;

/// What Claude Code's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "claude",
    title: "Claude Code",
    fit,
    is_request,
    knows: Knows {
        start: "a user line that is no tool result",
        end: "inferred from the stop reason; explicit with turn_duration, and in stream-json",
        blocked: "questions and plans; permissions are not written down",
        children: "by agent id; files of their own, or sidechains",
        usage: "per message; the cost of a turn in stream-json alone",
    },
};

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    /// The list of `TaskCreate` and `TaskUpdate`.
    tasks: Vec<PlanItem>,
    /// The answer whose text ended the turn: its later lines do not begin another.
    ended_by: Option<Name>,
    /// Records of this session itself were read, not only those of one that it goes on from.
    begun: bool,
    sidechains: agents::Sidechains,
    /// The output of a process, rather than a transcript.
    stream: Option<Box<stream::Stream>>,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            tasks: Vec::new(),
            ended_by: None,
            begun: false,
            sidechains: agents::Sidechains::default(),
            stream: None,
        })
    }

    fn read(&mut self, entry: &Entry<'_>, line: &[u8], out: &mut Out<'_>) {
        let kind = entry.kind.text().unwrap_or_default();
        if entry.stream_session.is_some() || stream::is_control(&kind) {
            return self.streamed(&kind, entry, line, out);
        }
        self.identify(entry);
        if self.is_inherited(entry) {
            // Another session's history: what is known of the model and the place still holds.
            return;
        }
        let uuid = entry.uuid.word();
        if !self.track.is_fresh(uuid.as_deref(), out.ts) {
            return;
        }
        if self.track.cwd.is_none() {
            self.track.cwd = entry.cwd.word().map(|cwd| cwd.into_owned());
        }
        let inline = entry.sidechain.is_true() && self.track.kind == SessionKind::Main;
        out.raw = Some(raw(&kind));
        match &*kind {
            "user" | "assistant" => match &entry.message.0 {
                Some(message) if inline => self.sidechain(&kind, entry, message, out),
                Some(message) if kind == "user" => self.user(entry, message, out),
                Some(message) => self.assistant(entry, message, line, out),
                None => out.remark(Remark::Shape(kind.into_owned())),
            },
            "system" => self.system(entry, out),
            "progress" => self.progress(entry, out),
            "attachment" => self.attachment(entry, out),
            "queue-operation" => self.queued(entry, out),
            "summary" if self.track.is_introduced() => {
                self.track.entitle(entry.summary.word(), out);
            }
            "custom-title" => self.track.entitle(entry.custom_title.word(), out),
            "ai-title" => self.track.entitle(entry.ai_title.word(), out),
            "summary"
            | "file-history-snapshot"
            | "last-prompt"
            | "mode"
            | "permission-mode"
            | "pr-link"
            | "agent-name"
            | "agent-color"
            | "agent-setting"
            | "tag"
            | "worktree-state"
            | "bridge-session"
            | "atis-latch"
            | "frame-link"
            | "relocated"
            | "started"
            | "result"
            | "content-replacement"
            | "marble-origami-commit" => {}
            other => self.track.unknown(other, out),
        }
    }

    /// Learns whose records these are, where the name of the file does not tell.
    fn identify(&mut self, entry: &Entry<'_>) {
        if self.track.is_introduced() || self.begun {
            return;
        }
        let sidechain = entry.sidechain.is_true();
        if let Some(agent) = entry.agent.word().filter(|_| sidechain) {
            let own: Name = format!("agent-{agent}").into();
            if self.track.parent.is_none() {
                let parent = entry.session.word().filter(|session| **session != *own);
                self.track.parent = parent.map(|session| session.as_ref().into());
            }
            self.track.kind = SessionKind::Subagent;
            self.track.who.sid = own;
            self.begun = true;
            return;
        }
        if sidechain {
            // Old builds gave it a file of its own and no id: nothing else begins so.
            self.track.kind = SessionKind::Subagent;
        }
        if !is_uuid(&self.track.who.sid)
            && self.track.parent.is_none()
            && let Some(session) = entry.session.word()
        {
            self.track.who.sid = session.as_ref().into();
            self.begun = true;
        }
    }

    /// Whether a record was copied from the session that this one was forked from or goes on with.
    ///
    /// Such copies come first; behind the first record of its own everything counts.
    fn is_inherited(&mut self, entry: &Entry<'_>) -> bool {
        if entry.forked.is_some() {
            return true;
        }
        if self.begun {
            return false;
        }
        let Some(session) = entry.session.word() else {
            return false;
        };
        self.begun = *session == *self.track.who.sid;
        !self.begun
    }
}

impl Tracked for Session {
    fn track(&self) -> &Track {
        &self.track
    }

    fn track_mut(&mut self) -> &mut Track {
        &mut self.track
    }

    fn step(&mut self, bytes: &[u8], out: &mut Out<'_>) -> std::result::Result<(), Broken> {
        let text = lossy(bytes);
        let Some(entry) = lenient::read::<Entry<'_>>(&text) else {
            let is_object = text.trim_start().starts_with('{');
            if !is_object || serde_json::from_str::<IgnoredAny>(&text).is_err() {
                return Err(Broken::why(&text));
            }
            let kind = Raw(text.trim()).field("type").text().unwrap_or_default();
            self.track.unknown(&kind, out);
            return Ok(());
        };
        out.ts = entry.timestamp.text().and_then(|text| Time::parse(&text));
        self.read(&entry, bytes, out);
        Ok(())
    }

    fn idle(&mut self) {
        self.sidechains = agents::Sidechains::default();
    }
}

/// The type of a record, as it goes into `raw`.
fn raw(kind: &str) -> std::borrow::Cow<'static, str> {
    match kind {
        "user" => "user".into(),
        "assistant" => "assistant".into(),
        "system" => "system".into(),
        "progress" => "progress".into(),
        "attachment" => "attachment".into(),
        other => other.to_owned().into(),
    }
}

/// Whether a record is one of Claude Code.
fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    let kind = entry.kind.text().unwrap_or_default();
    let named = entry.session.is_some() || entry.parent.is_some();
    match &*kind {
        "user" | "assistant" => {
            let message = entry.message.0.filter(|message| message.content.there);
            match message {
                Some(_) if entry.stream_session.is_some() => Fit::Surely,
                Some(_) if named => Fit::Surely,
                Some(message) if message.role.is_some() => Fit::Perhaps,
                _ => Fit::No,
            }
        }
        "system" | "result" if entry.stream_session.is_some() => stream::fit(&entry),
        "progress" | "attachment" if named && entry.uuid.is_some() => Fit::Surely,
        "system" if named && entry.uuid.is_some() => Fit::Perhaps,
        "summary" if entry.leaf.is_some() => Fit::Surely,
        "file-history-snapshot" => Fit::Surely,
        "queue-operation" | "permission-mode" | "mode" | "ai-title" | "custom-title"
        | "last-prompt"
            if entry.session.is_some() =>
        {
            Fit::Surely
        }
        _ => Fit::No,
    }
}

/// Whether a record is a request, at a glance.
fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Entry<'_>>(&text).is_some_and(|entry| {
        entry.message.0.as_ref().is_some_and(|message| {
            entry.kind.0 == "\"user\"" && prompt::request(&entry, message).is_some()
        })
    })
}
