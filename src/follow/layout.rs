//! How the places of an agent are written down, and how they are looked for.
//!
//! OpenClaw, which has an index and stores beside its files, has rules of its
//! own (`root.rs`, `place.rs`); what is found here is followed with the same
//! machinery all the same.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::{cabinet, names};
use crate::wire::event::Name;

/// The name of the source whose places are no layout.
pub(super) const OPENCLAW: &str = "openclaw";

/// Where one family of agents keeps its transcripts.
#[derive(Debug, PartialEq, Eq)]
pub struct Layout {
    /// The source that its transcripts are of.
    pub source: &'static str,
    /// The agent's name, for people.
    pub title: &'static str,
    /// Variables that name its directory; the first that is set counts. `NAME/below` names one
    /// below what the variable does.
    pub variables: &'static [&'static str],
    /// Its directory below the home, where no variable is set; none where it is empty.
    pub home: &'static str,
    /// The files in it that are transcripts.
    pub files: &'static [Files],
}

/// Transcripts of one kind within a layout.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Files {
    /// The folders that lead to them, `*` for any.
    pub folders: &'static [&'static str],
    /// Their names, with one `*` for anything.
    pub name: &'static str,
    /// What tells a session's id.
    pub sid: Sid,
    /// How many folders up stands the id of the session that started them: 1 is the one above theirs.
    pub parent: Option<usize>,
    /// How one is written.
    pub shape: Shape,
}

/// What tells a session's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sid {
    /// The name of the file, without its ending and the time before it.
    Stem,
    /// The UUID that the name ends in.
    Uuid,
    /// The name of a folder: 0 is the one that the file is in.
    Folder(usize),
    /// The names of two folders, the outer one's first.
    Folders(usize, usize),
}

/// How a transcript is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A line a record, appended.
    Lines,
    /// Lines under zstd, written once.
    Packed,
    /// One JSON document that is rewritten: every version of it is one record.
    Document,
    /// An SQLite store of all sessions, which is opened by the rules of `database.rs` alone, and the
    /// folder beside it of the cabinet that they stood in before there was one.
    Store {
        /// The cabinet's name.
        before: &'static str,
    },
    /// A folder of sessions, messages and parts, a file each: see `cabinet.rs`.
    Cabinet,
}

/// Files that were named on the command line, whatever their place says.
const fn loose(name: &'static str, shape: Shape) -> Files {
    Files {
        folders: &[],
        name,
        sid: Sid::Stem,
        parent: None,
        shape,
    }
}

static LOOSE: [Files; 3] = [
    loose("*.jsonl", Shape::Lines),
    loose("*.zst", Shape::Packed),
    loose("*", Shape::Document),
];

/// The kind of a file that was named on the command line.
pub(super) fn loose_files(path: &Path) -> &'static Files {
    let name = path.file_name().unwrap_or_default();
    let mut kinds = LOOSE.iter();
    kinds.find(|files| files.takes(name)).unwrap_or(&LOOSE[0])
}

impl Files {
    /// Whether a file of that name is one of them.
    pub(super) fn takes(&self, name: &OsStr) -> bool {
        let name = name.as_encoded_bytes();
        let fits = match self.name.split_once('*') {
            None => name == self.name.as_bytes(),
            Some((before, after)) => {
                name.len() > before.len() + after.len()
                    && name.starts_with(before.as_bytes())
                    && name.ends_with(after.as_bytes())
            }
        };
        fits && !name.starts_with(b".")
    }

    /// Whether a document goes on as lines in a file beside it, which begin with all that stood in it.
    pub(super) fn goes_on(&self, folder: &Path, name: &OsStr) -> bool {
        let mut lines = name.to_owned();
        lines.push("l");
        self.shape == Shape::Document && folder.join(lines).is_file()
    }

    /// Whether it is a store, and no file may be opened by another way.
    pub(super) fn is_store(&self) -> bool {
        matches!(self.shape, Shape::Store { .. })
    }

    /// The id of the session of a file, where its name is not it.
    pub(super) fn sid(&self, folder: &Path, name: &OsStr) -> Option<Name> {
        match self.sid {
            Sid::Stem => {
                let name = name.to_string_lossy();
                let stem = name.strip_suffix(".zst").unwrap_or(&name);
                let stem = [".jsonl", ".json"]
                    .iter()
                    .find_map(|end| stem.strip_suffix(end))
                    .unwrap_or(stem);
                let usual = name.ends_with(names::SUFFIX);
                (!usual).then(|| names::sid(stem).into())
            }
            Sid::Uuid => {
                const UUID: usize = 36;
                let name = name.to_string_lossy();
                let stem = name.split('.').next().unwrap_or_default();
                let at = stem.len().checked_sub(UUID)?;
                stem.get(at..).map(Name::from)
            }
            Sid::Folder(up) => named(folder, up),
            Sid::Folders(outer, inner) => {
                let (outer, inner) = (named(folder, outer)?, named(folder, inner)?);
                Some(format!("{outer}:{inner}").into())
            }
        }
    }

