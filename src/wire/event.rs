//! Events: one thing that happened, normalised over all sources.
//!
//! An event is a head that every type has, a body of its type, and a tail that
//! says where it was read. On the wire the three are one flat JSON object.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::time::Time;
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

/// The fields of every event that come before those of its type.
#[derive(Serialize, JsonSchema)]
struct HeadOut<'a> {
    /// Wire version, 1. A line with a higher one is passed on untouched.
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

impl HeadOut<'_> {
    /// Appends what serde would, in a fraction of its time: every event has these fields.
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"v\":");
        append(out, &self.v);
        quote(out, b",\"type\":", self.kind);
        if let Some(ts) = &self.ts {
            out.extend_from_slice(b",\"ts\":");
            append(out, ts);
        }
        quote(out, b",\"source\":", self.source);
        let names = [
            (&b",\"session\":"[..], self.session),
            (b",\"sid\":", self.sid),
            (b",\"agent\":", self.agent),
            (b",\"run\":", self.run),
        ];
        for (field, name) in names {
            if let Some(name) = name {
                quote(out, field, name);
            }
        }
        out.push(b'}');
    }
}

/// Appends `field` and `text` as a JSON string; most names need no escapes.
fn quote(out: &mut Vec<u8>, field: &[u8], text: &str) {
    out.extend_from_slice(field);
    let special = |b: u8| (b < b' ') | (b == b'"') | (b == b'\\');
    if text.bytes().fold(false, |any, b| any | special(b)) {
        append(out, &text);
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}

/// The fields of every event that come after those of its type.
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
    /// Broken JSON, or a field of the wrong type.
    #[error("not an event: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A line of a later version: pass it on untouched.
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
            body: Body::read(&frame.kind, line)?,
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

    /// Appends the event to `out` as one line, newline included.
    pub fn write(&self, out: &mut Vec<u8>) {
        let head = HeadOut {
            v: VERSION,
            kind: self.body.kind(),
            ts: self.ts,
            source: &self.source,
            session: self.session.as_deref(),
            sid: self.sid.as_deref(),
            agent: self.agent.as_deref(),
            run: self.run.as_deref(),
        };
        let tail = TailOut {
            src: &self.src,
            replay: self.replay,
            raw: self.raw.as_deref(),
            label: self.label.as_ref(),
        };
        head.write(out);
        join(out, |out| self.body.append(out));
        join(out, |out| append(out, &tail));
        out.push(b'\n');
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
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    match serde_json::from_slice::<Version>(line) {
        Ok(version) if version.v > VERSION => NotAnEvent::Later(version.v),
        _ => NotAnEvent::Malformed(error),
    }
}

/// Serialising these types into memory cannot fail: no maps with odd keys, no IO.
fn append(out: &mut Vec<u8>, value: &impl Serialize) {
    let written = serde_json::to_writer(&mut *out, value);
    debug_assert!(written.is_ok(), "wire types serialise: {written:?}");
}

/// Adds the fields of the object that `more` appends to the object at the end of `out`.
fn join(out: &mut Vec<u8>, more: impl FnOnce(&mut Vec<u8>)) {
    out.pop();
    let middle = out.len();
    more(out);
    if out.len() == middle + 2 {
        out.remove(middle);
    } else {
        out[middle] = b',';
    }
}

/// Which kind of text a field holds; the reader decides by it how much to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What the person asked.
    Request,
    /// What the agent said.
    Text,
    /// A string inside a tool's input.
    Input,
    /// A short one: a title, an error, a reason.
    Short,
}

