//! One event walks in: which session, which run, what it changes.

use crate::wire::event::{Body, Event, Link, Name, RunStart, SessionStart, SrcKind, Tick};

use super::board::Board;
use super::key::{At, Touched};
use super::record::same_child;
use super::seen::hash;
use super::session::Session;

impl Board {
    /// Folds one event; says which runs may look different now.
    ///
    /// Pure: no clock, so the same events always give the same board. A repeated
    /// event changes nothing, and sessions may interleave in any order. A
    /// `tool.end` whose start was never seen is normal: we may join mid-file.
    pub fn fold(&mut self, event: &Event) -> Touched {
        let mut touched = Touched::default();
        self.folds += 1;
        let Some((no, named)) = self.meet(event) else {
            return touched;
        };
        if named {
            self.relink_around(no, &mut touched);
        }
        let Some(session) = self.sessions.get_mut(&no) else {
            return touched;
        };
        match &event.body {
            Body::Tick(tick) => {
                let (first, newest) = self.ticks.unwrap_or((tick.now, tick.now));
                self.ticks = Some((first.min(tick.now), newest.max(tick.now)));
                session.tick(tick);
                for run in session.open_runs() {
                    self.touch(At { session: no, run }, &mut touched);
                }
            }
            // These say something of the place rather than stand in it; their
            // offset may be that of the next record.
            Body::Live(_) | Body::Rewind(_) => session.now = session.now.max(event.ts),
            Body::SessionStart(start) => {
                session.now = session.now.max(event.ts);
                session.begin(start);
                if let Some(parent) = &start.parent {
                    self.claim(no, parent);
                    self.relink(no, &mut touched);
                }
            }
            _ if session.is_new(event) => self.fold_record(no, event, &mut touched),
            _ => {}
        }
        touched
    }

    fn fold_record(&mut self, no: u32, event: &Event, touched: &mut Touched) {
        let Some(session) = self.sessions.get_mut(&no) else {
            return;
        };
        let when = event.ts.or(session.now);
        session.now = session.now.max(event.ts);
        let runs = session.runs.len();
        let run = match (&event.body, &event.run) {
            (Body::RunStart(start), Some(id)) => Some(session.started(id, start, event)),
            _ => session.target(event),
        };
        let opened = session.runs.len() > runs;
        self.runs += usize::from(opened);
        let Some(run) = run else {
            return;
        };
        let at = At { session: no, run };
        let Some(target) = session.runs.get_mut(&run) else {
            return;
        };
        let facts = (target.started, target.has_cause(&self.settings.include));
        if target.take(event, when, &self.settings) || event.src.kind != SrcKind::Row {
            target.count(event);
        }
        // Facts by which children choose among a session's runs.
        let same = facts == (target.started, target.has_cause(&self.settings.include));
        if opened || !same {
            self.relink_around(no, touched);
        }
        match &event.body {
            Body::RunStart(RunStart {
                parent: Some(parent),
                ..
            }) => {
                self.claim(no, parent);
                self.relink(no, touched);
            }
            Body::AgentStart(start) => self.spawned(at, &start.child, touched),
            _ => {}
        }
        self.touch(at, touched);
    }

    /// Names `at` and every run above it.
    pub(super) fn touch(&self, at: At, touched: &mut Touched) {
        let mut at = Some(at);
        while let Some(here) = at {
            let Some((_, run)) = self.at(here) else {
                return;
            };
            if let Some(key) = self.key(here) {
                touched.add(key);
            }
            at = run.up;
        }
    }
}

impl Session {
    fn tick(&mut self, tick: &Tick) {
        let (first, newest) = self.ticks.unwrap_or((tick.now, tick.now));
        self.ticks = Some((first.min(tick.now), newest.max(tick.now)));
        self.now = self.now.max(Some(tick.now));
    }

    /// Runs whose look time alone may change.
    fn open_runs(&self) -> Vec<u32> {
        let open = |(no, run): (u32, &super::run::Run)| {
            let waits = run.steps.iter().any(|step| step.agent.is_some());
            (!run.is_settled() || waits).then_some(no)
        };
        self.numbered().filter_map(open).collect()
    }

    fn begin(&mut self, start: &SessionStart) {
        // What is known first stays: a repeated record must change nothing.
        self.kind = self.kind.take().or_else(|| start.kind.clone());
        self.title = self.title.take().or_else(|| start.title.clone());
        match (&mut self.parent, &start.parent) {
            // Which call of it that was may be known later.
            (Some(known), Some(told)) if known.call.is_none() && told.call.is_some() => {
                known.clone_from(told);
            }
            (None, told) => self.parent.clone_from(told),
            _ => {}
        }
    }

    /// The run that a `run.start` of `id` means.
    fn started(&mut self, id: &Name, start: &RunStart, event: &Event) -> u32 {
        let goes_on = start.continues.as_ref().and_then(|run| self.run(run));
        if let Some(no) = goes_on {
            self.ids.entry(id.clone()).or_insert(no);
            if let Some(run) = self.runs.get_mut(&no) {
                run.reopen(event.ts.or(self.now));
            }
            return no;
        }
        self.run(id).unwrap_or_else(|| self.open(id))
    }

    /// The run that a record other than `run.start` belongs to.
    fn target(&mut self, event: &Event) -> Option<u32> {
        let own = match &event.run {
            Some(id) => self.run(id),
            None => None,
        };
        // A result may name the run it arrived in, not the one it belongs to.
        let holds = |call: &Name| own.is_some_and(|no| self.runs[&no].has_call(call));
        let better = match &event.body {
            Body::ToolEnd(end) if !holds(&end.call) => self.with_call(&end.call),
            Body::ToolUpdate(update) if !holds(&update.call) => self.with_call(&update.call),
            Body::JobEnd(end) => self.with_job(&end.job),
            Body::AgentEnd(end) => self.with_agent(&end.child),
            _ => None,
        };
        if let Some(no) = better.or(own) {
            return Some(no);
        }
        match (&event.run, &event.body) {
            // We joined in the middle of it, unless it was let go of.
            (
                Some(id),
                Body::ToolStart(_)
                | Body::ToolEnd(_)
                | Body::Text(_)
                | Body::Progress(_)
                | Body::Blocked(_)
                | Body::AgentStart(_),
            ) if !self.forgotten.has(hash(&**id)) => Some(self.open(id)),
            (
                None,
                Body::RunEnd(_)
                | Body::Route(_)
                | Body::Blocked(_)
                | Body::Unblocked(_)
                | Body::Status(_)
                | Body::Error(_)
                | Body::Reset(_)
                | Body::AgentStart(_),
            ) => self.newest,
            (None, _) if event.src.kind == SrcKind::Hook => self.newest,
            _ => None,
        }
    }

    /// The run with a step that is the sub-agent `child`, the newest first.
    fn with_agent(&self, child: &Link) -> Option<u32> {
        let holds = |(no, run): (u32, &super::run::Run)| {
            let mut agents = run.steps.iter().filter_map(|step| step.agent.as_deref());
            let found = agents.any(|agent| same_child(&agent.child, child));
            found.then_some(no)
        };
        self.numbered().rev().find_map(holds)
    }
}
