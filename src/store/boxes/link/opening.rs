//! How the database is opened, and what is done with a damaged one.

use rusqlite::Connection;

use super::super::BoxesError;
use super::super::row;
use super::super::tables::{self, Bad, Opened};
use super::{ALL, Link, State, Sync, rows};

impl Link {
    /// Opens the database, unless it is open.
    pub(super) fn connect(&mut self) -> Result<(), BoxesError> {
        if !matches!(self.state, State::Closed) {
            return Ok(());
        }
        // Another connection counts in its own way.
        self.version = None;
        self.files.check()?;
        self.files.create().map_err(|error| BoxesError::Io {
            path: self.files.path().to_owned(),
            error,
        })?;
        let opened = match tables::open(self.files.path(), self.instance.as_deref(), self.now) {
            Ok(opened) => opened,
            Err(Bad::Damaged(why)) => return self.begin_anew(&why),
            Err(bad) => return Err(self.explain(bad)),
        };
        let examined = match self.may_repair && !opened.is_new {
            true => tables::examine(&opened.connection),
            false => Ok(()),
        };
        // Its format field may be damaged too: then SQLite takes it for one that it must not write.
        let refuses = opened.connection.is_readonly("main").unwrap_or(false);
        self.take(opened, State::Disk);
        match examined {
            Err(Bad::Damaged(why)) => self.begin_anew(&why),
            _ if refuses && self.files.may_be_written() => {
                self.begin_anew("its header forbids writing")
            }
            _ => Ok(()),
        }
    }

    fn take(&mut self, opened: Opened, into: fn(Connection) -> State) {
        self.state = into(opened.connection);
        self.file = self.files.identity();
        self.sync = Sync::Full;
        self.instance.get_or_insert(opened.instance);
        self.tidied = opened.tidied;
        self.is_new |= opened.is_new;
    }

    /// Leaves a damaged database, with the rows that are whole.
    pub(super) fn begin_anew(&mut self, why: &str) -> Result<(), BoxesError> {
        let path = self.files.path().display().to_string();
        let rescued = match std::mem::replace(&mut self.state, State::Closed) {
            State::Disk(connection) | State::Memory(connection) => rows(&connection, ALL, []),
            State::Closed => Vec::new(),
        };
        let aside = self.may_repair.then(|| self.files.set_aside());
        let (opened, into): (_, fn(Connection) -> State) = match aside {
            Some(Ok(aside)) => {
                self.remark = Some(format!(
                    "{path} is damaged ({why}); it was set aside as {}, and boxes are found again by their keys",
                    aside.display()
                ));
                // Where this fails, the next call makes the file.
                let _ = self.files.create();
                let opened = tables::open(self.files.path(), self.instance.as_deref(), self.now);
                (opened, State::Disk)
            }
            refused => {
                let next = match refused {
                    Some(Err(error)) => format!("it cannot be set aside: {error}"),
                    _ => "live-status run sets it aside".to_owned(),
                };
                self.remark = Some(format!(
                    "{path} is damaged ({why}); working without it ({next})"
                ));
                let opened = tables::in_memory(self.instance.as_deref(), self.now);
                (opened, State::Memory)
            }
        };
        self.is_new = true;
        let opened = opened.map_err(|bad| self.explain(bad))?;
        self.take(opened, into);
        for kept in &rescued {
            let _ = self.attempt(Sync::Normal, |connection| row::write(connection, kept));
        }
        Ok(())
    }

    /// What failed, with where.
    pub(super) fn explain(&self, bad: Bad) -> BoxesError {
        BoxesError::of(bad, self.files.path())
    }
}
