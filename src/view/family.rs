//! Who is whose child.
//!
//! A run's parent is concluded from facts that may come in any order: the
//! parent's `agent.start`, and the link that the child's own records give. When
//! a fact is added, the sessions it may concern are concluded again.

use crate::wire::event::{Link, Name, SessionKind};
use crate::wire::time::Time;

use super::board::Board;
use super::key::{At, Touched};
use super::run::Run;
use super::session::Session;

impl Board {
    /// Session `no` names `parent`.
    pub(super) fn claim(&mut self, no: u32, parent: &Link) {
        for place in Self::places_of(parent) {
            let claims = self.claims.entry(place.clone()).or_default();
            if claims.contains(&no) {
                continue;
            }
            claims.push(no);
            if let Some(session) = self.sessions.get_mut(&no) {
                session.claimed.push(place);
            }
        }
    }

    /// A step of `at` names `child`.
    pub(super) fn spawned(&mut self, at: At, child: &Link, touched: &mut Touched) {
        for place in Self::places_of(child) {
            let spawns = self.spawns.entry(place).or_default();
            if !spawns.contains(&at) {
                spawns.push(at);
            }
        }
        if let Some(no) = self.linked(child) {
            self.relink(no, touched);
        }
    }

    /// Concludes again what session `no` may bear on: it is new, has a name or a
    /// run that it had not.
    pub(super) fn relink_around(&mut self, no: u32, touched: &mut Touched) {
        let Some(session) = self.sessions.get(&no) else {
            return;
        };
        let mut concerned = vec![no];
        for place in Self::names_of(session) {
            // Another session of that name may be meant no more, or now.
            concerned.extend(self.places.get(&place).into_iter().flatten());
            concerned.extend(self.claims.get(&place).into_iter().flatten());
        }
        let agents = session.runs.values().flat_map(|run| &run.steps);
        let children = agents.filter_map(|step| step.agent.as_deref());
        concerned.extend(children.filter_map(|agent| self.linked(&agent.child)));
        concerned.sort_unstable();
        concerned.dedup();
        for no in concerned {
            self.relink(no, touched);
        }
    }

    /// Concludes the parents of all runs of session `no` again.
    pub(super) fn relink(&mut self, no: u32, touched: &mut Touched) {
        let Some(session) = self.sessions.get(&no) else {
            return;
        };
        let runs: Vec<_> = session
            .runs
            .keys()
            .map(|run| At {
                session: no,
                run: *run,
            })
            .collect();
        for at in runs {
            let named = self.parent_of(at);
            let known = self.at(at).and_then(|(_, run)| run.named);
            if named == known {
                continue;
            }
            let mut concerned = self.ring(at);
            if let Some(run) = self.run_mut(at) {
                run.named = named;
            }
            concerned.extend(self.ring(at));
            concerned.push(at);
            for at in concerned {
                self.attach(at, touched);
            }
        }
    }

    /// Hangs `at` below the parent it names, unless the two are in a ring.
    fn attach(&mut self, at: At, touched: &mut Touched) {
        let Some((_, run)) = self.at(at) else {
            return;
        };
        let (before, named) = (run.up, run.named);
        let now = named.filter(|_| self.ring(at).is_empty());
        if before == now {
            return;
        }
        self.touch(at, touched);
        if let Some(parent) = before.and_then(|parent| self.run_mut(parent)) {
            parent.down.retain(|child| *child != at);
        }
        if let Some(run) = self.run_mut(at) {
            run.up = now;
        }
        if let Some(parent) = now.and_then(|parent| self.run_mut(parent)) {
            parent.down.push(at);
        }
        self.touch(at, touched);
    }

    /// The runs that name each other as parents in a ring with `at`; none if it
    /// is in none. Whoever came first, none of them is the others' parent.
    fn ring(&self, at: At) -> Vec<At> {
        let mut ring = vec![at];
        let mut here = at;
        while let Some(parent) = self.at(here).and_then(|(_, run)| run.named) {
            if parent == at {
                return ring;
            }
            if ring.contains(&parent) {
                break;
            }
            ring.push(parent);
            here = parent;
        }
        Vec::new()
    }

