//! Files that a call would change, by its arguments: results do not say.

use crate::source::lenient::Raw;
use crate::wire::event::FileChange;

/// Most files of one call.
const MOST: usize = 64;

/// What a call of the tool `name` changes if it does what it should.
pub(super) fn of(name: &str, input: Raw<'_>) -> Vec<FileChange> {
    match name {
        "edit" => edited(input).into_iter().collect(),
        "write" => written(input).into_iter().collect(),
        "apply_patch" => {
            let patch = first(input, &["input", "patch"]).text();
            patch.map_or_else(Vec::new, |patch| patched(&patch))
        }
        _ => Vec::new(),
    }
}

fn first<'a>(input: Raw<'a>, names: &[&str]) -> Raw<'a> {
    let mut fields = names.iter().map(|name| input.field(name));
    fields.find(|field| field.is_some()).unwrap_or_default()
}

fn path(input: Raw<'_>) -> Option<String> {
    let path = first(input, &["path", "file_path", "filePath"]).word()?;
    Some(path.into_owned())
}

fn edited(input: Raw<'_>) -> Option<FileChange> {
    let path = path(input)?;
    let several = input.field("edits").items();
    let edits = match several.is_empty() {
        true => vec![input],
        false => several,
    };
    let (mut added, mut removed) = (0, 0);
    for edit in edits {
        let old = first(edit, &["oldText", "old_string", "oldString"]).text()?;
        let new = first(edit, &["newText", "new_string", "newString"]).text()?;
        let (more, less) = difference(&old, &new);
        added += more;
        removed += less;
    }
    Some(FileChange {
        path,
        added: Some(added),
        removed: Some(removed),
    })
}

/// What stood there before is not known, only what stands there now.
fn written(input: Raw<'_>) -> Option<FileChange> {
    let content = first(input, &["content", "contents"]).text()?;
    Some(FileChange {
        path: path(input)?,
        added: Some(content.lines().count() as u64),
        removed: None,
    })
}

/// `*** Update File: a.rs`, then lines that begin with a sign.
fn patched(patch: &str) -> Vec<FileChange> {
    const HEADS: [&str; 3] = ["*** Update File: ", "*** Add File: ", "*** Delete File: "];
    let mut files: Vec<FileChange> = Vec::new();
    for line in patch.lines() {
        let head = HEADS.iter().find_map(|head| line.strip_prefix(head));
        if let Some(path) = head {
            if files.len() >= MOST {
                break;
            }
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

/// Lines of `new` and of `old` between what both begin and end with.
fn difference(old: &str, new: &str) -> (u64, u64) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = |(one, two): &(&&str, &&str)| one == two;
    let head = old.iter().zip(&new).take_while(same).count();
    let (old, new) = (&old[head..], &new[head..]);
    let foot = old.iter().rev().zip(new.iter().rev());
    let foot = foot.take_while(same).count();
    ((new.len() - foot) as u64, (old.len() - foot) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_say_which_files_change_and_by_how_many_lines() {
        let cases = [
            (
                "edit",
                r#"{"path":"a.rs","oldText":"x\ny\nz","newText":"x\n1\n2\nz"}"#,
                "a.rs +2 -1",
            ),
            (
                "edit",
                r#"{"file_path":"a.rs","edits":[{"oldText":"x","newText":"y"},{"oldText":"","newText":"z"}]}"#,
                "a.rs +2 -1",
            ),
            (
                "edit",
                r#"{"path":"a.rs","oldText":"x","newText":"x"}"#,
                "a.rs +0 -0",
            ),
            ("edit", r#"{"path":"a.rs"}"#, ""),
            (
                "write",
                r#"{"path":"b.md","content":"1\n2\n"}"#,
                "b.md +2 -?",
            ),
            (
                "apply_patch",
                r#"{"input":"*** Begin Patch\n*** Update File: c.rs\n@@\n x\n-y\n+z\n+w\n*** Add File: d.rs\n+q\n*** End Patch"}"#,
                "c.rs +2 -1, d.rs +1 -0",
            ),
            ("read", r#"{"path":"a.rs"}"#, ""),
        ];
        for (name, input, want) in cases {
            let files = of(name, Raw(input)).into_iter().map(|file| {
                let count = |count: Option<u64>| count.map_or("?".into(), |n| n.to_string());
                format!(
                    "{} +{} -{}",
                    file.path,
                    count(file.added),
                    count(file.removed)
                )
            });
            let files: Vec<String> = files.collect();
            assert_eq!(files.join(", "), want, "{name} {input}");
        }
    }
}
