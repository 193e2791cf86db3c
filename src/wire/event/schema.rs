//! The JSON Schema of an event line.

use serde_json::Value;

use super::{Body, HeadOut, TailOut};

/// The JSON Schema of one event line.
///
/// Open, as the wire is: other types and further fields are allowed.
#[must_use]
pub fn schema() -> Value {
    let mut generator = schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let head = generator.subschema_for::<HeadOut<'_>>();
    let tail = generator.subschema_for::<TailOut<'_>>();
    let mut parts = vec![serde_json::json!(head), serde_json::json!(tail)];
    for (kind, body) in Body::schemas(&mut generator) {
        parts.push(serde_json::json!({
            "if": { "properties": { "type": { "const": kind } }, "required": ["type"] },
            "then": body,
        }));
    }
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "live-status event, version 1",
        "type": "object",
        "allOf": parts,
        "$defs": generator.take_definitions(true),
    })
}
