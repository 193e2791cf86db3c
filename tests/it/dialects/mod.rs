//! Every dialect but OpenClaw's own: cases of ours, and what others recorded.
//!
//! A further dialect joins by one row in [`DIALECTS`] and a folder of cases in
//! `tests/dialects/`.

mod cases;
mod counts;
mod drift;
mod filed;
mod found;
mod packed;
mod recorded;
mod situations;
mod store;

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A dialect, as the tests see it.
pub struct Dialect {
    /// Its name on the wire, and of its folder of cases.
    pub source: &'static str,
    /// Its folder among the fixtures beside the project; empty where nobody recorded any.
    pub fixtures: &'static str,
    /// How the names of its transcripts end, `|` between several ways.
    pub end: &'static str,
    /// Folders there that are read as a whole.
    pub trees: &'static [&'static str],
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
        trees: &[],
        foreign: &["demo-session.jsonl", "fixture-paced"],
        alike: &["small.jsonl"],
        calls: blocks_of_type_tool_use,
    },
    Dialect {
        source: "claude",
        fixtures: "claude-code-stream-json",
        end: ".jsonl",
        trees: &[],
        foreign: &[],
        alike: &[],
        calls: blocks_of_type_tool_use,
    },
    Dialect {
        source: "cursor",
        fixtures: "cursor",
        end: ".jsonl",
        trees: &[],
        foreign: &[],
        alike: &[],
        calls: blocks_of_type_tool_use,
    },
    Dialect {
        source: "codex",
        fixtures: "codex",
        end: ".jsonl",
        trees: &[],
        foreign: &[],
        alike: &["small.jsonl"],
        calls: items_with_a_call,
    },
    Dialect {
        source: "codex",
        fixtures: "codex-exec-json",
        end: ".jsonl",
        trees: &[],
        foreign: &[],
        alike: &[],
        calls: items_with_a_call,
    },
    Dialect {
        source: "acp",
        fixtures: "",
        end: ".jsonl",
        trees: &[],
        foreign: &[],
        alike: &[],
        calls: updates_with_a_call,
    },
    Dialect {
        source: "copilot",
        fixtures: "copilot-cli",
        end: ".jsonl",
        trees: &[],
        foreign: &[],
        alike: &["small.jsonl"],
        calls: requests_and_starts,
    },
    Dialect {
        source: "gemini",
        fixtures: "gemini-cli",
        end: ".jsonl|.json",
        trees: &[],
        foreign: &[],
        alike: &[],
        calls: tool_calls,
    },
    Dialect {
        source: "kimi",
        fixtures: "kimi",
        end: ".jsonl",
        trees: &[],
        foreign: &[],
        alike: &[],
        calls: |record| match record["event"]["type"] == "tool.call" {
            true => ids(&record["event"]["toolCallId"]),
            false => Vec::new(),
        },
    },
    Dialect {
        source: "qwen",
        fixtures: "qwen",
        end: ".jsonl",
        trees: &[],
        foreign: &[],
        alike: &["system_telemetry.jsonl"],
        calls: function_calls,
    },
    Dialect {
        source: "droid",
        fixtures: "droid",
        end: ".jsonl",
        trees: &[],
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
        trees: &[],
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
        end: ".jsonl|.input.json",
        trees: &[
            "jazzyalex+agent-sessions/storage_legacy",
            "jazzyalex+agent-sessions/storage_v2",
        ],
        foreign: &[],
        alike: &[],
        calls: parts_with_a_call,
    },
    Dialect {
        source: "pi",
        fixtures: "pi",
        end: ".jsonl",
        trees: &[],
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

/// Calls as OpenCode writes them: in a part, alone, in an event or in a message of an export.
fn parts_with_a_call(record: &Value) -> Vec<String> {
    let messages = record["messages"].as_array().into_iter().flatten();
    let parts = messages.flat_map(|message| message["parts"].as_array().into_iter().flatten());
    let parts = parts.chain([record, &record["part"]]);
    parts.flat_map(|part| named_by(part, &["callID"])).collect()
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

fn ids(id: &Value) -> Vec<String> {
    id.as_str().map(str::to_owned).into_iter().collect()
}

/// Calls as Copilot CLI writes them: asked for, and carried out.
fn requests_and_starts(record: &Value) -> Vec<String> {
    let data = &record["data"];
    let asked = data["toolRequests"].as_array().into_iter().flatten();
    let mut calls: Vec<String> = asked.flat_map(|call| ids(&call["toolCallId"])).collect();
    if record["type"] == "tool.execution_start" {
        calls.extend(ids(&data["toolCallId"]));
    }
    calls
}

/// Calls as Qwen Code writes them.
fn function_calls(record: &Value) -> Vec<String> {
    let parts = record["message"]["parts"].as_array().into_iter().flatten();
    parts
        .flat_map(|part| ids(&part["functionCall"]["id"]))
        .collect()
}

/// Calls as Gemini CLI writes them, in a message or in a document of many.
fn tool_calls(record: &Value) -> Vec<String> {
    let messages = record["messages"].as_array().into_iter().flatten();
    let calls = messages
        .chain([record])
        .flat_map(|message| message["toolCalls"].as_array().into_iter().flatten());
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
