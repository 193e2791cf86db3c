//! Which calls start another agent: a program of a known family in a command line.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde_json::Value;

use crate::label::{Started, started, started_by_words};
use crate::wire::event::ToolStart;

/// Programs that start an agent with a transcript of its own: its source, their names, and an
/// argument that must be there, where without one only a person is talked to.
const STARTERS: &[(&str, &[&str], &[&str])] = &[
    ("claude", &["claude", "claude-code"], &["-p", "--print"]),
    ("codex", &["codex"], &["exec", "e", "review"]),
    ("gemini", &["gemini", "gemini-cli"], &[]),
    ("copilot", &["copilot"], &["-p", "--prompt"]),
    ("qwen", &["qwen", "qwen-code"], &[]),
    ("kimi", &["kimi", "kimi-cli"], &[]),
    ("pi", &["pi", "pi-coding-agent"], &["-p", "--print"]),
    ("droid", &["droid"], &["exec"]),
    ("cursor", &["cursor-agent"], &["-p", "--print"]),
    ("grok", &["grok"], &[]),
    ("opencode", &["opencode"], &["run"]),
];

/// All of their names.
static NAMES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = STARTERS.iter().flat_map(|(_, names, _)| names.iter());
    // Matches of a leftmost kind alone are looked for many bytes at a time.
    let kind = MatchKind::LeftmostFirst;
    AhoCorasick::builder().match_kind(kind).build(names).ok()
});

/// What runs a package by its name.
const RUNNERS: [&str; 4] = ["npx", "bunx", "pnpx", "uvx"];

/// Where the input of a call says in which directory it runs.
const FOLDERS: [&str; 5] = [
    "workdir",
    "cwd",
    "working_directory",
    "directory",
    "dir_path",
];

/// Options of agents that move them to another directory.
const MOVES: [&str; 5] = ["-C", "--cd", "--cwd", "--workspace", "--work-dir"];

/// One start of one agent, as the call that makes it shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Launch {
    /// The family of what it starts.
    pub(super) source: &'static str,
    /// What the program is given.
    pub(super) arguments: Vec<String>,
    /// Those are exactly what it gets.
    pub(super) fixed: bool,
    /// Where it works, as far as that shows.
    pub(super) cwd: Option<String>,
}

/// The agents that a call starts, in the order of its command; `cwd` is its session's.
pub(super) fn launches(start: &ToolStart, cwd: Option<&str>) -> Vec<Launch> {
    let programs = programs(&start.input);
    let mut found = Vec::new();
    if programs.is_empty() {
        return found;
    }
    let folder = FOLDERS.iter().find_map(|key| start.input[*key].as_str());
    let mut here = match folder {
        Some(folder) => join(cwd, folder),
        None => cwd.and_then(|cwd| join(None, cwd)),
    };
    for one in programs {
        if one.program == "cd" {
            let to = one.arguments.iter().find(|word| !word.starts_with('-'));
            here = to
                .filter(|_| one.fixed)
                .and_then(|to| join(here.as_deref(), to));
            continue;
        }
        if let Some((source, arguments)) = starter(&one) {
            found.push(Launch {
                source,
                arguments: arguments.to_vec(),
                fixed: one.fixed,
                cwd: moved(here.as_deref(), arguments),
            });
        }
    }
    found
}

