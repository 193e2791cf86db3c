//! Files that calls changed, each once, with its lines.

use std::collections::HashMap;

use crate::wire::event::FileChange;
use crate::wire::frame::Changes;

use super::seen::hash;
use super::step::kept;

/// Most files told apart of one run; lines of more are still added up.
const MOST: usize = 256;

/// Most files that a view names.
const MOST_NAMED: usize = 8;

/// Files of one run.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// By a hash of their path, as the source names it.
    files: HashMap<u64, File>,
    added: u64,
    removed: u64,
}

#[derive(Clone, Debug, Default)]
struct File {
    /// Its base name, where it may be shown.
    name: Option<String>,
    added: u64,
    removed: u64,
}

impl Files {
    /// Takes what one call changed; names are kept only where its target is shown as well.
    pub(super) fn take(&mut self, changes: &[FileChange], named: bool) {
        for change in changes {
            let (added, removed) = lines(change);
            self.added = self.added.saturating_add(added);
            self.removed = self.removed.saturating_add(removed);
            let path = hash(&*change.path);
            if self.files.len() >= MOST && !self.files.contains_key(&path) {
                continue;
            }
            let file = self.files.entry(path).or_default();
            file.add(added, removed);
            if named && file.name.is_none() {
                file.name = base_name(&change.path).map(kept);
            }
        }
    }
}

impl File {
    fn add(&mut self, added: u64, removed: u64) {
        self.added = self.added.saturating_add(added);
        self.removed = self.removed.saturating_add(removed);
    }
}

/// What a family changed; a file that parent and child changed counts once.
pub(super) fn sum<'a>(family: impl Iterator<Item = &'a Files>) -> Option<Changes> {
    let mut files: HashMap<u64, File> = HashMap::new();
    let mut sum = Changes::default();
    for of_run in family {
        sum.added = sum.added.saturating_add(of_run.added);
        sum.removed = sum.removed.saturating_add(of_run.removed);
        for (path, file) in &of_run.files {
            let known = files.entry(*path).or_default();
            known.add(file.added, file.removed);
            known.name = known.name.take().or_else(|| file.name.clone());
        }
    }
    sum.files = files.len() as u64;
    let named = files.into_values().filter_map(|file| {
        Some(FileChange {
            path: file.name?,
            added: Some(file.added),
            removed: Some(file.removed),
        })
    });
    sum.named = named.collect();
    let size = |file: &FileChange| lines(file).0.saturating_add(lines(file).1);
    // Most lines first; the rest of the order does not depend on hashes.
    sum.named.sort_by(|one, two| {
        let lines = |file| std::cmp::Reverse(size(file));
        (lines(one), &one.path, one.added).cmp(&(lines(two), &two.path, two.added))
    });
    sum.named.truncate(MOST_NAMED);
    (sum.files > 0).then_some(sum)
}

/// Lines added and removed.
pub(super) fn lines(change: &FileChange) -> (u64, u64) {
    (change.added.unwrap_or(0), change.removed.unwrap_or(0))
}

fn base_name(path: &str) -> Option<&str> {
    let name = path.rsplit(['/', '\\']).find(|part| !part.is_empty())?;
    Some(name.trim()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, added: u64, removed: u64) -> FileChange {
        FileChange {
            path: path.into(),
            added: Some(added),
            removed: Some(removed),
        }
    }

    fn named(changes: &Changes) -> Vec<String> {
        let all = changes.named.iter();
        all.map(|file| format!("{} {:?}", file.path, lines(file)))
            .collect()
    }

    #[test]
    fn a_file_of_parent_and_child_counts_once_and_its_lines_add_up() {
        let (mut parent, mut child) = (Files::default(), Files::default());
        parent.take(&[change("/w/a.rs", 3, 1), change("/w/b.rs", 0, 9)], true);
        child.take(&[change("/w/a.rs", 2, 0), change("/v/a.rs", 1, 1)], true);
        child.take(&[change("C:\\w\\secret.txt", 7, 7)], false);
        let sum = sum([&parent, &child].into_iter()).expect("files");
        assert_eq!((sum.files, sum.added, sum.removed), (4, 13, 18));
        assert_eq!(named(&sum), ["b.rs (0, 9)", "a.rs (5, 1)", "a.rs (1, 1)"]);
    }

    #[test]
    fn a_run_that_touches_thousands_of_files_keeps_a_few() {
        let mut files = Files::default();
        for at in 0..10_000 {
            files.take(&[change(&format!("/w/{at}.rs"), 1, 0)], true);
        }
        let all = sum([&files].into_iter()).expect("files");
        assert_eq!((all.files, all.added), (MOST as u64, 10_000));
        assert_eq!(all.named.len(), MOST_NAMED);
        assert_eq!(sum([&Files::default()].into_iter()), None);
    }
}
