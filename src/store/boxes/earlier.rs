//! A database of an earlier format, kept as it was when ours took its place.
//!
//! Who goes back to the earlier version renames it. There is one at most: a later step to a later
//! format replaces it.

use std::fs::remove_file;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ffi};

use super::copies::{begin, finish};
use super::tables::Bad;

/// What follows the database's name.
const SUFFIX: &str = ".earlier";

/// Keeps the database at `path`, which is of format `version`, under a name of its own.
///
/// It is copied under a name that nobody else has, and judged by what it became: another process
/// may have brought the database to our format meanwhile, and kept it as it was before.
pub(super) fn keep(connection: &Connection, path: &Path, version: i32) -> Result<(), Bad> {
    let beside = |suffix: &str| -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    };
    let copy = beside(&format!("{SUFFIX}-{}", std::process::id()));
    let kept = begin(&copy).map_err(refused).and_then(|()| {
        let name = copy.to_string_lossy();
        connection.execute("VACUUM INTO ?1", [name.as_ref()])?;
        let header = "PRAGMA user_version";
        let found: i32 = Connection::open(&copy)?.query_row(header, [], |row| row.get(0))?;
        if found == version {
            finish(&copy, &beside(SUFFIX)).map_err(refused)?;
        }
        Ok(())
    });
    // Under its last name it is no longer there.
    let _ = remove_file(&copy);
    kept
}

/// A disk that is full now may have space later: no reason to set anything aside.
fn refused(error: io::Error) -> Bad {
    let text = format!("the database of the earlier format cannot be kept: {error}");
    let code = ffi::Error::new(ffi::SQLITE_CANTOPEN);
    Bad::Trouble(rusqlite::Error::SqliteFailure(code, Some(text)))
}
