//! Names of sessions and runs.

use crate::wire::event::Name;

/// Which run: a box is one run's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunKey {
    /// The family of transcripts.
    pub source: Name,
    /// The session's UUID; its name where the source has no UUID.
    pub sid: Name,
    /// The run's id within the session.
    pub run: Name,
}

impl RunKey {
    /// The key of the run's frames: see [`crate::wire::frame::key`].
    #[must_use]
    pub fn frame_key(&self) -> String {
        crate::wire::frame::key(&self.source, &self.sid, &self.run)
    }
}

/// A run's place on the board: cheap to copy, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) session: u32,
    pub(super) run: u32,
}

/// The runs that may look different after a fold: usually none or one.
///
/// A run below another is named before its parents, a root last.
#[derive(Debug, Default)]
pub struct Touched {
    first: Option<RunKey>,
    more: Vec<RunKey>,
}

impl Touched {
    pub(super) fn add(&mut self, key: RunKey) {
        if self.first.is_none() {
            self.first = Some(key);
        } else if self.first.as_ref() != Some(&key) && !self.more.contains(&key) {
            self.more.push(key);
        }
    }

    /// Whether nothing may look different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The keys, each once.
    pub fn iter(&self) -> impl Iterator<Item = &RunKey> {
        self.first.iter().chain(&self.more)
    }
}

impl IntoIterator for Touched {
    type Item = RunKey;
    type IntoIter = std::iter::Chain<std::option::IntoIter<RunKey>, std::vec::IntoIter<RunKey>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().chain(self.more)
    }
}
