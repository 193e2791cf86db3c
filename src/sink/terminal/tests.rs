//! The board as a terminal shows it.

use std::io;

use super::super::Done;
use super::fixture::{Memory, frame, rich, step};
use super::*;
use crate::wire::frame::{StepStatus, Waiting};
use crate::wire::time::Time;

pub(super) fn at(ms: u64) -> Moment {
    Moment {
        now: Duration::from_millis(ms),
        wall: Time::parse("2026-09-25T14:32:10Z").expect("a time"),
    }
}

pub(super) fn board(rows: u16, columns: u16) -> (Memory, Terminal) {
    board_with(rows, columns, Settings::default())
}

pub(super) fn board_with(rows: u16, columns: u16, settings: Settings) -> (Memory, Terminal) {
    let memory = Memory::new(rows, columns);
    let terminal = Terminal::on(settings, Arc::new(memory.clone()));
    (memory, terminal)
}

fn assert_rows(memory: &Memory, want: &[&str]) {
    let rows = memory.rows();
    assert_eq!(rows, want, "\n{}\n", rows.join("\n"));
}

#[test]
fn a_run_is_a_block_that_fits_its_terminal() {
    let cases: [(u16, u16, &[&str]); 4] = [
        (
            24,
            80,
            &[
                "⠋ [ACTIVE] main · 38s · 5 tools · 1 failed",
                "  \"Why does the client give up after one timeout?\"",
                "  ✓ Reading config.rs · 0.2s",
                "  ✗ Running cargo test · 31s · exit 101",
                "  ▸ proj035-planner · 12s · 3 tools",
                "    ├ ✓ Reading PLAN.md · 0.1s",
                "    └ ▸ Running rg · 2.0s",
                "  ▸ Searching the web · 4.0s",
                "  2 of 5: Write the tests · 12.4k tokens · $0.08",
            ],
        ),
        (
            10,
            40,
            &[
                "⠋ [ACTIVE] main · 38s · 5 tools",
                "  \"Why does the client give up after o…",
                "  ✓ Reading config.rs · 0.2s",
                "  ✗ Running cargo test · 31s · exit 101",
                "  ▸ proj035-planner · 12s · 3 tools",
                "    ├ ✓ Reading PLAN.md · 0.1s",
                "    └ ▸ Running rg · 2.0s",
                "  ▸ Searching the web · 4.0s",
                "  2 of 5: Write the tests · 12.4k toke…",
            ],
        ),
        (
            7,
            40,
            &[
                "⠋ [ACTIVE] main · 38s · 5 tools",
                "  … 3 earlier steps",
                "  ▸ proj035-planner · 12s · 3 tools",
                "    └ ▸ Running rg · 2.0s",
                "  ▸ Searching the web · 4.0s",
                "  2 of 5: Write the tests · 12.4k toke…",
            ],
        ),
        (
            5,
            20,
            &[
                "⠋ [ACTIVE] main",
                "  … 4 earlier steps",
                "  ▸ proj035-planner",
                "  ▸ Searching the …",
            ],
        ),
    ];
    for (rows, columns, want) in cases {
        let (memory, mut terminal) = board(rows, columns);
        let put = terminal.put(&rich("a"), at(0));
        assert_eq!(put.receipt.did, Did::Created);
        println!("{columns} x {rows}");
        assert_rows(&memory, want);
    }
}

#[test]
fn clocks_and_the_spinner_move_between_frames() {
    let (memory, mut terminal) = board(24, 80);
    terminal.put(&rich("a"), at(0));
    assert_eq!(terminal.tick(at(0)), Some(Duration::from_millis(125)));
    assert_eq!(terminal.tick(at(100)), Some(Duration::from_millis(25)));
    terminal.tick(at(3_000));
    let rows = memory.rows();
    assert_eq!(rows[0], "⠼ [ACTIVE] main · 41s · 5 tools · 1 failed");
    assert_eq!(
        rows[2], "  ✓ Reading config.rs · 0.2s",
        "what is over stands"
    );
    assert_eq!(rows[6], "    └ ▸ Running rg · 5.0s");
}

#[test]
fn nothing_live_wakes_nothing() {
    let (memory, mut terminal) = board(24, 80);
    assert_eq!(terminal.tick(at(0)), None);
    terminal.put(&frame("a", 1, State::Active), at(0));
    terminal.put(&frame("b", 1, State::Blocked), at(0));
    assert!(terminal.tick(at(0)).is_some());
    terminal.put(&frame("a", 2, State::Done), at(10));
    let wait = terminal.tick(at(10)).expect("a clock to show");
    assert_eq!(wait, Duration::from_secs(1), "no spinner while all wait");
    terminal.put(&frame("b", 2, State::Done), at(20));
    let writes = memory.writes().len();
    assert_eq!(terminal.tick(at(20)), None);
    assert_eq!(terminal.tick(at(99_000)), None);
    assert_eq!(memory.writes().len(), writes);
}

