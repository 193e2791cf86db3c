//! Hooks in TOML: a block of `[[hooks]]` at the end of the file, between two marks.

use toml_edit::{DocumentMut, Item};

use super::Refusal;
use crate::hook::agents::{Agent, is_ours};

const BEGIN: &str = "# live-status hooks: begin\n";
const END: &str = "# live-status hooks: end\n";

/// The text with our hooks and no older ones of ours.
pub(super) fn install(agent: &Agent, program: &str, text: &str) -> Result<String, Refusal> {
    if let Some(item) = read(text)?.get("hooks")
        && !item.is_array_of_tables()
    {
        return Err(Refusal::Shape("its hooks are no [[hooks]] tables".into()));
    }
    let block = block(agent, program);
    if text.contains(&block) && without_block(text).is_some_and(|rest| !has_ours(&rest)) {
        return Ok(text.to_owned());
    }
    let rest = uninstall(text)?;
    let gap = if rest.is_empty() { "" } else { "\n" };
    let new = format!("{rest}{gap}{block}");
    read(&new)?;
    Ok(new)
}

/// The text without our hooks.
pub(super) fn uninstall(text: &str) -> Result<String, Refusal> {
    let mut document = read(text)?;
    if let Some(rest) = without_block(text) {
        // Whoever wrote between our marks keeps it.
        if read(&rest).is_ok() && !has_ours(&rest) && !loses(text, &rest) {
            return Ok(rest);
        }
    }
    // The agent wrote its file anew, and our marks are gone or moved.
    let Some(hooks) = document
        .get_mut("hooks")
        .and_then(Item::as_array_of_tables_mut)
    else {
        return Ok(text.to_owned());
    };
    let before = hooks.len();
    hooks.retain(|table| !is_command_ours(table.get("command")));
    if hooks.len() == before {
        return Ok(text.to_owned());
    }
    if hooks.is_empty() {
        document.remove("hooks");
    }
    Ok(document.to_string())
}

fn block(agent: &Agent, program: &str) -> String {
    let mut text = String::from(BEGIN);
    for registered in agent.events {
        let command = toml_edit::Value::from(agent.command(program, registered.event));
        text.push_str(&format!(
            "[[hooks]]\nevent = \"{}\"\ncommand = {command}\n",
            registered.event
        ));
        if let Some((key, value)) = agent.timeout {
            text.push_str(&format!("{key} = {value}\n"));
        }
    }
    text.push_str(END);
    text
}

fn read(text: &str) -> Result<DocumentMut, Refusal> {
    text.parse()
        .map_err(|error: toml_edit::TomlError| Refusal::Unreadable(error.message().to_owned()))
}

/// The text without what stands between the marks, and the line end that was put before them.
fn without_block(text: &str) -> Option<String> {
    let begin = text.find(BEGIN)?;
    let end = begin + text[begin..].find(END)? + END.len();
    let head = &text[..begin];
    let head = head.strip_suffix('\n').unwrap_or(head);
    Some(format!("{head}{}", &text[end..]))
}

/// Whether hooks that are not ours would go with the block.
fn loses(text: &str, rest: &str) -> bool {
    theirs(text) != theirs(rest)
}

fn theirs(text: &str) -> usize {
    count(text, false)
}

fn has_ours(text: &str) -> bool {
    count(text, true) > 0
}

fn count(text: &str, ours: bool) -> usize {
    let Ok(document) = read(text) else {
        return 0;
    };
    let tables = document.get("hooks").and_then(Item::as_array_of_tables);
    let commands = tables
        .into_iter()
        .flat_map(|tables| tables.iter().map(|table| table.get("command")));
    commands
        .filter(|command| is_command_ours(*command) == ours)
        .count()
}

fn is_command_ours(command: Option<&Item>) -> bool {
    command.and_then(Item::as_str).is_some_and(is_ours)
}
