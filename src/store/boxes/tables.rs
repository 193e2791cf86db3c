//! The tables of the database, and how it is opened.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::earlier;
use super::files::{is_instance, new_instance};
use crate::wire::time::Time;

/// The version this program writes. It stands twice, in the file's header and
/// in `meta`, so that a flipped bit is damage and never a newer format.
pub(super) const VERSION: i32 = 2;

/// How long another writer is waited for. It is a ceiling that costs nothing before it is reached:
/// each holds the lock for one sync of the disk. That may take a tenth of a second on a slow one,
/// and SQLite lets nobody wait in a row, so that some are overtaken again and again.
const BUSY: Duration = Duration::from_secs(10);

/// One B-tree for the boxes, with no index beside it: one page to write for one box.
const SCHEMA: &str = "
CREATE TABLE box(key TEXT PRIMARY KEY NOT NULL, frame TEXT NOT NULL, sink TEXT NOT NULL, server TEXT NOT NULL,
  channel TEXT NOT NULL, root TEXT, phase TEXT NOT NULL, post TEXT, since INTEGER NOT NULL, seq INTEGER NOT NULL,
  part INTEGER NOT NULL, hash TEXT NOT NULL, rev INTEGER NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL,
  note TEXT, about TEXT, sum INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE meta(name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
";

/// What makes a database of format 1 one of ours; its rows tell nothing of themselves until they
/// are written again.
const FROM_1: &str = "
ALTER TABLE box ADD COLUMN about TEXT;
UPDATE meta SET value = '2' WHERE name = 'version';
PRAGMA user_version = 2;
";

/// Memory is small, and so is the log: whoever opens the database after
/// everybody closed it reads all of the log.
const HABITS: &str =
    "PRAGMA cache_size=-256; PRAGMA wal_autocheckpoint=128; PRAGMA journal_size_limit=524288;";

/// A database that can be worked with.
pub(super) struct Opened {
    pub(super) connection: Connection,
    /// This installation's id.
    pub(super) instance: String,
    /// When old boxes were forgotten last.
    pub(super) tidied: Time,
    /// Whether it was empty.
    pub(super) is_new: bool,
}

/// Why it cannot be.
#[derive(Debug)]
pub(super) enum Bad {
    /// A later version wrote it.
    Newer(i32),
    /// It is no database of ours, or a broken one.
    Damaged(String),
    /// The system refuses, for now.
    Trouble(rusqlite::Error),
}

impl From<rusqlite::Error> for Bad {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OperationInterrupted
                | ErrorCode::NoLargeFileSupport,
            ) => Self::Trouble(error),
            // Our statements are fixed: where one does not fit, the tables are not ours.
            _ => Self::Damaged(error.to_string()),
        }
    }
}

/// Opens the database at `path`, whose file is there; an empty one gets its tables.
///
/// `instance` is the id that a new one gets, if the caller has one already.
pub(super) fn open(path: &Path, instance: Option<&str>, now: Time) -> Result<Opened, Bad> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    // Closing must cost no fsync, and must not touch a newer version's file.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let version = version(&connection)?;
    match version {
        VERSION => {}
        0 => make(&mut connection, instance, now)?,
        1 => migrate(&mut connection, path)?,
        other => return Err(verdict(&connection, other)),
    }
    connection.execute_batch(HABITS)?;
    opened(connection, version == 0)
}

/// One that lives as long as the process.
pub(super) fn in_memory(instance: Option<&str>, now: Time) -> Result<Opened, Bad> {
    let mut connection = Connection::open_in_memory()?;
    make(&mut connection, instance, now)?;
    opened(connection, true)
}

/// Looks at every page, as far as SQLite can judge them.
pub(super) fn examine(connection: &Connection) -> Result<(), Bad> {
    let said: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    match said.as_str() {
        "ok" => Ok(()),
        _ => Err(Bad::Damaged(said.replace('\n', ", "))),
    }
}

/// Opens the database at `path` to read it alone; gives its version, this one or an earlier.
pub(super) fn open_to_read(path: &Path) -> Result<(Connection, i32), Bad> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    match version(&connection)? {
        version @ 0..=VERSION => Ok((connection, version)),
        other => Err(verdict(&connection, other)),
    }
}

fn version(connection: &Connection) -> rusqlite::Result<i32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// What a version in the header that is not ours means.
fn verdict(connection: &Connection, version: i32) -> Bad {
    match noted(connection) {
        Some(noted) if noted <= VERSION => Bad::Damaged(format!(
            "its header says version {version}, its table {noted}"
        )),
        _ => Bad::Newer(version),
    }
}

/// The version that the table names.
fn noted(connection: &Connection) -> Option<i32> {
    let sql = "SELECT value FROM meta WHERE name = 'version'";
    let text: String = connection.query_row(sql, [], |row| row.get(0)).ok()?;
    text.parse().ok()
}

/// Brings a database of an earlier format to ours, with all that it holds; as it was it stays
/// [beside it](earlier). Of several processes that do, one succeeds first.
fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Bad> {
    if noted(connection) == Some(1) {
        earlier::keep(connection, path, 1)?;
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match (version(&transaction)?, noted(&transaction)) {
        (VERSION, _) => {}
        (1, Some(1)) => {
            transaction.execute_batch(FROM_1)?;
            transaction.commit()?;
        }
        (version, _) => return Err(verdict(&transaction, version)),
    }
    Ok(())
}

/// Gives an empty database its tables. Of several processes that do, one succeeds first.
fn make(connection: &mut Connection, instance: Option<&str>, now: Time) -> Result<(), Bad> {
    begin_log(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if version(&transaction)? == 0 {
        transaction.execute_batch(SCHEMA)?;
        let instance = instance.map_or_else(new_instance, str::to_owned);
        let rows = [
            ("version", VERSION.to_string()),
            ("instance", instance),
            ("tidied", now.0.to_string()),
        ];
        for row in rows {
            transaction.execute("INSERT INTO meta VALUES(?1, ?2)", row)?;
        }
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Turns the write-ahead log on. SQLite does not wait here for another process that does the same.
fn begin_log(connection: &Connection) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(5);
    let mut left = BUSY;
    loop {
        let asked = connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()));
        match asked {
            Err(error) if is_busy(&error) && !left.is_zero() => {
                std::thread::sleep(PAUSE);
                left = left.saturating_sub(PAUSE);
            }
            other => return other,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// Reads what is said of the whole installation.
fn opened(connection: Connection, is_new: bool) -> Result<Opened, Bad> {
    let mut instance = None;
    let mut tidied = Time::default();
    {
        let mut statement = connection.prepare("SELECT name, value FROM meta")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, value): (String, String) = (row.get(0)?, row.get(1)?);
            match name.as_str() {
                "instance" if is_instance(&value) => instance = Some(value),
                "tidied" => tidied = Time(value.parse().unwrap_or_default()),
                _ => {}
            }
        }
    }
    let instance = instance.ok_or_else(|| Bad::Damaged("it has no instance id".into()))?;
    Ok(Opened {
        connection,
        instance,
        tidied,
        is_new,
    })
}
