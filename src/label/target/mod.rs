//! The part of a call's input that says what it works on.
//!
//! The safe target is a base name, a program with its subcommand, a host, a
//! quoted search query, an agent's label, a channel or the name of a thing the
//! agent itself has: never another argument.

mod place;

use std::borrow::Cow;

use serde_json::Value;

use super::shell::{self, Program};
use super::tidy::tidy;
use place::{host, patched, paths};

/// A string of JSON longer than this is not parsed.
const MOST_JSON_BYTES: usize = 256 << 10;
/// A safe target is at most this many graphemes.
const MOST_GRAPHEMES: usize = 60;

/// What a tool's target is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Want {
    /// Nothing that may be shown.
    Nothing,
    /// The base name of a file or folder.
    Path,
    /// The program of a command line.
    Shell,
    /// The files of a patch.
    Patch,
    /// The host of a URL.
    Host,
    /// A search query, in quotes.
    Query,
    /// A sub-agent's label.
    Agent,
    /// A channel, or the service it is on.
    Channel,
    /// The name of a tool, skill or canvas.
    Name,
    /// Whichever of the above its fields suggest.
    Any,
}

const PATHS: &[&str] = &[
    "path",
    "file_path",
    "filePath",
    "filepath",
    "file",
    "filename",
    "file_name",
    "fileName",
    "notebook_path",
    "absolute_path",
    "target_file",
    "relative_path",
    "dir_path",
    "directory",
    "dir",
    "folder",
    "target_directory",
    "paths",
    "files",
    "file_paths",
    "absolute_paths",
    "image",
    "images",
    "image_path",
    "pdf",
    "pdfs",
    "source_path",
    "old_path",
    "uri",
];
const COMMANDS: &[&str] = &["command", "cmd", "commands", "script", "argv"];
const PATCHES: &[&str] = &["input", "patch", "patchText", "patch_text", "diff"];
const HOSTS: &[&str] = &[
    "url",
    "uri",
    "targetUrl",
    "target_url",
    "href",
    "link",
    "urls",
];
const QUERIES: &[&str] = &[
    "query",
    "q",
    "pattern",
    "search_query",
    "search_term",
    "search",
    "regex",
    "keywords",
    "glob_pattern",
    "glob",
    "queries",
];
const AGENTS: &[&str] = &[
    "label",
    "agent_name",
    "agentName",
    "name",
    "agent",
    "subagent_type",
    "agent_type",
    "agentType",
    "agentId",
    "agent_id",
];
const NAMES: &[&str] = &["skill", "skill_name", "tool", "tool_name", "id", "name"];

/// The input, parsed where it is JSON inside a string.
pub(super) fn unpacked(input: &Value) -> Cow<'_, Value> {
    let Value::String(text) = input else {
        return Cow::Borrowed(input);
    };
    if text.len() > MOST_JSON_BYTES || !text.trim_start().starts_with(['{', '[']) {
        return Cow::Borrowed(input);
    }
    serde_json::from_str(text).map_or(Cow::Borrowed(input), Cow::Owned)
}

/// The safe target of a call.
pub(super) fn safe(want: Want, input: &Value) -> Option<String> {
    let found = match want {
        Want::Nothing => None,
        Want::Path => first(input, PATHS, &paths),
        Want::Shell => program(input).map(|program| program.target),
        Want::Patch => match input {
            Value::String(text) => patched(text),
            _ => first(input, PATCHES, &|value| patched(value.as_str()?))
                .or_else(|| first(input, PATHS, &paths)),
        },
        Want::Host => first(input, HOSTS, &|value| host(one(value)?)),
        Want::Query => first(input, QUERIES, &|value| quoted(one(value)?)),
        Want::Agent => first(input, AGENTS, &|value| Some(tidy(value.as_str()?, 40)))
            .or_else(|| first(input, &["sessionKey", "session_key"], &agent_of_session)),
        Want::Channel => first(input, &["to", "target", "channel"], &named_channel)
            .or_else(|| first(input, &["channel", "provider"], &|value| word(value, 20))),
        Want::Name => first(input, NAMES, &|value| word(value, 40)),
        Want::Any => [Want::Path, Want::Shell, Want::Host, Want::Query]
            .into_iter()
            .find_map(|want| safe(want, input)),
    };
    found.filter(|target| !target.is_empty())
}

