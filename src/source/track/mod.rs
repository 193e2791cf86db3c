//! What any dialect keeps of one session: who it is, what was seen, its newest run.
//!
//! A dialect that has no index rows understands its records and says here what
//! they mean; the rules of a run's life are then the same for all of them.

mod calls;
mod children;
mod counts;
mod lines;
mod tool;
mod turn;

pub(super) use calls::{Ended, NewCall, Pending};
pub(super) use counts::Parts;
pub(super) use lines::Lines;
pub(super) use tool::plain;
pub(super) use turn::Last;

use std::borrow::Cow;

use counts::{Counts, parts_of};
use serde::de::IgnoredAny;
use turn::Turn;

use super::dialect::{Broken, Settings, Speak};
use super::lenient::Raw;
use super::out::{Identity, Out, Remark};
use super::seen::Seen;
use crate::wire::event::{
    Body, Link, Meta, Model, Name, Rewind, RunEnd, Scope, SessionKind, SessionStart, Usage,
};
use crate::wire::time::Time;

/// One session, as far as its records tell.
#[derive(Debug)]
pub(super) struct Track {
    pub(super) who: Identity,
    pub(super) full: bool,
    pub(super) kind: SessionKind,
    /// The session that started this one.
    pub(super) parent: Option<Name>,
    /// The call of that session which did.
    pub(super) parent_call: Option<Name>,
    pub(super) cwd: Option<String>,
    pub(super) title: Option<String>,
    pub(super) model: Option<Box<str>>,
    /// `session.start` went out; with a title or without.
    introduced: Option<bool>,
    /// Requests seen; the first one names its run `first`.
    requests: u64,
    run: Option<Box<Turn>>,
    seen: Seen,
    counts: Counts,
    /// The newest time of a record that was taken in, in milliseconds.
    high_water_ms: i64,
    /// Reading began anew, and has not come to anything new yet.
    rereading: bool,
    /// The list that was told last.
    planned: Option<Box<str>>,
}

impl Track {
    pub(super) fn new(who: Identity, settings: Settings) -> Self {
        Self {
            who,
            full: settings.full,
            kind: SessionKind::Main,
            parent: None,
            parent_call: None,
            cwd: None,
            title: None,
            model: None,
            introduced: None,
            requests: 0,
            run: None,
            seen: Seen::default(),
            counts: Counts::default(),
            high_water_ms: i64::MIN,
            rereading: false,
            planned: None,
        }
    }

    /// Whether something was not seen before, by what it is.
    pub(super) fn is_new(&mut self, kind: &'static str, id: &str) -> bool {
        self.seen.is_new((kind, id))
    }

    /// Whether a record was not taken in before; asked once of each.
    pub(super) fn is_fresh(&mut self, id: Option<&str>, ts: Option<Time>) -> bool {
        let at_ms = ts.map(|ts| ts.0);
        if self.rereading && at_ms.is_some_and(|at| at <= self.seen.forgotten_ms()) {
            return false;
        }
        self.seen.at(at_ms);
        if id.is_some_and(|id| !self.seen.is_new(("record", id))) {
            return false;
        }
        if let Some(at) = at_ms.filter(|at| *at > self.high_water_ms) {
            self.high_water_ms = at;
            self.rereading = false;
        }
        true
    }

    /// All of a session is read once more, as where one document holds it: only what is new counts.
    pub(super) fn reread(&mut self) {
        match self.is_introduced() {
            true => self.rereading = true,
            false => self.requests = 0,
        }
    }

    /// Whether it was said already that the session is there.
    pub(super) fn is_introduced(&self) -> bool {
        self.introduced.is_some()
    }

    /// Says once that the session is there, and once more when it has a title.
    pub(super) fn introduce(&mut self, out: &mut Out<'_>) {
        let titled = self.title.is_some();
        if self.introduced.is_some_and(|before| before || !titled) {
            return;
        }
        self.introduced = Some(titled);
        let start = SessionStart {
            cwd: self.cwd.clone(),
            title: self.title.clone(),
            model: self.model.as_deref().map(str::to_owned),
            kind: Some(self.kind.clone()),
            parent: self.parent_link(),
        };
        out.emit(&self.who, None, start);
    }

