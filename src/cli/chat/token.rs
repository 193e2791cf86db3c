//! Where the token comes from: a file, a systemd credential or a variable.
//!
//! No flag takes one: every user of the machine can read a command line.

use std::fs::{Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::super::failure::Failure;
use crate::wire::secret::Secret;

/// No token is as long as this; what is, is another file.
const LONGEST: u64 = 4_096;

/// Where a token is.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// In a file that was named.
    File(PathBuf),
    /// In the directory that systemd made for the service.
    Credential(PathBuf),
    /// In a variable of that name.
    Variable(&'static str, Secret),
}

/// Why a token is not used; never with a piece of it.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadToken {
    /// The system does not give the file.
    #[error("cannot read the token file {0}: {1}")]
    Io(String, io::Error),
    /// Whoever can change the link can change the token.
    #[error("the token file {0} is a symbolic link")]
    Link(String),
    /// A pipe, a directory, a device.
    #[error("the token file {0} is no regular file")]
    NoFile(String),
    /// Another user could have put it there.
    #[error("the token file {0} belongs to another user")]
    Foreign(String),
    /// Others can read or change it.
    #[error("the token file {0} is open to others (mode {1:04o})")]
    Open(String, u32),
    /// Nothing in it.
    #[error("{0} holds no token")]
    Empty(String),
    /// White space in the midst, or too much of everything.
    #[error("{0} holds more than a token")]
    Odd(String),
}

impl From<BadToken> for Failure {
    fn from(bad: BadToken) -> Self {
        let hint = match &bad {
            BadToken::Io(..) => "name a file that holds the token alone".to_owned(),
            BadToken::Link(_) => "name the file itself".to_owned(),
            BadToken::NoFile(_) => "write the token into a file, mode 600".to_owned(),
            BadToken::Foreign(path) => format!("chown $(id -un) {path}; chmod 600 {path}"),
            BadToken::Open(path, _) => format!("chmod 600 {path}"),
            BadToken::Empty(_) | BadToken::Odd(_) => {
                "put the bot's access token there, alone on one line".to_owned()
            }
        };
        Self::config(bad).hint(hint)
    }
}

impl Source {
    /// The first place that is set: the file that was named, systemd's, then the variables.
    pub(super) fn find(file: Option<&Path>, var: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        if let Some(path) = file.filter(|path| !path.as_os_str().is_empty()) {
            return Some(Self::File(path.to_owned()));
        }
        let credential = var("CREDENTIALS_DIRECTORY").map(|dir| Path::new(&dir).join("mm-token"));
        if let Some(path) = credential.filter(|path| path.symlink_metadata().is_ok()) {
            return Some(Self::Credential(path));
        }
        ["MM_TOKEN", "MM_BOT_TOKEN"].into_iter().find_map(|name| {
            let secret = Secret::new(&var(name)?)?;
            Some(Self::Variable(name, secret))
        })
    }

    /// The token as it is now.
    pub(super) fn read(&self) -> Result<Secret, BadToken> {
        match self {
            Self::File(path) => read(path, 0o077),
            // systemd lets the service in by an access list, which shows as the group's right.
            Self::Credential(path) => read(path, 0o037),
            Self::Variable(name, secret) => single(secret.expose(), (*name).to_owned()),
        }
    }
}

/// Reads a file that nobody else may touch: none of `closed` may stand in its mode.
fn read(path: &Path, closed: u32) -> Result<Secret, BadToken> {
    let name = || path.display().to_string();
    let failed = |error: io::Error| match rustix::io::Errno::from_io_error(&error) {
        Some(rustix::io::Errno::LOOP) => BadToken::Link(name()),
        _ => BadToken::Io(name(), error),
    };
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .map_err(failed)?;
    check(&file.metadata().map_err(failed)?, name(), closed)?;
    let mut text = String::new();
    file.take(LONGEST + 1)
        .read_to_string(&mut text)
        .map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => BadToken::Odd(name()),
            _ => failed(error),
        })?;
    single(&text, name())
}

fn check(meta: &Metadata, name: String, closed: u32) -> Result<(), BadToken> {
    let mode = meta.mode() & 0o7777;
    if !meta.is_file() {
        Err(BadToken::NoFile(name))
    } else if ![0, rustix::process::geteuid().as_raw()].contains(&meta.uid()) {
        Err(BadToken::Foreign(name))
    } else if mode & closed != 0 {
        Err(BadToken::Open(name, mode))
    } else {
        Ok(())
    }
}

/// The one word that `text` is.
fn single(text: &str, name: String) -> Result<Secret, BadToken> {
    let odd = |c: char| !c.is_ascii_graphic();
    match Secret::new(text) {
        None => Err(BadToken::Empty(name)),
        Some(secret) if text.len() as u64 > LONGEST || secret.expose().contains(odd) => {
            Err(BadToken::Odd(name))
        }
        Some(secret) => Ok(secret),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn the_first_place_that_is_set_counts() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("mm-token"), "x").expect("written");
        let credentials = dir.path().to_string_lossy().into_owned();
        let cases: [(&[(&str, &str)], Option<&str>, &str); 6] = [
            (
                &[("MM_TOKEN", "a"), ("MM_BOT_TOKEN", "b")],
                None,
                "MM_TOKEN",
            ),
            (
                &[("MM_TOKEN", " "), ("MM_BOT_TOKEN", "b")],
                None,
                "MM_BOT_TOKEN",
            ),
            (
                &[("MM_TOKEN", "a"), ("CREDENTIALS_DIRECTORY", &credentials)],
                None,
                "Credential",
            ),
            (
                &[("MM_TOKEN", "a"), ("CREDENTIALS_DIRECTORY", "/nowhere")],
                None,
                "MM_TOKEN",
            ),
            (
                &[("MM_TOKEN", "a"), ("CREDENTIALS_DIRECTORY", &credentials)],
                Some("f"),
                "File",
            ),
            (&[], None, "None"),
        ];
        for (variables, file, want) in cases {
            let var = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let found = Source::find(file.map(Path::new), &var);
            assert!(
                format!("{found:?}").contains(want),
                "{variables:?}: {found:?}"
            );
        }
    }

    #[test]
    fn only_a_file_that_is_ours_alone_is_read() {
        let dir = tempfile::tempdir().expect("a directory");
        let write = |name: &str, text: &str, mode: u32| {
            let path = dir.path().join(name);
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
            path
        };
        let good = write("good", "canary\n", 0o600);
        let link = dir.path().join("link");
        symlink(&good, &link).expect("linked");
        let long = "x".repeat(5_000);
        let cases = [
            (good, 0o077, "Ok"),
            (write("read-only", "canary", 0o400), 0o077, "Ok"),
            (write("group", "canary", 0o440), 0o077, "Open"),
            (write("credential", "canary", 0o440), 0o037, "Ok"),
            (write("written", "canary", 0o460), 0o037, "Open"),
            (write("others", "canary", 0o644), 0o077, "Open"),
            (write("empty", " \n", 0o600), 0o077, "Empty"),
            (write("two", "canary\nmore", 0o600), 0o077, "Odd"),
            (write("long", &long, 0o600), 0o077, "Odd"),
            (link, 0o077, "Link"),
            (dir.path().to_owned(), 0o077, "NoFile"),
            (dir.path().join("missing"), 0o077, "Io"),
        ];
        for (path, closed, want) in cases {
            let got = format!("{:?}", read(&path, closed));
            assert!(
                got.contains(want) && !got.contains("canary"),
                "{}: {got}",
                path.display()
            );
        }
    }
}
