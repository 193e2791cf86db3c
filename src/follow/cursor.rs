//! Cursors as they are kept from one process to the next.

use std::ffi::OsStr;
use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

use super::entry::Body;
use super::follower::Follower;
use super::session::{At, Id};
use super::tail::{HEAD, Tail};

/// How far a session was read, so that a later process can go on.
///
/// It is taken up again only where the transcript's bytes are still the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", try_from = "Fields")]
pub enum Cursor {
    /// In a file.
    File {
        /// Its path as shown.
        path: String,
        /// Device and inode; they may change when nothing else does.
        dev: u64,
        /// See `dev`.
        ino: u64,
        /// Bytes that were read; the start of a line.
        offset: u64,
        /// Hash of the first `head_len` bytes.
        head: Hex,
        /// See `head`.
        head_len: u16,
        /// Hash of the up to 256 bytes before `offset`.
        marker: Hex,
        /// Hash of the first line; with `rewrites` it names the generation.
        first: Hex,
        /// How often the file was found rewritten.
        rewrites: u32,
        /// Bytes of the whole file when it was last seen.
        size: u64,
        /// Nanoseconds since 1970.
        mtime_ns: i64,
    },
    /// In a store.
    Store {
        /// Its path as shown.
        path: String,
        /// The session's id.
        sid: String,
        /// The transcript's generation.
        generation: Option<String>,
        /// The last row that was read; -1 before the first.
        seq: i64,
    },
}

/// A hash, written as 16 hexadecimal digits: JSON numbers lose bits in many readers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hex(u64);

impl Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits)
    }
}

struct Digits;

impl Visitor<'_> for Digits {
    type Value = Hex;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hexadecimal digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Hex, E> {
        u64::from_str_radix(text, 16).map(Hex).map_err(E::custom)
    }
}

/// A cursor as it stands in JSON, whatever its kind: thousands are read at a start, and a tagged
/// enum would copy each of them once more.
#[derive(Deserialize)]
struct Fields {
    kind: Kind,
    path: String,
    dev: Option<u64>,
    ino: Option<u64>,
    offset: Option<u64>,
    head: Option<Hex>,
    head_len: Option<u16>,
    marker: Option<Hex>,
    first: Option<Hex>,
    rewrites: Option<u32>,
    size: Option<u64>,
    mtime_ns: Option<i64>,
    sid: Option<String>,
    generation: Option<String>,
    seq: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    File,
    Store,
}

impl TryFrom<Fields> for Cursor {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        fn must<T>(name: &str, value: Option<T>) -> Result<T, String> {
            value.ok_or_else(|| format!("missing field `{name}`"))
        }
        Ok(match fields.kind {
            Kind::File => Self::File {
                path: fields.path,
                dev: must("dev", fields.dev)?,
                ino: must("ino", fields.ino)?,
                offset: must("offset", fields.offset)?,
                head: must("head", fields.head)?,
                head_len: must("head_len", fields.head_len)?,
                marker: must("marker", fields.marker)?,
                first: must("first", fields.first)?,
                rewrites: must("rewrites", fields.rewrites)?,
                size: must("size", fields.size)?,
                mtime_ns: must("mtime_ns", fields.mtime_ns)?,
            },
            Kind::Store => Self::Store {
                path: fields.path,
                sid: must("sid", fields.sid)?,
                generation: fields.generation,
                seq: must("seq", fields.seq)?,
            },
        })
    }
}

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
                seq: seq - 1,
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
                Some(_) => return None,
            };
            let id = *place.names.get(&self.name_hash(OsStr::new(name)))?;
            let is_file = matches!(self.entry(id).body, Body::File(_));
            (is_file == sid.is_none()).then_some(id)
        })
    }

    /// Takes up a kept cursor.
    ///
    /// A file that the last scan found as it was then is not even opened; its
    /// bytes are held against the cursor at the next read. Gives `false` where the transcript is not what was read then: the session
    /// starts at its beginning, in a new generation.
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
