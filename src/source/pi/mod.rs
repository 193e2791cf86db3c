//! pi: `~/.pi/agent/sessions/--<cwd>--/<time>_<uuid>.jsonl`, and what `pi --mode json` prints.
//!
//! OpenClaw is built on pi, and the records of both have the same shape; what
//! OpenClaw adds to them is read in its own room. A pi session has no row: all
//! that is known stands in its file.
//!
//! Source of the shapes: `pi-mono:packages/coding-agent/src/core/session-manager.ts`
//! and `packages/coding-agent/docs/json.md`.

mod answer;
pub(super) mod content;
pub(super) mod phase;
pub(super) mod record;
mod result;
pub(super) mod usage;

use record::{Entry, Message};

use super::about::{About, Fit, Knows};
use super::dialect::{Broken, Settings};
use super::ids::is_uuid;
use super::lenient::{self, lossy};
use super::out::{Identity, Out, Remark};
use super::track::{Last, Track, Tracked};
use crate::wire::event::{Compact, Error};
use crate::wire::time::Time;

/// What pi's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "pi",
    title: "pi",
    fit,
    is_request: super::openclaw::is_request,
    knows: Knows {
        start: "a user message",
        end: "inferred from the stop reason; explicit with agent_end of --mode json",
        blocked: "questions that extensions ask; pi itself asks for no permission",
        children: "none: sub-agents of extensions keep no transcript",
        usage: "per message, with cost",
    },
};

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    /// Records older than this were copied from the session that this one was forked from.
    inherited_until: Option<Time>,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            inherited_until: None,
        })
    }

    fn read(&mut self, entry: &Entry<'_>, line: &[u8], out: &mut Out<'_>) {
        let kind = entry.kind.text().unwrap_or_default();
        match &*kind {
            "session" => self.header(entry, out),
            "message" | "message_end" => match &entry.message.0 {
                Some(message) => self.message(entry, message, line, out),
                None => out.remark(Remark::Shape(kind.into_owned())),
            },
            "model_change" => {
                out.raw = Some("model_change".into());
                self.track.introduce(out);
                let (model, provider) = (entry.model.word(), entry.provider.word());
                self.track.model_of(model, provider, out);
            }
            "compaction" => {
                if self.is_fresh(entry, out) {
                    out.raw = Some("compaction".into());
                    let before = entry.tokens_before.int();
                    let before = before.and_then(|tokens| u64::try_from(tokens).ok());
                    self.track.emit(out, Compact { before });
                }
            }
            "session_info" => self.track.entitle(entry.name.word(), out),
            "agent_end" | "agent_settled" => {
                out.raw = Some("agent_end".into());
                self.track.confirm_end(out);
            }
            "auto_retry_start" => {
                out.raw = Some("auto_retry_start".into());
                self.track.went_on(Last::Error, out);
            }
            "thinking_level_change"
            | "branch_summary"
            | "custom"
            | "custom_message"
            | "label"
            | "leaf"
            | "agent_start"
            | "turn_start"
            | "turn_end"
            | "message_start"
            | "message_update"
            | "tool_execution_start"
            | "tool_execution_update"
            | "tool_execution_end"
            | "queue_update"
            | "compaction_start"
            | "compaction_end"
            | "auto_compaction_start"
            | "auto_compaction_end"
            | "auto_retry_end" => {}
            other => self.track.unknown(other, out),
        }
    }

    fn header(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        if self.track.cwd.is_none() {
            self.track.cwd = entry.cwd.word().map(|cwd| cwd.into_owned());
        }
        // A file on its own may be named anything: then the header knows better.
        if !is_uuid(&self.track.who.sid)
            && !self.track.is_introduced()
            && let Some(id) = entry.id.word()
        {
            self.track.who.sid = id.into();
        }
        if entry.parent_session.is_some() && !self.track.has_run() {
            self.inherited_until = out.ts;
        }
        out.raw = Some("session".into());
        self.track.introduce(out);
        let (model, provider) = (entry.model.word(), entry.provider.word());
        self.track.model_of(model, provider, out);
    }

    fn message(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        out.odd("a message", &message.odd);
        out.ts = out.ts.or(message.timestamp.int().and_then(Time::from_ms));
        let role = message.role.text().unwrap_or_default();
        if self.is_inherited(out.ts) {
            // What it was worked out with still holds.
            if &*role == "user" {
                self.track.inherit_request();
            }
            return;
        }
        if !self.is_fresh(entry, out) {
            return;
        }
        match &*role {
            "user" => {
                out.raw = Some("message/user".into());
                let asked = message.content.text();
                let cause = self.track.cause();
                self.track.request(None, asked.trim(), cause, out);
            }
            "assistant" => {
                out.raw = Some("message/assistant".into());
                self.assistant(entry, message, line, out);
            }
            "toolResult" => {
                out.raw = Some("message/toolResult".into());
                self.result(message, out);
            }
            "bashExecution" => {
                out.raw = Some("message/bashExecution".into());
                self.bash(entry, message, line, out);
            }
            "custom" | "hookMessage" | "branchSummary" | "compactionSummary" => {}
            other => out.remark(Remark::Role(other.to_owned())),
        }
    }

    /// Whether a record is neither copied from another session nor seen before.
    fn is_fresh(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) -> bool {
        if self.is_inherited(out.ts) {
            return false;
        }
        let fresh = self.track.is_fresh(entry.id.word().as_deref(), out.ts);
        if fresh {
            self.track.introduce(out);
        }
        fresh
    }

    /// Whether a record of that time was copied by a fork.
    fn is_inherited(&self, ts: Option<Time>) -> bool {
        matches!((ts, self.inherited_until), (Some(ts), Some(until)) if ts < until)
    }

    /// An error of the service.
    pub(super) fn trouble(&mut self, message: String, retrying: bool, out: &mut Out<'_>) {
        self.track.went_on(Last::Error, out);
        self.track.emit(out, Error { message, retrying });
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
        // What is streamed has many more keys, and no time of its own.
        if entry.timestamp.is_some() {
            out.odd("an entry", &entry.odd);
        }
        out.ts = entry.timestamp.text().and_then(|text| Time::parse(&text));
        self.read(&entry, bytes, out);
        Ok(())
    }
}

