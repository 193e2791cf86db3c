//! Who is there: sessions, their names, and who goes on from whom.

use std::time::Instant;

use super::shelf::Shelf;
use super::{CLAIM, Reader};
use crate::daemon::family::{self, Member};
use crate::daemon::links::Registry;
use crate::follow::{Id, Session};
use crate::source::{self, Source};
use crate::wire::event::Link;
use crate::wire::time::Time;

/// The first records of a transcript are looked at so far for the time at which it begins; the
/// request of the first may be long.
const OPENING_BYTES: [usize; 2] = [8 << 10, 1 << 20];

impl Reader {
    /// Whether any session is there that is asked for.
    #[must_use]
    pub fn has_sessions(&self) -> bool {
        self.follower
            .sessions()
            .any(|(_, session)| self.is_wanted(session))
    }

    /// Makes the names of all sessions known, so that links can carry their UUIDs.
    pub(super) fn register_all(&mut self) {
        for (id, session) in self.follower.sessions() {
            known(&mut self.registry, &self.rows, id, session);
        }
        self.prove_all();
    }

    /// Makes the name of a session known.
    pub(super) fn register(&mut self, id: Id) {
        known(
            &mut self.registry,
            &self.rows,
            id,
            self.follower.session(id),
        );
    }

    /// Every session that is asked for, in order.
    pub(super) fn order(&mut self) -> Vec<Id> {
        let wanted: Vec<Id> = self
            .follower
            .sessions()
            .filter(|(_, session)| self.is_wanted(*session))
            .map(|(id, _)| id)
            .collect();
        let before: Vec<Option<Id>> = wanted
            .iter()
            .map(|&id| self.parent(id).or_else(|| self.predecessor(id)))
            .collect();
        let begins: Vec<Option<Time>> = wanted.iter().map(|&id| self.begins(id)).collect();
        let members = wanted.into_iter().zip(before).zip(begins);
        let members = members.map(|((id, after), begins)| {
            let session = self.follower.session(id);
            Member {
                id,
                agent: session.agent,
                sid: session.sid,
                begins,
                after,
            }
        });
        family::order(members.collect())
    }

    /// Whether OpenClaw wrote it: its rows say whose a session is, and who started it.
    pub(super) fn is_openclaw(&self, id: Id) -> bool {
        is_openclaw(self.follower.session(id))
    }

    /// When a session begins, in a one-shot. OpenClaw says itself who started whom; of others one
    /// may have started another, and is to be read before it.
    fn begins(&mut self, id: Id) -> Option<Time> {
        let is_asked = !self.following && !self.is_openclaw(id);
        let mut openings = OPENING_BYTES.iter().filter(|_| is_asked);
        openings.find_map(|&most| source::begins(&self.follower.opening(id, most)?))
    }

    /// The session that started this one, as its row or its place tells.
    pub(super) fn parent(&self, id: Id) -> Option<Id> {
        let named = self.rows.parent(id);
        let session = self.follower.session(id);
        let parent = named.or_else(|| session.parent.map(|sid| &**sid));
        let parent = parent.or_else(|| {
            let link = self.registry.lineage.parent(session.source, session.sid)?;
            link.session.as_deref().or(link.sid.as_deref())
        });
        parent.and_then(|parent| self.registry.id(parent))
    }

    /// Makes known which sessions of other agents the rows name that were read lately.
    pub(super) fn prove_all(&mut self) {
        for (id, harness) in self.rows.take_harnesses() {
            let session = self.follower.session(id);
            let parent = Link {
                source: session.source.into(),
                sid: Some(session.sid.clone()),
                session: session.key.cloned(),
                ..Link::default()
            };
            let child = (&*harness.source, &*harness.sid);
            self.registry.lineage.prove(child, &parent);
        }
    }

    pub(super) fn is_wanted(&self, session: Session<'_>) -> bool {
        let globs = &self.settings.sessions;
        globs.is_empty()
            || globs.iter().any(|glob| {
                glob.is_match(session.sid) || session.key.is_some_and(|key| glob.is_match(key))
            })
    }

    /// The transcript that this one goes on from: compaction began a new file for the same session.
    ///
    /// A fork names its parent too, but there the parent's own row still claims it.
    pub(super) fn predecessor(&mut self, id: Id) -> Option<Id> {
        let parent = self.named_parent(id)?;
        let key = self.follower.session(id).key;
        let held = self.follower.session(parent).key;
        let goes_on = match key {
            // The row has moved from the one to the other.
            Some(_) => held.is_none() || held == key,
            // The index may name the old file for ever: its run can only go on here.
            None => {
                self.following
                    && self
                        .slots
                        .get(&parent)
                        .is_some_and(|slot| slot.dialect.is_open())
            }
        };
        goes_on.then_some(parent)
    }

    /// The transcript that the header of this one names as its parent.
    pub(super) fn named_parent(&mut self, id: Id) -> Option<Id> {
        // Only OpenClaw's rotated and forked files are named `<time>_<uuid>.jsonl`.
        if !self.is_openclaw(id) || !self.follower.is_named_with(id, '_') {
            return None;
        }
        let head = self.follower.head(id)?;
        let header: serde_json::Value = serde_json::from_slice(&head).ok()?;
        let parent = header["parentSession"]
            .as_str()?
            .rsplit('/')
            .next()?
            .to_owned();
        self.follower
            .find(&parent, id)
            .filter(|&parent| parent != id)
    }

    /// Whether it is too early to say whose file this is: a rotated one comes before its row.
    pub(super) fn is_unclaimed(&mut self, id: Id) -> bool {
        if self.slots.contains_key(&id)
            || self.follower.session(id).key.is_some()
            || self.named_parent(id).is_none()
        {
            self.unclaimed.remove(&id);
            return false;
        }
        let until = *self
            .unclaimed
            .entry(id)
            .or_insert_with(|| Instant::now() + CLAIM);
        let early = Instant::now() < until;
        if !early {
            self.unclaimed.remove(&id);
        }
        early
    }
}

/// Makes the name of a session known, and whose child it is.
fn known(registry: &mut Registry, rows: &Shelf, id: Id, session: Session<'_>) {
    if let Some(key) = session.key {
        registry.name(key, id, session.sid);
        if let Some(parent) = rows.parent(id) {
            registry.parent(key, parent);
        }
    } else if !is_openclaw(session) {
        // Nobody gives these a name: their id is one.
        registry.name(session.sid, id, session.sid);
    }
}

fn is_openclaw(session: Session<'_>) -> bool {
    session.source == Source::OpenClaw.name()
}
