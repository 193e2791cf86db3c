//! Directories that are ours alone: nobody else can plant anything there.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};

/// Why a directory is not to be trusted.
#[derive(Debug, thiserror::Error)]
pub enum Unsafe {
    /// The system does not give it.
    #[error("cannot open the directory {}: {}", .0.display(), .1)]
    Io(PathBuf, io::Error),
    /// Whoever owns it can put anything there.
    #[error("the directory {} belongs to another user", .0.display())]
    Foreign(PathBuf),
    /// Others can put anything there.
    #[error("others may write to the directory {}", .0.display())]
    Open(PathBuf),
}

/// Opens a directory that belongs to us and that nobody else may write to.
///
/// # Errors
///
/// [`Unsafe`], with what is wrong.
pub fn check(path: &Path) -> Result<File, Unsafe> {
    // The directory of a bare name.
    let path = match path.as_os_str().is_empty() {
        true => Path::new("."),
        false => path,
    };
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::RDONLY;
    let failed = |error: io::Error| Unsafe::Io(path.to_owned(), error);
    let dir = openat(CWD, path, flags, Mode::empty()).map_err(|errno| failed(errno.into()))?;
    let dir = File::from(dir);
    let meta = dir.metadata().map_err(failed)?;
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(Unsafe::Foreign(path.to_owned()));
    }
    if meta.mode() & 0o022 != 0 {
        return Err(Unsafe::Open(path.to_owned()));
    }
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn only_a_directory_of_ours_that_others_cannot_write_to_will_do() {
        let dir = tempfile::tempdir().expect("a directory");
        let make = |name: &str, mode: u32| {
            let path = dir.path().join(name);
            fs::create_dir(&path).expect("made");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
            path
        };
        let good = make("good", 0o755);
        let link = dir.path().join("link");
        symlink(&good, &link).expect("linked");
        let file = dir.path().join("file");
        fs::write(&file, "").expect("written");
        let cases = [
            (good, "Ok"),
            (make("private", 0o700), "Ok"),
            (make("group", 0o770), "Open"),
            (make("sticky", 0o1777), "Open"),
            (link, "Io"),
            (file, "Io"),
            (dir.path().join("missing"), "Io"),
        ];
        for (path, want) in cases {
            let got = format!("{:?}", check(&path));
            assert!(got.contains(want), "{}: {got}", path.display());
        }
        // Only root can make a directory that belongs to somebody else.
        if rustix::process::geteuid().is_root() {
            let foreign = make("foreign", 0o755);
            std::os::unix::fs::chown(&foreign, Some(65_534), None).expect("given away");
            assert!(matches!(check(&foreign), Err(Unsafe::Foreign(_))));
        } else {
            assert!(matches!(check(Path::new("/")), Err(Unsafe::Foreign(_))));
        }
    }
}
