//! Which files a tool touched, and how many lines that added and removed.

use super::lenient::Raw;
use crate::wire::event::FileChange;

/// A longer text is not counted: nobody reads its number.
const MOST_BYTES: usize = 1 << 20;

/// A file that is written whole; what stood there before is not known.
pub(super) fn written(path: &str, content: Raw<'_>) -> FileChange {
    let content = content.prefix(MOST_BYTES);
    FileChange {
        path: path.to_owned(),
        added: content.map(|content| content.lines().count() as u64),
        removed: None,
    }
}

/// A file in which `old` becomes `new`: lines that both begin or end with stay as they are.
pub(super) fn replaced(path: &str, old: Raw<'_>, new: Raw<'_>) -> FileChange {
    let (old, new) = (old.prefix(MOST_BYTES), new.prefix(MOST_BYTES));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let (old, new): (Vec<_>, Vec<_>) = (old.lines().collect(), new.lines().collect());
    let pairs = old.iter().zip(&new);
    let head = pairs.take_while(|(old, new)| old == new).count();
    let tails = old[head..].iter().rev().zip(new[head..].iter().rev());
    let same = head + tails.take_while(|(old, new)| old == new).count();
    FileChange {
        path: path.to_owned(),
        added: Some((new.len() - same) as u64),
        removed: Some((old.len() - same) as u64),
    }
}

/// Lines added and removed by a diff of one file.
pub(super) fn of_diff(diff: &str) -> (u64, u64) {
    let mut counts = (0, 0);
    for line in diff.lines() {
        match line.as_bytes() {
            [b'+', b'+', b'+', b' ', ..] | [b'-', b'-', b'-', b' ', ..] => {}
            [b'+', ..] => counts.0 += 1,
            [b'-', ..] => counts.1 += 1,
            _ => {}
        }
    }
    counts
}

/// The files of a patch as `apply_patch` takes it: `*** Update File: path` and lines below.
pub(super) fn patched(patch: &str) -> Vec<FileChange> {
    let mut files: Vec<FileChange> = Vec::new();
    for line in patch.lines() {
        let named = ["Add", "Update", "Delete"].iter().find_map(|what| {
            let rest = line.strip_prefix("*** ")?.strip_prefix(what)?;
            rest.strip_prefix(" File: ")
        });
        if let Some(path) = named {
            files.push(FileChange {
                path: path.trim().to_owned(),
                added: Some(0),
                removed: Some(0),
            });
        } else if let Some(file) = files.last_mut() {
            let count = match line.as_bytes().first() {
                Some(b'+') => &mut file.added,
                Some(b'-') => &mut file.removed,
                _ => continue,
            };
            *count = count.map(|count| count + 1);
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(file: &FileChange) -> (Option<u64>, Option<u64>) {
        (file.added, file.removed)
    }

    #[test]
    fn only_lines_that_changed_count() {
        let cases = [
            (r#""a\nb\nc""#, r#""a\nx\ny\nc""#, (2, 1)),
            (r#""a""#, r#""a\na""#, (1, 0)),
            (r#""a\na""#, r#""a""#, (0, 1)),
            (r#""""#, r#""a""#, (1, 0)),
            ("7", r#""a""#, (1, 0)),
        ];
        for (old, new, (added, removed)) in cases {
            let file = replaced("f", Raw(old), Raw(new));
            assert_eq!(lines(&file), (Some(added), Some(removed)), "{old} {new}");
        }
        let file = written("f", Raw(r#""a\nb\n""#));
        assert_eq!(lines(&file), (Some(2), None));
        assert_eq!(lines(&written("f", Raw("null"))), (None, None));
    }

    #[test]
    fn patches_are_counted_by_file() {
        let diff = "--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n-a\n+b\n+c\n d\n";
        assert_eq!(of_diff(diff), (2, 1));
        let patch = "*** Begin Patch\n*** Update File: a\n@@\n-x\n+y\n+z\n*** Delete File: b\n*** End Patch";
        let files = patched(patch);
        let told: Vec<_> = files.iter().map(|it| (&*it.path, lines(it))).collect();
        assert_eq!(told, [("a", (Some(2), Some(1))), ("b", (Some(0), Some(0)))]);
        assert!(patched("nothing").is_empty());
    }
}
