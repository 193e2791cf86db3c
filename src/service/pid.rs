//! The PID file: whoever sends a signal to the number in it reaches us and nobody else.
//!
//! It is locked for as long as we live, so a number that a dead process left is
//! known as such; and it stands only where nobody else could have put it.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, openat, statat, unlinkat};

use super::private::{Unsafe, check};

/// A PID file with our number in it; it goes when this does.
#[derive(Debug)]
pub struct PidFile {
    dir: File,
    name: OsString,
    /// Closing it frees the lock.
    file: File,
}

/// Why there is no PID file.
#[derive(Debug, thiserror::Error)]
pub enum BadPidFile {
    /// Its directory is not ours alone.
    #[error("no PID file in {}: {}", .0.display(), .1)]
    Place(PathBuf, Unsafe),
    /// Another process lives there.
    #[error("the PID file {} is held by process {}", .0.display(), .1)]
    Held(PathBuf, String),
    /// A link, a directory, a pipe.
    #[error("the PID file {} is no regular file", .0.display())]
    NoFile(PathBuf),
    /// The system refuses.
    #[error("cannot write the PID file {}: {}", .0.display(), .1)]
    Io(PathBuf, io::Error),
}

impl PidFile {
    /// Writes our number into `path`.
    ///
    /// # Errors
    ///
    /// [`BadPidFile`], with what is wrong.
    pub fn take(path: &Path) -> Result<Self, BadPidFile> {
        let failed = |error: io::Error| BadPidFile::Io(path.to_owned(), error);
        let no_file = || BadPidFile::NoFile(path.to_owned());
        let name = path.file_name().ok_or_else(no_file)?.to_owned();
        let folder = path.parent().unwrap_or(Path::new(""));
        let dir = check(folder).map_err(|bad| BadPidFile::Place(folder.to_owned(), bad))?;
        let flags = OFlags::RDWR
            | OFlags::CREATE
            | OFlags::NOFOLLOW
            | OFlags::NONBLOCK
            | OFlags::NOCTTY
            | OFlags::CLOEXEC;
        let file = openat(&dir, &name, flags, Mode::RUSR | Mode::WUSR);
        let mut file = match file {
            Ok(file) => File::from(file),
            Err(rustix::io::Errno::LOOP | rustix::io::Errno::ISDIR) => return Err(no_file()),
            Err(errno) => return Err(failed(errno.into())),
        };
        let meta = file.metadata().map_err(failed)?;
        if !meta.is_file() || meta.nlink() != 1 {
            return Err(no_file());
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // The number is for people alone.
                let _ = (&file).take(32).read_to_string(&mut text);
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                return Err(BadPidFile::Held(path.to_owned(), digits));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(failed)?;
        let pid = Self { dir, name, file };
        if !pid.is_ours() {
            // Its last holder went, and took the name away, before we had the lock.
            return Self::take(path);
        }
        Ok(pid)
    }

    /// Whether the name still leads to the file that we wrote.
    fn is_ours(&self) -> bool {
        let Ok(ours) = self.file.metadata() else {
            return false;
        };
        let there = statat(&self.dir, &self.name, AtFlags::SYMLINK_NOFOLLOW);
        there.is_ok_and(|there| (there.st_dev, there.st_ino) == (ours.dev(), ours.ino()))
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        if self.is_ours() {
            // What cannot be taken away is unlocked, and so known to be stale.
            let _ = unlinkat(&self.dir, &self.name, AtFlags::empty());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn own() -> String {
        format!("{}\n", std::process::id())
    }

    #[test]
    fn our_number_stands_there_until_we_go() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("pid");
        // A dead process left one.
        fs::write(&path, "4194304999\n").expect("written");
        let pid = PidFile::take(&path).expect("taken");
        assert_eq!(fs::read_to_string(&path).expect("there"), own());
        let held = PidFile::take(&path).expect_err("held").to_string();
        assert!(
            held.ends_with(&format!("by process {}", own().trim())),
            "{held}"
        );
        drop(pid);
        assert!(!path.exists());
        let pid = PidFile::take(&path).expect("made");
        let mode = path.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_file(&path).expect("removed");
        fs::write(&path, "7\n").expect("another's");
        drop(pid);
        assert_eq!(fs::read_to_string(&path).expect("stays"), "7\n");
    }

    #[test]
    fn nothing_that_was_planted_is_followed() {
        let dir = tempfile::tempdir().expect("a directory");
        let target = dir.path().join("target");
        fs::write(&target, "precious").expect("written");
        let link = dir.path().join("link");
        symlink(&target, &link).expect("linked");
        let hard = dir.path().join("hard");
        fs::hard_link(&target, &hard).expect("linked");
        let open = dir.path().join("open");
        fs::create_dir(&open).expect("made");
        fs::set_permissions(&open, fs::Permissions::from_mode(0o1777)).expect("set");
        let cases = [
            (link, "no regular file"),
            (hard, "no regular file"),
            (open.clone(), "no regular file"),
            (open.join("pid"), "others may write"),
            (dir.path().join("missing/pid"), "cannot open the directory"),
        ];
        for (path, want) in cases {
            let error = PidFile::take(&path).expect_err(want).to_string();
            assert!(error.contains(want), "{error}");
        }
        assert_eq!(fs::read(&target).expect("there"), b"precious");
        assert!(!open.join("pid").exists());
    }
}
