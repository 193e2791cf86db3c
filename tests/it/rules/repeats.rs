//! What stands in a transcript twice is told once.

use serde_json::json;

use super::{MAIN, asked, told};
use crate::support::T0_MS;
use crate::support::tree::{Talk, Tree};

#[test]
fn a_suffix_that_is_appended_again_under_new_ids_is_told_once() {
    let mut talk = asked();
    let fork = talk.last_id();
    let call = json!({"role": "assistant", "content": [{"type": "text", "text": "Looking."},
        {"type": "toolCall", "id": "c1", "name": "read", "arguments": {"path": "a"}}], "stopReason": "toolUse", "timestamp": T0_MS + 1_000});
    let result = |text: &str| {
        json!({"role": "toolResult", "toolCallId": "c1", "toolName": "read", "isError": false,
        "content": [{"type": "text", "text": text}], "timestamp": T0_MS + 2_000})
    };
    talk.message(1_000, call.clone())
        .message(2_000, result("a very long text"));
    // Too long a result is cut: the history branches off before it and is written again.
    talk.record(
        5_000,
        json!({"type": "message", "parentId": fork, "message": call}),
    )
    .message(5_001, result("a very…"))
    .says(6_000, "Done.");
    assert_eq!(
        told(&talk),
        [
            r#"text commentary "Looking.""#,
            "tool.start c1 read",
            "tool.end c1 ok",
            r#"text final "Done.""#,
            "run.end first ok?"
        ]
    );
}

#[test]
fn a_whole_turn_that_is_appended_again_makes_no_second_run() {
    let mut talk = asked();
    talk.says(1_000, "Fixed.")
        .user(10_000, "again")
        .says(11_000, "Done.");
    let root = "00000001";
    let message = |role: &str, text: &str, at: i64, stop: &str| json!({"role": role, "content": [{"type": "text", "text": text}], "timestamp": T0_MS + at, "stopReason": stop});
    talk.record(20_000, json!({"type": "message", "parentId": root, "message": message("assistant", "Fixed.", 1_000, "stop")}));
    let again = json!({"role": "user", "content": [{"type": "text", "text": "again"}], "timestamp": T0_MS + 10_000});
    talk.message(20_001, again)
        .message(20_002, message("assistant", "Done.", 11_000, "stop"));
    assert_eq!(
        told(&talk),
        [
            r#"text final "Fixed.""#,
            "run.end first ok?",
            r##"run.start #1 user "again""##,
            r#"text final "Done.""#,
            "run.end #1 ok?"
        ]
    );
}

#[test]
fn the_same_words_at_another_time_are_said_twice() {
    let mut talk = asked();
    talk.assistant(
        1_000,
        json!([{"type": "text", "text": "Looking."}]),
        json!({"stopReason": "toolUse"}),
    )
    .assistant(
        2_000,
        json!([{"type": "text", "text": "Looking."}]),
        json!({"stopReason": "toolUse"}),
    );
    assert_eq!(
        told(&talk),
        [r#"text commentary "Looking.""#; 2].map(|line| line.replace("commentary", "unknown"))
    );
}

#[test]
fn an_orphaned_message_and_a_retry_branch_are_normal() {
    let mut talk = asked();
    talk.record(2_000, json!({"type": "message", "parentId": null, "message":
        {"role": "assistant", "content": [{"type": "text", "text": "Fixed."}], "stopReason": "stop", "timestamp": T0_MS + 1_500}}));
    assert_eq!(told(&talk), [r#"text final "Fixed.""#, "run.end first ok?"]);
}

#[test]
fn compactions_and_resets_are_told_once() {
    let mut talk = asked();
    let compaction = json!({"type": "compaction", "id": "k1", "summary": "s", "firstKeptEntryId": "x", "tokensBefore": 9});
    talk.record(1_000, compaction.clone())
        .record(1_000, compaction);
    let reset = json!({"type": "reset", "id": "k2", "reason": "idle"});
    talk.record(3_000, reset.clone()).record(3_000, reset);
    assert_eq!(
        told(&talk),
        [
            "compact",
            "run.end first interrupted? (reset)",
            "reset idle"
        ]
    );
}

#[test]
fn a_forks_copied_history_is_not_played_again() {
    let mut talk = Talk::bare();
    talk.line(json!({"type": "session", "version": 3, "id": "s2", "timestamp": crate::support::tree::stamp(100_000),
                     "cwd": "/srv/w", "parentSession": "/state/agents/main/sessions/s1.jsonl"}));
    talk.user(0, "old request")
        .call(1_000, "c1", "read", json!({}))
        .result(2_000, "c1", "read", json!({}))
        .says(3_000, "Old answer.")
        .user(101_000, "new request")
        .says(102_000, "New answer.");
    let mut tree = Tree::default();
    tree.add(
        "agent:main:mattermost:channel:c1:thread:r1",
        "s2",
        json!({"forkedFromParent": true}),
        &talk,
    );
    let digest = tree.digest();
    assert_eq!(digest.len(), 4, "{digest:?}");
    assert!(
        digest[1].starts_with(r##"run.start #1 user "new request""##),
        "ours is not the transcript's first: {digest:?}"
    );
    assert_eq!(
        digest[2..],
        [r#"text final "New answer.""#, "run.end #1 ok?"]
    );
}

#[test]
fn version_one_records_without_ids_are_told_apart_by_content() {
    let mut talk = Talk::bare();
    talk.line(json!({"type": "session", "id": "s1", "timestamp": crate::support::tree::stamp(0), "cwd": "/srv/w", "provider": "x", "modelId": "m"}));
    for (at, role, text) in [(0, "user", "fix it"), (1_000, "assistant", "Fixed.")] {
        talk.line(json!({"type": "message", "timestamp": crate::support::tree::stamp(at),
            "message": {"role": role, "content": [{"type": "text", "text": text}], "stopReason": "stop", "timestamp": T0_MS + at}}));
    }
    assert_eq!(
        Tree::of(MAIN, json!({}), &talk).digest(),
        [
            "session.start main",
            r#"run.start first user "fix it""#,
            r#"text final "Fixed.""#,
            "run.end first ok?"
        ]
    );
}
