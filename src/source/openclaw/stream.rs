//! The log of an ACP session's stream: what such a session says and does on its way.
//!
//! Its transcript has the prompt and the answer alone. The log is kept where the
//! parent asked for it (`streamTo: "parent"`): a file beside the transcript (era
//! F), rows of a table (era D2), one object per event.
//!
//! Source: `oc:src/agents/acp-spawn-parent-stream.ts`. A reasoning stream is
//! never looked at, and what repeats the deltas as runtime events is passed over.

use std::borrow::Cow;

use super::Session;
use super::run::Run;
use crate::safe::words;
use crate::source::ids::TEXT_BYTES;
use crate::source::lenient::{self, Maybe, Raw, lenient, lossy};
use crate::source::out::Out;
use crate::source::pi::phase;
use crate::wire::event::{Name, Outcome, Phase, Progress, Text, TextMode, ToolEnd, ToolStart};
use crate::wire::time::Time;

/// The kind of an ACP update that holds reasoning.
const THOUGHT: &str = "agent_thought_chunk";

lenient! {
    /// One event of the log.
    pub struct Entry<'a> {
        "ts" => ts: Raw<'a>,
        "epochMs" => epoch_ms: Raw<'a>,
        "kind" => kind: Raw<'a>,
        "delta" => delta: Raw<'a>,
        "text" => text: Raw<'a>,
        "phase" => phase: Raw<'a>,
        "data" => data: Maybe<Update<'a>>,
    }
    known { _ }
}

lenient! {
    /// `data` of an event of the ACP runtime.
    pub struct Update<'a> {
        "eventType" => kind: Raw<'a>,
        "text" => text: Raw<'a>,
        "tag" => tag: Raw<'a>,
        "title" => title: Raw<'a>,
        "status" => status: Raw<'a>,
        "toolCallId" => call: Raw<'a>,
    }
    known { _ }
}

/// The text that a stream is in the middle of: a new one begins where anything comes between.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    number: u64,
    /// None between two texts.
    phase: Option<Phase>,
    /// What was not told yet: its last word may go on, and half a secret would not be known for one.
    held: String,
    /// It takes the place of what was told.
    replaces: bool,
}

impl Session {
    /// Reads one record of the stream's log; what is none is passed over.
    pub(super) fn stream(&mut self, bytes: &[u8], out: &mut Out<'_>) {
        let text = lossy(bytes);
        let Some(entry) = lenient::read::<Entry<'_>>(&text) else {
            return;
        };
        let at = entry.ts.text().and_then(|text| Time::parse(&text));
        out.ts = at.or_else(|| entry.epoch_ms.int().and_then(Time::from_ms));
        // A log goes on for as long as the session: what came before this run is not of it.
        let old = self.requests > 1
            && matches!((out.ts, self.run.as_ref().and_then(|run| run.started)),
                (Some(at), Some(started)) if at < started);
        if old {
            return;
        }
        match &*entry.kind.text().unwrap_or_default() {
            "assistant_delta" => self.streamed(false, entry.delta, entry.phase, out),
            "assistant_replaceable_snapshot" => {
                self.streamed(true, entry.text, entry.phase, out);
            }
            "acp" => {
                if let Some(update) = &entry.data.0 {
                    self.updated(update, out);
                }
            }
            "lifecycle" => self.rest_of_text(out),
            _ => {}
        }
    }

    /// A piece of a text: as much is told as surely holds whole lines or sentences.
    fn streamed(&mut self, replaces: bool, text: Raw<'_>, phase: Raw<'_>, out: &mut Out<'_>) {
        let phase = phase::named(phase).unwrap_or(Phase::Unknown);
        let text = text.prefix(TEXT_BYTES).unwrap_or_default();
        let goes_on = |run: &Run| run.stretch.phase.as_ref() == Some(&phase);
        if text.is_empty() || self.run.is_none() {
            return;
        }
        if !self.run.as_deref().is_some_and(goes_on) {
            self.rest_of_text(out);
        }
        let Some(run) = &mut self.run else { return };
        run.last_at = run.last_at.max(out.ts);
        let stretch = &mut run.stretch;
        if stretch.phase.replace(phase).is_none() {
            stretch.number += 1;
        }
        stretch.replaces = replaces;
        if replaces {
            stretch.held.clear();
        }
        if stretch.held.len() < TEXT_BYTES {
            stretch.held.push_str(&text);
        }
        let whole = words::whole(&stretch.held, text.len());
        self.tell(whole, out);
    }

    /// Tells what is left of a text that something follows.
    fn rest_of_text(&mut self, out: &mut Out<'_>) {
        let held = self.run.as_ref().map_or(0, |run| run.stretch.held.len());
        self.tell(held, out);
        if let Some(run) = &mut self.run {
            run.stretch.held.clear();
            run.stretch.phase = None;
        }
    }

    /// Tells so many bytes of the text.
    fn tell(&mut self, bytes: usize, out: &mut Out<'_>) {
        let Some(run) = &mut self.run else { return };
        let stretch = &mut run.stretch;
        let (Some(phase), true) = (&stretch.phase, bytes > 0) else {
            return;
        };
        let (phase, id) = (phase.clone(), format!("stream:{}", stretch.number).into());
        let (mode, text) = match stretch.replaces {
            // The next one may end here as well.
            true => (TextMode::Replace, stretch.held[..bytes].to_owned()),
            false => (TextMode::Delta, stretch.held.drain(..bytes).collect()),
        };
        let text = Text {
            id,
            phase,
            mode,
            text,
        };
        self.emit(out, "acp-stream/assistant", text);
    }

    fn updated(&mut self, update: &Update<'_>, out: &mut Out<'_>) {
        let Some(run) = &mut self.run else { return };
        run.last_at = run.last_at.max(out.ts);
        match &*update.kind.text().unwrap_or_default() {
            "status" => {
                let text = update.text.prefix(TEXT_BYTES).unwrap_or_default();
                let tag = update.tag.word().filter(|tag| tag != THOUGHT);
                if let Some(tag) = tag.filter(|_| !text.trim().is_empty()) {
                    self.rest_of_text(out);
                    let progress = Progress {
                        tag: tag.as_ref().into(),
                        text: text.into_owned(),
                    };
                    self.emit(out, "acp-stream/status", progress);
                }
            }
            "tool_call" => {
                run.worked = true;
                self.rest_of_text(out);
                self.used(update, out);
            }
            "done" | "error" => self.rest_of_text(out),
            _ => {}
        }
    }

    /// A tool was called, or its call came back.
    fn used(&mut self, update: &Update<'_>, out: &mut Out<'_>) {
        let Some(call) = update.call.word() else {
            return;
        };
        let call: Name = call.as_ref().into();
        if self.seen.is_new(("stream-call", &*call)) {
            let start = ToolStart {
                call: call.clone(),
                name: None,
                title: update.title.word().map(Cow::into_owned),
                kind: None,
                input: serde_json::Value::Null,
                parent_call: None,
            };
            self.emit(out, "acp-stream/tool_call", start);
        }
        let outcome = match &*update.status.text().unwrap_or_default() {
            "completed" => Outcome::Ok,
            "failed" => Outcome::Error,
            _ => return,
        };
        if self.seen.is_new(("stream-result", &*call)) {
            let end = ToolEnd {
                call,
                outcome,
                exit_code: None,
                job: None,
                error: None,
                ms: None,
                bytes: None,
                files: Vec::new(),
            };
            self.emit(out, "acp-stream/tool_call", end);
        }
    }
}
