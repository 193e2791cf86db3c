//! Reading what is behind a cursor.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::entry::{Body, State};
use super::follower::Follower;
use super::layout::Shape;
use super::lines::{Each, Ended};
use super::names;
use super::open::{self, Opened, Stat, fill};
use super::session::{Id, Piece, ReadError};
use super::tail::{Tail, last_line_end};

/// A file that is rewritten again and again under the reader is left for the next change.
const TRIES: u32 = 5;
/// The longest first line that [`Follower::head`] gives.
const HEAD_LINE: u64 = 1024 * 1024;

impl Follower {
    /// Reads every whole record behind the cursor; `each` gives `false` to stop early.
    ///
    /// What has been handed out is behind the cursor, whatever happens then. A
    /// transcript that vanished is read from where it was renamed to, if it was.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where the system refuses; the session stays as it is and
    /// can be read again later.
    pub fn read(
        &mut self,
        id: Id,
        each: &mut dyn FnMut(Piece<'_>) -> bool,
    ) -> Result<(), ReadError> {
        let era = self.session(id).era;
        if era != self.places[self.entry(id).place as usize].era {
            // The agent has moved to a store: its files are old copies.
            return Ok(());
        }
        let read = match self.path_of(id) {
            None => self.read_rows(id, each),
            Some(path) => self
                .read_file(id, &path, each)
                .map_err(|error| ReadError::File { path, error }),
        };
        self.retry(id, read.is_err());
        read
    }

    fn read_file(&mut self, id: Id, path: &Path, each: &mut Each<'_>) -> std::io::Result<()> {
        let opened = open::open(path, self.options.links)?;
        let entry = &mut self.entries[id as usize];
        let Body::File(tail) = &mut entry.body else {
            return Ok(());
        };
        let (file, stat) = match opened {
            Opened::File(file, stat) => (file, stat),
            Opened::Missing => {
                let from = tail.read_from;
                let ended = self.drain(id, path, from, each)?;
                self.mark_read(id, ended.unwrap_or(Ended::Drained));
                return Ok(());
            }
            Opened::Other(what) => {
                tail.dirty = false;
                self.note(path, format!("skipped: {what}"));
                return Ok(());
            }
        };
        if entry.state != State::Here {
            entry.state = State::Here;
        }
        if self.shape(id) != Shape::Lines {
            return self.read_whole(id, (path, &file, stat), each);
        }
        let Body::File(tail) = &mut self.entries[id as usize].body else {
            return Ok(());
        };
        tail.stat = stat;
        let was = tail.read_from;
        if was != (stat.dev, stat.ino) {
            // What took its name may begin as it did, and yet lack its last lines.
            let drained = self.drain(id, path, was, each)?;
            if drained == Some(Ended::Stopped) {
                return Ok(());
            }
            let Body::File(tail) = &mut self.entries[id as usize].body else {
                return Ok(());
            };
            let begun_anew = drained.is_some() && tail.off == 0;
            if (begun_anew || tail.mismatch(&file, stat.size)?.is_some())
                && !self.rewind_for(id, "replaced", each)
            {
                self.set_read_from(id, &stat);
                return Ok(());
            }
            self.set_read_from(id, &stat);
        }
        let ended = self.read_verified(id, &file, stat, each)?;
        self.mark_read(id, ended);
        Ok(())
    }

    /// Reads an open file, from its start again as often as it is found rewritten.
    fn read_verified(
        &mut self,
        id: Id,
        file: &File,
        mut stat: Stat,
        each: &mut Each<'_>,
    ) -> std::io::Result<Ended> {
        let mut ended = Ended::Drained;
        for _ in 0..TRIES {
            let Body::File(tail) = &mut self.entries[id as usize].body else {
                break;
            };
            tail.stat = stat;
            ended = self
                .lines
                .read(file, stat.size, tail, &mut self.counters, each)?;
            let Ended::Changed(why) = ended else {
                break;
            };
            if !self.rewind_for(id, why, each) {
                ended = Ended::Stopped;
                break;
            }
            stat = Stat::of(&file.metadata()?);
        }
        Ok(ended)
    }

    /// Reads what is left of a transcript that was renamed, and of those that took its name and were
    /// renamed in their turn; `None` where it cannot be found.
    fn drain(
        &mut self,
        id: Id,
        path: &Path,
        from: (u64, u64),
        each: &mut Each<'_>,
    ) -> std::io::Result<Option<Ended>> {
        let mut ended = None;
        for aside in find_aside(path, from) {
            let Opened::File(file, stat) = open::open(&aside, false)? else {
                continue;
            };
            let first = from == (stat.dev, stat.ino);
            if !first {
                self.set_read_from(id, &stat);
                if !self.rewind_for(id, "replaced", each) {
                    return Ok(Some(Ended::Stopped));
                }
            }
            ended = Some(self.read_verified(id, &file, stat, each)?);
            if ended == Some(Ended::Stopped) {
                break;
            }
        }
        Ok(ended)
    }

    /// Starts again in a new generation and says so.
    fn rewind_for(&mut self, id: Id, reason: &'static str, each: &mut Each<'_>) -> bool {
        self.counters.rewinds += 1;
        if let Body::File(tail) = &mut self.entries[id as usize].body {
            tail.rewind();
        }
        each(Piece::Rewound { reason })
    }

    fn mark_read(&mut self, id: Id, ended: Ended) {
        if let Body::File(tail) = &mut self.entries[id as usize].body {
            tail.dirty = ended != Ended::Drained;
        }
    }

    fn set_read_from(&mut self, id: Id, stat: &Stat) {
        if let Body::File(tail) = &mut self.entries[id as usize].body {
            tail.read_from = (stat.dev, stat.ino);
        }
    }

    /// The file of a session and its cursor, where there is one.
    pub(super) fn open_tail(&mut self, id: Id) -> Option<(File, Stat, &mut Tail)> {
        let path = self.path_of(id)?;
        let Ok(Opened::File(file, stat)) = open::open(&path, self.options.links) else {
            return None;
        };
        match &mut self.entry_mut(id).body {
            Body::File(tail) => Some((file, stat, tail)),
            Body::Store(_) => None,
        }
    }

    /// The first line or row, whatever the cursor; `None` where there is none yet, or above 1 MiB.
    pub fn head(&mut self, id: Id) -> Option<Vec<u8>> {
        if matches!(self.entry(id).body, Body::Store(_)) {
            return self.head_row(id);
        }
        let (file, stat, _) = self.open_tail(id)?;
        let mut bytes = vec![0; stat.size.min(16 * 1024) as usize];
        loop {
            let have = fill(&file, &mut bytes, 0).ok()?;
            if let Some(end) = memchr::memchr(b'\n', &bytes[..have]) {
                bytes.truncate(end);
                return Some(bytes);
            }
            if have as u64 >= stat.size.min(HEAD_LINE) || have < bytes.len() {
                return None;
            }
            bytes.resize(stat.size.min(HEAD_LINE) as usize, 0);
        }
    }

    /// The first bytes of a transcript, or its first row: at most `most`, which may end within a record.
    pub fn opening(&mut self, id: Id, most: usize) -> Option<Vec<u8>> {
        if matches!(self.entry(id).body, Body::Store(_)) {
            return self.head_row(id);
        }
        let is_packed = self.shape(id) == Shape::Packed;
        let (file, _, _) = self.open_tail(id)?;
        let (most, mut bytes) = (most as u64, Vec::new());
        // What an odd end cuts short is enough.
        let _ = match is_packed {
            true => zstd::Decoder::new(file)
                .ok()?
                .take(most)
                .read_to_end(&mut bytes),
            false => file.take(most).read_to_end(&mut bytes),
        };
        Some(bytes)
    }

    /// Moves the cursor behind the last whole record, without reading what is before it.
    pub fn seek_end(&mut self, id: Id) {
        if matches!(self.entry(id).body, Body::Store(_)) {
            return self.seek_last_row(id);
        }
        let is_whole = self.shape(id) != Shape::Lines;
        if let Some((file, stat, tail)) = self.open_tail(id) {
            let end = match is_whole {
                true => Ok(stat.size),
                false => last_line_end(&file, stat.size),
            };
            let moved = end.and_then(|end| tail.jump(&file, end));
            if moved.is_ok() {
                tail.read_from = (stat.dev, stat.ino);
                tail.stat = stat;
                tail.dirty = false;
            }
        }
    }

    /// Moves the cursor to the start, within the same generation.
    pub fn rewind(&mut self, id: Id) {
        match &mut self.entry_mut(id).body {
            Body::File(tail) => tail.restart(),
            Body::Store(rows) => {
                rows.seq = -1;
                (rows.after, rows.ceiling) = (None, None);
                (rows.begun, rows.done) = (0, None);
            }
        }
    }
}

/// Where the file of an inode was renamed to, and what was put aside after it, in that order.
///
/// Nothing where it is not in the same directory: deleted, or moved elsewhere.
pub(super) fn find_aside(path: &Path, inode: (u64, u64)) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Vec::new();
    };
    let mut asides: Vec<(Stat, PathBuf)> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| names::is_put_aside(&entry.file_name(), name))
        .filter_map(|entry| {
            let meta = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
            Some((Stat::of(&meta), entry.path()))
        })
        .collect();
    // A rename is a change of the inode: the system stamps it.
    asides.sort_by(|left, right| (left.0.ctime_ns, &left.1).cmp(&(right.0.ctime_ns, &right.1)));
    let Some(at) = asides
        .iter()
        .position(|(stat, _)| (stat.dev, stat.ino) == inode)
    else {
        return Vec::new();
    };
    asides.drain(at..).map(|(_, path)| path).collect()
}
