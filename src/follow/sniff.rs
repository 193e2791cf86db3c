//! The first records of a transcript, for whoever is to say which agent wrote it.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::layout::{Layout, Shape, loose_files};
use super::layouts::LAYOUTS;
use super::open::{self, Opened};

/// So much of a file is looked at.
const HEAD_BYTES: u64 = 256 * 1024;
/// So many files of a directory are looked at.
pub(super) const FILES: usize = 8;

/// The first records of the file at `path`: its first lines, or all of a document.
///
/// # Errors
///
/// What the system says, or that it is no regular file.
pub fn first_records(path: &Path) -> io::Result<Vec<Vec<u8>>> {
    let shape = loose_files(path).shape;
    let file = match open::open(path, true)? {
        Opened::File(file, _) => file,
        Opened::Missing => return Err(io::ErrorKind::NotFound.into()),
        Opened::Other(what) => return Err(io::Error::other(format!("it is {what}"))),
    };
    let mut bytes = Vec::new();
    match shape {
        Shape::Packed => zstd::Decoder::new(file)?
            .take(HEAD_BYTES)
            .read_to_end(&mut bytes)?,
        Shape::Lines | Shape::Store { .. } => file.take(HEAD_BYTES).read_to_end(&mut bytes)?,
        Shape::Document | Shape::Cabinet => {
            const WHOLE: u64 = 32 << 20;
            file.take(WHOLE).read_to_end(&mut bytes)?
        }
    };
    if shape == Shape::Document {
        return Ok(vec![bytes]);
    }
    let whole = bytes.ends_with(b"\n") || (bytes.len() as u64) < HEAD_BYTES;
    let mut lines: Vec<Vec<u8>> = bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .map(<[u8]>::to_vec)
        .collect();
    if !whole {
        lines.pop();
    }
    lines.retain(|line| !line.is_empty());
    Ok(lines)
}

/// A layout that a directory looks like, by the names in it alone.
#[derive(Debug)]
pub struct Likeness {
    /// Which one.
    pub layout: &'static Layout,
    /// How many of its folders lead to the directory: 0 where it is the agent's own.
    pub skip: usize,
    /// A few of the transcripts there.
    pub files: Vec<PathBuf>,
}

/// The layouts that the directory at `path` looks like, or one `within` such a directory does.
///
/// A look within goes through all its folders, in search of those that a layout does not name.
#[must_use]
pub fn likenesses(path: &Path, within: bool) -> Vec<Likeness> {
    let all = LAYOUTS.iter().filter_map(|layout| {
        let depths = layout.files.iter().map(|files| files.folders.len());
        let deepest = depths.max().filter(|_| within);
        (0..=deepest.unwrap_or(0)).find_map(|skip| {
            let mut kinds = layout.files.iter();
            let files = kinds.find_map(|files| {
                let found = files.some_below(path, skip, FILES);
                (!found.is_empty()).then_some(found)
            })?;
            Some(Likeness {
                layout,
                skip,
                files,
            })
        })
    });
    all.collect()
}

/// A few of the files with lines in the directory at `path`, which no layout knows by name.
#[must_use]
pub fn loose_lines(path: &Path) -> Vec<PathBuf> {
    loose_files(Path::new("a.jsonl")).some_below(path, 0, FILES)
}
