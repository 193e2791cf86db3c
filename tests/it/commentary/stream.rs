//! OpenClaw's log of an ACP session's stream: a file beside the transcript, or a table.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::{frames, shown};
use crate::faults::harness::Tail;
use crate::support::home;
use crate::support::tree::{Era, Talk, Tree, merged, stamp};

const CHILD: &str = "agent:codex:acp:9d";

/// An event of the log.
fn event(at_ms: i64, kind: &str, more: Value) -> Value {
    let event = json!({"ts": stamp(at_ms), "epochMs": crate::support::T0_MS + at_ms, "runId": "r1",
        "parentSessionKey": "agent:main:main", "childSessionKey": CHILD, "agentId": "codex",
        "kind": kind});
    merged(event, more)
}

fn delta(at_ms: i64, text: &str) -> Value {
    event(
        at_ms,
        "assistant_delta",
        json!({"delta": text, "phase": "commentary"}),
    )
}

fn update(at_ms: i64, kind: &str, data: Value) -> Value {
    let data = merged(json!({"eventType": kind}), data);
    event(
        at_ms,
        "acp",
        json!({"phase": "runtime_event", "data": data}),
    )
}

/// A session behind ACP: the prompt, the answer if any, and what its stream says.
fn tree(answer: Option<&str>, stream: Vec<Value>) -> Tree {
    let mut main = Talk::new("s1");
    main.user(0, "fix it").call(
        500,
        "c1",
        "sessions_spawn",
        json!({"task": "look", "label": "look", "runtime": "acp", "agentId": "codex", "streamTo": "parent"}),
    );
    let details =
        json!({"status": "accepted", "childSessionKey": CHILD, "runId": "r1", "mode": "run"});
    main.result(700, "c1", "sessions_spawn", details);
    let mut child = Talk::new("s2");
    child.user(800, "look");
    if let Some(answer) = answer {
        child.assistant(
            60_000,
            json!([{"type": "text", "text": answer}]),
            json!({"provider": "openclaw", "model": "acp-runtime", "stopReason": "stop"}),
        );
    }
    let mut tree = Tree::of("agent:main:main", json!({}), &main);
    let row = json!({"spawnedBy": "agent:main:main", "spawnDepth": 1, "startedAt": crate::support::T0_MS + 800});
    tree.add(CHILD, "s2", row, &child).stream = stream;
    tree
}

/// The events of the tree's `tail`, as bytes.
fn told(tree: &Tree, era: Era) -> Vec<u8> {
    let (_, ran) = tree.tail(era, &[]);
    assert_eq!(ran.err, "", "{era:?}");
    ran.ok().out
}

#[test]
fn deltas_join_and_are_cut_in_either_era() {
    let stream = vec![
        event(900, "lifecycle", json!({"phase": "start", "data": {}})),
        delta(1_000, "Rea"),
        delta(1_100, "ding the "),
        delta(1_200, "file.\n"),
        delta(1_300, "\nThen the te"),
        delta(1_400, "sts. One"),
        delta(4_100, " by one"),
        update(
            4_200,
            "tool_call",
            json!({"toolCallId": "t1", "title": "cargo test", "status": "pending"}),
        ),
        update(
            5_000,
            "tool_call",
            json!({"toolCallId": "t1", "status": "completed"}),
        ),
        event(
            5_100,
            "system_event",
            json!({"contextKey": "acp-spawn:r1:progress", "text": "codex: Rea"}),
        ),
    ];
    let tree = tree(Some("All done."), stream);
    tree.events();
    let events = told(&tree, Era::Files);
    let want = ["Reading the file.", "Then the tests.", "One by one"];
    assert_eq!(shown(&events, &["--commentary", "all"]), want);
    assert_eq!(shown(&events, &["--commentary", "latest"]), want[2..]);
    assert_eq!(shown(&events, &[]), [""; 0]);
    let frames = Value::Array(frames(&events, &["--commentary", "all"])).to_string();
    let told = String::from_utf8_lossy(&events);
    assert!(told.contains("cargo test"), "what it does is told: {told}");
    assert!(!frames.contains("All done"), "{frames}");
}

#[test]
fn progress_is_shown_where_its_kind_is_named() {
    let status =
        |at_ms, tag: &str, text: &str| update(at_ms, "status", json!({"tag": tag, "text": text}));
    let stream = vec![
        status(1_000, "usage_update", "usage updated: 12/100"),
        status(1_100, "current_mode_update", "mode: plan"),
        status(1_200, "agent_thought_chunk", "I doubt it"),
        update(1_300, "status", json!({"text": "no tag"})),
        update(
            1_400,
            "text_delta",
            json!({"text": "I doubt it", "stream": "thought"}),
        ),
    ];
    let tree = tree(None, stream);
    tree.events();
    for era in [Era::Files, Era::Store] {
        let events = told(&tree, era);
        assert!(!String::from_utf8_lossy(&events).contains("doubt"));
        let cases: [(&[&str], &[&str]); 4] = [
            (&["--commentary", "all"], &[]),
            (&["--status-tags", "usage_update"], &[]),
            (
                &["--commentary", "all", "--status-tags", "usage_update"],
                &["usage updated: 12/100"],
            ),
            (
                &[
                    "--commentary",
                    "latest",
                    "--status-tags",
                    "usage_update,current_mode_update",
                ],
                &["mode: plan"],
            ),
        ];
        for (args, want) in cases {
            assert_eq!(shown(&events, args), want, "{era:?} {args:?}");
        }
    }
}