/// Whether a record is one of pi's.
///
/// Most could as well be OpenClaw's, which is met more often. Sessions of pi itself are named by
/// UUIDs of version 7, and their first headers told the model.
fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    let kind = entry.kind.text().unwrap_or_default();
    match &*kind {
        "session" => {
            let id = entry.id.word().unwrap_or_default();
            let by_time = is_uuid(&id) && id.as_bytes().get(14) == Some(&b'7');
            match entry.cwd.is_some() {
                true if by_time || entry.model.is_some() => Fit::Surely,
                true => Fit::Hardly,
                false => Fit::No,
            }
        }
        "message" if entry.message.0.is_some_and(|it| it.role.is_some()) => Fit::Hardly,
        "model_change" | "thinking_level_change" | "compaction" if entry.timestamp.is_some() => {
            Fit::Hardly
        }
        _ => Fit::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_tells_pi_from_what_is_built_on_it() {
        let cases = [
            (
                r#"{"type":"session","version":3,"id":"019e19b4-eb48-746a-aa6b-8dfcfa37954b","cwd":"/p"}"#,
                Fit::Surely,
            ),
            (
                r#"{"type":"session","id":"d703a1a9-1b7b-4fb1-b512-c9738b1fe617","cwd":"/p","modelId":"m"}"#,
                Fit::Surely,
            ),
            (
                r#"{"type":"session","version":3,"id":"d703a1a9-1b7b-4fb1-b512-c9738b1fe617","cwd":"/p"}"#,
                Fit::Hardly,
            ),
            (
                r#"{"type":"message","message":{"role":"user","content":"x"}}"#,
                Fit::Hardly,
            ),
            (r#"{"type":"message","message":"x"}"#, Fit::No),
        ];
        for (line, want) in cases {
            assert_eq!(fit(line), want, "{line}");
        }
    }
}
