//! Where transcripts are found, and whose they are taken for.

use std::path::Path;

use super::{DIALECTS, cases};
use crate::support::{feed, files, home, program, run, wire};

const OPENCLAW: &str = r#"{"type":"session","version":3,"id":"s1","timestamp":"2026-09-25T10:00:00.000Z","cwd":"/"}
{"type":"message","id":"a","parentId":null,"timestamp":"2026-09-25T10:00:01.000Z","message":{"role":"user","content":"go"}}
"#;

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, text).expect("written");
}

/// Puts the case of sub-agents where Claude Code would.
fn claude(home: &Path, root: &str) {
    let case = cases(&DIALECTS[0])
        .into_iter()
        .find(|case| case.ends_with("agents"));
    let case = case.expect("a case of sub-agents");
    for path in files(&case, "") {
        let below = path.strip_prefix(&case).expect("below");
        let text = std::fs::read_to_string(&path).expect("a file");
        write(
            &home.join(root).join("projects/-work-harbour").join(below),
            &text,
        );
    }
}

/// The sources of all sessions that are told of, and how many there are.
fn sessions(out: &[u8]) -> (Vec<String>, usize) {
    let events = wire::events(out).into_iter();
    let starts: Vec<_> = events
        .filter(|event| event["type"] == "session.start")
        .collect();
    let mut sources: Vec<String> = starts
        .iter()
        .map(|event| event["source"].as_str().unwrap_or_default().to_owned())
        .collect();
    let count = sources.len();
    sources.sort();
    sources.dedup();
    (sources, count)
}

#[test]
fn every_agent_of_the_machine_is_found_without_being_asked() {
    let home = home();
    let at = home.path();
    claude(at, ".claude");
    write(
        &at.join(".openclaw/agents/main/sessions/s1.jsonl"),
        OPENCLAW,
    );
    let cases: [(&[&str], (&[&str], usize)); 8] = [
        (&["tail"], (&["claude", "openclaw"], 4)),
        (&["tail", "--source", "claude"], (&["claude"], 3)),
        (&["tail", "--source", "openclaw"], (&["openclaw"], 1)),
        (&["tail", "--agent", "claude"], (&["claude"], 3)),
        (&["tail", "--agent", "main"], (&["openclaw"], 1)),
        (&["tail", "--session", "agent-a1*"], (&["claude"], 1)),
        (
            &["tail", "--since", "2020-01-01T00:00:00Z"],
            (&["claude", "openclaw"], 4),
        ),
        (&["tail", ".claude"], (&["claude"], 3)),
    ];
    for (args, (sources, count)) in cases {
        let ran = run(at, args).ok();
        let (got, sessions) = sessions(&ran.out);
        let want: Vec<String> = sources.iter().map(ToString::to_string).collect();
        assert_eq!((got, sessions), (want, count), "{args:?}");
    }
    for path in [".claude/projects", ".claude/projects/-work-harbour"] {
        let ran = run(at, &["tail", path]).ok();
        assert_eq!(sessions(&ran.out), (vec!["claude".to_owned()], 3), "{path}");
    }
    let said = run(at, &["doctor"]);
    let doctor = String::from_utf8_lossy(&said.out).into_owned();
    assert!(doctor.contains("Claude Code, 3 sessions"), "{doctor}");
    assert!(doctor.contains("agent \"main\", 1 session ("), "{doctor}");
}

#[test]
fn a_variable_moves_the_directory_and_another_one_is_the_only_place() {
    let home = home();
    let at = home.path();
    claude(at, "elsewhere");
    write(&at.join("own/agents/main/sessions/s1.jsonl"), OPENCLAW);
    let tail = |variables: &[(&str, &str)]| {
        let mut command = program(at);
        for (name, value) in variables {
            command.env(name, at.join(value));
        }
        let output = command.arg("tail").output().expect("the program starts");
        sessions(&output.stdout)
    };
    let claude = ("CLAUDE_CONFIG_DIR", "elsewhere");
    assert_eq!(tail(&[]), (vec![], 0));
    assert_eq!(tail(&[claude]), (vec!["claude".to_owned()], 3));
    let both = tail(&[claude, ("OPENCLAW_STATE_DIR", "own")]);
    assert_eq!(both.1, 4);
    let only = tail(&[claude, ("TRANSCRIPT_DIR", "own")]);
    assert_eq!(only, (vec!["openclaw".to_owned()], 1));
}

