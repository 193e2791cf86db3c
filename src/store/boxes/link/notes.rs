//! Notes that come thick and fast are written together: a transaction costs more than a row.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::row;
use crate::wire::kept::Kept;

/// What was noted is written at most so long after it.
const SOON: Duration = Duration::from_millis(200);
/// So many wait at most.
const MOST: usize = 256;

/// What was noted and is not written yet.
#[derive(Debug, Default)]
pub(super) struct Notes {
    waiting: HashMap<String, Kept>,
    /// When some were written last.
    written: Option<Instant>,
}

impl Notes {
    pub(super) fn add(&mut self, kept: &Kept) {
        self.waiting.insert(kept.key.clone(), kept.clone());
    }

    pub(super) fn get(&self, key: &str) -> Option<&Kept> {
        self.waiting.get(key)
    }

    /// The box was remembered otherwise.
    pub(super) fn forget(&mut self, key: &str) {
        self.waiting.remove(key);
    }

    /// How long the notes can wait; nothing where there are none. The first after a while cannot.
    pub(super) fn patience(&self, now: Instant) -> Option<Duration> {
        if self.waiting.is_empty() {
            return None;
        }
        let since = self
            .written
            .map_or(SOON, |written| now.saturating_duration_since(written));
        match self.waiting.len() {
            ..MOST => Some(SOON.saturating_sub(since)),
            MOST.. => Some(Duration::ZERO),
        }
    }

    /// Gives them all to be written.
    pub(super) fn take(&mut self, now: Instant) -> Vec<Kept> {
        self.written = Some(now);
        self.waiting.drain().map(|(_, kept)| kept).collect()
    }
}

/// Writes rows, all or none.
pub(super) fn write(connection: &Connection, rows: &[Kept]) -> rusqlite::Result<()> {
    if let [kept] = rows {
        return row::write(connection, kept);
    }
    let transaction = connection.unchecked_transaction()?;
    for kept in rows {
        row::write(&transaction, kept)?;
    }
    transaction.commit()
}
