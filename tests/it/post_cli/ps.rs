//! `ps`: the boxes that are remembered, while others are at work on them.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;

use live_status::store::{Boxes, Lock, StateDir};
use live_status::wire::about::About;
use live_status::wire::frame::State;
use live_status::wire::kept::Kept;
use live_status::wire::time::Time;

use crate::faults::state::kept;
use crate::support::waits::ended;
use crate::support::{Ran, home, program, run};

/// The state directory of a home.
pub fn state_of(home: &Path) -> StateDir {
    StateDir::open(&home.join(".local/state/live-status")).expect("opens")
}

/// Spans are told in days and hours, so that nothing here depends on seconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn now() -> Time {
    Time(jiff::Timestamp::now().as_millisecond())
}

/// Boxes: of two agents live, one blocked, one over, one over long ago.
pub fn fill(home: &Path) -> Vec<Kept> {
    let of = |key: &str, agent: &str, state: State, minutes: i64| Kept {
        state,
        at: now().plus_ms(-minutes * 60_000),
        about: About {
            agent: Some(agent.into()),
            session: Some(format!("agent:{agent}:chat")),
            turned: Some(now().plus_ms(-5 * DAY_MS)),
            why: Some("Running cargo test".into()),
            ..About::default()
        },
        ..kept(key, 3)
    };
    let boxes = vec![
        of("one", "main", State::Active, 3 * DAY_MS / 60_000),
        of("two", "ops", State::Blocked, 5 * 60),
        of("three", "main", State::Done, 30),
        of("four", "ops", State::Error, 2 * 60),
    ];
    let store = Boxes::open(&state_of(home), false, now()).expect("opens");
    for kept in &boxes {
        store.commit(kept).expect("committed");
    }
    boxes
}

/// The first words of the lines below the head.
fn keys(ran: &Ran) -> Vec<&str> {
    let lines = ran.text().lines().skip(1);
    lines.filter_map(|line| line.split(' ').next()).collect()
}

#[test]
fn what_is_live_is_listed_and_what_ended_lately_and_more_is_asked_for() {
    let home = home();
    fill(home.path());
    let cases: [(&[&str], &[&str]); 6] = [
        (&["ps"], &["twoaaaaa", "oneaaaaa", "threeaaa"]),
        (
            &["ps", "--all"],
            &["twoaaaaa", "oneaaaaa", "threeaaa", "fouraaaa"],
        ),
        (&["ps", "--agent", "ops"], &["twoaaaaa"]),
        (
            &["ps", "--all", "--agent", "ops", "--state", "error"],
            &["fouraaaa"],
        ),
        (
            &["ps", "--state", "active", "--state", "done"],
            &["oneaaaaa", "threeaaa"],
        ),
        (&["ps", "--agent", "nobody"], &[]),
    ];
    for (args, want) in cases {
        let ran = run(home.path(), args).ok();
        assert_eq!(keys(&ran), want, "{args:?}: {}", ran.text());
        assert!(!ran.text().contains('\u{1b}'), "no colour in a pipe");
        let alone = ran.err == "live-status: no run is at work here\n";
        assert_eq!(alone, !want.is_empty(), "{}", ran.err);
    }
    let ran = run(home.path(), &["ps", "--agent", "main", "--state", "active"]).ok();
    let line = ran.text().lines().nth(1).expect("a line");
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(
        words,
        [
            "oneaaaaa",
            "[ACTIVE]",
            "5d",
            "0h",
            "main",
            "8xkqz3w1dbgy7rnpmc5jh4tfae",
            "3d",
            "0h",
            "ago",
            "Running",
            "cargo",
            "test"
        ]
    );
    let forced = run(home.path(), &["ps", "--color", "always"]).ok();
    assert!(forced.text().contains("\u{1b}["), "{}", forced.text());
}

