//! Reading every box without touching anything.

use super::super::dir::StateDir;
use super::BoxesError;
use super::files::Files;
use super::row::{self, columns};
use super::tables::{self, Bad};
use crate::wire::kept::Kept;

/// The boxes, by their keys.
pub(super) fn all(state: &StateDir) -> Result<Vec<Kept>, BoxesError> {
    let files = Files::of(state).map_err(|error| BoxesError::Io {
        path: state.path().to_owned(),
        error,
    })?;
    if !files.exist() {
        return Ok(Vec::new());
    }
    files.check()?;
    read(&files).map_err(|bad| BoxesError::of(bad, files.path()))
}

fn read(files: &Files) -> Result<Vec<Kept>, Bad> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM box ORDER BY key");
    let (connection, version) = tables::open_to_read(files.path())?;
    let sql = match version {
        // Somebody made the file and has not come to the tables yet.
        0 => return Ok(Vec::new()),
        // Format 1 had no such column.
        1 => SQL.replace(" about,", " NULL,"),
        _ => SQL.to_owned(),
    };
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.extend(row::read(row));
    }
    Ok(found)
}
