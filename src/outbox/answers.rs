//! What the server's answers make of the frames that wait.

use super::tests::{active, frame, ms, next, settle};
use super::*;
use crate::wire::frame::State;

// Fault 52.
#[test]
fn a_pause_silences_the_server_and_the_newest_goes_after_it() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    outbox.offer(active("b", 1), ms(1));
    assert_eq!(next(&mut outbox, 1), "a:1");
    settle(&mut outbox, "a", Answer::Later(ms(120_000)), 10);
    let over = 10 + backoff::pause("a", ms(120_000)).as_millis() as u64 + 1;
    assert!(next(&mut outbox, 10).starts_with("wait 12"));
    outbox.offer(frame("a", 7, State::Done), ms(20));
    assert!(next(&mut outbox, 120_009).starts_with("wait 12"));
    assert_eq!(next(&mut outbox, over), "a:7");
    assert!(outbox.is_healthy(), "a pause is no failure");
    assert_eq!(outbox.stats().later, 1);
}

// Fault 55.
#[test]
fn a_server_that_does_not_know_us_is_asked_as_soon_as_it_may() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    assert_eq!(next(&mut outbox, 0), "a:1");
    settle(&mut outbox, "a", Answer::Barred(ms(300_000)), 10);
    outbox.offer(active("a", 2), ms(20));
    assert_eq!(next(&mut outbox, 600), "wait 300010");
    outbox.admitted(ms(1_000));
    assert_eq!(next(&mut outbox, 1_000), "a:2");
    assert!(outbox.is_healthy(), "a pause is no failure");
    // What else asks for a pause is not affected.
    settle(&mut outbox, "a", Answer::Later(ms(60_000)), 1_010);
    outbox.admitted(ms(1_020));
    assert!(next(&mut outbox, 61_009).starts_with("wait 6"));
}

// Fault 58.
#[test]
fn an_outage_ends_with_one_edit_a_box() {
    let mut outbox = Outbox::new(Settings::default());
    let mut at = 0;
    for rev in 0..10_000 {
        at += 10;
        outbox.offer(active("a", rev), ms(at));
        if let Next::Send(frame) = outbox.next(ms(at)) {
            settle(&mut outbox, &frame.key, Answer::Failed, at);
        }
    }
    assert!(!outbox.is_healthy());
    assert!(outbox.stats().sent < 12, "{:?}", outbox.stats());
    at += 60_000;
    assert_eq!(next(&mut outbox, at), "a:9999");
    settle(&mut outbox, "a", Answer::Applied, at);
    assert!(outbox.is_empty() && outbox.is_healthy());
}

#[test]
fn a_final_frame_is_kept_until_it_is_acknowledged() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(frame("a", 1, State::Done), ms(0));
    let (mut at, mut tries) = (0, 0);
    while tries < 30 {
        match outbox.next(ms(at)) {
            Next::Send(_) => {
                tries += 1;
                assert_eq!(outbox.finals_pending(), 1);
                settle(&mut outbox, "a", Answer::Failed, at);
            }
            Next::WaitUntil(moment) => at = moment.as_millis() as u64 + 1,
            Next::Idle => unreachable!("a frame waits after {tries} tries"),
        }
    }
    assert_eq!(outbox.finals_pending(), 1);
}

#[test]
fn a_refused_box_is_given_up_and_others_go_on() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    let (mut at, mut tries) = (0, 0);
    while !outbox.is_empty() {
        match outbox.next(ms(at)) {
            Next::Send(_) => {
                tries += 1;
                settle(&mut outbox, "a", Answer::Refused, at);
            }
            Next::WaitUntil(moment) => at = moment.as_millis() as u64 + 1,
            Next::Idle => unreachable!("a frame waits"),
        }
    }
    assert_eq!((tries, outbox.stats().given_up), (5, 1));
    assert!(outbox.is_healthy());
    outbox.offer(active("b", 1), ms(at));
    assert_eq!(next(&mut outbox, at), "b:1");
}

#[test]
fn a_lost_frame_is_given_up_and_the_next_of_its_box_goes_out_in_its_time() {
    let mut outbox = Outbox::new(Settings::default());
    for round in 0..20 {
        outbox.offer(active("a", round), ms(1_000 * round));
        assert_eq!(next(&mut outbox, 1_000 * round), format!("a:{round}"));
        settle(&mut outbox, "a", Answer::Lost, 1_000 * round + 10);
        assert!(outbox.is_empty(), "it is not tried again");
        assert_eq!(outbox.stats().given_up, round + 1);
    }
    assert!(
        outbox.is_healthy(),
        "what is lost says nothing of the server"
    );
}

#[test]
fn a_deleted_box_is_left_alone() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    assert_eq!(next(&mut outbox, 0), "a:1");
    outbox.offer(active("a", 2), ms(1));
    settle(&mut outbox, "a", Answer::Gone, 10);
    outbox.offer(frame("a", 3, State::Done), ms(20));
    assert!(outbox.is_empty());
    assert_eq!(outbox.stats().given_up, 3);
}

#[test]
fn an_answer_nobody_waits_for_changes_nothing() {
    let mut outbox = Outbox::new(Settings::default());
    settle(&mut outbox, "a", Answer::Applied, 0);
    outbox.offer(active("a", 1), ms(0));
    settle(&mut outbox, "a", Answer::Gone, 0);
    assert_eq!(next(&mut outbox, 0), "a:1");
}

