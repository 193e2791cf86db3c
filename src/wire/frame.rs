//! Frames: the state of a run at a moment, with its rendered text.
//!
//! A frame is a state, not a log: any later frame of the same key replaces it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::event::{BlockedOn, Context, FileChange, Name, Plan, Route, Src};
use super::time::Time;
use crate::open_enum;

/// A frame is at most this many bytes long on the wire.
pub const MAX_FRAME_BYTES: usize = 64 << 10;

/// A view holds at most this many steps, nested ones included.
pub const MAX_STEPS: usize = 60;

open_enum! {
    /// The state of a run or of a sub-agent, as its tag says it.
    pub enum State {
        /// It works.
        Active = "active",
        /// It waits for a person, permission or quota.
        Blocked = "blocked",
        /// It did what it should.
        Done = "done",
        /// It failed.
        Error = "error",
        /// It was stopped, or nobody knows how it ended.
        Interrupted = "interrupted",
    }
}

impl State {
    /// The word in brackets: `[ACTIVE]`.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("[{}]", self.as_str().to_uppercase())
    }

    /// Whether nothing more is expected.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Done | Self::Error | Self::Interrupted)
    }
}

open_enum! {
    /// What told that a run is over.
    pub enum End {
        /// A record of its source.
        Explicit = "explicit",
        /// Nothing came for long enough.
        Silence = "silence",
    }
}

open_enum! {
    /// How far a step is.
    pub enum StepStatus {
        /// It runs.
        Active = "active",
        /// It waits for a person.
        Blocked = "blocked",
        /// It goes on in the background.
        Background = "background",
        /// It did what it should.
        Ok = "ok",
        /// It failed.
        Error = "error",
        /// It was stopped, cancelled, denied or skipped.
        Stopped = "stopped",
        /// Its result was never seen.
        Unknown = "unknown",
    }
}

impl StepStatus {
    /// Whether it is under way.
    #[must_use]
    pub fn pends(&self) -> bool {
        matches!(self, Self::Active | Self::Blocked | Self::Background)
    }
}

/// Counts over a run or a sub-agent, its own children included once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Calls of tools.
    pub tools: u64,
    /// Calls that failed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed: u64,
    /// Calls that came back or were given up.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ended: u64,
    /// Sub-agents started.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub agents: u64,
    /// Tokens, cached ones included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tokens: u64,
    /// US dollars, where the source prices its calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Calls by kind of work, most first: `[["Reading", 4], …]`; at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<(String, u64)>,
}

/// Files that the calls of a run changed, its children's included once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// Different files.
    pub files: u64,
    /// Lines added.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub added: u64,
    /// Lines removed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: u64,
    /// Those with most lines changed, by their base name; at most 8, none with `--detail none`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<FileChange>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One step: a call of a tool, a background job or a sub-agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The call's id; stable over all frames of a run.
    pub id: Name,
    /// The phrase without its target: `Reading`.
    pub title: String,
    /// The safe target: `config.rs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// How far it is.
    pub status: StepStatus,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Time>,
    /// How long it took, or has been running; in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// A short remark: `exit 101`, `interrupted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The sub-agent this step is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<Box<Child>>,
}

/// A sub-agent inside its parent's box.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Child {
    /// Its label, else its agent's id.
    pub title: String,
    /// Its session's UUID, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Name>,
    /// Its state.
    pub state: State,
    /// Its newest steps, oldest first; none once it is over and folded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Steps before those, sub-agents included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub earlier: u64,
    /// How many of them are sub-agents.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub earlier_agents: u64,
    /// How many of those are not over.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub earlier_running: u64,
    /// Its counts.
    pub totals: Totals,
}

