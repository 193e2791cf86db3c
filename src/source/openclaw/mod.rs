//! OpenClaw: pi session records, in files (up to 2026.7) and in SQLite (2026.8 and later).
//!
//! A store's row is byte for byte the line of a file, so one dialect serves both.

mod assistant;
mod call;
mod envelope;
mod harness;
mod key;
mod message;
mod request;
mod result;
mod route;
mod row;
mod run;
mod speech;
mod stream;
mod tool;
mod turn;
mod user;

pub use row::{Harness, Row, Status};

use std::sync::Arc;

use super::pi::record::Entry;
use run::Run;
use serde::de::IgnoredAny;

use super::about::{About, Fit, Knows};
pub use super::dialect::Settings;
use super::dialect::{Broken, Speak};
use super::ids::is_uuid;
use super::lenient::{self, Raw, lossy};
use super::out::{Identity, Out, Remark};
use super::seen::Seen;
use crate::wire::event::{
    Compact, Error, Link, Meta, Model, Name, Outcome, Reset, RunEnd, SessionKind, SessionStart,
};
use crate::wire::time::Time;

/// The name of this source on the wire.
pub const SOURCE: &str = "openclaw";

/// What OpenClaw's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: SOURCE,
    title: "OpenClaw",
    fit,
    is_request,
    knows: Knows {
        start: "a user message, or the session row",
        end: "the status of the session row; else inferred from the stop reason",
        blocked: "questions and approvals",
        children: "by session key, both ways",
        usage: "per message, with cost",
    },
};

/// Whether a record is one of a pi session.
fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    let kind = entry.kind.text().unwrap_or_default();
    let known = match &*kind {
        "session" => entry.id.is_some() || entry.cwd.is_some(),
        "message" => entry
            .message
            .0
            .is_some_and(|message| message.role.is_some()),
        "model_change" | "thinking_level_change" | "compaction" | "branch_summary" => {
            entry.id.is_some()
        }
        "custom" | "custom_message" => entry.custom_type.is_some(),
        _ => false,
    };
    if known { Fit::Perhaps } else { Fit::No }
}

/// The state of one session.
#[derive(Debug)]
pub struct Session {
    who: Identity,
    settings: Settings,
    kind: SessionKind,
    row: Arc<Row>,
    /// `session.start` went out.
    introduced: bool,
    cwd: Option<String>,
    model: Option<Box<str>>,
    /// Records older than this were copied from the parent's transcript.
    inherited_until: Option<Time>,
    /// Requests seen; the first one names its run `first`.
    requests: u64,
    run: Option<Box<Run>>,
    seen: Seen,
    /// The newest time of a message that was taken in, in milliseconds.
    high_water_ms: i64,
    /// The id of the record taken in last.
    last_id: Option<String>,
    /// Reading began anew, and has not come to anything new yet.
    rereading: bool,
}

impl Session {
    /// A session of which nothing was read yet.
    #[must_use]
    pub fn new(who: Identity, settings: Settings) -> Self {
        let kind = who
            .session
            .as_deref()
            .map_or(SessionKind::Main, |name| key::parse(name).kind);
        Self {
            who,
            settings,
            kind,
            row: Arc::default(),
            introduced: false,
            cwd: None,
            model: None,
            inherited_until: None,
            requests: 0,
            run: None,
            seen: Seen::default(),
            high_water_ms: i64::MIN,
            last_id: None,
            rereading: false,
        }
    }

    /// Whose records these are.
    #[must_use]
    pub fn who(&self) -> &Identity {
        &self.who
    }

    /// What the session's newest row said.
    #[must_use]
    pub fn known(&self) -> &Row {
        &self.row
    }