macro_rules! bodies {
    ( $( $(#[$meta:meta])* $variant:ident($body:ident) = $text:literal, )+ ) => {
        /// What happened: the fields of the event's type.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Body {
            $( $(#[$meta])* $variant($body), )+
            /// A type of a later version; its fields are not read.
            Unknown(Box<str>),
        }

        impl Body {
            /// Every type this version knows, in the order of the man page.
            pub const KINDS: &'static [&'static str] = &[$($text),+];

            /// The type's name on the wire.
            #[must_use]
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $text, )+
                    Self::Unknown(kind) => kind,
                }
            }

            fn read(kind: &str, line: &[u8]) -> Result<Self, serde_json::Error> {
                Ok(match kind {
                    $( $text => Self::$variant(serde_json::from_slice(line)?), )+
                    other => Self::Unknown(other.into()),
                })
            }

            fn append(&self, out: &mut Vec<u8>) {
                match self {
                    $( Self::$variant(body) => append(out, body), )+
                    Self::Unknown(_) => out.extend_from_slice(b"{}"),
                }
            }

            /// The schema of each type's own fields.
            fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
                vec![$( ($text, generator.subschema_for::<$body>()) ),+]
            }
        }

        $( impl From<$body> for Body {
            fn from(body: $body) -> Self {
                Self::$variant(body)
            }
        } )+
    };
}

bodies! {
    /// A session was seen for the first time.
    SessionStart(SessionStart) = "session.start",
    /// A request set off a run, or a turn without a request goes on with one.
    RunStart(RunStart) = "run.start",
    /// A run is over.
    RunEnd(RunEnd) = "run.end",
    /// Where the run's box belongs.
    Route(Route) = "route",
    /// The agent said something.
    Text(Text) = "text",
    /// A tool was called.
    ToolStart(ToolStart) = "tool.start",
    /// Something about a pending call changed.
    ToolUpdate(ToolUpdate) = "tool.update",
    /// A call came back.
    ToolEnd(ToolEnd) = "tool.end",
    /// A background job ended.
    JobEnd(JobEnd) = "job.end",
    /// The run waits for a person.
    Blocked(Blocked) = "blocked",
    /// It waits no longer.
    Unblocked(Unblocked) = "unblocked",
    /// A sub-agent was started.
    AgentStart(AgentStart) = "agent.start",
    /// A sub-agent is known to be over.
    AgentEnd(AgentEnd) = "agent.end",
    /// The agent's plan.
    Plan(Plan) = "plan",
    /// Tokens and cost.
    Usage(Usage) = "usage",
    /// The normalised agent status.
    Status(Status) = "status",
    /// The context was compacted.
    Compact(Compact) = "compact",
    /// The model changed.
    Model(Model) = "model",
    /// The model or the agent failed, perhaps to try again.
    Error(Error) = "error",
    /// The transcript was rewritten; what follows repeats it.
    Rewind(Rewind) = "rewind",
    /// The person began anew in the same session.
    Reset(Reset) = "reset",
    /// The follower has caught up with this session.
    Live(Live) = "live",
    /// Time passed while a run is open.
    Tick(Tick) = "tick",
    /// A record that this version does not know.
    Meta(Meta) = "meta",
}

open_enum! {
    /// What kind of session it is.
    pub enum SessionKind {
        /// A person talks to it.
        Main = "main",
        /// Another session started it.
        Subagent = "subagent",
        /// A schedule started it.
        Cron = "cron",
        /// A hook started it.
        Hook = "hook",
        /// Another agent behind the Agent Client Protocol.
        Acp = "acp",
        /// A periodic check-in.
        Heartbeat = "heartbeat",
    }
}

/// Another session, run or call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// The family of transcripts it belongs to.
    pub source: Name,
    /// Its session's UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Name>,
    /// Its session's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Name>,
    /// Its run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Name>,
    /// The call that started the child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Name>,
    /// No record proves the link; it was concluded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
}

/// `session.start`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionStart {
    /// Working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The name a person gave or sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The model it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What kind of session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SessionKind>,
    /// The session that started this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Link>,
}

open_enum! {
    /// Who or what caused a run.
    pub enum Cause {
        /// A person asked.
        User = "user",
        /// Another agent gave the task, or its result is announced.
        Subagent = "subagent",
        /// A schedule.
        Cron = "cron",
        /// A hook.
        Hook = "hook",
        /// A periodic check-in.
        Heartbeat = "heartbeat",
        /// The agent's own system: a restart, a notice, a message from another session.
        System = "system",
    }
}

