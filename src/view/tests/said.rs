//! What the agent says on its way, and when it counts. Times are seconds.

use super::super::scene::scene;
use super::super::{Board, Settings};
use super::{key, told};

fn check(settings: &Settings, cases: &[(&str, &str, &str)]) {
    for (why, script, want) in cases {
        let mut board = Board::new(settings.clone());
        for event in &scene("s", script).events {
            board.fold(event);
        }
        assert_eq!(told(&board, &key("s", "r")), *want, "{why}: {script}");
    }
}

#[test]
fn progress_is_shown_where_its_kind_is_asked_for() {
    let script = "0 start r; 1 tool a; 50 progress plan 2 of 5; 109 tick";
    let off = |commentary| Settings {
        commentary,
        ..Settings::default()
    };
    let tagged = |commentary| Settings {
        status_tags: vec!["usage_update".into(), "plan".into()],
        ..off(commentary)
    };
    let cases = [
        (tagged(true), vec!["2 of 5"], "active"),
        (off(true), vec![], "active, quiet 108s"),
        (tagged(false), vec![], "active, quiet 108s"),
    ];
    for (settings, lines, state) in cases {
        let mut board = Board::new(settings.clone());
        for event in &scene("s", script).events {
            board.fold(event);
        }
        let run = board.run(&key("s", "r")).expect("a run");
        assert_eq!(run.commentary(), lines, "{settings:?}");
        assert_eq!(told(&board, &key("s", "r")), state, "{settings:?}");
    }
}

#[test]
fn what_children_say_stands_among_it_by_its_time() {
    let parent = scene(
        "s",
        "0 start r; 1 tool a; 1 spawn a c x; 2 say commentary one; 9 say commentary four; 9 tool b",
    );
    let child = scene(
        "c",
        "1 parent s; 2 start q subagent; 3 say commentary two; 8 say commentary three; 9 say final z",
    );
    let mut board = Board::new(Settings::default());
    for event in parent.events.iter().chain(&child.events) {
        board.fold(event);
    }
    let run = board.run(&key("s", "r")).expect("a run");
    assert_eq!(run.commentary(), ["one", "two", "three", "four"]);
}

#[test]
fn an_answer_is_none_of_it_though_the_run_goes_on() {
    let cases = [
        ("after its end", "3 stop ok; 9 goes r; 10 tool b"),
        (
            "of which a dialect was not sure",
            "3 infer ok; 9 goes r; 10 tool b",
        ),
        ("which was none", "3 infer ok; 10 tool b"),
        ("which nobody told", "9 goes r; 10 tool b"),
        (
            "and a sub-agent works on in the background",
            "3 background b b; 4 inner x b exec",
        ),
    ];
    for (why, script) in cases {
        let said = "0 start r; 1 say unknown one; 1 tool a; 1 sends b c; 2 say unknown 42;";
        let mut board = Board::new(Settings::default());
        for event in &scene("s", &format!("{said} {script}")).events {
            board.fold(event);
        }
        let run = board.run(&key("s", "r")).expect("a run");
        assert_eq!(run.commentary(), ["one"], "{why}");
    }
}

#[test]
fn commentary_ends_a_silence_only_where_it_is_shown() {
    let quiet = "0 start r; 1 tool a; 50 say commentary x; 109 tick";
    check(&Settings::default(), &[("shown", quiet, "active")]);
    let off = Settings {
        commentary: false,
        ..Settings::default()
    };
    let cases = [
        ("not shown", quiet, "active, quiet 108s"),
        (
            "a text that may be the answer",
            "0 start r; 1 tool a; 50 say unknown x; 109 tick",
            "active",
        ),
        (
            "but it is activity",
            "0 start r; 1 tool a; 2 end a ok; 1700 say commentary x; 3499 tick",
            "active, quiet 3497s",
        ),
        (
            "for as long as a result is",
            "0 start r; 1 tool a; 2 end a ok; 1700 say commentary x; 3500 tick",
            "interrupted silence 1700s",
        ),
    ];
    check(&off, &cases);
}

#[test]
fn commentary_is_no_final_text() {
    let cases = [
        (
            "silence after it is no end",
            "0 start r; 1 say commentary x; 62 tick",
            "active, last seen 61s ago",
        ),
        (
            "the next request interrupts it",
            "0 start r; 8 say commentary x; 9 start q",
            "interrupted explicit 8s",
        ),
        (
            "nor is a part of one",
            "0 start r; 1 piece x; 62 tick",
            "active, last seen 61s ago",
        ),
        (
            "which is on its way as long as nothing more comes",
            "0 start r; 1 piece x; 1802 tick",
            "interrupted silence 1s",
        ),
        (
            "an answer is one",
            "0 start r; 1 say commentary x; 2 say final y; 62 tick",
            "done silence 2s",
        ),
    ];
    check(&Settings::default(), &cases);
}