    /// Whether a run is under way as far as records tell.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.is_open())
    }

    /// The newest run's id.
    #[must_use]
    pub fn newest_run(&self) -> Option<&Name> {
        self.run.as_ref().map(|run| &run.id)
    }

    /// Whether a call of the newest run waits for its result.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.run
            .as_ref()
            .is_some_and(|run| run.is_open() && !run.pending.is_empty())
    }

    /// Whether time matters to it: a run, a background job or a wait is under way.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.run.as_ref().is_some_and(|run| {
            run.is_open() || !run.jobs.is_empty() || !run.asked.is_empty() || run.awaited > 0
        })
    }

    /// Requests seen so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Reading begins behind `requests` requests that are not read again.
    pub fn resume(&mut self, requests: u64) {
        self.requests = requests;
    }

    /// The transcript is gone, and nothing more will come of it.
    pub fn vanished(&mut self, out: &mut Out<'_>) {
        out.raw = Some("session-row".into());
        self.end_by_records(Some(RunEnd::GONE), out);
    }

    /// Lets go of what only an open run needs.
    pub fn rest(&mut self) {
        if !self.is_open() {
            self.seen.clear();
        }
    }

    /// The records that follow stand in another transcript, which goes on with this session.
    pub fn goes_on(&mut self) {
        self.settings.successor = true;
        self.inherited_until = None;
    }

    /// Takes in what the session's row says, before its records are read.
    pub fn learn(&mut self, session: Option<Name>, row: Arc<Row>) {
        if let Some(session) = session {
            self.kind = key::parse(&session).kind;
            self.who.session = Some(session);
        }
        if self.who.agent.is_none() {
            self.who.agent = self
                .who
                .session
                .as_deref()
                .and_then(|name| key::parse(name).agent.map(Name::from));
        }
        self.row = row;
    }

    /// Reads one record, a line of a file or a row of a store.
    ///
    /// # Errors
    ///
    /// [`Broken`] where it is no JSON object. Everything else gives events or a remark.
    pub fn record(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken> {
        let text = lossy(bytes);
        let mut entry = Entry::default();
        if lenient::read_into(&mut entry, &text).is_none() {
            return odd_shape(&text).map(|kind| self.unknown(&kind, out));
        }
        out.odd("an entry", &entry.odd);
        out.ts = entry.timestamp.text().and_then(|text| Time::parse(&text));
        let kind = entry.kind.text().unwrap_or_default();
        out.raw = None;
        match &*kind {
            "message" => {
                if let Some(message) = &entry.message.0 {
                    self.message(&entry, message, bytes, out);
                } else {
                    out.remark(Remark::Shape("message".into()));
                }
            }
            "session" => self.header(&entry, out),
            "model_change" => {
                self.introduce(out);
                let model = entry.model.text().unwrap_or_default().into_owned();
                self.model = Some(model.clone().into());
                let provider = entry.provider.word().map(|text| text.into_owned());
                self.emit(out, "model_change", Model { model, provider });
            }
            "compaction" => {
                let before = entry
                    .tokens_before
                    .int()
                    .and_then(|tokens| u64::try_from(tokens).ok());
                if self.is_fresh(&entry, out) {
                    self.emit(out, "compaction", Compact { before });
                }
            }
            "reset" => {
                if self.is_fresh(&entry, out) {
                    let reason = entry.reason.word().map(|text| text.into_owned());
                    self.end_by_records(Some("reset"), out);
                    self.emit(out, "reset", Reset { reason });
                }
            }
            "custom" => self.custom(&entry, out),
            "custom_message" => self.custom_message(&entry, out),
            "thinking_level_change" | "branch_summary" | "label" | "session_info" | "leaf" => {}
            other => self.unknown(other, out),
        }
        Ok(())
    }

    fn header(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        if self.cwd.is_none() {
            self.cwd = entry.cwd.word().map(|text| text.into_owned());
        }
        // A file on its own may be named anything: then the header knows better.
        if !is_uuid(&self.who.sid)
            && self.who.session.is_none()
            && !self.introduced
            && let Some(id) = entry.id.word()
        {
            self.who.sid = id.into();
        }
        if entry.parent_session.is_some() && !self.settings.successor && self.requests == 0 {
            self.inherited_until = out.ts;
        }
        out.raw = Some("session".into());
        self.introduce(out);
    }

    /// Says once that the session is there.
    fn introduce(&mut self, out: &mut Out<'_>) {
        if self.introduced {
            return;
        }
        self.introduced = true;
        let start = SessionStart {
            cwd: self.cwd.clone(),
            title: self.row.title.as_deref().map(str::to_owned),
            model: self.row.model.as_deref().map(str::to_owned),
            kind: Some(self.kind.clone()),
            parent: self.parent(),
        };
        out.emit(&self.who, None, start);
    }

    /// The session that started this one.
    fn parent(&self) -> Option<Link> {
        let child = matches!(self.kind, SessionKind::Subagent | SessionKind::Acp);
        let session = self.row.parent.as_deref().filter(|_| child)?;
        Some(Link {
            source: self.who.source.clone(),
            session: Some(session.into()),
            ..Link::default()
        })
    }

    #[expect(
        clippy::collapsible_match,
        reason = "whether an entry is fresh is remembered by asking"
    )]
    fn custom(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        match entry.custom_type.text().unwrap_or_default().as_ref() {
            "openclaw:prompt-error" => {
                if self.is_fresh(entry, out) {
                    let message = entry
                        .data
                        .field("error")
                        .word()
                        .or_else(|| entry.data.field("message").word());
                    let message = message
                        .map_or_else(|| "the prompt failed".to_owned(), |text| text.into_owned());
                    self.emit(
                        out,
                        "custom/openclaw:prompt-error",
                        Error {
                            message,
                            retrying: false,
                        },
                    );
                }
            }
            // Ends every completed run of a root session, with or without a status in the row.
            "openclaw:bootstrap-context:full" => {
                if self.is_fresh(entry, out)
                    && self.run.as_ref().is_some_and(|run| run.has_answered())
                {
                    self.end(Outcome::Ok, None, true, out);
                }
            }
            _ => {}
        }
    }

    #[expect(
        clippy::collapsible_match,
        reason = "whether an entry is fresh is remembered by asking"
    )]
    fn custom_message(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        match entry.custom_type.text().unwrap_or_default().as_ref() {
            "openclaw:turn-aborted" => {
                if self.is_fresh(entry, out) {
                    self.end(Outcome::Interrupted, Some("aborted"), true, out);
                }
            }
            "openclaw.sessions_yield" => {
                if self.is_fresh(entry, out) {
                    self.end(Outcome::Ok, Some("yielded"), true, out);
                }
            }
            _ => {}
        }
    }

    fn unknown(&mut self, kind: &str, out: &mut Out<'_>) {
        out.remark(Remark::Type(kind.to_owned()));
        self.introduce(out);
        self.emit(out, kind.to_owned(), Meta {});
    }

    /// Emits an event of the newest run.
    fn emit(
        &self,
        out: &mut Out<'_>,
        raw: impl Into<std::borrow::Cow<'static, str>>,
        body: impl Into<crate::wire::event::Body>,
    ) {
        out.raw = Some(raw.into());
        out.emit(&self.who, self.run.as_ref().map(|run| &run.id), body);
    }

    /// Whether an entry that is no message is neither inherited nor seen before.
    fn is_fresh(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) -> bool {
        self.introduce(out);
        let at_ms = out.ts.map(|ts| ts.0);
        if self.is_inherited(out.ts) || self.is_repeat(entry, at_ms) {
            return false;
        }
        self.seen.at(at_ms);
        if entry.id.is_some() && !self.seen.is_new(("entry", entry.id.0)) {
            return false;
        }
        self.took(entry, at_ms);
        true
    }

    /// Whether an entry is a repetition of one that `seen` may have forgotten: its time is
    /// not new, and it does not go on from the last one or is read again from a rewritten file.
    fn is_repeat(&self, entry: &Entry<'_>, at_ms: Option<i64>) -> bool {
        let goes_on =
            !entry.parent.is_some() || entry.parent.text().as_deref() == self.last_id.as_deref();
        at_ms.is_some_and(|at| {
            (at <= self.high_water_ms && !goes_on)
                || (self.rereading && at <= self.seen.forgotten_ms())
        })
    }

    /// Remembers that an entry was taken in.
    fn took(&mut self, entry: &Entry<'_>, at_ms: Option<i64>) {
        if at_ms.is_some_and(|at| at > self.high_water_ms) {
            self.rereading = false;
        }
        self.high_water_ms = self.high_water_ms.max(at_ms.unwrap_or(i64::MIN));
        if let Some(id) = entry.id.word() {
            let last = self.last_id.get_or_insert_default();
            last.clear();
            last.push_str(&id);
        }
    }

    /// Whether a record of that time was copied from the parent's transcript by a fork.
    fn is_inherited(&self, ts: Option<Time>) -> bool {
        matches!((ts, self.inherited_until), (Some(ts), Some(until)) if ts < until)
    }

    /// The records of a transcript begin anew from its first byte.
    ///
    /// What was shown is remembered, so that only what is new gives events.
    pub fn rewound(&mut self, reason: &str, out: &mut Out<'_>) {
        self.rereading = true;
        let rewind = crate::wire::event::Rewind {
            reason: Some(reason.to_owned()),
        };
        out.ts = None;
        out.emit(&self.who, self.run.as_ref().map(|run| &run.id), rewind);
    }
}