#[test]
fn an_answer_that_streams_is_never_shown() {
    let final_text = |at_ms, text: &str| {
        event(
            at_ms,
            "assistant_delta",
            json!({"delta": text, "phase": "final_answer"}),
        )
    };
    let plain = |at_ms, text: &str| event(at_ms, "assistant_delta", json!({"delta": text}));
    for stream in [
        vec![
            delta(1_000, "On it.\n\n"),
            final_text(2_000, "All "),
            final_text(9_000, "done."),
        ],
        vec![
            delta(1_000, "On it.\n\n"),
            plain(2_000, "All "),
            plain(9_000, "done.\n\n"),
        ],
    ] {
        let events = told(&tree(Some("All done."), stream), Era::Files);
        assert_eq!(shown(&events, &["--commentary", "all"]), ["On it."]);
        let frames = Value::Array(frames(&events, &["--commentary", "all"])).to_string();
        assert!(!frames.contains("done."), "{frames}");
    }
}

#[test]
fn a_snapshot_takes_the_place_of_the_one_before() {
    let snapshot = |at_ms, text: &str| {
        event(
            at_ms,
            "assistant_replaceable_snapshot",
            json!({"text": text, "phase": "commentary"}),
        )
    };
    let stream = vec![
        snapshot(1_000, "Reading"),
        snapshot(1_200, "Reading the file."),
        update(2_000, "status", json!({"tag": "plan", "text": "1 of 2"})),
    ];
    let events = told(&tree(None, stream), Era::Store);
    assert_eq!(
        shown(&events, &["--commentary", "all"]),
        [""; 0],
        "it may go on"
    );
    let args = ["--commentary", "all", "--status-tags", "plan"];
    assert_eq!(shown(&events, &args), ["Reading the file.", "1 of 2"]);
}

#[test]
fn a_secret_in_pieces_is_taken_out_as_a_whole_one_is() {
    let secret = concat!("ghp_", "x8Kq2Lm9Zt4Vb7Nc3Rw6Yd1Hf5Gj0SpQaXeU");
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpQIBAAKCAQEAx8Kq2Lm9Zt4Vb7Nc\n3Rw6Yd1Hf5Gj0SpQ\n\
        -----END RSA PRIVATE KEY-----\n";
    let text =
        format!("The token {secret} works,\nthe password: hunter2zz is set.\n\n{key}Done.\n\n");
    let chars: Vec<char> = text.chars().collect();
    for size in [1, 3, 7, 40] {
        let mut stream: Vec<Value> = Vec::new();
        for (number, piece) in chars.chunks(size).enumerate() {
            // Each piece comes after a pause: every one may end a line.
            let at_ms = 1_000 + 3_000 * number as i64;
            stream.push(delta(at_ms, &String::from_iter(piece)));
        }
        stream.push(event(
            900_000,
            "lifecycle",
            json!({"phase": "end", "data": {}}),
        ));
        let tree = tree(None, stream);
        for era in [Era::Files, Era::Store] {
            let events = told(&tree, era);
            let frames = Value::Array(frames(&events, &["--commentary", "all"])).to_string();
            for told in [&frames, &*String::from_utf8_lossy(&events)] {
                for bad in ["x8Kq2Lm9", "Nc3Rw6", "XeU", "hunter2zz", "MIIE", "3Rw6Yd1"] {
                    assert!(!told.contains(bad), "{size} {era:?}: {bad}: {told}");
                }
            }
            assert!(
                frames.contains("works,") && frames.contains("Done."),
                "{frames}"
            );
        }
    }
}

/// What writes a stream while somebody looks: a file, or a store that stays open.
enum Writer {
    File(std::fs::File),
    Store(rusqlite::Connection, i64),
}

impl Writer {
    fn new(state: &Path, era: Era) -> Self {
        let agent = state.join("agents/codex");
        match era {
            Era::Files => {
                let log = std::fs::File::create(agent.join("sessions/s2.acp-stream.jsonl"));
                Self::File(log.expect("a log"))
            }
            Era::Store => {
                let store = rusqlite::Connection::open(agent.join("agent/openclaw-agent.sqlite"));
                Self::Store(store.expect("a store"), 0)
            }
        }
    }

    fn says(&mut self, line: &Value) {
        match self {
            Self::File(log) => writeln!(log, "{line}").expect("written"),
            Self::Store(store, seq) => {
                let sql = "INSERT INTO acp_parent_stream_events VALUES ('s2', 'r1', ?1, ?2, 1)";
                store.execute(sql, (*seq, line.to_string())).expect("a row");
                *seq += 1;
            }
        }
    }
}

#[test]
fn a_stream_that_grows_is_told_as_it_grows_in_either_era() {
    for era in [Era::Files, Era::Store] {
        let home = home();
        let state = home.path().join(".openclaw");
        tree(None, Vec::new()).write(&state, era);
        let mut writer = Writer::new(&state, era);
        writer.says(&event(
            900,
            "lifecycle",
            json!({"phase": "start", "data": {}}),
        ));
        let mut tail = Tail::follow(home.path(), &state, &[]);
        let said = |tail: &Tail| -> Vec<String> {
            let texts = tail.events.iter().filter(|event| event["type"] == "text");
            let of_child = texts.filter(|event| event["sid"] == "s2");
            let texts = of_child.map(|event| event["text"].as_str().expect("a text").trim());
            texts.map(str::to_owned).collect()
        };
        let lines = [
            "Reading the file.",
            "Running the tests.",
            "All of them pass.",
        ];
        for (at, line) in lines.iter().enumerate() {
            writer.says(&delta(1_000 * (at as i64 + 1), &format!("{line}\n\n")));
            tail.until(line, |tail| said(tail).len() == at + 1);
        }
        assert_eq!(said(&tail), lines, "{era:?}");
    }
}
