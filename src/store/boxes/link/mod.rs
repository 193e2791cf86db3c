//! The connection with the database, and what takes its place when it fails.

use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Params, ffi};

use super::super::lock::Lock;
use super::BoxesError;
use super::files::{Files, Identity, new_instance};
use super::forget;
use super::row::{self, columns};
use super::tables::Bad;
use crate::wire::kept::Kept;
use crate::wire::time::Time;

mod opening;
mod removed;

/// After so many writes the size of the database is looked at.
const WRITES_A_LOOK: u32 = 256;

/// Where rows are kept just now.
#[derive(Debug)]
enum State {
    /// In the database.
    Disk(Connection),
    /// In this process: the database is damaged, and another's to repair.
    Memory(Connection),
    /// Nowhere: the disk did not let us. Every call tries again.
    Closed,
}

/// What a piece of work waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sync {
    /// The disk has it.
    Full,
    /// The system has it.
    Normal,
    /// It writes nothing.
    Reads,
}

#[derive(Debug)]
pub(super) struct Link {
    files: Files,
    may_repair: bool,
    /// The file that is open.
    file: Option<Identity>,
    /// The file of the lock that the holder of the `run` lock has.
    lock_file: Option<Identity>,
    /// That lock, where it had to be taken again.
    lock: Option<Lock>,
    instance: Option<String>,
    state: State,
    sync: Sync,
    is_new: bool,
    remark: Option<String>,
    /// The newest time that was heard of.
    now: Time,
    /// When old boxes were forgotten last.
    tidied: Time,
    /// Since its size was looked at.
    writes: u32,
    /// A sync failed: what was written before may be lost, though a later one succeeds.
    unsure: bool,
    /// How this connection counts what other processes wrote, when it was asked last.
    version: Option<i64>,
    /// How often that was another number.
    others: u64,
}

impl Link {
    pub(super) fn open(files: Files, may_repair: bool, now: Time) -> Result<Self, BoxesError> {
        let mut link = Self {
            file: None,
            lock_file: files.identity_of_lock(removed::ROLE),
            lock: None,
            files,
            may_repair,
            instance: None,
            state: State::Closed,
            sync: Sync::Full,
            is_new: false,
            remark: None,
            now,
            tidied: now,
            writes: WRITES_A_LOOK,
            unsure: false,
            version: None,
            others: 0,
        };
        match link.connect() {
            Ok(()) => link.forget_old(),
            Err(error @ (BoxesError::Newer { .. } | BoxesError::Unsafe { .. })) => {
                return Err(error);
            }
            Err(error @ (BoxesError::Io { .. } | BoxesError::Database { .. })) => {
                // Whoever knows nothing asks the server first.
                link.is_new = true;
                link.remark
                    .get_or_insert_with(|| format!("{error}; trying again"));
            }
        }
        link.instance.get_or_insert_with(new_instance);
        Ok(link)
    }

    pub(super) fn instance(&self) -> &str {
        self.instance.as_deref().unwrap_or_default()
    }

    pub(super) fn is_new(&self) -> bool {
        self.is_new
    }

    pub(super) fn remark(&mut self) -> Option<String> {
        self.remark.take()
    }

    /// How often other processes were seen to have written.
    pub(super) fn writes_of_others(&mut self) -> u64 {
        let version: Result<i64, _> = self.work(Sync::Reads, |connection| {
            let mut statement = connection.prepare_cached("PRAGMA data_version")?;
            statement.query_row([], |row| row.get(0))
        });
        // What cannot be asked may have changed.
        let version = version.ok();
        if version.is_none() || version != self.version {
            self.version = version;
            self.others += 1;
        }
        self.others
    }

    pub(super) fn get(&mut self, key: &str) -> Option<Kept> {
        const SQL: &str = concat!("SELECT ", columns!(), " FROM box WHERE key = ?1");
        self.work(Sync::Reads, |connection| {
            let mut statement = connection.prepare_cached(SQL)?;
            statement
                .query_row([key], |row| Ok(row::read(row)))
                .optional()
        })
        .ok()??
        // A flipped bit in a page can lead to another box.
        .filter(|kept| kept.key == key)
    }

