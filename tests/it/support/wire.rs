//! Holds what the program writes against the schemas that it publishes.
//!
//! On the wire, events and frames are open: a reader takes fields it does not
//! know. What we write ourselves is held to the letter, so that no field
//! leaves without its line in the schema and in the man page.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// A schema as it is published, and for each type of line one without any freedom.
struct Wire {
    published: Validator,
    strict: BTreeMap<String, Validator>,
}

static EVENTS: LazyLock<Wire> = LazyLock::new(|| {
    let schema = live_status::wire::event::schema();
    let definitions = &schema["$defs"];
    let mut strict = BTreeMap::new();
    let parts = schema["allOf"].as_array().expect("head, tail and types");
    for part in parts {
        let Some(kind) = part["if"]["properties"]["type"]["const"].as_str() else {
            continue;
        };
        let body = definition(definitions, &part["then"]);
        let mut fields = Map::new();
        let mut required = Vec::new();
        for object in [
            definition(definitions, &parts[0]),
            definition(definitions, &parts[1]),
            body,
        ] {
            let own = object["properties"].as_object();
            fields.extend(
                own.into_iter()
                    .flatten()
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
            required.extend(object["required"].as_array().into_iter().flatten().cloned());
        }
        let line = json!({
            "type": "object",
            "properties": closed(&Value::Object(fields)),
            "required": required,
            "additionalProperties": false,
            "$defs": closed(definitions),
        });
        strict.insert(kind.to_owned(), compile(&line));
    }
    Wire {
        published: compile(&schema),
        strict,
    }
});

static FRAMES: LazyLock<Wire> = LazyLock::new(|| {
    let schema = live_status::wire::frame::schema();
    Wire {
        strict: BTreeMap::from([("frame".to_owned(), compile(&closed(&schema)))]),
        published: compile(&schema),
    }
});

static STATUSES: LazyLock<Wire> = LazyLock::new(|| {
    let schema = live_status::wire::status::schema();
    let kind = live_status::wire::status::StatusUpdate::KIND.to_owned();
    Wire {
        strict: BTreeMap::from([(kind, compile(&closed(&schema)))]),
        published: compile(&schema),
    }
});

/// Checks every line of a whole output of `tail` or `label`, and gives them parsed.
pub fn events(output: &[u8]) -> Vec<Value> {
    check(&EVENTS, output)
}

/// Checks every line of a whole output of `render`, and gives them parsed.
pub fn frames(output: &[u8]) -> Vec<Value> {
    check(&FRAMES, output)
}

/// Checks every line of a whole output of `status`, and gives them parsed.
pub fn statuses(output: &[u8]) -> Vec<Value> {
    check(&STATUSES, output)
}

fn check(wire: &Wire, output: &[u8]) -> Vec<Value> {
    assert!(
        output.is_empty() || output.ends_with(b"\n"),
        "the last line has no newline"
    );
    let text = std::str::from_utf8(output).expect("UTF-8");
    text.lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).expect("a JSON object a line");
            let kind = value["type"].as_str().unwrap_or_default();
            let strict = wire.strict.get(kind);
            assert!(strict.is_some(), "no schema for the type of {line}");
            for validator in strict.into_iter().chain([&wire.published]) {
                let problems: Vec<String> = validator
                    .iter_errors(&value)
                    .map(|error| format!("{}: {error}", error.instance_path()))
                    .collect();
                assert!(problems.is_empty(), "{line}\n{}", problems.join("\n"));
            }
            value
        })
        .collect()
}

fn compile(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).expect("a schema")
}

fn definition<'a>(definitions: &'a Value, reference: &Value) -> &'a Value {
    let name = reference["$ref"].as_str().expect("a reference");
    &definitions[name.rsplit('/').next().unwrap_or_default()]
}

/// The same schema without room for further fields.
fn closed(schema: &Value) -> Value {
    match schema {
        Value::Object(object) => {
            let mut object: Map<String, Value> = object
                .iter()
                .map(|(key, value)| (key.clone(), closed(value)))
                .collect();
            let names_fields = object.get("properties").is_some_and(Value::is_object);
            if names_fields && object.get("type") == Some(&json!("object")) {
                object.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(object)
        }
        Value::Array(items) => Value::Array(items.iter().map(closed).collect()),
        other => other.clone(),
    }
}

#[test]
fn a_field_without_a_line_in_the_schema_is_seen() {
    let good = r#"{"v":1,"type":"live","source":"x","src":{"kind":"clock","n":0}}"#;
    assert_eq!(events(format!("{good}\n").as_bytes()).len(), 1);
    for bad in [
        r#"{"v":1,"type":"live","source":"x","src":{"kind":"clock","n":0},"more":1}"#,
        r#"{"v":1,"type":"live","source":"x","src":{"kind":"clock","n":0,"more":1}}"#,
        r#"{"v":1,"type":"live","src":{"kind":"clock","n":0}}"#,
        r#"{"v":1,"type":"lives","source":"x","src":{"kind":"clock","n":0}}"#,
    ] {
        let found = std::panic::catch_unwind(|| events(format!("{bad}\n").as_bytes()));
        assert!(found.is_err(), "{bad}");
    }
}
