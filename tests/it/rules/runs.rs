//! Where a run begins and ends by its records.

use serde_json::json;

use super::{MAIN, asked, told};
use crate::support::tree::{Talk, Tree};

#[test]
fn a_request_and_its_answer_are_one_run() {
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({"command": "ls"}))
        .result(
            2_000,
            "c1",
            "exec",
            json!({"status": "completed", "exitCode": 0, "durationMs": 700}),
        )
        .says(3_000, "Fixed.");
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 exec",
            "tool.end c1 ok exit_code=0 ms=700",
            r#"text final "Fixed.""#,
            "run.end first ok?",
        ]
    );
}

#[test]
fn a_request_after_an_answer_is_a_run_of_its_own() {
    let mut talk = asked();
    talk.says(1_000, "Fixed.")
        .user(60_000, "again")
        .says(61_000, "Done.");
    assert_eq!(
        told(&talk),
        [
            r#"text final "Fixed.""#,
            "run.end first ok?",
            r##"run.start #1 user "again""##,
            r#"text final "Done.""#,
            "run.end #1 ok?",
        ]
    );
}

#[test]
fn a_message_inside_an_open_turn_joins_it() {
    let mut talk = asked();
    talk.call(1_000, "c1", "read", json!({"path": "a"}))
        .result(2_000, "c1", "read", json!({}))
        .user(2_500, "and that too")
        .says(3_000, "Both.")
        .user(9_000, "third");
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 read",
            "tool.end c1 ok",
            r#"text final "Both.""#,
            "run.end first ok?",
            r##"run.start #1 user "third""##,
        ],
        "one run for the two messages, one for the third"
    );
}

#[test]
fn a_skipped_call_is_cancelled_by_the_newer_message() {
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({"command": "sleep 9"}))
        .result_with(
            2_000,
            "c1",
            "exec",
            "Skipped due to queued user message.",
            json!({"isError": true}),
        )
        .user(2_100, "no, this way")
        .says(3_000, "This way.");
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 exec",
            "tool.end c1 cancelled",
            r#"text final "This way.""#,
            "run.end first ok?",
        ]
    );
}

#[test]
fn a_fallback_that_repeats_the_request_goes_on_with_its_run() {
    let error = |talk: &mut Talk, at: i64| {
        let more = json!({"stopReason": "error", "errorMessage": "overloaded"});
        talk.assistant(at, json!([]), more);
    };
    let mut talk = asked();
    error(&mut talk, 1_000);
    error(&mut talk, 3_000);
    // The same words at the same time under a new id, as the fallback writes them.
    talk.message(
        5_000,
        json!({"role": "user", "content": [{"type": "text", "text": "fix it"}],
               "timestamp": crate::support::T0_MS}),
    )
    .says(6_000, "Fixed.");
    assert_eq!(
        told(&talk),
        [
            r#"error "overloaded""#,
            r#"error "overloaded""#,
            r#"text final "Fixed.""#,
            "run.end first ok?",
        ]
    );
}

#[test]
fn a_fallback_at_a_later_time_is_known_by_its_idempotency_key() {
    let mut talk = Talk::new("s1");
    talk.user_with(0, "fix it", json!({"idempotencyKey": "k1:user"}))
        .assistant(
            1_000,
            json!([]),
            json!({"stopReason": "error", "errorMessage": "overloaded"}),
        )
        .user_with(5_000, "fix it", json!({"idempotencyKey": "k1:user"}))
        .says(6_000, "Fixed.");
    assert_eq!(
        Tree::of(MAIN, json!({}), &talk).digest(),
        [
            "session.start main",
            r#"run.start k1:user user "fix it""#,
            r#"error "overloaded""#,
            r#"text final "Fixed.""#,
            "run.end k1:user ok?",
        ]
    );
}

#[test]
fn a_fallback_that_repeats_the_request_after_an_error_is_no_second_run() {
    let mut talk = asked();
    talk.assistant(
        1_000,
        json!([]),
        json!({"stopReason": "error", "errorMessage": "overloaded"}),
    )
    .user(9_000, "fix it")
    .says(10_000, "Fixed.");
    assert_eq!(
        told(&talk),
        [
            r#"error "overloaded""#,
            r#"text final "Fixed.""#,
            "run.end first ok?",
        ]
    );
}

#[test]
fn the_turn_that_was_left_with_a_call_is_interrupted_by_the_next_request() {
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({"command": "x"}))
        .user(90_000, "still there?");
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 exec",
            "run.end first interrupted?",
            r##"run.start #1 user "still there?""##,
        ]
    );
}

