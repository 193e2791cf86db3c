//! What goes out when, as arithmetic.

use super::*;
use crate::wire::event::{Src, SrcKind};
use crate::wire::frame::{State, View};
use crate::wire::time::Time;

pub(super) fn ms(count: u64) -> Now {
    Duration::from_millis(count)
}

/// A frame of `key` whose text is its rev.
pub(super) fn frame(key: &str, rev: u64, state: State) -> Frame {
    Frame {
        v: 1,
        kind: "frame".into(),
        key: key.into(),
        source: "test".into(),
        sid: key.into(),
        session: None,
        run: "first".into(),
        rev,
        at: None,
        last: None,
        state,
        end: None,
        routes: Vec::new(),
        title: format!("rev {rev}"),
        view: View {
            agent: "main".into(),
            ..View::default()
        },
        text: None,
        src: Vec::new(),
    }
}

pub(super) fn active(key: &str, rev: u64) -> Frame {
    frame(key, rev, State::Active)
}

/// What `next` gives, in short: `a:3`, `wait 1500`, `idle`.
pub(super) fn next(outbox: &mut Outbox, at: u64) -> String {
    match outbox.next(ms(at)) {
        Next::Send(frame) => format!("{}:{}", frame.key, frame.rev),
        Next::WaitUntil(moment) => format!("wait {}", moment.as_millis()),
        Next::Idle => "idle".into(),
    }
}

pub(super) fn settle(outbox: &mut Outbox, key: &str, answer: Answer, at: u64) {
    outbox.settle(key, answer, ms(10), ms(at));
}

#[test]
fn the_leading_edge_goes_at_once_and_the_trailing_edge_always() {
    let mut outbox = Outbox::new(Settings::default());
    assert_eq!(next(&mut outbox, 0), "idle");
    outbox.offer(active("a", 1), ms(1_000));
    assert_eq!(next(&mut outbox, 1_000), "a:1");
    outbox.offer(active("a", 2), ms(1_010));
    assert_eq!(next(&mut outbox, 1_010), "idle", "one under way");
    settle(&mut outbox, "a", Answer::Applied, 1_020);
    outbox.offer(active("a", 3), ms(1_030));
    assert_eq!(next(&mut outbox, 1_030), "wait 1500");
    assert_eq!(next(&mut outbox, 1_500), "a:3");
    settle(&mut outbox, "a", Answer::Applied, 1_510);
    assert_eq!(next(&mut outbox, 1_510), "idle");
    assert!(outbox.is_empty());
    assert_eq!(outbox.stats().coalesced, 1);
}

#[test]
fn a_slow_server_is_asked_less_but_for_what_people_wait_for() {
    for (state, want) in [
        (State::Active, "wait 4000"),
        (State::Blocked, "wait 1500"),
        (State::Done, "wait 1500"),
    ] {
        let mut outbox = Outbox::new(Settings::default());
        outbox.offer(active("a", 1), ms(1_000));
        assert_eq!(next(&mut outbox, 1_000), "a:1");
        outbox.settle("a", Answer::Applied, ms(300), ms(1_300));
        outbox.offer(frame("a", 2, state.clone()), ms(1_400));
        assert_eq!(next(&mut outbox, 1_400), want, "{state}");
    }
}

#[test]
fn what_people_wait_for_goes_first_then_the_oldest() {
    let mut outbox = Outbox::new(Settings {
        rate_per_second: 0.0,
        ..Settings::default()
    });
    outbox.offer(active("old", 1), ms(0));
    assert_eq!(next(&mut outbox, 0), "old:1");
    settle(&mut outbox, "old", Answer::Applied, 10);
    outbox.offer(active("old", 2), ms(1_000));
    outbox.offer(active("late", 1), ms(1_002));
    outbox.offer(active("new", 1), ms(1_001));
    outbox.offer(frame("stuck", 1, State::Blocked), ms(1_003));
    outbox.offer(frame("end", 1, State::Done), ms(1_004));
    let order: Vec<_> = (0..6).map(|_| next(&mut outbox, 2_000)).collect();
    assert_eq!(
        order,
        ["end:1", "stuck:1", "new:1", "late:1", "old:2", "idle"]
    );
    assert_eq!(outbox.stats().worst_wait, ms(1_000));
}

