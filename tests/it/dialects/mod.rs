//! Every dialect but OpenClaw's own: cases of ours, and what others recorded.
//!
//! A further dialect joins by one row in [`DIALECTS`] and a folder of cases in
//! `tests/dialects/`.

mod cases;
mod drift;
mod found;
mod packed;
mod recorded;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A dialect, as the tests see it.
pub struct Dialect {
    /// Its name on the wire, and of its folder of cases.
    pub source: &'static str,
    /// Its folder among the fixtures beside the project; empty where nobody recorded any.
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
        source: "claude",
        fixtures: "claude-code-stream-json",
        end: ".jsonl",
        foreign: &[],
        alike: &[],
        calls: blocks_of_type_tool_use,
    },
    Dialect {
        source: "codex",
        fixtures: "codex",
        end: ".jsonl",
        foreign: &[],
        alike: &["small.jsonl"],
        calls: items_with_a_call,
    },
    Dialect {
        source: "codex",
        fixtures: "codex-exec-json",
        end: ".jsonl",
        foreign: &[],
        alike: &[],
        calls: items_with_a_call,
    },
    Dialect {
        source: "acp",
        fixtures: "",
        end: ".jsonl",
        foreign: &[],
        alike: &[],
        calls: updates_with_a_call,
    },
];

/// Calls as Anthropic writes them.
fn blocks_of_type_tool_use(record: &Value) -> Vec<String> {
    let blocks = record["message"]["content"]
        .as_array()
        .into_iter()
        .flatten();
    let calls = blocks.filter(|block| block["type"] == "tool_use");
    calls
        .filter_map(|call| call["id"].as_str().map(str::to_owned))
        .collect()
}

/// Calls as the Agent Client Protocol has them.
fn updates_with_a_call(record: &Value) -> Vec<String> {
    let update = &record["params"]["update"]["toolCallId"];
    update.as_str().map(str::to_owned).into_iter().collect()
}

/// Calls as Codex writes them; looking at a background job again is no step.
fn items_with_a_call(record: &Value) -> Vec<String> {
    let payload = &record["payload"];
    let polls = payload["name"] == "write_stdin"
        && payload["arguments"]
            .as_str()
            .is_some_and(|input| input.contains(r#""chars":"""#));
    let kind = payload["type"].as_str().unwrap_or_default();
    let id = match record["item"]["type"].as_str() {
        Some("command_execution" | "file_change" | "mcp_tool_call") => &record["item"]["id"],
        _ if kind.ends_with("_call") && !polls => &payload["call_id"],
        _ => &Value::Null,
    };
    id.as_str().map(str::to_owned).into_iter().collect()
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
