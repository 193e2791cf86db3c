//! Many runs, many frames, and windows that change.

use super::fixture::{frame, rich};
use super::tests::{assert_rows, at, board, board_with};
use super::*;

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
