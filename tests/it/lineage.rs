//! Families of agents of two kinds, to the byte and live: an OpenClaw run that starts `claude -p` from a
//! shell and works through Claude Code over ACP, with a look-alike beside it that is no child.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use crate::faults::harness::{PATIENCE, Tail};
use crate::faults::writer::append;
use crate::goldens::{hold, made};
use crate::support::home;
use crate::support::tree::{Era, Talk, Tree};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lineage")
}

#[test]
fn families_of_two_kinds_nest_to_the_byte() {
    let cases = ["working", "done"].map(|name| folder().join(name));
    let asked = ["--now", "2026-09-25T10:01:00Z", "openclaw", "claude"];
    hold(cases.map(|case| (made(&case, &asked), case)));
}

#[test]
fn a_child_whose_name_sorts_first_is_read_behind_the_call_that_started_it() {
    let case = folder().join("handed");
    let asked = ["--now", "2026-09-25T10:01:00Z", "codex", "claude"];
    hold([(made(&case, &asked), case)]);
}

/// A family that grows while it is followed: the transcripts of the golden case, written anew.
struct Growing {
    place: tempfile::TempDir,
    tail: Tail,
}

/// Where the one that starts the other stands, and the other.
const PARENT: &str = "openclaw/agents/main/sessions/0aa1b2c3-1111-4222-8333-444455556666.jsonl";
const CHILD: &str = "claude/projects/harbour/2cc1b2c3-1111-4222-8333-444455556666.jsonl";

/// Where that stands in a home directory.
fn own(place: &tempfile::TempDir, path: &str) -> PathBuf {
    place.path().join(format!(".{path}"))
}

impl Growing {
    fn new() -> Self {
        Self::asking(&[])
    }

    /// The same, asked for less than all.
    fn asking(more: &[&str]) -> Self {
        let place = home();
        for path in [PARENT, CHILD] {
            let directory = own(&place, path);
            std::fs::create_dir_all(directory.parent().expect("one")).expect("made");
        }
        let args = ["-f", "--from", "start"].iter().chain(more);
        let tail = Tail::start(place.path(), args.map(OsString::from).collect(), &[]);
        Self { place, tail }
    }

    /// Writes the transcript at `path` as the golden case has it.
    fn write(&self, path: &str) {
        let text = std::fs::read(folder().join("working").join(path)).expect("a transcript");
        std::fs::write(own(&self.place, path), text).expect("written");
    }

    /// The event of this type and source that `is` the one, once it comes.
    fn until(&mut self, kind: &str, source: &str, is: impl Fn(&Value) -> bool) -> Value {
        let wanted =
            |event: &&Value| event["type"] == kind && event["source"] == source && is(event);
        self.tail
            .until(kind, |tail| tail.events.iter().any(|event| wanted(&event)));
        let mut events = self.tail.events.iter();
        events.find(wanted).expect("it came").clone()
    }
}

#[test]
fn a_family_of_two_kinds_is_linked_while_it_grows() {
    let mut family = Growing::new();
    family.write(PARENT);
    family.until("tool.start", "openclaw", |event| event["call"] == "x1");
    family.write(CHILD);
    let run = family.until("run.start", "claude", |_| true);
    assert_eq!(run["parent"]["call"], "x1", "{run}");
    assert_eq!(run["parent"]["inferred"], true, "{run}");
}

#[test]
fn a_child_that_was_seen_first_is_linked_once_its_parent_is() {
    let mut family = Growing::new();
    family.write(CHILD);
    let run = family.until("run.start", "claude", |_| true);
    assert!(run["parent"].is_null(), "{run}");
    family.write(PARENT);
    let start = family.until("agent.start", "openclaw", |event| event["call"] == "x1");
    assert_eq!(start["child"]["sid"], run["sid"], "{start}");
    assert_eq!(start["child"]["run"], run["run"], "{start}");
}

/// A row names the child of a session that nobody asked for.
#[test]
fn a_child_that_alone_is_asked_for_is_linked_once_a_row_names_it() {
    const NAMED: &str = "claude/projects/charts/3dd1b2c3-1111-4222-8333-444455556666.jsonl";
    const ROWS: &str = "openclaw/agents/main/sessions/sessions.json";
    let mut family = Growing::asking(&["--session", "3dd1*"]);
    std::fs::create_dir_all(own(&family.place, NAMED).parent().expect("one")).expect("made");
    family.write(NAMED);
    let run = family.until("run.start", "claude", |_| true);
    assert!(run["parent"].is_null(), "{run}");
    family.write(ROWS);
    let lines = std::fs::read_to_string(own(&family.place, NAMED)).expect("reads");
    let call = lines.lines().nth(1).expect("a call");
    // The index is read a moment later: what is written until then tells nothing of it.
    let end = Instant::now() + PATIENCE;
    for number in 2.. {
        let id = format!("e{number}");
        let next = call.replace("3dd1b2c3-2", &format!("3dd1b2c3-{id}"));
        let next = next
            .replace("m11", &format!("m{id}"))
            .replace("\"e1\"", &format!("\"{id}\""));
        append(&own(&family.place, NAMED), format!("{next}\n").as_bytes());
        family.until("tool.start", "claude", |event| event["call"] == *id);
        let is_linked =
            |event: &&Value| event["type"] == "session.start" && !event["parent"].is_null();
        if let Some(start) = family.tail.events.iter().find(is_linked) {
            let parent = &start["parent"]["sid"];
            assert_eq!(parent, "1bb1b2c3-1111-4222-8333-444455556666", "{start}");
            return;
        }
        assert!(Instant::now() < end, "it was never linked");
    }
}

#[test]
fn who_has_no_family_is_told_at_once_and_families_when_all_of_them_were_read() {
    const CHILD_KEY: &str = "agent:main:subagent:9d";
    let mut parent = Talk::new("s1");
    let task = json!({"task": "look", "label": "look"});
    parent
        .user(0, "fix it")
        .call(500, "c1", "sessions_spawn", task);
    let accepted = json!({"status": "accepted", "childSessionKey": CHILD_KEY, "runId": "r1"});
    parent.result(700, "c1", "sessions_spawn", accepted);
    let (mut child, mut alone) = (Talk::new("s2"), Talk::new("s3"));
    child.user(800, "look");
    alone.user(900, "chart it");
    let mut tree = Tree::of("agent:main:main", json!({}), &parent);
    tree.add(
        CHILD_KEY,
        "s2",
        json!({"spawnedBy": "agent:main:main"}),
        &child,
    );
    tree.add("agent:scout:main", "s3", json!({}), &alone);
    let home = home();
    tree.write(&home.path().join(".openclaw"), Era::Files);
    let mut tail = Tail::start(home.path(), vec!["-f".into()], &[]);
    let told = |tail: &Tail| -> Vec<String> {
        let starts = tail
            .events
            .iter()
            .filter(|event| event["type"] == "run.start");
        let of = starts.map(|event| event["sid"].as_str().expect("a sid").to_owned());
        of.collect()
    };
    tail.until("all runs", |tail| told(tail).len() == 3);
    assert_eq!(told(&tail), ["s3", "s1", "s2"]);
}