#[test]
fn runs_that_are_over_stay_above_in_the_order_of_their_ends() {
    let (memory, mut terminal) = board(24, 60);
    for (index, key) in ["a", "b", "c"].into_iter().enumerate() {
        let mut run = frame(key, 1, State::Active);
        run.view.agent = key.into();
        terminal.put(&run, at(index as u64));
    }
    for (key, rev, state) in [("c", 2, State::Error), ("a", 3, State::Interrupted)] {
        let mut run = frame(key, rev, state);
        run.view.agent = key.into();
        terminal.put(&run, at(10));
    }
    assert_rows(
        &memory,
        &[
            "✗ [ERROR] c · 2.0s",
            "■ [INTERRUPTED] a · 3.0s",
            "⠋ [ACTIVE] b · 1.0s",
        ],
    );
    let mut run = frame("b", 9, State::Done);
    run.view.agent = "b".into();
    terminal.put(&run, at(20));
    assert_rows(
        &memory,
        &[
            "✗ [ERROR] c · 2.0s",
            "■ [INTERRUPTED] a · 3.0s",
            "✓ [DONE] b · 9.0s",
        ],
    );
}

#[test]
fn a_blocked_run_says_what_it_waits_for() {
    let (memory, mut terminal) = board(24, 80);
    let mut run = frame("a", 5, State::Blocked);
    run.view.blocked = Some(Waiting {
        on: "permission".into(),
        what: Some("Run rm -r build?".into()),
        since: Time::parse("2026-09-25T12:02:04Z"),
    });
    let mut asked = step("Running", "rm", StepStatus::Blocked, 60_000);
    asked.note = None;
    run.view.steps = vec![asked];
    run.view.note = Some("no output for 1m".into());
    terminal.put(&run, at(0));
    terminal.tick(at(5_000));
    assert_rows(
        &memory,
        &[
            "⏸ [BLOCKED] main · 10s · no output for 1m",
            "  ⏸ waiting for permission: Run rm -r build? · 1m 5s",
            "  ⏸ Running rm · 1m 5s · waiting",
        ],
    );
}

#[test]
fn fifty_runs_share_the_rows_and_those_that_wait_are_never_hidden() {
    let (memory, mut terminal) = board(24, 60);
    for run in 0..50_u64 {
        let state = if run == 7 {
            State::Blocked
        } else {
            State::Active
        };
        let mut frame = rich(&format!("{run}"));
        frame.state = state;
        frame.view.agent = format!("agent-{run}");
        terminal.put(&frame, at(run));
    }
    terminal.tick(at(500));
    let rows = memory.rows();
    assert_eq!(rows.len(), 23, "\n{}", rows.join("\n"));
    assert!(rows[0].starts_with("⏸ [BLOCKED] agent-7 ·"), "{}", rows[0]);
    assert!(rows[21].contains("agent-49"), "{}", rows[21]);
    assert!(
        rows[21].contains("agent-49 · Searching the web · 38s"),
        "{}",
        rows[21]
    );
    assert_eq!(rows[22], "… 28 more runs");

    // Most of them end: the newest of the rest unfolds.
    for run in (0..50).filter(|run| ![3, 7, 20, 30].contains(run)) {
        terminal.put(&frame(&format!("{run}"), 99, State::Done), at(1_000 + run));
    }
    terminal.tick(at(3_000));
    let rows = memory.rows();
    let live: Vec<&String> = rows.iter().filter(|row| row.contains("agent-")).collect();
    assert_eq!(live.len(), 4, "\n{}", rows.join("\n"));
    assert_eq!(
        rows.last().map(String::as_str),
        Some("  2 of 5: Write the tests · 12.4k tokens · $0.08")
    );
    let over = memory
        .all_rows()
        .iter()
        .filter(|row| row.starts_with("✓ [DONE]"))
        .count();
    assert_eq!(over, 46, "each that is over stands once");
}

