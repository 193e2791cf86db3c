//! The spool of agents' hooks: one line a hook, appended by whoever is called, read by whoever follows.
//!
//! A hook must cost its agent nothing: it takes no lock and opens no database. It makes one write at the end of
//! the file, which the system keeps whole; it never trims. Whoever reads puts a long file aside, keeps reading it
//! for those that had opened it before, and so no line is lost.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::dir::StateDir;
use super::lock::Lock;

pub(super) const FOLDER: &str = "spool";
pub(super) const FILE: &str = "hooks.ndjson";
/// What was put aside last; it is replaced by the next.
const ASIDE: &str = "hooks.ndjson.old";

/// Nobody reads: no hook writes beyond this.
const MAX_BYTES: u64 = 8 << 20;

/// A reader that came to the end of so much puts it aside.
const TRIM_BYTES: u64 = 1 << 20;

/// A line is not longer; more is somebody else's.
const MAX_LINE: usize = 64 << 10;

/// What is read at one time, so that a flood does not keep others waiting.
const TURN: usize = 1 << 20;

/// Appends `line`, its newline included, with one write.
///
/// # Errors
///
/// The directory is not to be had or not ours alone, the disk is full, or nobody has read for so long that the
/// spool is full.
pub fn append(state: &Path, line: &[u8]) -> io::Result<()> {
    let folder = StateDir::open(state)
        .and_then(|state| state.folder(FOLDER))
        .map_err(io::Error::other)?;
    // Never through a link, and never waiting for whoever should read a pipe of that name.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(folder.join(FILE))?;
    let meta = file.metadata()?;
    if !meta.is_file() || meta.len() >= MAX_BYTES {
        return Err(io::ErrorKind::StorageFull.into());
    }
    match file.write(line)? {
        written if written == line.len() => Ok(()),
        // Whoever reads finds the next line behind what is left of this one.
        _ => Err(io::ErrorKind::WriteZero.into()),
    }
}

/// Reads the lines that hooks append.
#[derive(Debug)]
pub struct SpoolReader {
    state: StateDir,
    path: PathBuf,
    open: Option<Open>,
}

/// The file that is being read.
#[derive(Debug)]
struct Open {
    file: File,
    /// Device and inode: another file of the same name is another one.
    identity: (u64, u64),
    /// Where the next line begins.
    offset: u64,
    /// A line whose end has not come.
    partial: Vec<u8>,
    /// The line is too long, and passed over.
    skips: bool,
    /// It was put aside, and was read to its end once since.
    left: bool,
}

/// Where a line was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpoolLine {
    /// The file's inode, which tells its generations apart.
    pub generation: u64,
    /// Its first byte.
    pub offset: u64,
    /// The byte behind it and its newline.
    pub end: u64,
}

impl SpoolReader {
    /// A reader that begins with what is there.
    #[must_use]
    pub fn new(state: StateDir) -> Self {
        let path = state.path().join(FOLDER).join(FILE);
        Self {
            state,
            path,
            open: None,
        }
    }

    /// The file that is read.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives what was appended since the last time, oldest first; whether there may be more at once.
    ///
    /// # Errors
    ///
    /// What the system says; the next call goes on.
    pub fn read(&mut self, take: &mut dyn FnMut(&[u8], SpoolLine)) -> io::Result<bool> {
        if self.open.is_none() {
            self.open = self.find()?;
        }
        let Some(open) = &mut self.open else {
            return Ok(false);
        };
        if open.drain(take)? {
            return Ok(true);
        }
        match std::fs::symlink_metadata(&self.path) {
            Ok(meta) if (meta.dev(), meta.ino()) == open.identity => {
                if open.offset >= TRIM_BYTES {
                    self.put_aside();
                }
                Ok(false)
            }
            // Another is there, or none yet. Some hook may still hold this one open: it is looked at once more.
            _ if !open.left => {
                open.left = true;
                Ok(false)
            }
            _ => {
                self.open = self.find()?;
                Ok(self.open.is_some())
            }
        }
    }

    /// Gives the file another name; hooks begin a new one. One reader at a time does so.
    fn put_aside(&self) {
        if let Ok(_lock) = Lock::take(&self.state, "spool") {
            let here = std::fs::symlink_metadata(&self.path);
            let long = here.is_ok_and(|meta| meta.len() >= TRIM_BYTES);
            if long {
                // Not being able to only leaves it long: hooks stop by themselves.
                let _ = std::fs::rename(&self.path, self.path.with_file_name(ASIDE));
            }
        }
    }

    fn find(&self) -> io::Result<Option<Open>> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(&self.path);
        let file = match file {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let meta = file.metadata()?;
        Ok(meta.is_file().then(|| Open {
            identity: (meta.dev(), meta.ino()),
            file,
            offset: 0,
            partial: Vec::new(),
            skips: false,
            left: false,
        }))
    }
}

