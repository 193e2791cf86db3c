//! A file that SQLite fills once, and that gets its last name when it is whole.
//!
//! It is never one that SQLite has open: see [`files`](super::files).

use std::fs::{OpenOptions, remove_file, rename};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::super::dir::sync;

/// An empty file for us alone, which SQLite fills: it would let others read one that it makes.
pub(super) fn begin(copy: &Path) -> io::Result<()> {
    // Left by a process of our number that died at it.
    let _ = remove_file(copy);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    options.open(copy).map(drop)
}

/// It is whole on the disk before it has its name.
pub(super) fn finish(copy: &Path, name: &Path) -> io::Result<()> {
    OpenOptions::new().read(true).open(copy)?.sync_all()?;
    rename(copy, name)?;
    name.parent().map_or(Ok(()), sync)
}
