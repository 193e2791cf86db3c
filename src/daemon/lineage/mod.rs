//! Who started whom across families of agents: an OpenClaw run that works through Codex, a shell
//! tool that starts `claude -p`.
//!
//! Within a family the dialects know. Between families nobody writes it down, so it is concluded
//! here, from events alone: pure, and fed by the reader with every event before it goes out. What
//! counts as a child is in `rules`. Facts may come in any order: the child of a call that was seen
//! before carries its parent in `run.start`; a call that is seen later is told by an `agent.start`
//! once its session was read, see [`Lineage::late`].

mod launch;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::hash::BuildHasher as _;

use foldhash::{HashMap, HashSet, quality::RandomState};

use crate::wire::event::{
    AgentStart, Body, Event, Link, Name, Outcome, RunStart, SessionKind, SessionStart, Src,
    ToolEnd, ToolStart,
};
use crate::wire::time::Time;
use launch::{Launch, launches};
use rules::{Asked, Fit, Span, fit};

/// Calls that started an agent, and runs that may be of one: so many are remembered.
const MOST: usize = 512;

/// Sessions whose directories are remembered.
const MOST_PLACES: usize = 8_192;

/// So much of a request is held against a command, in bytes.
const REQUEST_BYTES: usize = 512;

/// What is known of who started whom.
#[derive(Debug, Default)]
pub(super) struct Lineage {
    seed: RandomState,
    calls: VecDeque<Call>,
    runs: VecDeque<Run>,
    /// The keys of those: nearly every run is new, which one look tells.
    told: HashSet<u64>,
    /// Where sessions work, by a hash of who they are.
    places: HashMap<u64, Name>,
    /// Sessions whose parents a record names, and those that were linked, by the same.
    parents: HashMap<u64, Link>,
    /// What is to be said of sessions that were told already.
    proven: Vec<Event>,
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Who {
    source: Name,
    sid: Name,
    session: Option<Name>,
    agent: Option<Name>,
}

/// A call that starts an agent.
#[derive(Debug)]
struct Call {
    who: Who,
    /// A hash of who that is: hardly any event is of a session that starts agents.
    key: u64,
    run: Option<Name>,
    call: Name,
    span: Span,
    /// The background job it became.
    job: Option<Name>,
    launch: Launch,
    /// A run was found for it.
    taken: bool,
}

/// A run that nobody is known to have started.
#[derive(Debug)]
struct Run {
    who: Who,
    run: Name,
    /// A hash of who and which that is.
    key: u64,
    cwd: Option<Name>,
    request: Box<str>,
    started: Time,
    /// Its parent was found.
    linked: bool,
}

impl Lineage {
    /// Takes an event in before it goes out, and gives a run its parent where that is known.
    pub(super) fn see(&mut self, event: &mut Event) {
        if event.sid.is_none() {
            return;
        }
        match &event.body {
            Body::SessionStart(start) => {
                let parent = self.session(event, start);
                if let (Some(parent), Body::SessionStart(start)) = (parent, &mut event.body) {
                    start.parent = Some(parent);
                }
            }
            Body::RunStart(start) => {
                let parent = self.run(event, start);
                if let (Some(parent), Body::RunStart(start)) = (parent, &mut event.body) {
                    start.parent = Some(parent);
                }
            }
            Body::ToolStart(start) => self.called(event, start),
            Body::ToolEnd(end) => self.came_back(event, end),
            Body::JobEnd(end) => {
                let job = end.job.clone();
                let is_it = |call: &Call| call.job.as_ref() == Some(&job);
                self.close(event, event.ts, is_it);
            }
            Body::RunEnd(end) => {
                let at = end.at.or(event.ts);
                self.close(event, at, |call| {
                    call.job.is_none() && call.run == event.run
                });
            }
            _ => {}
        }
    }

    /// The parent of a session, where one was found.
    pub(super) fn parent(&self, source: &str, sid: &str) -> Option<&Link> {
        self.parents.get(&self.key(source, sid))
    }

    /// A record names `child`, by its source and id, as the session that `parent` works through.
    pub(super) fn prove(&mut self, (source, sid): (&str, &str), parent: &Link) {
        let key = self.key(source, sid);
        let known = self.parents.get(&key);
        let is_own = *parent.source == *source && parent.sid.as_deref() == Some(sid);
        if is_own || known.is_some_and(|known| !known.inferred) {
            return;
        }
        self.parents.insert(key, parent.clone());
        let mut told = self.runs.iter_mut().filter(|run| run.who.is(source, sid));
        let Some(first) = told.next() else { return };
        first.linked = true;
        let who = first.who.clone();
        told.for_each(|run| run.linked = true);
        let start = SessionStart {
            parent: Some(parent.clone()),
            ..SessionStart::default()
        };
        self.proven.push(who.says(None, start));
    }

