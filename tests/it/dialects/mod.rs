//! Every dialect but OpenClaw's own: cases of ours, and what others recorded.
//!
//! A further dialect joins by one row in [`DIALECTS`] and a folder of cases in
//! `tests/dialects/`.

mod cases;
mod drift;
mod found;
mod recorded;
mod store;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A dialect, as the tests see it.
pub struct Dialect {
    /// Its name on the wire, and of its folder of cases.
    pub source: &'static str,
    /// Its folder among the fixtures beside the project.
    pub fixtures: &'static str,
    /// How the names of its transcripts end.
    pub end: &'static str,
    /// Files there that are no transcripts of it, though they are called so.
    pub foreign: &'static [&'static str],
    /// Files whose records lost their ids and times when they were published: they repeat each other.
    pub alike: &'static [&'static str],
    /// The ids of the calls in a record.
    pub calls: fn(&Value) -> Vec<String>,
}

pub const DIALECTS: &[Dialect] = &[
    Dialect {
        source: "claude",
        fixtures: "claude-code",
        end: ".jsonl",
        foreign: &["demo-session.jsonl", "fixture-paced"],
        alike: &["small.jsonl"],
        calls: blocks_of_type_tool_use,
    },
    Dialect {
        source: "cursor",
        fixtures: "cursor",
        end: ".jsonl",
        foreign: &[],
        alike: &[],
        calls: blocks_of_type_tool_use,
    },
    Dialect {
        source: "droid",
        fixtures: "droid",
        end: ".jsonl",
        foreign: &[],
        alike: &[],
        calls: |record| match record["type"].as_str() {
            Some("tool_call") => named_by(record, &["toolCallId", "id"]),
            _ => blocks_of_type_tool_use(record),
        },
    },
    Dialect {
        source: "grok",
        fixtures: "grok",
        end: ".jsonl",
        foreign: &[],
        alike: &[],
        calls: |record| {
            let calls = record["tool_calls"].as_array().into_iter().flatten();
            calls.flat_map(|call| named_by(call, &["id"])).collect()
        },
    },
    Dialect {
        source: "opencode",
        fixtures: "opencode",
        end: ".jsonl",
        foreign: &[],
        alike: &[],
        calls: |record| named_by(&record["part"], &["callID"]),
    },
    Dialect {
        source: "pi",
        fixtures: "pi",
        end: ".jsonl",
        foreign: &[],
        alike: &[],
        calls: |record| blocks_of_type("toolCall", record),
    },
];

/// Calls as Anthropic writes them.
fn blocks_of_type_tool_use(record: &Value) -> Vec<String> {
    blocks_of_type("tool_use", record)
}

/// The id that stands under the first of `keys`.
fn named_by(record: &Value, keys: &[&str]) -> Vec<String> {
    let mut ids = keys.iter().filter_map(|key| record[*key].as_str());
    ids.next().map(str::to_owned).into_iter().collect()
}

fn blocks_of_type(kind: &str, record: &Value) -> Vec<String> {
    let blocks = record["message"]["content"]
        .as_array()
        .into_iter()
        .flatten();
    let calls = blocks.filter(|block| block["type"] == kind);
    calls
        .filter_map(|call| call["id"].as_str().map(str::to_owned))
        .collect()
}

/// The cases of a dialect: a folder each.
pub fn cases(dialect: &Dialect) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/dialects")
        .join(dialect.source);
    let entries = std::fs::read_dir(&folder).expect("a folder of cases");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("a case").path()).collect();
    cases.sort();
    assert!(!cases.is_empty(), "{}", folder.display());
    cases
}