/// The arguments themselves, on one line of at most `limit` graphemes.
pub(super) fn arguments(want: Want, input: &Value, limit: usize) -> Option<String> {
    let raw = |keys: &[&str]| {
        first(input, keys, &|value| match value {
            Value::String(text) => Some(tidy(text, limit)),
            Value::Array(items) => {
                let words: Vec<&str> = items.iter().take(64).filter_map(Value::as_str).collect();
                Some(tidy(&words.join(" "), limit))
            }
            _ => None,
        })
    };
    let found = match want {
        Want::Path => raw(PATHS),
        Want::Shell => raw(COMMANDS),
        Want::Host => raw(HOSTS),
        Want::Query => raw(QUERIES).map(|query| format!("\"{query}\"")),
        Want::Patch => safe(want, input),
        _ => None,
    };
    found
        .or_else(|| listed(input, limit))
        .map(|text| tidy(&text, limit))
        .filter(|text| !text.is_empty())
}

/// `key=value key=value` of all fields.
fn listed(input: &Value, limit: usize) -> Option<String> {
    let one = |value: &Value| match value {
        Value::String(text) => tidy(text, limit),
        other => tidy(&head_of_json(other), limit),
    };
    match input {
        Value::Null => None,
        Value::Object(fields) => {
            let parts: Vec<String> = fields
                .iter()
                .take(limit)
                .map(|(key, value)| format!("{}={}", tidy(key, 40), one(value)))
                .collect();
            Some(parts.join(" "))
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let words: Vec<String> = items.iter().take(limit).map(one).collect();
            Some(words.join(" "))
        }
        other => Some(one(other)),
    }
}

/// The first 4 KiB of a value as JSON, without writing the rest.
fn head_of_json(value: &Value) -> String {
    struct Head(Vec<u8>);
    impl std::io::Write for Head {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.0.len() >= shell::MOST_BYTES {
                return Err(std::io::Error::other("enough"));
            }
            self.0
                .extend_from_slice(&bytes[..bytes.len().min(shell::MOST_BYTES)]);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut head = Head(Vec::new());
    // The error only says that there was more than enough.
    let _ = serde_json::to_writer(&mut head, value);
    String::from_utf8_lossy(&head.0).into_owned()
}

/// The program a shell tool is asked to run.
pub(super) fn program(input: &Value) -> Option<Program> {
    match input {
        Value::String(text) => shell::of_text(text),
        Value::Array(items) => match items.as_slice() {
            [Value::String(only)] => shell::of_text(only),
            _ => shell::of_words(items.iter().map_while(Value::as_str)),
        },
        Value::Object(fields) => {
            let (command, given) = COMMANDS.iter().find_map(|key| {
                let value = fields.get(*key)?;
                (value.is_string() || value.is_array()).then_some((*key, value))
            })?;
            match (given, fields.get("args")) {
                // `commands` lists lines, the others words.
                (Value::Array(lines), _) if command == "commands" => lines
                    .iter()
                    .take(8)
                    .find_map(|line| shell::of_text(line.as_str()?)),
                (Value::String(program), Some(Value::Array(words)))
                    if !program.contains(char::is_whitespace) =>
                {
                    let words = words.iter().map_while(Value::as_str);
                    shell::of_words(std::iter::once(program.as_str()).chain(words))
                }
                (Value::Object(_), _) => None,
                (given, _) => program(given),
            }
        }
        _ => None,
    }
}

/// The first of `keys` whose value gives something.
fn first(input: &Value, keys: &[&str], find: &dyn Fn(&Value) -> Option<String>) -> Option<String> {
    let fields = input.as_object()?;
    keys.iter()
        .filter_map(|key| fields.get(*key))
        .find_map(|value| find(value).filter(|found| !found.is_empty()))
}

/// A string, or the first of an array of them.
fn one(value: &Value) -> Option<&str> {
    match value {
        Value::Array(items) => items.first()?.as_str(),
        _ => value.as_str(),
    }
}

fn quoted(query: &str) -> Option<String> {
    let query = tidy(query, MOST_GRAPHEMES).replace('"', "'");
    (!query.is_empty()).then(|| format!("\"{query}\""))
}

/// `agent:planner:main` is `planner`'s.
fn agent_of_session(value: &Value) -> Option<String> {
    let agent = value.as_str()?.strip_prefix("agent:")?.split(':').next()?;
    word(&Value::from(agent), 40)
}

/// `#general`: a name that is surely a channel and not a person.
fn named_channel(value: &Value) -> Option<String> {
    let name = value.as_str()?.trim().strip_prefix('#')?;
    word(&Value::from(name), 40).map(|name| format!("#{name}"))
}

/// A single plain word.
fn word(value: &Value, most: usize) -> Option<String> {
    let text = value.as_str()?.trim();
    let is_word = text.len() <= most
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._:-".contains(&byte));
    is_word.then(|| text.to_owned())
}
