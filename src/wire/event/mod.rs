//! Events: one thing that happened, normalised over all sources.
//!
//! An event is a head that every type has, a body of its type, and a tail that
//! says where it was read. On the wire the three are one flat JSON object.

mod body;
mod line;
mod schema;
mod session;
mod state;
mod tool;
mod wait;

pub use body::{Body, Field};
pub use line::Writer;
pub use schema::schema;
pub use session::*;
pub use state::*;
pub use tool::*;
pub use wait::*;

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::time::Time;
use super::unread;
use crate::open_enum;

/// The version of the wire formats.
pub const VERSION: u32 = 1;

/// A name that many events share: a session, a source, a run.
pub type Name = Arc<str>;

open_enum! {
    /// What kind of place a record was read from.
    pub enum SrcKind {
        /// A transcript file; `off` and `end` are byte offsets.
        File = "file",
        /// A database; `seq` is the row's number in its session.
        Store = "store",
        /// The session's row in its index.
        Row = "row",
        /// An agent's hook.
        Hook = "hook",
        /// No record: time passed.
        Clock = "clock",
    }
}

/// Where a record was read. With the source it identifies the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Src {
    /// What kind of place.
    pub kind: SrcKind,
    /// Its path, lossy where it is no UTF-8; `-` for standard input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Name>,
    /// The place's generation: another value means it was rewritten. Opaque.
    #[serde(default, rename = "gen", skip_serializing_if = "Option::is_none")]
    pub generation: Option<Name>,
    /// First byte of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off: Option<u64>,
    /// Number of the row within its session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// The byte behind the record and its newline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<u64>,
    /// Index of the event within its record.
    pub n: u32,
}

impl Src {
    /// An event that no record made: time passed.
    #[must_use]
    pub fn clock() -> Self {
        Self {
            kind: SrcKind::Clock,
            at: None,
            generation: None,
            off: None,
            seq: None,
            end: None,
            n: 0,
        }
    }
}

/// The phrase a person reads; written by `label` alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    /// The phrase with its target, as ``Reading `config.rs` `` without markup: `Reading config.rs`.
    pub text: String,
    /// The safe target alone; the last part of `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Which rule won: `builtin:read`, `user:exec:*`.
    pub rule: String,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, by the source's own clock; never used to order records.
    pub ts: Option<Time>,
    /// The family of transcripts: `openclaw`, `claude`, …
    pub source: Name,
    /// The session's name within its source (OpenClaw: the session key).
    pub session: Option<Name>,
    /// The session's UUID; sessions are folded by (`source`, `sid`).
    pub sid: Option<Name>,
    /// The agent's id.
    pub agent: Option<Name>,
    /// The run; absent before the first request.
    pub run: Option<Name>,
    /// What happened.
    pub body: Body,
    /// Where it was read.
    pub src: Src,
    /// Read before the follower caught up.
    pub replay: bool,
    /// Type of the source record, as `message/assistant`.
    pub raw: Option<Cow<'static, str>>,
    /// The phrase, once `label` saw it.
    pub label: Option<Label>,
}

/// The fields of every event that come before those of its type: what the schema says of them.
#[derive(Serialize, JsonSchema)]
struct HeadOut<'a> {
    /// Wire version, 1. A line with a higher one is passed on untouched by `label`, and left out by `render` and `status`.
    v: u32,
    /// What happened: the type decides which further fields there are.
    #[serde(rename = "type")]
    kind: &'a str,
    /// When, by the source's own clock; absent where it has none. Never used to order records.
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<Time>,
    /// The family of transcripts: `openclaw`, `claude`, …
    source: &'a str,
    /// The session's name within its source (OpenClaw: the session key).
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a str>,
    /// The session's UUID; sessions are folded by (`source`, `sid`).
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    /// The agent's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    /// The run: what one request set off. Absent on what belongs to no run.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a str>,
}

/// The fields of every event that come after those of its type: what the schema says of them.
#[derive(Serialize, JsonSchema)]
struct TailOut<'a> {
    /// Where it was read.
    src: &'a Src,
    /// True on what was read before the follower caught up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    replay: bool,
    /// Type of the source record, where that helps: `message/assistant`.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
    /// The phrase a person reads; written by `label` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a Label>,
}

/// Head and tail as they are read.
#[derive(Deserialize)]
struct Frame<'a> {
    v: u32,
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    ts: Option<Time>,
    source: Name,
    #[serde(default)]
    session: Option<Name>,
    #[serde(default)]
    sid: Option<Name>,
    #[serde(default)]
    agent: Option<Name>,
    #[serde(default)]
    run: Option<Name>,
    src: Src,
    #[serde(default)]
    replay: bool,
    #[serde(default)]
    raw: Option<String>,
    #[serde(default)]
    label: Option<Label>,
}

