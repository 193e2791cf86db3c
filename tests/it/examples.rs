//! Every script in `examples/` runs, and says what it should.

use std::path::Path;
use std::process::Command;

use crate::support::{Ran, files, home};

/// Runs `command` in a shell as a person at the project's root would, in an empty home.
pub fn shell(command: &str) -> Ran {
    shell_with(command, &[])
}

/// The same, with these variables set.
pub fn shell_with(command: &str, variables: &[(&str, &str)]) -> Ran {
    let home = home();
    let bin = home.path().join("bin");
    std::fs::create_dir(&bin).expect("a directory");
    // A link in any case: a copy that another test's child has open for writing cannot be run.
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_live-status"), bin.join("live-status"))
        .expect("the program");
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", command])
        .env_clear()
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("HOME", home.path())
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .envs(variables.iter().copied())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(std::process::Stdio::null())
        .output();
    output.expect("a shell").into()
}

/// Whether jq is there, for what needs it.
pub fn has_jq(what: &str) -> bool {
    let there = Command::new("jq")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: {what} needs jq, which is not installed");
    }
    there
}

/// Scripts that speak to a chat server; `post_cli/examples.rs` runs them before one.
const CHAT_SCRIPTS: [&str; 2] = ["deploy.sh", "systemd.sh"];

/// A script, its arguments, and lines it must print.
const SCRIPTS: [(&str, &str, &[&str]); 8] = [
    (
        "failing-tools.sh",
        "",
        &[
            "14:02:19\tmain\tRunning cargo test\texit 101",
            "14:02:27\tscout\tFetching api.harbour.example\tHTTP 503 from api.harbour.example",
        ],
    ),
    (
        "markdown-report.sh",
        "",
        &[
            "# What the agents did",
            "✗ Running `cargo test` · 7.4s · exit 101  ",
        ],
    ),
    (
        "notify-failed.sh",
        "examples/openclaw",
        &["scout: failed, 2 tools, 23s: prompt is too long: 206118 tokens > 200000 maximum"],
    ),
    ("one-agent.sh", "ops", &["[DONE] ops - 1m 16s - 11 tools"]),
    (
        "own-labels.sh",
        "",
        &["FAILED Building with cargo test - 7.4s - exit 101"],
    ),
    (
        "replay.sh",
        "examples/openclaw max",
        &[
            "14:03:14 [DONE] main · 1m 4s · 12 tools · 2 failed · 105.2k tokens · $0.05",
            "14:03:22 [INTERRUPTED] main · 35s · 3 tools · 29.1k tokens · $0.02",
        ],
    ),
    (
        "status-line.sh",
        "examples/openclaw",
        &["3 working, 1 waiting: ops", "all quiet"],
    ),
    (
        "tool-times.sh",
        "",
        &[
            "TOOL              CALLS  FAILED   SECONDS",
            "web_fetch             5       1      14.0",
        ],
    ),
];

#[test]
fn every_script_runs_and_says_what_it_should() {
    for (name, args, lines) in SCRIPTS {
        let text = std::fs::read_to_string(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("examples")
                .join(name),
        );
        let text = text.expect(name);
        if text.contains("jq") && !has_jq(name) {
            continue;
        }
        let ran = shell(&format!("sh examples/{name} {args}"));
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{name}");
        for line in lines {
            assert!(
                ran.text().lines().any(|printed| printed == *line),
                "{name} does not print {line:?}, but:\n{}",
                ran.text()
            );
        }
    }
}

#[test]
fn every_script_is_tested_and_says_what_it_does() {
    for path in files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"),
        ".sh",
    ) {
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(
            SCRIPTS.iter().any(|(known, ..)| *known == name) || CHAT_SCRIPTS.contains(&&*name),
            "{name} is not tested"
        );
        let text = std::fs::read_to_string(&path).expect("a script");
        let first = text.lines().nth(1).unwrap_or_default();
        assert!(
            first.starts_with("# ") && first.ends_with('.'),
            "{name} does not say what it does"
        );
        assert!(
            text.contains("${LIVE_STATUS:-live-status}"),
            "{name} runs a fixed program"
        );
    }
}

#[test]
fn the_example_tree_is_read_without_a_remark() {
    let ran = shell("live-status tail examples/openclaw");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let events = ran.lines();
    for kind in [
        "agent.start",
        "agent.end",
        "blocked",
        "unblocked",
        "job.end",
        "error",
        "run.end",
        "usage",
        "model",
    ] {
        assert!(
            events.iter().any(|event| event["type"] == kind),
            "the tree has no {kind}"
        );
    }
}
