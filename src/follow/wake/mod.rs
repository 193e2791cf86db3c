//! What a follower sleeps on: the system's word about directories, and a bell for other threads.
//!
//! One type in two makes, with the same methods. On Linux inotify is asked
//! directly: no thread stands between, and our own reads wake nobody. With the
//! crate `notify` between, a line that is followed costs a third more time on a
//! core, and its event comes later than twice what `tail -F` takes in some
//! rounds of `benches/compare.sh --only follow`. Elsewhere `notify` knows how to ask.

#[cfg(target_os = "linux")]
mod inotify;
#[cfg(any(test, not(target_os = "linux")))]
mod portable;
#[cfg(test)]
mod tests;

use std::ffi::OsString;

#[cfg(target_os = "linux")]
pub(super) use inotify::Bed;
#[cfg(target_os = "linux")]
pub use inotify::Waker;
#[cfg(not(target_os = "linux"))]
pub(super) use portable::Bed;
#[cfg(not(target_os = "linux"))]
pub use portable::Waker;

/// The number of a watched directory. Two paths to one directory may share it.
pub(super) type Folder = u32;

/// Above this many names a look at everything is cheaper than a look at each.
pub(super) const MOST_NAMES: usize = 4096;

/// What happened since somebody asked.
#[derive(Debug, Default)]
pub(super) struct Mail {
    /// Names that something happened to, sorted, each once.
    pub(super) names: Vec<Named>,
    /// Watched directories whose own rights changed.
    pub(super) altered: Vec<Folder>,
    /// Watched directories that were moved or removed: their watch is worth nothing now.
    pub(super) lost: Vec<Folder>,
    /// Events were dropped.
    pub(super) overflow: bool,
    /// Somebody used a waker.
    pub(super) woken: bool,
    /// Why nothing more will be told.
    pub(super) error: Option<String>,
}

/// A name in a watched directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub(super) folder: Folder,
    pub(super) name: OsString,
    /// It was written to, and nothing else happened to it.
    pub(super) only_written: bool,
}

/// Why a directory cannot be watched.
#[derive(Debug)]
pub(super) enum Refused {
    /// The system watches as many as it may.
    Limit,
    /// It is not there.
    Missing,
    /// What the system said.
    Other(String),
}

impl Mail {
    /// Whether there is anything in it.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
            && self.altered.is_empty()
            && self.lost.is_empty()
            && !self.overflow
            && !self.woken
            && self.error.is_none()
    }

    /// Sorts the names and drops repeated ones. Where one was written to and
    /// more, the more is what counts.
    fn tidy(&mut self) {
        self.names.sort_unstable();
        self.names
            .dedup_by(|later, first| (later.folder, &later.name) == (first.folder, &first.name));
        if self.names.len() > MOST_NAMES {
            self.names = Vec::new();
            self.overflow = true;
        }
    }
}