impl Open {
    /// Gives whole lines up to the end of the file; whether it stopped before.
    fn drain(&mut self, take: &mut dyn FnMut(&[u8], SpoolLine)) -> io::Result<bool> {
        let mut block = vec![0; 64 << 10];
        let mut read = 0;
        while read < TURN {
            let bytes = match self.file.read(&mut block) {
                Ok(0) => return Ok(false),
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            read += bytes;
            for piece in block[..bytes].split_inclusive(|byte| *byte == b'\n') {
                self.piece(piece, take);
            }
        }
        Ok(true)
    }

    fn piece(&mut self, piece: &[u8], take: &mut dyn FnMut(&[u8], SpoolLine)) {
        let (text, whole) = match piece.strip_suffix(b"\n") {
            Some(text) => (text, true),
            None => (piece, false),
        };
        self.skips |= self.partial.len() + text.len() > MAX_LINE;
        let at = self.offset;
        self.offset += piece.len() as u64;
        if !self.skips {
            self.partial.extend_from_slice(text);
        }
        if whole {
            if !self.skips && !self.partial.is_empty() {
                let line = SpoolLine {
                    generation: self.identity.1,
                    offset: (at + text.len() as u64).saturating_sub(self.partial.len() as u64),
                    end: self.offset,
                };
                take(&self.partial, line);
            }
            self.partial.clear();
            self.skips = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> (tempfile::TempDir, StateDir) {
        let dir = tempfile::tempdir().expect("a directory");
        let state = StateDir::open(&dir.path().join("state")).expect("opens");
        (dir, state)
    }

    /// Everything there is to be read now.
    fn lines(reader: &mut SpoolReader) -> Vec<String> {
        let mut found = Vec::new();
        let mut take = |line: &[u8], _| found.push(String::from_utf8_lossy(line).into_owned());
        // A file that was put aside is looked at twice before the next is opened.
        let mut looks = 0;
        while looks < 3 {
            if !reader.read(&mut take).expect("reads") {
                looks += 1;
            }
        }
        found
    }

    #[test]
    fn lines_come_once_and_whole() {
        let (_dir, state) = state();
        let mut reader = SpoolReader::new(state.clone());
        assert_eq!(lines(&mut reader), [""; 0]);
        append(state.path(), b"one\n").expect("appends");
        append(state.path(), b"two\nthr").expect("appends");
        assert_eq!(lines(&mut reader), ["one", "two"]);
        append(state.path(), b"ee\n\n").expect("appends");
        let long = vec![b'x'; MAX_LINE + 1];
        append(state.path(), &long).expect("appends");
        append(state.path(), b"\nfour\n").expect("appends");
        assert_eq!(lines(&mut reader), ["three", "four"]);
        let mut again = SpoolReader::new(state);
        let mut places = Vec::new();
        again
            .read(&mut |line, place| places.push((line.len(), place.offset, place.end)))
            .expect("reads");
        assert_eq!(places[..3], [(3, 0, 4), (3, 4, 8), (5, 8, 14)]);
    }

    #[test]
    fn a_long_spool_is_put_aside_and_no_line_is_lost() {
        let (_dir, state) = state();
        let mut reader = SpoolReader::new(state.clone());
        let line = [&[b'a'; 1_023][..], b"\n"].concat();
        for _ in 0..1_100 {
            append(state.path(), &line).expect("appends");
        }
        // A hook that has it open already, and writes late.
        let mut late = OpenOptions::new()
            .append(true)
            .open(reader.path())
            .expect("opens");
        let mut take = Vec::new();
        while reader
            .read(&mut |line, _| take.push(line.len()))
            .expect("reads")
        {}
        assert_eq!(take.len(), 1_100);
        assert!(!reader.path().exists(), "it was put aside");
        late.write_all(b"late\n").expect("writes");
        append(state.path(), b"new\n").expect("appends");
        assert_eq!(lines(&mut reader), ["late", "new"]);
        assert!(std::fs::metadata(reader.path()).expect("there").len() < 10);
    }

    #[test]
    fn nobody_who_reads_bounds_the_spool() {
        let (_dir, state) = state();
        append(state.path(), b"x\n").expect("appends");
        let reader = SpoolReader::new(state.clone());
        let file = OpenOptions::new().write(true).open(reader.path());
        file.expect("opens").set_len(MAX_BYTES).expect("grows");
        let error = append(state.path(), b"y\n").expect_err("full");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn a_planted_link_or_pipe_is_not_written_to() {
        let (dir, state) = state();
        let folder = state.folder(FOLDER).expect("made");
        let target = dir.path().join("target");
        std::os::unix::fs::symlink(&target, folder.join(FILE)).expect("linked");
        assert!(append(state.path(), b"x\n").is_err());
        assert!(!target.exists());
        let mut reader = SpoolReader::new(state);
        assert!(reader.read(&mut |_, _| {}).is_err());
    }
}
