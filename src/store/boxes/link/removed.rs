//! What is done where somebody removes the database while it is open, or the directory around it.
//!
//! SQLite would go on writing to a file that has no name any more, and call it durable.

use std::io;

use super::super::super::dir::StateDir;
use super::super::super::lock::Lock;
use super::super::BoxesError;
use super::super::row;
use super::{ALL, Link, State, Sync, rows};

/// The lock of whoever may repair.
pub(super) const ROLE: &str = "run";

impl Link {
    /// Makes the database again where it was removed, with all that it held.
    ///
    /// # Errors
    ///
    /// It cannot be made, or another `run` has the directory now. The one that has no name stays
    /// open until then: what is remembered is still found there.
    pub(super) fn mind_removal(&mut self) -> Result<(), BoxesError> {
        let is_open = matches!(self.state, State::Disk(_));
        if !is_open || self.files.identity() == self.file {
            return Ok(());
        }
        let state = StateDir::open(self.files.folder());
        let state = state.map_err(|error| self.removed(&error))?;
        self.hold(&state)?;
        let before = std::mem::replace(&mut self.state, State::Closed);
        if let Err(error) = self.connect() {
            self.state = before;
            return Err(error);
        }
        if let State::Disk(connection) = before {
            for kept in rows(&connection, ALL, []) {
                // Whoever made it before us may know more.
                if self.get(&kept.key).is_none() {
                    let _ = self.attempt(Sync::Normal, |connection| row::write(connection, &kept));
                }
            }
        }
        let path = self.files.path().display();
        self.remark = Some(format!("{path} was removed; it was made again"));
        Ok(())
    }

    /// Sees to it that the lock of `run` is ours: it may have been removed, too.
    fn hold(&mut self, state: &StateDir) -> Result<(), BoxesError> {
        let lock_file = self.files.identity_of_lock(ROLE);
        if !self.may_repair || (lock_file.is_some() && lock_file == self.lock_file) {
            return Ok(());
        }
        let lock = Lock::take(state, ROLE).map_err(|error| self.removed(&error))?;
        self.lock = Some(lock);
        self.lock_file = self.files.identity_of_lock(ROLE);
        Ok(())
    }

    fn removed(&self, why: &dyn std::error::Error) -> BoxesError {
        BoxesError::Io {
            path: self.files.path().to_owned(),
            error: io::Error::other(format!("it was removed, and {why}")),
        }
    }
}
