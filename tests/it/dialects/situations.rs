//! What the cases show of each source, and what they cannot show.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{DIALECTS, cases};

/// A situation, and whether the events of a case are of one.
type Situation = (&'static str, fn(&[Value]) -> bool);

const SITUATIONS: &[Situation] = &[
    ("simple turn", |events| {
        any(events, "run.end", "outcome", "ok")
    }),
    ("parallel tools", at_once),
    ("failing tool", |events| {
        any(events, "tool.end", "outcome", "error")
    }),
    ("interrupt", |events| {
        any(events, "run.end", "outcome", "interrupted")
    }),
    ("permission", |events| {
        any(events, "blocked", "on", "permission")
    }),
    ("question", |events| {
        any(events, "blocked", "on", "question")
    }),
    ("sub-agent", |events| {
        let of_a_parent =
            |event: &Value| !event["parent"].is_null() || !event["parent_call"].is_null();
        events
            .iter()
            .any(|event| event["type"] == "agent.start" || of_a_parent(event))
    }),
    ("background job", |events| {
        any(events, "tool.end", "outcome", "background")
    }),
    ("compaction", |events| {
        events.iter().any(|event| event["type"] == "compact")
    }),
    ("retry", |events| {
        events.iter().any(|event| event["retrying"] == true)
    }),
    ("resume or fork", again),
];

const UNWRITTEN: &str = "it is not written down";
const UNKNOWN: &str = "no page tells how it is written down";

/// What no case of a source shows, and why.
const ABSENT: &[(&str, &str, &str)] = &[
    ("acp", "background job", "the protocol has no word for it"),
    ("acp", "retry", "the protocol has no word for it"),
    ("codex", "permission", UNWRITTEN),
    ("cursor", "permission", UNWRITTEN),
    (
        "cursor",
        "background job",
        "no result of a call is written down",
    ),
    ("cursor", "compaction", UNWRITTEN),
    ("cursor", "retry", UNWRITTEN),
    ("droid", "permission", UNWRITTEN),
    ("droid", "background job", UNKNOWN),
    ("droid", "retry", UNKNOWN),
    ("gemini", "retry", UNWRITTEN),
    ("grok", "permission", UNWRITTEN),
    ("grok", "background job", UNKNOWN),
    ("grok", "retry", UNKNOWN),
    (
        "kimi",
        "permission",
        "it is written down once it was answered",
    ),
    (
        "opencode",
        "background job",
        "none of its tools becomes one",
    ),
    ("pi", "permission", "it asks for none"),
    ("pi", "sub-agent", "those of extensions keep no transcript"),
    ("pi", "background job", "none of its tools becomes one"),
    ("qwen", "permission", UNWRITTEN),
];

fn any(events: &[Value], kind: &str, key: &str, value: &str) -> bool {
    let is_it = |event: &Value| event["type"] == kind && event[key] == value;
    events.iter().any(is_it)
}

/// Whether a call began before another one of its run was over, or with it in one record.
fn at_once(events: &[Value]) -> bool {
    let mut open: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut records = BTreeSet::new();
    events.iter().any(|event| {
        let run = format!("{} {}", event["sid"], event["run"]);
        let calls = open.entry(run.clone()).or_default();
        let call = event["call"].to_string();
        match event["type"].as_str() {
            Some("tool.start") => {
                let src = &event["src"];
                let record = format!("{run} {} {} {}", src["at"], src["off"], src["seq"]);
                let others = !calls.is_empty();
                calls.insert(call);
                others || !records.insert(record)
            }
            Some("tool.end") => {
                calls.remove(&call);
                false
            }
            _ => false,
        }
    })
}

/// Whether a session goes on after a run that is over, or with what another one said.
fn again(events: &[Value]) -> bool {
    let mut over = BTreeSet::new();
    events.iter().any(|event| {
        let session = event["sid"].to_string();
        match event["type"].as_str() {
            Some("run.end") => {
                over.insert(session);
                false
            }
            Some("run.start") => over.contains(&session) || !event["continues"].is_null(),
            Some("rewind" | "reset") => true,
            _ => false,
        }
    })
}

#[test]
fn every_situation_of_every_source_has_a_case_or_a_reason() {
    let mut seen: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for dialect in DIALECTS {
        for case in cases(dialect) {
            let text = std::fs::read_to_string(case.join("events.ndjson")).expect("a case");
            let events = text
                .lines()
                .map(|line| serde_json::from_str(line).expect("an event"));
            let events: Vec<Value> = events.collect();
            let shown = SITUATIONS.iter().filter(|(_, is_one)| is_one(&events));
            seen.entry(dialect.source)
                .or_default()
                .extend(shown.map(|(name, _)| name));
        }
    }
    let mut wrong = Vec::new();
    for (source, shown) in &seen {
        for (name, _) in SITUATIONS {
            let reason = ABSENT
                .iter()
                .find(|absent| (absent.0, absent.1) == (*source, *name));
            if shown.contains(name) == reason.is_some() {
                wrong.push(format!("{source}: {name}: {shown:?}, {reason:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
