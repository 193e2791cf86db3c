//! Which directories are watched, and what in them matters.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf, absolute};

use super::drawers::Drawer;
use super::follower::Follower;
use super::layout::subfolders;
use super::root::Root;
use super::session::Era;

/// Directories to watch, in order of their paths.
pub(super) type Wanted = BTreeMap<PathBuf, Interest>;

/// What in a directory matters, and to which places.
#[derive(Clone, Debug, Default)]
pub(super) struct Interest {
    /// Its transcripts and its index.
    pub(super) sessions: Vec<usize>,
    /// Stores in it, by file name.
    stores: Vec<(OsString, usize)>,
    /// What in it is of cabinets.
    pub(super) drawers: Vec<(usize, Drawer)>,
    /// Names on the way to something that is watched or missing.
    steps: HashSet<OsString>,
    /// Every new name: agents.
    all: bool,
    /// Every new name that may be a directory's.
    folders: bool,
}

impl Interest {
    /// Whether a name is on the way to something: directories may have come or gone.
    pub(super) fn leads_on(&self, name: &OsStr) -> bool {
        let is_folder = || memchr::memchr(b'.', name.as_encoded_bytes()).is_none();
        self.all || self.steps.contains(name) || self.folders && is_folder()
    }

    /// The places whose store, or the log of it, has that name.
    pub(super) fn stores_of<'a>(&'a self, name: &'a OsStr) -> impl Iterator<Item = usize> + 'a {
        let name = name.as_encoded_bytes();
        let name = name.strip_suffix(b"-wal").unwrap_or(name);
        self.stores
            .iter()
            .filter(move |(store, _)| store.as_encoded_bytes() == name)
            .map(|(_, place)| *place)
    }

    /// Whether it matters what is written to the files in it.
    pub(super) fn growth(&self) -> bool {
        !self.sessions.is_empty() || !self.stores.is_empty() || !self.drawers.is_empty()
    }

    /// What matters to a cabinet alone.
    pub(super) fn of_drawer(place: usize, drawer: Drawer) -> Self {
        Self {
            drawers: vec![(place, drawer)],
            ..Self::default()
        }
    }

    /// Takes in what matters in the same directory under another path.
    pub(super) fn join(&mut self, other: Self) {
        self.sessions.extend(other.sessions);
        self.stores.extend(other.stores);
        self.drawers.extend(other.drawers);
        self.steps.extend(other.steps);
        self.all |= other.all;
        self.folders |= other.folders;
    }
}

impl Follower {
    /// The directories to watch, all of which exist, and what in them matters.
    pub(super) fn wanted(&self) -> Wanted {
        let mut wanted = Wanted::new();
        for root in &self.roots {
            if let Ok(path) = absolute(root.path()) {
                // The root itself may be moved away and made anew.
                step(&mut wanted, &path);
            }
            match root {
                Root::State(path) => {
                    step(&mut wanted, &path.join("agents"));
                    if let Some(it) = reach(&mut wanted, &path.join("agents")) {
                        it.all = true;
                    }
                }
                Root::Agents(path) => {
                    if let Some(it) = reach(&mut wanted, path) {
                        it.all = true;
                    }
                }
                Root::Tree { path, layout, skip } => {
                    for files in layout.files {
                        let folders = files.folders.get(*skip..).unwrap_or_default();
                        descend(&mut wanted, path, folders);
                    }
                }
                Root::Agent(_)
                | Root::Sessions(_)
                | Root::File(_)
                | Root::Store(_)
                | Root::Loose { .. } => {}
            }
        }
        for (at, place) in self.places.iter().enumerate() {
            if let Some(it) = place
                .home
                .sessions
                .as_ref()
                .and_then(|path| reach(&mut wanted, path))
            {
                it.sessions.push(at);
            }
            if let Some(store) = &place.home.store
                && let (Some(folder), Some(name)) = (store.parent(), store.file_name())
                && let Some(it) = reach(&mut wanted, folder)
            {
                it.stores.push((OsString::from(name), at));
            }
            if place.era == Era::Files {
                for (path, drawer) in self.drawers(at) {
                    if let Some(it) = reach(&mut wanted, &path) {
                        it.drawers.push((at, drawer));
                    }
                }
            }
        }
        wanted
    }
}

/// Watches for directories that `folders` may lead to: each level for the next.
fn descend(wanted: &mut Wanted, path: &Path, folders: &[&str]) {
    match folders.split_first() {
        None => {}
        Some((&"*", rest)) => {
            if let Some(it) = reach(wanted, path) {
                it.folders = true;
            }
            for folder in subfolders(path) {
                descend(wanted, &folder, rest);
            }
        }
        Some((name, rest)) => {
            let folder = path.join(name);
            match folder.is_dir() {
                true => descend(wanted, &folder, rest),
                false => step(wanted, &folder),
            }
        }
    }
}

/// Watches the directory at `path` if it is there, else the nearest one above it for the next step down.
fn reach<'a>(wanted: &'a mut Wanted, path: &Path) -> Option<&'a mut Interest> {
    let path = match path.as_os_str().is_empty() {
        true => absolute(".").ok()?,
        false => absolute(path).ok()?,
    };
    if path.is_dir() {
        return Some(wanted.entry(path).or_default());
    }
    step(wanted, &path);
    None
}

/// Watches for `path` to come, or to go, from the nearest directory above it.
fn step(wanted: &mut Wanted, path: &Path) {
    let Ok(mut path) = absolute(path) else {
        return;
    };
    while let (Some(folder), Some(name)) = (path.parent().map(Path::to_owned), path.file_name()) {
        if folder.is_dir() {
            wanted
                .entry(folder)
                .or_default()
                .steps
                .insert(name.to_owned());
            return;
        }
        path = folder;
    }
}
