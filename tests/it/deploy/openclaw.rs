//! The hook that OpenClaw's Gateway runs, and the skill that its agents read.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::commands::check;
use super::{front_matter, has, path, text};
use crate::support::executable::executable;
use crate::support::{Ran, home};

const HOOK: &str = "examples/deploy/openclaw/hooks/live-status";
const SKILL: &str = "examples/deploy/openclaw/skills/live-status/SKILL.md";

/// What a page says of `name` at its head.
fn said(page: &str, name: &str) -> String {
    let lines = front_matter(page);
    let found = lines
        .iter()
        .find_map(|line| line.strip_prefix(&format!("{name}: ")));
    found
        .unwrap_or_else(|| unreachable!("{page} has no {name}"))
        .to_owned()
}

#[test]
fn the_hook_hears_of_the_start_of_the_gateway_alone() {
    let page = format!("{HOOK}/HOOK.md");
    assert_eq!(said(&page, "name"), "live-status");
    assert!(said(&page, "description").len() > 20);
    let metadata: serde_json::Value =
        serde_json::from_str(&said(&page, "metadata")).expect("JSON in one line");
    let hook = &metadata["openclaw"];
    assert_eq!(hook["events"], serde_json::json!(["gateway:startup"]));
    assert_eq!(hook["requires"]["bins"], serde_json::json!(["live-status"]));
}

#[test]
fn the_skill_says_to_do_nothing_in_a_few_lines() {
    assert_eq!(said(SKILL, "name"), "live-status");
    assert!(said(SKILL, "description").contains("do nothing"));
    let lines = text(SKILL).lines().count();
    assert!(lines <= 20, "every agent reads {lines} lines");
}

/// A program in the daemon's place that says what it was given, and ends with that code.
fn stand_in(home: &Path, code: i32) {
    let bin = home.join("bin");
    std::fs::create_dir_all(&bin).expect("a directory");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > '{home}/args'\nenv > '{home}/env'\necho 'a word' >&2\nexit {code}\n",
        home = home.display()
    );
    let text = home.join("stand-in");
    std::fs::write(&text, script).expect("written");
    executable(&text, &bin.join("live-status"));
}

/// Calls the hook as the Gateway does, and waits until what it starts has ended.
fn call(home: &Path, event: &str) -> Ran {
    let script = format!(
        "import hook, {{ launch }} from '{hook}/handler.js';
         const event = {event};
         if (event) hook(event); else launch().ref();",
        hook = path(HOOK).display()
    );
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("node")
        .args(["--input-type=module", "--eval", &script])
        .env_clear()
        .env("HOME", home)
        .env("PATH", format!("{}:{path}", home.join("bin").display()))
        .env("OPENCLAW_STATE_DIR", home.join("state"))
        .env("OPENCLAW_GATEWAY_TOKEN", "canary")
        .env("ANTHROPIC_API_KEY", "canary")
        .output();
    output.expect("node runs").into()
}

#[test]
fn the_hook_starts_the_daemon_with_its_settings_and_none_of_the_gateways_keys() {
    if !has("node", "the hook of OpenClaw") {
        return;
    }
    let home = home();
    stand_in(home.path(), 0);
    let config = home.path().join(".config/live-status");
    std::fs::create_dir_all(&config).expect("a directory");
    std::fs::copy(
        path("examples/deploy/live-status.env"),
        config.join("live-status.env"),
    )
    .expect("copied");
    let ran = call(home.path(), "null").ok();
    assert_eq!((ran.text(), ran.err.as_str()), ("", ""));
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).expect(name);
    let args: Vec<String> = read("args").lines().map(str::to_owned).collect();
    check(&args, "handler.js");
    let state = home.path().join(".local/state/live-status");
    let state = state.to_string_lossy().into_owned();
    let want = format!(
        "run --to mattermost --daemon --pid-file {state}/live-status.pid --log-file {state}/live-status.log"
    );
    assert_eq!(args.join(" "), want);
    let env = read("env");
    for line in [
        "MM_URL=https://chat.example.org".to_owned(),
        "HEALTH_PORT=9090".to_owned(),
        format!("LIVE_STATUS_TOKEN_FILE={}/token", config.display()),
        format!("OPENCLAW_STATE_DIR={}/state", home.path().display()),
    ] {
        assert!(env.lines().any(|had| had == line), "no {line} in:\n{env}");
    }
    assert!(!env.contains("canary"), "{env}");
    let mode = std::fs::metadata(&state).expect("made").permissions();
    assert_eq!(mode.mode() & 0o777, 0o700);
}

#[test]
fn a_daemon_that_runs_already_is_no_error_and_any_other_end_is() {
    if !has("node", "the hook of OpenClaw") {
        return;
    }
    for (code, said) in [(0, ""), (75, ""), (78, "did not start (exit 78)")] {
        let home = home();
        stand_in(home.path(), code);
        let ran = call(home.path(), "null").ok();
        assert_eq!(ran.err.is_empty(), said.is_empty(), "{code}: {}", ran.err);
        assert!(ran.err.contains(said), "{code}: {}", ran.err);
        let log = home.path().join(".local/state/live-status/live-status.log");
        let kept = std::fs::read_to_string(&log).expect("a log");
        assert_eq!(kept, "a word\n", "what it said before it had a log");
        let mode = std::fs::metadata(&log).expect("made").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
}

#[test]
fn the_gateway_starts_whatever_the_hook_meets() {
    if !has("node", "the hook of OpenClaw") {
        return;
    }
    let startup = "{ type: 'gateway', action: 'startup' }";
    // A home that nothing can be made in.
    let ran = call(Path::new("/dev/null"), startup).ok();
    assert!(ran.err.contains("cannot be started"), "{}", ran.err);
    // Another event starts nothing, and so makes no directory.
    let home = home();
    let ran = call(home.path(), "{ type: 'command', action: 'new' }").ok();
    assert_eq!(ran.err, "");
    assert!(!home.path().join(".local").exists());
}
