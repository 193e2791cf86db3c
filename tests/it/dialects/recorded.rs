//! What others recorded: nothing is lost, nothing is made up.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{DIALECTS, Dialect};
use crate::support::{files, home, run, shared, wire};

/// The transcripts of a dialect below `folder`.
pub fn transcripts(folder: &Path, dialect: &Dialect) -> Vec<PathBuf> {
    let ends = dialect.end.split('|');
    let mut found: Vec<PathBuf> = ends.flat_map(|end| files(folder, end)).collect();
    found.sort();
    let found = found.into_iter();
    let own = found.filter(|path| {
        let name = path.file_name().expect("a name").to_string_lossy();
        !dialect.foreign.iter().any(|other| name.starts_with(other))
    });
    own.collect()
}

pub fn recorded(dialect: &Dialect) -> Vec<PathBuf> {
    if dialect.fixtures.is_empty() {
        return Vec::new();
    }
    let Some(folder) = shared("fixtures").map(|all| all.join(dialect.fixtures)) else {
        return Vec::new();
    };
    let trees = dialect.trees.iter().map(|tree| folder.join(tree));
    transcripts(&folder, dialect)
        .into_iter()
        .chain(trees)
        .collect()
}

/// The records of a transcript, or of all files of a tree.
fn records(path: &Path) -> Vec<Value> {
    if path.is_dir() {
        let all = files(path, ".json").into_iter();
        return all.flat_map(|path| records(&path)).collect();
    }
    let text = String::from_utf8_lossy(&std::fs::read(path).expect("a file")).into_owned();
    // A line without an end is still being written.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines().map(serde_json::from_str::<Value>);
    // A document may be written over many lines.
    lines
        .chain([serde_json::from_str(&text)])
        .flatten()
        .collect()
}

#[test]
fn exactly_the_broken_lines_of_the_manifest_are_named() {
    let Some(manifest) = shared("fixtures/MANIFEST.tsv") else {
        return;
    };
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    let home = home();
    for dialect in DIALECTS {
        let mut seen = 0;
        for path in recorded(dialect) {
            let name = path.strip_prefix(manifest.parent().expect("a folder"));
            let name = name.expect("below").to_string_lossy().into_owned();
            let end = if path.is_dir() { '/' } else { '\t' };
            let rows = text
                .lines()
                .filter(|line| line.starts_with(&format!("{name}{end}")));
            // Of what has no lines it counts none.
            let broken = rows.map(|row| row.rsplit('\t').next().map(str::parse::<usize>));
            let broken: Vec<usize> = broken
                .map(|it| it.and_then(Result::ok).unwrap_or(0))
                .collect();
            if broken.is_empty() {
                continue;
            }
            let broken: usize = broken.iter().sum();
            seen += 1;
            let ran = run(home.path(), &["tail".as_ref(), path.as_os_str()]);
            let named = ran.err.matches("skipped a line").count();
            assert_eq!(named, broken, "{name}:\n{}", ran.err);
            assert_eq!(ran.code, i32::from(broken > 0), "{name}:\n{}", ran.err);
            assert!(!ran.err.contains("a defect in it"), "{name}:\n{}", ran.err);
            for event in wire::events(&ran.out) {
                assert_eq!(
                    event["source"], dialect.source,
                    "{name} is known for what it is"
                );
            }
        }
        let any = seen > 0 || dialect.fixtures.is_empty();
        assert!(any, "{}", dialect.source);
    }
}

#[test]
fn what_is_told_of_a_recording_holds_together() {
    let home = home();
    for dialect in DIALECTS {
        for path in recorded(dialect) {
            let records = records(&path).into_iter();
            let calls: BTreeSet<String> = records.flat_map(|it| (dialect.calls)(&it)).collect();
            let ran = run(home.path(), &["tail".as_ref(), path.as_os_str()]);
            let again = run(home.path(), &["tail".as_ref(), path.as_os_str()]);
            assert!(ran.out == again.out, "{}", path.display());
            let alike = dialect.alike.iter().any(|name| path.ends_with(name));
            let owed = if alike { BTreeSet::new() } else { calls };
            holds_together(&wire::events(&ran.out), &owed, &path);
        }
    }
}

#[test]
fn what_is_not_read_is_named() {
    let Some(manifest) = shared("fixtures/MANIFEST.tsv") else {
        return;
    };
    let all = manifest.parent().expect("a folder");
    let read: Vec<PathBuf> = DIALECTS.iter().flat_map(recorded).collect();
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    let mut unread = Vec::new();
    for file in text
        .lines()
        .skip(1)
        .filter_map(|row| row.split('\t').next())
    {
        let (family, _) = file.split_once('/').unwrap_or_default();
        let path = all.join(file);
        if read.iter().any(|known| path.starts_with(known)) {
            continue;
        }
        let name = path.file_name().expect("a name").to_string_lossy();
        let mut dialects = DIALECTS.iter().filter(|it| it.fixtures == family);
        let why = match dialects.next() {
            None => "its family has no row in DIALECTS",
            Some(it) if it.foreign.iter().any(|other| name.starts_with(other)) => {
                "it is called like a transcript, and is written otherwise"
            }
            Some(_) => "it stands beside a transcript, and is none",
        };
        println!("not read: {file}: {why}");
        unread.push(file.to_owned());
    }
    unread.retain(|file| file.starts_with("opencode/"));
    assert!(unread.is_empty(), "{unread:#?}");
}

fn holds_together(events: &[Value], calls: &BTreeSet<String>, path: &Path) {
    let place = path.display();
    let mut started = BTreeSet::new();
    let mut ended = BTreeSet::new();
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    // The runs of each session in their order, and whether each is over.
    let mut runs: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for event in events {
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        let (session, run, call) = (text("sid"), text("run"), text("call"));
        let of_session = runs.entry(session).or_default();
        match &*text("type") {
            "tool.start" => assert!(started.insert(call.clone()), "{place}: {call} twice"),
            "tool.end" => {
                assert!(ended.insert(call.clone()), "{place}: {call} ended twice");
                let known = started.contains(&call);
                assert!(
                    known || !calls.contains(&call),
                    "{place}: {call} without a start"
                );
            }
            "usage" => {
                // The last record of an answer may know more than its first one.
                let (id, total) = (text("id"), event["total"].as_u64().unwrap_or_default());
                let known = counted.insert(id.clone(), total);
                let grew = known.is_none_or(|known| total > known);
                assert!(grew, "{place}: {id} is counted twice");
            }
            "run.start" => match of_session.iter_mut().find(|(known, _)| *known == run) {
                Some((_, over)) => *over = false,
                None => of_session.push((run, false)),
            },
            "run.end" => {
                let known = of_session.iter_mut().find(|(known, _)| *known == run);
                known
                    .unwrap_or_else(|| unreachable!("{place}: {run} ends"))
                    .1 = true;
            }
            _ => {}
        }
    }
    let told: BTreeSet<String> = started.iter().cloned().collect();
    assert!(calls.is_subset(&told), "{place}: calls that nobody told of");
    // Only the newest run of a session may be open: its recording stops there.
    for runs in runs.values() {
        let open = runs.iter().rev().skip(1).filter(|(_, over)| !over);
        assert_eq!(open.count(), 0, "{place}: {runs:?}");
    }
}
