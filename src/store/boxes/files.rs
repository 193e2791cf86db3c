//! The files of the database, by name alone.
//!
//! None is ever opened here once SQLite may have it open: closing any
//! descriptor of it in our process would drop SQLite's locks.

use std::ffi::OsString;
use std::fs::{OpenOptions, canonicalize, rename, symlink_metadata};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::super::dir::{StateDir, sync};
use super::BoxesError;
use crate::wire::frame;

/// The name of the database in the state directory.
const NAME: &str = "boxes.sqlite";
/// What SQLite puts beside it.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Which file a name leads to.
pub(super) type Identity = (u64, u64);

/// Where the database is.
#[derive(Clone, Debug)]
pub(super) struct Files {
    path: PathBuf,
}

impl Files {
    /// Those of a state directory.
    ///
    /// # Errors
    ///
    /// The directory went away.
    pub(super) fn of(state: &StateDir) -> io::Result<Self> {
        // systemd hands out a link to the directory; SQLite is told to follow none.
        let folder = canonicalize(state.path())?;
        Ok(Self {
            path: folder.join(NAME),
        })
    }

    /// The database itself.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory that it is in.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    /// Which file it is, where it is there.
    pub(super) fn identity(&self) -> Option<Identity> {
        identity(&self.path)
    }

    /// Which file the lock of `role` is, where there is one.
    pub(super) fn identity_of_lock(&self, role: &str) -> Option<Identity> {
        identity(&self.folder().join(format!("{role}.lock")))
    }

    /// Whether it is there; a link is not looked behind.
    pub(super) fn exist(&self) -> bool {
        symlink_metadata(&self.path).is_ok()
    }

    /// Refuses what somebody planted in their place.
    ///
    /// SQLite itself opens each of them with `O_NOFOLLOW`; this says why.
    pub(super) fn check(&self) -> Result<(), BoxesError> {
        for path in self.all() {
            let Ok(meta) = symlink_metadata(&path) else {
                continue;
            };
            let why = if meta.is_symlink() {
                "it is a symbolic link"
            } else if !meta.is_file() {
                "it is no regular file"
            } else if meta.uid() != rustix::process::geteuid().as_raw() {
                "it belongs to another user"
            } else {
                continue;
            };
            return Err(BoxesError::Unsafe { path, why });
        }
        Ok(())
    }

    /// Makes an empty file for us alone where there is none: SQLite would let others read it.
    pub(super) fn create(&self) -> io::Result<()> {
        if self.exist() {
            return Ok(());
        }
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.path);
        match made {
            // Its name must outlive a power cut, as what is committed to it does.
            Ok(_) => self.path.parent().map_or(Ok(()), sync),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether the system would let us write to it.
    pub(super) fn may_be_written(&self) -> bool {
        use rustix::fs::{Access, AtFlags, CWD, accessat};
        accessat(CWD, &self.path, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
    }

    /// Renames a damaged database to the first free `boxes.sqlite.corrupt-<n>`.
    pub(super) fn set_aside(&self) -> io::Result<PathBuf> {
        let mut number = 1_u32;
        let aside = loop {
            let aside = with_suffix(&self.path, &format!(".corrupt-{number}"));
            if symlink_metadata(&aside).is_err() {
                break aside;
            }
            number = number.saturating_add(1);
        };
        // The database first: SQLite removes a log that is found beside an empty one.
        rename(&self.path, &aside)?;
        for suffix in BESIDE {
            let from = with_suffix(&self.path, suffix);
            if symlink_metadata(&from).is_ok() {
                rename(from, with_suffix(&aside, suffix))?;
            }
        }
        Ok(aside)
    }

    fn all(&self) -> [PathBuf; 3] {
        let [wal, shm] = BESIDE.map(|suffix| with_suffix(&self.path, suffix));
        [self.path.clone(), wal, shm]
    }
}

/// A link is not looked behind.
fn identity(path: &Path) -> Option<Identity> {
    let meta = symlink_metadata(path).ok()?;
    Some((meta.dev(), meta.ino()))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// An id that no other installation has: 26 characters of base32.
pub(super) fn new_instance() -> String {
    // The system's randomness seeds each of these; two are 128 bits.
    let random = || RandomState::new().build_hasher().finish().to_string();
    frame::key(&random(), &random(), &std::process::id().to_string())
}

/// Whether `text` is such an id.
pub(super) fn is_instance(text: &str) -> bool {
    text.len() == 26
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
}
