//! Which session is meant by a name: links carry the UUID as well, and children their parents' route.

use std::collections::BTreeSet;
use std::hash::BuildHasher as _;

use foldhash::{HashMap, HashSet, quality::RandomState};

use super::lineage::Lineage;
use crate::follow::Id;
use crate::wire::event::{Body, Event, Link, Name, Route};

/// How many sessions one goes back to at most.
const DEPTH: usize = 8;

/// The sessions of this process, by name.
#[derive(Debug, Default)]
pub(super) struct Registry {
    seed: RandomState,
    /// The numbers of sessions, by a hash of their names.
    ids: HashMap<u64, Id>,
    /// Their UUIDs, by number.
    sids: Vec<Option<Name>>,
    /// Whose child a session is, and where its box belongs; by hashes of names, too.
    parents: HashMap<u64, u64>,
    routes: HashMap<u64, Route>,
    /// Who started whom across families.
    pub(super) lineage: Lineage,
}

impl Registry {
    /// A session's name stands for this session now.
    pub(super) fn name(&mut self, session: &str, id: Id, sid: &Name) {
        self.ids.insert(self.hash(session), id);
        let at = id as usize;
        if self.sids.len() <= at {
            self.sids.resize(at + 1, None);
        }
        if self.sids[at].as_ref() != Some(sid) {
            self.sids[at] = Some(sid.clone());
        }
    }

    /// The session that a name stands for.
    pub(super) fn id(&self, session: &str) -> Option<Id> {
        self.ids.get(&self.hash(session)).copied()
    }

    fn hash(&self, session: &str) -> u64 {
        self.seed.hash_one(session)
    }

    /// A session was started by another one.
    pub(super) fn parent(&mut self, session: &str, parent: &str) {
        self.parents.insert(self.hash(session), self.hash(parent));
    }

    /// The sessions that one of `here` goes back to, whether they are there or not.
    pub(super) fn ancestors(&self, here: &BTreeSet<Id>) -> BTreeSet<Id> {
        let mut above = BTreeSet::new();
        let names = self.ids.iter().filter(|(_, id)| here.contains(id));
        for (name, _) in names {
            let mut at = *name;
            for _ in 0..DEPTH {
                let Some(parent) = self.parents.get(&at) else {
                    break;
                };
                above.extend(self.ids.get(parent));
                at = *parent;
            }
        }
        above
    }

    /// Lets go of sessions, and of what only they told; a name that is another one's by now stays.
    pub(super) fn forget(&mut self, sessions: &BTreeSet<Id>) {
        let mut names = HashSet::default();
        self.ids.retain(|name, id| {
            let goes = sessions.contains(id);
            if goes {
                names.insert(*name);
            }
            !goes
        });
        for id in sessions {
            if let Some(sid) = self.sids.get_mut(*id as usize) {
                *sid = None;
            }
        }
        self.routes.retain(|name, _| !names.contains(name));
        // A child that is there keeps those above it: these never came, or are gone too.
        self.parents
            .retain(|child, parent| !names.contains(child) && !names.contains(parent));
    }

    /// Completes the links of `event`, and keeps its route for the session's children.
    pub(super) fn complete(&mut self, event: &mut Event) {
        self.lineage.see(event);
        match &mut event.body {
            Body::SessionStart(start) => self.fill(start.parent.as_mut()),
            Body::RunStart(start) => {
                self.fill(start.parent.as_mut());
                if let (None, Some(parent)) = (&start.route, &start.parent) {
                    start.route = parent
                        .session
                        .as_ref()
                        .and_then(|session| self.route(session))
                        .cloned()
                        .map(Box::new);
                } else if let (Some(route), Some(session)) = (&start.route, &event.session) {
                    self.routes.insert(self.hash(session), (**route).clone());
                }
            }
            Body::Route(route) => {
                if let Some(session) = &event.session {
                    self.routes.insert(self.hash(session), (**route).clone());
                }
            }
            Body::AgentStart(start) => {
                if let (Some(child), Some(session)) = (&start.child.session, &event.session) {
                    self.parent(child, session);
                }
                self.fill(Some(&mut start.child));
            }
            Body::AgentEnd(end) => self.fill(Some(&mut end.child)),
            _ => {}
        }
    }

    fn fill(&self, link: Option<&mut Link>) {
        let Some(link) = link else { return };
        if link.sid.is_none() {
            link.sid = link
                .session
                .as_ref()
                .and_then(|session| self.sids.get(self.id(session)? as usize)?.clone());
        }
    }

    /// How many sessions are known by name.
    #[cfg(test)]
    pub(super) fn sessions(&self) -> usize {
        self.ids.len().max(self.sids.iter().flatten().count())
    }

    /// How many parents and routes are known.
    #[cfg(test)]
    pub(super) fn links(&self) -> usize {
        self.parents.len() + self.routes.len()
    }

    /// The route of a session or of the nearest ancestor that has one.
    fn route(&self, session: &str) -> Option<&Route> {
        let mut at = self.hash(session);
        for _ in 0..DEPTH {
            if let Some(route) = self.routes.get(&at) {
                return Some(route);
            }
            at = *self.parents.get(&at)?;
        }
        None
    }
}
