//! Cursor: `~/.cursor/projects/<project>/agent-transcripts/<id>/<id>.jsonl`.
//!
//! The barest of all: no times, seldom an id. A call without an id is known by
//! its place, and whatever comes after it says that it is over.

mod message;

use message::{is_result, request};

use super::about::{About, Fit, Knows};
use super::claude::record::Content;
use super::dialect::{Broken, Settings};
use super::ids::line_id;
use super::lenient::{self, Maybe, Raw, lenient, lossy};
use super::out::{Identity, Out, Remark};
use super::track::{Lines, Track, Tracked};
use crate::wire::event::{Name, Outcome};
use crate::wire::time::Time;

/// What Cursor's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "cursor",
    title: "Cursor",
    fit,
    is_request,
    knows: Knows {
        start: "a user line",
        end: "turn_ended; before 2026.06 only silence tells",
        blocked: "questions and plans; permissions are not written down",
        children: "by the folder that their transcripts stand in",
        usage: "none",
    },
};

lenient! {
    /// One line of a transcript.
    pub struct Entry<'a> {
        "type" => kind: Raw<'a>,
        "id" => id: Raw<'a>,
        "role" => role: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "message" => message: Maybe<Message<'a>>,
        "model" => model: Raw<'a>,
        "status" => status: Raw<'a>,
        "error" => error: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// The message of a line.
    pub struct Message<'a> {
        "content" => content: Content<'a>,
        "model" => model: Raw<'a>,
    }
    known { _ }
}

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    lines: Lines,
    /// Messages read, which number what has no id.
    messages: u64,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            lines: Lines::default(),
            messages: 0,
        })
    }

    fn read(&mut self, entry: &Entry<'_>, line: &[u8], out: &mut Out<'_>) {
        let message = entry.message.0.as_ref();
        let Some(message) = message.filter(|_| entry.role.is_some()) else {
            return self.note(entry, out);
        };
        let id = entry.id.word();
        self.messages += 1;
        let id: Name = match id {
            Some(id) => id.as_ref().into(),
            None => format!("m{}", self.messages).into(),
        };
        match &*entry.role.text().unwrap_or_default() {
            "user" => self.user(message, out),
            "assistant" => self.assistant(entry, message, &id, out),
            "system" | "tool" => {}
            "" => out.remark(Remark::Shape(id_of(line))),
            other => out.remark(Remark::Role(other.to_owned())),
        }
    }

    /// A line that is no message.
    fn note(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        match &*entry.kind.text().unwrap_or_default() {
            "turn_ended" if self.track.has_run() => {
                out.raw = Some("turn_ended".into());
                let status = entry.status.word().unwrap_or_default();
                let outcome = match &*status {
                    "success" | "completed" | "" => Outcome::Ok,
                    "aborted" | "cancelled" | "canceled" | "interrupted" => Outcome::Interrupted,
                    "error" | "failed" => Outcome::Error,
                    _ => Outcome::Unknown,
                };
                let told = entry
                    .error
                    .word()
                    .or_else(|| entry.error.field("message").word());
                let calls = match outcome {
                    Outcome::Interrupted => Outcome::Interrupted,
                    _ => Outcome::Unknown,
                };
                self.settle(calls, out);
                let reason = told.or_else(|| Some(status).filter(|_| outcome != Outcome::Ok));
                self.track.end(outcome, reason.as_deref(), false, out);
            }
            "turn_ended" => {}
            other => self.track.unknown(other, out),
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
        let Some(entry) = lenient::read::<Entry<'_>>(&text) else {
            return self.track.misread(&text, out);
        };
        let spelled = entry.timestamp.text().and_then(|text| Time::parse(&text));
        out.ts = spelled.or_else(|| entry.timestamp.int().and_then(Time::from_ms));
        if self.lines.is_new(bytes) {
            self.read(&entry, bytes, out);
        }
        Ok(())
    }

    fn again(&mut self) {
        self.lines.again();
    }
}

/// Whether a record is one of Cursor's.
fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    let is_message = entry.message.0.is_some_and(|it| it.content.there);
    match entry.kind.is_some() {
        true if entry.kind.0 == "\"turn_ended\"" => Fit::Surely,
        false if is_message && entry.role.is_some() => Fit::Surely,
        _ => Fit::No,
    }
}

/// Whether a record is a request, at a glance.
fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Entry<'_>>(&text).is_some_and(|entry| {
        let message = entry.message.0.as_ref();
        let answers = |message: &Message<'_>| {
            let mut blocks = message.content.blocks.iter();
            blocks.any(|block| is_result(block.kind))
        };
        entry.role.0 == "\"user\""
            && message.is_some_and(|it| !answers(it) && request(it).is_some())
    })
}

/// What a line without a role is called.
fn id_of(line: &[u8]) -> String {
    line_id(line).to_string()
}
