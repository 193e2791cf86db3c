//! Transcripts that are no growing file of lines: documents that are rewritten, and packed ones.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::entry::Body;
use super::follower::Follower;
use super::hash;
use super::layout::Shape;
use super::lines::Each;
use super::open::Stat;
use super::session::{At, Id, Piece};
use super::tail::mark;
use crate::wire::event::Name;

impl Follower {
    /// How the transcript of a session is written.
    pub(super) fn shape(&self, id: Id) -> Shape {
        let place = &self.places[self.entry(id).place as usize];
        place.home.files.map_or(Shape::Lines, |files| files.shape)
    }

    /// Reads a file whole, where it is not what was read last.
    ///
    /// A document is one record, handed out again in each of its versions; one
    /// that is half written is left for the next change.
    pub(super) fn read_whole(
        &mut self,
        id: Id,
        (path, file, stat): (&Path, &File, Stat),
        each: &mut Each<'_>,
    ) -> io::Result<()> {
        let shape = self.shape(id);
        let most = self.options.max_line_bytes as u64;
        let mut bytes = Vec::new();
        match shape {
            Shape::Packed => {
                zstd::Decoder::new(file)?
                    .take(most.saturating_mul(8))
                    .read_to_end(&mut bytes)?;
            }
            Shape::Document | Shape::Lines | Shape::Store { .. } | Shape::Cabinet => {
                file.take(most + 1).read_to_end(&mut bytes)?;
            }
        }
        let Body::File(tail) = &mut self.entry_mut(id).body else {
            return Ok(());
        };
        tail.stat = stat;
        tail.read_from = (stat.dev, stat.ino);
        tail.dirty = false;
        let hash = hash::of(&bytes);
        let is_read = tail.off > 0 && tail.searched_mark == hash;
        let is_torn = shape == Shape::Document && !bytes.trim_ascii_end().ends_with(b"}");
        if is_read || (is_torn && !bytes.trim_ascii_end().ends_with(b"]")) {
            return Ok(());
        }
        tail.off = stat.size;
        tail.searched = stat.size;
        tail.searched_mark = hash;
        tail.marker = mark(file, stat.size)?.unwrap_or_default();
        tail.head_len = 0;
        tail.settle(file)?;
        if tail.first == 0 {
            // The name of a document does not change with its content.
            tail.first = hash::of(path.as_os_str().as_encoded_bytes()).max(1);
            if let Some(generation) = tail.generation() {
                each(Piece::Generation(Name::from(generation)));
            }
        }
        if bytes.len() as u64 > most && shape == Shape::Document {
            self.counters.oversize += 1;
            let bytes = stat.size;
            each(Piece::Oversize {
                at: At::Off(0),
                bytes,
            });
            return Ok(());
        }
        self.counters.bytes += bytes.len() as u64;
        match shape {
            Shape::Packed => self.hand_out_lines(&bytes, each),
            Shape::Document | Shape::Lines | Shape::Store { .. } | Shape::Cabinet => {
                self.counters.lines += 1;
                let end = bytes.len() as u64;
                each(Piece::Line {
                    bytes: &bytes,
                    off: 0,
                    end,
                });
            }
        }
        Ok(())
    }

    fn hand_out_lines(&mut self, bytes: &[u8], each: &mut Each<'_>) {
        let mut off = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let end = off + line.len() as u64;
            let text = line.trim_ascii_end();
            if text.is_empty() {
                self.counters.blank += 1;
            } else {
                self.counters.lines += 1;
                if !each(Piece::Line {
                    bytes: text,
                    off,
                    end,
                }) {
                    return;
                }
            }
            off = end;
        }
    }
}