#[test]
fn a_stop_reason_is_not_trusted_while_calls_pend() {
    let mut talk = asked();
    let blocks = json!([{"type": "toolCall", "id": "c1", "name": "exec", "arguments": {}}]);
    talk.assistant(1_000, blocks, json!({"stopReason": "stop"}))
        .result(2_000, "c1", "exec", json!({"exitCode": 0}))
        .assistant(
            3_000,
            json!([{"type": "text", "text": "Fixed."}]),
            json!({"stopReason": "endTurn"}),
        );
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 exec",
            "tool.end c1 ok exit_code=0",
            r#"text final "Fixed.""#,
            "run.end first ok?",
        ]
    );
}

#[test]
fn a_reset_ends_the_run_and_keeps_the_session() {
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({}))
        .record(2_000, json!({"type": "reset", "reason": "new"}))
        .user(3_000, "afresh")
        .says(4_000, "Hello.");
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 exec",
            "run.end first interrupted? (reset)",
            "reset new",
            r##"run.start #1 user "afresh""##,
            r#"text final "Hello.""#,
            "run.end #1 ok?",
        ]
    );
}

#[test]
fn compaction_inside_a_run_is_told_and_ends_nothing() {
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({}))
        .result(2_000, "c1", "exec", json!({"exitCode": 0}))
        .record(
            2_500,
            json!({"type": "compaction", "summary": "so far", "firstKeptEntryId": "x", "tokensBefore": 120_000}),
        )
        .says(3_000, "Fixed.");
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 exec",
            "tool.end c1 ok exit_code=0",
            "compact",
            r#"text final "Fixed.""#,
            "run.end first ok?",
        ]
    );
    let events = Tree::of(MAIN, json!({}), &talk).events();
    let compact = events.iter().find(|event| event["type"] == "compact");
    assert_eq!(compact.map(|event| &event["before"]), Some(&json!(120_000)));
}

#[test]
fn an_aborted_turn_is_interrupted_however_it_is_said() {
    let aborted: [(&str, fn(&mut Talk)); 3] = [
        ("a stop reason", |talk| {
            talk.assistant(2_000, json!([]), json!({"stopReason": "aborted"}));
        }),
        ("a custom message", |talk| {
            talk.record(
                2_000,
                json!({"type": "custom_message", "customType": "openclaw:turn-aborted", "content": "x", "display": false}),
            );
        }),
        ("the Gateway's notice, which repeats earlier text", |talk| {
            talk.assistant(
                2_000,
                json!([{"type": "text", "text": "Looking."}]),
                json!({"provider": "openclaw", "model": "gateway-injected", "stopReason": "stop",
                       "openclawAbort": {"aborted": true, "origin": "rpc", "runId": "r"}}),
            );
        }),
    ];
    for (what, abort) in aborted {
        let mut talk = asked();
        talk.call(1_000, "c1", "exec", json!({}));
        abort(&mut talk);
        assert_eq!(
            told(&talk),
            ["tool.start c1 exec", "run.end first interrupted? (aborted)"],
            "{what}"
        );
    }
}

#[test]
fn a_prompt_that_failed_is_told() {
    let mut talk = asked();
    talk.record(
        1_000,
        json!({"type": "custom", "customType": "openclaw:prompt-error", "data": {"error": "no key"}}),
    );
    assert_eq!(told(&talk), [r#"error "no key""#]);
}

#[test]
fn records_that_mean_nothing_to_a_run_are_silent() {
    let mut talk = asked();
    for record in [
        json!({"type": "thinking_level_change", "thinkingLevel": "high"}),
        json!({"type": "branch_summary", "fromId": "x", "summary": "y"}),
        json!({"type": "label", "targetId": "x", "label": "y"}),
        json!({"type": "session_info", "name": "y"}),
        json!({"type": "leaf", "targetId": "x", "appendMode": "side"}),
        json!({"type": "custom", "customType": "model-snapshot", "data": {}}),
        json!({"type": "custom", "customType": "openclaw.cache-ttl", "data": {}}),
        json!({"type": "custom_message", "customType": "openclaw.runtime-context", "content": "x", "display": false}),
    ] {
        talk.record(1_000, record);
    }
    let tree = Tree::of(MAIN, json!({}), &talk);
    assert_eq!(told(&talk), [] as [&str; 0]);
    let (_, ran) = tree.tail(crate::support::tree::Era::Files, &[]);
    assert_eq!(ran.err, "", "known records are not remarked upon");
}
