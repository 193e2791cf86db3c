//! Where a run begins and ends by its records.

use serde_json::json;

use crate::support::tree::{Talk, Tree};

const KEY: &str = "agent:main:main";

#[test]
fn a_request_and_its_answer_are_one_run() {
    let mut talk = Talk::new("s1");
    talk.user(0, "fix it")
        .call(1_000, "c1", "exec", json!({"command": "ls"}))
        .result(
            2_000,
            "c1",
            "exec",
            json!({"status": "completed", "exitCode": 0, "durationMs": 700}),
        )
        .says(3_000, "Fixed.");
    assert_eq!(
        Tree::of(KEY, json!({}), &talk).digest(),
        [
            "session.start main",
            r#"run.start first user "fix it""#,
            "tool.start c1 exec",
            "tool.end c1 ok exit_code=0 ms=700",
            r#"text final "Fixed.""#,
            "run.end first ok?",
        ]
    );
}
