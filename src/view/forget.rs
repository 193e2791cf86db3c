//! What keeps memory bounded: runs that are over are let go of after a while.

use std::collections::HashMap;

use crate::wire::event::Name;
use crate::wire::time::Time;

use super::board::{Board, Place};
use super::key::{At, RunKey};
use super::seen::hash;
use super::session::Session;
use super::settings::ms;

impl Board {
    /// Lets go of families that are over for long, or that are too many; gives
    /// their keys. Families in which `held` finds a run stay, and so do open ones.
    ///
    /// Cheap as long as the board has not grown much since the last time.
    pub fn forget(&mut self, held: &dyn Fn(&RunKey) -> bool) -> Vec<RunKey> {
        // A session may never have a run.
        let size = |board: &Self| board.runs + board.sessions.len();
        if size(self) < self.swept.saturating_add(self.settings.keep_runs / 4 + 1) {
            return Vec::new();
        }
        let clock = self.sessions.values().filter_map(|session| session.ticks);
        let clock = clock.map(|(_, newest)| newest).max();
        let mut over = self.over(held);
        // Those that were heard of last are kept.
        over.sort_unstable_by_key(|family| std::cmp::Reverse(family.touched));
        let stale = |family: &Over| {
            let age = clock
                .zip(family.ended)
                .map_or(0, |(now, end)| now.since_ms(end));
            age > ms(self.settings.keep)
        };
        let goes =
            |(place, family): &(usize, Over)| *place >= self.settings.keep_runs || stale(family);
        let gone: Vec<_> = over.into_iter().enumerate().filter(goes).collect();
        let mut keys = Vec::new();
        for (_, family) in gone {
            for at in family.runs {
                keys.extend(self.key(at));
                self.drop_run(at);
            }
        }
        self.drop_sessions();
        self.swept = size(self);
        keys
    }

    /// Lets go of all runs of a session, whatever their state: it is read no more. Its children
    /// are nobody's from then on.
    pub fn leave(&mut self, source: &Name, sid: &Name) {
        let Some(no) = self.find(source, sid) else {
            return;
        };
        let runs = self.sessions.get(&no).map(|session| &session.runs);
        let runs: Vec<u32> = runs
            .into_iter()
            .flat_map(|runs| runs.keys().copied())
            .collect();
        for run in runs {
            let at = At { session: no, run };
            let (up, down) = match self.run_mut(at) {
                Some(run) => (run.up.take(), std::mem::take(&mut run.down)),
                None => continue,
            };
            if let Some(parent) = up.and_then(|parent| self.run_mut(parent)) {
                parent.down.retain(|child| *child != at);
            }
            for child in down {
                if let Some(child) = self.run_mut(child) {
                    (child.up, child.named) = (None, None);
                }
            }
            self.drop_run(at);
        }
    }

    /// Every family whose root is over.
    fn over(&self, held: &dyn Fn(&RunKey) -> bool) -> Vec<Over> {
        let all = self.sessions.iter().flat_map(|(no, session)| {
            let session_no = *no;
            session.runs.iter().map(move |(run, state)| {
                let at = At {
                    session: session_no,
                    run: *run,
                };
                (at, session, state)
            })
        });
        let roots = all.filter(|(_, _, run)| run.up.is_none());
        roots
            .filter_map(|(at, session, _)| {
                let runs = self.family(at);
                let now = runs.iter().filter_map(|at| self.at(*at)?.0.now).max();
                let verdict = self.judge(at, now)?;
                let is_held = || {
                    runs.iter()
                        .any(|at| self.key(*at).is_some_and(|key| held(&key)))
                };
                let family = Over {
                    ended: verdict.ended,
                    touched: session.touched,
                    runs: runs.clone(),
                };
                (verdict.state.is_final() && !is_held()).then_some(family)
            })
            .collect()
    }

    fn drop_run(&mut self, at: At) {
        let Some(session) = self.sessions.get_mut(&at.session) else {
            return;
        };
        let Some(run) = session.runs.remove(&at.run) else {
            return;
        };
        self.runs -= 1;
        session.ids.retain(|id, no| {
            let stays = *no != at.run;
            if !stays {
                session.forgotten.add(hash(&**id));
            }
            stays
        });
        if session.newest == Some(at.run) {
            session.newest = None;
        }
        for agent in run.steps.iter().filter_map(|step| step.agent.as_deref()) {
            for place in Self::places_of(&agent.child) {
                if let Some(spawns) = self.spawns.get_mut(&place) {
                    spawns.retain(|parent| *parent != at);
                    if spawns.is_empty() {
                        self.spawns.remove(&place);
                    }
                }
            }
        }
    }

    /// Sessions without a run are remembered for their links, and so that nothing of theirs is told
    /// twice; but a quarter as many of them as of runs that are over: theirs were over long before. One
    /// that a run names as its parent stays.
    fn drop_sessions(&mut self) {
        let empty = self
            .sessions
            .iter()
            .filter(|(_, session)| session.runs.is_empty() && !self.has_children(session));
        let mut empty: Vec<_> = empty.map(|(no, session)| (session.touched, *no)).collect();
        let surplus = empty.len().saturating_sub(self.settings.keep_runs / 4);
        empty.sort_unstable();
        for (_, no) in empty.into_iter().take(surplus) {
            let Some(session) = self.sessions.remove(&no) else {
                continue;
            };
            for place in Self::names_of(&session) {
                drop_from(&mut self.places, &place, no);
            }
            for place in &session.claimed {
                drop_from(&mut self.claims, place, no);
            }
        }
    }

    /// Whether a session with a run names it as its parent.
    fn has_children(&self, session: &Session) -> bool {
        let claims = Self::names_of(session).filter_map(|place| self.claims.get(&place));
        claims
            .flatten()
            .filter_map(|no| self.sessions.get(no))
            .any(|child| !child.runs.is_empty())
    }
}

fn drop_from(map: &mut HashMap<Place, Vec<u32>>, place: &Place, no: u32) {
    if let Some(known) = map.get_mut(place) {
        known.retain(|known| *known != no);
        if known.is_empty() {
            map.remove(place);
        }
    }
}

/// A family that is over.
struct Over {
    ended: Option<Time>,
    touched: u64,
    runs: Vec<At>,
}
