//! The durable memory of boxes: which post shows which run.
//!
//! It only saves work: a box that is forgotten is found again on its server by
//! its key. So a damaged database stops nothing and is never repaired in
//! place; what matters is that an intent is on the disk before a post is made.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::dir::StateDir;
use crate::wire::kept::{Kept, Phase};
use crate::wire::time::Time;
use files::Files;
use link::Link;
use notes::Notes;
use tables::Bad;

mod copies;
mod earlier;
mod files;
mod forget;
mod link;
mod look;
mod notes;
mod row;
mod tables;

#[cfg(test)]
mod tests;

/// Why there is no memory of boxes.
#[derive(Debug, thiserror::Error)]
pub enum BoxesError {
    /// A later version of this program wrote it; it is left alone. The exit code for it is 78.
    #[error("{} was written by a later version (format {v}; this one knows {})", path.display(), tables::VERSION)]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        v: i32,
    },
    /// Somebody put something else in its place.
    #[error("{} is not safe to use: {why}; remove it", path.display())]
    Unsafe {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The system refuses, for now.
    #[error("cannot use {}: {error}", path.display())]
    Io {
        /// The database, or its directory.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The database cannot be read or written, for now.
    #[error("cannot use {}: {error}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        error: rusqlite::Error,
    },
}

impl BoxesError {
    /// What failed, with where.
    fn of(bad: Bad, path: &Path) -> Self {
        let path = path.to_owned();
        match bad {
            Bad::Newer(v) => Self::Newer { path, v },
            Bad::Trouble(error) => Self::Database { path, error },
            Bad::Damaged(why) => Self::Io {
                path,
                error: io::Error::other(format!("it is damaged: {why}")),
            },
        }
    }
}

/// What is remembered of boxes, in `boxes.sqlite` of the state directory.
///
/// Several processes may have it open at once. Its methods block for as long as
/// a disk does, and may be called from several threads.
#[derive(Debug)]
pub struct Boxes {
    instance: String,
    /// Held for as long as the disk takes.
    link: Mutex<Link>,
    /// Held for moments only, by whoever has the link too.
    notes: Mutex<Notes>,
}

impl Boxes {
    /// Opens the database, made where there is none.
    ///
    /// With `may_repair`, which is for the holder of the `run` lock, a damaged
    /// one is set aside and a new one begun; anybody else works on in memory.
    /// A disk that is full or fails is no error here: [`commit`](Self::commit)
    /// tries again. Both leave a [`remark`](Self::remark).
    ///
    /// # Errors
    ///
    /// A later version wrote it, it is not safe to use, or the directory is gone.
    pub fn open(state: &StateDir, may_repair: bool, now: Time) -> Result<Self, BoxesError> {
        let files = Files::of(state).map_err(|error| BoxesError::Io {
            path: state.path().to_owned(),
            error,
        })?;
        let link = Link::open(files, may_repair, now)?;
        Ok(Self {
            instance: link.instance().to_owned(),
            link: Mutex::new(link),
            notes: Mutex::default(),
        })
    }

    /// Whether there is a database in `state`; it is not opened.
    #[must_use]
    pub fn are_in(state: &StateDir) -> bool {
        Files::of(state).is_ok_and(|files| files.exist())
    }

