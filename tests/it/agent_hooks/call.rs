//! `hook`: whatever it is given and wherever it runs, its agent notices nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::waits::ended;
use crate::support::{Ran, feed, feed_to, home, program, run};

const SPOOL: &str = ".local/state/live-status/spool/hooks.ndjson";

/// The lines of the spool below `home`.
fn spool(home: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(home.join(SPOOL)).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of the spool"))
        .collect()
}

fn stop(session: &str) -> String {
    format!(r#"{{"session_id":"{session}","hook_event_name":"Stop"}}"#)
}

/// Nothing was said, but what `answer` is, and nothing failed.
fn is_quiet(ran: &Ran, answer: &str, what: &str) {
    assert_eq!((ran.code, ran.text(), &*ran.err), (0, answer, ""), "{what}");
}

#[test]
fn a_payload_is_taken_from_the_input_or_the_arguments() {
    let home = home();
    let cases: [(&[&str], String, &str); 5] = [
        (&["claude"], stop("a"), ""),
        (
            &["gemini"],
            r#"{"session_id":"b","hook_event_name":"AfterAgent"}"#.into(),
            "{}\n",
        ),
        (
            &["cursor"],
            r#"{"conversation_id":"c","hook_event_name":"beforeSubmitPrompt"}"#.into(),
            "{\"continue\":true}\n",
        ),
        (
            &["copilot", "--event", "agentStop"],
            r#"{"sessionId":"d","timestamp":1}"#.into(),
            "",
        ),
        (
            &["codex", r#"{"type":"agent-turn-complete","thread-id":"e"}"#],
            String::new(),
            "",
        ),
    ];
    for (args, input, answer) in &cases {
        let args: Vec<_> = std::iter::once(&"hook").chain(*args).collect();
        let ran = feed(home.path(), &args, input.as_bytes());
        is_quiet(&ran, answer, &format!("{args:?}"));
    }
    let sessions: Vec<_> = spool(home.path())
        .iter()
        .map(|line| format!("{} {}", line["agent"], line["hook"]["session"]))
        .collect();
    let want = [
        r#""claude" "a""#,
        r#""gemini" "b""#,
        r#""cursor" "c""#,
        r#""copilot" "d""#,
        r#""codex" "e""#,
    ];
    assert_eq!(sessions, want);
}

#[test]
fn print_says_what_it_means_and_keeps_nothing() {
    let home = home();
    let text = r#"{"session_id":"s","hook_event_name":"PreToolUse","tool_name":"AskUserQuestion"}"#;
    let ran = feed(home.path(), &["hook", "claude", "--print"], text.as_bytes());
    let line = &crate::support::wire::events(&ran.out)[0];
    assert_eq!(line["state"], "blocked");
    assert_eq!(line["reason"], "question");
    assert!(!home.path().join(SPOOL).exists());
}

#[test]
fn whatever_it_is_given_its_agent_notices_nothing() {
    let huge = format!(
        r#"{{"session_id":"huge","hook_event_name":"Stop","x":"{}"}}"#,
        "y".repeat(8 << 20)
    );
    let deep = format!(
        r#"{{"session_id":"deep","hook_event_name":"Stop","x":{}"#,
        "[".repeat(1 << 20)
    );
    let cases: [(&[&str], &[u8]); 12] = [
        (&[], b""),
        (&["claude"], b""),
        (&["claude"], b"{"),
        (&["claude"], b"\xff\xfe\x00"),
        (&["claude"], b"[]"),
        (&["claude"], huge.as_bytes()),
        (&["claude"], deep.as_bytes()),
        (&["claude", "--no-such-flag"], b"{}"),
        (&["claude", "{}", "more", "and more"], b""),
        (&["", "{}"], b""),
        (
            &["../../etc"],
            b"{\"session_id\":\"odd\",\"hook_event_name\":\"Stop\"}",
        ),
        (&["--event"], b""),
    ];
    let home = home();
    for (args, input) in cases {
        let args: Vec<_> = std::iter::once("hook")
            .chain(args.iter().copied())
            .collect();
        is_quiet(&feed(home.path(), &args, input), "", &format!("{args:?}"));
    }
    let sessions: Vec<_> = spool(home.path())
        .iter()
        .map(|line| line["hook"]["session"].clone())
        .collect();
    assert_eq!(sessions, ["huge", "deep", "odd"]);
}

#[test]
fn an_input_that_never_ends_is_not_waited_for() {
    let home = home();
    // Nobody writes, and nobody closes it.
    let mut silent = program(home.path())
        .args(["hook", "claude"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let held = silent.stdin.take();
    assert!(ended(&mut silent).success());
    drop(held);
    // Somebody writes one whole payload, before it can wait for it, and does not close it.
    let (input, mut held) = std::io::pipe().expect("a pipe");
    std::io::Write::write_all(&mut held, stop("open").as_bytes()).expect("writes");
    let mut open = program(home.path())
        .args(["hook", "claude"])
        .stdin(input)
        .spawn()
        .expect("the program starts");
    assert!(ended(&mut open).success());
    drop(held);
    assert_eq!(spool(home.path())[0]["hook"]["session"], "open");
    // Somebody writes for ever.
    let zero = std::fs::File::open("/dev/zero").expect("there");
    let output = program(home.path())
        .args(["hook", "claude"])
        .stdin(zero)
        .output()
        .expect("the program starts");
    is_quiet(&output.into(), "", "zeroes");
}

#[test]
fn wherever_it_runs_its_agent_notices_nothing() {
    let nowhere = |command: &mut Command| {
        command.env_remove("HOME");
    };
    let a_file = |command: &mut Command| {
        command.env("XDG_STATE_HOME", "/dev/null");
    };
    let broken = |command: &mut Command| {
        command
            .env("LIVE_STATUS_CONFIG", "/dev/null/x")
            .env("LOG_LEVEL", "?");
    };
    let home = home();
    for (what, change) in [
        ("no home", &nowhere as &dyn Fn(&mut Command)),
        ("no directory", &a_file),
        ("broken settings", &broken),
    ] {
        let mut command = program(home.path());
        command.args(["hook", "claude"]);
        change(&mut command);
        is_quiet(&feed_to(&mut command, stop("s").as_bytes()), "", what);
    }
    assert_eq!(
        spool(home.path()).len(),
        1,
        "settings are none of its business"
    );
    let spool = home.path().join(SPOOL);
    std::fs::remove_file(&spool).expect("removed");
    std::fs::create_dir(&spool).expect("made");
    is_quiet(
        &feed(home.path(), &["hook", "claude"], stop("s").as_bytes()),
        "",
        "a directory in its place",
    );
    // An output that nobody reads.
    let output = program(home.path())
        .args(["hook", "gemini"])
        .stdout(
            std::fs::OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .expect("there"),
        )
        .output()
        .expect("the program starts");
    is_quiet(&output.into(), "", "a full output");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_not_its_agents_trouble() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: strace is not there");
        return;
    }
    let home = home();
    let mut strace = Command::new("strace");
    strace
        .args([
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "inject=write:error=ENOSPC",
        ])
        .arg(env!("CARGO_BIN_EXE_live-status"))
        .args(["hook", "claude"])
        .env_clear()
        .env("HOME", home.path());
    let ran = feed_to(&mut strace, stop("s").as_bytes());
    if ran.err.contains("ptrace") {
        println!("skipped: strace may not trace here");
        return;
    }
    is_quiet(&ran, "", "no space");
    assert_eq!(spool(home.path()).len(), 0);
}

#[test]
fn a_thousand_at_once_lose_none() {
    let home = home();
    std::thread::scope(|scope| {
        for thread in 0..50 {
            let home = home.path();
            scope.spawn(move || {
                let each = (0..20).map(|number| {
                    let payload = stop(&format!("{thread}-{number}"));
                    program(home)
                        .args(["hook", "codex", &payload])
                        .spawn()
                        .expect("the program starts")
                });
                for mut child in each.collect::<Vec<_>>() {
                    assert!(child.wait().expect("it ends").success());
                }
            });
        }
    });
    let lines = spool(home.path());
    let sessions: BTreeSet<_> = lines
        .iter()
        .map(|line| line["hook"]["session"].to_string())
        .collect();
    assert_eq!((lines.len(), sessions.len()), (1_000, 1_000));
}

#[test]
fn help_is_help() {
    let home = home();
    let ran = run(home.path(), &["hook", "--help"]).ok();
    assert!(ran.text().contains("always ends well"), "{}", ran.text());
}
