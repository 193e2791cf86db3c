//! Answers that something follows: the run goes on, or the agent tells of something else.

use serde_json::{Value, json};

use super::{ANSWER, SAID, frames, shown};
use crate::support::tree::stamp;
use crate::support::{T0_MS, feed, home, wire};

/// What is said after the run went on.
const AGAIN: &str = "Now the client.";

/// The events of a transcript.
fn told(records: &[Value]) -> Vec<u8> {
    let lines: Vec<String> = records.iter().map(|record| format!("{record}\n")).collect();
    let home = home();
    let ran = feed(home.path(), &["tail", "-"], lines.concat().as_bytes());
    ran.ok().out
}

/// Claude Code up to 2.1.39: no record says why the model stopped.
fn claude() -> Vec<Value> {
    let text = |text: &str| json!({"type": "text", "text": text});
    let call = |id: &str, background: bool| {
        let input = json!({"command": "npm start", "run_in_background": background});
        json!({"type": "tool_use", "id": id, "name": "Bash", "input": input})
    };
    let result = |id: &str| json!({"type": "tool_result", "tool_use_id": id, "content": "x"});
    let notice =
        "<task-notification>\n<task-id>b1</task-id>\n<status>failed</status>\n</task-notification>";
    let said = [
        ("user", json!("fix it"), None),
        ("assistant", json!([text(SAID)]), None),
        ("assistant", json!([call("c1", true)]), None),
        ("user", json!([result("c1")]), Some("b1")),
        ("assistant", json!([text(ANSWER)]), None),
        ("user", json!(notice), None),
        ("assistant", json!([text(AGAIN)]), None),
        ("assistant", json!([call("c2", false)]), None),
        ("user", json!([result("c2")]), None),
        ("assistant", json!([text(ANSWER)]), None),
    ];
    let records = said.into_iter().enumerate();
    let records = records.map(|(number, (role, content, job))| {
        json!({"parentUuid": null, "isSidechain": false, "cwd": "/w", "version": "2.1.39",
            "sessionId": "5f3c1a70-8d1e-4c55-9a11-0b6d2f7e9c01", "type": role,
            "uuid": format!("u-{number}"), "timestamp": stamp(1_000 * number as i64),
            "message": {"id": format!("m-{number}"), "role": role, "content": content,
                "stop_reason": null},
            "toolUseResult": {"stdout": "", "backgroundTaskId": job}})
    });
    records.collect()
}

/// Kimi Code; with `ends` it says that each turn is over.
fn kimi(ends: bool) -> Vec<Value> {
    let event = |event: Value| json!({"type": "context.append_loop_event", "event": event});
    let begin = |turn: u32, step: u32| {
        let uuid = format!("s-{turn}.{step}");
        event(json!({"type": "step.begin", "uuid": uuid, "turnId": turn.to_string(), "step": step}))
    };
    let say = |id: &str, text: &str| {
        let part = json!({"type": "text", "text": text});
        event(json!({"type": "content.part", "uuid": id, "turnId": "0", "step": 1, "part": part}))
    };
    let call = |id: &str| {
        let args = json!({"command": "npm start", "run_in_background": true});
        event(
            json!({"type": "tool.call", "uuid": id, "turnId": "0", "step": 1, "toolCallId": id,
            "name": "Bash", "args": args}),
        )
    };
    let result = |id: &str| {
        let output = "task_id: bash-1a\nstatus: running\nautomatic_notification: true";
        event(
            json!({"type": "tool.result", "parentUuid": id, "toolCallId": id,
            "result": {"output": output}}),
        )
    };
    let end = |id: &str| {
        event(
            json!({"type": "step.end", "uuid": id, "turnId": "0", "step": 1,
            "finishReason": "end_turn"}),
        )
    };
    let prompt = |origin: Value| {
        let input = json!([{"type": "text", "text": "fix it"}]);
        json!({"type": "turn.prompt", "input": input, "origin": origin})
    };
    let notice = json!({"kind": "background_task", "taskId": "bash-1a", "status": "failed"});
    let mut records = vec![
        prompt(json!({"kind": "user"})),
        begin(0, 1),
        say("t-1", SAID),
        call("Bash_0"),
        result("Bash_0"),
        begin(0, 2),
        say("t-2", ANSWER),
        end("s-0.2"),
        prompt(notice),
        begin(1, 1),
        say("t-3", AGAIN),
        call("Bash_1"),
        result("Bash_1"),
        begin(1, 2),
        say("t-4", ANSWER),
        end("s-1.2"),
    ];
    records.retain(|record| ends || record["event"]["type"] != "step.end");
    for (number, record) in records.iter_mut().enumerate() {
        record["time"] = json!(T0_MS + 1_000 * number as i64);
    }
    records
}