/// A person as the chat server names them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// The id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// `run.start`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunStart {
    /// What was asked, cleaned of envelopes, clipped and redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    /// Who or what caused it.
    pub cause: Cause,
    /// Where its box belongs, where that is known already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// The run that set off this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Link>,
    /// The run that this turn goes on with, in the same box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Name>,
}

open_enum! {
    /// How a run, a call, a job or a sub-agent ended.
    pub enum Outcome {
        /// It did what it should.
        Ok = "ok",
        /// It failed.
        Error = "error",
        /// It was stopped before its end.
        Interrupted = "interrupted",
        /// It took too long.
        Timeout = "timeout",
        /// A person or a policy said no (calls).
        Denied = "denied",
        /// It was not tried (calls).
        Skipped = "skipped",
        /// A newer message took its place (calls).
        Cancelled = "cancelled",
        /// It goes on in the background (calls).
        Background = "background",
        /// The source does not say.
        Unknown = "unknown",
    }
}

/// `run.end`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunEnd {
    /// How: ok, error, interrupted, timeout or unknown.
    pub outcome: Outcome,
    /// When, where that is not the record's own time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// Why: `silent` where the whole answer was a silent token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Concluded from records; the source did not say so itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
}

open_enum! {
    /// What told a route.
    pub enum RouteFrom {
        /// The request itself.
        Record = "record",
        /// The session's name.
        Key = "key",
        /// The session's row.
        Row = "row",
    }
}

/// `route`: where a run's box belongs. Also a field of `run.start` and of frames.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Route {
    /// The kind of place: `mattermost`, `slack`, `telegram`, …
    pub sink: String,
    /// The account of the agent's own connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The team or workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The channel's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The person's id, for a direct message whose channel is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The message that the thread hangs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The message that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What told it.
    pub from: RouteFrom,
}

open_enum! {
    /// Which part of a turn a text is.
    pub enum Phase {
        /// Said on the way.
        Commentary = "commentary",
        /// The answer.
        Final = "final",
        /// The source does not say.
        Unknown = "unknown",
    }
}

open_enum! {
    /// How a text relates to an earlier one of the same id.
    pub enum TextMode {
        /// It stands alone.
        Whole = "whole",
        /// It goes on with it.
        Delta = "delta",
        /// It takes its place.
        Replace = "replace",
    }
}

/// `text`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    /// Which text; deltas and replacements name it again.
    pub id: Name,
    /// Which part of the turn.
    pub phase: Phase,
    /// How it relates to an earlier one of the same id.
    pub mode: TextMode,
    /// The text, clipped and redacted.
    pub text: String,
}

/// `tool.start`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolStart {
    /// The call's id.
    pub call: Name,
    /// The tool's name, unwrapped where the source wraps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A title the source gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A kind the source gives: `read`, `edit`, `execute`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it was called with: any JSON, its strings clipped and redacted.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub input: Value,
    /// The call inside which this one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_call: Option<Name>,
}

/// `tool.update`: only what changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolUpdate {
    /// The call's id.
    pub call: Name,
    /// The tool's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The input.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub input: Value,
}

/// A file that a call changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileChange {
    /// Its path as the source names it.
    pub path: String,
    /// Lines added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<u64>,
    /// Lines removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<u64>,
}

/// `tool.end`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolEnd {
    /// The call's id; a result whose call was never seen is kept as such.
    pub call: Name,
    /// How it ended.
    pub outcome: Outcome,
    /// The process's exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// The background job it became; `job.end` names it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Name>,
    /// What went wrong, clipped and redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took by the source's own measure, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Size of the result in bytes; the result itself is never passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Files it changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileChange>,
}

/// `job.end`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobEnd {
    /// The job, as `tool.end` named it.
    pub job: Name,
    /// How it ended.
    pub outcome: Outcome,
}