/// The structured state of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct View {
    /// The agent's id, else its source.
    pub agent: String,
    /// What was asked, clipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Time>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Time>,
    /// How long it took, or has been running; in milliseconds. More than from `started` to
    /// `ended` where the source measured more than the times of its records show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Its newest steps, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Steps before those, sub-agents included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub earlier: u64,
    /// How many of them are sub-agents.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub earlier_agents: u64,
    /// How many of those are not over.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub earlier_running: u64,
    /// The newest commentary lines; empty unless asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commentary: Vec<String>,
    /// The agent's plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// What it waits for, and since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Waiting>,
    /// A remark about its state: `no output for 1m`, `retrying after an error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its counts.
    pub totals: Totals,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How full the context is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    /// How often the context was compacted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub compactions: u64,
    /// Files that were changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// Which rule gave the state, and the evidence; only with `--explain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What a blocked run waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Waiting {
    /// `permission`, `question`, `plan` or `quota`.
    pub on: String,
    /// What is asked, made safe and clipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
}

impl Waiting {
    /// What it waits for, in words: `permission`, `an answer`, …
    #[must_use]
    pub fn words(&self) -> &'static str {
        match BlockedOn::from(&*self.on) {
            BlockedOn::Permission => "permission",
            BlockedOn::Question => "an answer",
            BlockedOn::Plan => "its plan to be approved",
            BlockedOn::Quota => "quota",
            BlockedOn::Other(_) => "a person",
        }
    }
}

/// The rendered text, in the markup that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rendered {
    /// For Mattermost and other readers of `CommonMark`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
    /// For Slack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mrkdwn: Option<String>,
    /// For terminals, logs and mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plain: Option<String>,
}

impl Rendered {
    /// The text, whichever markup it is in.
    #[must_use]
    pub fn any(&self) -> Option<&str> {
        self.markdown
            .as_deref()
            .or(self.mrkdwn.as_deref())
            .or(self.plain.as_deref())
    }
}

/// The state of a run at a moment.
// `V` is as much of its view as somebody reads; what is said above stands in the schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Frame<V = View> {
    /// Wire version, 1. A line with a higher one is left out by `post`.
    pub v: u32,
    /// Always `frame`.
    #[serde(rename = "type")]
    pub kind: String,
    /// 26 characters of base32: the same run has the same key on every host.
    pub key: String,
    /// The family of transcripts.
    pub source: Name,
    /// The session's UUID.
    pub sid: Name,
    /// The session's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Name>,
    /// The run.
    pub run: Name,
    /// Records folded into it, its children's included; the same on every host.
    /// (final, rev) orders frames of a key. A tick is no record: a frame that only
    /// time made has the `rev` of the one before it, and a later `at`.
    pub rev: u64,
    /// The moment it speaks of: the newest record's or tick's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// When the newest record was written, its children's included; ticks do not count.
    /// A box is made only for what is young.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Time>,
    /// The run's state.
    pub state: State,
    /// What told that it is over; only with a final state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// Where its box belongs, first the one that counts.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// One line of plain text: `main: working, 5 tools, 38s`.
    pub title: String,
    /// The structured state.
    pub view: V,
    /// The rendered text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Rendered>,
    /// Where the newest records folded into it were read, one for each place.
    #[serde(default)]
    pub src: Vec<Src>,
}

impl Frame {
    /// Appends the frame to `out` as one line, newline included.
    pub fn write(&self, out: &mut Vec<u8>) {
        let written = serde_json::to_writer(&mut *out, self);
        debug_assert!(written.is_ok(), "frames serialise: {written:?}");
        out.push(b'\n');
    }
}

impl Frame {
    /// Calls `each` on every text in which words of an agent, a person or a tool stand.
    ///
    /// This is the one place that knows which fields those are.
    pub fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        each(&mut self.title);
        let view = &mut self.view;
        each(&mut view.agent);
        let waiting = view
            .blocked
            .as_mut()
            .and_then(|blocked| blocked.what.as_mut());
        let shorts = [
            view.request.as_mut(),
            view.note.as_mut(),
            view.model.as_mut(),
            view.why.as_mut(),
            waiting,
        ];
        shorts.into_iter().flatten().for_each(&mut *each);
        view.commentary.iter_mut().for_each(&mut *each);
        if let Some(plan) = &mut view.plan {
            plan.current.iter_mut().for_each(&mut *each);
            plan.items.iter_mut().for_each(|item| each(&mut item.text));
        }
        if let Some(changes) = &mut view.changes {
            changes
                .named
                .iter_mut()
                .for_each(|file| each(&mut file.path));
        }
        view.steps.iter_mut().for_each(|step| step.each_text(each));
        if let Some(text) = &mut self.text {
            let markups = [
                text.markdown.as_mut(),
                text.mrkdwn.as_mut(),
                text.plain.as_mut(),
            ];
            markups.into_iter().flatten().for_each(each);
        }
    }
}