/// OpenCode, as `opencode run` prints it.
fn opencode() -> Vec<Value> {
    let begin = || ("step_start", json!({"type": "step-start"}));
    let says = |text: &str| ("text", json!({"type": "text", "text": text}));
    let calls = |id: &str| ("tool_use", json!({"type": "tool", "callID": id}));
    let end = |reason: &str| {
        let part = json!({"type": "step-finish", "reason": reason});
        ("step_finish", part)
    };
    let parts = [
        [begin(), says(SAID), calls("c1"), end("tool-calls")].to_vec(),
        [begin(), says(ANSWER), end("stop")].to_vec(),
        [begin(), says(AGAIN), calls("c2"), end("tool-calls")].to_vec(),
        [begin(), says(ANSWER), end("stop")].to_vec(),
    ]
    .concat();
    let records = parts
        .into_iter()
        .enumerate()
        .map(|(number, (kind, mut part))| {
            let session = "ses_062f6fafdffeazh6ywwvMxsbNW";
            let at = T0_MS + 1_000 * number as i64;
            part["id"] = json!(format!("prt_{number:04}"));
            part["sessionID"] = json!(session);
            part["messageID"] = json!("msg_1");
            if kind == "tool_use" {
                let time = json!({"start": at - 500, "end": at});
                let input = json!({"filePath": "a.rs"});
                part["tool"] = json!("read");
                part["state"] = json!({"status": "completed", "input": input, "output": "x",
                "time": time});
            }
            json!({"type": kind, "timestamp": at, "sessionID": session, "part": part})
        });
    records.collect()
}

#[test]
fn an_answer_stays_one_where_its_run_goes_on_after_its_end() {
    let cases = [
        ("claude", claude()),
        ("kimi", kimi(true)),
        ("kimi, no end told", kimi(false)),
        ("opencode", opencode()),
    ];
    for (why, records) in cases {
        let events = told(&records);
        let text = String::from_utf8_lossy(&events);
        assert!(text.contains("continues"), "{why}: it goes on: {text}");
        let want = [SAID, AGAIN];
        assert_eq!(shown(&events, &["--commentary", "all"]), want, "{why}");
        for which in ["latest", "all"] {
            let frames = frames(&events, &["--commentary", which]);
            let first = &frames.first().expect("a frame")["key"];
            let others = frames.iter().filter(|frame| frame["key"] != *first);
            assert_eq!(others.count(), 0, "{why}: one box: {frames:#?}");
            let all = Value::Array(frames).to_string();
            assert!(!all.contains("was wrong"), "{why}: {all}");
        }
    }
}

/// A log of the Agent Client Protocol: a prompt, updates, and perhaps the response to it.
fn acp(updates: &[Value], stop: Option<&str>) -> Vec<Value> {
    let prompt = json!({"sessionId": "s1", "prompt": [{"type": "text", "text": "fix it"}]});
    let mut messages = vec![json!({"id": 1, "method": "session/prompt", "params": prompt})];
    messages.extend(updates.iter().map(|update| {
        let params = json!({"sessionId": "s1", "update": update});
        json!({"method": "session/update", "params": params})
    }));
    messages.extend(stop.map(|stop| json!({"id": 1, "result": {"stopReason": stop}})));
    for message in &mut messages {
        message["jsonrpc"] = json!("2.0");
    }
    let messages = messages.into_iter().enumerate();
    let framed = messages.map(
        |(number, message)| json!({"timestamp": stamp(1_000 * number as i64), "message": message}),
    );
    framed.collect()
}