#[test]
fn equal_text_is_not_sent() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    assert_eq!(next(&mut outbox, 0), "a:1");
    let same = |rev| Frame {
        title: "rev 1".into(),
        ..active("a", rev)
    };
    outbox.offer(same(2), ms(1));
    settle(&mut outbox, "a", Answer::Applied, 10);
    assert!(outbox.is_empty(), "equal to what was under way");
    outbox.offer(same(3), ms(20));
    assert!(outbox.is_empty(), "equal to what is shown");
    // Back to what is shown before the gap is over: nothing to do.
    outbox.offer(active("a", 4), ms(30));
    outbox.offer(same(5), ms(40));
    assert!(outbox.is_empty());
    // The same words in another state are another text.
    let ended = Frame {
        state: State::Done,
        ..same(6)
    };
    outbox.offer(ended, ms(50));
    assert_eq!(next(&mut outbox, 2_000), "a:6");
}

#[test]
fn an_answer_of_unknown_outcome_makes_the_old_text_news_again() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    assert_eq!(next(&mut outbox, 0), "a:1");
    settle(&mut outbox, "a", Answer::Applied, 10);
    outbox.offer(active("a", 2), ms(1_000));
    assert_eq!(next(&mut outbox, 1_000), "a:2");
    settle(&mut outbox, "a", Answer::Failed, 1_010);
    let back = Frame {
        title: "rev 1".into(),
        ..active("a", 3)
    };
    outbox.offer(back, ms(1_020));
    assert_eq!(next(&mut outbox, 9_000), "a:3");
}

#[test]
fn frames_are_ordered_by_rev_then_end_then_moment() {
    let at = |frame: Frame, time| Frame {
        at: Some(Time(time)),
        ..frame
    };
    let end = |rev| frame("a", rev, State::Done);
    // (first, then, whether the second takes its place)
    let cases = [
        ("older", active("a", 5), active("a", 4), false),
        ("equal, offered later", active("a", 5), active("a", 5), true),
        ("end of as many", active("a", 5), end(5), true),
        (
            "tick after the end",
            at(end(5), 1),
            at(active("a", 5), 2),
            false,
        ),
        ("late older", end(5), active("a", 4), false),
        ("late older end", active("a", 5), end(4), false),
        ("reopened", end(5), active("a", 6), true),
        ("tick", at(active("a", 5), 1), at(active("a", 5), 2), true),
        (
            "late tick",
            at(active("a", 5), 2),
            at(active("a", 5), 1),
            false,
        ),
    ];
    for (name, first, then, replaces) in cases {
        let mut outbox = Outbox::new(Settings::default());
        outbox.offer(first, ms(0));
        outbox.offer(then, ms(1));
        let stale = u64::from(!replaces);
        assert_eq!(outbox.stats().stale, stale, "{name}");
    }
}

#[test]
fn a_rewritten_transcript_counts_anew() {
    let read = |rev, generation: &str| Frame {
        src: vec![Src {
            kind: SrcKind::File,
            at: Some("a.jsonl".into()),
            generation: Some(generation.into()),
            ..Src::clock()
        }],
        ..active("a", rev)
    };
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(read(90, "one"), ms(0));
    outbox.offer(read(3, "two"), ms(1));
    assert_eq!(next(&mut outbox, 1), "a:3");
}

#[test]
fn a_late_frame_does_not_reopen_a_finished_box() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(frame("a", 9, State::Done), ms(0));
    assert_eq!(next(&mut outbox, 0), "a:9");
    settle(&mut outbox, "a", Answer::Applied, 10);
    outbox.offer(active("a", 8), ms(20));
    assert!(outbox.is_empty());
    outbox.offer(active("a", 10), ms(30));
    assert_eq!(next(&mut outbox, 1_000), "a:10", "a run that goes on");
}
