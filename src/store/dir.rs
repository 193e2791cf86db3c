//! The state directory: ours, for nobody else to write.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// What the process was born into, handed in.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `$STATE_DIRECTORY`, as systemd sets it: one path, or several with colons.
    pub state_directory: Option<PathBuf>,
    /// `$XDG_STATE_HOME`.
    pub xdg_state_home: Option<PathBuf>,
    /// The user's home directory.
    pub home: Option<PathBuf>,
}

impl Places {
    /// `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/live-status`, else `~/.local/state/live-status`.
    ///
    /// An empty or relative value counts as absent, as the XDG specification says.
    #[must_use]
    pub fn choose(&self) -> Option<PathBuf> {
        let absolute = |path: &PathBuf| path.is_absolute();
        let given = self.state_directory.as_ref().and_then(|path| {
            use std::os::unix::ffi::OsStrExt;
            let first = path
                .as_os_str()
                .as_bytes()
                .split(|&byte| byte == b':')
                .next()?;
            Some(PathBuf::from(std::ffi::OsStr::from_bytes(first)))
        });
        given.filter(absolute).or_else(|| {
            let base = self
                .xdg_state_home
                .clone()
                .filter(absolute)
                .or_else(|| Some(self.home.clone().filter(absolute)?.join(".local/state")))?;
            Some(base.join("live-status"))
        })
    }
}

/// Why there is no state; the exit code for it is 73.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Neither a variable nor a home directory names a place.
    #[error("no place for state: set STATE_DIRECTORY or HOME")]
    Nowhere,
    /// The system refuses.
    #[error("cannot create state in {}: {error}", path.display())]
    Create {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody else could read or change what is kept there.
    #[error("{} is not safe for state: {why}", path.display())]
    Unsafe {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// A state directory that was found safe.
#[derive(Clone, Debug)]
pub struct StateDir {
    path: PathBuf,
}

impl StateDir {
    /// Makes the directory (0700) where it is missing, and checks that it is ours.
    ///
    /// # Errors
    ///
    /// [`StateError`] where it cannot be made or written, is a symbolic link,
    /// belongs to another user or may be written by others.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        make(path)?;
        check(path)?;
        let dir = Self {
            path: path.to_owned(),
        };
        dir.try_writing()?;
        Ok(dir)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A directory in it, made and checked like the directory itself.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn folder(&self, name: &'static str) -> Result<PathBuf, StateError> {
        let path = self.path.join(name);
        make(&path)?;
        check(&path)?;
        Ok(path)
    }

    /// A read-only file system shows only when something is written.
    fn try_writing(&self) -> Result<(), StateError> {
        use rustix::fs::{Access, AtFlags, CWD, accessat};
        accessat(
            CWD,
            &self.path,
            Access::WRITE_OK | Access::EXEC_OK,
            AtFlags::EACCESS,
        )
        .map_err(|error| StateError::Create {
            path: self.path.clone(),
            error: error.into(),
        })
    }
}

fn make(path: &Path) -> Result<(), StateError> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(()),
        Err(_) => DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|error| StateError::Create {
                path: path.to_owned(),
                error,
            }),
    }
}

fn check(path: &Path) -> Result<(), StateError> {
    let bad = |why| StateError::Unsafe {
        path: path.to_owned(),
        why,
    };
    let failed = |error| StateError::Create {
        path: path.to_owned(),
        error,
    };
    let mut meta = std::fs::symlink_metadata(path).map_err(failed)?;
    if meta.is_symlink() {
        // systemd's DynamicUser= links its directories to one that only root may enter.
        let target = std::fs::canonicalize(path).map_err(failed)?;
        if !target.starts_with("/var/lib/private") {
            return Err(bad("it is a symbolic link"));
        }
        meta = std::fs::symlink_metadata(&target).map_err(failed)?;
    }
    if !meta.is_dir() {
        return Err(bad("it is no directory"));
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(bad("it belongs to another user"));
    }
    if meta.mode() & 0o022 != 0 {
        return Err(bad("others may write to it (chmod go-w)"));
    }
    Ok(())
}

/// A file name for a user's name: itself where that is harmless, else a hash of it.
///
/// `../../x`, NUL or four kilobytes never become a path.
pub(super) fn file_name(name: &str) -> String {
    let plain = !name.is_empty()
        && name.len() <= 64
        && !name.starts_with(['.', '-'])
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        // What we name ourselves beside it.
        && !name.contains(".corrupt-")
        && !name.ends_with(".tmp");
    if plain {
        name.to_owned()
    } else {
        format!("~{}", &hex(&Sha256::digest(name))[..32])
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Makes a rename in `folder` durable.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn the_place_is_chosen_in_the_order_of_the_manual() {
        let some = |path: &str| Some(PathBuf::from(path));
        let cases = [
            (
                (some("/var/lib/a:/var/lib/b"), some("/x"), some("/h")),
                some("/var/lib/a"),
            ),
            ((None, some("/x"), some("/h")), some("/x/live-status")),
            (
                (some(""), some("relative"), some("/h")),
                some("/h/.local/state/live-status"),
            ),
            ((None, None, None), None),
        ];
        for ((state_directory, xdg_state_home, home), want) in cases {
            let places = Places {
                state_directory,
                xdg_state_home,
                home,
            };
            assert_eq!(places.choose(), want, "{places:?}");
        }
    }

    #[test]
    fn a_directory_is_made_for_us_alone_and_others_are_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("a/b");
        let state = StateDir::open(&path).expect("made");
        let mode = |path: &Path| fs::metadata(path).expect("is there").mode() & 0o777;
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&state.folder("cursors").expect("made")), 0o700);
        StateDir::open(&path).expect("opens again");

        let link = dir.path().join("link");
        symlink(&path, &link).expect("linked");
        let file = dir.path().join("file");
        fs::write(&file, "").expect("written");
        let open = dir.path().join("open");
        fs::create_dir(&open).expect("made");
        fs::set_permissions(&open, fs::Permissions::from_mode(0o770)).expect("set");
        let cases = [
            (link, "symbolic link"),
            (file.clone(), "no directory"),
            (open, "others may write"),
            (file.join("below"), "cannot create state"),
        ];
        for (path, want) in cases {
            let error = StateDir::open(&path).expect_err(want).to_string();
            assert!(error.contains(want), "{error}");
        }
    }

    // Fault 90.
    #[test]
    fn hostile_names_are_never_paths() {
        let long = "x".repeat(4096);
        for name in [
            "../../x",
            "/etc/passwd",
            "a\0b",
            "",
            ".",
            "..",
            "-rf",
            ".hidden",
            "a/b",
            "é",
            &long,
            "a.corrupt-1",
        ] {
            let file = file_name(name);
            assert!(
                file.starts_with('~') && file.len() == 33,
                "{name:?}: {file}"
            );
        }
        assert_eq!(file_name("team-a_1.2"), "team-a_1.2");
        assert_ne!(file_name("a/b"), file_name("a/c"));
    }
}
