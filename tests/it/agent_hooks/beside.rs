//! `tail -f` with hooks beside a transcript: both are heard, in the order in which they are to be believed.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::SystemTime;

use live_status::daemon::reader::wire_time;
use serde_json::{Value, json};

use crate::support::waits::Lines;
use crate::support::{feed, home, program};

const SESSION: &str = "0b4ef2f8-2c1e-4c2e-9d7a-5b7e3a1c0d11";

/// The next event that `wanted` takes; what comes before goes by.
fn next(lines: &Lines, wanted: &dyn Fn(&Value) -> bool) -> Value {
    lines.find("an event", |line| {
        let event: Value = serde_json::from_str(line).expect("JSON");
        wanted(&event).then_some(event)
    })
}

fn record(file: &Path, seconds: i64, more: Value) {
    let at = wire_time(SystemTime::now()).plus_ms(seconds * 1_000);
    let mut line = json!({
        "uuid": format!("u{seconds}"), "parentUuid": null, "isSidechain": false, "sessionId": SESSION,
        "version": "2.1.150", "cwd": "/p", "timestamp": at,
    });
    let fields = more.as_object().expect("fields").clone();
    line.as_object_mut().expect("a line").extend(fields);
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)
        .expect("opens");
    file.write_all(format!("{line}\n").as_bytes())
        .expect("writes");
}

fn call(home: &Path, event: &str, session: &str) {
    let payload = json!({"session_id": session, "hook_event_name": event, "tool_name": "Bash"});
    feed(home, &["hook", "claude"], payload.to_string().as_bytes()).ok();
}

#[test]
fn a_person_who_is_asked_shows_at_once_and_the_transcript_ends_the_wait() {
    let home = home();
    let project = home.path().join(".claude/projects/-p");
    std::fs::create_dir_all(&project).expect("made");
    let transcript = project.join(format!("{SESSION}.jsonl"));
    record(
        &transcript,
        -20,
        json!({"type": "user", "message": {"role": "user", "content": "Look."}}),
    );
    record(
        &transcript,
        -10,
        json!({"type": "assistant", "requestId": "q", "message": {
            "id": "m", "role": "assistant", "model": "x", "stop_reason": "tool_use",
            "content": [{"type": "tool_use", "id": "c1", "name": "Bash", "input": {"command": "ls"}}],
        }}),
    );
    // The state directory is there: somebody called before.
    call(home.path(), "PostToolUse", "another");
    let mut tail = program(home.path())
        .args(["tail", "-f", project.to_str().expect("a path")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let lines = Lines::of(tail.stdout.take().expect("an output"));
    next(&lines, &|event| event["type"] == "live");
    call(home.path(), "PermissionRequest", SESSION);
    let status = |event: &Value| event["type"] == "status";
    let blocked = next(&lines, &status);
    assert_eq!(
        (&blocked["state"], &blocked["reason"]),
        (&"blocked".into(), &"permission".into())
    );
    assert_eq!(
        (&blocked["sid"], &blocked["src"]["kind"]),
        (&SESSION.into(), &"hook".into())
    );
    record(
        &transcript,
        3_600,
        json!({"type": "user", "message": {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "c1", "content": "a", "is_error": false},
        ]}}),
    );
    let known = |event: &Value| event["type"] == "status" || event["type"] == "tool.end";
    assert_eq!(
        next(&lines, &known)["state"],
        "working",
        "before its record"
    );
    assert_eq!(next(&lines, &known)["type"], "tool.end");
    tail.kill().expect("it runs");
    tail.wait().expect("it ends");
}
