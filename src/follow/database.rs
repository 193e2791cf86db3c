//! Another program's SQLite store, read without a trace.

use std::path::PathBuf;

/// A store.
pub(super) struct Database {
    #[allow(dead_code)]
    path: PathBuf,
}

impl Database {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }
}
