//! A later version writes more: what nobody knows changes nothing that is told.

use serde_json::{Value, json};

use super::recorded::transcripts;
use super::{DIALECTS, cases};
use crate::support::{home, run, wire};

/// The same transcript with a key, a block and a record that nobody knows, everywhere.
fn drifted(text: &str) -> String {
    if let Ok(document) = serde_json::from_str::<Value>(text)
        && document["messages"].is_array()
    {
        return drifted_document(document).to_string();
    }
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut record: Value = serde_json::from_str(line).expect("a record");
        record["novelty"] = json!({"deep": [1, {"type": "user"}]});
        for place in [
            "/message",
            "/data",
            "/event",
            "/systemPayload",
            "/payload",
            "/payload/item",
            "/item",
            "/params",
            "/params/update",
        ] {
            if let Some(Value::Object(inside)) = record.pointer_mut(place) {
                inside.insert("novelty".to_owned(), json!("x"));
            }
        }
        if let Some(Value::Array(parts)) = record.pointer_mut("/message/parts") {
            parts.push(json!({"hologram": {"text": "x"}}));
            parts.insert(0, json!({"type": "hologram", "text": "x"}));
        }
        for place in ["/message/content", "/payload/content"] {
            if let Some(Value::Array(blocks)) = record.pointer_mut(place) {
                blocks.push(json!({"type": "hologram", "text": "x", "id": "h"}));
            }
        }
        lines.push(record.to_string());
        lines.push(json!({"type": "novelty", "timestamp": "2026-09-25T10:00:00.000Z"}).to_string());
    }
    lines.join("\n") + "\n"
}

/// A document with such keys, and such a message behind each of its own.
fn drifted_document(mut document: Value) -> Value {
    document["novelty"] = json!({"deep": [1, {"type": "user"}]});
    let messages = document["messages"].as_array_mut().expect("messages");
    let later = messages.drain(..).flat_map(|mut message| {
        message["novelty"] = json!("x");
        let time = message["timestamp"].clone();
        [message, json!({"type": "novelty", "timestamp": time})]
    });
    let later: Vec<Value> = later.collect();
    document["messages"] = later.into();
    document
}

/// Events without what only tells where they stood, and without those that say that something is unknown.
fn told(out: &[u8]) -> Vec<Value> {
    let events = wire::events(out).into_iter();
    let known = events.filter(|event| event["type"] != "meta");
    known
        .map(|mut event| {
            event.as_object_mut().expect("an object").remove("src");
            event
        })
        .collect()
}

#[test]
fn what_nobody_knows_changes_nothing_but_meta() {
    for dialect in DIALECTS {
        for path in cases(dialect)
            .iter()
            .flat_map(|case| transcripts(case, dialect))
        {
            let home = home();
            let text = std::fs::read_to_string(&path).expect("a transcript");
            let other = home.path().join(path.file_name().expect("a name"));
            std::fs::write(&other, drifted(&text)).expect("written");
            let plain = run(home.path(), &["tail".as_ref(), path.as_os_str()]).ok();
            let later = run(home.path(), &["tail".as_ref(), other.as_os_str()]).ok();
            assert!(later.err.contains("novelty"), "{}", later.err);
            let (plain, later) = (told(&plain.out), told(&later.out));
            for (at, (one, two)) in plain.iter().zip(&later).enumerate() {
                assert_eq!(one, two, "{} at event {at}", path.display());
            }
            assert_eq!(plain.len(), later.len(), "{}", path.display());
        }
    }
}
