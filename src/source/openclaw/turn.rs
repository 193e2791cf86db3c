//! Runs: which records belong to one, when it begins and when it is over.

use std::collections::HashMap;
use std::hash::{Hash as _, Hasher as _};

use super::row::Status;
use super::{Session, key};
use crate::source::out::Out;
use crate::wire::event::{
    Cause, JobEnd, Link, Name, Outcome, Person, Route, RunEnd, RunStart, SessionKind, ToolEnd,
    Unblocked,
};
use crate::wire::time::Time;

/// A turn without a record for this long is over, whatever its last record was:
/// `MAX_SESSION_DURATION_S`, 30 minutes, in milliseconds.
const LOST_AFTER_MS: i64 = 1_800_000;

/// The newest run of a session.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: Name,
    pub(super) started: Option<Time>,
    /// Calls without a result.
    pub(super) pending: HashMap<Name, Pending>,
    /// Background jobs that have not ended.
    pub(super) jobs: Vec<Name>,
    /// Calls that wait for a person, with the wait's id.
    pub(super) asked: Vec<Name>,
    /// Sub-agents whose results are to be announced.
    pub(super) awaited: u32,
    /// A tool was used.
    pub(super) worked: bool,
    /// Text that is not a silent token was said.
    pub(super) spoke: bool,
    /// What the newest record was.
    pub(super) last: Last,
    pub(super) last_at: Option<Time>,
    /// How it ended, and whether the source said so itself.
    pub(super) ended: Option<End>,
    /// Only a row told of it so far.
    pub(super) announced: bool,
    /// A person in a chat asked, so a row's route may count for it.
    pub(super) from_chat: bool,
    /// The route it was given.
    pub(super) route: Option<Route>,
    /// The request itself said where it came from: the row has no say.
    placed: bool,
    /// The request's text, hashed: a fallback to another model appends it again.
    asked_for: u64,
}

/// A call without a result.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Its tool.
    pub(super) name: Option<Box<str>>,
    /// Tool Search stood in between.
    pub(super) wrapped: bool,
    /// `label` or `taskName` of a spawn.
    pub(super) title: Option<Box<str>>,
    /// The child is behind the Agent Client Protocol.
    pub(super) acp: bool,
}

/// What the newest record of a run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Request,
    Assistant,
    /// An assistant message that ended the turn by its stop reason.
    Answer,
    Result,
    Error,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct End {
    pub(super) outcome: Outcome,
    pub(super) explicit: bool,
    pub(super) at: Option<Time>,
}

