//! What looks at the disk found: each change once.

use super::follower::Follower;
use super::session::Change;

impl Follower {
    /// Drops repeated changes: the first of each stays where it is.
    pub(super) fn tidy(changes: &mut Vec<Change>) {
        // One look at the disk tells of thousands, one wake-up of a few.
        const FEW: usize = 32;
        if changes.len() <= FEW {
            let mut seen = Vec::with_capacity(changes.len());
            return changes.retain(|change| {
                let new = !seen.contains(change);
                if new {
                    seen.push(*change);
                }
                new
            });
        }
        let most = changes.iter().map(|change| change.id()).max();
        let mut seen = vec![0_u8; most.map_or(0, |id| id as usize + 1)];
        changes.retain(|change| {
            let (rank, id) = (rank(*change), change.id() as usize);
            let new = seen[id] & 1 << rank == 0;
            seen[id] |= 1 << rank;
            new
        });
    }
}

/// What makes two changes of a session the same.
fn rank(change: Change) -> u8 {
    match change {
        Change::New(_) => 0,
        Change::Keyed(_) => 1,
        Change::Row(_) => 2,
        Change::Grown(_) => 3,
        Change::Gone(_) => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_change_stays_where_it_is() {
        for count in [3, 100] {
            let first = [Change::New(7), Change::Grown(7), Change::Row(0)];
            let more = (0..count).flat_map(|id| [Change::Grown(id), Change::Keyed(id)]);
            let all: Vec<Change> = first.into_iter().chain(more).collect();
            let mut want: Vec<Change> = Vec::new();
            for change in &all {
                if !want.contains(change) {
                    want.push(*change);
                }
            }
            let mut changes = [&all[..], &all[..]].concat();
            Follower::tidy(&mut changes);
            assert_eq!(changes, want, "{count} sessions");
        }
    }
}
