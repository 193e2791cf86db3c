//! Cursors of a name: one file, whole at its start and growing by what changed.
//!
//! The first line says the format, its version and a checksum; the second is
//! the whole as it was then, replaced atomically. The checksum covers the
//! version too, so that a flipped bit is damage and never a newer format.
//! Every later line is what changed since: its own checksum, a space and a
//! payload of the same shape. A line that is damaged or was not written to its
//! end is left out: what it said is then as it was before, which is older and
//! as true.

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
/// The version this program writes; the first one had no later lines.
const VERSION: u32 = 2;
/// Bytes of a checksum in hexadecimal digits.
const CHECKSUM: usize = 64;
/// The whole is written again when what changed takes as much as it does, and not below this.
const LEAST_CHANGES: u64 = 256 * 1024;
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
    Found {
        /// The whole.
        whole: T,
        /// Each of the changes since, in their order.
        changes: Vec<T>,
        /// For further changes.
        room: Room,
    },
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
        Parsed::Whole {
            whole,
            changes,
            room,
        } => Ok(Loaded::Found {
            whole,
            changes,
            room,
        }),
        Parsed::Newer(v) => Err(LoadError::Newer { path, v }),
        Parsed::Damaged => set_aside(&path).map(Loaded::Damaged).map_err(failed),
    }
}

/// Bytes that may be [appended](save_changes) before the whole is to be saved anew.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Room(u64);

impl Room {
    /// Behind a whole of `bytes` bytes with its header, and `changes` bytes of changes.
    fn behind(bytes: usize, changes: usize) -> Self {
        Self(
            LEAST_CHANGES
                .max(bytes as u64)
                .saturating_sub(changes as u64),
        )
    }

    /// Whether there is none left.
    #[must_use]
    pub fn is_used_up(&self) -> bool {
        self.0 == 0
    }
}

/// Saves `payload` under `name`: afterwards either it or what was there before is whole.
///
/// # Errors
///
/// What the system said; what was there before stays.
pub fn save<T: Serialize>(state: &StateDir, name: &str, payload: &T) -> io::Result<Room> {
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
    written.map(|()| Room::behind(bytes.len(), 0))
}

/// Appends what changed since the last [`save`]. It costs what changed, and the disk is not waited
/// for: a machine that fails loses the newest lines, and an older place is as true.
///
/// # Errors
///
/// What the system said; then the whole is to be saved, since a part of the line may be there.
pub fn save_changes<T: Serialize>(
    state: &StateDir,
    name: &str,
    changes: &T,
    room: &mut Room,
) -> io::Result<()> {
    let left = std::mem::take(&mut room.0);
    let payload = serde_json::to_vec(changes)?;
    let mut line = checksum(VERSION, &payload).into_bytes();
    line.push(b' ');
    line.extend_from_slice(&payload);
    line.push(b'\n');
    // Not made where it is missing: without its beginning a change says nothing.
    let mut file = OpenOptions::new()
        .append(true)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(state.path().join("cursors").join(file_name(name)))?;
    file.write_all(&line)?;
    room.0 = left.saturating_sub(line.len() as u64);
    Ok(())
}

enum Parsed<T> {
    Whole {
        whole: T,
        changes: Vec<T>,
        room: Room,
    },
    Newer(u32),
    Damaged,
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Parsed<T> {
    let Some(end) = bytes.iter().position(|&byte| byte == b'\n') else {
        return Parsed::Damaged;
    };
    let body = &bytes[end + 1..];
    let Some(end_of_payload) = body.iter().position(|&byte| byte == b'\n') else {
        return Parsed::Damaged;
    };
    let (payload, changes) = (&body[..end_of_payload], &body[end_of_payload + 1..]);
    match serde_json::from_slice::<Header>(&bytes[..end]) {
        Ok(header) if header.format == FORMAT && header.sha256 == checksum(header.v, payload) => {
            if header.v > VERSION {
                return Parsed::Newer(header.v);
            }
            let Ok(whole) = serde_json::from_slice(payload) else {
                return Parsed::Damaged;
            };
            // Nothing is appended to half a line, nor to what an earlier version reads.
            let goes_on = bytes.ends_with(b"\n") && header.v == VERSION;
            Parsed::Whole {
                whole,
                room: match goes_on {
                    true => Room::behind(bytes.len() - changes.len(), changes.len()),
                    false => Room::default(),
                },
                changes: changes
                    .split(|&byte| byte == b'\n')
                    .filter_map(change)
                    .collect(),
            }
        }
        _ => Parsed::Damaged,
    }
}

/// A later line; none where it is not as it was written.
fn change<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let (sum, rest) = line.split_at_checked(CHECKSUM)?;
    let payload = rest.strip_prefix(b" ")?;
    let holds = sum == checksum(VERSION, payload).as_bytes();
    holds.then(|| serde_json::from_slice(payload).ok())?
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

