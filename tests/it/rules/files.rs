//! Which files hold a session: successors, topics, other mounts, and what only looks like one.

use serde_json::{Value, json};

use super::MAIN;
use crate::support::digest::digest;
use crate::support::tree::{Era, Talk, Tree, stamp};
use crate::support::{feed, home, run, wire};

const PARENT: &str = "11111111-1111-4111-8111-111111111111";
const NEXT: &str = "22222222-2222-4222-8222-222222222222";

/// A run whose compaction goes on in a new file.
fn rotated() -> Tree {
    let mut before = Talk::new(PARENT);
    before
        .user(0, "fix it")
        .call(1_000, "c1", "read", json!({"path": "a.rs"}))
        .result(2_000, "c1", "read", json!({}));
    let mut after = Talk::bare();
    after.line(json!({"type": "session", "version": 3, "id": NEXT, "timestamp": stamp(2_500), "cwd": "/srv/w",
                      "parentSession": format!("/state/agents/main/sessions/{PARENT}.jsonl")}));
    after
        .record(2_600, json!({"type": "compaction", "summary": "s", "firstKeptEntryId": "x", "tokensBefore": 9}))
        .call(3_000, "c2", "read", json!({"path": "b.rs"}))
        .result(4_000, "c2", "read", json!({}))
        .says(5_000, "Fixed.");
    let mut tree = Tree::default();
    tree.add(MAIN, NEXT, json!({}), &after).file =
        Some(format!("2026-09-25T10-00-02-500Z_{NEXT}.jsonl"));
    let old = tree.add("agent:main:old", PARENT, json!({}), &before);
    old.key = None;
    tree
}

#[test]
fn a_file_that_compaction_began_goes_on_with_the_same_run() {
    let (events, ran) = rotated().tail(Era::Files, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let told = digest(&events);
    let starts: Vec<&String> = told
        .iter()
        .filter(|line| line.starts_with("run.start"))
        .collect();
    assert_eq!(starts, [r#"run.start first user "fix it""#], "{told:?}");
    assert_eq!(
        told[told.len() - 4..],
        [
            "tool.start c2 read",
            "tool.end c2 ok",
            r#"text final "Fixed.""#,
            "run.end first ok?"
        ]
    );
    assert!(told.contains(&"compact".to_owned()));
    let home = home();
    let frames = wire::frames(&feed(home.path(), &["render"], &ran.out).ok().out);
    let keys: std::collections::BTreeSet<&str> = frames
        .iter()
        .filter_map(|frame| frame["key"].as_str())
        .collect();
    assert_eq!(keys.len(), 1, "one box");
    let last = frames.last().expect("a frame");
    assert_eq!(last["view"]["totals"]["tools"], 2, "{last}");
}

#[test]
fn a_row_names_its_file_in_whatever_way() {
    let mut talk = Talk::new("s1");
    talk.user(0, "fix it").says(1_000, "Done.");
    for named in [
        "s1-topic-7.jsonl",
        "./s1-topic-7.jsonl",
        "/home/node/.openclaw/agents/main/sessions/s1-topic-7.jsonl",
    ] {
        let home = home();
        let state = home.path().join(".openclaw");
        let mut tree = Tree::of(MAIN, json!({"sessionFile": named}), &talk);
        tree.sessions[0].talk = None;
        tree.write(&state, Era::Files);
        std::fs::write(
            state.join("agents/main/sessions/s1-topic-7.jsonl"),
            talk.bytes(),
        )
        .expect("a transcript");
        let ran = run(home.path(), &["tail"]).ok();
        let events = wire::events(&ran.out);
        assert_eq!(ran.err, "", "{named}");
        assert_eq!(
            digest(&events)[1],
            r#"run.start first user "fix it""#,
            "{named}"
        );
        assert!(
            events.iter().all(|event| event["session"] == MAIN),
            "{named}: the row's own"
        );
    }
}

#[test]
fn what_only_looks_like_a_transcript_is_not_read() {
    let mut talk = Talk::new("s1");
    talk.user(0, "fix it").says(1_000, "Done.");
    let home = home();
    let state = home.path().join(".openclaw");
    Tree::of(MAIN, json!({}), &talk).write(&state, Era::Files);
    let want = run(home.path(), &["tail"]).ok().out;
    let uuid = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
    for name in [
        "sessions.json.lock".to_owned(),
        format!("sessions.json.77.{uuid}.tmp"),
        "sessions.json.bak.1".to_owned(),
        "s1.jsonl.lock".to_owned(),
        "s0.jsonl.deleted.2026-09-25T10-00-00.000Z".to_owned(),
        "s0.jsonl.reset.2026-09-25T10-00-00.000Z".to_owned(),
        "s0.jsonl.bak.2026-09-25T10-00-00.000Z.zst".to_owned(),
        format!("s1.checkpoint.{uuid}.jsonl"),
        "s1.trajectory.jsonl".to_owned(),
        "s1.trajectory-path.json".to_owned(),
        "s1.acp-stream.jsonl".to_owned(),
        "s1.jsonl.bak-12-1790330400000".to_owned(),
        "s1.jsonl.corrupt-1790330400000.jsonl".to_owned(),
    ] {
        std::fs::write(state.join("agents/main/sessions").join(&name), talk.bytes())
            .expect("a file");
        assert_eq!(run(home.path(), &["tail"]).ok().out, want, "{name}");
    }
}

#[test]
fn every_kind_of_place_can_be_named() {
    let mut talk = Talk::new("s1");
    talk.user(0, "fix it").says(1_000, "Done.");
    let home = home();
    for (era, places) in [
        (
            Era::Files,
            &[
                "",
                "agents",
                "agents/main",
                "agents/main/sessions",
                "agents/main/sessions/s1.jsonl",
            ][..],
        ),
        (
            Era::Store,
            &[
                "",
                "agents",
                "agents/main",
                "agents/main/agent/openclaw-agent.sqlite",
            ],
        ),
    ] {
        let state = home.path().join(format!("{era:?}"));
        Tree::of(MAIN, json!({}), &talk).write(&state, era);
        for place in places {
            let path = state.join(place);
            let ran = run(home.path(), &["tail".as_ref(), path.as_os_str()]).ok();
            let events = wire::events(&ran.out);
            assert_eq!(
                digest(&events)[1..],
                [
                    r#"run.start first user "fix it""#,
                    r#"text final "Done.""#,
                    "run.end first ok?"
                ],
                "{era:?} {place}"
            );
        }
    }
}

#[test]
fn a_store_in_use_wins_over_files_that_were_left() {
    let talk = |text: &str| {
        let mut talk = Talk::new("s1");
        talk.user(0, text).says(1_000, "Done.");
        talk
    };
    let home = home();
    let state = home.path().join(".openclaw");
    Tree::of(MAIN, json!({}), &talk("old")).write(&state, Era::Files);
    Tree::of(MAIN, json!({}), &talk("new")).write(&state, Era::Store);
    let events = wire::events(&run(home.path(), &["tail"]).ok().out);
    let requests: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "run.start")
        .map(|event| &event["request"])
        .collect();
    assert_eq!(requests, ["new"]);
}
