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

pub(super) fn assert_rows(memory: &Memory, want: &[&str]) {
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
fn our_end_leaves_nothing_that_turns() {
    for (why, remark) in [
        (Close::Paused, "updates paused at 14:32"),
        (Close::Ended, "the input ended here"),
    ] {
        let (memory, mut terminal) = board(24, 80);
        terminal.put(&frame("a", 1, State::Active), at(0));
        terminal.close(why, at(10)).expect("it is written");
        assert_rows(&memory, &["▸ [ACTIVE] main · 1.0s", remark]);
        let last = memory.writes().pop().expect("a drawing");
        assert!(
            last.ends_with("\r\n"),
            "the prompt gets its own line: {last:?}"
        );
    }
}

#[test]
fn last_words_that_could_not_be_written_are_told_unless_nobody_reads_them() {
    for live in [false, true] {
        for (kind, is_told) in [
            (io::ErrorKind::BrokenPipe, false),
            (io::ErrorKind::StorageFull, true),
        ] {
            let settings = Settings {
                live,
                ..Settings::default()
            };
            let (memory, mut terminal) = board_with(24, 80, settings);
            terminal.put(&frame("a", 1, State::Active), at(0));
            memory.fail(kind);
            let left = terminal.close(Close::Ended, at(10));
            assert_eq!(left.is_err(), is_told, "{kind}, live: {live}");
        }
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

#[test]
fn what_could_not_be_written_does_not_count_as_shown() {
    for live in [false, true] {
        for state in [State::Active, State::Blocked, State::Done] {
            let settings = Settings {
                live,
                ..Settings::default()
            };
            let (memory, mut terminal) = board_with(24, 80, settings);
            memory.fail(io::ErrorKind::StorageFull);
            let put = terminal.put(&frame("a", 1, state.clone()), at(0));
            assert_eq!(put.done, Done::Lost, "{state:?}, live: {live}");
            memory.mend();
            let put = terminal.put(&frame("a", 1, state.clone()), at(1_000));
            assert_eq!(put.done, Done::Applied, "{state:?}, live: {live}");
            let rows = memory.all_rows().join("\n");
            assert!(
                rows.contains(&state.tag()),
                "{state:?}, live: {live}: {rows}"
            );
        }
    }
}

#[test]
fn a_drawing_between_frames_that_failed_is_told_and_made_again() {
    let (memory, mut terminal) = board(24, 80);
    terminal.put(&frame("a", 1, State::Active), at(0));
    memory.fail(io::ErrorKind::StorageFull);
    terminal.tick(at(1_000));
    memory.mend();
    let put = terminal.put(&frame("a", 2, State::Done), at(2_000));
    assert_eq!(put.done, Done::Lost);
    let rows = memory.all_rows().join("\n");
    assert!(rows.contains("[DONE] main"), "{rows}");
}

#[test]
fn where_the_last_line_of_an_end_is_cut_the_kinds_of_work_go_first() {
    let (memory, mut terminal) = board(24, 50);
    let mut run = rich("a");
    run.state = State::Done;
    run.view.plan = None;
    terminal.put(&run, at(0));
    let rows = memory.all_rows();
    let last = rows.last().map(String::as_str);
    assert_eq!(last, Some("  12.4k tokens · $0.08 · Reading 3, Running 2"));
    run.key = "b".into();
    run.view.totals.kinds = (0..9).map(|kind| (format!("Kind {kind}"), 3)).collect();
    terminal.put(&run, at(10));
    let rows = memory.all_rows();
    let last = rows.last().map(String::as_str);
    assert_eq!(
        last,
        Some("  12.4k tokens · $0.08 · Kind 0 3, Kind 1 3, Kin…")
    );
}
