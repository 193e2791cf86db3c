//! Which files a tool touched, and how many lines that added and removed.

use std::borrow::Cow;

use super::lenient::{Raw, decode};
use crate::wire::event::FileChange;

/// So much of an edit's old and new text is compared: nobody reads the number of a longer one.
const MOST_BYTES: usize = 1 << 20;
/// More files are not told of one patch.
const MOST_FILES: usize = 256;

fn is_string(value: Raw<'_>) -> bool {
    value.0.starts_with('"')
}

/// What many tools call the same: names, and whether a value is meant at all.
struct Keys(&'static [&'static str], fn(Raw<'_>) -> bool);

const PATH: Keys = Keys(
    &[
        "path",
        "file_path",
        "filePath",
        "target_file",
        "relative_workspace_path",
        "filename",
    ],
    |value| is_string(value) && value.0 != r#""""#,
);
const PATCH: Keys = Keys(&["input", "patch", "patchText", "diff"], is_string);
const OLD: Keys = Keys(
    &["old_string", "oldString", "old_str", "oldText"],
    is_string,
);
const NEW: Keys = Keys(
    &["new_string", "newString", "new_str", "newText"],
    is_string,
);
const CONTENT: Keys = Keys(
    &["content", "contents", "file_text", "code_edit", "text"],
    is_string,
);
const EDITS: Keys = Keys(&["edits", "changes"], |value| {
    value.0.starts_with('[') && value.0 != "[]"
});

/// What the input of a tool that touches one file says of it.
struct Input<'a> {
    content: Raw<'a>,
    edits: Raw<'a>,
    old: Raw<'a>,
    new: Raw<'a>,
}

/// The files that a tool touches if it succeeds, by its [plain](super::track::plain) name and its input.
pub(super) fn by_tool(name: &str, input: Raw<'_>) -> Vec<FileChange> {
    let change: fn(&str, &Input<'_>) -> FileChange = match name {
        "applypatch" | "patch" => {
            let [patch] = fields(input, [&PATCH]);
            let patch = patch.text().or_else(|| input.text());
            return patch.map_or_else(Vec::new, |patch| patched(&patch));
        }
        "write" | "writefile" | "create" | "createfile" => {
            |path, input| written(path, input.content)
        }
        "edit" | "editfile" | "strreplace" | "searchreplace" | "replace" | "multiedit" => edited,
        "delete" | "deletefile" => |path, _| unknown(path),
        _ => return Vec::new(),
    };
    let [path, content, edits, old, new] = fields(input, [&PATH, &CONTENT, &EDITS, &OLD, &NEW]);
    let input = Input {
        content,
        edits,
        old,
        new,
    };
    let path = path.word();
    path.map(|path| change(&path, &input)).into_iter().collect()
}

/// A file of which it is not told how many lines changed.
fn unknown(path: &str) -> FileChange {
    FileChange {
        path: path.to_owned(),
        added: None,
        removed: None,
    }
}

/// A file with all of its edits; how many lines they change is not always told.
fn edited(path: &str, input: &Input<'_>) -> FileChange {
    let edits = input.edits.items().into_iter();
    let mut each: Vec<FileChange> = edits
        .map(|edit| {
            let [old, new] = fields(edit, [&OLD, &NEW]);
            replaced(path, old, new)
        })
        .collect();
    if each.is_empty() && input.new.is_some() {
        each.push(replaced(path, input.old, input.new));
    }
    each.into_iter().fold(unknown(path), |all, one| FileChange {
        added: Some(all.added.unwrap_or(0) + one.added.unwrap_or(0)),
        removed: Some(all.removed.unwrap_or(0) + one.removed.unwrap_or(0)),
        ..all
    })
}

/// For each of `keys` the value of `input` under the first of its names, found in one pass.
fn fields<'a, const COUNT: usize>(input: Raw<'a>, keys: [&Keys; COUNT]) -> [Raw<'a>; COUNT] {
    let mut found = [(usize::MAX, Raw::default()); COUNT];
    input.each_field(|key, value| {
        for (Keys(names, is_meant), best) in keys.iter().zip(&mut found) {
            let rank = names.iter().position(|name| *name == key);
            if let Some(rank) = rank.filter(|&rank| rank <= best.0 && is_meant(value)) {
                *best = (rank, value);
            }
        }
    });
    found.map(|(_, value)| value)
}

/// A file that is written whole; what stood there before is not known.
pub(super) fn written(path: &str, content: Raw<'_>) -> FileChange {
    FileChange {
        path: path.to_owned(),
        added: content.count_lines(),
        removed: None,
    }
}