#[test]
fn a_resized_window_leaves_nothing_behind() {
    let (memory, mut terminal) = board(24, 80);
    terminal.put(&frame("over", 2, State::Done), at(0));
    terminal.put(&rich("a"), at(0));
    for (step, (rows, columns)) in [(24, 40), (12, 20), (12, 100), (30, 80), (24, 5), (24, 60)]
        .into_iter()
        .enumerate()
    {
        memory.resize(rows, columns);
        terminal.tick(at(1_000 * (step as u64 + 1)));
        let rows = memory.rows();
        let heads = rows
            .iter()
            .filter(|row| row.contains("[ACTIVE]") || row.starts_with("⠋ [A"))
            .count();
        assert!(heads <= 1, "{columns} columns:\n{}", rows.join("\n"));
        assert!(rows[0].starts_with("✓ ["), "{columns} columns: {}", rows[0]);
    }
    assert_eq!(memory.rows().len(), 10);
}

#[test]
fn a_terminal_that_splits_long_lines_is_wiped_as_far_as_it_split_them() {
    let settings = Settings {
        reflows: true,
        ..Settings::default()
    };
    let (memory, mut terminal) = board_with(24, 60, settings);
    terminal.put(&rich("a"), at(0));
    memory.resize(24, 40);
    terminal.tick(at(1_000));
    // Header 42 and request 50, steps below 40, counts 48 columns: three are split.
    let last = memory.writes().pop().expect("a drawing");
    assert!(
        last.starts_with("\r\u{1b}[11A\u{1b}[J\u{1b}[8B"),
        "{last:?}"
    );
}

#[test]
fn receipts_say_what_was_done() {
    let (_, mut terminal) = board(24, 80);
    let did = |terminal: &mut Terminal, frame: &Frame, ms| {
        let put = terminal.put(frame, at(ms));
        (put.receipt.did, put.done)
    };
    let cases = [
        (
            "first",
            frame("a", 1, State::Active),
            Did::Created,
            Done::Applied,
        ),
        (
            "the same again",
            frame("a", 1, State::Active),
            Did::Unchanged,
            Done::Unchanged,
        ),
        (
            "news",
            frame("a", 2, State::Active),
            Did::Updated,
            Done::Applied,
        ),
        (
            "the end",
            frame("a", 3, State::Done),
            Did::Updated,
            Done::Applied,
        ),
        (
            "the end again",
            frame("a", 3, State::Done),
            Did::Unchanged,
            Done::Unchanged,
        ),
        (
            "late",
            frame("a", 2, State::Active),
            Did::Skipped,
            Done::Unchanged,
        ),
        (
            "another end",
            frame("a", 4, State::Error),
            Did::Updated,
            Done::Applied,
        ),
        (
            "it goes on",
            frame("a", 5, State::Active),
            Did::Updated,
            Done::Applied,
        ),
        (
            "an end alone",
            frame("b", 1, State::Done),
            Did::Created,
            Done::Applied,
        ),
    ];
    for (index, (name, frame, want, done)) in cases.into_iter().enumerate() {
        let got = did(&mut terminal, &frame, index as u64);
        assert_eq!(got, (want, done), "{name}");
    }
}

#[test]
fn frames_in_a_burst_are_drawn_once_and_the_last_one_shows() {
    let (memory, mut terminal) = board(24, 80);
    for rev in 1..=10_000 {
        terminal.put(&frame("a", rev, State::Active), at(rev / 10));
    }
    assert!(memory.writes().len() <= 21, "{}", memory.writes().len());
    let wait = terminal.tick(at(1_000)).expect("a drawing is due");
    terminal.tick(at(1_000 + wait.as_millis() as u64));
    assert!(memory.rows()[0].contains("2h 46m"), "{:?}", memory.rows());
}

#[test]
fn our_end_leaves_nothing_that_turns() {
    for (why, remark) in [
        (Close::Paused, "updates paused at 14:32"),
        (Close::Ended, "the input ended here"),
    ] {
        let (memory, mut terminal) = board(24, 80);
        terminal.put(&frame("a", 1, State::Active), at(0));
        terminal.close(why, at(10));
        assert_rows(&memory, &["▸ [ACTIVE] main · 1.0s", remark]);
        let last = memory.writes().pop().expect("a drawing");
        assert!(
            last.ends_with("\r\n"),
            "the prompt gets its own line: {last:?}"
        );
    }
}

#[test]
fn a_terminal_that_went_away_is_the_end() {
    let (memory, mut terminal) = board(24, 80);
    terminal.put(&frame("a", 1, State::Active), at(0));
    memory.fail(io::ErrorKind::BrokenPipe);
    assert_eq!(terminal.tick(at(1_000)), None);
    let put = terminal.put(&frame("a", 2, State::Active), at(2_000));
    assert_eq!(put.done, Done::Closed);
}
