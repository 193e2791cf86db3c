//! Events in few words, so that a test can show a whole session in a table.

use std::collections::HashMap;

use serde_json::Value;

/// One short line an event.
///
/// Runs named by a hash are `#1`, `#2`, … in the order of their appearance.
/// `model` and `usage` are left out: they stand beside everything.
pub fn digest(events: &[Value]) -> Vec<String> {
    let mut runs = HashMap::new();
    let told = events
        .iter()
        .filter(|event| !matches!(event["type"].as_str(), Some("model" | "usage")));
    told.map(|event| one(event, &mut runs)).collect()
}

fn one(event: &Value, runs: &mut HashMap<String, String>) -> String {
    let text = |field: &str| event[field].as_str().unwrap_or("-").to_owned();
    let mut parts = vec![text("type")];
    match event["type"].as_str().unwrap_or_default() {
        "session.start" => {
            parts.push(text("kind"));
            if event["parent"].is_object() {
                parts.push(format!("of {}", place(&event["parent"])));
            }
        }
        "run.start" => {
            parts.push(run(event, runs));
            parts.push(text("cause"));
            if let Some(request) = event["request"].as_str() {
                parts.push(format!("{request:?}"));
            }
            if let Some(by) = event["by"]["name"].as_str() {
                parts.push(format!("by {by}"));
            }
            if let Some(continues) = event["continues"].as_str() {
                parts.push(format!("continues {}", name(continues, runs)));
            }
            if event["route"].is_object() {
                parts.push(route(&event["route"]));
            }
        }
        "run.end" => {
            parts.push(run(event, runs));
            let sure = if event["inferred"] == true { "?" } else { "" };
            parts.push(format!("{}{sure}", text("outcome")));
            if let Some(reason) = event["reason"].as_str() {
                parts.push(format!("({reason})"));
            }
        }
        "route" => parts.push(route(event)),
        "text" => parts.extend([text("phase"), format!("{:?}", text("text"))]),
        "tool.start" => {
            parts.extend([text("call"), text("name")]);
            if let Some(outer) = event["parent_call"].as_str() {
                parts.push(format!("in {outer}"));
            }
        }
        "tool.end" => {
            parts.extend([text("call"), text("outcome")]);
            for field in ["exit_code", "job", "ms"] {
                if !event[field].is_null() {
                    parts.push(format!("{field}={}", event[field]).replace('"', ""));
                }
            }
            if let Some(error) = event["error"].as_str() {
                parts.push(format!("{error:?}"));
            }
        }
        "job.end" => parts.extend([text("job"), text("outcome")]),
        "blocked" => parts.extend([text("id"), text("on")]),
        "unblocked" => parts.push(text("id")),
        "agent.start" => {
            parts.push(place(&event["child"]));
            parts.push(format!("{} depth {}", text("kind"), event["depth"]));
        }
        "agent.end" => parts.extend([place(&event["child"]), text("outcome")]),
        "plan" => parts.push(format!("{}/{}", event["done"], event["total"])),
        "error" => parts.push(format!("{:?}", text("message"))),
        "meta" => parts.push(text("raw")),
        "reset" | "rewind" => parts.push(text("reason")),
        _ => {}
    }
    parts.join(" ")
}

fn run(event: &Value, runs: &mut HashMap<String, String>) -> String {
    name(event["run"].as_str().unwrap_or("-"), runs)
}

fn name(run: &str, runs: &mut HashMap<String, String>) -> String {
    let hashed = run.len() == 16 && run.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hashed {
        return run.to_owned();
    }
    let next = format!("#{}", runs.len() + 1);
    runs.entry(run.to_owned()).or_insert(next).clone()
}

fn place(link: &Value) -> String {
    let session = link["session"].as_str().unwrap_or("-");
    let sid = if link["sid"].is_string() {
        ""
    } else {
        " without sid"
    };
    format!("{session}{sid}")
}

fn route(route: &Value) -> String {
    let text = |field: &str| route[field].as_str().unwrap_or("-").to_owned();
    format!(
        "-> {} {} {} {} from {}",
        text("sink"),
        text("channel"),
        text("user"),
        text("root"),
        text("from")
    )
}
