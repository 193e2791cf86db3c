//! Differences in the usual form: which files they touch, and how many lines.

use crate::wire::event::FileChange;

/// Lines that a difference adds and removes.
pub(super) fn changed_lines(diff: &str) -> (u64, u64) {
    let files = changed_files(diff);
    let sum = |count: fn(&FileChange) -> Option<u64>| files.iter().filter_map(count).sum();
    (sum(|file| file.added), sum(|file| file.removed))
}

/// The files of a difference, each with its lines.
pub(super) fn changed_files(diff: &str) -> Vec<FileChange> {
    let mut files: Vec<FileChange> = Vec::new();
    let mut before = String::new();
    // Lines that a hunk still has, of either side: a line of it may look like the head of a file.
    let mut left = (0_u64, 0_u64);
    for line in diff.lines() {
        let in_hunk = left != (0, 0);
        match line.as_bytes().first() {
            Some(b'+') if in_hunk => {
                left.1 = left.1.saturating_sub(1);
                count(&mut files, |file| &mut file.added);
            }
            Some(b'-') if in_hunk => {
                left.0 = left.0.saturating_sub(1);
                count(&mut files, |file| &mut file.removed);
            }
            Some(b' ') | None if in_hunk => {
                left = (left.0.saturating_sub(1), left.1.saturating_sub(1));
            }
            Some(b'@') => left = sizes(line),
            _ => {
                if let Some(path) = line.strip_prefix("--- ") {
                    before = named(path);
                } else if let Some(path) = line.strip_prefix("+++ ") {
                    let path = match named(path) {
                        path if path == "/dev/null" => std::mem::take(&mut before),
                        path => path,
                    };
                    files.push(FileChange {
                        path,
                        added: Some(0),
                        removed: Some(0),
                    });
                }
            }
        }
    }
    files
}

fn count(files: &mut [FileChange], which: fn(&mut FileChange) -> &mut Option<u64>) {
    if let Some(count) = files.last_mut().and_then(|file| which(file).as_mut()) {
        *count += 1;
    }
}

/// A path without the letter and the time that are put to it.
fn named(path: &str) -> String {
    let path = path.split('\t').next().unwrap_or_default().trim();
    let bare = ["a/", "b/"].iter().find_map(|side| path.strip_prefix(side));
    bare.unwrap_or(path).to_owned()
}

/// How many lines of each side stand in a hunk: `@@ -1,2 +1,3 @@`.
fn sizes(line: &str) -> (u64, u64) {
    let size = |sign: char| {
        let range = line.split_once(sign)?.1.split([' ', '@']).next()?;
        match range.split_once(',') {
            Some((_, size)) => size.parse().ok(),
            None => Some(1),
        }
    };
    (size('-').unwrap_or(0), size('+').unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_its_lines() {
        let diff = "diff --git a/x.rs b/x.rs\n--- a/x.rs\n+++ b/x.rs\n@@ -1,3 +1,3 @@\n fn\n-a\n--- b\n\
                    +c\n+++ d\ndiff --git a/y b/y\n--- a/y\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n";
        let told: Vec<_> = changed_files(diff)
            .into_iter()
            .map(|file| (file.path, file.added, file.removed))
            .collect();
        let want = [
            ("x.rs".to_owned(), Some(2), Some(2)),
            ("y".to_owned(), Some(0), Some(1)),
        ];
        assert_eq!(told, want);
        assert_eq!(changed_lines(diff), (2, 3));
        assert_eq!(changed_lines("no difference at all\n+ or so"), (0, 0));
    }
}
