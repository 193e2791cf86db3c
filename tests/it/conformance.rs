//! The fixtures beside the project: real recordings and other projects' test data.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::tree::placeless;
use crate::support::{Ran, feed, files, home, run, shared, wire};

/// The time that silence is judged by: the day the recordings were made.
const NOW: &str = "2026-11-20T12:00:00Z";

/// Every transcript, tree and store of OpenClaw and pi, copied to where reading it touches nobody.
fn fixtures(to: &Path) -> Vec<PathBuf> {
    let Some(from) = shared("fixtures") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for family in ["openclaw", "pi"] {
        copy(&from.join(family), &to.join(family));
        let own = files(&to.join(family), ".jsonl");
        found.extend(
            own.into_iter()
                .filter(|path| !path.to_string_lossy().contains("recorded-")),
        );
    }
    found.extend(recordings(to).into_values());
    found.push(to.join("openclaw/sample-v23.sqlite"));
    found
}

fn recordings(to: &Path) -> BTreeMap<&'static str, PathBuf> {
    [
        "2026.6.6/gateway",
        "2026.6.6/local",
        "2026.9.6/gateway",
        "2026.9.6/local",
    ]
    .into_iter()
    .map(|name| (name, to.join(format!("openclaw/recorded-{name}"))))
    .collect()
}

fn copy(from: &Path, to: &Path) {
    for path in files(from, "") {
        let target = to.join(path.strip_prefix(from).expect("below"));
        std::fs::create_dir_all(target.parent().expect("a parent")).expect("a directory");
        std::fs::copy(&path, &target).expect("a copy");
    }
}

fn tail(home: &Path, path: &Path) -> Ran {
    run(home, &["tail".as_ref(), path.as_os_str()])
}

#[test]
fn exactly_the_broken_lines_of_the_manifest_are_named() {
    let Some(manifest) = shared("fixtures/MANIFEST.tsv") else {
        return;
    };
    let home = home();
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    let mut seen = 0;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, .., broken] = fields[..] else {
            continue;
        };
        if !(file.starts_with("openclaw/") || file.starts_with("pi/")) {
            continue;
        }
        seen += 1;
        let broken: usize = broken.parse().expect("a count");
        let ran = tail(home.path(), &manifest.with_file_name(file));
        wire::events(&ran.out);
        let named = ran
            .err
            .lines()
            .filter(|line| line.contains("skipped a line"))
            .count();
        assert_eq!(named, broken, "{file}:\n{}", ran.err);
        assert_eq!(ran.code, i32::from(broken > 0), "{file}:\n{}", ran.err);
    }
    assert!(seen >= 9, "the manifest names {seen} files");
}

#[test]
fn calls_and_results_are_all_told() {
    let home = home();
    for path in fixtures(home.path()) {
        if path.extension().is_none_or(|end| end != "jsonl") {
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).into_owned();
        let records = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let (mut calls, mut results) = (BTreeSet::new(), BTreeSet::new());
        for record in records {
            let message = &record["message"];
            match message["role"].as_str() {
                Some("toolResult") => {
                    results.insert(
                        message["toolCallId"]
                            .as_str()
                            .unwrap_or_default()
                            .to_owned(),
                    );
                }
                // A command at the prompt is both at once.
                Some("bashExecution") => {
                    let id = record["id"].as_str().unwrap_or_default().to_owned();
                    calls.insert(id.clone());
                    results.insert(id);
                }
                Some("assistant") => {
                    let blocks = message["content"].as_array().into_iter().flatten();
                    calls.extend(
                        blocks
                            .filter(|block| block["type"] == "toolCall")
                            .filter_map(|block| block["id"].as_str().map(str::to_owned)),
                    );
                }
                _ => {}
            }
        }
        let events = wire::events(&tail(home.path(), &path).out);
        let told = |kind: &str| -> BTreeSet<String> {
            let own = events.iter().filter(|event| event["type"] == kind);
            own.filter_map(|event| event["call"].as_str().map(str::to_owned))
                .collect()
        };
        assert_eq!(told("tool.start"), calls, "{}", path.display());
        assert_eq!(
            told("tool.end"),
            results,
            "also those without a call: {}",
            path.display()
        );
    }
}

#[test]
fn the_same_bytes_in_give_the_same_bytes_out() {
    let home = home();
    for path in fixtures(home.path()) {
        let one = tail(home.path(), &path);
        let other = tail(home.path(), &path);
        assert!(
            one.out == other.out && one.err == other.err,
            "{}",
            path.display()
        );
        wire::events(&one.out);
    }
}

