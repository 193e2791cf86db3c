//! OpenCode's store says what its export does, wherever it is found.

use std::path::Path;

use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::support::{home, run, wire};

const TABLES: &str = "PRAGMA journal_mode=WAL;
CREATE TABLE session(id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, title TEXT, time_created INTEGER, time_updated INTEGER);
CREATE TABLE message(id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
CREATE TABLE part(id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);";

const PARENT: &str = "ses_062f6fafdffeazh6ywwvMxsbNW";
const CHILD: &str = "ses_062f6fafdffeazh6ywwvMxsbNX";
const T0: i64 = 1_790_330_400_000;

fn message(id: &str, at: i64, info: Value, parts: Vec<Value>) -> Value {
    let mut info = info;
    info["id"] = json!(id);
    if info["time"].is_null() {
        info["time"] = json!({"created": T0 + at});
    }
    let parts = parts.into_iter().enumerate().map(|(index, mut part)| {
        part["id"] = json!(format!("{}_{index}", id.replace("msg", "prt")));
        part
    });
    json!({"info": info, "parts": parts.collect::<Vec<_>>()})
}

fn asked(id: &str, at: i64, text: &str) -> Value {
    let parts = vec![
        json!({"type": "text", "text": text}),
        json!({"type": "text", "text": "Called the Read tool", "synthetic": true}),
    ];
    message(id, at, json!({"role": "user"}), parts)
}

fn answered(id: &str, at: i64, finish: &str, parts: Vec<Value>) -> Value {
    let time = json!({"created": T0 + at, "completed": T0 + at + 900});
    let info = json!({
        "role": "assistant", "modelID": "m", "providerID": "p", "finish": finish, "time": time,
    });
    message(id, at, info, parts)
}

/// A task that a sub-agent does, as two exports.
pub(super) fn exports() -> [Value; 2] {
    let task = json!({
        "type": "tool", "callID": "call_1", "tool": "task",
        "state": {
            "status": "completed", "output": "No errors.", "title": "Look",
            "input": {"description": "Look at the logs", "prompt": "Read the logs"},
            "metadata": {"sessionId": CHILD},
            "time": {"start": T0 + 2_100, "end": T0 + 9_000},
        },
    });
    let read = json!({
        "type": "tool", "callID": "call_2", "tool": "bash",
        "state": {
            "status": "completed", "output": "no such file", "title": "cat",
            "input": {"command": "cat beta.log"}, "metadata": {"exit": 1},
            "time": {"start": T0 + 4_000, "end": T0 + 4_500},
        },
    });
    let step = |reason: &str| {
        json!({
            "type": "step-finish", "reason": reason, "cost": 0.01,
            "tokens": {"input": 10, "output": 5, "reasoning": 1, "cache": {"read": 90, "write": 0}},
        })
    };
    let text = |text: &str| json!({"type": "text", "text": text});
    let info = |id: &str, parent: Option<&str>, at: i64| {
        json!({
            "id": id, "parentID": parent, "directory": "/work/harbour", "title": "Review",
            "time": {"created": T0 + at},
        })
    };
    [
        json!({"info": info(PARENT, None, 0), "messages": [
            asked("msg_1", 1_000, "Review it"),
            answered("msg_2", 2_000, "tool-calls", vec![text("Asking."), task, step("tool-calls")]),
            answered("msg_3", 9_500, "stop", vec![text("It is fine."), step("stop")]),
        ]}),
        json!({"info": info(CHILD, Some(PARENT), 2_500), "messages": [
            asked("msg_4", 2_600, "Read the logs"),
            answered("msg_5", 3_000, "tool-calls", vec![read, step("tool-calls")]),
            answered("msg_6", 5_000, "stop", vec![text("No errors."), step("stop")]),
        ]}),
    ]
}

/// The same as rows of a store.
pub(super) fn store(path: &Path, exports: &[Value]) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let store = Connection::open(path).expect("opens");
    store.execute_batch(TABLES).expect("tables");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    for export in exports {
        let info = &export["info"];
        let (sid, at) = (text(&info["id"]), info["time"]["created"].as_i64());
        let row = params![
            sid,
            text(&info["parentID"]),
            text(&info["directory"]),
            text(&info["title"]),
            at
        ];
        let sql = "INSERT INTO session VALUES(?1, ?2, ?3, ?4, ?5, ?5)";
        store.execute(sql, row).expect("a session");
        for message in export["messages"].as_array().expect("messages") {
            let mut info = message["info"].clone();
            let (id, at) = (text(&info["id"]), info["time"]["created"].as_i64());
            info.as_object_mut().expect("an object").remove("id");
            let sql = "INSERT INTO message VALUES(?1, ?2, ?3, ?3, ?4)";
            let row = params![id, sid, at, info.to_string()];
            store.execute(sql, row).expect("a message");
            for part in message["parts"].as_array().expect("parts") {
                let mut part = part.clone();
                let own = text(&part["id"]);
                part.as_object_mut().expect("an object").remove("id");
                let sql = "INSERT INTO part VALUES(?1, ?2, ?3, ?4, ?4, ?5)";
                let row = params![own, id, sid, at, part.to_string()];
                store.execute(sql, row).expect("a part");
            }
        }
    }
}

/// Events without what only tells where they stood.
pub(super) fn told(out: &[u8]) -> Vec<Value> {
    let events = wire::events(out).into_iter();
    let plain = events.map(|mut event| {
        event.as_object_mut().expect("an object").remove("src");
        event
    });
    plain.collect()
}

#[test]
fn the_store_and_the_exports_of_opencode_say_the_same() {
    let home = home();
    let at = home.path();
    let exports = exports();
    let place = ".local/share/opencode/opencode.db";
    store(&at.join(place), &exports);
    let mut exported = Vec::new();
    for (name, export) in ["parent.json", "child.json"].iter().zip(&exports) {
        std::fs::write(at.join(name), export.to_string()).expect("written");
        exported.extend(told(&run(at, &["tail", name]).ok().out));
    }
    assert!(exported.len() > 20, "{exported:#?}");
    for args in [
        vec!["tail"],
        vec!["tail", place],
        vec!["tail", ".local/share/opencode"],
        vec!["tail", "--source", "opencode"],
    ] {
        let ran = run(at, &args).ok();
        assert_eq!(told(&ran.out), exported, "{args:?}");
    }
    let labelled = crate::support::feed(at, &["label"], &run(at, &["tail"]).ok().out).ok();
    let text = ["render", "--output", "text", "--markup", "plain"];
    let boxes = crate::support::feed(at, &text, &labelled.out).ok();
    let boxes = String::from_utf8_lossy(&boxes.out).into_owned();
    assert_eq!(
        boxes,
        "[DONE] opencode - 9.4s - 2 tools\n\
         Running 1 - Starting sub-agent 1 - 1 failed\n\
         ok Look at the logs - 3.8s - 1 tool - 1 failed\n\
         [DONE] 424 tokens - $0.04\n"
    );
}

#[test]
fn what_the_server_of_opencode_tells_is_read() {
    let Some(path) = crate::support::shared("fixtures/opencode-sse") else {
        return;
    };
    let home = home();
    for path in crate::support::files(&path, ".jsonl") {
        let ran = run(home.path(), &["tail".as_ref(), path.as_os_str()]).ok();
        let events = told(&ran.out);
        let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str()).collect();
        assert!(kinds.contains(&Some("text")), "{kinds:?}");
        assert_eq!(kinds.last(), Some(&Some("run.end")), "{kinds:?}");
        assert!(events.iter().all(|event| event["source"] == "opencode"));
    }
}
