//! `live-status man`: the man pages, from the command line's own definition and the wire's own schemas.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_mangen::roff::{Roff, bold, italic, roman};
use serde_json::Value;

use super::failure::{Doing as _, Failure};
use super::output;
use crate::wire::{event, frame, receipt};

/// Print a man page, or write all of them
#[derive(Args, Debug)]
pub(super) struct ManArgs {
    /// Which page: live-status, live-status-tail, live-status-events, …
    #[arg(value_name = "PAGE", default_value = "live-status")]
    page: String,

    /// Write every page into DIR instead
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    all: Option<PathBuf>,
}

impl ManArgs {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let pages = pages();
        if let Some(dir) = &self.all {
            return write_all(dir, &pages);
        }
        let wanted = |name: &str| {
            name.rsplit_once('.').is_some_and(|(stem, _)| {
                stem == self.page
                    || stem.strip_prefix("live-status-") == Some(&self.page)
                    || name == self.page
            })
        };
        let page = pages.iter().find(|(name, _)| wanted(name)).ok_or_else(|| {
            let names: Vec<_> = pages
                .iter()
                .filter_map(|(name, _)| name.rsplit_once('.'))
                .map(|(stem, _)| stem)
                .collect();
            Failure::usage(format!("no man page {:?}", self.page))
                .hint(format!("there are {}", names.join(", ")))
        })?;
        output::print(&page.1)
    }
}

fn write_all(dir: &Path, pages: &[(String, Vec<u8>)]) -> Result<(), Failure> {
    std::fs::create_dir_all(dir).doing(|| format!("cannot make {}", dir.display()))?;
    for (name, text) in pages {
        let path = dir.join(name);
        std::fs::write(&path, text).doing(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Every page: its file name and its roff.
fn pages() -> Vec<(String, Vec<u8>)> {
    let mut pages = Vec::new();
    let command = super::command();
    for verb in command.get_subcommands() {
        let name = format!("live-status-{}", verb.get_name());
        pages.push((format!("{name}.1"), page_of(verb.clone().name(name))));
    }
    pages.push(("live-status.1".into(), page_of(command)));
    pages.push(("live-status-events.5".into(), events_page()));
    pages.push((
        "live-status-frames.5".into(),
        object_page(
            "live-status-frames",
            "what render writes and post reads",
            &frame::schema(),
        ),
    ));
    pages.push((
        "live-status-receipts.5".into(),
        object_page(
            "live-status-receipts",
            "what post writes",
            &receipt::schema(),
        ),
    ));
    pages.sort();
    pages
}

fn page_of(command: clap::Command) -> Vec<u8> {
    let mut text = Vec::new();
    let man = clap_mangen::Man::new(command.version(env!("CARGO_PKG_VERSION")))
        .manual("live-status")
        .source("live-status");
    // Writing to memory does not fail.
    let _ = man.render(&mut text);
    text
}

fn header(name: &str, what: &str) -> Roff {
    let mut page = Roff::new();
    page.control("TH", [name, "5", "", "live-status", "live-status"]);
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{name} - {what}, one JSON object a line"))]);
    page
}

fn events_page() -> Vec<u8> {
    let schema = event::schema();
    let mut page = header("live-status-events", "what tail and label write");
    page.control("SH", ["FIELDS OF EVERY EVENT"]);
    let parts = schema["allOf"].as_array().cloned().unwrap_or_default();
    for part in parts.iter().filter(|part| part.get("if").is_none()) {
        fields(&mut page, resolve(&schema, part), &schema);
    }
    for part in parts.iter().filter(|part| part.get("if").is_some()) {
        let kind = part["if"]["properties"]["type"]["const"]
            .as_str()
            .unwrap_or_default();
        page.control("SH", [kind]);
        fields(&mut page, resolve(&schema, &part["then"]), &schema);
    }
    types(&mut page, &schema);
    compatible(&mut page);
    page.render().into_bytes()
}

fn object_page(name: &str, what: &str, schema: &Value) -> Vec<u8> {
    let mut page = header(name, what);
    page.control("SH", ["FIELDS"]);
    fields(&mut page, schema, schema);
    types(&mut page, schema);
    compatible(&mut page);
    page.render().into_bytes()
}

fn compatible(page: &mut Roff) {
    page.control("SH", ["COMPATIBILITY"]);
    page.text([roman(
        "Names are stable. A later version may add fields, types and values of enumerations; it changes none. \
         A filter passes on what it does not know, unchanged and in place.",
    )]);
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
            page.text([roman(text.replace('\n', " "))]);
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
    for (name, field) in properties {
        page.control("TP", []);
        let optional = if required.contains(&name.as_str()) {
            ""
        } else {
            "?"
        };
        page.text([
            bold(format!("{name}{optional}")),
            roman(" "),
            italic(kind_of(field)),
        ]);
        let text = field["description"]
            .as_str()
            .or_else(|| resolve(schema, field)["description"].as_str());
        page.text([roman(text.unwrap_or("").replace('\n', " "))]);
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