/// A file in which `old` becomes `new`: lines that both begin or end with stay as they are.
pub(super) fn replaced(path: &str, old: Raw<'_>, new: Raw<'_>) -> FileChange {
    let (mut old, mut new) = (lines(old), lines(new));
    if is_decoded(&old) != is_decoded(&new) {
        decode_all(&mut old);
        decode_all(&mut new);
    }
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

fn lines(text: Raw<'_>) -> Vec<Cow<'_, str>> {
    text.lines(MOST_BYTES).unwrap_or_default()
}

fn is_decoded(lines: &[Cow<'_, str>]) -> bool {
    lines.iter().any(|line| matches!(line, Cow::Owned(_)))
}

/// Decodes the lines that are as they are written.
fn decode_all(lines: &mut [Cow<'_, str>]) {
    for line in lines {
        if let Cow::Borrowed(written) = line {
            *line = Cow::Owned(decode(written, usize::MAX).into_owned());
        }
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
///
/// Source: `codex-rs/apply-patch/src/parser.rs`.
pub(super) fn patched(patch: &str) -> Vec<FileChange> {
    let mut files: Vec<FileChange> = Vec::new();
    for line in patch.lines() {
        let named = ["Add", "Update", "Delete"].iter().find_map(|what| {
            let rest = line.strip_prefix("*** ")?.strip_prefix(what)?;
            rest.strip_prefix(" File: ")
        });
        if let Some(path) = named {
            if files.len() == MOST_FILES {
                break;
            }
            // How long a file was that is deleted, the patch does not say.
            let gone = line.starts_with("*** Delete");
            files.push(FileChange {
                path: path.trim().to_owned(),
                added: Some(0),
                removed: Some(0).filter(|_| !gone),
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
        assert_eq!(told, [("a", (Some(2), Some(1))), ("b", (Some(0), None))]);
        assert!(patched("nothing").is_empty());
    }

    #[test]
    fn inputs_tell_which_files_are_touched() {
        let patch = r#"{"input":"*** Begin Patch\n*** Update File: c.rs\n@@\n x\n-y\n+z\n+w\n*** Add File: d.rs\n+q\n*** End Patch"}"#;
        let cases = [
            ("write", r#"{"file_path":"a","content":"x\ny"}"#, "a +2 -?"),
            (
                "write",
                r#"{"path":"b.md","content":"1\n2\n"}"#,
                "b.md +2 -?",
            ),
            (
                "edit",
                r#"{"filePath":"a","oldString":"x","newString":"x\ny"}"#,
                "a +1 -0",
            ),
            (
                "edit",
                r#"{"path":"a.rs","oldText":"x\ny\nz","newText":"x\n1\n2\nz"}"#,
                "a.rs +2 -1",
            ),
            (
                "edit",
                r#"{"file_path":"a","edits":[{"oldText":"x","newText":"y"},{"oldText":"","newText":"z"}]}"#,
                "a +2 -1",
            ),
            (
                "edit",
                r#"{"path":"a","oldText":"x","newText":"x"}"#,
                "a +0 -0",
            ),
            (
                "multiedit",
                r#"{"file_path":"a","changes":[{"old_str":"x","new_str":"y"},{"old_str":"z","new_str":""}]}"#,
                "a +1 -2",
            ),
            (
                "editfile",
                r#"{"target_file":"a","instructions":"do"}"#,
                "a +? -?",
            ),
            (
                "applypatch",
                r#"{"input":"*** Add File: a\n+x"}"#,
                "a +1 -0",
            ),
            ("applypatch", patch, "c.rs +2 -1, d.rs +1 -0"),
            // Another shape under a name that comes first is not what is meant.
            (
                "applypatch",
                r#"{"input":{"a":1},"patch":"*** Update File: b\n+x"}"#,
                "b +1 -0",
            ),
            (
                "write",
                r#"{"path":7,"file_path":"a","content":"x"}"#,
                "a +1 -?",
            ),
            (
                "edit",
                r#"{"path":"a","edits":[],"changes":[{"oldText":"x","newText":"y"}]}"#,
                "a +1 -1",
            ),
            (
                "edit",
                r#"{"path":"a","oldText":"a\/b\r\nc\"","newText":"a/b\nc\"\nd"}"#,
                "a +1 -0",
            ),
            ("read", r#"{"file_path":"a"}"#, ""),
            ("write", "{}", ""),
        ];
        for (name, input, want) in cases {
            let count =
                |count: Option<u64>| count.map_or("?".to_owned(), |lines| lines.to_string());
            let files = by_tool(name, Raw(input)).into_iter().map(|file| {
                let (added, removed) = lines(&file);
                format!("{} +{} -{}", file.path, count(added), count(removed))
            });
            let files: Vec<String> = files.collect();
            assert_eq!(files.join(", "), want, "{name} {input}");
        }
    }
}
