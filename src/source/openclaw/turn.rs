//! Turns: which records belong to a run, when it begins and when it is over.

use super::Session;
use super::row::Status;
use crate::source::out::Out;
use crate::wire::event::{
    Cause, JobEnd, Link, Name, Outcome, Person, Route, RunEnd, RunStart, SessionKind, ToolEnd,
    Unblocked,
};
use crate::wire::time::Time;

use super::run::{End, Last, Run, hash};

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

/// Most background jobs of earlier turns whose ends are waited for.
const MOST_JOBS: usize = 16;

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
        let mut run = Run::new(request.id.clone(), out.ts);
        if let Some(before) = &mut self.run {
            // A job may outlive the turn that began it, and its end is told in a later one.
            run.jobs = std::mem::take(&mut before.jobs);
            let oldest = run.jobs.len().saturating_sub(MOST_JOBS);
            run.jobs.drain(..oldest);
        }
        self.run = Some(Box::new(run));
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
            route: route.map(Box::new),
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
            ms: None,
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
