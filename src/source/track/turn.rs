//! The newest run of a session: when it begins, goes on and is over.

use foldhash::{HashMap, HashMapExt as _};

use super::Track;
use super::calls::Pending;
use super::children::Child;
use crate::source::ids::{TEXT_BYTES, request_id};
use crate::source::out::Out;
use crate::wire::event::{
    Cause, Error, Name, Outcome, Phase, RunEnd, RunStart, SessionKind, Text, TextMode,
};
use crate::wire::time::Time;

/// A turn without a record for this long is over, whatever its last record was:
/// `MAX_SESSION_DURATION_S`, 30 minutes, in milliseconds.
const LOST_AFTER_MS: i64 = 1_800_000;

/// Most background jobs of earlier turns whose ends are waited for.
const MOST_JOBS: usize = 16;

/// The newest run.
#[derive(Debug)]
pub(in crate::source) struct Turn {
    pub(super) id: Name,
    /// Calls without a result.
    pub(super) pending: HashMap<Name, Pending>,
    /// Background jobs that have not ended.
    pub(super) jobs: Vec<Name>,
    /// Waits for a person.
    pub(super) waits: Vec<Wait>,
    /// Sub-agents that work in the background, those of earlier turns among them.
    pub(super) children: Vec<Child>,
    pub(super) last: Last,
    pub(super) last_at: Option<Time>,
    /// What the assistant said last was said on its way: no answer.
    on_the_way: bool,
    /// How it ended, and whether the source said so itself.
    ended: Option<(Outcome, bool)>,
}

/// A wait for a person.
#[derive(Debug)]
pub(super) struct Wait {
    pub(super) id: Name,
    /// The call that waits, where one does.
    pub(super) call: Option<Name>,
    /// The earlier run that it is of, where a sub-agent that outlived its turn asks.
    pub(super) run: Option<Name>,
}

/// What the newest record of a run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum Last {
    Request,
    Assistant,
    Result,
    Error,
}

