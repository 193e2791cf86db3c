//! Cursors of a name: one file, replaced whole or not at all.
//!
//! The first line says the format, its version and a checksum; the second is
//! the payload. The checksum covers the version too, so that a flipped bit is
//! damage and never a newer format.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::dir::{StateDir, file_name, hex, sync};

/// The name of the format.
const FORMAT: &str = "live-status-cursors";
/// The version this program writes.
const VERSION: u32 = 1;
/// A file above this is not ours.
const MOST_BYTES: u64 = 256 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    v: u32,
    /// SHA-256 of the version, a newline and the payload.
    sha256: String,
}

/// What was kept under a name.
#[derive(Debug, PartialEq, Eq)]
pub enum Loaded<T> {
    /// Nothing yet.
    Nothing,
    /// As it was saved.
    Found(T),
    /// It was damaged; the file is kept under another name.
    Damaged(PathBuf),
}

/// Why cursors cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A later version of this program wrote them; they are left alone. The exit code for it is 78.
    #[error("{} was written by a later version (format {v}; this one knows {VERSION})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        v: u32,
    },
    /// The system refuses.
    #[error("cannot read {}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Loads what was saved under `name`; the caller holds the lock of that name.
///
/// # Errors
///
/// [`LoadError`] where a later version wrote it or the system refuses.
pub fn load<T: DeserializeOwned>(state: &StateDir, name: &str) -> Result<Loaded<T>, LoadError> {
    let path = state.path().join("cursors").join(file_name(name));
    let failed = |error| LoadError::Io {
        path: path.clone(),
        error,
    };
    let bytes = match slurp(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Loaded::Nothing),
        Err(error) => return Err(failed(error)),
    };
    match parse(&bytes) {
        Parsed::Whole(payload) => Ok(Loaded::Found(payload)),
        Parsed::Newer(v) => Err(LoadError::Newer { path, v }),
        Parsed::Damaged => set_aside(&path).map(Loaded::Damaged).map_err(failed),
    }
}

/// Saves `payload` under `name`: afterwards either it or what was there before is whole.
///
/// # Errors
///
/// What the system said; what was there before stays.
pub fn save<T: Serialize>(state: &StateDir, name: &str, payload: &T) -> io::Result<()> {
    let folder = state.folder("cursors").map_err(io::Error::other)?;
    let name = file_name(name);
    let payload = serde_json::to_vec(payload)?;
    let header = Header {
        format: FORMAT.to_owned(),
        v: VERSION,
        sha256: checksum(VERSION, &payload),
    };
    let mut bytes = serde_json::to_vec(&header)?;
    bytes.push(b'\n');
    bytes.extend_from_slice(&payload);
    bytes.push(b'\n');

    let temporary = folder.join(format!("{name}.{}.tmp", std::process::id()));
    let written = write_new(&temporary, &bytes)
        .and_then(|()| std::fs::rename(&temporary, folder.join(&name)))
        .and_then(|()| sync(&folder));
    if written.is_err() {
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

enum Parsed<T> {
    Whole(T),
    Newer(u32),
    Damaged,
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Parsed<T> {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
        return Parsed::Damaged;
    };
    let Some(payload) = bytes[end + 1..].strip_suffix(b"\n") else {
        return Parsed::Damaged;
    };
    match serde_json::from_slice::<Header>(&bytes[..end]) {
        Ok(header) if header.format == FORMAT && header.sha256 == checksum(header.v, payload) => {
            if header.v > VERSION {
                return Parsed::Newer(header.v);
            }
            serde_json::from_slice(payload).map_or(Parsed::Damaged, Parsed::Whole)
        }
        _ => Parsed::Damaged,
    }
}

fn checksum(version: u32, payload: &[u8]) -> String {
    let hash = Sha256::new()
        .chain_update(format!("{version}\n"))
        .chain_update(payload)
        .finalize();
    hex(&hash)
}

fn slurp(path: &Path) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is no regular file",
        ));
    }
    // Its bytes and the look behind the last one: thousands of places take megabytes.
    let mut bytes = Vec::with_capacity(meta.len().min(MOST_BYTES) as usize + 1);
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file that must not exist; one that a killed process of our number left is removed first.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let create = || -> io::Result<File> {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(path)
    };
    let mut file = match create() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            std::fs::remove_file(path)?;
            create()?
        }
        other => other?,
    };
    file.write_all(bytes)?;
    file.sync_all()
}

