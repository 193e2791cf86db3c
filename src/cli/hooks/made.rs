//! Files and directories that were made for hooks: what is left of them once hooks are taken out goes.
//!
//! Those that were there are remembered as well: a person's file stays, even one with nothing in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::memory;

const FILE: &str = "hooks-made";

/// Where a file or directory came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was made for our hooks.
    Made,
    /// It was there before them.
    Found,
}

/// What is known of files and directories, by their paths.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Made(BTreeMap<String, Origin>);

impl Made {
    /// What was remembered; nothing where that is lost.
    pub(super) fn read() -> Self {
        Self::of(&memory::read(FILE))
    }

    fn of(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| {
            let (word, path) = line.split_once(' ')?;
            let origin = match word {
                "made" => Origin::Made,
                "found" => Origin::Found,
                _ => return None,
            };
            Some((path.to_owned(), origin))
        });
        Self(lines.collect())
    }

    fn text(&self) -> String {
        let lines = self.0.iter().map(|(path, origin)| {
            let word = match origin {
                Origin::Made => "made",
                Origin::Found => "found",
            };
            format!("{word} {path}\n")
        });
        lines.collect()
    }

    /// Keeps it for the next time.
    pub(super) fn remember(&self) -> anyhow::Result<()> {
        memory::write(FILE, &self.text())
    }

    /// Where a file came from, as far as that is known.
    pub(super) fn origin(&self, path: &Path) -> Option<Origin> {
        self.0.get(path.to_str()?).copied()
    }

    /// Takes note of a file or directory.
    pub(super) fn note(&mut self, path: &Path, origin: Origin) {
        // A path that does not fit on a line is nobody's: what is there stays.
        if let Some(path) = path.to_str().filter(|path| !path.contains('\n')) {
            self.0.insert(path.to_owned(), origin);
        }
    }

    /// Lets go of a file, and removes the directories above it that were made for it and are empty.
    pub(super) fn forget(&mut self, file: &Path) {
        let mut is_empty = true;
        for path in file.ancestors() {
            let origin = self.0.remove(path.to_str().unwrap_or_default());
            if path == file {
                continue;
            }
            // What holds something else is its person's from now on, and so is what is above it.
            is_empty =
                is_empty && origin == Some(Origin::Made) && std::fs::remove_dir(path).is_ok();
        }
    }
}

/// The directories above a file that are not there yet, the nearest first.
pub(super) fn missing_above(file: &Path) -> Vec<PathBuf> {
    let above = file.ancestors().skip(1);
    let missing = above.take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    missing.map(Path::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_known_again() {
        let mut made = Made::default();
        made.note(Path::new("/h/a b/settings.json"), Origin::Made);
        made.note(Path::new("/h/found"), Origin::Found);
        made.note(Path::new("/h/two\nlines"), Origin::Made);
        let again = Made::of(&made.text());
        assert_eq!(again, made);
        let cases = [
            ("/h/a b/settings.json", Some(Origin::Made)),
            ("/h/found", Some(Origin::Found)),
            ("/h/two\nlines", None),
            ("/h", None),
        ];
        for (path, want) in cases {
            assert_eq!(again.origin(Path::new(path)), want, "{path}");
        }
        assert_eq!(Made::of("odd\nmade\nlater /x\n"), Made::default());
    }

    #[test]
    fn only_directories_that_were_made_and_are_empty_go() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("one/two/three/file");
        let missing = missing_above(&file);
        assert_eq!(missing.len(), 3, "{missing:?}");
        std::fs::create_dir_all(dir.path().join("one/two/three")).expect("made");
        std::fs::write(dir.path().join("one/mine"), "").expect("written");
        let mut made = Made::default();
        for folder in &missing {
            made.note(folder, Origin::Made);
        }
        made.forget(&file);
        assert!(!dir.path().join("one/two").exists(), "made, and empty");
        assert!(dir.path().join("one/mine").exists(), "something is in it");
        assert_eq!(made, Made::default(), "the rest is somebody else's now");
    }
}
