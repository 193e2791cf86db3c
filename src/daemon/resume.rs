//! What `--resume NAME` keeps between two processes.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::follow::Cursor;

/// Where a session is to be read again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The start of its newest run, or the end of what was read.
    pub cursor: Cursor,
    /// Requests before that place; the first one names its run `first`.
    pub requests: u64,
    /// The transcript is gone: there is nothing to begin at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// What is kept.
#[derive(Debug)]
pub enum Keep {
    /// The places of all sessions.
    All(Vec<Kept>),
    /// Those that changed since the last time.
    Changed(Vec<Kept>),
}

/// How much a keeper wants to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Nothing is kept.
    Nothing,
    /// What [changed](Keep::Changed).
    Changed,
    /// [All](Keep::All).
    All,
}

/// The places after all `changes`: the latest of each session, where its transcript is not gone.
#[must_use]
pub fn latest(whole: Vec<Kept>, changes: Vec<Vec<Kept>>) -> Vec<Kept> {
    let mut kept = whole;
    let mut after: HashMap<Session, Kept> = HashMap::new();
    for change in changes.into_iter().flatten() {
        after.insert(session(&change.cursor), change);
    }
    if !after.is_empty() {
        for one in &mut kept {
            if let Some(change) = after.remove(&session(&one.cursor)) {
                *one = change;
            }
        }
        let mut new: Vec<Kept> = after.into_values().collect();
        new.sort_by_key(|one| session(&one.cursor));
        kept.extend(new);
        kept.retain(|one| !one.gone);
    }
    kept
}

/// What names the session of a cursor: its file, or its store and its id there.
type Session = (String, Option<String>);

fn session(cursor: &Cursor) -> Session {
    match cursor {
        Cursor::File { path, .. } => (path.clone(), None),
        Cursor::Store { path, sid, .. } => (path.clone(), Some(sid.clone())),
    }
}

/// The place of a line in a stream.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Offset of its first byte.
    pub off: u64,
    /// Offset behind its newline.
    pub end: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(path: &str, seq: i64, gone: bool) -> Kept {
        Kept {
            cursor: Cursor::Store {
                path: "/s/x.sqlite".to_owned(),
                sid: path.to_owned(),
                generation: None,
                seq,
            },
            requests: 1,
            gone,
        }
    }

    #[test]
    fn the_latest_place_of_each_session_counts_and_none_of_one_that_is_gone() {
        let whole = vec![
            kept("a", 1, false),
            kept("b", 1, false),
            kept("c", 1, false),
        ];
        let changes = vec![
            vec![
                kept("b", 2, false),
                kept("e", 1, false),
                kept("d", 1, false),
            ],
            vec![kept("b", 3, false), kept("a", 9, true), kept("f", 1, true)],
            vec![kept("c", 0, true)],
            vec![kept("c", 5, false)],
        ];
        let seqs = |kept: Vec<Kept>| -> Vec<(String, i64)> {
            let cursors = kept.into_iter().map(|one| match one.cursor {
                Cursor::Store { sid, seq, .. } => (sid, seq),
                Cursor::File { .. } => unreachable!("there are none"),
            });
            cursors.collect()
        };
        let want = [("b", 3), ("c", 5), ("d", 1), ("e", 1)];
        let want = want.map(|(sid, seq)| (sid.to_owned(), seq));
        assert_eq!(seqs(latest(whole.clone(), changes)), want);
        assert_eq!(seqs(latest(whole.clone(), vec![vec![]])), seqs(whole));
    }
}