/// What the command of a call starts, unless none of it can be an agent.
fn programs(input: &Value) -> Vec<Started> {
    let command = ["command", "cmd", "script"].iter().map(|key| &input[*key]);
    let mut command = command.filter(|value| !value.is_null());
    // Most commands name no agent at all, and are not taken apart.
    let may = |text: &str| NAMES.as_ref().is_none_or(|names| names.is_match(text));
    match command.next() {
        Some(Value::String(text)) if may(text) => started(text),
        Some(Value::Array(words)) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            match words.iter().any(|word| may(word)) {
                true => started_by_words(words.into_iter()),
                false => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// The agent that a program is, and what it is given.
fn starter(one: &Started) -> Option<(&'static str, &[String])> {
    let (mut name, mut arguments) = (one.program.as_str(), &one.arguments[..]);
    if RUNNERS.contains(&name) {
        let at = arguments.iter().position(|word| !word.starts_with('-'))?;
        // `@vendor/name@version`
        let package = arguments[at].rsplit('/').next()?;
        name = package.split('@').next().filter(|name| !name.is_empty())?;
        arguments = &arguments[at + 1..];
    }
    let known = STARTERS.iter().find(|(_, names, _)| names.contains(&name));
    let (source, _, verbs) = known?;
    let said = |verb: &&str| arguments.iter().any(|word| word == verb);
    (verbs.is_empty() || verbs.iter().any(said)).then_some((*source, arguments))
}

/// The directory that an agent was told to work in.
fn moved(here: Option<&str>, arguments: &[String]) -> Option<String> {
    let mut words = arguments.iter();
    let told = words.find_map(|word| match word.split_once('=') {
        Some((option, value)) if MOVES.contains(&option) => Some(Some(value.to_owned())),
        _ => MOVES.contains(&word.as_str()).then_some(None),
    });
    match told {
        Some(value) => join(here, &value.or_else(|| words.next().cloned())?),
        None => here.map(str::to_owned),
    }
}

/// `path` seen from `base`, without `.` and `..`; nothing where that cannot be said.
pub(super) fn join(base: Option<&str>, path: &str) -> Option<String> {
    if path.starts_with(['~', '$']) || path.contains('`') {
        return None;
    }
    let whole = match path.starts_with('/') {
        true => path.to_owned(),
        false => format!("{}/{path}", base?),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(input: Value) -> Vec<String> {
        let start = ToolStart {
            call: "c".into(),
            name: None,
            title: None,
            kind: None,
            input,
            parent_call: None,
        };
        let all = launches(&start, Some("/w/app/")).into_iter();
        all.map(|launch| {
            let cwd = launch.cwd.unwrap_or_else(|| "?".into());
            format!("{} {cwd} {}", launch.source, launch.arguments.join("|"))
        })
        .collect()
    }

    #[test]
    fn a_call_that_starts_an_agent_is_told_from_others() {
        let cases: [(Value, &[&str]); 12] = [
            (
                json!({"command": "claude -p 'fix it'"}),
                &["claude /w/app -p|fix it"],
            ),
            (
                json!({"command": "cd ../lib && timeout 9 claude -p \"$X\""}),
                &["claude /w/lib -p|$X"],
            ),
            (json!({"command": "cargo test", "workdir": "/v"}), &[]),
            (
                json!({"cmd": "codex exec -C sub 'go on'", "workdir": "/v"}),
                &["codex /v/sub exec|-C|sub|go on"],
            ),
            (
                json!({"command": ["bash", "-lc", "gemini -p hi; qwen hi"]}),
                &["gemini /w/app -p|hi", "qwen /w/app hi"],
            ),
            (
                json!({"command": "npx -y @anthropic-ai/claude-code@latest -p x"}),
                &["claude /w/app -p|x"],
            ),
            (
                json!({"command": "cd $HOME && codex exec x"}),
                &["codex ? exec|x"],
            ),
            (json!({"command": "claude --version"}), &[]),
            (json!({"command": "codex login"}), &[]),
            (json!({"command": "echo 'claude -p x' > how.txt"}), &[]),
            (json!({"command": "cat ~/.claude/projects/p/S.jsonl"}), &[]),
            (json!({"path": "claude"}), &[]),
        ];
        for (input, want) in cases {
            assert_eq!(found(input.clone()), want, "{input}");
        }
    }

    #[test]
    fn paths_are_compared_without_detours() {
        let cases = [
            (Some("/w"), "a/./b/../c/", Some("/w/a/c")),
            (Some("/w"), "/v//x", Some("/v/x")),
            (Some("/w"), "../../..", Some("/")),
            (None, "a", None),
            (Some("/w"), "~/a", None),
            (Some("/w"), "$A", None),
        ];
        for (base, path, want) in cases {
            assert_eq!(join(base, path).as_deref(), want, "{base:?} {path}");
        }
    }
}
