//! Cursors of sessions: how far one was read, and going on from there in a later process.

use std::ffi::OsStr;

use super::cursor::{Cursor, Hex};
use super::entry::Body;
use super::follower::Follower;
use super::messages::TICK_MS;
use super::session::{At, Id, Piece, ReadError};
use super::tail::{HEAD, Tail};

impl Follower {
    /// How far a session was read.
    #[must_use]
    pub fn cursor(&self, id: Id) -> Cursor {
        let entry = self.entry(id);
        let path = self.at(id);
        match &entry.body {
            Body::File(tail) => file_cursor(&path, tail),
            Body::Store(rows) => Cursor::Store {
                path: path.as_ref().into(),
                sid: entry.sid().as_ref().into(),
                generation: rows.generation.as_deref().map(str::to_owned),
                seq: rows.seq,
            },
        }
    }

    /// The cursor that reads the record at `at` again; `None` where the transcript does not hold it now.
    pub fn cursor_before(&mut self, id: Id, at: At) -> Option<Cursor> {
        match (self.cursor(id), at) {
            (
                Cursor::Store {
                    path,
                    sid,
                    generation,
                    seq: _,
                },
                At::Seq(seq),
            ) => Some(Cursor::Store {
                path,
                sid,
                generation,
                seq: match self.entry(id).filed() {
                    Some(_) => seq - TICK_MS,
                    None => seq - 1,
                },
            }),
            (Cursor::File { .. }, At::Off(off)) => {
                let shown = self.at(id);
                let (file, stat, tail) = self.open_tail(id)?;
                if off > tail.off || tail.mismatch(&file, stat.size).ok()?.is_some() {
                    return None;
                }
                let mut tail = tail.clone();
                tail.jump(&file, off).ok()?;
                Some(file_cursor(&shown, &tail))
            }
            _ => None,
        }
    }

    /// The session that a kept cursor speaks of; the search begins at the place of `near`.
    #[must_use]
    pub fn locate(&self, cursor: &Cursor, near: Option<Id>) -> Option<Id> {
        let (path, sid) = match cursor {
            Cursor::File { path, .. } => (path, None),
            Cursor::Store { path, sid, .. } => (path, Some(sid)),
        };
        let first = near.map_or(0, |id| self.entry(id).place as usize);
        let (before, from) = self.places.split_at(first);
        from.iter().chain(before).find_map(|place| {
            let name = match sid {
                None => path.strip_prefix(&*place.shown)?,
                Some(sid) if **path == *place.store_shown => sid,
                // It may stand in another project now.
                Some(sid) if place.home.cabinet.is_some() && path.starts_with(&*place.shown) => sid,
                Some(_) => return None,
            };
            let id = *place.names.get(&self.name_hash(OsStr::new(name)))?;
            let is_file = matches!(self.entry(id).body, Body::File(_));
            (is_file == sid.is_none()).then_some(id)
        })
    }

    /// Reads from the start, as far as `each` wants, and leaves the cursor where it was.
    ///
    /// Gives whether it still stands there: the transcript may be another one by now.
    ///
    /// # Errors
    ///
    /// What [`read`](Self::read) says.
    pub fn read_from_start(
        &mut self,
        id: Id,
        each: &mut dyn FnMut(Piece<'_>) -> bool,
    ) -> Result<bool, ReadError> {
        let here = self.cursor(id);
        let passed = match &self.entry(id).body {
            Body::Store(rows) => (rows.begun, rows.done),
            Body::File(_) => (0, None),
        };
        self.rewind(id);
        let read = self.read(id, each);
        let back = self.resume(id, &here);
        // Nothing was taken up: what was told here before may still change.
        if let Body::Store(rows) = &mut self.entry_mut(id).body {
            (rows.begun, rows.done) = passed;
        }
        read.map(|()| back)
    }

    /// Takes up a kept cursor.
    ///
    /// Where messages change in place, those that were begun before it are over: whoever goes on
    /// from there knows nothing of them, and a late change would make one of them news.
    ///
    /// A file that the last scan found as it was then is not even opened; its
    /// bytes are held against the cursor at the next read. Gives `false` where
    /// the transcript is not what was read then: the session starts at its
    /// beginning, in a new generation.
    pub fn resume(&mut self, id: Id, cursor: &Cursor) -> bool {
        match cursor {
            Cursor::File {
                offset,
                head,
                head_len,
                marker,
                first,
                rewrites,
                dev,
                ino,
                size,
                mtime_ns,
                ..
            } => {
                let kept = Tail {
                    off: *offset,
                    searched: *offset,
                    head: head.0,
                    head_len: (*head_len).min(HEAD as u16),
                    marker: marker.0,
                    first: first.0,
                    rewrites: *rewrites,
                    dirty: true,
                    ..Tail::default()
                };
                if let Body::File(tail) = &mut self.entry_mut(id).body {
                    let stat = tail.stat;
                    let then = (*dev, *ino, *size, *mtime_ns);
                    if (stat.dev, stat.ino, stat.size, stat.mtime_ns) == then && offset <= size {
                        *tail = Tail {
                            stat,
                            read_from: (stat.dev, stat.ino),
                            dirty: offset < size,
                            ..kept
                        };
                        return true;
                    }
                }
                let matches = self.open_tail(id).is_some_and(|(file, stat, tail)| {
                    let same = matches!(kept.mismatch(&file, stat.size), Ok(None));
                    *tail = Tail {
                        stat,
                        read_from: (stat.dev, stat.ino),
                        ..kept.clone()
                    };
                    same
                });
                if !matches && let Body::File(tail) = &mut self.entry_mut(id).body {
                    tail.rewrites = *rewrites;
                    tail.rewind();
                }
                matches
            }
            Cursor::Store {
                generation, seq, ..
            } => self.resume_rows(id, generation.as_deref(), *seq),
        }
    }
}

fn file_cursor(at: &str, tail: &Tail) -> Cursor {
    Cursor::File {
        path: at.to_owned(),
        dev: tail.read_from.0,
        ino: tail.read_from.1,
        offset: tail.off,
        head: Hex(tail.head),
        head_len: tail.head_len,
        marker: Hex(tail.marker),
        first: Hex(tail.first),
        rewrites: tail.rewrites,
        size: tail.stat.size,
        mtime_ns: tail.stat.mtime_ns,
    }
}
