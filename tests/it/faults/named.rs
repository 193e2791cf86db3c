//! Names that would act on whoever reads them: of files, of directories, of arguments.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::hostile::acts;
use crate::support::{Ran, home, run};

/// A name that colours, forges a line and turns what follows round.
const NAME: &str = "a\u{1b}[31m\nlive-status: all is well\u{202e}";
/// The same, as people are to see it.
const SEEN: &str = r"a\u{1b}[31m\nlive-status: all is well\u{202e}";

/// A state directory of that name, with a transcript of that name in which one line is broken.
fn state(home: &Path) -> PathBuf {
    let state = home.join(NAME);
    let sessions = state.join("agents/main/sessions");
    fs::create_dir_all(&sessions).expect("made");
    let header = r#"{"type":"session","version":3,"id":"s1","timestamp":"2026-09-25T10:00:00.000Z","cwd":"/"}"#;
    fs::write(
        sessions.join(format!("{NAME}.jsonl")),
        format!("{header}\n{{broken\n"),
    )
    .expect("written");
    state
}

/// Runs the program, and holds what it told people against the name.
fn told(home: &Path, args: &[&OsStr], on_output: bool) -> Vec<String> {
    let ran: Ran = run(home, args);
    let text = if on_output { ran.text() } else { &ran.err };
    assert!(!text.chars().any(acts), "{args:?}: {text:?}");
    assert!(text.contains(SEEN), "{args:?}: {text}");
    text.lines().map(str::to_owned).collect()
}

// Faults 23, 89.
#[test]
fn the_name_of_a_file_neither_acts_on_a_terminal_nor_makes_a_line() {
    let home = home();
    let state = state(home.path());
    let words = |words: &[&'static str]| -> Vec<OsString> {
        let words = words.iter().map(OsString::from);
        words.chain([state.clone().into_os_string()]).collect()
    };
    let cases = [
        (words(&["tail"]), false),
        (words(&["run", "--once", "--to", "stdout"]), false),
        (words(&["doctor"]), true),
    ];
    for (args, on_output) in cases {
        let args: Vec<&OsStr> = args.iter().map(OsString::as_os_str).collect();
        let lines = told(home.path(), &args, on_output);
        let begins = |line: &String| {
            ["live-status: ", "  hint: ", "ok    ", "TO DO ", "      -> "]
                .iter()
                .any(|begin| line.starts_with(begin))
        };
        assert!(lines.iter().all(begins), "{lines:#?}");
        let forged = |line: &&String| line.starts_with("live-status: all is well");
        assert_eq!(lines.iter().filter(forged).count(), 0, "{lines:#?}");
    }
}

// Fault 89.
#[test]
fn what_is_wrong_with_an_argument_is_said_without_what_would_act() {
    let home = home();
    let cases: [&[&str]; 6] = [
        &["tail", NAME],
        &["doctor", NAME],
        &["tail", "--from", NAME],
        &["tail", "--color", "always", "--source", NAME],
        &["tail", "--config", NAME],
        &[NAME],
    ];
    for args in cases {
        let args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        told(home.path(), &args, args[0] == "doctor");
    }
    // Of an argument that is no UTF-8 as much is told as can be.
    let odd = [b"tail".as_slice(), b"\xff\x1b[31m\n"].map(OsStr::from_bytes);
    let ran = run(home.path(), &odd);
    assert!(ran.err.contains("\u{fffd}\\u{1b}[31m\\n"), "{}", ran.err);
    assert!(!ran.err.chars().any(acts), "{:?}", ran.err);
}

// Fault 89.
#[test]
fn an_explained_label_shows_a_tool_by_a_name_that_does_not_act() {
    let home = home();
    let name = serde_json::Value::from(NAME);
    let event = format!(
        r#"{{"v":1,"type":"tool.start","source":"x","call":"c1","name":{name},"input":{{}},"src":{{"kind":"clock","n":0}}}}"#
    );
    let ran = crate::support::feed(home.path(), &["label", "--explain"], event.as_bytes()).ok();
    assert!(ran.text().starts_with(SEEN), "{}", ran.text());
    assert!(!ran.text().chars().any(acts), "{:?}", ran.text());
}
