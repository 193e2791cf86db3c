//! Calls and their results.

use serde_json::{Value, json};

use super::{asked, told};

#[test]
fn failures_are_seen_without_is_error() {
    let cases: [(&str, Value, &str, bool, &str); 17] = [
        (
            "all well",
            json!({"status": "completed", "exitCode": 0}),
            "out",
            false,
            "ok exit_code=0",
        ),
        (
            "an exit code",
            json!({"status": "completed", "exitCode": 101}),
            "out",
            false,
            "error exit_code=101",
        ),
        (
            "details say error",
            json!({"status": "error", "error": "no such file"}),
            "x",
            false,
            r#"error "no such file""#,
        ),
        (
            "details say failed",
            json!({"status": "failed", "exitCode": null}),
            "x",
            false,
            "error",
        ),
        (
            "the text is JSON",
            json!({}),
            r#"{"status":"error","error":"denied by policy"}"#,
            false,
            r#"error "denied by policy""#,
        ),
        (
            "the text is JSON of something else",
            json!({}),
            r#"{"status":"open"}"#,
            false,
            "ok",
        ),
        (
            "isError alone",
            json!({}),
            "ENOENT: no such file\nat x",
            true,
            r#"error "ENOENT: no such file""#,
        ),
        (
            "killed by time",
            json!({"status": "failed", "timedOut": true, "exitCode": null}),
            "x",
            false,
            "timeout",
        ),
        (
            "forbidden",
            json!({"status": "forbidden", "error": "no"}),
            "x",
            false,
            r#"error "no""#,
        ),
        (
            "denied by a person",
            json!({"status": "approval-denied"}),
            "x",
            false,
            "denied",
        ),
        (
            "a crash, repaired",
            json!({}),
            "[openclaw] missing tool result in session history; inserted synthetic error result for transcript repair.",
            true,
            "interrupted",
        ),
        (
            "a crash, flagged",
            json!({"openclawSyntheticMissingToolResult": true}),
            "x",
            true,
            "interrupted",
        ),
        (
            "a newer message came",
            json!({}),
            "Skipped due to queued user message.",
            true,
            "cancelled",
        ),
        (
            "in the background",
            json!({"status": "running", "sessionId": "j1"}),
            "x",
            false,
            "background job=j1",
        ),
        (
            "its own time",
            json!({"exitCode": 0, "durationMs": 42}),
            "x",
            false,
            "ok exit_code=0 ms=42",
        ),
        ("no details", Value::Null, "x", false, "ok"),
        (
            "a time that is no number",
            json!({"exitCode": 0, "durationMs": "fast"}),
            "x",
            false,
            "ok exit_code=0",
        ),
    ];
    for (what, details, text, is_error, want) in cases {
        let mut talk = asked();
        talk.call(1_000, "c1", "exec", json!({"command": "x"}))
            .result_with(
                2_000,
                "c1",
                "exec",
                text,
                json!({"isError": is_error, "details": details}),
            );
        assert_eq!(
            told(&talk),
            [
                "tool.start c1 exec".to_owned(),
                format!("tool.end c1 {want}")
            ],
            "{what}"
        );
    }
}

#[test]
fn a_result_of_a_call_that_was_never_seen_is_kept() {
    let mut talk = asked();
    talk.result(1_000, "c9", "read", json!({}))
        .says(2_000, "Done.");
    assert_eq!(
        told(&talk),
        [
            "tool.end c9 ok",
            r#"text final "Done.""#,
            "run.end first ok?"
        ]
    );
}

#[test]
fn parallel_calls_keep_their_own_times() {
    let mut talk = asked();
    let call = |id: &str| json!({"type": "toolCall", "id": id, "name": "exec", "arguments": {"command": id}});
    talk.assistant(
        1_000,
        json!([call("c1"), call("c2")]),
        json!({"stopReason": "toolUse"}),
    )
    .result(
        4_000,
        "c1",
        "exec",
        json!({"exitCode": 0, "durationMs": 2_950}),
    )
    .result(
        4_001,
        "c2",
        "exec",
        json!({"exitCode": 0, "durationMs": 12}),
    );
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 exec",
            "tool.start c2 exec",
            "tool.end c1 ok exit_code=0 ms=2950",
            "tool.end c2 ok exit_code=0 ms=12"
        ]
    );
}

