//! What the session's row says: the start that no record tells yet, and the end.

use serde_json::{Value, json};

use super::{MAIN, asked, told, told_with};
use crate::support::T0_MS;
use crate::support::digest::digest;
use crate::support::tree::{Era, Talk, Tree};

fn row(status: &str, started: i64, ended: Option<i64>) -> Value {
    let mut row = json!({"status": status, "startedAt": T0_MS + started, "updatedAt": T0_MS + ended.unwrap_or(started)});
    if let Some(ended) = ended {
        row["endedAt"] = json!(T0_MS + ended);
    }
    row
}

#[test]
fn before_the_first_flush_the_row_tells_that_a_run_began() {
    let mut tree = Tree::of(MAIN, row("running", 500, None), &Talk::default());
    for (what, talk) in [("an empty file", Some(Talk::default())), ("no file", None)] {
        tree.sessions[0].talk = talk;
        let (events, ran) = tree.tail(Era::Files, &[]);
        assert_eq!(
            digest(&events),
            ["session.start main", "run.start first user"],
            "{what}"
        );
        assert_eq!(ran.code, 0, "{what}: {}", ran.err);
        assert_eq!(events[1]["ts"], crate::support::tree::stamp(500), "{what}");
        assert_eq!(events[1]["src"]["kind"], "row", "{what}");
    }
}

#[test]
fn a_row_that_does_not_run_announces_nothing() {
    for row in [
        json!({}),
        json!({"status": "done"}),
        json!({"status": "paused"}),
    ] {
        let mut tree = Tree::of(MAIN, row.clone(), &Talk::default());
        tree.sessions[0].talk = None;
        let (events, _) = tree.tail(Era::Files, &[]);
        assert_eq!(digest(&events), [] as [&str; 0], "{row}");
    }
}

#[test]
fn a_store_is_not_deferred_and_its_row_announces_nothing() {
    let tree = Tree::of(MAIN, row("running", 500, None), &Talk::default());
    let (events, _) = tree.tail(Era::Store, &[]);
    assert!(
        !digest(&events)
            .iter()
            .any(|line| line.starts_with("run.start")),
        "the request itself comes at once"
    );
}

#[test]
fn the_row_is_the_truth_about_the_end() {
    let cases = [
        ("done", "run.end first ok"),
        ("failed", "run.end first error"),
        ("killed", "run.end first interrupted"),
        ("timeout", "run.end first timeout"),
        ("interrupted", "run.end first interrupted"),
    ];
    for (status, want) in cases {
        let mut talk = asked();
        talk.call(1_000, "c1", "exec", json!({}));
        assert_eq!(
            told_with(row(status, 0, Some(5_000)), &talk),
            ["tool.start c1 exec", want],
            "{status}"
        );
    }
}

#[test]
fn a_row_says_why_a_run_failed() {
    for error in [json!("no credit"), json!({"message": "no credit"})] {
        let mut told = row("failed", 0, Some(5_000));
        told["lastRunError"] = error;
        assert_eq!(
            told_with(told, &asked()),
            ["run.end first error (no credit)"]
        );
    }
}

#[test]
fn what_records_conclude_is_confirmed_by_the_row() {
    let mut talk = asked();
    talk.says(3_000, "Fixed.");
    assert_eq!(
        told_with(row("done", 0, Some(3_010)), &talk),
        [
            r#"text final "Fixed.""#,
            "run.end first ok?",
            "run.end first ok"
        ]
    );
    assert_eq!(
        told_with(row("failed", 0, Some(3_010)), &talk),
        [
            r#"text final "Fixed.""#,
            "run.end first ok?",
            "run.end first error"
        ],
        "and corrected"
    );
}

#[test]
fn a_row_that_runs_leaves_an_open_run_open() {
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({}));
    for row in [
        row("running", 0, None),
        json!({"status": "paused"}),
        json!({}),
        json!({"status": 7}),
    ] {
        assert_eq!(
            told_with(row.clone(), &talk),
            ["tool.start c1 exec"],
            "{row}"
        );
    }
}

#[test]
fn a_row_that_still_speaks_of_the_run_before_says_nothing_of_this_one() {
    let mut talk = asked();
    talk.says(3_000, "Fixed.").user(60_000, "again");
    assert_eq!(
        told_with(row("done", 0, Some(3_010)), &talk),
        [
            r#"text final "Fixed.""#,
            "run.end first ok?",
            r##"run.start #1 user "again""##
        ]
    );
}

#[test]
fn a_row_that_ended_a_moment_before_the_last_record_counts() {
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({}))
        .result(2_000, "c1", "exec", json!({"exitCode": 0}))
        .says(3_000, "Fixed.");
    let told = told_with(row("done", 0, Some(2_990)), &talk);
    assert_eq!(told.last().map(String::as_str), Some("run.end first ok"));
}

#[test]
fn late_rows_of_a_killed_run_do_not_wake_it() {
    // 2026.6.6 appends the call's result and an aborted message 20 ms after `killed`.
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({}))
        .assistant(
            5_000,
            json!([{"type": "text", "text": "Looking."}]),
            json!({"provider": "openclaw", "model": "gateway-injected", "openclawAbort": {"aborted": true}}),
        )
        .result(5_020, "c1", "exec", json!({"status": "failed", "exitCode": null}))
        .assistant(5_021, json!([]), json!({"stopReason": "aborted", "timestamp": T0_MS + 4_000}));
    assert_eq!(
        told_with(row("killed", 0, Some(5_000)), &talk),
        [
            "tool.start c1 exec",
            "run.end first interrupted? (aborted)",
            "tool.end c1 interrupted",
            "run.end first interrupted"
        ]
    );
}

#[test]
fn without_a_row_a_root_run_ends_with_its_answer() {
    let mut talk = asked();
    talk.says(3_000, "Fixed.").record(
        3_050,
        json!({"type": "custom", "customType": "openclaw:bootstrap-context:full", "data": {}}),
    );
    assert_eq!(told(&talk), [r#"text final "Fixed.""#, "run.end first ok?"]);
}

#[test]
fn the_bootstrap_row_ends_a_run_whose_stop_reason_did_not() {
    let mut talk = asked();
    talk.assistant(
        3_000,
        json!([{"type": "text", "text": "Fixed."}]),
        json!({}),
    )
    .record(
        3_050,
        json!({"type": "custom", "customType": "openclaw:bootstrap-context:full", "data": {}}),
    );
    assert_eq!(
        told(&talk),
        [r#"text unknown "Fixed.""#, "run.end first ok?"]
    );
}