/// What `ps` writes on a terminal of so many columns.
fn on_terminal(home: &Path, columns: u16, variables: &[(&str, &str)]) -> String {
    let (mut master, slave) = crate::board::terminal(24, columns);
    let mut child = program(home)
        .arg("ps")
        .env("TERM", "xterm")
        .envs(variables.iter().copied())
        .stdout(Stdio::from(slave))
        .spawn()
        .expect("starts");
    assert!(ended(&mut child).success());
    let mut bytes = Vec::new();
    // It ends with EIO: nobody has the other end any more.
    let _ = master.read_to_end(&mut bytes);
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn a_terminal_is_filled_and_not_overrun_and_shows_states_in_colour() {
    let home = home();
    fill(home.path());
    for columns in [60, 80, 200] {
        let plain = on_terminal(home.path(), columns, &[("NO_COLOR", "1")]);
        assert!(!plain.contains('\u{1b}'), "{plain:?}");
        let longest = plain.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(usize::from(columns)), "{columns}: {plain}");
        assert_eq!(
            columns == 200,
            plain.contains("Running cargo test"),
            "{plain}"
        );
        let coloured = on_terminal(home.path(), columns, &[]);
        assert_eq!(coloured.matches("\u{1b}[0m").count(), 3, "{coloured:?}");
    }
    let dumb = on_terminal(home.path(), 80, &[("TERM", "dumb")]);
    assert!(!dumb.contains('\u{1b}'), "{dumb:?}");
}

#[test]
fn each_box_is_an_object_for_programs() {
    let home = home();
    let boxes = fill(home.path());
    let ran = run(home.path(), &["ps", "--json", "--all"]).ok();
    let lines = ran.lines();
    assert_eq!(lines.len(), boxes.len());
    let line = lines.iter().find(|line| line["agent"] == "main");
    let line = line.expect("a box of main");
    for (name, want) in [
        ("v", 1.into()),
        ("type", "box".into()),
        ("state", "active".into()),
        ("session", serde_json::Value::from("agent:main:chat")),
        ("why", "Running cargo test".into()),
        ("channel", "8xkqz3w1dbgy7rnpmc5jh4tfae".into()),
    ] {
        assert_eq!(line[name], want, "{name}");
    }
    assert!(line["turned"].is_string() && line["at"].is_string());
    // What it lists, explain explains.
    let key = line["key"].as_str().expect("a key");
    let page = run(home.path(), &["explain", key]).ok();
    assert!(
        page.text().contains("why      Running cargo test"),
        "{}",
        page.text()
    );
}

#[test]
fn a_run_at_work_is_no_hindrance_and_nothing_is_touched() {
    let home = home();
    fill(home.path());
    let state = state_of(home.path());
    let lock = Lock::take(&state, "run").expect("taken");
    // As a run has it open, in the midst of writing.
    let path = state.path().join("boxes.sqlite");
    let database = rusqlite::Connection::open(&path).expect("opens");
    database
        .execute_batch("BEGIN IMMEDIATE; UPDATE box SET seq = 9")
        .expect("begun");
    let before = std::fs::read(&path).expect("reads");
    let ran = run(home.path(), &["ps"]).ok();
    assert_eq!(keys(&ran).len(), 3);
    assert_eq!(std::fs::read(&path).expect("reads"), before);
    drop((lock, database));
}

#[test]
fn where_nothing_is_remembered_it_says_so_and_makes_nothing() {
    let home = home();
    let ran = run(home.path(), &["ps"]).ok();
    assert_eq!(ran.text(), "");
    assert!(ran.err.contains("no box is remembered here"), "{}", ran.err);
    assert!(!home.path().join(".local").exists());
    let ran = run(home.path(), &["ps", "--json", "--quiet"]).ok();
    assert_eq!((ran.text(), ran.err.as_str()), ("", ""));
}

#[test]
fn a_memory_of_a_later_version_or_a_broken_one_is_named() {
    let home = home();
    fill(home.path());
    let path = state_of(home.path()).path().join("boxes.sqlite");
    let database = rusqlite::Connection::open(&path).expect("a database");
    database
        .execute_batch(
            "UPDATE meta SET value = '99' WHERE name = 'version'; PRAGMA user_version = 99",
        )
        .expect("set");
    let ran = run(home.path(), &["ps"]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(ran.err.contains("later version"), "{}", ran.err);
    drop(database);
    std::fs::write(&path, "no database").expect("written");
    let ran = run(home.path(), &["ps"]);
    assert_eq!(ran.code, 74, "{}", ran.err);
    assert!(
        ran.err.contains("it is damaged") && ran.err.contains("hint:"),
        "{}",
        ran.err
    );
}
