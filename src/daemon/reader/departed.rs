//! Sessions whose transcripts are gone: the last of them are remembered, all others cost nothing.

use std::collections::BTreeSet;

use super::Reader;
use crate::follow::Id;

/// So many are remembered, for a transcript that comes back: a rewrite may take it away for a moment, and a compaction
/// goes on with one that is gone. Agents do either within a second.
const MOST: usize = 256;

/// Sessions that are gone, the longest gone first.
#[derive(Default)]
pub(super) struct Departed {
    ids: Vec<Id>,
    /// How many of them could not be forgotten at the last look.
    kept: usize,
}

impl Departed {
    /// A transcript is gone, perhaps once more.
    pub(super) fn add(&mut self, id: Id) {
        self.ids.retain(|known| *known != id);
        self.ids.push(id);
    }

    /// Those that are too many, once it is worth a look at all that is there.
    fn surplus(&self) -> &[Id] {
        let is_due = self.ids.len() >= self.kept + 2 * MOST;
        let most = if is_due { MOST } else { self.ids.len() };
        &self.ids[..self.ids.len() - most]
    }
}

impl Reader {
    /// Forgets sessions that are gone, but the last of them and those that one that is there goes back to.
    pub(super) fn forget_departed(&mut self) {
        let surplus: BTreeSet<Id> = self.departed.surplus().iter().copied().collect();
        if surplus.is_empty() {
            return;
        }
        let here = self.follower.sessions().map(|(id, _)| id).collect();
        let above = self.registry.ancestors(&here);
        let forgotten = self.follower.forget(&(&surplus - &above));
        for &id in &forgotten {
            self.forget_session(id);
        }
        self.registry.forget(&forgotten);
        let Self {
            departed, follower, ..
        } = self;
        departed
            .ids
            .retain(|id| follower.is_gone(*id) && !forgotten.contains(id));
        departed.kept = departed.ids.len().saturating_sub(MOST);
    }

    fn forget_session(&mut self, id: Id) {
        self.slots.remove(&id);
        self.rows.remove(id);
        self.resumed.remove(&id);
        self.changed.remove(&id);
        self.unread.remove(&id);
        self.unclaimed.remove(&id);
        self.ticking.set(id, None);
        self.odd.tried(id, true);
    }
}