impl Turn {
    fn new(id: Name, at: Option<Time>) -> Self {
        Self {
            id,
            pending: HashMap::new(),
            jobs: Vec::new(),
            waits: Vec::new(),
            children: Vec::new(),
            last: Last::Request,
            last_at: at,
            on_the_way: false,
            ended: None,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    pub(super) fn is_watched(&self) -> bool {
        let leftover = self.jobs.len() + self.waits.len() + self.children.len();
        self.is_open() || leftover > 0
    }

    /// How it ended by what its records show, if nothing more comes.
    fn outcome_by_records(&self) -> Outcome {
        match self.last {
            _ if self.waits_for_own() => Outcome::Interrupted,
            Last::Assistant if self.on_the_way => Outcome::Interrupted,
            Last::Assistant => Outcome::Ok,
            Last::Error => Outcome::Error,
            Last::Request | Last::Result => Outcome::Interrupted,
        }
    }

    /// Whether a new request goes into this turn rather than beginning another.
    fn takes(&self, at: Option<Time>) -> bool {
        let lost = matches!((at, self.last_at), (Some(at), Some(last)) if at.since_ms(last) > LOST_AFTER_MS);
        let joins = matches!(self.last, Last::Request | Last::Result);
        self.is_open() && !lost && !self.waits_for_own() && joins
    }

    /// Whether a call did not come back that no sub-agent made.
    fn waits_for_own(&self) -> bool {
        let mut pending = self.pending.values();
        pending.any(|pending| pending.within.is_none())
    }
}

impl Track {
    /// Whether the newest run is under way.
    pub(in crate::source) fn is_open(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.is_open())
    }

    /// Whether there is a run at all that records can belong to.
    pub(in crate::source) fn has_run(&self) -> bool {
        self.run.is_some()
    }

    /// A request came: it joins the open turn or begins a run.
    ///
    /// `key` is an id that the source itself gives to the run; few do.
    pub(in crate::source) fn request(
        &mut self,
        key: Option<Name>,
        text: &str,
        cause: Cause,
        out: &mut Out<'_>,
    ) {
        self.introduce(out);
        self.settle_waits(out);
        let first = self.requests == 0;
        self.requests += 1;
        if let Some(run) = &mut self.run
            && run.takes(out.ts)
        {
            run.last = Last::Request;
            run.last_at = out.ts.or(run.last_at);
            return;
        }
        self.end_by_records(None, out);
        let id = match key {
            Some(key) => key,
            None if first => "first".into(),
            // Where there are no times, its number tells a request from the same one before.
            None => {
                let number = i64::try_from(self.requests).ok();
                request_id(text, out.ts.map(|ts| ts.0).or(number))
            }
        };
        let mut turn = Turn::new(id, out.ts);
        if let Some(before) = &mut self.run {
            // A job may outlive the turn that began it, and its end is told in a later one.
            turn.jobs = std::mem::take(&mut before.jobs);
            let oldest = turn.jobs.len().saturating_sub(MOST_JOBS);
            turn.jobs.drain(..oldest);
            turn.inherit(before);
        }
        self.run = Some(Box::new(turn));
        let text = match self.full {
            true => text,
            false => crate::safe::clip::clip_bytes(text, TEXT_BYTES),
        };
        let start = RunStart {
            request: Some(text.to_owned()).filter(|text| !text.is_empty()),
            by: None,
            cause,
            route: None,
            parent: self.parent_link(),
            continues: None,
        };
        self.emit(out, start);
    }

    /// A further message goes into the open turn, as the source itself says.
    pub(in crate::source) fn join(&mut self, out: &mut Out<'_>) {
        self.settle_waits(out);
        self.requests += 1;
        self.went_on(Last::Request, out);
    }

    /// What causes the requests of a session of this kind.
    pub(in crate::source) fn cause(&self) -> Cause {
        match self.kind {
            SessionKind::Subagent | SessionKind::Acp => Cause::Subagent,
            SessionKind::Cron => Cause::Cron,
            SessionKind::Hook => Cause::Hook,
            SessionKind::Heartbeat => Cause::Heartbeat,
            SessionKind::Main | SessionKind::Other(_) => Cause::User,
        }
    }

    /// A turn without a request of its own goes on with the newest run, in the same box.
    pub(in crate::source) fn go_on(&mut self, cause: Cause, out: &mut Out<'_>) {
        let parent = self.parent_link();
        let Some(run) = &mut self.run else { return };
        run.last_at = out.ts.or(run.last_at);
        run.last = Last::Request;
        if run.ended.take().is_none() {
            return;
        }
        run.forget_lost();
        let id = run.id.clone();
        let start = RunStart {
            request: None,
            by: None,
            cause,
            route: None,
            parent,
            continues: Some(id),
        };
        self.emit(out, start);
    }

    /// A record of the turn came.
    pub(in crate::source) fn went_on(&mut self, last: Last, out: &Out<'_>) {
        if let Some(run) = &mut self.run {
            run.last = last;
            run.last_at = out.ts.or(run.last_at);
            run.on_the_way &= last == Last::Assistant;
        }
    }

    /// The assistant said something.
    pub(in crate::source) fn say(&mut self, id: Name, phase: Phase, text: &str, out: &mut Out<'_>) {
        let text = text.trim();
        if text.is_empty() || !self.is_new("text", &id) {
            return;
        }
        if let Some(run) = &mut self.run {
            run.on_the_way = phase == Phase::Commentary;
        }
        let text = text.to_owned();
        let mode = TextMode::Whole;
        self.emit(
            out,
            Text {
                id,
                phase,
                mode,
                text,
            },
        );
    }

    /// The assistant said more of a text that comes in pieces.
    pub(in crate::source) fn say_on(
        &mut self,
        id: Name,
        phase: Phase,
        text: String,
        out: &mut Out<'_>,
    ) {
        if let Some(run) = &mut self.run {
            run.on_the_way = phase == Phase::Commentary;
        }
        let mode = TextMode::Delta;
        let text = Text {
            id,
            phase,
            mode,
            text,
        };
        self.emit(out, text);
    }

    /// Ends an open run by what its records show.
    pub(in crate::source) fn end_by_records(&mut self, reason: Option<&str>, out: &mut Out<'_>) {
        let Some(run) = self.run.as_ref().filter(|run| run.is_open()) else {
            return;
        };
        let (outcome, at) = (run.outcome_by_records(), run.last_at);
        self.settle_waits(out);
        self.finish(outcome, (at, None), reason, true, out);
    }

    /// Ends the newest run at the record's own time; `inferred` where the source did not say so itself.
    pub(in crate::source) fn end(
        &mut self,
        outcome: Outcome,
        reason: Option<&str>,
        inferred: bool,
        out: &mut Out<'_>,
    ) {
        self.settle_waits(out);
        self.finish(outcome, (out.ts, None), reason, inferred, out);
    }

    /// The source says that the newest run is over, and how many milliseconds it took.
    pub(in crate::source) fn end_after(
        &mut self,
        ms: Option<u64>,
        outcome: Outcome,
        reason: Option<&str>,
        out: &mut Out<'_>,
    ) {
        self.settle_waits(out);
        self.finish(outcome, (out.ts, ms), reason, false, out);
    }

    /// The turn died on an error; `inferred` where the source did not say that it is over.
    pub(in crate::source) fn fail(&mut self, message: &str, inferred: bool, out: &mut Out<'_>) {
        let error = Error {
            message: message.to_owned(),
            retrying: false,
        };
        self.went_on(Last::Error, out);
        self.emit(out, error);
        if self.is_open() {
            self.end(Outcome::Error, Some(message), inferred, out);
        }
    }

    /// The source says itself that the turn is over, in a record of its own.
    pub(in crate::source) fn confirm_end(&mut self, out: &mut Out<'_>) {
        let Some(run) = &self.run else { return };
        let outcome = match &run.ended {
            Some((outcome, _)) => outcome.clone(),
            None => run.outcome_by_records(),
        };
        self.finish(outcome, (out.ts, None), None, false, out);
    }

    /// The source did what it does after an answer: the turn is over, unless it ended otherwise.
    pub(in crate::source) fn end_of_answer(&mut self, out: &mut Out<'_>) {
        let answered = |run: &Turn| run.is_open() && run.last == Last::Assistant;
        if self.run.as_deref().is_some_and(answered) {
            self.end(Outcome::Ok, None, true, out);
        }
    }

    /// The model is sent on by something other than a request: what it said last, with nothing that
    /// it waited for, was its answer.
    pub(in crate::source) fn end_before_notice(&mut self, out: &mut Out<'_>) {
        let answered = |run: &Turn| {
            let ok = run.outcome_by_records() == Outcome::Ok;
            let mut waits = run.waits.iter();
            run.is_open() && waits.all(|wait| run.is_beside(wait)) && ok
        };
        if self.run.as_deref().is_some_and(answered) {
            self.end_by_records(None, out);
        }
    }

    fn finish(
        &mut self,
        outcome: Outcome,
        (at, ms): (Option<Time>, Option<u64>),
        reason: Option<&str>,
        inferred: bool,
        out: &mut Out<'_>,
    ) {
        let Some(run) = &mut self.run else { return };
        if let Some((ended, explicit)) = &run.ended
            && (*explicit || inferred)
            && (*ended == outcome || (*explicit && inferred))
        {
            return;
        }
        run.ended = Some((outcome.clone(), !inferred));
        let end = RunEnd {
            outcome,
            at: at.filter(|at| Some(*at) != out.ts),
            ms,
            reason: reason.map(str::to_owned),
            inferred,
        };
        self.emit(out, end);
    }
}
