//! What agents may write, and what the terminal must make of it.

use std::sync::Arc;

use proptest::prelude::*;

use super::fixture::{Memory, frame, rich, step};
use super::tests::{at, board, board_with};
use super::*;
use crate::wire::frame::{StepStatus, Waiting};

const NASTY: &[&str] = &[
    "\x1b[2J\x1b[1;1Hgone",
    "\x1b]52;c;ZXZpbA==\x07copied",
    "\x1b]0;title\x1b\\titled",
    "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\u{9b}31mred\u{9d}0;x\u{9c}",
    "line\nbreak\r\nand\ttab\x0b\x0c\u{85}\u{2028}\u{2029}",
    "\u{202e}backwards\u{2066}",
    "漢字かな交じり文がとても長いので必ず切られるはずです",
    "z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}a\u{308}l\u{327}go",
    "👩‍👩‍👧‍👦 family 🇩🇪 flag ☝🏽 tone",
    "\0\x01\x02\x7f\x08\x08\x08\x08",
    "\u{feff}\u{200b}\u{e0041}\u{fff9}",
    "",
    " ",
    "\x1b",
    "\x1b[",
    "{msg} {bar} {spinner}",
];

/// A frame that says `text` wherever it can.
fn saying(key: &str, text: &str, state: State) -> Frame {
    let mut frame = rich(key);
    frame.state = state;
    let view = &mut frame.view;
    view.agent = text.into();
    view.request = Some(text.into());
    view.note = Some(text.into());
    view.model = Some(text.into());
    view.commentary = vec![text.into()];
    view.blocked = Some(Waiting {
        on: text.into(),
        what: Some(text.into()),
        since: frame.at,
    });
    view.totals.kinds = vec![(text.into(), 2)];
    for step in &mut view.steps {
        step.title = text.into();
        step.detail = Some(text.into());
        step.note = Some(text.into());
        if let Some(child) = &mut step.child {
            child.title = text.into();
            child.steps[0].title = text.into();
        }
    }
    if let Some(plan) = &mut view.plan {
        plan.current = Some(text.into());
    }
    frame
}

/// The escape sequences of `text` that a board has no use for.
fn strange(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_control()) {
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix("\r\n").or(rest.strip_prefix('\r')) {
            rest = after;
            continue;
        }
        let known = rest.strip_prefix("\x1b[").and_then(|sequence| {
            let end = sequence.find(|c: char| !c.is_ascii_digit() && c != ';')?;
            let last = sequence[end..].chars().next()?;
            "mABKJ".contains(last).then(|| &sequence[end + 1..])
        });
        match known {
            Some(after) => rest = after,
            None => return Some(rest.chars().take(12).collect()),
        }
    }
    None
}

fn assert_harmless(memory: &Memory, context: &str) {
    for write in memory.writes() {
        assert_eq!(strange(&write), None, "{context}: {write:?}");
    }
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    for (rows, columns) in [(24, 80), (10, 40), (5, 20), (1, 1), (2, 3)] {
        for text in NASTY {
            let (memory, mut terminal) = board(rows, columns);
            let states = [
                State::Active,
                State::Blocked,
                State::Other((*text).into()),
                State::Done,
            ];
            for (rev, state) in states.into_iter().enumerate() {
                let mut frame = saying("a", text, state);
                frame.rev = rev as u64;
                terminal.put(&frame, at(100 * rev as u64));
                let shown = memory.rows().len();
                assert!(shown <= usize::from(rows), "{columns}x{rows} {text:?}");
            }
            terminal
                .close(Close::Paused, at(9_000))
                .expect("it is written");
            assert_harmless(&memory, &format!("{columns}x{rows} {text:?}"));
        }
    }
}

#[test]
fn plain_lines_stay_single_lines() {
    for text in NASTY {
        for ascii in [false, true] {
            let settings = Settings {
                live: false,
                colour: false,
                ascii,
                ..Settings::default()
            };
            let (memory, mut terminal) = board_with(24, 80, settings);
            terminal.put(&saying("a", text, State::Blocked), at(0));
            for write in memory.writes() {
                assert_eq!(write.matches('\n').count(), 1, "{write:?}");
                let line = write.trim_end_matches('\n');
                assert!(!line.chars().any(char::is_control), "{write:?}");
                assert!(!ascii || line.is_ascii(), "{write:?}");
            }
        }
    }
}