    /// What is to be said, now that the session `sid` was read to its end: the runs that calls of
    /// it started and that were told before it, and whatever records proved meanwhile.
    pub(super) fn late(&mut self, source: &str, sid: &str) -> Vec<Event> {
        let mut late = std::mem::take(&mut self.proven);
        if !self.calls.iter().any(|call| call.who.is(source, sid)) {
            return late;
        }
        for at in 0..self.runs.len() {
            if self.runs[at].linked {
                continue;
            }
            let Some((call, fit)) = self.choose(&self.runs[at].asked()) else {
                continue;
            };
            if !self.calls[call].who.is(source, sid) {
                continue;
            }
            let link = self.link(call, fit);
            self.runs[at].linked = true;
            let run = &self.runs[at];
            let child = Link {
                source: run.who.source.clone(),
                sid: Some(run.who.sid.clone()),
                session: run.who.session.clone(),
                run: Some(run.run.clone()),
                ..Link::default()
            };
            let key = self.key(&run.who.source, &run.who.sid);
            let start = AgentStart {
                child,
                call: link.call.clone(),
                title: None,
                kind: SessionKind::Subagent,
                announces: false,
                depth: None,
                inferred: link.inferred,
            };
            late.push(self.calls[call].who.says(link.run.clone(), start));
            self.parents.insert(key, link);
        }
        late
    }

    fn session(&mut self, event: &Event, start: &SessionStart) -> Option<Link> {
        let key = self.key(&event.source, event.sid.as_deref()?);
        if let Some(cwd) = &start.cwd {
            // Most sessions of a machine work in a few places.
            let known = self.places.get(&key).filter(|known| ***known == **cwd);
            if known.is_none() && self.places.len() < MOST_PLACES {
                self.places.insert(key, cwd.as_str().into());
            }
        }
        let parent = self.parents.get(&key).filter(|parent| !parent.inferred);
        parent.filter(|_| start.parent.is_none()).cloned()
    }

    fn run(&mut self, event: &Event, start: &RunStart) -> Option<Link> {
        let (who, run, started) = (Who::of(event)?, event.run.clone()?, event.ts?);
        if start.parent.is_some() || start.continues.is_some() {
            return None;
        }
        let key = self.key(&who.source, &who.sid);
        if let Some(parent) = self.parents.get(&key).filter(|parent| !parent.inferred) {
            return Some(parent.clone());
        }
        let request = start.request.as_deref().unwrap_or_default();
        let own = Run {
            key: self.seed.hash_one((key, &*run)),
            cwd: self.places.get(&key).cloned(),
            request: crate::safe::clip_bytes(request, REQUEST_BYTES).into(),
            who,
            run,
            started,
            linked: false,
        };
        if self.told.contains(&own.key)
            && let Some(known) = self.runs.iter().find(|run| run.key == own.key)
        {
            // It is read again: it stays whose it was.
            let linked = known.linked;
            let parent = self.parents.get(&key).filter(|_| linked);
            return parent.cloned();
        }
        let found = self.choose(&own.asked());
        let link = found.map(|(call, fit)| self.link(call, fit));
        if let Some(link) = &link {
            self.parents.insert(key, link.clone());
        }
        let linked = link.is_some();
        self.told.insert(own.key);
        if let Some(oldest) = remember(&mut self.runs, Run { linked, ..own }) {
            self.told.remove(&oldest.key);
        }
        link
    }

    fn called(&mut self, event: &Event, start: &ToolStart) {
        if start.input.is_null() {
            return;
        }
        let key = self.key(&event.source, event.sid.as_deref().unwrap_or_default());
        let cwd = self.places.get(&key);
        let launches = launches(start, cwd.map(|cwd| &**cwd));
        if launches.is_empty() {
            return;
        }
        let Some(who) = Who::of(event) else { return };
        let known = |call: &Call| call.call == start.call && call.who == who;
        if self.calls.iter().any(known) {
            return;
        }
        for launch in launches {
            let call = Call {
                who: who.clone(),
                key,
                run: event.run.clone(),
                call: start.call.clone(),
                span: Span {
                    started: event.ts,
                    ended: None,
                },
                job: None,
                launch,
                taken: false,
            };
            remember(&mut self.calls, call);
        }
    }

