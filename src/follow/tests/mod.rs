//! What the room promises, on real files: the set of lines seen is the oracle.

mod cabinets;
mod drawers;
mod faults;
mod layouts;
mod messages;
mod model;
mod places;
mod rows;
mod stores;
mod waiting;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::*;

/// A sessions directory and a follower of it.
struct Scene {
    dir: tempfile::TempDir,
    follower: Follower,
    /// Every line seen, in order; `!reason` where reading began again.
    seen: Vec<String>,
    /// Index rows: key and whether they had a session.
    rows: Vec<(String, Option<String>)>,
    changes: Vec<Change>,
}

impl Scene {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(dir.path().join("agents/main/sessions")).expect("made");
        let root = Root::State(dir.path().to_owned());
        Self::at(root, dir, options)
    }

    /// A follower of the tree of `layout` in a fresh directory.
    fn of(layout: &'static layout::Layout, options: Options) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let root = Root::Tree {
            path: dir.path().to_owned(),
            layout,
            skip: 0,
        };
        Self::at(root, dir, options)
    }

    fn at(root: Root, dir: tempfile::TempDir, options: Options) -> Self {
        let follower = Follower::new(vec![root], options);
        Self {
            dir,
            follower,
            seen: Vec::new(),
            rows: Vec::new(),
            changes: Vec::new(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("agents/main/sessions").join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).expect("written");
    }

    fn append(&self, name: &str, text: impl AsRef<[u8]>) {
        append(&self.path(name), text.as_ref());
    }

    /// Scans and reads everything; gives what is new.
    fn look(&mut self) -> Vec<String> {
        let start = self.seen.len();
        let rows = &mut self.rows;
        let mut found = Vec::new();
        self.changes = self
            .follower
            .scan(&mut |id, row| found.push((id, row.key.to_owned())));
        for (id, key) in found {
            rows.push((key, id.map(|id| self.follower.session(id).sid.to_string())));
        }
        let ids: Vec<Id> = (0..self.follower.entries.len() as Id).collect();
        for id in ids {
            read_all(&mut self.follower, id, &mut self.seen);
        }
        self.seen[start..].to_vec()
    }

    fn notes(&mut self) -> Vec<String> {
        self.follower
            .notes()
            .into_iter()
            .map(|note| note.text)
            .collect()
    }

    fn only_id(&self) -> Id {
        self.follower.sessions().next().expect("a session").0
    }
}

fn append(path: &Path, text: &[u8]) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .expect("opens");
    file.write_all(text).expect("written");
}

/// Reads one session to its end.
fn read_all(follower: &mut Follower, id: Id, seen: &mut Vec<String>) {
    follower
        .read(id, &mut |piece| {
            match piece {
                Piece::Line { bytes, off, end } => {
                    assert!(end > off, "a line has bytes");
                    seen.push(String::from_utf8_lossy(bytes).into_owned());
                }
                Piece::Row { bytes, .. } => seen.push(String::from_utf8_lossy(bytes).into_owned()),
                Piece::Oversize {
                    at: At::Off(off),
                    bytes,
                } => {
                    seen.push(format!("!oversize {off}+{bytes}"));
                }
                Piece::Oversize { at, bytes } => seen.push(format!("!oversize {at:?}+{bytes}")),
                Piece::BadRow { seq, .. } => seen.push(format!("!bad {seq}")),
                Piece::Rewound { reason } => seen.push(format!("!{reason}")),
                Piece::Generation(_) => {}
            }
            true
        })
        .expect("reads");
}
