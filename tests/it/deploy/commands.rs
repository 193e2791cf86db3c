//! Every command line of the deployed files is one that the program takes.

use super::docker::instructions;
use super::text;
use super::units::settings;
use crate::support::{home, run};

/// Holds the words after the program's name against the real parser.
pub(super) fn check(words: &[String], whence: &str) {
    let mut words = words.to_vec();
    // The parser reads what stands before it, and then nothing is done.
    words.push("--help".into());
    let home = home();
    let ran = run(home.path(), &words);
    assert_eq!(ran.code, 0, "{whence}: {words:?}: {}", ran.err);
}

/// The words of a shell line; quotes hold a word together, a `#` ends the line.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote) = (String::new(), None);
    for c in line.chars().chain([' ']) {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (_, Some(open)) if c == open => quote = None,
            ('#', None) if word.is_empty() => break,
            (' ', None) => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(c),
        }
    }
    words
}

/// What a shell line hands to the program, where it runs it at all.
fn handed(line: &str) -> Option<Vec<String>> {
    let words = words(line);
    let mut left = words.as_slice();
    loop {
        left = match left {
            [first, rest @ ..] if first == "live-status" => return Some(rest.to_vec()),
            [first, _, rest @ ..] if first == "-u" => rest,
            [docker, compose, exec, _, rest @ ..]
                if docker == "docker" && compose == "compose" && exec == "exec" =>
            {
                rest
            }
            [first, rest @ ..] if matches!(first.as_str(), "sudo" | "env") => rest,
            [first, rest @ ..] if first == "systemd-run" || first == "--pty" => rest,
            [first, rest @ ..]
                if first.starts_with("--property=") || first.starts_with("--setenv=") =>
            {
                rest
            }
            [first, rest @ ..] if first.contains('=') => rest,
            _ => return None,
        };
    }
}

#[test]
fn every_command_of_the_pages_parses() {
    for (page, least) in [("INSTALL.md", 6), ("MIGRATION.md", 2)] {
        let text = text(&format!("examples/deploy/{page}"));
        let mut blocks = text.split("```");
        let mut found = 0;
        // Every second piece is inside a fence.
        while let Some(block) = blocks.nth(1) {
            let lines = block.strip_prefix("sh\n").unwrap_or_default().lines();
            for words in lines.filter_map(handed) {
                check(&words, page);
                found += 1;
            }
        }
        assert!(found >= least, "{page}: only {found} commands were found");
    }
}

#[test]
fn what_the_units_start_parses() {
    for unit in ["system", "user"] {
        let settings = settings(&format!(
            "examples/deploy/systemd/{unit}/live-status.service"
        ));
        let start = settings.iter().find(|(name, _)| name == "ExecStart");
        let start = &start.expect("it starts something").1;
        check(&handed(start).expect("the program"), unit);
    }
}

#[test]
fn what_the_container_starts_parses() {
    let list = |json: &str| -> Vec<String> { serde_json::from_str(json).expect("a JSON array") };
    let of = |name: &str| {
        let found = instructions().into_iter().rfind(|(known, _)| known == name);
        list(&found.expect("an instruction").1)
    };
    assert_eq!(of("ENTRYPOINT"), ["live-status"]);
    check(&of("CMD"), "Dockerfile");
    let compose = text("examples/deploy/docker/compose.yaml");
    let command = compose
        .lines()
        .find_map(|line| line.trim().strip_prefix("command: "));
    check(&list(command.expect("a command")), "compose.yaml");
}

#[test]
fn shell_lines_are_taken_apart() {
    let cases = [
        ("live-status ps", Some("ps")),
        ("A=1 B=2 live-status doctor   # why", Some("doctor")),
        ("sudo -u openclaw env S=/x live-status ps", Some("ps")),
        ("docker compose exec live-status live-status ps", Some("ps")),
        ("live-status post --text \"a b\"", Some("post|--text|a b")),
        (
            "sudo systemd-run --pty --property=User=x live-status ps",
            Some("ps"),
        ),
        ("systemctl status live-status", None),
        ("", None),
    ];
    for (line, want) in cases {
        let got = handed(line).map(|words| words.join("|"));
        assert_eq!(got.as_deref(), want, "{line}");
    }
}