    fn came_back(&mut self, event: &Event, end: &ToolEnd) {
        if end.outcome == Outcome::Background && end.job.is_some() {
            // What it started may go on.
            for call in self.calls_of(event).filter(|call| call.call == end.call) {
                call.job.clone_from(&end.job);
            }
            return;
        }
        self.close(event, event.ts, |call| call.call == end.call);
    }

    /// The calls of the event's session that `ended` names began nothing after `at`.
    fn close(&mut self, event: &Event, at: Option<Time>, ended: impl Fn(&Call) -> bool) {
        for call in self.calls_of(event).filter(|call| ended(call)) {
            call.span.ended = call.span.ended.or(at);
        }
    }

    /// The calls that the event's session made.
    fn calls_of(&mut self, event: &Event) -> impl Iterator<Item = &mut Call> {
        let key = self.key(&event.source, event.sid.as_deref().unwrap_or_default());
        let calls = self.calls.iter_mut().filter(move |call| call.key == key);
        calls.filter(|call| call.who.wrote(event))
    }

    /// The call that started a run.
    fn choose(&self, run: &Asked<'_>) -> Option<(usize, Fit)> {
        let calls = self.calls.iter().enumerate();
        let others = calls.filter(|(_, call)| !call.who.is(run.source, run.sid));
        let fits = others.map(|(at, call)| (at, fit(&call.launch, call.span, run)));
        // Several calls may say the same: the first that has found no run yet is meant.
        let free = |at: &usize| !self.calls[*at].taken;
        let fits: Vec<(usize, Fit)> = fits.filter(|(_, fit)| *fit > Fit::No).collect();
        let best = fits.iter().map(|(_, fit)| *fit).max()?;
        let mut best_at = fits
            .iter()
            .filter(|(_, fit)| *fit == best)
            .map(|(at, _)| *at);
        if best > Fit::Possible {
            let all: Vec<usize> = best_at.collect();
            let first = all.iter().copied().find(free);
            return Some((first.or_else(|| all.last().copied())?, best));
        }
        let first = best_at.find(free)?;
        // What is no more than possible must be the only possibility.
        let rival = |at: &usize| {
            let (one, two) = (&self.calls[*at], &self.calls[first]);
            free(at) && (one.call != two.call || one.who != two.who)
        };
        let alone = !best_at.any(|at| rival(&at));
        alone.then_some((first, best))
    }

    /// The link to a call that found its run.
    fn link(&mut self, at: usize, fit: Fit) -> Link {
        let call = &mut self.calls[at];
        call.taken = true;
        Link {
            source: call.who.source.clone(),
            sid: Some(call.who.sid.clone()),
            session: call.who.session.clone(),
            run: call.run.clone(),
            call: Some(call.call.clone()),
            inferred: fit != Fit::Proven,
        }
    }

    fn key(&self, source: &str, sid: &str) -> u64 {
        self.seed.hash_one((source, Some(sid)))
    }
}

impl Who {
    fn of(event: &Event) -> Option<Self> {
        Some(Self {
            source: event.source.clone(),
            sid: event.sid.clone()?,
            session: event.session.clone(),
            agent: event.agent.clone(),
        })
    }

    fn is(&self, source: &str, sid: &str) -> bool {
        *self.sid == *sid && *self.source == *source
    }

    fn wrote(&self, event: &Event) -> bool {
        event.sid.as_ref() == Some(&self.sid) && event.source == self.source
    }

    /// An event of it that no record made.
    fn says(&self, run: Option<Name>, body: impl Into<Body>) -> Event {
        Event {
            ts: None,
            source: self.source.clone(),
            session: self.session.clone(),
            sid: Some(self.sid.clone()),
            agent: self.agent.clone(),
            run,
            body: body.into(),
            src: Src::clock(),
            replay: false,
            raw: None,
            label: None,
        }
    }
}

impl Run {
    fn asked(&self) -> Asked<'_> {
        Asked {
            source: &self.who.source,
            sid: &self.who.sid,
            cwd: self.cwd.as_deref(),
            request: &self.request,
            started: self.started,
        }
    }
}

/// Remembers `one` more; gives the oldest, which goes for it.
fn remember<T>(all: &mut VecDeque<T>, one: T) -> Option<T> {
    let oldest = (all.len() >= MOST).then(|| all.pop_front()).flatten();
    all.push_back(one);
    oldest
}