open_enum! {
    /// What a blocked run waits for.
    pub enum BlockedOn {
        /// Leave to do something.
        Permission = "permission",
        /// An answer.
        Question = "question",
        /// A plan's approval.
        Plan = "plan",
        /// Quota or a rate limit.
        Quota = "quota",
    }
}

/// `blocked`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Blocked {
    /// Which wait; `unblocked` names it again.
    pub id: Name,
    /// What it waits for.
    pub on: BlockedOn,
    /// The call that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Name>,
    /// What is asked, clipped and redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
}

/// `unblocked`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unblocked {
    /// Which wait.
    pub id: Name,
    /// What was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
}

/// `agent.start`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentStart {
    /// The child.
    pub child: Link,
    /// The call that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Name>,
    /// Its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What kind of session it is.
    pub kind: SessionKind,
    /// Its result will be announced to the parent, in a turn that goes on with this run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub announces: bool,
    /// Distance from the first ancestor: 1 for a child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// No record proves it; it was concluded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
}

/// `agent.end`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentEnd {
    /// The child.
    pub child: Link,
    /// How it ended.
    pub outcome: Outcome,
}

open_enum! {
    /// How far one item of a plan is.
    pub enum ItemState {
        /// Not begun.
        Pending = "pending",
        /// Under way.
        Active = "active",
        /// Done.
        Done = "done",
        /// Given up.
        Dropped = "dropped",
    }
}

/// One item of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanItem {
    /// Its id within the plan.
    pub id: String,
    /// What is to be done, clipped and redacted.
    pub text: String,
    /// How far it is.
    pub state: ItemState,
}

/// `plan`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// Items done.
    pub done: u64,
    /// Items in all.
    pub total: u64,
    /// The item under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<PlanItem>,
}

open_enum! {
    /// What a usage record counts.
    pub enum Scope {
        /// One call of the model; they add up.
        Call = "call",
        /// Everything so far; the newest counts.
        Total = "total",
    }
}

/// How full the model's context is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Context {
    /// Tokens in it.
    pub used: u64,
    /// Tokens it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// `usage`: tokens, and cost in US dollars where the source prices it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// The message it belongs to; the same id counts once.
    pub id: Name,
    /// What it counts.
    pub scope: Scope,
    /// Tokens in, without cached ones.
    #[serde(default)]
    pub input: u64,
    /// Tokens out.
    #[serde(default)]
    pub output: u64,
    /// Tokens read from the cache.
    #[serde(default)]
    pub cache_read: u64,
    /// Tokens written to the cache.
    #[serde(default)]
    pub cache_write: u64,
    /// All of them.
    #[serde(default)]
    pub total: u64,
    /// US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// How full the context is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
}

open_enum! {
    /// The normalised agent status.
    pub enum AgentState {
        /// It works.
        Working = "working",
        /// A person is asked.
        Blocked = "blocked",
        /// It is done and waits for the next request.
        Idle = "idle",
        /// It failed.
        Error = "error",
    }
}

/// `status`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// The status.
    pub state: AgentState,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `compact`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Compact {
    /// Tokens before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// `model`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Model {
    /// The model's id.
    pub model: String,
    /// Who serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// `error`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Error {
    /// What went wrong, clipped and redacted.
    pub message: String,
    /// The agent will try again.
    #[serde(default)]
    pub retrying: bool,
}

/// `rewind`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rewind {
    /// What was noticed: `truncated`, `replaced`, `rewritten`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `reset`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reset {
    /// Why: `new`, `reset`, `idle`, `daily`, `cron-stale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `live`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Live {}

/// `tick`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tick {
    /// The time by this machine's clock.
    pub now: Time,
}

/// `meta`: a record this version does not know; `raw` names its type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Meta {}

