//! Reading the rows of a session from its store, a page at a time.
//!
//! A page is copied out before it is handed on, so that no read transaction
//! outlives it: an open one keeps the writer from emptying its log.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};

use super::database::{Columns, Database, Schema};
use super::entry::{Body, Rows};
use super::follower::Follower;
use super::lines::Each;
use super::messages;
use super::session::{At, Id, Piece, ReadError};
use crate::wire::event::Name;

/// Rows of a page, at most.
const PAGE_ROWS: i64 = 500;
/// Bytes after which a page ends early.
pub(super) const PAGE_BYTES: usize = 1024 * 1024;

/// Rows as they were read, one behind the other.
#[derive(Default)]
struct Page {
    bytes: Vec<u8>,
    rows: Vec<Raw>,
    /// There may be more.
    more: bool,
    newest: i64,
    generation: Option<Name>,
}

struct Raw {
    seq: i64,
    /// Where it ends in the page's bytes.
    end: usize,
    kind: Kind,
}

enum Kind {
    Json,
    /// One zstd frame of so many bytes.
    Zstd(i64),
    /// Longer than the cap, in bytes.
    Oversize(usize),
    Bad(String),
}

/// Why a row gives no JSON.
enum Unreadable {
    Oversize(u64),
    Bad(String),
}

impl Follower {
    /// Reads the rows behind the cursor.
    pub(super) fn read_rows(&mut self, id: Id, each: &mut Each<'_>) -> Result<(), ReadError> {
        if self.schema_of(id) == Schema::Messages {
            return self.read_messages(id, each);
        }
        let cap = self.options.max_line_bytes;
        let mut decoder = None;
        loop {
            let Some(mut page) = self.page(id)? else {
                return Ok(());
            };
            if page.newest < 0 {
                // Not written yet, or moved away: what was read of it stays read.
                return Ok(());
            }
            let generation = page.generation.take();
            let Body::Store(rows) = &mut self.entries[id as usize].body else {
                return Ok(());
            };
            rows.newest = page.newest;
            let rewritten = if rows.generation != generation {
                (rows.seq >= 0).then_some("rewritten")
            } else {
                (page.newest < rows.seq).then_some("truncated")
            };
            rows.generation.clone_from(&generation);
            if let Some(reason) = rewritten {
                rows.seq = -1;
                self.counters.rewinds += 1;
                if !each(Piece::Rewound { reason }) {
                    return Ok(());
                }
                continue;
            }
            if rows.seq < 0
                && !page.rows.is_empty()
                && let Some(generation) = generation
                && !each(Piece::Generation(generation))
            {
                return Ok(());
            }
            let mut start = 0;
            for raw in &page.rows {
                let bytes = &page.bytes[start..raw.end];
                start = raw.end;
                rows.seq = raw.seq;
                let go = match decode(bytes, &raw.kind, cap, &mut decoder) {
                    Ok(bytes) => {
                        self.counters.rows += 1;
                        self.counters.bytes += bytes.len() as u64;
                        each(Piece::Row {
                            bytes,
                            seq: raw.seq,
                        })
                    }
                    Err(Unreadable::Oversize(bytes)) => {
                        self.counters.oversize += 1;
                        let at = At::Seq(raw.seq);
                        each(Piece::Oversize { at, bytes })
                    }
                    Err(Unreadable::Bad(error)) => {
                        self.counters.bad_rows += 1;
                        each(Piece::BadRow {
                            seq: raw.seq,
                            error,
                        })
                    }
                };
                if !go {
                    return Ok(());
                }
            }
            if !page.more && !self.woke(id) {
                return Ok(());
            }
        }
    }

    /// Whether a store that was read as it was left is being written again: then there may be more.
    fn woke(&self, id: Id) -> bool {
        let place = &self.places[self.entry(id).place as usize];
        place.database.as_ref().is_some_and(Database::woke)
    }

    /// Whose tables a session stands in.
    fn schema_of(&self, id: Id) -> Schema {
        self.places[self.entry(id).place as usize].home.schema()
    }

    /// The next page of a session, or `None` where its store is asleep.
    fn page(&mut self, id: Id) -> Result<Option<Page>, ReadError> {
        let entry = &self.entries[id as usize];
        let place = entry.place as usize;
        let sid = entry.sid().clone();
        let Body::Store(rows) = &entry.body else {
            return Ok(None);
        };
        let seq = rows.seq;
        let cap = self.options.max_line_bytes;
        self.with_store(place, |connection, columns| {
            page(connection, columns, &sid, seq, cap)
        })
    }

