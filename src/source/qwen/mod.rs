//! Qwen Code: `~/.qwen/projects/<project>/chats/<session>.jsonl`, and its sub-agents' files in
//! `subagents/<session>/` beside, as `packages/core/src/services/chatRecordingService.ts` and
//! `packages/core/src/agents/agent-transcript.ts` of `QwenLM/qwen-code` write them.
//!
//! An answer of the model stands in one record, so one that calls nothing is the last. Newer
//! versions say how a turn ended; a sub-agent's file never does, its parent's tells.

mod answer;
mod prompt;
mod record;
mod result;
mod system;

use record::{Entry, Message};

use super::about::{About, Fit, Knows};
use super::dialect::{Broken, Settings};
use super::ids::is_uuid;
use super::lenient::{self, Scan as _, Scanner, lossy};
use super::out::{Identity, Out, Remark};
use super::track::{Track, Tracked};
use crate::wire::event::{Name, SessionKind};
use crate::wire::time::Time;

/// What Qwen Code's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "qwen",
    title: "Qwen Code",
    fit,
    is_request,
    knows: Knows {
        start: "a user record",
        end: "inferred from an answer without calls; explicit with turn_result",
        blocked: "questions and plans; permissions are not written down",
        children: "by agent id; files of their own in the session's folder",
        usage: "per answer, with the size of the context, without cost",
    },
};

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    /// Records of this session itself were read.
    begun: bool,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            begun: false,
        })
    }

    fn read(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        self.identify(entry);
        // A branch repeats what it began from.
        if entry.forked.is_some() {
            return;
        }
        let kind = entry.kind.text().unwrap_or_default();
        // One answer may stand in several records of the same id.
        let uuid = entry.uuid.word().filter(|_| kind != "assistant");
        if !self.track.is_fresh(uuid.as_deref(), out.ts) {
            return;
        }
        if self.track.cwd.is_none() {
            self.track.cwd = entry.cwd.word().map(|cwd| cwd.into_owned());
        }
        out.raw = Some(match entry.subtype.word() {
            Some(subtype) => format!("{kind}/{subtype}").into(),
            None => kind.to_string().into(),
        });
        match (&*kind, &entry.message.0) {
            ("user", Some(message)) => self.user(entry, message, out),
            ("assistant", Some(message)) => self.assistant(entry, message, out),
            ("tool_result", Some(message)) => self.result(entry, message, out),
            ("user" | "assistant" | "tool_result", None) => {
                out.remark(Remark::Shape(kind.into_owned()));
            }
            ("system", _) => self.system(entry, out),
            (other, _) => self.track.unknown(other, out),
        }
    }

    /// Learns whose records these are, where the name of the file does not tell.
    fn identify(&mut self, entry: &Entry<'_>) {
        if self.track.is_introduced() || std::mem::replace(&mut self.begun, true) {
            return;
        }
        let session = entry.session.word();
        if let Some(agent) = entry.agent.word().filter(|_| entry.sidechain.is_true()) {
            let own: Name = format!("agent-{agent}").into();
            if self.track.parent.is_none() {
                self.track.parent = session.map(|session| session.as_ref().into());
            }
            self.track.kind = SessionKind::Subagent;
            self.track.who.sid = own;
        } else if let Some(session) = session.filter(|_| !is_uuid(&self.track.who.sid)) {
            self.track.who.sid = session.as_ref().into();
        }
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
        let Some(mut entry) = lenient::read::<Entry<'_>>(&text) else {
            return Err(Broken::why(&text));
        };
        for unknown in entry.message.0.iter_mut().flat_map(Message::take_unknown) {
            out.remark(Remark::Block(unknown.into_owned()));
        }
        out.ts = entry.timestamp.text().and_then(|text| Time::parse(&text));
        self.read(&entry, out);
        Ok(())
    }
}

/// Whether a record is one of Qwen Code.
fn fit(text: &str) -> Fit {
    // Two writers may have put two records into one line: the first is enough to tell.
    let mut entry = Entry::default();
    if entry.scan(&mut Scanner::new(text)).is_none() {
        return Fit::No;
    }
    if !entry.uuid.is_some() || !entry.session.is_some() {
        return Fit::No;
    }
    let kind = entry.kind.text().unwrap_or_default();
    let parts = entry.message.0.is_some_and(|message| message.parts.there);
    match &*kind {
        "user" | "assistant" | "tool_result" if parts => Fit::Surely,
        "system" if entry.payload.is_some() => Fit::Surely,
        _ => Fit::No,
    }
}

/// Whether a record is a request, at a glance.
fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Entry<'_>>(&text).is_some_and(|mut entry| {
        let message = entry.message.0.take();
        entry.kind.0 == "\"user\""
            && message.is_some_and(|mut message| {
                message.take_unknown();
                prompt::request(&entry, &message).is_some()
            })
    })
}