/// Renames a damaged file to the first free `NAME.corrupt-<n>`.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut number = 1_u32;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".corrupt-{number}"));
        let aside = PathBuf::from(name);
        if std::fs::symlink_metadata(&aside).is_err() {
            std::fs::rename(path, &aside)?;
            return Ok(aside);
        }
        number = number.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    type Payload = BTreeMap<String, u64>;

    fn state() -> (tempfile::TempDir, StateDir) {
        let dir = tempfile::tempdir().expect("a directory");
        let state = StateDir::open(&dir.path().join("state")).expect("opens");
        (dir, state)
    }

    fn payload(offset: u64) -> Payload {
        Payload::from([("a.jsonl".to_owned(), offset)])
    }

    #[test]
    fn what_is_saved_is_loaded_and_only_one_file_is_left() {
        let (_dir, state) = state();
        assert_eq!(
            load::<Payload>(&state, "n").expect("loads"),
            Loaded::Nothing
        );
        for name in ["n", "../../x", "a\0b", &"y".repeat(4096)] {
            for offset in [1, 2] {
                save(&state, name, &payload(offset)).expect("saves");
                assert_eq!(
                    load(&state, name).expect("loads"),
                    Loaded::Found(payload(offset)),
                    "{name:?}"
                );
            }
        }
        let folder = state.path().join("cursors");
        let files: Vec<_> = fs::read_dir(&folder).expect("lists").flatten().collect();
        assert_eq!(files.len(), 4, "{files:?}");
        for file in files {
            assert_eq!(
                file.metadata().expect("is there").permissions().mode() & 0o777,
                0o600
            );
        }
    }

    #[test]
    fn any_cut_and_any_flipped_bit_is_damage_that_is_set_aside() {
        let (_dir, state) = state();
        save(&state, "n", &payload(12345)).expect("saves");
        let path = state.path().join("cursors/n");
        let whole = fs::read(&path).expect("reads");
        let cuts = (0..whole.len()).map(|at| whole[..at].to_vec());
        let flips = (0..whole.len() * 8).map(|bit| {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        });
        let zeros = [vec![0; whole.len()]];
        for bytes in cuts.chain(flips).chain(zeros) {
            let parsed = parse::<Payload>(&bytes);
            assert!(
                matches!(parsed, Parsed::Damaged),
                "{}",
                String::from_utf8_lossy(&bytes)
            );
        }
        for number in 1..4 {
            fs::write(&path, &whole[1..]).expect("written");
            let aside = PathBuf::from(format!("{}.corrupt-{number}", path.display()));
            assert_eq!(
                load::<Payload>(&state, "n").expect("loads"),
                Loaded::Damaged(aside.clone())
            );
            assert_eq!(fs::read(aside).expect("kept"), whole[1..]);
            assert_eq!(
                load::<Payload>(&state, "n").expect("loads"),
                Loaded::Nothing
            );
        }
    }

    #[test]
    fn a_later_format_is_refused_and_left_alone() {
        let (_dir, state) = state();
        let folder = state.folder("cursors").expect("made");
        let body = b"{\"of\":\"the future\"}";
        let text = format!(
            "{{\"format\":\"{FORMAT}\",\"v\":2,\"sha256\":\"{}\",\"more\":1}}\n{}\n",
            checksum(2, body),
            String::from_utf8_lossy(body)
        );
        fs::write(folder.join("n"), &text).expect("written");
        let error = load::<Payload>(&state, "n").expect_err("too new");
        assert!(matches!(error, LoadError::Newer { v: 2, .. }), "{error}");
        assert_eq!(fs::read_to_string(folder.join("n")).expect("reads"), text);
    }

    #[test]
    fn planted_links_are_refused_and_their_targets_untouched() {
        let (dir, state) = state();
        let folder = state.folder("cursors").expect("made");
        let target = dir.path().join("target");
        fs::write(&target, "precious").expect("written");
        symlink(&target, folder.join("n")).expect("linked");
        symlink(
            &target,
            folder.join(format!("n.{}.tmp", std::process::id())),
        )
        .expect("linked");
        assert!(load::<Payload>(&state, "n").is_err());
        save(&state, "n", &payload(1)).expect("replaces the links");
        assert_eq!(load(&state, "n").expect("loads"), Loaded::Found(payload(1)));
        assert_eq!(fs::read_to_string(&target).expect("reads"), "precious");
    }
}
