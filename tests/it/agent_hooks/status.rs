//! `status`: events become changes of each agent's status.

use std::path::Path;

use crate::support::{feed, home, run, wire};

fn events() -> Vec<u8> {
    let home = home();
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/openclaw");
    let tree = tree.to_str().expect("a path");
    run(
        home.path(),
        &["tail", tree, "--now", "2026-11-20T00:00:00Z"],
    )
    .ok()
    .out
}

#[test]
fn every_change_is_one_object_by_the_schema() {
    let home = home();
    let ran = feed(home.path(), &["status"], &events()).ok();
    let schema = live_status::wire::status::schema();
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let lines = ran.lines();
    for line in &lines {
        assert!(schema.is_valid(line), "{line}");
        assert_eq!(
            line["chat_id"], line["sid"],
            "the sessions of the example have UUIDs"
        );
    }
    let of = |sid: &str| -> Vec<_> {
        let own = lines.iter().filter(|line| line["sid"] == sid);
        own.map(|line| line["status"].as_str().expect("a status").to_owned())
            .collect()
    };
    assert_eq!(
        of("05a4f84e-e655-45dc-a3ab-eb87bafc5062"),
        ["working", "idle"]
    );
    assert_eq!(
        of("770e3fc8-7f70-4e9c-a9dd-c16486a257ac"),
        ["working", "blocked", "working", "idle"]
    );
    assert_eq!(
        of("1881e12c-dd18-41d4-a744-5639b5d589ee"),
        ["working", "idle", "working", "error"]
    );
    let stopped = lines.iter().find(|line| line["reason"] == "interrupted");
    assert_eq!(stopped.expect("one was stopped")["status"], "idle");
}

#[test]
fn the_same_changes_as_events_go_on_down_the_pipe() {
    let home = home();
    let updates = feed(home.path(), &["status"], &events()).ok().lines();
    let out = feed(home.path(), &["status", "--output", "events"], &events()).ok();
    let lines = wire::events(&out.out);
    assert_eq!(lines.len(), updates.len());
    for (line, update) in lines.iter().zip(&updates) {
        assert_eq!(
            (&line["type"], &line["state"], &line["ts"]),
            (&"status".into(), &update["status"], &update["at"])
        );
    }
}

#[test]
fn what_is_no_event_is_named_and_stops_nothing() {
    let home = home();
    let mut input = b"{}\nnonsense\n".to_vec();
    input.extend(events());
    let ran = feed(home.path(), &["status"], &input);
    assert_eq!(ran.code, 1);
    assert!(ran.lines().len() > 10);
    assert!(ran.err.contains("standard input:0"), "{}", ran.err);
}

#[test]
fn hooks_alone_tell_a_status() {
    let home = home();
    let mut events = Vec::new();
    for text in [
        r#"{"session_id":"s","hook_event_name":"UserPromptSubmit"}"#,
        r#"{"session_id":"s","hook_event_name":"PostToolUse"}"#,
        r#"{"session_id":"s","hook_event_name":"PermissionRequest"}"#,
        r#"{"session_id":"s","hook_event_name":"Stop"}"#,
    ] {
        events.extend(
            feed(home.path(), &["hook", "claude", "--print"], text.as_bytes())
                .ok()
                .out,
        );
    }
    let ran = feed(home.path(), &["status"], &events).ok();
    let lines = ran.lines();
    let words: Vec<_> = lines
        .iter()
        .map(|line| line["status"].as_str().expect("a status"))
        .collect();
    assert_eq!(words, ["working", "blocked", "idle"]);
    assert_eq!(lines[0]["agent"], "claude");
    assert_eq!(lines[1]["reason"], "permission");
}
