//! One turn, told as each source tells it.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::tree::{Era, Talk, Tree, stamp};

/// A turn, by what happens in it; times in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Turn(Vec<Happening>);

#[derive(Clone, Debug)]
enum Happening {
    Asks(i64, String),
    Thinks(i64, String),
    Says(i64, String),
    Works(i64, i64),
    Answers(i64, String),
}

impl Turn {
    pub fn asks(self, at_ms: i64, text: &str) -> Self {
        self.with(Happening::Asks(at_ms, text.into()))
    }

    pub fn thinks(self, at_ms: i64, text: &str) -> Self {
        self.with(Happening::Thinks(at_ms, text.into()))
    }

    pub fn says(self, at_ms: i64, text: &str) -> Self {
        self.with(Happening::Says(at_ms, text.into()))
    }

    pub fn works(self, from_ms: i64, to_ms: i64) -> Self {
        self.with(Happening::Works(from_ms, to_ms))
    }

    pub fn answers(self, at_ms: i64, text: &str) -> Self {
        self.with(Happening::Answers(at_ms, text.into()))
    }

    fn with(mut self, happening: Happening) -> Self {
        self.0.push(happening);
        self
    }
}

/// A source: its name, and how it writes a turn down.
pub struct Source {
    pub name: &'static str,
    /// Writes the turn below a home, where its transcripts are found.
    pub write: fn(&Path, &Turn),
}

pub const SOURCES: &[Source] = &[
    Source {
        name: "openclaw",
        write: openclaw,
    },
    Source {
        name: "claude",
        write: claude,
    },
    Source {
        name: "codex",
        write: codex,
    },
];

fn openclaw(home: &Path, turn: &Turn) {
    let mut talk = Talk::new("s1");
    for (number, happening) in turn.0.iter().enumerate() {
        match happening {
            Happening::Asks(at, text) => talk.user(*at, text),
            Happening::Thinks(at, text) => {
                let block = json!({"type": "thinking", "thinking": text});
                talk.assistant(*at, json!([block]), json!({"stopReason": "toolUse"}))
            }
            Happening::Says(at, text) => {
                let signature = json!({"v": 1, "id": "m", "phase": "commentary"}).to_string();
                let block = json!({"type": "text", "text": text, "textSignature": signature});
                talk.assistant(*at, json!([block]), json!({"stopReason": "stop"}))
            }
            Happening::Works(from, to) => {
                let call = format!("c{number}");
                talk.call(*from, &call, "read", json!({"path": "a.rs"}))
                    .result(*to, &call, "read", json!({}))
            }
            Happening::Answers(at, text) => talk.says(*at, text),
        };
    }
    let tree = Tree::of("agent:main:main", json!({}), &talk);
    tree.write(&home.join(".openclaw"), Era::Files);
}

fn claude(home: &Path, turn: &Turn) {
    const SID: &str = "5f3c1a70-8d1e-4c55-9a11-0b6d2f7e9c01";
    let mut lines = Vec::new();
    let mut add = |at_ms: i64, kind: &str, message: Value| {
        let number = lines.len();
        let parent = number.checked_sub(1).map(|before| format!("u-{before}"));
        lines.push(
            json!({"parentUuid": parent, "isSidechain": false, "userType": "external", "cwd": "/w",
                "sessionId": SID, "version": "2.1.150", "type": kind, "uuid": format!("u-{number}"),
                "timestamp": stamp(at_ms), "message": message})
            .to_string(),
        );
    };
    let spoken = |number: usize, block: Value, stop: &str| {
        json!({"id": format!("msg_{number}"), "type": "message", "role": "assistant",
            "model": "claude-opus-4-5", "content": [block], "stop_reason": stop})
    };
    for (number, happening) in turn.0.iter().enumerate() {
        let text = |text: &str| json!({"type": "text", "text": text});
        match happening {
            Happening::Asks(at, words) => {
                add(*at, "user", json!({"role": "user", "content": words}));
            }
            Happening::Thinks(at, words) => {
                let block = json!({"type": "thinking", "thinking": words, "signature": "x"});
                add(*at, "assistant", spoken(number, block, "tool_use"));
            }
            Happening::Says(at, words) => {
                add(*at, "assistant", spoken(number, text(words), "tool_use"));
            }
            Happening::Works(from, to) => {
                let call = format!("toolu_{number}");
                let block = json!({"type": "tool_use", "id": call, "name": "Read",
                    "input": {"file_path": "a.rs"}});
                add(*from, "assistant", spoken(number, block, "tool_use"));
                let result = json!({"type": "tool_result", "tool_use_id": call, "content": "x"});
                add(*to, "user", json!({"role": "user", "content": [result]}));
            }
            Happening::Answers(at, words) => {
                add(*at, "assistant", spoken(number, text(words), "end_turn"));
            }
        }
    }
    let folder = home.join(".claude/projects/-w");
    std::fs::create_dir_all(&folder).expect("a directory");
    let text = lines.join("\n") + "\n";
    std::fs::write(folder.join(format!("{SID}.jsonl")), text).expect("a transcript");
}

fn codex(home: &Path, turn: &Turn) {
    const SID: &str = "019d2e50-0000-7000-8000-000000000000";
    let mut lines = Vec::new();
    let mut add = |at_ms: i64, kind: &str, payload: Value| {
        let line = json!({"timestamp": stamp(at_ms), "type": kind, "payload": payload});
        lines.push(line.to_string() + "\n");
    };
    let meta = json!({"id": SID, "timestamp": stamp(0), "cwd": "/w", "originator": "codex-tui",
        "cli_version": "0.142.0", "source": "cli", "model_provider": "openai"});
    add(0, "session_meta", meta);
    let spoken = |text: &str, phase: &str| {
        json!({"type": "message", "role": "assistant", "phase": phase,
            "content": [{"type": "output_text", "text": text}]})
    };
    for (number, happening) in turn.0.iter().enumerate() {
        let item = "response_item";
        match happening {
            Happening::Asks(at, words) => {
                let turn = format!("turn-{number}");
                add(
                    *at,
                    "event_msg",
                    json!({"type": "task_started", "turn_id": turn}),
                );
                let content = json!([{"type": "input_text", "text": words}]);
                add(
                    *at,
                    item,
                    json!({"type": "message", "role": "user", "content": content}),
                );
                let told = json!({"type": "user_message", "message": words});
                add(*at, "event_msg", told);
            }
            Happening::Thinks(at, words) => {
                let summary = json!([{"type": "summary_text", "text": words}]);
                add(*at, item, json!({"type": "reasoning", "summary": summary}));
            }
            Happening::Says(at, words) => add(*at, item, spoken(words, "commentary")),
            Happening::Works(from, to) => {
                let call = format!("call_{number}");
                let arguments = json!({"cmd": "cat a.rs"}).to_string();
                let start = json!({"type": "function_call", "name": "exec_command",
                    "arguments": arguments, "call_id": call});
                add(*from, item, start);
                let output = "Process exited with code 0\nOutput:\nx\n";
                let end =
                    json!({"type": "function_call_output", "call_id": call, "output": output});
                add(*to, item, end);
            }
            Happening::Answers(at, words) => {
                add(*at, item, spoken(words, "final_answer"));
                let over = json!({"type": "task_complete", "last_agent_message": words});
                add(*at, "event_msg", over);
            }
        }
    }
    let folder = home.join(".codex/sessions/2026/09/25");
    std::fs::create_dir_all(&folder).expect("a directory");
    let file = folder.join(format!("rollout-2026-09-25T10-00-00-{SID}.jsonl"));
    std::fs::write(file, lines.concat()).expect("a transcript");
}
