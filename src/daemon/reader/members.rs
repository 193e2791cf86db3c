//! Who is there: sessions, their names, and who goes on from whom.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::{CLAIM, Reader};
use crate::daemon::family::{self, Member};
use crate::daemon::remarks::Oddities;
use crate::follow::{Change, Era, Id};
use crate::source::openclaw::Row;

impl Reader {
    /// Looks at the disk, and takes in the rows that changed.
    pub(super) fn scan(&mut self) -> Vec<Change> {
        let Self {
            follower,
            rows,
            odd,
            ..
        } = self;
        let changes = follower.scan(&mut |id, row| learn(rows, odd, id, row));
        self.register();
        changes
    }

    pub(super) fn take_rows(&mut self) {
        let Self {
            follower,
            rows,
            odd,
            ..
        } = self;
        follower.rows(&mut |id, row| learn(rows, odd, id, row));
    }

    /// Whether any session is there that is asked for.
    #[must_use]
    pub fn has_sessions(&self) -> bool {
        self.follower
            .sessions()
            .any(|(_, session)| self.is_wanted(session))
    }

    /// Makes the names of all sessions known, so that links can carry their UUIDs.
    pub(super) fn register(&mut self) {
        for (id, session) in self.follower.sessions() {
            if let Some(key) = &session.key {
                self.registry.name(key, &session.sid);
                self.keyed.insert(key.clone(), id);
                if let Some(parent) = self.rows.get(&id).and_then(|row| row.parent.as_deref()) {
                    self.registry.parent(key, parent);
                }
            }
        }
    }

    /// Every session that is asked for, in order.
    pub(super) fn order(&mut self) -> Vec<Id> {
        let wanted: Vec<Id> = self
            .follower
            .sessions()
            .filter(|(_, session)| self.is_wanted(session))
            .map(|(id, _)| id)
            .collect();
        let members = wanted.into_iter().map(|id| {
            let parent = self.rows.get(&id).and_then(|row| row.parent.as_deref());
            let after = parent
                .and_then(|parent| self.keyed.get(parent))
                .copied()
                .or_else(|| self.predecessor(id));
            let session = self.follower.session(id);
            Member {
                id,
                agent: session.agent.clone(),
                sid: session.sid.clone(),
                after,
            }
        });
        let members: Vec<_> = members.collect();
        family::order(members)
    }

    pub(super) fn is_wanted(&self, session: &crate::follow::Session) -> bool {
        let globs = &self.settings.sessions;
        globs.is_empty()
            || globs.iter().any(|glob| {
                glob.is_match(&session.sid)
                    || session.key.as_deref().is_some_and(|key| glob.is_match(key))
            })
    }

    /// The transcript that this one goes on from: compaction began a new file for the same session.
    ///
    /// A fork names its parent too, but there the parent's own row still claims it.
    pub(super) fn predecessor(&mut self, id: Id) -> Option<Id> {
        let parent = self.named_parent(id)?;
        let key = &self.follower.session(id).key;
        let held = &self.follower.session(parent).key;
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
        let session = self.follower.session(id);
        let file = session.at.rsplit('/').next()?;
        // Only rotated and forked files are named `<time>_<uuid>.jsonl`.
        if session.era != Era::Files || !file.contains('_') {
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

/// Takes in an index row, kept small.
pub(super) fn learn(
    rows: &mut HashMap<Id, Arc<Row>>,
    odd: &mut Oddities,
    id: Option<Id>,
    row: &crate::follow::RowSeen<'_>,
) {
    let Some(id) = id else { return };
    match std::str::from_utf8(row.json)
        .ok()
        .map(|json| Row::parse(row.key, json))
    {
        Some(Ok(parsed)) => {
            rows.insert(id, Arc::new(parsed));
        }
        Some(Err(error)) => odd.say(format!(
            "the index row of {} cannot be read: {error}",
            row.key
        )),
        None => odd.say(format!("the index row of {} is no UTF-8", row.key)),
    }
}