    /// The session has a title, and keeps it.
    pub(super) fn entitle(&mut self, title: Option<Cow<'_, str>>, out: &mut Out<'_>) {
        if let (None, Some(title)) = (&self.title, title) {
            self.title = Some(title.into_owned());
            if self.is_introduced() {
                self.introduce(out);
            }
        }
    }

    pub(super) fn parent_link(&self) -> Option<Link> {
        let link = self.link(self.parent.clone()?);
        let call = self.parent_call.clone();
        Some(Link { call, ..link })
    }

    /// A sub-agent's parent is known better than its place tells: what was said already is said again.
    pub(super) fn started_by(&mut self, parent: Option<Name>, call: Option<Name>) {
        self.parent = parent.or(self.parent.take());
        self.parent_call = call;
        self.introduced = None;
    }

    /// A link to another session of the same source.
    pub(super) fn link(&self, sid: Name) -> Link {
        Link {
            source: self.who.source.clone(),
            sid: Some(sid),
            ..Link::default()
        }
    }

    /// The newest run, as long as it is under way.
    pub(super) fn open_run(&self) -> Option<&Name> {
        let run = self.run.as_ref().filter(|run| run.is_open());
        run.map(|run| &run.id)
    }

    /// Emits an event of the newest run.
    pub(super) fn emit(&self, out: &mut Out<'_>, body: impl Into<Body>) {
        self.emit_in(None, out, body);
    }

    /// Emits an event of an earlier run, or of the newest.
    fn emit_in(&self, earlier: Option<&Name>, out: &mut Out<'_>, body: impl Into<Body>) {
        let newest = self.run.as_ref().map(|run| &run.id);
        out.emit(&self.who, earlier.or(newest), body);
    }

    /// Another model works from now on.
    pub(super) fn model(&mut self, model: Option<Cow<'_, str>>, out: &mut Out<'_>) {
        self.model_of(model, None, out);
    }

    /// Another model works from now on, and somebody in particular provides it.
    pub(super) fn model_of(
        &mut self,
        model: Option<Cow<'_, str>>,
        provider: Option<Cow<'_, str>>,
        out: &mut Out<'_>,
    ) {
        let Some(model) = model.filter(|model| self.model.as_deref() != Some(model)) else {
            return;
        };
        self.model = Some(model.as_ref().into());
        let model = model.into_owned();
        let provider = provider.map(Cow::into_owned);
        self.emit(out, Model { model, provider });
    }

    /// What one answer of the model cost: told once, and again where a later record of the same
    /// answer counts more. Gives the tokens that were not told before.
    pub(super) fn usage(&mut self, usage: Usage, out: &mut Out<'_>) -> Parts {
        self.usage_within(None, usage, out)
    }

    /// The same of an answer that the sub-agent gave which a call started.
    pub(super) fn usage_within(
        &mut self,
        call: Option<&Name>,
        mut usage: Usage,
        out: &mut Out<'_>,
    ) -> Parts {
        if usage.total == 0 {
            usage.total = parts_of(&usage).into_iter().fold(0, u64::saturating_add);
        }
        let growth = match usage.scope {
            _ if usage.total == 0 => None,
            Scope::Call => {
                let seen = &mut self.seen;
                let is_new = |id: &str| seen.is_new(("usage", id));
                self.counts.growth(&usage, is_new)
            }
            Scope::Total | Scope::Other(_) => Some(parts_of(&usage)),
        };
        if growth.is_some() {
            let of = call.and_then(|call| self.run_within(call));
            self.emit_in(of.as_ref(), out, usage);
        }
        growth.unwrap_or_default()
    }