impl Step {
    fn each_text(&mut self, each: &mut dyn FnMut(&mut String)) {
        each(&mut self.title);
        [self.detail.as_mut(), self.note.as_mut()]
            .into_iter()
            .flatten()
            .for_each(&mut *each);
        if let Some(child) = &mut self.child {
            each(&mut child.title);
            child.steps.iter_mut().for_each(|step| step.each_text(each));
        }
    }
}

/// The JSON Schema of one frame line.
#[must_use]
pub fn schema() -> Value {
    titled(schemars::schema_for!(Frame), "live-status frame, version 1")
}

/// `schema` under another title.
pub(super) fn titled(schema: schemars::Schema, title: &str) -> Value {
    let mut value = serde_json::json!(schema);
    value["title"] = title.into();
    value
}

/// The key of a run's frames: the same on every host, after every restart.
///
/// The first 26 characters of the lower-case base32 (RFC 4648) of
/// SHA-256 over `live-status/1`, `source`, `sid` and `run`, each preceded by its
/// length in bytes as a big-endian `u32`, so that no two runs meet by
/// concatenation.
#[must_use]
pub fn key(source: &str, sid: &str, run: &str) -> String {
    digest(&["live-status/1", source, sid, run])
}

/// The key of the box that shows the frames of `frame` in one place of one sink.
///
/// Hashed like [`key`], over the sink's name, the channel's id, the id of the
/// thread's root (empty without one) and the frame's key or the name that a user
/// gave. The server's URL is no part of it: one server has many.
#[must_use]
pub fn box_key(sink: &str, channel: &str, root: Option<&str>, frame: &str) -> String {
    digest(&[
        "live-status/1",
        sink,
        channel,
        root.unwrap_or_default(),
        frame,
    ])
}

fn digest(fields: &[&str]) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        // No field is 4 GiB long; a saturated length would still be deterministic.
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        hash.update(length.to_be_bytes());
        hash.update(field.as_bytes());
    }
    base32(&hash.finalize(), 26)
}

/// The first `length` characters of `bytes` in lower-case base32.
fn base32(bytes: &[u8], length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::with_capacity(length);
    // The bits of the last byte that no character stands for yet.
    let (mut held, mut bits) = (0_u32, 0);
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 && text.len() < length {
            bits -= 5;
            text.push(char::from(ALPHABET[(held >> bits & 31) as usize]));
        }
    }
    if text.len() < length && bits > 0 {
        text.push(char::from(ALPHABET[(held << (5 - bits) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_rfc_4648_in_lower_case() {
        for (bytes, want) in [("fooba", "mzxw6ytb"), ("foobar", "mzxw6ytboi"), ("f", "my")] {
            assert_eq!(base32(bytes.as_bytes(), want.len()), want, "{bytes}");
        }
    }

    #[test]
    fn keys_are_fixed_and_fields_do_not_run_together() {
        let cases = [
            (("openclaw", "s1", "r1"), ("openclaw", "s1r", "1")),
            (("a", "", "bc"), ("a", "b", "c")),
        ];
        for (one, two) in cases {
            let (left, right) = (key(one.0, one.1, one.2), key(two.0, two.1, two.2));
            assert_ne!(left, right, "{one:?} and {two:?}");
            assert_eq!(left.len(), 26);
            assert_eq!(left, key(one.0, one.1, one.2), "same input, same key");
        }
    }
}