    /// The directories below `path` that may hold such files, `skip` of whose folders lead to `path`.
    pub(super) fn folders_below(&self, path: &Path, skip: usize) -> Vec<PathBuf> {
        let Some(folders) = self.folders.get(skip..) else {
            return Vec::new();
        };
        let mut found = folders.iter().fold(vec![path.to_owned()], |above, name| {
            let below = above.iter().flat_map(|path| match *name {
                "*" => subfolders(path),
                name => vec![path.join(name)],
            });
            below.filter(|path| path.is_dir()).collect()
        });
        // Other things are called like its sessions: what `opencode export` writes.
        found.retain(|path| self.shape != Shape::Cabinet || cabinet::above(path).is_some());
        found
    }

    /// A few of the files below `path`, in the order of their names.
    pub(super) fn some_below(&self, path: &Path, skip: usize, most: usize) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for folder in self.folders_below(path, skip) {
            let mut here: Vec<PathBuf> = std::fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .flatten()
                .filter(|entry| self.takes(&entry.file_name()))
                .map(|entry| entry.path())
                .collect();
            here.sort();
            found.extend(here);
            if found.len() >= most {
                break;
            }
        }
        found.truncate(most);
        found
    }
}

/// The name of the folder `up` above `folder`.
pub(super) fn named(folder: &Path, up: usize) -> Option<Name> {
    let folder = folder.ancestors().nth(up)?;
    Some(folder.file_name()?.to_string_lossy().into())
}

/// The directories in a directory, in the order of their names.
pub(super) fn subfolders(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_file()))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::super::layouts::LAYOUTS;
    use super::*;

    #[test]
    fn names_and_places_tell_whose_a_file_is() {
        let [sessions, children, _] = LAYOUTS[0].files else {
            unreachable!("three kinds of files");
        };
        let folder = Path::new("/h/.claude/projects/p/S1/subagents");
        for (files, name, want) in [
            (sessions, "a.jsonl", true),
            (sessions, ".jsonl", false),
            (sessions, ".a.jsonl", false),
            (sessions, "a.json", false),
            (children, "agent-1.jsonl", true),
            (children, "agent-1.meta.json", false),
            (children, "journal.jsonl", false),
        ] {
            assert_eq!(files.takes(OsStr::new(name)), want, "{name}");
        }
        assert_eq!(named(folder, 1).as_deref(), Some("S1"));
        let sid = |sid, name: &str| {
            let files = Files {
                sid,
                ..loose("*", Shape::Lines)
            };
            files.sid(folder, OsStr::new(name))
        };
        assert_eq!(sid(Sid::Folder(1), "events.jsonl").as_deref(), Some("S1"));
        assert_eq!(sid(Sid::Stem, "x.json").as_deref(), Some("x"));
        let rollout = "rollout-2026-01-01T00-00-00-019efedf-a8dc-7b20-ba1d-f1c6ff7ea96e.jsonl.zst";
        let uuid = "019efedf-a8dc-7b20-ba1d-f1c6ff7ea96e";
        assert_eq!(sid(Sid::Uuid, rollout).as_deref(), Some(uuid));
        assert_eq!(sid(Sid::Stem, "a.jsonl"), None, "the usual name");
    }

    #[test]
    fn every_layout_is_found_below_its_directory() {
        let dir = tempfile::tempdir().expect("a directory");
        for path in ["projects/p/S1/subagents", "projects/q/S2/tool-results"] {
            std::fs::create_dir_all(dir.path().join(path)).expect("made");
        }
        let homes = |skip, path: &str| -> Vec<(PathBuf, Option<Name>)> {
            let path = dir.path().join(path);
            let all = LAYOUTS[0].files.iter();
            let all = all.flat_map(|files| files.homes(&LAYOUTS[0], &path, skip));
            all.map(|home| (home.sessions.expect("a folder"), home.parent))
                .collect()
        };
        let at = |path: &str| dir.path().join(path);
        let children = (at("projects/p/S1/subagents"), Some(Name::from("S1")));
        let want = vec![
            (at("projects/p"), None),
            (at("projects/q"), None),
            children.clone(),
        ];
        assert_eq!(homes(0, ""), want);
        assert_eq!(homes(1, "projects"), want);
        assert_eq!(homes(2, "projects/p"), [(at("projects/p"), None), children]);
    }
}
