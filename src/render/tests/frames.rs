//! Which frames come, and what they carry.

use super::super::{Renderer, Settings};
use super::frames;
use crate::view::scene::scene;
use crate::view::{self, Board};
use crate::wire::frame::{End, State};

#[test]
fn a_frame_comes_for_what_can_be_seen() {
    let cases = [
        ("before the gate", "0 start r; 1 say commentary x", 0),
        ("the gate", "0 start r; 1.5 tick", 1),
        ("a step and its end", "0 start r; 1 tool a; 2 end a ok", 2),
        ("an unseen record", "0 start r; 1 tool a; 1 meta", 1),
        (
            "a compaction, told twice",
            "0 start r; 1 tool a; 1 compact; 1.1 compact",
            2,
        ),
        (
            "a tick within the second",
            "0 start r; 1 tool a; 1.2 tick",
            1,
        ),
        (
            "no box at all",
            "0 start r heartbeat; 1 tool a; 2 stop ok",
            0,
        ),
        ("a route", "0 start r; 1 tool a; 1 route c", 2),
    ];
    for (why, script, want) in cases {
        let frames = frames(&[scene("p", script)], Settings::default());
        assert_eq!(frames.len(), want, "{why}");
    }
}

#[test]
fn a_replay_gives_one_frame_a_run_at_live() {
    let past = "0 start r; 1 tool a; 2 stop ok; 5 start q; 6 tool b; 7 end b ok";
    let scene = scene("p", past).replayed().more("8 live; 9 tool c");
    let frames = frames(&[scene], Settings::default());
    let seen: Vec<_> = frames
        .iter()
        .map(|frame| (&*frame.run, frame.state.as_str()))
        .collect();
    assert_eq!(seen, [("r", "done"), ("q", "active"), ("q", "active")]);
}

#[test]
fn a_childs_live_waits_for_its_parents() {
    let parent = scene("p", "0 start r; 1 tool a; 2 spawn a c x").replayed();
    let child = scene("c", "2 parent p; 2 start cr subagent; 3 tool x")
        .replayed()
        .more("4 live");
    let waiting = frames(&[parent.clone(), child.clone()], Settings::default());
    assert_eq!(waiting.len(), 1, "at the end of input");
    let both = frames(&[child, parent.more("5 live")], Settings::default());
    assert_eq!(both.len(), 1, "at the live of the parent");
}

#[test]
fn an_orphan_is_shown_at_the_end_of_input() {
    let child = scene("c", "2 parent p; 2 start cr subagent; 3 tool x; 9 stop ok");
    let frames = frames(&[child], Settings::default());
    assert_eq!(frames.len(), 1);
    assert_eq!(frames[0].state, State::Done);
}

#[test]
fn an_orphan_that_ended_is_shown_once_nobody_came() {
    let child = scene("c", "2 parent p; 2 start cr subagent; 3 tool x; 9 stop ok");
    let other = scene(
        "o",
        "10 start r heartbeat; 10 tick; 19 tick; 20 tick; 21 tick",
    );
    let frames = frames(&[child, other], Settings::default());
    assert_eq!(frames.len(), 1);
    assert_eq!(&*frames[0].sid, "c");
}

#[test]
fn a_box_that_should_not_have_been_is_still_ended() {
    let silent = scene("p", "0 start r; 5 tick; 8 silent");
    let frames = frames(&[silent], Settings::default());
    let states: Vec<_> = frames.iter().map(|frame| frame.state.as_str()).collect();
    assert_eq!(states, ["active", "done"]);
}

#[test]
fn a_frame_carries_what_a_sink_needs() {
    let script =
        "0 start r; 1 route c1; 1 tool a; 2 end a ok; 3 stop ok; 9 goes r; 10 tool b; 80 tick";
    let frames = frames(&[scene("p", script)], Settings::default());
    let key = crate::wire::frame::key("test", "p", "r");
    assert!(
        frames
            .iter()
            .all(|frame| frame.key == key && frame.v == 1 && frame.kind == "frame")
    );
    let told: Vec<_> = frames
        .iter()
        .map(|frame| (frame.rev, frame.state.as_str(), &*frame.title))
        .collect();
    assert_eq!(
        told,
        [
            (3, "active", "main: working, 1 tool, 1s"),
            (4, "active", "main: working, 1 tool, 2s"),
            (5, "done", "main: done, 1 tool, 3.0s"),
            (6, "active", "main: working, 1 tool, 9s"),
            (7, "active", "main: working, 2 tools, 10s"),
            (7, "active", "main: working, 2 tools, 1m 20s"),
        ]
    );
    assert_eq!(frames[2].end, Some(End::Explicit));
    assert_eq!(frames[0].routes[0].channel.as_deref(), Some("c1"));
    assert_eq!(frames[4].src[0].off, Some(600));
}

#[test]
fn explaining_names_the_rule_and_the_evidence() {
    let settings = Settings {
        explain: true,
        ..Settings::default()
    };
    let frames = frames(&[scene("p", "0 start r; 1 tool a")], settings);
    assert_eq!(
        frames[0].view.why.as_deref(),
        Some(
            "a tool is pending; last record 2026-09-25T14:30:01.000Z, now 2026-09-25T14:30:01.000Z"
        )
    );
}

#[test]
fn memory_is_bounded_and_open_runs_stay() {
    let settings = view::Settings {
        keep_runs: 20,
        ..view::Settings::default()
    };
    let mut board = Board::new(settings);
    let mut renderer = Renderer::new(Settings::default());
    let mut shown = 0;
    for event in scene("open", "0 start r; 1 tool a").events {
        renderer.step(&mut board, &event);
    }
    for number in 0..500 {
        let script = format!("{number} start r{number}; {number} tool a; {number} stop ok");
        for event in scene(&format!("s{}", number % 7), &script).more("").events {
            let mut event = event;
            event.src.off = event.src.off.map(|off| off + number * 1_000);
            shown += renderer.step(&mut board, &event).len();
        }
    }
    assert_eq!(shown, 1_000, "each run was shown twice");
    let known = |sid: &str, run: &str| {
        let key = view::RunKey {
            source: "test".into(),
            sid: sid.into(),
            run: run.into(),
        };
        board.run(&key).is_some()
    };
    assert!(known("open", "r"));
    let kept = (0..500).filter(|number| known(&format!("s{}", number % 7), &format!("r{number}")));
    assert!(kept.count() <= 27, "only the newest runs are kept");
}