    /// The whole and its changes.
    fn loaded(state: &StateDir, name: &str) -> Vec<Payload> {
        match load(state, name).expect("loads") {
            Loaded::Found { whole, changes, .. } => [vec![whole], changes].concat(),
            other => unreachable!("{other:?}"),
        }
    }

    /// A file with one change behind its whole.
    fn changed(state: &StateDir) -> (Vec<u8>, Vec<u8>) {
        let mut room = save(state, "n", &payload(1)).expect("saves");
        let path = state.path().join("cursors/n");
        let whole = fs::read(&path).expect("reads");
        save_changes(state, "n", &payload(2), &mut room).expect("appends");
        (whole, fs::read(&path).expect("reads"))
    }

    #[test]
    fn changes_are_appended_until_they_take_as_much_as_the_whole() {
        let (_dir, state) = state();
        let mut room = save(&state, "n", &payload(0)).expect("saves");
        let mut count = 0;
        while !room.is_used_up() {
            count += 1;
            save_changes(&state, "n", &payload(count), &mut room).expect("appends");
        }
        let bytes = fs::read(state.path().join("cursors/n")).expect("reads");
        assert!(
            (LEAST_CHANGES..LEAST_CHANGES + 300).contains(&(bytes.len() as u64)),
            "{}",
            bytes.len()
        );
        let want: Vec<_> = (0..=count).map(payload).collect();
        assert_eq!(loaded(&state, "n"), want);
        let Loaded::Found { room, .. } = load::<Payload>(&state, "n").expect("loads") else {
            unreachable!("it is there")
        };
        assert!(room.is_used_up(), "{room:?}");
    }

    #[test]
    fn a_cut_or_a_flipped_bit_in_a_change_leaves_what_was_before() {
        let (_dir, state) = state();
        let (whole, both) = changed(&state);
        let cuts = (whole.len() + 1..both.len()).map(|at| both[..at].to_vec());
        let flips = (whole.len() * 8..both.len() * 8).map(|bit| {
            let mut bytes = both.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        });
        for bytes in cuts.chain(flips) {
            let shown = String::from_utf8_lossy(&bytes).into_owned();
            match parse::<Payload>(&bytes) {
                Parsed::Whole {
                    whole,
                    changes,
                    room,
                } => {
                    assert_eq!(whole, payload(1), "{shown}");
                    // A change whose newline alone is missing is whole.
                    assert!(changes.is_empty() || changes == [payload(2)], "{shown}");
                    assert_eq!(room.is_used_up(), !bytes.ends_with(b"\n"), "{shown}");
                }
                _ => unreachable!("{shown}"),
            }
        }
    }

    #[test]
    fn what_the_first_version_saved_is_read_and_not_appended_to() {
        let body = br#"{"a.jsonl":7}"#;
        let text = format!(
            "{{\"format\":\"{FORMAT}\",\"v\":1,\"sha256\":\"{}\"}}\n{}\n",
            checksum(1, body),
            String::from_utf8_lossy(body)
        );
        match parse::<Payload>(text.as_bytes()) {
            Parsed::Whole { whole, room, .. } => {
                assert_eq!(whole, payload(7));
                assert!(room.is_used_up());
            }
            _ => unreachable!("{text}"),
        }
    }

    #[test]
    fn a_change_of_what_is_not_there_is_an_error() {
        let (_dir, state) = state();
        let mut room = save(&state, "n", &payload(1)).expect("saves");
        fs::remove_file(state.path().join("cursors/n")).expect("removed");
        save_changes(&state, "n", &payload(2), &mut room).expect_err("nothing is there");
        assert!(room.is_used_up(), "the whole is saved next");
        assert_eq!(
            load::<Payload>(&state, "n").expect("loads"),
            Loaded::Nothing
        );
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
                assert_eq!(loaded(&state, name), [payload(offset)], "{name:?}");
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

    // Fault 38.
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

    // Faults 40, P24.
    #[test]
    fn a_later_format_is_refused_and_left_alone() {
        let (_dir, state) = state();
        let folder = state.folder("cursors").expect("made");
        let body = b"{\"of\":\"the future\"}";
        let text = format!(
            "{{\"format\":\"{FORMAT}\",\"v\":3,\"sha256\":\"{}\",\"more\":1}}\n{}\n",
            checksum(3, body),
            String::from_utf8_lossy(body)
        );
        fs::write(folder.join("n"), &text).expect("written");
        let error = load::<Payload>(&state, "n").expect_err("too new");
        assert!(matches!(error, LoadError::Newer { v: 3, .. }), "{error}");
        assert_eq!(fs::read_to_string(folder.join("n")).expect("reads"), text);
    }

    // Fault 91.
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
        assert_eq!(loaded(&state, "n"), [payload(1)]);
        assert_eq!(fs::read_to_string(&target).expect("reads"), "precious");
    }
}
