//! Logs that belong to a session and are no transcript: OpenClaw's streams of ACP sessions.
//!
//! In the era of files one stands beside the transcript, and is followed as a
//! file of its own whose changes are those of the session. A store keeps all of
//! them in one table, whose rows are told apart by the number of their arrival.

use rusqlite::{Connection, params};

use super::database::{Columns, Seen};
use super::entry::{Body, Entry};
use super::follower::Follower;
use super::lines::Each;
use super::names;
use super::rows::PAGE_BYTES;
use super::session::{Change, Id, Piece, ReadError};
use crate::wire::event::Name;

/// The generation of a log in a store: its numbers are not those of the transcript's rows.
const GENERATION: &str = "acp-stream";

impl Entry {
    /// Whether it is the log of another session's stream.
    pub(super) fn is_stream(&self) -> bool {
        self.odd_name()
            .is_some_and(|name| names::streamed(name).is_some())
    }
}

impl Follower {
    /// News of a log are news of its session, once that is known.
    pub(super) fn of_streams(&self, changes: &mut Vec<Change>) {
        if !changes
            .iter()
            .any(|change| self.entry(change.id()).is_stream())
        {
            return;
        }
        let of = |change| match change {
            Change::New(id) | Change::Grown(id) if self.entry(id).is_stream() => {
                self.streamed_by(id).map(Change::Grown)
            }
            Change::Row(id) | Change::Keyed(id) | Change::Gone(id)
                if self.entry(id).is_stream() =>
            {
                None
            }
            change => Some(change),
        };
        *changes = changes.drain(..).filter_map(of).collect();
    }

    /// The session of a log.
    fn streamed_by(&self, log: Id) -> Option<Id> {
        let sid = self.entry(log).sid();
        self.find(&[&**sid, names::SUFFIX].concat(), log)
    }

    /// The log of a session, where one is.
    fn stream_of(&self, id: Id) -> Option<Id> {
        let name = self.entry(id).file_name()?;
        let sid = name.to_str()?.strip_suffix(names::SUFFIX)?;
        self.find(&[sid, names::STREAM].concat(), id)
    }

    /// Where the log of a session's stream is; `None` where there is none.
    #[must_use]
    pub fn stream_at(&self, id: Id) -> Option<Name> {
        match &self.entry(id).body {
            Body::File(_) => self.stream_of(id).map(|log| self.at(log)),
            Body::Store(rows) => (rows.stream != rows.streamed).then(|| self.at(id)),
        }
    }

    /// Reads every whole record behind the cursor of a session's stream, as [`read`](Self::read) does.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where the system refuses; it can be read again later.
    pub fn read_stream(
        &mut self,
        id: Id,
        each: &mut dyn FnMut(Piece<'_>) -> bool,
    ) -> Result<(), ReadError> {
        match &self.entry(id).body {
            Body::File(_) => match self.stream_of(id) {
                Some(log) if self.has_unread(log) => self.read(log, each),
                _ => Ok(()),
            },
            Body::Store(rows) if rows.stream != rows.streamed => self.read_stream_rows(id, each),
            Body::Store(_) => Ok(()),
        }
    }

    fn read_stream_rows(&mut self, id: Id, each: &mut Each<'_>) -> Result<(), ReadError> {
        let mut go = each(Piece::Generation(GENERATION.into()));
        while go {
            let entry = self.entry(id);
            let (place, sid) = (entry.place as usize, entry.sid().clone());
            let Body::Store(rows) = &entry.body else {
                break;
            };
            let from = rows.stream;
            let cap = self.options.max_line_bytes;
            let page = self.with_store(place, |connection, columns| {
                stream_page(connection, columns, &sid, from, cap)
            })?;
            let page = page.unwrap_or_default();
            go = !page.is_empty();
            for (seq, json) in &page {
                let Body::Store(rows) = &mut self.entry_mut(id).body else {
                    return Ok(());
                };
                rows.stream = *seq;
                rows.streamed = rows.streamed.max(*seq);
                let bytes = json.as_bytes();
                if !bytes.is_empty() && !each(Piece::Row { bytes, seq: *seq }) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The streams of these sessions grew, up to that row.
    pub(super) fn take_streams(
        &mut self,
        place: usize,
        streams: &[(String, i64)],
        changes: &mut Vec<Change>,
    ) {
        for (sid, newest) in streams {
            if let Some(id) = self.sid_of_store(place, sid)
                && let Body::Store(rows) = &mut self.entry_mut(id).body
            {
                rows.streamed = *newest;
                changes.push(Change::Grown(id));
            }
        }
    }
}

/// Sessions whose streams grew, each with the number of its newest row.
pub(super) fn grown(
    connection: &Connection,
    columns: Columns,
    seen: &mut Seen,
) -> rusqlite::Result<Vec<(String, i64)>> {
    if !columns.streams {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(
        "SELECT session_id, max(rowid) FROM acp_parent_stream_events WHERE rowid > ?1 \
         GROUP BY session_id",
    )?;
    let rows = statement.query_map([seen.stream], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let grown: Vec<(String, i64)> = rows.collect::<rusqlite::Result<_>>()?;
    let newest = grown.iter().map(|(_, newest)| *newest).max();
    seen.stream = newest.unwrap_or(seen.stream);
    Ok(grown)
}

/// The next records of a stream; one that is too long is empty.
fn stream_page(
    connection: &Connection,
    columns: Columns,
    sid: &str,
    from: i64,
    cap: usize,
) -> rusqlite::Result<Vec<(i64, String)>> {
    let mut page = Vec::new();
    if !columns.streams {
        return Ok(page);
    }
    let mut statement = connection.prepare_cached(
        "SELECT rowid, iif(length(event_json) <= ?3, event_json, '') FROM acp_parent_stream_events \
         WHERE session_id = ?1 AND rowid > ?2 ORDER BY rowid LIMIT 500",
    )?;
    let cap = i64::try_from(cap).unwrap_or(i64::MAX);
    let mut found = statement.query(params![sid, from, cap])?;
    let mut bytes = 0;
    while let Some(row) = found.next()? {
        let json: String = row.get(1)?;
        bytes += json.len();
        page.push((row.get(0)?, json));
        if bytes > PAGE_BYTES {
            break;
        }
    }
    Ok(page)
}
