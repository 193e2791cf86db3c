//! Random event lines: nothing panics, and no frame is too large to travel.

use live_status::label::Detail;
use live_status::render::Markup;
use live_status::wire::event::{Body, Event};
use live_status::wire::frame::MAX_FRAME_BYTES;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use serde_json::{Map, Value, json};

use crate::support::hostile::hostile;
use crate::support::{memory, wire};

/// Names that events have, so that a random line often is one.
#[rustfmt::skip]
const FIELDS: &[&str] = &[
    "agent", "at", "bytes", "call", "cause", "child", "continues", "cost_usd", "decision", "depth", "done", "error", "exit_code", "files",
    "id", "inferred", "input", "items", "job", "kind", "label", "message", "mode", "ms", "name", "on", "outcome", "output", "parent",
    "parent_call", "phase", "reason", "replay", "request", "retrying", "route", "run", "scope", "session", "sid", "sink", "state", "text",
    "title", "total", "ts", "used", "what", "context", "current", "model", "now", "cwd",
];
/// Values that some field takes.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "ok", "error", "interrupted", "timeout", "background", "denied", "c1", "c2", "c3", "first", "r2", "s1", "s2", "user", "subagent", "cron", "commentary",
    "final", "whole", "delta", "replace", "call", "permission", "question", "exec", "read", "sessions_spawn", "j1", "working", "idle",
    "2026-09-25T10:00:00.000Z", "2026-09-25T10:30:00.000Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "agent:main:main",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        8 => select(WORDS).prop_map(|word| json!(word)),
        2 => hostile().prop_map(|text| json!(text)),
        1 => (0_usize..3_000).prop_map(|count| json!("long ".repeat(count))),
        2 => any::<bool>().prop_map(|flag| json!(flag)),
        2 => any::<i64>().prop_map(|number| json!(number)),
        1 => any::<u64>().prop_map(|number| json!(number)),
        1 => any::<f64>().prop_map(|number| json!(number)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Array),
            btree_map(select(FIELDS).prop_map(str::to_owned), inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A line with the fields its type needs, and random ones besides and in their place.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let fields = btree_map(select(FIELDS).prop_map(str::to_owned), value(), 0..5);
    (select(Body::KINDS), fields, select(&["s1", "s2", "s3"][..]), select(&["first", "r2"][..]), 1_u32..5).prop_map(
        |(kind, fields, sid, run, call)| {
            let mut line: Map<String, Value> = Map::new();
            let link = json!({"source": "x", "session": "agent:main:main", "sid": "s2"});
            let need = json!({
                "v": 1, "type": kind, "source": "x", "sid": sid, "run": run, "ts": "2026-09-25T10:00:00.000Z",
                "src": {"kind": "file", "n": 0}, "call": format!("c{call}"), "id": format!("c{call}"), "outcome": "ok", "cause": "user",
                "sink": "mattermost", "from": "key", "phase": "commentary", "mode": "whole", "text": "x", "job": "j1", "on": "question",
                "child": link, "kind": "subagent", "done": 1, "total": 2, "scope": "call", "input": 1, "output": 1, "cache_read": 0,
                "cache_write": 0, "state": "working", "model": "m", "message": "x", "now": "2026-09-25T10:30:00.000Z",
            });
            if let Value::Object(need) = need {
                line.extend(need);
            }
            // A tool's input is anything.
            if kind.starts_with("tool.") {
                line.insert("input".to_owned(), json!({"command": "ls"}));
            }
            line.extend(fields);
            Value::Object(line).to_string().into_bytes()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_events_never_panic_and_frames_fit(lines in vec(line(), 1..60)) {
        let mut pipeline = memory::pipeline(Markup::Markdown, Detail::Args, true);
        let events: Vec<Event> = lines.iter().filter_map(|line| Event::read(line).ok()).collect();
        let mut written = Vec::new();
        for frame in memory::frames(&mut pipeline, &events) {
            let before = written.len();
            frame.write(&mut written);
            prop_assert!(written.len() - before <= MAX_FRAME_BYTES, "{} bytes", written.len() - before);
        }
        wire::frames(&written);
    }
}

#[test]
fn most_random_lines_are_events() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lines = vec(line(), 2_000)
        .new_tree(&mut runner)
        .expect("lines")
        .current();
    let read = lines
        .iter()
        .filter(|line| Event::read(line).is_ok())
        .count();
    assert!(read > 400, "only {read} of 2000 lines can be read");
}

#[test]
fn a_run_of_a_thousand_steps_and_children_fits_in_a_frame() {
    let mut events = Vec::new();
    let mut put = |kind: &str, sid: &str, more: Value| {
        // What replays is shown once, as it is in the end.
        let head = json!({"v": 1, "type": kind, "source": "x", "sid": sid, "run": "first",
                          "src": {"kind": "file", "n": 0}, "replay": true});
        let line = crate::support::tree::merged(head, more).to_string();
        events.push(Event::read(line.as_bytes()).expect("an event"));
    };
    let long = "word ".repeat(200);
    put("run.start", "s0", json!({"cause": "user", "request": long}));
    for number in 0..1_000 {
        let (call, child) = (format!("c{number}"), format!("s{}", number + 1));
        let input = json!({"command": long});
        put(
            "tool.start",
            "s0",
            json!({"call": call, "name": "exec", "input": input}),
        );
        if number % 10 == 0 {
            let link = json!({"source": "x", "sid": child});
            put(
                "agent.start",
                "s0",
                json!({"child": link, "call": call, "kind": "subagent", "title": long}),
            );
            let parent = json!({"source": "x", "sid": "s0"});
            put(
                "run.start",
                &child,
                json!({"cause": "subagent", "request": long, "parent": parent}),
            );
            for call in 0..30 {
                let input = json!({"path": long});
                put(
                    "tool.start",
                    &child,
                    json!({"call": format!("k{call}"), "name": "read", "input": input}),
                );
            }
        }
        let said = json!({"id": format!("t{number}"), "phase": "commentary", "mode": "whole", "text": long});
        put("text", "s0", said);
    }
    let mut pipeline = memory::pipeline(Markup::Markdown, Detail::Args, true);
    let frames = memory::frames(&mut pipeline, &events);
    assert_eq!(frames.len(), 1, "the children are inside");
    let mut line = Vec::new();
    frames[0].write(&mut line);
    wire::frames(&line);
    assert!(
        (8 << 10..=MAX_FRAME_BYTES).contains(&line.len()),
        "{} bytes",
        line.len()
    );
}