/// What the timelines of the recordings show: session, request, outcome, calls, children.
type Expected = (&'static str, &'static str, &'static str, usize, usize);

const GATEWAY: [Expected; 5] = [
    (
        "agent:main:explicit:par",
        "scenario parallel: three calls",
        "ok",
        3,
        0,
    ),
    (
        "agent:main:explicit:slow",
        "scenario slow: the gateway is killed in mid run",
        "interrupted",
        1,
        0,
    ),
    (
        "agent:main:explicit:spawn",
        "scenario spawn: start a child",
        "ok",
        1,
        1,
    ),
    (
        "agent:main:main",
        "scenario basic: echo hi, then read notes.txt",
        "ok",
        2,
        0,
    ),
    (
        "agent:main:subagent",
        "subtask-child: echo child",
        "ok",
        1,
        0,
    ),
];
const LOCAL_FILES: [Expected; 6] = [
    (
        "agent:main:explicit:par",
        "scenario parallel: three calls",
        "ok",
        3,
        0,
    ),
    (
        "agent:main:explicit:slow",
        "scenario slow: killed by SIGTERM in mid run",
        "interrupted",
        1,
        0,
    ),
    (
        "agent:main:explicit:spawn",
        "scenario spawn: start a child",
        "ok",
        1,
        1,
    ),
    (
        "agent:main:main",
        "scenario basic: echo hi, then read notes.txt",
        "ok",
        2,
        0,
    ),
    (
        "agent:main:main",
        "scenario fail: run a failing command",
        "ok",
        2,
        0,
    ),
    (
        "agent:main:subagent",
        "subtask-child: echo child",
        "ok",
        1,
        0,
    ),
];
// 9.6 left neither a result nor a status behind when it was killed, and spawned nobody locally.
const LOCAL_STORE: [Expected; 4] = [
    (
        "agent:main:explicit:par",
        "scenario parallel: three calls",
        "ok",
        3,
        0,
    ),
    (
        "agent:main:explicit:slow",
        "scenario slow: killed by SIGTERM in mid run",
        "open",
        1,
        0,
    ),
    (
        "agent:main:main",
        "scenario basic: echo hi, then read notes.txt",
        "ok",
        2,
        0,
    ),
    (
        "agent:main:main",
        "scenario fail: run a failing command",
        "ok",
        2,
        0,
    ),
];

#[derive(Debug, Default)]
struct Told {
    session: String,
    request: String,
    outcome: String,
    calls: usize,
    children: usize,
}

#[test]
fn recorded_runs_are_told_as_they_happened() {
    let home = home();
    fixtures(home.path());
    let cases: [(&str, &[Expected]); 4] = [
        ("2026.6.6/gateway", &GATEWAY),
        ("2026.6.6/local", &LOCAL_FILES),
        ("2026.9.6/gateway", &GATEWAY),
        ("2026.9.6/local", &LOCAL_STORE),
    ];
    for (name, want) in cases {
        let path = &recordings(home.path())[name];
        if !path.exists() {
            return;
        }
        let ran = tail(home.path(), path).ok();
        assert_eq!(ran.err, "", "{name}: nothing in a recording is odd");
        let mut runs: BTreeMap<(String, String), Told> = BTreeMap::new();
        for event in wire::events(&ran.out) {
            let Some(run) = event["run"].as_str() else {
                continue;
            };
            let sid = event["sid"].as_str().expect("a session").to_owned();
            let told = runs.entry((sid, run.to_owned())).or_default();
            match event["type"].as_str().unwrap_or_default() {
                "run.start" if event["continues"].is_null() => {
                    let session = event["session"].as_str().unwrap_or_default();
                    let cut = session.find("subagent").map_or(session.len(), |at| at + 8);
                    told.session = session[..cut].to_owned();
                    told.request = event["request"].as_str().unwrap_or_default().to_owned();
                    told.outcome = "open".to_owned();
                }
                "run.end" => {
                    told.outcome = event["outcome"].as_str().unwrap_or_default().to_owned()
                }
                "tool.start" => told.calls += 1,
                "agent.start" => told.children += 1,
                _ => {}
            }
        }
        let mut got: Vec<Expected> = Vec::new();
        let runs: Vec<Told> = runs.into_values().collect();
        for told in &runs {
            let known = want
                .iter()
                .find(|one| told.session == one.0 && told.request == one.1);
            let known = known.unwrap_or_else(|| unreachable!("{name}: {told:?}"));
            assert_eq!(
                (told.outcome.as_str(), told.calls, told.children),
                (known.2, known.3, known.4),
                "{name}: {told:?}"
            );
            got.push(*known);
        }
        got.sort_unstable();
        assert_eq!(got, want, "{name}");
    }
}

#[test]
fn a_recorded_child_is_inside_its_parents_box() {
    let home = home();
    fixtures(home.path());
    for (name, boxes) in [
        ("2026.6.6/gateway", 4),
        ("2026.6.6/local", 5),
        ("2026.9.6/gateway", 4),
    ] {
        let path = &recordings(home.path())[name];
        if !path.exists() {
            return;
        }
        let frames = wire::frames(&pipe(home.path(), path));
        let newest: BTreeMap<&str, &Value> = frames
            .iter()
            .map(|frame| (frame["key"].as_str().unwrap_or_default(), frame))
            .collect();
        assert_eq!(newest.len(), boxes, "{name}");
        let spawn: Vec<&&Value> = newest
            .values()
            .filter(|frame| frame["session"] == "agent:main:explicit:spawn")
            .collect();
        assert_eq!(
            spawn.len(),
            1,
            "{name}: the announce turn goes on in the same box"
        );
        assert_eq!(spawn[0]["state"], "done", "{name}");
        let steps = spawn[0]["view"]["steps"].as_array().expect("steps");
        let child = steps
            .iter()
            .find(|step| step["child"].is_object())
            .expect("a child");
        assert_eq!(child["child"]["totals"]["tools"], 1, "{name}: {child}");
    }
}

/// `tail --now T | label | render`
fn pipe(home: &Path, path: &Path) -> Vec<u8> {
    let tailed = run(
        home,
        &[
            "tail".as_ref(),
            path.as_os_str(),
            "--now".as_ref(),
            NOW.as_ref(),
        ],
    );
    wire::events(&tailed.out);
    let labelled = feed(home, &["label"], &tailed.out).ok();
    wire::events(&labelled.out);
    let rendered = feed(home, &["render"], &labelled.out).ok();
    wire::frames(&rendered.out);
    rendered.out
}

fn together(home: &Path, path: &Path) -> Vec<u8> {
    let args = ["run", "--once", "--to", "stdout", "--now", NOW].map(Path::new);
    run(home, &[&args[..], &[path]].concat()).out
}

#[test]
fn the_pipe_and_run_give_the_same_frames() {
    let home = home();
    for path in fixtures(home.path()) {
        let (one, other) = (pipe(home.path(), &path), together(home.path(), &path));
        assert!(
            one == other,
            "{}:\n{}",
            path.display(),
            difference(&one, &other)
        );
    }
}

#[test]
fn a_generated_tree_and_its_copy_in_a_store_tell_the_same() {
    let Some((generate, copy)) =
        shared("corpus/gen_transcripts.py").zip(shared("corpus/to_sqlite.py"))
    else {
        return;
    };
    let home = home();
    let (tree, store) = (home.path().join("tree"), home.path().join("store"));
    let mut made = Command::new("python3");
    made.arg(&generate).arg("--out").arg(&tree);
    made.args([
        "--sessions",
        "40",
        "--bytes",
        "4MiB",
        "--seed",
        "1",
        "--partial-tail",
        "0.1",
        "--decoys",
    ]);
    let mut copied = Command::new("python3");
    copied.arg(&copy).arg(&tree).arg("--out").arg(&store);
    for mut step in [made, copied] {
        match step.output() {
            Ok(done) => assert!(
                done.status.success(),
                "{}",
                String::from_utf8_lossy(&done.stderr)
            ),
            Err(error) => return println!("skipped: python3 does not start: {error}"),
        }
    }
    let (files, rows) = (
        tail(home.path(), &tree).ok(),
        tail(home.path(), &store).ok(),
    );
    let (files, rows) = (
        placeless(&wire::events(&files.out)),
        placeless(&wire::events(&rows.out)),
    );
    assert!(files.len() > 1_000, "{} events", files.len());
    for (number, (file, row)) in files.iter().zip(&rows).enumerate() {
        assert_eq!(file, row, "event {number}: file left, row right");
    }
    assert_eq!(files.len(), rows.len());
    for path in [tree, store] {
        let (one, other) = (pipe(home.path(), &path), together(home.path(), &path));
        assert!(
            one == other,
            "{}:\n{}",
            path.display(),
            difference(&one, &other)
        );
        assert!(!one.is_empty());
    }
}

/// The first line that differs.
fn difference(one: &[u8], other: &[u8]) -> String {
    let lines = |bytes: &[u8]| -> Vec<String> {
        String::from_utf8_lossy(bytes)
            .lines()
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (lines(one), lines(other));
    let at = one.iter().zip(&other).position(|(a, b)| a != b);
    let at = at.unwrap_or(one.len().min(other.len()));
    format!(
        "{} and {} lines; line {at}:\n{:?}\n{:?}",
        one.len(),
        other.len(),
        one.get(at),
        other.get(at)
    )
}