impl Body {
    /// Calls `each` on every text that an agent, a person or a tool wrote.
    ///
    /// Ids are not texts. This is the one place that knows which fields are.
    pub fn each_text(&mut self, each: &mut dyn FnMut(Field, &mut String)) {
        let mut short = |texts: &mut [&mut Option<String>]| {
            for text in texts.iter_mut().filter_map(|text| text.as_mut()) {
                each(Field::Short, text);
            }
        };
        match self {
            Self::SessionStart(body) => {
                short(&mut [&mut body.cwd, &mut body.title, &mut body.model])
            }
            Self::RunStart(body) => {
                if let Some(by) = &mut body.by {
                    short(&mut [&mut by.name]);
                }
                if let Some(request) = &mut body.request {
                    each(Field::Request, request);
                }
            }
            Self::RunEnd(body) => short(&mut [&mut body.reason]),
            Self::Text(body) => each(Field::Text, &mut body.text),
            Self::ToolStart(body) => {
                short(&mut [&mut body.name, &mut body.title, &mut body.kind]);
                each_string(&mut body.input, each);
            }
            Self::ToolUpdate(body) => {
                short(&mut [&mut body.name, &mut body.title, &mut body.kind]);
                each_string(&mut body.input, each);
            }
            Self::ToolEnd(body) => {
                short(&mut [&mut body.error]);
                for file in &mut body.files {
                    each(Field::Short, &mut file.path);
                }
            }
            Self::Blocked(body) => short(&mut [&mut body.what]),
            Self::Unblocked(body) => short(&mut [&mut body.decision]),
            Self::AgentStart(body) => short(&mut [&mut body.title]),
            Self::Plan(body) => {
                short(&mut [&mut body.current]);
                for item in &mut body.items {
                    each(Field::Short, &mut item.text);
                }
            }
            Self::Status(body) => short(&mut [&mut body.reason]),
            Self::Model(body) => each(Field::Short, &mut body.model),
            Self::Error(body) => each(Field::Short, &mut body.message),
            Self::Rewind(body) => short(&mut [&mut body.reason]),
            Self::Reset(body) => short(&mut [&mut body.reason]),
            Self::Route(_)
            | Self::JobEnd(_)
            | Self::AgentEnd(_)
            | Self::Usage(_)
            | Self::Compact(_)
            | Self::Live(_)
            | Self::Tick(_)
            | Self::Meta(_)
            | Self::Unknown(_) => {}
        }
    }
}

/// The strings inside `value`, keys of objects left alone unless they change.
fn each_string(value: &mut Value, each: &mut dyn FnMut(Field, &mut String)) {
    match value {
        Value::String(text) => each(Field::Input, text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_string(item, each)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| each_string(field, each)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The JSON Schema of one event line.
///
/// Open, as the wire is: other types and further fields are allowed.
#[must_use]
pub fn schema() -> Value {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let head = generator.subschema_for::<HeadOut<'_>>();
    let tail = generator.subschema_for::<TailOut<'_>>();
    let mut parts = vec![serde_json::json!(head), serde_json::json!(tail)];
    for (kind, body) in Body::schemas(&mut generator) {
        parts.push(serde_json::json!({
            "if": { "properties": { "type": { "const": kind } }, "required": ["type"] },
            "then": body,
        }));
    }
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "live-status event, version 1",
        "type": "object",
        "allOf": parts,
        "$defs": generator.take_definitions(true),
    })
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

    #[test]
    fn the_head_is_what_serde_would_write() {
        for name in [
            "plain",
            "qu\"ote",
            "back\\slash",
            "line\nend",
            "\u{7f}é\u{1F600}",
            "",
        ] {
            for some in [Some(name), None] {
                let head = HeadOut {
                    v: VERSION,
                    kind: name,
                    ts: some.and(Time::from_ms(1_790_330_407_120)),
                    source: name,
                    session: some,
                    sid: some,
                    agent: some,
                    run: some,
                };
                let mut bytes = Vec::new();
                head.write(&mut bytes);
                let want = serde_json::to_string(&head).expect("writes");
                assert_eq!(String::from_utf8(bytes).expect("utf-8"), want);
            }
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