#[test]
fn a_background_job_ends_when_a_poll_says_so() {
    let cases = [
        (
            json!({"status": "completed", "exitCode": 0, "sessionId": "j1"}),
            Some("ok"),
        ),
        (
            json!({"status": "completed", "exitCode": 2, "sessionId": "j1"}),
            Some("error"),
        ),
        (
            json!({"status": "failed", "exitCode": null, "sessionId": "j1"}),
            Some("error"),
        ),
        (json!({"status": "running", "sessionId": "j1"}), None),
    ];
    for (details, want) in cases {
        let mut talk = asked();
        talk.call(
            1_000,
            "c1",
            "exec",
            json!({"command": "make", "background": true}),
        )
        .result(
            1_100,
            "c1",
            "exec",
            json!({"status": "running", "sessionId": "j1"}),
        )
        .call(
            5_000,
            "c2",
            "process",
            json!({"action": "poll", "sessionId": "j1"}),
        )
        .result(6_000, "c2", "process", details.clone());
        let told = told(&talk);
        let ended = told.iter().find(|line| line.starts_with("job.end"));
        assert_eq!(
            ended.cloned(),
            want.map(|outcome| format!("job.end j1 {outcome}")),
            "{details}"
        );
        assert_eq!(told[1], "tool.end c1 background job=j1");
    }
}

#[test]
fn a_poll_of_a_running_job_is_no_second_job() {
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({"command": "make"}))
        .result(
            1_100,
            "c1",
            "exec",
            json!({"status": "running", "sessionId": "j1"}),
        )
        .call(
            2_000,
            "c2",
            "process",
            json!({"action": "poll", "sessionId": "j1"}),
        )
        .result(
            3_000,
            "c2",
            "process",
            json!({"status": "running", "sessionId": "j1"}),
        );
    assert_eq!(
        told(&talk)[2..],
        ["tool.start c2 process", "tool.end c2 ok"]
    );
}

#[test]
fn a_call_that_waits_for_a_person_is_blocked_until_its_result() {
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({"command": "rm -r build"}))
        .result(
            2_000,
            "c1",
            "exec",
            json!({"status": "approval-pending", "command": "rm -r build"}),
        );
    assert_eq!(told(&talk), ["tool.start c1 exec", "blocked c1 permission"]);
    talk.user_with(
        60_000,
        "An async command the user already approved has completed.",
        json!({"provenance": {"kind": "internal_system", "sourceTool": "exec_approval_followup"}}),
    )
    .says(61_000, "Removed.");
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 exec",
            "blocked c1 permission",
            "unblocked c1",
            "tool.end c1 unknown",
            r#"text final "Removed.""#,
            "run.end first ok?",
        ]
    );
}

#[test]
fn a_question_blocks_until_it_is_answered() {
    let mut talk = asked();
    talk.call(
        1_000,
        "c1",
        "ask_user",
        json!({"question": "Which branch?"}),
    )
    .result(30_000, "c1", "ask_user", json!({}))
    .says(31_000, "Done.");
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 ask_user",
            "blocked c1 question",
            "unblocked c1",
            "tool.end c1 ok",
            r#"text final "Done.""#,
            "run.end first ok?"
        ]
    );
}

#[test]
fn tool_search_is_looked_through() {
    let mut talk = asked();
    talk.call(1_000, "c1", "tool_call", json!({"id": "web_search", "args": {"query": "x"}}))
        // The nested row comes first and tells the same call again.
        .message(2_000, json!({
            "role": "custom", "customType": "openclaw.nested-tool.v1", "content": "", "display": false,
            "details": {"toolCallId": "tool_search_code:c1:web_search:1", "parentToolCallId": "c1",
                        "toolName": "tool_call", "input": {"id": "web_search"}, "result": {"content": []},
                        "isError": false, "startedAt": 1_790_330_401_000_i64},
        }))
        .result(2_100, "c1", "tool_call", json!({"status": "completed"}));
    assert_eq!(told(&talk), ["tool.start c1 web_search", "tool.end c1 ok"]);
}

#[test]
fn searching_and_describing_tools_are_calls_of_their_own() {
    let mut talk = asked();
    talk.call(1_000, "c1", "tool_search", json!({"query": "x"}))
        .result(1_100, "c1", "tool_search", json!({}))
        .call(1_200, "c2", "tool_describe", json!({"id": "web_search"}))
        .result(1_300, "c2", "tool_describe", json!({}));
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 tool_search",
            "tool.end c1 ok",
            "tool.start c2 tool_describe",
            "tool.end c2 ok"
        ]
    );
}

