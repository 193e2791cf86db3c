//! Section 5: the wire formats, from their schemas.

use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use serde_json::Value;

use crate::wire::event;

fn header(name: &str, what: &str) -> Roff {
    let mut page = Roff::new();
    page.control("TH", [name, "5", "", "live-status", "live-status"]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{name} - {what}, one JSON object a line"))]);
    page
}

/// The page of events.
pub(super) fn events() -> Vec<u8> {
    let schema = event::schema();
    let mut page = header("live-status-events", "what tail and label write");
    page.control("SH", ["FIELDS OF EVERY EVENT"]);
    let parts = schema["allOf"].as_array().cloned().unwrap_or_default();
    for part in parts.iter().filter(|part| part.get("if").is_none()) {
        fields(&mut page, resolve(&schema, part), &schema);
    }
    page.control("SH", ["TYPES OF EVENTS AND THEIR FIELDS"]);
    for part in parts.iter().filter(|part| part.get("if").is_some()) {
        let kind = part["if"]["properties"]["type"]["const"]
            .as_str()
            .unwrap_or_default();
        page.control("SS", [kind]);
        fields(&mut page, resolve(&schema, &part["then"]), &schema);
    }
    types(&mut page, &schema);
    compatible(&mut page);
    page.render().into_bytes()
}

/// The page of a format with one kind of object.
pub(super) fn object(name: &str, what: &str, schema: &Value) -> Vec<u8> {
    let mut page = header(name, what);
    page.control("SH", ["FIELDS"]);
    fields(&mut page, schema, schema);
    types(&mut page, schema);
    compatible(&mut page);
    page.render().into_bytes()
}

fn compatible(page: &mut Roff) {
    page.control("SH", ["COMPATIBILITY"]);
    page.text([bold("?"), roman(" marks a field that may be absent.")]);
    page.control("PP", []);
    page.text([roman(
        "Names are stable. A later version may add fields, types and values of enumerations; it changes none. \
         live-status label passes on what it does not know, unchanged and in place; render, status and post \
         make nothing of it.",
    )]);
    page.control("SH", ["SEE ALSO"]);
    page.text([
        bold("live-status"),
        roman("(1); as JSON Schema: "),
        bold("live-status schema"),
        roman("."),
    ]);
}

/// A description as it stands in the code: what is in backticks becomes bold.
fn words(text: &str) -> Vec<Inline> {
    let text = text.replace('\n', " ");
    let parts = text.split('`').enumerate();
    parts
        .filter(|(_, part)| !part.is_empty())
        .map(|(at, part)| if at % 2 == 0 { roman(part) } else { bold(part) })
        .collect()
}

/// The named types that fields refer to.
fn types(page: &mut Roff, schema: &Value) {
    let Some(types) = schema["$defs"].as_object() else {
        return;
    };
    page.control("SH", ["TYPES"]);
    for (name, definition) in types {
        page.control("SS", [name.as_str()]);
        if let Some(text) = definition["description"].as_str() {
            page.text(words(text));
        }
        let values: Vec<&str> = definition["anyOf"][0]["enum"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if !values.is_empty() {
            page.text([
                roman("One of "),
                italic(values.join(", ")),
                roman(", or a value of a later version."),
            ]);
        }
        fields(page, definition, schema);
    }
}

fn fields(page: &mut Roff, object: &Value, schema: &Value) {
    let required: Vec<&str> = object["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let Some(properties) = object["properties"].as_object() else {
        return;
    };
    let is_required = |name: &String| required.contains(&name.as_str());
    let mut properties: Vec<_> = properties.iter().collect();
    // What every object has comes first, the version before all.
    properties.sort_by_key(|(name, _)| (name.as_str() != "v", !is_required(name)));
    for (name, field) in properties {
        page.control("TP", []);
        let optional = if is_required(name) { "" } else { "?" };
        page.text([
            bold(format!("{name}{optional}")),
            roman(" "),
            italic(kind_of(field)),
        ]);
        let text = field["description"]
            .as_str()
            .or_else(|| resolve(schema, field)["description"].as_str());
        page.text(words(text.unwrap_or("")));
    }
}

/// A field's type as people write it: `string`, `Outcome`, `array of Step`.
fn kind_of(field: &Value) -> String {
    if let Some(reference) = field["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(choices) = field["anyOf"].as_array() {
        let names: Vec<String> = choices
            .iter()
            .map(kind_of)
            .filter(|name| name != "null")
            .collect();
        return names.join(" or ");
    }
    match &field["type"] {
        Value::String(name) if name == "array" => format!("array of {}", kind_of(&field["items"])),
        Value::String(name) => name.clone(),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .filter(|name| *name != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        _ => "any".into(),
    }
}

fn resolve<'a>(schema: &'a Value, part: &'a Value) -> &'a Value {
    let name = part["$ref"]
        .as_str()
        .and_then(|reference| reference.rsplit('/').next());
    name.map_or(part, |name| &schema["$defs"][name])
}
