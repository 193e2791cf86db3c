//! Cursor: `~/.cursor/projects/<project>/agent-transcripts/<id>/<id>.jsonl`.
//!
//! The barest of all: no times, seldom an id. A call without an id is known by
//! its place, and whatever comes after it says that it is over.

use std::borrow::Cow;

use super::about::{About, Fit, Knows};
use super::claude::record::{Block, Content};
use super::dialect::{Broken, Settings};
use super::ids::{TEXT_BYTES, line_id};
use super::lenient::{self, Maybe, Raw, lenient, lossy};
use super::out::{Identity, Out, Remark};
use super::tags::{tag, without};
use super::track::{Ended, Last, Lines, NewCall, Track, Tracked};
use super::verdict;
use crate::wire::event::{Cause, Name, Outcome, Phase};
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

    fn user(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        out.raw = Some("user".into());
        self.track.introduce(out);
        let blocks = message.content.blocks.iter();
        let mut answered = false;
        for block in blocks.filter(|block| is_result(block.kind)) {
            answered = true;
            self.result(block, out);
        }
        if let Some(asked) = request(message).filter(|_| !answered) {
            let cause = self.track.cause();
            self.track.request(None, &asked, cause, out);
        }
    }

    fn assistant(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        id: &Name,
        out: &mut Out<'_>,
    ) {
        out.raw = Some("assistant".into());
        self.track.introduce(out);
        if self.track.has_run() && !self.track.is_open() {
            self.track.go_on(Cause::System, out);
            out.raw = Some("assistant".into());
        }
        let model = message.model.word().or_else(|| entry.model.word());
        self.track.model(model, out);
        // The model goes on, so what it had called for is done.
        self.settle(Outcome::Unknown, out);
        let blocks = &message.content.blocks;
        let has_calls = blocks.iter().any(|block| is_call(block.kind));
        for (index, block) in blocks.iter().enumerate() {
            match &*block.kind.text().unwrap_or_default() {
                "text" => {
                    let bytes = if self.track.full {
                        usize::MAX
                    } else {
                        TEXT_BYTES
                    };
                    let text = block.text.prefix(bytes).unwrap_or_default();
                    let phase = match has_calls {
                        true => Phase::Commentary,
                        false => Phase::Unknown,
                    };
                    self.track.say(part(id, index), phase, &text, out);
                }
                _ if is_call(block.kind) => {
                    let call = NewCall {
                        id: match block.id.word() {
                            Some(id) => id.as_ref().into(),
                            None => format!("{id}:{index}").into(),
                        },
                        name: block.name.word().map(Cow::into_owned),
                        title: None,
                        input: block.input,
                        parent: None,
                    };
                    self.track.tool(call, out);
                }
                "thinking" | "redacted_thinking" | "image" => {}
                kind => out.remark(Remark::Block(kind.to_owned())),
            }
        }
        self.track.went_on(Last::Assistant, out);
    }

    /// A result: of the call that it names, else of the oldest that waits.
    fn result(&mut self, block: &Block<'_>, out: &mut Out<'_>) {
        let named = block.call.word();
        let named = named.filter(|call| self.track.pending(call).is_some());
        let waiting = || {
            let calls = self.track.all_pending().map(|(call, _)| call);
            calls.min_by_key(|call| order(call)).cloned()
        };
        let Some(call) = named.map(|call| Name::from(&*call)).or_else(waiting) else {
            return;
        };
        let texts: Vec<Raw<'_>> = match block.content.0.starts_with('[') {
            true => {
                let blocks = block.content.items().into_iter();
                blocks.map(|block| block.field("text")).collect()
            }
            false => vec![block.content],
        };
        let first = texts.iter().find_map(|text| text.text());
        let mut ended = verdict::of_text(&first.unwrap_or_default(), block.is_error.is_true());
        ended.bytes = Some(texts.iter().map(|text| text.size()).sum());
        self.track.came_back(call, ended, out);
    }

    /// Ends every call that waits: no line says how it ended.
    fn settle(&mut self, outcome: Outcome, out: &mut Out<'_>) {
        let mut calls: Vec<Name> = self
            .track
            .all_pending()
            .map(|(call, _)| call.clone())
            .collect();
        calls.sort_by_key(|call| order(call));
        for call in calls {
            let ended = Ended::new(outcome.clone());
            self.track.came_back(call, ended, out);
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

/// The name of a part of a message.
fn part(id: &Name, index: usize) -> Name {
    match index {
        0 => id.clone(),
        _ => format!("{id}:{index}").into(),
    }
}

/// What a line without a role is called.
fn id_of(line: &[u8]) -> String {
    line_id(line).to_string()
}

/// The order that calls were made in, where their names tell: `m3:2`.
fn order(call: &str) -> (u64, u64, String) {
    let numbers = call.strip_prefix('m').and_then(|rest| {
        let (message, index) = rest.split_once(':')?;
        Some((message.parse().ok()?, index.parse().ok()?))
    });
    let (message, index) = numbers.unwrap_or((0, 0));
    (message, index, call.to_owned())
}

fn is_call(kind: Raw<'_>) -> bool {
    matches!(kind.0, "\"tool_use\"" | "\"tool_call\"" | "\"tool-call\"")
}

fn is_result(kind: Raw<'_>) -> bool {
    matches!(kind.0, "\"tool_result\"" | "\"tool-result\"")
}

/// What a user line asks for; `None` where it is none of a person's.
fn request(message: &Message<'_>) -> Option<String> {
    let text = message.content.text();
    let asked = match tag(&text, "user_query") {
        Some(asked) => asked.to_owned(),
        None => without(
            &text,
            &[
                "system_reminder",
                "system-reminder",
                "user_info",
                "timestamp",
            ],
        ),
    };
    let asked = asked.trim();
    (!asked.is_empty()).then(|| asked.to_owned())
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