#[test]
fn absurd_numbers_are_drawn_all_the_same() {
    let (memory, mut terminal) = board(24, 80);
    let mut frame = rich("a");
    frame.rev = u64::MAX;
    frame.view.ms = Some(u64::MAX);
    frame.view.earlier = u64::MAX / 2;
    frame.view.totals.tools = u64::MAX;
    frame.view.totals.tokens = u64::MAX;
    frame.view.totals.cost_usd = Some(f64::MAX);
    frame.view.steps[0].ms = Some(u64::MAX);
    frame.view.steps[0].status = StepStatus::Active;
    terminal.put(&frame, at(0));
    terminal.tick(at(u64::MAX / 4));
    assert!(
        memory.rows()[0].contains("[ACTIVE] main"),
        "{:?}",
        memory.rows()
    );
}

/// A step of a test: a frame of one of a few runs, a resize, or time.
#[derive(Clone, Debug)]
enum Act {
    Put(u8, State, String),
    Resize(u16, u16),
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    let state = prop_oneof![
        4 => Just(State::Active),
        1 => Just(State::Blocked),
        1 => Just(State::Done),
        1 => Just(State::Error),
    ];
    let text = prop_oneof![
        prop::sample::select(NASTY).prop_map(str::to_owned),
        "\\PC{0,60}",
        "[a-z ]{0,120}",
    ];
    prop_oneof![
        4 => (0_u8..6, state, text).prop_map(|(run, state, text)| Act::Put(run, state, text)),
        1 => (20_u16..120).prop_map(|columns| Act::Resize(60, columns)),
        2 => (0_u64..2_000).prop_map(Act::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever happens, the screen holds the runs that are over, each once, and
    /// below them the board as one that was drawn afresh.
    #[test]
    fn the_screen_is_always_as_if_drawn_afresh(acts in prop::collection::vec(act(), 1..40)) {
        let (memory, mut terminal) = board(60, 80);
        let mut now = 0;
        let mut ends = 0;
        for (rev, act) in acts.into_iter().enumerate() {
            match act {
                Act::Put(run, state, text) => {
                    let over = state.is_final();
                    let mut frame = frame(&run.to_string(), rev as u64 + 1, state);
                    frame.view.agent = format!("run-{run}");
                    frame.view.steps = vec![step("Saying", &text, StepStatus::Active, 10)];
                    let put = terminal.put(&frame, at(now));
                    let printed = put.receipt.did != Did::Unchanged;
                    ends += usize::from(over && printed);
                }
                Act::Resize(rows, columns) => memory.resize(rows, columns),
                Act::Wait(ms) => now += ms,
            }
            terminal.tick(at(now));
        }
        now += 2_000;
        terminal.tick(at(now));
        assert_harmless(&memory, "drawn");
        let rows = memory.all_rows();
        let over = rows.iter().filter(|row| row.starts_with("✓ [") || row.starts_with("✗ [")).count();
        prop_assert_eq!(over, ends, "{}", rows.join("\n"));
        let live = terminal.runs.len();
        let heads = rows.iter().filter(|row| row.contains("[ACTIVE]") || row.contains("[BLOCKED]")).count();
        prop_assert_eq!(heads, live, "{}", rows.join("\n"));

        // The bottom of the screen is what a new board draws.
        let size = memory.size().expect("a size");
        let fresh = Memory::new(size.0, size.1);
        let mut drawn = live::Live::new(Arc::new(fresh.clone()));
        let runs = in_order(&terminal.runs);
        drawn.draw(&runs, None, Duration::from_millis(now), &terminal.settings).expect("drawn");
        let want = fresh.rows();
        let rows = memory.rows();
        if live > 0 {
            prop_assert_eq!(&rows[rows.len() - want.len()..], &want[..]);
        }
    }
}
