//! Reads whole lines behind a cursor, with memory for one of them at most.
//!
//! A write is not atomic to a reader, and a rewrite may land between two reads:
//! every chunk is read together with the bytes before it, and looked at once
//! more before its lines are handed out.

use std::fs::File;
use std::io;

use super::hash;
use super::open::fill;
use super::session::{At, Counters, Piece};
use super::tail::{HEAD, LOOK, Tail, mark};
use crate::wire::event::Name;

/// What is read at once.
const CHUNK: usize = 256 * 1024;

/// Takes pieces; `false` stops the reading.
pub(super) type Each<'a> = dyn FnMut(Piece<'_>) -> bool + 'a;

/// How reading a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Every whole line was handed out.
    Drained,
    /// The caller had enough.
    Stopped,
    /// The file was rewritten under the read; why it is thought so.
    Changed(&'static str),
}

/// Reads lines; its buffer serves all files.
pub(super) struct Lines {
    buffer: Vec<u8>,
    max_line_bytes: u64,
}

/// A window of the file in the buffer.
struct Window {
    /// Offset of the buffer's first byte.
    base: u64,
    /// Bytes in the buffer.
    len: usize,
    /// Index of the cursor in the buffer.
    at: usize,
}

impl Lines {
    pub(super) fn new(max_line_bytes: usize) -> Self {
        Self {
            buffer: Vec::new(),
            max_line_bytes: max_line_bytes as u64,
        }
    }

    /// Hands out every whole line of `file` between the cursor and `size`.
    ///
    /// Head and marker are held against the file with the first bytes that are
    /// read. After an error the cursor stands behind the last line that was
    /// handed out.
    pub(super) fn read(
        &mut self,
        file: &File,
        size: u64,
        tail: &mut Tail,
        counters: &mut Counters,
        each: &mut Each<'_>,
    ) -> io::Result<Ended> {
        let ended = self.run(file, size, tail, counters, each);
        tail.settle(file)?;
        ended
    }

    fn run(
        &mut self,
        file: &File,
        size: u64,
        tail: &mut Tail,
        counters: &mut Counters,
        each: &mut Each<'_>,
    ) -> io::Result<Ended> {
        if size < tail.off {
            return Ok(Ended::Changed("truncated"));
        }
        self.buffer.resize(CHUNK, 0);
        if tail.searched > size || tail.searched < tail.off {
            tail.searched = tail.off;
        }
        // A long line that was growing: go on where the search ended, if that is still the same line.
        let mut long = tail.searched - tail.off > (CHUNK / 2) as u64
            && mark(file, tail.searched)? == Some(tail.searched_mark);
        if long && let Some(why) = tail.mismatch(file, size)? {
            return Ok(Ended::Changed(why));
        }
        loop {
            let ended = if long {
                self.long_line(file, size, tail, counters, each)?
            } else {
                self.chunks(file, size, tail, counters, each)?
            };
            match ended {
                Some(ended) => return Ok(ended),
                None => long = !long,
            }
        }
    }

    /// Reads chunk by chunk; `None` where a line is longer than the buffer.
    fn chunks(
        &mut self,
        file: &File,
        size: u64,
        tail: &mut Tail,
        counters: &mut Counters,
        each: &mut Each<'_>,
    ) -> io::Result<Option<Ended>> {
        let look = tail.off.min(LOOK as u64) as usize;
        let mut window = Window {
            base: tail.off - look as u64,
            len: 0,
            at: look,
        };
        loop {
            let left = size.saturating_sub(window.base + window.len as u64);
            let want = left.min((self.buffer.len() - window.len) as u64) as usize;
            let space = &mut self.buffer[window.len..window.len + want];
            let have = fill(file, space, window.base + window.len as u64)?;
            window.len += have;
            if window.len < window.at {
                return Ok(Some(Ended::Changed("truncated")));
            }
            if tail.off > 0 && hash::of(self.before(&window)) != tail.marker
                || !self.still(file, &window)?
                || !tail.head_is_same(file)?
            {
                return Ok(Some(Ended::Changed("rewritten")));
            }
            if !self.hand_out(file, &mut window, tail, counters, each)? {
                return Ok(Some(Ended::Stopped));
            }
            if have < want || window.base + window.len as u64 >= size {
                return Ok(Some(Ended::Drained));
            }
            // Keep the begun line and the bytes before it.
            let keep = window.at - window.at.min(LOOK);
            self.buffer.copy_within(keep..window.len, 0);
            window = Window {
                base: window.base + keep as u64,
                len: window.len - keep,
                at: window.at - keep,
            };
            if window.len == self.buffer.len() {
                return Ok(None);
            }
        }
    }

    /// The up to [`LOOK`] bytes before the cursor.
    fn before(&self, window: &Window) -> &[u8] {
        &self.buffer[window.at - window.at.min(LOOK)..window.at]
    }

    /// Whether the bytes around the cursor are on disk what they are in the buffer, after all was read.
    fn still(&self, file: &File, window: &Window) -> io::Result<bool> {
        let from = window.at - window.at.min(LOOK);
        let to = window.len.min(window.at + HEAD);
        let mut bytes = [0; LOOK + HEAD];
        let bytes = &mut bytes[..to - from];
        let have = fill(file, bytes, window.base + from as u64)?;
        Ok(have == bytes.len() && *bytes == self.buffer[from..to])
    }

