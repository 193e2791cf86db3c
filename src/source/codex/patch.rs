//! The files that changes touch, with the lines that they add and remove.

use crate::source::lenient::Raw;
use crate::source::touched;
use crate::wire::event::FileChange;

/// More files are not told of one patch.
const MOST_FILES: usize = 256;

/// Files of `changes`: a map from path to change, or a list of changes with a path each.
pub(super) fn of_changes(changes: Raw<'_>) -> Vec<FileChange> {
    let mut files = Vec::new();
    changes.each_field(|path, change| {
        if files.len() < MOST_FILES {
            files.push(counted(path.into_owned(), change));
        }
    });
    for change in changes.items().into_iter().take(MOST_FILES) {
        if let Some(path) = change.field("path").word() {
            files.push(counted(path.into_owned(), change));
        }
    }
    files
}

fn counted(path: String, change: Raw<'_>) -> FileChange {
    let diff = [change.field("unified_diff"), change.field("diff")];
    let diff = diff.into_iter().find_map(Raw::text);
    let content = change.field("content").text();
    let lines = content.map(|content| content.lines().count() as u64);
    let kind = [
        change.field("type"),
        change.field("kind"),
        change.field("kind").field("type"),
    ];
    let kind = kind.into_iter().find_map(Raw::text).unwrap_or_default();
    let (added, removed) = match (diff, lines) {
        (Some(diff), _) => {
            let (added, removed) = touched::of_diff(&diff);
            (Some(added), Some(removed))
        }
        (None, Some(lines)) if kind == "add" => (Some(lines), Some(0)),
        (None, Some(lines)) if kind == "delete" => (Some(0), Some(lines)),
        _ => (None, None),
    };
    FileChange {
        path,
        added,
        removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, added: Option<u64>, removed: Option<u64>) -> FileChange {
        FileChange {
            path: path.to_owned(),
            added,
            removed,
        }
    }

    #[test]
    fn changes_are_counted_in_each_of_their_forms() {
        let map = r#"{"a.rs":{"type":"update","unified_diff":"--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n+z"},"b.rs":{"type":"add","content":"1\n2\n"},"c.rs":{"type":"delete","content":"1"}}"#;
        let want = [
            file("a.rs", Some(2), Some(1)),
            file("b.rs", Some(2), Some(0)),
            file("c.rs", Some(0), Some(1)),
        ];
        assert_eq!(of_changes(Raw(map)), want);
        let list = r#"[{"path":"a.rs","kind":{"type":"update"},"diff":"-x\n+y\n"},{"path":"b.rs","kind":"add"}]"#;
        let want = [file("a.rs", Some(1), Some(1)), file("b.rs", None, None)];
        assert_eq!(of_changes(Raw(list)), want);
    }
}