    pub(super) fn named(&mut self, name: &str) -> Vec<Kept> {
        const EXACT: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM box WHERE ?1 IN (key, frame, post) ORDER BY key"
        );
        const BEGUN: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM box WHERE ?1 IN (substr(key, 1, length(?1)), substr(frame, 1, length(?1))) ORDER BY key"
        );
        if name.is_empty() {
            return Vec::new();
        }
        let exact = self.list(EXACT, [name]);
        if exact.is_empty() {
            return self.list(BEGUN, [name]);
        }
        exact
    }

    pub(super) fn all(&mut self) -> Vec<Kept> {
        self.list(ALL, [])
    }

    pub(super) fn commit(&mut self, kept: &Kept) -> Result<(), String> {
        self.now = self.now.max(kept.at);
        self.writes = self.writes.saturating_add(1);
        self.write_durably(|connection| row::write(connection, kept))
            .map_err(|error| error.to_string())?;
        self.unsure = false;
        self.forget_old();
        self.forget_surplus();
        Ok(())
    }

    /// Writes what says nothing, as durably as a box.
    pub(super) fn probe(&mut self) -> Result<(), String> {
        self.write_durably(forget::note_again)
            .map_err(|error| error.to_string())?;
        self.unsure = false;
        Ok(())
    }

    /// Writes what was noted, all or none.
    pub(super) fn write(&mut self, noted: &[Arc<Kept>]) -> Result<(), BoxesError> {
        let count = u32::try_from(noted.len()).unwrap_or(u32::MAX);
        self.writes = self.writes.saturating_add(count);
        self.work(Sync::Normal, |connection| row::write_all(connection, noted))
    }

    fn write_durably(
        &mut self,
        write: impl Fn(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), BoxesError> {
        if self.unsure {
            // The log is copied into the database, which is synced anew, and begun again.
            self.work(Sync::Full, checkpoint)?;
        }
        let mut failure = match self.work(Sync::Full, &write) {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        if failure.is(ErrorCode::DiskFull) && self.work(Sync::Full, checkpoint).is_ok() {
            // A log that begins anew needs no more room.
            failure = match self.work(Sync::Full, &write) {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
        }
        self.unsure |= failure.is(ErrorCode::SystemIoFailure);
        Err(failure)
    }

    /// Forgets what is old, once a day. It may fail: there is a next time.
    fn forget_old(&mut self) {
        let now = self.now;
        if forget::is_due(self.tidied, now) {
            self.tidied = now;
            let _ = self.work(Sync::Normal, |connection| forget::by_age(connection, now));
        }
    }

    /// Forgets what there is too much of, now and then.
    fn forget_surplus(&mut self) {
        if self.writes >= WRITES_A_LOOK {
            self.writes = 0;
            let _ = self.work(Sync::Normal, forget::by_size);
        }
    }

    fn list(&mut self, sql: &str, params: impl Params + Copy) -> Vec<Kept> {
        self.work(Sync::Reads, |connection| Ok(rows(connection, sql, params)))
            .unwrap_or_default()
    }

    /// Does `work` with the database, or with what takes its place.
    fn work<T>(
        &mut self,
        sync: Sync,
        work: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, BoxesError> {
        if sync != Sync::Reads {
            self.mind_removal()?;
        }
        self.connect()?;
        let mut done = self.attempt(sync, &work).map_err(Bad::from);
        if let Err(Bad::Damaged(why)) = &done {
            self.begin_anew(why)?;
            done = self.attempt(sync, &work).map_err(Bad::from);
        }
        done.map_err(|bad| self.explain(bad))
    }

    fn attempt<T>(
        &mut self,
        sync: Sync,
        work: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let (State::Disk(connection) | State::Memory(connection)) = &self.state else {
            return Err(failure(ffi::SQLITE_CANTOPEN));
        };
        if sync != Sync::Reads && sync != self.sync {
            connection.execute_batch(match sync {
                Sync::Full => "PRAGMA synchronous=FULL",
                Sync::Normal | Sync::Reads => "PRAGMA synchronous=NORMAL",
            })?;
            self.sync = sync;
        }
        work(connection)
    }
}

impl BoxesError {
    fn is(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Database { error, .. } if error.sqlite_error_code() == Some(code))
    }
}

const ALL: &str = concat!("SELECT ", columns!(), " FROM box ORDER BY key");

/// The rows that are whole, as far as they can be reached.
fn rows(connection: &Connection, sql: &str, params: impl Params) -> Vec<Kept> {
    let mut found = Vec::new();
    let Ok(mut statement) = connection.prepare(sql) else {
        return found;
    };
    let Ok(mut rows) = statement.query(params) else {
        return found;
    };
    while let Ok(Some(row)) = rows.next() {
        found.extend(row::read(row));
    }
    found
}

/// Copies the log into the database and begins it anew.
fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
    match connection.query_row(sql, [], |row| row.get(0))? {
        0 => Ok(()),
        _ => Err(failure(ffi::SQLITE_BUSY)),
    }
}

fn failure(code: std::ffi::c_int) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
}