    /// A request that this session took over from another one: the next is not its first.
    pub(super) fn inherit_request(&mut self) {
        self.requests += 1;
    }

    /// Passes on a record that is JSON, but has another shape than any of the source's.
    pub(super) fn misread(&mut self, text: &str, out: &mut Out<'_>) -> Result<(), Broken> {
        let is_object = text.trim_start().starts_with('{');
        if !is_object || serde_json::from_str::<IgnoredAny>(text).is_err() {
            return Err(Broken::why(text));
        }
        let kind = Raw(text.trim()).field("type").text().unwrap_or_default();
        self.unknown(&kind, out);
        Ok(())
    }

    /// A record of a type that nobody knows here.
    pub(super) fn unknown(&mut self, kind: &str, out: &mut Out<'_>) {
        out.remark(Remark::Type(kind.to_owned()));
        // What it is about is not known, so it does not say that the session is there.
        if self.is_introduced() {
            out.raw = Some(kind.to_owned().into());
            self.emit(out, Meta {});
        }
    }
}

/// A dialect that keeps a [`Track`]: everything but its records is answered here.
pub(super) trait Tracked {
    fn track(&self) -> &Track;
    fn track_mut(&mut self) -> &mut Track;
    /// Reads one record.
    fn step(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken>;
    /// Tells what was held back until more would come.
    fn held(&mut self, _out: &mut Out<'_>) {}
    /// The transcript is gone: ends what the track does not know of.
    fn gone(&mut self, _out: &mut Out<'_>) {}
    /// Lets go of what only an open run needs, beyond the track.
    fn idle(&mut self) {}
    /// Learns whose session it is from a first record that is not read again.
    fn begins_with(&mut self, _record: &[u8]) {}
    /// The transcript is read from its first byte again.
    fn again(&mut self) {}
    /// Takes in the file beside a sub-agent's transcript; gives whether it said anything.
    fn beside(&mut self, _bytes: &[u8]) -> bool {
        false
    }
}

impl<T: Tracked> Speak for Box<T> {
    fn who(&self) -> &Identity {
        &self.track().who
    }

    fn record(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken> {
        self.step(bytes, out)
    }

    fn is_open(&self) -> bool {
        self.track().is_open()
    }

    fn newest_run(&self) -> Option<&Name> {
        self.track().run.as_ref().map(|run| &run.id)
    }

    fn is_pending(&self) -> bool {
        let run = self.track().run.as_ref();
        run.is_some_and(|run| {
            let open = run.is_open() && !run.pending.is_empty();
            open || run.works_beside()
        })
    }

    fn is_watched(&self) -> bool {
        self.track()
            .run
            .as_ref()
            .is_some_and(|run| run.is_watched())
    }

    fn requests(&self) -> u64 {
        self.track().requests
    }

    fn resume(&mut self, requests: u64) {
        self.track_mut().requests = requests;
    }

    fn vanished(&mut self, out: &mut Out<'_>) {
        self.held(out);
        self.gone(out);
        self.track_mut().end_by_records(Some(RunEnd::GONE), out);
    }

    fn ended(&mut self, out: &mut Out<'_>) {
        self.held(out);
    }

    fn rest(&mut self) {
        if !self.is_open() {
            self.track_mut().seen.clear();
            self.track_mut().counts.clear();
            self.idle();
        }
    }

    fn rewound(&mut self, reason: &str, out: &mut Out<'_>) {
        self.again();
        let track = self.track_mut();
        track.rereading = true;
        out.ts = None;
        let reason = Some(reason.to_owned());
        track.emit(out, Rewind { reason });
    }

    fn head(&mut self, record: &[u8]) {
        self.begins_with(record);
    }

    fn beside(&mut self, bytes: &[u8]) -> bool {
        Tracked::beside(&mut **self, bytes)
    }

    fn child_of(&mut self, parent: Name) {
        let track = self.track_mut();
        track.kind = SessionKind::Subagent;
        track.parent = Some(parent);
    }
}