    /// Hands out the whole lines of the window and moves the cursor; `false` where the caller had enough.
    fn hand_out(
        &self,
        file: &File,
        window: &mut Window,
        tail: &mut Tail,
        counters: &mut Counters,
        each: &mut Each<'_>,
    ) -> io::Result<bool> {
        let mut go = true;
        let start = window.at;
        while go && let Some(length) = memchr::memchr(b'\n', &self.buffer[window.at..window.len]) {
            let line = &self.buffer[window.at..window.at + length];
            let off = window.base + window.at as u64;
            if !begin(file, tail, off, each)? {
                go = false;
                break;
            }
            go = hand(line, off, self.max_line_bytes, counters, each);
            window.at += length + 1;
        }
        tail.off = window.base + window.at as u64;
        tail.searched = tail.off.max(window.base + window.len as u64);
        if window.at > start {
            tail.marker = hash::of(self.before(window));
            if window.base == 0 && usize::from(tail.head_len) < HEAD {
                tail.take_head(&self.buffer[..window.at]);
            }
        }
        Ok(go)
    }

    /// Finds the end of a line longer than the buffer; `None` once it was handed out or skipped.
    fn long_line(
        &mut self,
        file: &File,
        size: u64,
        tail: &mut Tail,
        counters: &mut Counters,
        each: &mut Each<'_>,
    ) -> io::Result<Option<Ended>> {
        let mut from = tail.searched;
        let newline = loop {
            let want = size.saturating_sub(from).min(CHUNK as u64) as usize;
            let have = fill(file, &mut self.buffer[..want], from)?;
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[..have]) {
                break from + at as u64;
            }
            from += have as u64;
            if have < want || from >= size {
                tail.searched = from;
                tail.searched_mark = mark(file, from)?.unwrap_or_default();
                return Ok(Some(Ended::Drained));
            }
        };
        let start = self.behind_nuls(file, tail.off, newline)?;
        let length = newline - start;
        if !begin(file, tail, tail.off, each)? {
            return Ok(Some(Ended::Stopped));
        }
        let go;
        if length > self.max_line_bytes {
            if tail.mismatch(file, size)?.is_some() {
                return Ok(Some(Ended::Changed("rewritten")));
            }
            counters.oversize += 1;
            counters.nul_bytes += start - tail.off;
            go = each(Piece::Oversize {
                at: At::Off(start),
                bytes: length,
            });
        } else {
            self.buffer.resize(length as usize, 0);
            let have = fill(file, &mut self.buffer, start)?;
            let changed = have < self.buffer.len()
                || memchr::memchr(b'\n', &self.buffer).is_some()
                || tail.mismatch(file, size)?.is_some();
            if changed {
                return Ok(Some(Ended::Changed("rewritten")));
            }
            counters.nul_bytes += start - tail.off;
            go = hand(&self.buffer, start, self.max_line_bytes, counters, each);
            // Let go of a long line's memory at once.
            self.buffer = vec![0; CHUNK];
        }
        tail.off = newline + 1;
        tail.searched = tail.off;
        tail.marker = mark(file, tail.off)?.unwrap_or_default();
        Ok((!go).then_some(Ended::Stopped))
    }

    /// The first byte from `off` on that is no NUL: a writer with a stale offset leaves a hole.
    fn behind_nuls(&mut self, file: &File, off: u64, end: u64) -> io::Result<u64> {
        let mut from = off;
        while from < end {
            let want = (end - from).min(CHUNK as u64) as usize;
            let have = fill(file, &mut self.buffer[..want], from)?;
            if let Some(at) = self.buffer[..have].iter().position(|&byte| byte != 0) {
                return Ok(from + at as u64);
            }
            if have == 0 {
                break;
            }
            from += have as u64;
        }
        Ok(from)
    }
}

/// Names the generation before its first line.
fn begin(file: &File, tail: &mut Tail, off: u64, each: &mut Each<'_>) -> io::Result<bool> {
    if tail.first != 0 && off != 0 {
        return Ok(true);
    }
    if tail.first == 0 {
        tail.name(file)?;
    }
    Ok(tail
        .generation()
        .is_none_or(|name| each(Piece::Generation(Name::from(name)))))
}

/// Hands one line out, cleaned of what is not part of it.
fn hand(line: &[u8], off: u64, cap: u64, counters: &mut Counters, each: &mut Each<'_>) -> bool {
    let end = off + line.len() as u64 + 1;
    counters.nul_bytes += nuls(line) as u64;
    let (bytes, off) = bare(line, off);
    if bytes.trim_ascii().is_empty() {
        counters.blank += 1;
        return true;
    }
    if bytes.len() as u64 > cap {
        counters.oversize += 1;
        let bytes = bytes.len() as u64;
        return each(Piece::Oversize {
            at: At::Off(off),
            bytes,
        });
    }
    counters.lines += 1;
    counters.bytes += line.len() as u64 + 1;
    each(Piece::Line { bytes, off, end })
}

/// What of a line is its record, and the offset of that, for a line at `off` without its newline: not the
/// NULs of a hole, the byte order mark of a file or the carriage return of an editor.
#[must_use]
pub fn bare(line: &[u8], off: u64) -> (&[u8], u64) {
    let mut bytes = &line[nuls(line)..];
    if off == 0 {
        bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    }
    let off = off + (line.len() - bytes.len()) as u64;
    (bytes.strip_suffix(b"\r").unwrap_or(bytes), off)
}

/// How many NULs a line begins with.
fn nuls(line: &[u8]) -> usize {
    line.iter().take_while(|&&byte| byte == 0).count()
}
