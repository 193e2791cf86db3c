//! How far a file was read, and what it looked like there.
//!
//! An inode number is no identity: file systems give a deleted file's number
//! to the next one, and a rewrite may keep it. Content is: the first bytes
//! (head) and those before the offset (marker) must be what they were.

use std::fs::File;
use std::io;

use super::hash;
use super::open::{Stat, fill};

/// Bytes at the start that identify a file.
pub(super) const HEAD: usize = 1024;
/// Bytes before the offset that must not change.
pub(super) const LOOK: usize = 256;

/// The state of one followed file. All of it is plain numbers: thousands are kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    /// The file as last seen.
    pub(super) stat: Stat,
    /// Device and inode that `off` speaks of; others stand under the name once it was replaced.
    pub(super) read_from: (u64, u64),
    /// Everything before it was handed out; the start of a line.
    pub(super) off: u64,
    /// Hash of the up to [`LOOK`] bytes before `off`.
    pub(super) marker: u64,
    /// Hash of the first `head_len` bytes.
    pub(super) head: u64,
    /// Up to [`HEAD`], never behind `off`.
    pub(super) head_len: u16,
    /// There is no newline between `off` and here.
    pub(super) searched: u64,
    /// Hash of the up to [`LOOK`] bytes before `searched`, where a long line made that worth keeping.
    pub(super) searched_mark: u64,
    /// Hash of the first line, cut at [`HEAD`]; 0 until there is one.
    pub(super) first: u64,
    /// How often the file was found rewritten.
    pub(super) rewrites: u32,
    /// There may be something unread.
    pub(super) dirty: bool,
}

impl Tail {
    /// Names the generation: the same for everybody who first sees this content.
    pub(super) fn generation(&self) -> Option<String> {
        if self.first == 0 {
            return None;
        }
        Some(match self.rewrites {
            0 => format!("{:016x}", self.first),
            count => format!("{:016x}-{count}", self.first),
        })
    }

    /// Starts again in a new generation.
    pub(super) fn rewind(&mut self) {
        self.restart();
        self.first = 0;
        self.rewrites = self.rewrites.saturating_add(1);
    }

    /// Starts again in the same generation.
    pub(super) fn restart(&mut self) {
        self.off = 0;
        self.marker = 0;
        self.head = 0;
        self.head_len = 0;
        self.searched = 0;
        self.searched_mark = 0;
        self.dirty = true;
    }

    /// Says why `file` is not the file that was read up to `off`, or `None` where it is.
    pub(super) fn mismatch(&self, file: &File, size: u64) -> io::Result<Option<&'static str>> {
        if size < self.off {
            return Ok(Some("truncated"));
        }
        if self.off == 0 {
            return Ok(None);
        }
        let same = self.head_is_same(file)? && mark(file, self.off)? == Some(self.marker);
        Ok((!same).then_some("rewritten"))
    }

    /// Whether the file begins as it did; markers alone may be alike where lines end alike.
    pub(super) fn head_is_same(&self, file: &File) -> io::Result<bool> {
        let mut bytes = [0; HEAD];
        let head = &mut bytes[..usize::from(self.head_len)];
        Ok(fill(file, head, 0)? == head.len() && (head.is_empty() || hash::of(head) == self.head))
    }

    /// Takes up what identifies the file, now that `off` has moved.
    pub(super) fn settle(&mut self, file: &File) -> io::Result<()> {
        let want = (HEAD as u64).min(self.off) as usize;
        let known = usize::from(self.head_len);
        if known < want {
            let mut bytes = [0; HEAD];
            let have = fill(file, &mut bytes[..want], 0)?;
            // A rewrite may have landed just now: then the old head stays, to give it away.
            if have == want && (known == 0 || hash::of(&bytes[..known]) == self.head) {
                self.take_head(&bytes[..want]);
            }
        }
        Ok(())
    }

    /// Remembers the first bytes of the file.
    pub(super) fn take_head(&mut self, bytes: &[u8]) {
        let head = &bytes[..bytes.len().min(HEAD)];
        self.head = hash::of(head);
        self.head_len = head.len() as u16;
    }

    /// Takes the generation's name from the first line; there must be one.
    pub(super) fn name(&mut self, file: &File) -> io::Result<()> {
        let mut bytes = [0; HEAD];
        let have = fill(file, &mut bytes, 0)?;
        let line = memchr::memchr(b'\n', &bytes[..have]).unwrap_or(have);
        self.first = hash::of(&bytes[..line]);
        Ok(())
    }

    /// Moves the cursor to `off`, the start of a line in `file`, without reading what is before it.
    pub(super) fn jump(&mut self, file: &File, off: u64) -> io::Result<()> {
        self.restart();
        self.off = off;
        self.searched = off;
        self.marker = mark(file, off)?.unwrap_or_default();
        if off > 0 && self.first == 0 {
            self.name(file)?;
        }
        self.settle(file)
    }
}

/// The hash of the up to [`LOOK`] bytes before `off`, or `None` where the file is shorter.
pub(super) fn mark(file: &File, off: u64) -> io::Result<Option<u64>> {
    let mut bytes = [0; LOOK];
    let look = &mut bytes[..off.min(LOOK as u64) as usize];
    let have = fill(file, look, off - look.len() as u64)?;
    Ok((have == look.len()).then(|| hash::of(look)))
}

/// The offset behind the last newline before `size`; reads backwards, and only as far as it must.
pub(super) fn last_line_end(file: &File, size: u64) -> io::Result<u64> {
    let mut bytes = vec![0; 64 * 1024];
    let mut end = size;
    while end > 0 {
        let count = end.min(bytes.len() as u64) as usize;
        let start = end - count as u64;
        let have = fill(file, &mut bytes[..count], start)?;
        if let Some(at) = memchr::memrchr(b'\n', &bytes[..have]) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