#[test]
fn what_is_unknown_or_fits_twice_is_said_so() {
    let home = home();
    let at = home.path();
    write(
        &at.join("odd.jsonl"),
        "{\"type\":\"weather\",\"sky\":\"blue\"}\n",
    );
    claude(at, "both");
    write(&at.join("both/agents/main/sessions/s1.jsonl"), OPENCLAW);
    let ran = run(at, &["tail", "odd.jsonl"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(
        ran.err.contains("odd.jsonl is no transcript"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("\"weather\" with the keys sky, type"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("openclaw, claude"), "{}", ran.err);
    let ran = run(at, &["tail", "odd.jsonl", "--source", "claude"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = run(at, &["tail", "both"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("any of openclaw, claude"), "{}", ran.err);
    assert!(ran.err.contains("--source NAME"), "{}", ran.err);
    for (source, count) in [("claude", 3), ("openclaw", 1)] {
        let ran = run(at, &["tail", "both", "--source", source]).ok();
        assert_eq!(sessions(&ran.out), (vec![source.to_owned()], count));
    }
    let ran = feed(at, &["tail", "-"], b"{\"type\":\"weather\"}\n");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(
        ran.err.contains("standard input is no transcript"),
        "{}",
        ran.err
    );
}

#[test]
fn a_directory_named_agents_beside_does_not_hide_the_sessions() {
    let home = home();
    let at = home.path();
    claude(at, ".claude");
    write(
        &at.join(".claude/agents/reviewer.md"),
        "an agent of the user's own\n",
    );
    let ran = run(at, &["tail", ".claude"]).ok();
    assert_eq!(sessions(&ran.out), (vec!["claude".to_owned()], 3));
}

/// Where an agent keeps its transcripts below its directory, and how many sessions its case of sub-agents has.
const PLACES: [(&str, &str, &str, &str, usize); 6] = [
    ("copilot", ".copilot", "COPILOT_HOME", "session-state", 1),
    ("gemini", ".gemini", "", "tmp/harbour/chats", 2),
    (
        "gemini",
        "x/.gemini",
        "GEMINI_CLI_HOME",
        "tmp/harbour/chats",
        2,
    ),
    (
        "kimi",
        ".kimi-code",
        "KIMI_CODE_HOME",
        "sessions/wd_harbour_1",
        3,
    ),
    ("qwen", ".qwen", "QWEN_HOME", "projects/-work-harbour", 2),
    (
        "qwen",
        ".qwen",
        "QWEN_RUNTIME_DIR",
        "projects/-work-harbour",
        2,
    ),
];

#[test]
fn each_agent_is_found_in_its_own_place_and_where_its_variable_says() {
    for (source, own, variable, below, count) in PLACES {
        let home = home();
        let dialect = DIALECTS.iter().find(|it| it.source == source);
        let case = cases(dialect.expect("a dialect"))
            .into_iter()
            .find(|case| case.ends_with("agents"))
            .expect("a case of sub-agents");
        let put = |root: &Path| {
            for path in files(&case, ".jsonl") {
                let text = std::fs::read_to_string(&path).expect("a file");
                let inside = path.strip_prefix(&case).expect("below");
                write(&root.join(below).join(inside), &text);
            }
        };
        let want = (vec![source.to_owned()], count);
        let tail = |value: Option<&Path>| {
            let mut command = program(home.path());
            if let Some(value) = value {
                command.env(variable, value);
            }
            let output = command.arg("tail").output().expect("the program starts");
            sessions(&output.stdout)
        };
        if variable.is_empty() || !own.contains('/') {
            put(&home.path().join(own));
            assert_eq!(tail(None), want, "{source} in {own}");
        }
        if !variable.is_empty() {
            // `GEMINI_CLI_HOME` names the directory that holds the agent's own.
            let moved = home.path().join("moved");
            let root = match own.strip_prefix("x/") {
                Some(below) => moved.join(below),
                None => moved.clone(),
            };
            put(&root);
            assert_eq!(tail(Some(&moved)), want, "{source} by {variable}");
        }
    }
}