    /// This installation's id: random, made once, 26 characters of base32.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// What is remembered of the box of that key.
    ///
    /// A row that is not as it was written counts as absent, and so does one
    /// that cannot be read.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Kept> {
        let noted = self.notes().get(key);
        let Some(noted) = noted else {
            return self.link().get(key);
        };
        if noted.about.closed.is_none() && !noted.state.is_final() {
            // Another process may have closed the box by hand: then our note is not the newest, and
            // it will not be written over that.
            let mut link = self.link();
            let writes = link.writes_of_others();
            if !self.notes().was_looked_up(key, writes) {
                let row = link.get(key);
                if row.as_ref().is_some_and(|row| row.about.closed.is_some()) {
                    return row;
                }
                self.notes().looked_up(key, writes);
            }
        }
        Some(Kept::clone(&noted))
    }

    /// The boxes whose key, frame or post is `name`; where there are none, those
    /// whose key or frame begins with it. By their keys.
    #[must_use]
    pub fn by_frame(&self, name: &str) -> Vec<Kept> {
        self.written().named(name)
    }

    /// Every box, by its key.
    #[must_use]
    pub fn all(&self) -> Vec<Kept> {
        self.written().all()
    }

    /// Remembers a box durably before it returns: an intent, a post's id, the end.
    ///
    /// # Errors
    ///
    /// A sentence that says why it could not. The next call tries again, and
    /// succeeds once the disk does. Where a post is there already, what was to be
    /// remembered is owed: it is found here, and written once the disk takes it.
    pub fn commit(&self, kept: &Kept) -> Result<(), String> {
        let mut link = self.link();
        self.notes().forget(&kept.key);
        let committed = link.commit(kept);
        let mut notes = self.notes();
        match &committed {
            Ok(()) => notes.recovered(),
            // An intent without which nothing is made is nothing to remember.
            Err(_) if kept.phase == Phase::Intended => {}
            Err(_) => notes.owe(kept, Instant::now()),
        }
        committed
    }

    /// Whether what was to be remembered could not be written when that was tried last.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.notes().is_troubled()
    }

    /// Finds out by a small write whether [`commit`](Self::commit) would succeed now, and writes
    /// what is owed.
    ///
    /// # Errors
    ///
    /// A sentence that says why it would not.
    pub fn probe(&self) -> Result<(), String> {
        self.link().probe()?;
        self.notes().recovered();
        drop(self.written());
        match self.is_behind() {
            true => Err("what is owed cannot be written".to_owned()),
            false => Ok(()),
        }
    }

    /// Remembers it soon: what an edit changed, which another edit repairs if it is lost.
    /// Waits for no disk: [`settle`](Self::settle) writes, unless too many wait for it. Not
    /// written over a box that another process closed by hand meanwhile.
    pub fn note(&self, kept: &Kept) {
        let full = self.notes().add(kept);
        if full {
            drop(self.written());
        }
    }

    /// Writes what was noted a while ago. Gives how long it can wait for the next call; `None`
    /// is until the next note.
    pub fn settle(&self) -> Option<Duration> {
        let patience = self.notes().patience(Instant::now());
        if patience == Some(Duration::ZERO) {
            drop(self.written());
            return self.notes().patience(Instant::now());
        }
        patience
    }

    /// Whether nothing was remembered at the start: there was no database, or it
    /// was damaged. Boxes of an earlier time may be on their servers all the same.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.link().is_new()
    }

    /// What a person should know of the database; each is given once.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        self.link().remark()
    }

    /// Every box of the database in `state`, by its key, for whoever only wants to know.
    ///
    /// Nothing is made, written, migrated or repaired, and nobody is waited for: `run` may be at
    /// work on it. Rows that are not as they were written are left out. Where there is no
    /// database there are no boxes.
    ///
    /// # Errors
    ///
    /// A later version wrote it, it is not safe to use, or it is damaged or cannot be read.
    pub fn look(state: &StateDir) -> Result<Vec<Kept>, BoxesError> {
        look::all(state)
    }

    /// The database with all notes in it.
    fn written(&self) -> MutexGuard<'_, Link> {
        let mut link = self.link();
        // Taken under the link's lock: nothing that is committed meanwhile is older than a note.
        let noted = self.notes().take(Instant::now());
        if !noted.is_empty() {
            let written = link.write(&noted);
            let mut notes = self.notes();
            match written {
                Ok(()) => notes.written(),
                Err(_) => notes.refused(),
            }
        }
        link
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        // A thread that died left at most a statement undone.
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Boxes {
    fn drop(&mut self) {
        drop(self.written());
    }
}
