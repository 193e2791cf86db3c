//! Messages and parts that change in place: OpenCode's, in a store or in files.
//!
//! Nothing is numbered there, and old ones change as well as new ones, so the
//! cursor is a time: whatever was changed since comes again, whole messages in
//! the order that they were begun. Who reads them knows what it was told.

mod files;
mod ids;
mod loose;
mod object;
mod store;

use std::path::PathBuf;

use files::NEWEST;
pub(super) use files::{Filed, TICK_MS};
pub(super) use ids::Ids;
pub(super) use store::{last_begun, newest, transcripts};

use super::entry::Body;
use super::follower::Follower;
use super::lines::Each;
use super::session::{At, Id, Piece, ReadError};

/// Messages of a page, at most.
const PAGE_MESSAGES: usize = 200;

/// Where a pass through a session's messages stands: when the last one was begun, and its id.
pub(super) type After = (i64, String);

/// What a pass is to meet, all in milliseconds since 1970.
#[derive(Clone, Copy)]
struct Since {
    /// What was changed then or later,
    floor: i64,
    /// of what was begun then or later,
    begun: i64,
    /// and of what was begun before the answers that were changed after this, and finished after it if at all.
    done: Option<i64>,
}

/// Messages as they were read.
#[derive(Default)]
struct Page {
    messages: Vec<Message>,
    /// There may be more.
    more: bool,
    /// When anything of the session was changed last; -1 where it is gone.
    newest: i64,
    /// What could not be read, and why.
    broken: Vec<(PathBuf, String)>,
}

/// One message, or the session itself, as a record.
struct Message {
    json: String,
    after: After,
}

impl Follower {
    /// Reads the messages that were changed since the cursor.
    pub(super) fn read_messages(&mut self, id: Id, each: &mut Each<'_>) -> Result<(), ReadError> {
        let cap = self.options.max_line_bytes;
        let sid = self.entry(id).sid().clone();
        loop {
            let Body::Store(rows) = &self.entry(id).body else {
                return Ok(());
            };
            let (floor, begun, done) = (rows.seq, rows.begun, rows.done);
            let since = Since { floor, begun, done };
            let after = rows.after.clone();
            let known = rows.generation.clone().filter(|_| after.is_none());
            // Nothing changed since a pass was through; one that begins anew goes by all the same.
            let is_through =
                |newest: i64, print: &str| floor >= newest && known.as_deref() == Some(print);
            let read = if self.entry(id).filed().is_some() {
                self.page_of_files(id, since, after.as_deref(), &is_through)?
            } else {
                let place = self.entry(id).place as usize;
                let read = self.with_store(place, |connection, _| {
                    let (newest, print) = store::state(connection, &sid)?;
                    if is_through(newest, &print) {
                        return Ok(None);
                    }
                    let page = store::page(connection, &sid, since, after.as_deref())?;
                    Ok(Some((page, print)))
                });
                read?.flatten()
            };
            let Some((page, print)) = read else {
                return Ok(());
            };
            for (path, text) in &page.broken {
                self.note(path, text.clone());
            }
            if page.newest < 0 {
                // Deleted: what was read of it stays read.
                return Ok(());
            }
            let Body::Store(rows) = &mut self.entry_mut(id).body else {
                return Ok(());
            };
            // What changes while a pass is under way is met by the next one: it may be left at any
            // message, and taken up when all of it has changed.
            let ceiling = *rows.ceiling.get_or_insert(page.newest);
            for message in page.messages {
                let seq = message.after.0.max(0);
                let size = message.json.len();
                let go = if size > cap {
                    self.counters.oversize += 1;
                    let (at, bytes) = (At::Seq(seq), size as u64);
                    each(Piece::Oversize { at, bytes })
                } else {
                    self.counters.rows += 1;
                    self.counters.bytes += size as u64;
                    let bytes = message.json.as_bytes();
                    each(Piece::Row { bytes, seq })
                };
                if let Body::Store(rows) = &mut self.entry_mut(id).body {
                    rows.after = Some(Box::new(message.after));
                }
                if !go {
                    return Ok(());
                }
            }
            let Body::Store(rows) = &mut self.entry_mut(id).body else {
                return Ok(());
            };
            if !page.more {
                rows.newest = page.newest;
                rows.updated_ms = rows.updated_ms.max(page.newest);
                rows.seq = ceiling;
                rows.generation = Some(print.into());
                (rows.after, rows.ceiling) = (None, None);
                if ceiling >= page.newest {
                    return Ok(());
                }
            }
        }
    }

    /// What is known of a session itself, which comes before its messages.
    pub(super) fn head_of_messages(&mut self, id: Id) -> Option<Vec<u8>> {
        let head = match self.filed(id) {
            Some(filed) => filed.head(),
            None => {
                let (place, sid) = (self.entry(id).place as usize, self.entry(id).sid().clone());
                let head = self.with_store(place, |connection, _| {
                    store::session(connection, &sid, i64::MIN)
                });
                head.ok()??
            }
        };
        head.map(|head| head.json.into_bytes())
    }

    /// The next page of a session of a cabinet, with its print; `None` where a pass was through all of it.
    fn page_of_files(
        &mut self,
        id: Id,
        since: Since,
        after: Option<&After>,
        is_through: &dyn Fn(i64, &str) -> bool,
    ) -> Result<Option<(Page, String)>, ReadError> {
        let Some(filed) = self.filed(id) else {
            return Ok(None);
        };
        // What comes from now on is told, whatever is read below.
        self.watch_filed(id);
        let all = match filed.list() {
            Ok(all) => all,
            Err(error) => {
                let path = filed.messages;
                return Err(ReadError::File { path, error });
            }
        };
        self.watch_parts(id, &filed, &all);
        let (newest, print) = filed.state(&all);
        if is_through(newest, &print) {
            return Ok(None);
        }
        let page = Page {
            newest,
            ..filed.page(all, since, after)
        };
        Ok(Some((page, print)))
    }
}