fn update(kind: &str) -> Value {
    json!({"sessionUpdate": kind})
}

fn piece(text: &str) -> Value {
    let content = json!({"type": "text", "text": text});
    json!({"sessionUpdate": "agent_message_chunk", "content": content})
}

fn call(kind: &str, id: &str, status: &str) -> Value {
    json!({"sessionUpdate": kind, "toolCallId": id, "title": "Look", "kind": "read",
        "status": status})
}

#[test]
fn what_the_agent_client_protocol_tells_behind_an_answer_makes_no_commentary_of_it() {
    let plan = json!({"sessionUpdate": "plan",
        "entries": [{"content": "look", "status": "completed"}]});
    let behind = [
        update("available_commands_update"),
        update("agent_thought_chunk"),
        update("current_mode_update"),
        update("config_option_update"),
        update("session_info_update"),
        json!({"sessionUpdate": "compaction_update", "status": "completed"}),
        json!({"sessionUpdate": "state_update", "state": "running"}),
        json!({"sessionUpdate": "usage_update", "used": 5, "size": 10}),
        plan.clone(),
        call("tool_call_update", "c1", "in_progress"),
        call("tool_call_update", "c1", "completed"),
        call("tool_call", "c1", "completed"),
        json!({"sessionUpdate": "state_update", "state": "idle", "stopReason": "end_turn"}),
    ];
    for update in behind {
        let updates = [
            piece(SAID),
            call("tool_call", "c1", "in_progress"),
            piece(ANSWER),
            update.clone(),
        ];
        let events = told(&acp(&updates, Some("end_turn")));
        let texts = joined(&events);
        let whole = |(_, text): &(String, String)| text == ANSWER;
        assert!(texts.iter().any(whole), "{update}: {texts:?}");
        assert_eq!(shown(&events, &["--commentary", "all"]), [SAID], "{update}");
        let frames = Value::Array(frames(&events, &["--commentary", "all"])).to_string();
        assert!(!frames.contains("was wrong"), "{update}: {frames}");
    }
    let on_the_way = [
        (plan, vec![SAID]),
        (update("agent_thought_chunk"), vec![SAID, AGAIN]),
        (
            call("tool_call_update", "c0", "completed"),
            vec![SAID, AGAIN],
        ),
    ];
    for (update, want) in on_the_way {
        let again = match want.len() {
            1 => Vec::new(),
            _ => vec![piece(AGAIN)],
        };
        let mut updates = vec![call("tool_call", "c0", "in_progress"), piece(SAID)];
        updates.push(update.clone());
        updates.extend(again);
        updates.push(call("tool_call", "c1", "completed"));
        updates.push(piece(ANSWER));
        let events = told(&acp(&updates, Some("end_turn")));
        assert_eq!(shown(&events, &["--commentary", "all"]), want, "{update}");
    }
}

#[test]
fn what_was_held_back_is_told_where_a_turn_is_cancelled_or_the_log_stops() {
    let updates = [
        call("tool_call", "c1", "completed"),
        piece(SAID),
        update("available_commands_update"),
    ];
    for stop in [Some("cancelled"), None] {
        let texts = joined(&told(&acp(&updates, stop)));
        let want = ("unknown".to_owned(), SAID.to_owned());
        assert_eq!(texts, [want], "{stop:?}");
    }
}

/// The texts of `events`, the pieces of each joined, with what the last of them says that it was.
fn joined(events: &[u8]) -> Vec<(String, String)> {
    let mut texts: Vec<(Value, String, String)> = Vec::new();
    let events = wire::events(events).into_iter();
    for event in events.filter(|event| event["type"] == "text") {
        let word = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        match texts.last_mut().filter(|(id, ..)| *id == event["id"]) {
            Some((_, phase, text)) => {
                *phase = word("phase");
                text.push_str(&word("text"));
            }
            None => texts.push((event["id"].clone(), word("phase"), word("text"))),
        }
    }
    let texts = texts.into_iter();
    texts.map(|(_, phase, text)| (phase, text)).collect()
}