#[test]
fn memory_is_bounded_by_what_is_pending() {
    let mut outbox = Outbox::new(Settings {
        rate_per_second: 0.0,
        remember: 50,
        remember_over: 100,
        ..Settings::default()
    });
    for run in 0..5_000 {
        let key = format!("run {run}");
        outbox.offer(frame(&key, 1, State::Done), ms(run));
        assert_eq!(next(&mut outbox, run), format!("{key}:1"));
        settle(&mut outbox, &key, Answer::Applied, run);
    }
    assert_eq!(outbox.stats().boxes, 100);
    // Those that go on are not forgotten for those that are over, and are bounded too.
    for run in 0..60 {
        let key = format!("live {run}");
        outbox.offer(active(&key, 1), ms(5_000));
        assert_eq!(next(&mut outbox, 5_000), format!("{key}:1"));
        settle(&mut outbox, &key, Answer::Applied, 5_000);
    }
    assert_eq!(outbox.stats().boxes, 150);
    assert_eq!(outbox.pending(), 0);
}

// Faults 80, 81.
#[test]
fn one_request_is_under_way_for_a_box() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    assert_eq!(next(&mut outbox, 0), "a:1");
    outbox.offer(frame("a", 2, State::Done), ms(1));
    assert_eq!(
        outbox.next(ms(10_000)),
        Next::Idle,
        "its create is not answered yet"
    );
    settle(&mut outbox, "a", Answer::Applied, 10_000);
    assert_eq!(next(&mut outbox, 10_000), "a:2");
}

#[test]
fn a_box_that_has_to_wait_holds_up_no_other() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    outbox.offer(active("b", 1), ms(1));
    assert_eq!(next(&mut outbox, 1), "a:1");
    settle(&mut outbox, "a", Answer::Wait(ms(60_000)), 10);
    assert_eq!(next(&mut outbox, 10), "b:1");
    outbox.offer(frame("a", 2, State::Done), ms(20));
    settle(&mut outbox, "b", Answer::Applied, 20);
    assert_eq!(next(&mut outbox, 20), "wait 60010", "the end waits too");
    assert_eq!(next(&mut outbox, 60_010), "a:2");
    // Somebody brought the channel back.
    settle(&mut outbox, "a", Answer::Wait(ms(60_000)), 60_020);
    assert_eq!(next(&mut outbox, 61_000), "wait 120020");
    outbox.admitted(ms(61_000));
    assert_eq!(next(&mut outbox, 61_000), "a:2");
}

#[test]
fn a_failure_that_took_long_does_not_hold_up_what_comes_after_it() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    assert_eq!(next(&mut outbox, 0), "a:1");
    outbox.settle("a", Answer::Applied, ms(20), ms(20));
    outbox.offer(active("a", 2), ms(20));
    assert_eq!(next(&mut outbox, 1_000), "a:2");
    outbox.settle("a", Answer::Failed, ms(10_000), ms(11_000));
    let again = outbox.next(ms(11_000));
    assert!(
        matches!(again, Next::WaitUntil(at) if at < ms(12_000)),
        "{again:?}"
    );
    assert_eq!(next(&mut outbox, 12_000), "a:2");
}

#[test]
fn only_the_end_does_not_stand_by() {
    let mut outbox = Outbox::new(Settings::default());
    outbox.offer(active("a", 1), ms(0));
    assert_eq!(next(&mut outbox, 0), "a:1");
    settle(&mut outbox, "a", Answer::StandBy(ms(10_000)), 10);
    outbox.offer(active("a", 2), ms(20));
    assert_eq!(next(&mut outbox, 1_000), "wait 10010");
    outbox.offer(frame("a", 3, State::Done), ms(1_000));
    assert_eq!(next(&mut outbox, 1_000), "a:3");
    assert!(outbox.is_healthy());
}

#[test]
fn a_history_that_needs_no_request_is_done_with_at_once() {
    let mut outbox = Outbox::new(Settings::default());
    for number in 0..1_000 {
        let key = format!("old {number}");
        outbox.offer(frame(&key, 1, State::Done), ms(0));
    }
    outbox.offer(active("young", 1), ms(0));
    for number in 0..1_000 {
        let sent = next(&mut outbox, 0);
        let (key, _) = sent.split_once(':').expect("a frame");
        assert!(key.starts_with("old"), "{number}: {sent}");
        outbox.charge(0, ms(0), ms(0));
        settle(&mut outbox, key, Answer::Unchanged, 0);
    }
    assert_eq!(next(&mut outbox, 0), "young:1");
}

#[test]
fn every_request_counts_and_a_server_with_little_to_spare_is_given_time() {
    let mut outbox = Outbox::new(Settings::default());
    for key in ["a", "b", "c"] {
        outbox.offer(active(key, 1), ms(0));
    }
    assert_eq!(next(&mut outbox, 0), "a:1");
    // Ten a second, ten at once: a box that was made cost four.
    outbox.charge(10, ms(0), ms(0));
    assert_eq!(next(&mut outbox, 0), "wait 100");
    assert_eq!(next(&mut outbox, 100), "b:1");
    outbox.charge(1, ms(2_000), ms(100));
    // A pause brings no tokens.
    assert_eq!(next(&mut outbox, 300), "wait 2200");
    assert_eq!(next(&mut outbox, 2_100), "wait 2200");
    assert_eq!(next(&mut outbox, 2_200), "c:1");
}