#[test]
fn code_mode_shows_the_calls_inside_the_outer_one() {
    let nested = |id: &str, name: &str, is_error: bool| {
        json!({
            "role": "custom", "customType": "openclaw.nested-tool.v1", "content": "", "display": false,
            "details": {"toolCallId": id, "parentToolCallId": "c1", "toolName": name, "input": {"path": "a"},
                        "result": {"content": [{"type": "text", "text": "x"}]}, "isError": is_error,
                        "startedAt": 1_790_330_401_500_i64},
        })
    };
    let mut talk = asked();
    talk.call(1_000, "c1", "exec", json!({"code": "await read('a')"}))
        .message(2_000, nested("n1", "read", false))
        .message(2_500, nested("n2", "write", true))
        // A rewrite tells it again.
        .message(2_500, nested("n2", "write", true))
        .result(3_000, "c1", "exec", json!({"status": "completed"}));
    assert_eq!(
        told(&talk),
        [
            "tool.start c1 exec",
            "tool.start n1 read in c1",
            "tool.end n1 ok ms=500",
            "tool.start n2 write in c1",
            r#"tool.end n2 error ms=1000 "x""#,
            "tool.end c1 ok",
        ]
    );
}

#[test]
fn blocks_go_by_many_names() {
    for kind in ["toolCall", "toolUse", "functionCall", "tool_use"] {
        let mut talk = asked();
        talk.assistant(
            1_000,
            json!([{"type": kind, "id": "c1", "name": "read", "input": {"path": "a"}}]),
            json!({}),
        );
        assert_eq!(told(&talk), ["tool.start c1 read"], "{kind}");
    }
}

#[test]
fn arguments_spelled_as_text_are_read() {
    let mut talk = asked();
    talk.assistant(
        1_000,
        json!([{"type": "toolCall", "id": "c1", "name": "tool_call", "arguments": "{\"id\":\"read\",\"args\":{\"path\":\"a\"}}"}]),
        json!({"stopReason": "toolUse"}),
    );
    assert_eq!(told(&talk), ["tool.start c1 read"]);
}

#[test]
fn a_plan_is_counted() {
    let mut talk = asked();
    talk.call(1_000, "c1", "progress_card", json!({"steps": [
        {"step": "a", "status": "completed"}, {"step": "b", "status": "in_progress"}, {"step": "c", "status": "pending"},
    ]}));
    assert_eq!(told(&talk), ["tool.start c1 progress_card", "plan 1/3"]);
}

#[test]
fn a_command_at_the_prompt_is_call_and_result_at_once() {
    let mut talk = asked();
    talk.message(1_000, json!({"role": "bashExecution", "command": "ls", "output": "a", "exitCode": 2, "cancelled": false, "truncated": false}));
    assert_eq!(
        told(&talk),
        [
            "tool.start 00000002 bash",
            "tool.end 00000002 error exit_code=2"
        ]
    );
}

#[test]
fn results_are_sized_and_never_passed_on() {
    let mut talk = asked();
    talk.call(1_000, "c1", "read", json!({"path": "a"}))
        .raw(r#"{"type":"message","id":"00000099","timestamp":"2026-09-25T10:00:02.000Z","message":{"role":"toolResult","toolCallId":"c1","content":[{"type":"text","text":"the body of the file"}]}}"#)
        .call(3_000, "c2", "view_image", json!({}))
        .message(4_000, json!({"role": "toolResult", "toolCallId": "c2", "toolName": "view_image", "isError": false,
            "content": [{"type": "image", "data": "iVBORw0KGgo".repeat(400), "mimeType": "image/png"}]}));
    let events = crate::support::tree::Tree::of(super::MAIN, json!({}), &talk).events();
    let text = Value::Array(events.clone()).to_string();
    assert!(
        !text.contains("the body of the file") && !text.contains("iVBORw0KGgo"),
        "{text}"
    );
    let sizes: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"] == "tool.end")
        .map(|event| &event["bytes"])
        .collect();
    assert_eq!(sizes[0], &json!(20));
    assert!(sizes[1].as_u64() >= Some(4_400), "{sizes:?}");
}
