//! Locks by role: one holder at a time, freed by the system when it dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use rustix::fs::OFlags;

use super::dir::{StateDir, file_name};

/// A lock that is held until it is dropped.
///
/// Its file is never deleted: a waiting process would lock a name that is gone.
#[derive(Debug)]
pub struct Lock {
    /// Closing it frees the lock.
    _file: File,
}

/// Why a lock cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it; the exit code for it is 75.
    #[error("{} is held by {}", path.display(), holder(*pid))]
    Held {
        /// The lock's file.
        path: PathBuf,
        /// Who, as it wrote there itself.
        pid: Option<u32>,
    },
    /// The system refuses.
    #[error("cannot lock {}: {error}", path.display())]
    Io {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

impl Lock {
    /// Takes the lock of `role`, as `run` or `resume-NAME`, without waiting.
    ///
    /// # Errors
    ///
    /// [`LockError`] where another process holds it or the system refuses.
    pub fn take(state: &StateDir, role: &str) -> Result<Self, LockError> {
        let path = state.path().join(format!("{}.lock", file_name(role)));
        let failed = |error| LockError::Io {
            path: path.clone(),
            error,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // The pid is for people alone; not knowing it changes nothing.
                let _ = file.take(32).read_to_string(&mut text);
                let pid = text.trim().parse().ok();
                return Err(LockError::Held { path, pid });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let noted = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        // A full disk must not keep us from working.
        drop(noted);
        Ok(Self { _file: file })
    }

    /// Who holds the lock of `role`, in words; nothing where nobody does. It is not taken: who
    /// only asks makes no file, and stands in nobody's way for longer than a system call.
    #[must_use]
    pub fn held_by(state: &StateDir, role: &str) -> Option<String> {
        let path = state.path().join(format!("{}.lock", file_name(role)));
        let file = OpenOptions::new()
            .read(true)
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(&path)
            .ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let _ = file.take(32).read_to_string(&mut text);
                Some(holder(text.trim().parse().ok()))
            }
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Fault 83.
    #[test]
    fn a_role_has_one_holder_and_its_file_stays() {
        let dir = tempfile::tempdir().expect("a directory");
        let state = StateDir::open(&dir.path().join("state")).expect("opens");
        let held = Lock::take(&state, "run").expect("free");
        Lock::take(&state, "resume-a").expect("another role");
        let error = Lock::take(&state, "run").expect_err("held");
        let want = format!("held by process {}", std::process::id());
        assert!(error.to_string().ends_with(&want), "{error}");
        let holder = Lock::held_by(&state, "run").expect("held");
        assert!(want.ends_with(&holder), "{holder}");
        assert_eq!(Lock::held_by(&state, "another"), None);
        assert!(!state.path().join("another.lock").exists());
        drop(held);
        assert_eq!(Lock::held_by(&state, "run"), None);
        assert!(state.path().join("run.lock").exists());
        Lock::take(&state, "run").expect("free again");
        Lock::take(&state, "../../x").expect("a hashed name");
    }

    // Fault 91.
    #[test]
    fn a_planted_link_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let state = StateDir::open(&dir.path().join("state")).expect("opens");
        let target = dir.path().join("target");
        std::os::unix::fs::symlink(&target, state.path().join("run.lock")).expect("linked");
        assert!(matches!(
            Lock::take(&state, "run"),
            Err(LockError::Io { .. })
        ));
        assert!(!target.exists());
    }
}