/// Whether a record is a user message, at a glance.
#[must_use]
pub fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Entry<'_>>(&text).is_some_and(|entry| {
        entry
            .message
            .0
            .is_some_and(|message| message.role.0 == "\"user\"")
    })
}

/// The type of a record that is JSON but not of the expected shape.
fn odd_shape(text: &str) -> Result<String, Broken> {
    if !text.trim_start().starts_with('{') || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Err(Broken::why(text));
    }
    Ok(Raw(text.trim())
        .field("type")
        .text()
        .unwrap_or_default()
        .into_owned())
}

impl Speak for Session {
    fn who(&self) -> &Identity {
        self.who()
    }
    fn record(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken> {
        self.record(bytes, out)
    }
    fn is_open(&self) -> bool {
        self.is_open()
    }
    fn newest_run(&self) -> Option<&Name> {
        self.newest_run()
    }
    fn is_pending(&self) -> bool {
        self.is_pending()
    }
    fn is_watched(&self) -> bool {
        self.is_watched()
    }
    fn requests(&self) -> u64 {
        self.requests()
    }
    fn resume(&mut self, requests: u64) {
        self.resume(requests);
    }
    fn vanished(&mut self, out: &mut Out<'_>) {
        self.vanished(out);
    }
    fn rest(&mut self) {
        self.rest();
    }
    fn rewound(&mut self, reason: &str, out: &mut Out<'_>) {
        self.rewound(reason, out);
    }
    fn known(&self) -> Option<&Row> {
        Some(self.known())
    }
    fn learn(&mut self, session: Option<Name>, row: Arc<Row>) {
        self.learn(session, row);
    }
    fn judge(&mut self, out: &mut Out<'_>) {
        self.judge(out);
    }
    fn goes_on(&mut self) {
        self.goes_on();
    }
    fn stream(&mut self, bytes: &[u8], out: &mut Out<'_>) {
        self.stream(bytes, out);
    }
}