    /// Does `work` with the open store of a place, which is opened again where that is due.
    pub(super) fn with_store<T>(
        &mut self,
        place: usize,
        work: impl Fn(&Connection, Columns) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, ReadError> {
        let follow = self.options.follow;
        let Some(database) = &mut self.places[place].database else {
            return Ok(None);
        };
        match database.with(follow, |link, _| work(&link.connection, link.columns)) {
            Ok((done, _)) => Ok(done),
            Err(error) => Err(ReadError::Store {
                path: database.path.clone(),
                error,
            }),
        }
    }

    pub(super) fn head_row(&mut self, id: Id) -> Option<Vec<u8>> {
        if self.schema_of(id) == Schema::Messages {
            return self.head_of_messages(id);
        }
        let (place, sid) = (self.entry(id).place as usize, self.session(id).sid.clone());
        let cap = self.options.max_line_bytes;
        let page = self.with_store(place, |connection, columns| {
            page(connection, columns, &sid, -1, cap)
        });
        let page = page.ok()??;
        let first = page.rows.first()?;
        let bytes = &page.bytes[..first.end];
        decode(bytes, &first.kind, cap, &mut None)
            .ok()
            .map(<[u8]>::to_vec)
    }

    pub(super) fn seek_last_row(&mut self, id: Id) {
        if let Some(filed) = self.filed(id) {
            let all = filed.list().unwrap_or_default();
            let ((newest, print), last) = (filed.state(&all), filed.last_begun(&all));
            if let Body::Store(rows) = &mut self.entry_mut(id).body {
                rows.generation = Some(print.into());
                // What was copied there may all be of one moment: none of it is news.
                (rows.seq, rows.newest) = (newest + 1, newest);
                (rows.after, rows.ceiling) = (None, None);
                rows.pass_over(last);
            }
            return;
        }
        let in_place = self.schema_of(id) == Schema::Messages;
        let (place, sid) = (self.entry(id).place as usize, self.session(id).sid.clone());
        let ends = self.with_store(place, |connection, columns| {
            let last = match in_place {
                true => messages::last_begun(connection, &sid)?,
                false => None,
            };
            Ok((ends(connection, columns, &sid)?, last))
        });
        if let (Ok(Some(((generation, newest), last))), Body::Store(rows)) =
            (ends, &mut self.entry_mut(id).body)
        {
            rows.generation = generation;
            rows.seq = newest;
            rows.newest = newest;
            match in_place {
                true => rows.pass_over(last),
                false => (rows.begun, rows.done) = (0, None),
            }
        }
    }

    pub(super) fn resume_rows(&mut self, id: Id, generation: Option<&str>, seq: i64) -> bool {
        if let Some((newest, _)) = self.filed_state(id) {
            if let Body::Store(rows) = &mut self.entry_mut(id).body {
                rows.generation = generation.map(Name::from);
                (rows.seq, rows.newest) = (seq, newest);
                (rows.after, rows.ceiling) = (None, None);
                (rows.begun, rows.done) = ((seq - messages::TICK_MS).max(0), None);
            }
            return true;
        }
        let (place, sid) = (self.entry(id).place as usize, self.session(id).sid.clone());
        let in_place = self.schema_of(id) == Schema::Messages;
        let ends = self.with_store(place, |connection, columns| ends(connection, columns, &sid));
        let Body::Store(rows) = &mut self.entry_mut(id).body else {
            return false;
        };
        let same = match ends {
            // Where rows change in place a cursor is a time, which holds whatever changed.
            Ok(Some(_)) if in_place => true,
            Ok(Some((now, newest))) => now.as_deref() == generation && seq <= newest,
            // Asleep or busy: the next read compares generations.
            _ => true,
        };
        *rows = Rows {
            generation: generation.filter(|_| same).map(Name::from),
            seq: if same { seq } else { -1 },
            after: None,
            ceiling: None,
            begun: if in_place { seq.max(0) } else { 0 },
            done: None,
            ..rows.clone()
        };
        same
    }
}

impl Rows {
    /// Passes over what is there, where the newest message was begun at `last`: what is told of it
    /// later is no news, but for answers that are not finished.
    ///
    /// What comes is newer than that message, though the clock be set back since the last change.
    fn pass_over(&mut self, last: Option<i64>) {
        let last = last.unwrap_or(self.newest - messages::TICK_MS);
        self.begun = last.min(self.newest).saturating_add(1).max(0);
        self.done = Some(self.newest);
    }
}

/// The generation of a session, and the number of its newest row.
pub(super) fn ends(
    connection: &Connection,
    columns: Columns,
    sid: &str,
) -> rusqlite::Result<(Option<Name>, i64)> {
    if columns.schema == Schema::Messages {
        return Ok((None, messages::newest(connection, sid)?));
    }
    let generation = if columns.watermarks {
        connection
            .prepare_cached(
                "SELECT generation FROM transcript_rewrite_watermarks WHERE session_id = ?1",
            )?
            .query_row([sid], |row| row.get::<_, Option<String>>(0))
            .optional()?
            .flatten()
    } else {
        None
    };
    let newest: Option<i64> = connection
        .prepare_cached("SELECT max(seq) FROM transcript_events WHERE session_id = ?1")?
        .query_row([sid], |row| row.get(0))?;
    Ok((generation.map(Name::from), newest.unwrap_or(-1)))
}

/// Reads one page within one transaction, so that its rows are of its generation.
fn page(
    connection: &Connection,
    columns: Columns,
    sid: &str,
    seq: i64,
    cap: usize,
) -> rusqlite::Result<Page> {
    let transaction = connection.unchecked_transaction()?;
    let (generation, newest) = ends(&transaction, columns, sid)?;
    let mut page = Page {
        generation,
        newest,
        ..Page::default()
    };
    if newest > seq {
        let sql = if columns.zstd {
            "SELECT seq, event_json, event_zstd, event_utf8_bytes FROM transcript_events \
             WHERE session_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
        } else {
            "SELECT seq, event_json, NULL, NULL FROM transcript_events \
             WHERE session_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3"
        };
        let mut statement = transaction.prepare_cached(sql)?;
        let mut found = statement.query(params![sid, seq, PAGE_ROWS])?;
        while let Some(row) = found.next()? {
            let kind = match (row.get_ref(1)?, row.get_ref(2)?) {
                (ValueRef::Text(bytes) | ValueRef::Blob(bytes), _) if bytes.len() <= cap => {
                    page.bytes.extend_from_slice(bytes);
                    Kind::Json
                }
                (ValueRef::Null, ValueRef::Blob(bytes)) if bytes.len() <= cap => {
                    page.bytes.extend_from_slice(bytes);
                    Kind::Zstd(row.get::<_, Option<i64>>(3)?.unwrap_or(-1))
                }
                (ValueRef::Null, ValueRef::Null) => Kind::Bad("the row is empty".to_owned()),
                (ValueRef::Text(bytes) | ValueRef::Blob(bytes), _) | (_, ValueRef::Blob(bytes)) => {
                    Kind::Oversize(bytes.len())
                }
                _ => Kind::Bad("the row is no text".to_owned()),
            };
            page.rows.push(Raw {
                seq: row.get(0)?,
                end: page.bytes.len(),
                kind,
            });
            if page.bytes.len() >= PAGE_BYTES {
                break;
            }
        }
        page.more = page.rows.last().is_some_and(|row| row.seq < newest);
    }
    transaction.commit()?;
    Ok(page)
}

/// A decompressor and its output, made when the first compressed row comes.
struct Decoder {
    zstd: zstd::bulk::Decompressor<'static>,
    out: Vec<u8>,
}

/// The JSON of a row.
fn decode<'a>(
    bytes: &'a [u8],
    kind: &Kind,
    cap: usize,
    decoder: &'a mut Option<Decoder>,
) -> Result<&'a [u8], Unreadable> {
    let bad = |error: &str| Unreadable::Bad(error.to_owned());
    let size = match kind {
        Kind::Json => return Ok(bytes),
        Kind::Bad(error) => return Err(bad(error)),
        Kind::Oversize(size) => return Err(Unreadable::Oversize(*size as u64)),
        Kind::Zstd(size) => match usize::try_from(*size) {
            Ok(size) if size <= cap => size,
            Ok(size) => return Err(Unreadable::Oversize(size as u64)),
            Err(_) => return Err(bad("its size is missing")),
        },
    };
    if decoder.is_none() {
        let zstd = zstd::bulk::Decompressor::new().map_err(|error| bad(&error.to_string()))?;
        *decoder = Some(Decoder {
            zstd,
            out: Vec::new(),
        });
    }
    let Some(Decoder { zstd, out }) = decoder else {
        return Err(bad("no decompressor"));
    };
    out.clear();
    out.reserve(size);
    match zstd.decompress_to_buffer(bytes, out) {
        Ok(have) if have == size => Ok(out),
        Ok(have) => Err(bad(&format!("{have} bytes instead of {size}"))),
        Err(error) => Err(bad(&error.to_string())),
    }
}