impl Run {
    fn new(id: Name, started: Option<Time>) -> Self {
        Self {
            id,
            started,
            pending: HashMap::new(),
            jobs: Vec::new(),
            asked: Vec::new(),
            awaited: 0,
            worked: false,
            spoke: false,
            last: Last::Request,
            last_at: started,
            ended: None,
            announced: false,
            from_chat: false,
            route: None,
            placed: false,
            asked_for: 0,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// Whether the assistant had the last word and nothing is left to do.
    pub(super) fn has_answered(&self) -> bool {
        self.pending.is_empty() && matches!(self.last, Last::Assistant | Last::Answer)
    }

    /// How the run ended by what its records show, if nothing more comes.
    fn outcome_by_records(&self) -> Outcome {
        match self.last {
            _ if !self.pending.is_empty() => Outcome::Interrupted,
            Last::Assistant | Last::Answer => Outcome::Ok,
            Last::Error => Outcome::Error,
            Last::Request | Last::Result => Outcome::Interrupted,
        }
    }

    /// Whether a new request goes into this turn rather than beginning another.
    fn takes(&self, at: Option<Time>, text: &str) -> bool {
        let lost = matches!((at, self.last_at), (Some(at), Some(last)) if at.since_ms(last) > LOST_AFTER_MS);
        let joins = match self.last {
            // A queued message is appended between tool results and the next call of the model.
            Last::Request | Last::Result => true,
            // After errors the same request may come again, for another model.
            Last::Error => self.asked_for == hash(text),
            Last::Assistant | Last::Answer => false,
        };
        self.is_open() && !lost && self.pending.is_empty() && joins
    }
}

/// A request, understood.
pub(super) struct Request {
    /// The run it would begin.
    pub(super) id: Name,
    pub(super) text: String,
    pub(super) cause: Cause,
    pub(super) by: Option<Person>,
    /// What the request itself tells of its route.
    pub(super) route: Option<Route>,
    pub(super) from_chat: bool,
}

impl Session {
    /// A request came: it joins the open turn or begins a run.
    pub(super) fn request(&mut self, request: Request, out: &mut Out<'_>) {
        if let Some(run) = &mut self.run
            && run.announced
            && run.is_open()
        {
            // The row told of it first. The same request, under its own id where it has one.
            run.announced = false;
            let known = run.id.clone();
            run.id = if &*request.id == "first" {
                known.clone()
            } else {
                request.id.clone()
            };
            run.started = run.started.or(out.ts);
            run.last_at = out.ts;
            let continues = Some(known).filter(|known| *known != request.id);
            self.begin(request, continues, out);
            return;
        }
        if self
            .run
            .as_ref()
            .is_some_and(|run| run.takes(out.ts, &request.text))
        {
            if let Some(run) = &mut self.run {
                run.last = Last::Request;
                run.last_at = out.ts.or(run.last_at);
            }
            return;
        }
        self.end_by_records(None, out);
        self.run = Some(Box::new(Run::new(request.id.clone(), out.ts)));
        self.begin(request, None, out);
    }

    /// Says that the newest run began.
    fn begin(&mut self, request: Request, continues: Option<Name>, out: &mut Out<'_>) {
        let told = request.route.as_ref();
        let placed = told.is_some_and(|told| !told.sink.is_empty());
        let route = self.route_of(request.route, request.from_chat);
        let parent = self.parent();
        let Some(run) = &mut self.run else { return };
        run.from_chat = request.from_chat;
        run.placed = placed;
        run.asked_for = hash(&request.text);
        run.route.clone_from(&route);
        let start = RunStart {
            request: Some(request.text).filter(|text| !text.is_empty()),
            by: request.by,
            cause: request.cause,
            route,
            parent,
            continues,
        };
        out.emit(&self.who, Some(&run.id), start);
    }

    /// A turn without a request of its own goes on with the newest run, in the same box.
    pub(super) fn go_on(&mut self, cause: Cause, out: &mut Out<'_>) {
        let parent = self.parent();
        let Some(run) = &mut self.run else { return };
        let was_over = run.ended.take().is_some();
        if cause == Cause::Subagent {
            run.awaited = run.awaited.saturating_sub(1);
        }
        run.last = Last::Request;
        run.last_at = out.ts.or(run.last_at);
        if was_over {
            run.pending.clear();
            let (id, route) = (run.id.clone(), None);
            let start = RunStart {
                request: None,
                by: None,
                cause,
                route,
                parent,
                continues: Some(id.clone()),
            };
            out.emit(&self.who, Some(&id), start);
        }
    }

    /// Ends an open run by what its records show.
    pub(super) fn end_by_records(&mut self, reason: Option<&str>, out: &mut Out<'_>) {
        let Some(run) = self.run.as_ref().filter(|run| run.is_open()) else {
            return;
        };
        let (outcome, at) = (run.outcome_by_records(), run.last_at);
        self.settle_waits(out);
        self.finish(outcome, at, reason, true, out);
    }

    /// Ends the newest run at the record's own time.
    pub(super) fn end(
        &mut self,
        outcome: Outcome,
        reason: Option<&str>,
        inferred: bool,
        out: &mut Out<'_>,
    ) {
        self.finish(outcome, out.ts, reason, inferred, out);
    }

    fn finish(
        &mut self,
        outcome: Outcome,
        at: Option<Time>,
        reason: Option<&str>,
        inferred: bool,
        out: &mut Out<'_>,
    ) {
        let Some(run) = &mut self.run else { return };
        if let Some(end) = &run.ended
            && (end.explicit || inferred)
            && (end.outcome == outcome || (end.explicit && inferred))
        {
            return;
        }
        run.ended = Some(End {
            outcome: outcome.clone(),
            explicit: !inferred,
            at,
        });
        let silent = run.last != Last::Error && !run.spoke && !run.worked && outcome == Outcome::Ok;
        let reason = reason.or(silent.then_some("silent")).map(str::to_owned);
        let own_time = at == out.ts;
        let end = RunEnd {
            outcome,
            at: at.filter(|_| !own_time),
            reason,
            inferred,
        };
        out.emit(&self.who, Some(&run.id), end);
    }

    /// A person answered, or nobody will: what waited waits no longer.
    pub(super) fn settle_waits(&mut self, out: &mut Out<'_>) {
        let Some(run) = &mut self.run else { return };
        for id in std::mem::take(&mut run.asked) {
            out.emit(
                &self.who,
                Some(&run.id),
                Unblocked {
                    id: id.clone(),
                    decision: None,
                },
            );
            if run.pending.remove(&id).is_some() {
                let end = ToolEnd {
                    call: id,
                    outcome: Outcome::Unknown,
                    exit_code: None,
                    job: None,
                    error: None,
                    ms: None,
                    bytes: None,
                    files: Vec::new(),
                };
                out.emit(&self.who, Some(&run.id), end);
            }
        }
    }

    /// A background job ended.
    pub(super) fn end_job(&mut self, job: &str, outcome: Outcome, out: &mut Out<'_>) {
        let Some(run) = &mut self.run else { return };
        let Some(at) = run.jobs.iter().position(|known| &**known == job) else {
            return;
        };
        let job = run.jobs.remove(at);
        out.emit(&self.who, Some(&run.id), JobEnd { job, outcome });
    }

    /// Says what the row told by [`Session::learn`] means, once its transcript was read to its end.
    ///
    /// A row that says `running` before the transcript is there announces the run
    /// `first`; one that says how the run ended is the truth about it.
    pub fn judge(&mut self, out: &mut Out<'_>) {
        out.raw = Some("session-row".into());
        match self.row.status.clone() {
            Some(Status::Running) => self.announce(out),
            Some(Status::Ended(outcome)) => self.verdict(&outcome, out),
            Some(Status::Other(_)) | None => {}
        }
        self.reroute(out);
    }

    fn announce(&mut self, out: &mut Out<'_>) {
        if !self.settings.deferred_flush || self.requests > 0 || self.run.is_some() {
            return;
        }
        out.ts = self.row.started.or(self.row.updated);
        self.introduce(out);
        out.raw = Some("session-row".into());
        let run = Run::new("first".into(), out.ts);
        self.run = Some(Box::new(Run {
            announced: true,
            ..run
        }));
        let cause = self.cause_by_kind();
        let request = Request {
            id: "first".into(),
            text: String::new(),
            cause,
            by: None,
            route: None,
            from_chat: self.row.route.is_some(),
        };
        self.begin(request, None, out);
    }

    fn verdict(&mut self, outcome: &Outcome, out: &mut Out<'_>) {
        let Some(run) = &self.run else { return };
        let told = self.row.ended.or(self.row.updated);
        // The row may still speak of the run before this one. Clocks of row and record differ a little.
        const SLACK_MS: i64 = 1_000;
        if matches!((told, run.started), (Some(told), Some(started)) if told.plus_ms(SLACK_MS) < started)
        {
            return;
        }
        let reason = self
            .row
            .error
            .as_deref()
            .map(str::to_owned)
            .filter(|_| *outcome != Outcome::Ok);
        out.ts = told;
        self.finish(outcome.clone(), told, reason.as_deref(), false, out);
    }

    /// A row's route counts for the newest run, where a person in a chat asked.
    fn reroute(&mut self, out: &mut Out<'_>) {
        let Some(run) = self.run.as_ref().filter(|run| !run.placed) else {
            return;
        };
        let route = self.route_of(None, run.from_chat);
        let known = run.route.as_ref();
        let Some(route) = route.filter(|route| known.is_none_or(|known| !same_place(known, route)))
        else {
            return;
        };
        if run
            .route
            .as_ref()
            .is_some_and(|known| known.from != route.from)
        {
            return; // What the request or the key said comes first.
        }
        if let Some(run) = &mut self.run {
            run.route = Some(route.clone());
        }
        self.emit(out, "session-row", route);
    }

    /// Where a run's box belongs: the request's own word, the key's, the row's; in this order.
    pub(super) fn route_of(&self, told: Option<Route>, from_chat: bool) -> Option<Route> {
        let name = self.who.session.as_deref()?;
        let key = key::parse(name);
        if matches!(self.kind, SessionKind::Subagent | SessionKind::Acp) {
            return None; // A child's box is its parent's.
        }
        let row = self
            .row
            .route
            .as_deref()
            .cloned()
            .filter(|_| !key.shared || from_chat);
        let mut base = match (key.route(), row) {
            (Some(mut route), row) => {
                // A direct key names the person; only the row knows the channel.
                if let Some(row) = row.filter(|row| row.sink == route.sink) {
                    route.account = route.account.or(row.account);
                    route.team = route.team.or(row.team);
                    route.channel = route.channel.or(row.channel);
                }
                Some(route)
            }
            (None, row) => row,
        };
        let Some(told) = told else { return base };
        if let Some(base) = base
            .as_mut()
            .filter(|base| told.sink.is_empty() || base.sink == told.sink)
        {
            base.channel = told.channel.or(base.channel.take());
            base.account = told.account.or(base.account.take());
            base.root = told.root.or(base.root.take());
            base.message = told.message;
            base.from = told.from;
            return Some(base.clone());
        }
        // A request from elsewhere, as from the web, is not answered in the last chat.
        if told.sink.is_empty() {
            base
        } else {
            Some(told).filter(|told| told.channel.is_some())
        }
    }

    /// What causes the runs of a session of this kind.
    pub(super) fn cause_by_kind(&self) -> Cause {
        match self.kind {
            SessionKind::Subagent | SessionKind::Acp => Cause::Subagent,
            SessionKind::Cron => Cause::Cron,
            SessionKind::Hook => Cause::Hook,
            SessionKind::Heartbeat => Cause::Heartbeat,
            SessionKind::Main | SessionKind::Other(_) => Cause::User,
        }
    }

    /// A link to another session by its name.
    pub(super) fn link(&self, session: &str) -> Link {
        Link {
            source: self.who.source.clone(),
            session: Some(session.into()),
            ..Link::default()
        }
    }
}

/// Tells one request's text from another within a process.
fn hash(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn same_place(one: &Route, other: &Route) -> bool {
    (&one.sink, &one.channel, &one.user, &one.root)
        == (&other.sink, &other.channel, &other.user, &other.root)
}