    fn parent_of(&self, at: At) -> Option<At> {
        let (session, run) = self.at(at)?;
        let mut spawns = self.spawns_of(session);
        // Nobody is the child of its own session.
        spawns.retain(|spawn| spawn.parent.session != at.session);
        // A step that names this very run decides, then the step that started
        // the session, as to its first run.
        let named = spawns.iter().filter(|spawn| spawn.names(run)).min();
        let first = spawns.iter().filter(|spawn| spawn.run_id.is_none()).min();
        if let Some(spawn) = named.or(first.filter(|_| run.first)) {
            return Some(spawn.parent);
        }
        let link = run.parent.as_ref().or(session.parent.as_ref());
        if let Some(parent) = link.and_then(|link| self.linked_at(link, run.started)) {
            if parent == at.session {
                return None;
            }
            return self.current(parent, link, run.started);
        }
        let parent = spawns.iter().min()?.parent.session;
        self.current(parent, None, run.started)
    }

    /// The run of session `no` that `link` names, else the latest at `when`.
    fn current(&self, no: u32, link: Option<&Link>, when: Option<Time>) -> Option<At> {
        let session = self.sessions.get(&no)?;
        let named = link.and_then(|link| {
            let by_id = link.run.as_ref().and_then(|id| session.run(id));
            by_id.or_else(|| link.call.as_ref().and_then(|call| session.with_call(call)))
        });
        let boxed = |run: &Run| run.has_cause(&self.settings.include);
        let before = |run: &Run| when.is_none() || run.started <= when;
        let latest = |wanted: &dyn Fn(&Run) -> bool| {
            let mut runs = session.runs.iter().rev();
            runs.find(|(_, run)| wanted(run)).map(|(no, _)| *no)
        };
        // A check-in of the parent's meanwhile is not what the child works for.
        let run = named
            .or_else(|| latest(&|run| before(run) && boxed(run)))
            .or_else(|| latest(&before))
            .or_else(|| session.runs.keys().next().copied())?;
        Some(At { session: no, run })
    }

    fn spawns_of(&self, session: &Session) -> Vec<Spawn> {
        let mut spawns = Vec::new();
        for place in Self::names_of(session) {
            for &parent in self.spawns.get(&place).into_iter().flatten() {
                // A name may be another installation's session's too.
                let is_this = |link: &Link| {
                    self.linked(link)
                        .and_then(|no| self.sessions.get(&no))
                        .is_some_and(|linked| linked.sid == session.sid)
                };
                let Some((parent_session, run)) = self.at(parent) else {
                    continue;
                };
                let agents = run.steps.iter().filter_map(|step| step.agent.as_deref());
                for agent in agents.filter(|agent| is_this(&agent.child)) {
                    spawns.push(Spawn {
                        started: agent.started,
                        sid: parent_session.sid.clone(),
                        parent,
                        run_id: agent.child.run.clone(),
                    });
                }
            }
        }
        spawns
    }

    /// Whether the run is another's, as far as its own records tell.
    pub(super) fn is_child(&self, at: At) -> bool {
        self.at(at).is_some_and(|(session, run)| {
            let linked = run.parent.is_some() || session.parent.is_some();
            linked && session.kind != Some(SessionKind::Main)
        })
    }

    /// Every run of the family of `at`, itself first.
    pub(super) fn family(&self, at: At) -> Vec<At> {
        let mut family = vec![at];
        let mut next = 0;
        while let Some(&here) = family.get(next) {
            next += 1;
            if let Some((_, run)) = self.at(here) {
                family.extend(&run.down);
            }
        }
        family
    }
}

/// A step that started a session; ordered by time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Spawn {
    started: Option<Time>,
    /// Before `parent`, whose number depends on who came first.
    sid: Name,
    parent: At,
    run_id: Option<Name>,
}

impl Spawn {
    fn names(&self, run: &Run) -> bool {
        self.run_id.is_some() && self.run_id == run.id
    }
}
