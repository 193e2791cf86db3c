//! What stands in the folders of places, listed by another thread ahead of the look at them.
//!
//! Only where somebody follows: what comes between the listing and the look is told by the
//! watches, or seen at the next look.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, Scope};

use super::place::Home;

/// How many folders are listed ahead.
const AHEAD: usize = 8;

/// What may be transcripts of a folder, in the order of the names: that of a disk is nobody's, and
/// numbers should not depend on it.
pub(super) type Listing = Vec<(OsString, Metadata)>;

/// The names in `folder` that `home` holds.
///
/// # Errors
///
/// The folder cannot be opened.
pub(super) fn list(home: &Home, folder: &Path) -> io::Result<Listing> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)?.flatten() {
        let name = entry.file_name();
        if home.holds(&name)
            && let Ok(meta) = entry.metadata()
        {
            found.push((name, meta));
        }
    }
    found.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(found)
}

/// Lists the folders of `homes` in their order, with `None` for a home that has none, or whose
/// store may be all that counts. Nothing comes where there is one home at most, or no thread.
pub(super) fn ahead<'scope>(
    homes: Vec<Home>,
    scope: &'scope Scope<'scope, '_>,
) -> Receiver<Option<io::Result<Listing>>> {
    let (sender, listings) = sync_channel(AHEAD);
    let is_worth_it = homes.len() > 1;
    let work = move || {
        for home in homes {
            let is_listed = home.store.as_ref().is_none_or(|store| !store.exists());
            let folder = home.sessions.as_deref().filter(|_| is_listed);
            let listing = folder.map(|folder| list(&home, folder));
            if sender.send(listing).is_err() {
                return;
            }
        }
    };
    if is_worth_it {
        let _ = Builder::new().name("list".into()).spawn_scoped(scope, work);
    }
    listings
}