/// Why a line is no event.
#[derive(Debug, thiserror::Error)]
pub enum NotAnEvent {
    /// Broken JSON, or a field of the wrong type; said in the words of the man page.
    #[error("not an event: {0}")]
    Malformed(String),
    /// A line of a later version: nothing of it may be understood.
    #[error("an event of version {0}; this version reads {VERSION}")]
    Later(u32),
}

impl Event {
    /// Reads one line. Unknown fields are ignored; an unknown type becomes [`Body::Unknown`].
    ///
    /// # Errors
    ///
    /// [`NotAnEvent`] where the line is no JSON object of an event, or of a later version.
    pub fn read(line: &[u8]) -> Result<Self, NotAnEvent> {
        let frame: Frame<'_> = serde_json::from_slice(line).map_err(|error| later(line, error))?;
        if frame.v > VERSION {
            return Err(NotAnEvent::Later(frame.v));
        }
        Ok(Self {
            body: Body::read(&frame.kind, line).map_err(|error| later(line, error))?,
            ts: frame.ts,
            source: frame.source,
            session: frame.session,
            sid: frame.sid,
            agent: frame.agent,
            run: frame.run,
            src: frame.src,
            replay: frame.replay,
            raw: frame.raw.map(Cow::Owned),
            label: frame.label,
        })
    }

    /// Appends the event to `out` as one line, newline included. A [`Writer`] is faster for many.
    pub fn write(&self, out: &mut Vec<u8>) {
        Writer::default().write(self, out);
    }

    /// The event as one line without its newline.
    #[must_use]
    pub fn to_line(&self) -> String {
        let mut out = Vec::with_capacity(512);
        self.write(&mut out);
        out.pop();
        String::from_utf8(out).unwrap_or_default()
    }
}

/// What is wrong with a line that could not be read: a later version may mean something else by a field.
fn later(line: &[u8], error: serde_json::Error) -> NotAnEvent {
    match unread::version(line) {
        Some(v) if v > VERSION => NotAnEvent::Later(v),
        _ => NotAnEvent::Malformed(unread::why(line, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(body: impl Into<Body>) -> Event {
        Event {
            ts: Time::from_ms(1_790_330_407_120),
            source: "openclaw".into(),
            session: Some("agent:main:main".into()),
            sid: Some("s1".into()),
            agent: Some("main".into()),
            run: Some("first".into()),
            body: body.into(),
            src: Src {
                off: Some(10),
                end: Some(99),
                ..Src::clock()
            },
            replay: true,
            raw: Some("message/assistant".into()),
            label: None,
        }
    }

    #[test]
    fn an_event_is_one_flat_object_and_reads_back() {
        let event = event(ToolEnd {
            call: "c1".into(),
            outcome: Outcome::Other("melted".into()),
            exit_code: Some(101),
            job: None,
            error: None,
            ms: Some(2_711),
            bytes: None,
            files: Vec::new(),
        });
        let line = event.to_line();
        assert_eq!(
            line,
            r#"{"v":1,"type":"tool.end","ts":"2026-09-25T10:00:07.120Z","source":"openclaw","session":"agent:main:main","sid":"s1","agent":"main","run":"first","call":"c1","outcome":"melted","exit_code":101,"ms":2711,"src":{"kind":"clock","off":10,"end":99,"n":0},"replay":true,"raw":"message/assistant"}"#
        );
        assert_eq!(Event::read(line.as_bytes()).expect("reads back"), event);
    }

    /// Off by the last bit, the totals of a pipe would not be those of `run`.
    #[test]
    fn a_cost_is_read_back_to_the_last_bit() {
        for step in 1..2_000_u32 {
            let cost = f64::from(step) * 1.003_125e-6;
            let usage = event(Usage {
                id: "m1".into(),
                scope: Scope::Call,
                input: 0,
                output: 0,
                cache_read: 0,
                cache_write: 0,
                total: 0,
                cost_usd: Some(cost),
                context: None,
            });
            let read = Event::read(usage.to_line().as_bytes()).expect("reads back");
            assert_eq!(read, usage, "{cost}");
        }
    }

    #[test]
    fn an_empty_body_leaves_no_trace() {
        let line = event(Live {}).to_line();
        assert!(line.contains(r#""run":"first","src""#), "{line}");
    }

    #[test]
    fn later_types_are_kept_and_later_versions_named() {
        let later =
            br#"{"v":1,"type":"teleport","source":"x","src":{"kind":"file","n":0},"to":"mars"}"#;
        assert_eq!(
            Event::read(later).expect("reads").body,
            Body::Unknown("teleport".into())
        );
        for newer in [
            &br#"{"v":2,"type":"live","source":"x","src":{"kind":"file","n":0}}"#[..],
            br#"{"v":2,"type":["live"],"src":7}"#,
        ] {
            assert!(matches!(Event::read(newer), Err(NotAnEvent::Later(2))));
        }
    }
}
