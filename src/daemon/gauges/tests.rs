//! What is noted down shows in the picture.

use serde_json::json;

use super::*;
use crate::http::Reason;
use crate::sink::{Bill, receipt};
use crate::wire::receipt::Did;

fn frame(key: &str, last: Time, state: &str) -> Frame {
    let frame = json!({
        "v": 1, "type": "frame", "key": key, "source": "openclaw", "sid": "s", "run": key, "rev": 1,
        "at": last, "last": last, "state": state, "routes": [], "title": "t",
        "view": {"agent": "main", "totals": {"tools": 0}}, "src": [],
    });
    serde_json::from_value(frame).expect("a frame")
}

fn put(frame: &Frame, done: Done, error: Option<&str>) -> Put {
    let did = if error.is_some() {
        Did::Failed
    } else {
        Did::Updated
    };
    Put {
        done,
        receipt: receipt("mattermost", frame, did, error.map(str::to_owned)),
        bill: Bill::default(),
    }
}

/// Boxes that wait.
fn waiting(pending: usize) -> Reading {
    Reading {
        pending,
        active: 1,
        waiting: 0,
        breaker: Breaker::Closed,
        coalesced: 2,
    }
}

#[test]
fn failures_are_classes_and_never_what_a_server_said() {
    let gauges = Gauges::default();
    let frame = frame("k", gauges.begun.plus_ms(1), "active");
    let later = Done::Later(Duration::from_secs(1));
    let cases = [
        (Done::Failed, Some("canary"), "unavailable"),
        (later, Some("canary"), "rate_limited"),
        (later, Some(mattermost::NO_TOKEN), "token_refused"),
        (Done::Lost, Some("canary"), "not_written"),
        (Done::Refused, Some("canary"), "box_refused"),
        (Done::Gone, Some("canary"), "box_deleted"),
    ];
    for (done, error, class) in cases {
        gauges.answered(&frame, &put(&frame, done, error), gauges.begun);
        let fault = gauges.picture().last_error.expect("a failure");
        assert_eq!(fault.class, class);
    }
    let counts = gauges.picture().counts;
    assert_eq!((counts.sent, counts.failed), (0, 6));
    assert!(!format!("{gauges:?}").contains("canary"));
}

#[test]
fn the_lag_is_that_of_new_records_alone() {
    let gauges = Gauges::default();
    let begun = gauges.begun;
    let show = |last: i64, wall: i64, state: &str| {
        let frame = frame("k", begun.plus_ms(last), state);
        gauges.answered(
            &frame,
            &put(&frame, Done::Applied, None),
            begun.plus_ms(wall),
        );
        gauges.picture().lag.count()
    };
    assert_eq!(show(-5_000, 10, "active"), 0, "history");
    assert_eq!(show(1_000, 1_200, "active"), 1);
    assert_eq!(show(1_000, 9_000, "active"), 1, "the clock alone");
    assert_eq!(show(10_000, 10_300, "done"), 2);
    assert!((gauges.picture().lag.sum_seconds() - 0.5).abs() < 1e-9);
    assert_eq!(gauges.picture().counts.sent, 4);
}

#[test]
fn a_picture_shows_all_of_an_answer_or_nothing() {
    let gauges = Gauges::default();
    let answers = 2_000;
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            for number in 1..=answers {
                let last = gauges.begun.plus_ms(number);
                let frame = frame("k", last, "active");
                gauges.answered(&frame, &put(&frame, Done::Applied, None), last);
            }
        });
        while !worker.is_finished() {
            let picture = gauges.picture();
            assert_eq!(picture.counts.sent, picture.lag.count());
        }
    });
    assert_eq!(gauges.picture().counts.sent, answers.unsigned_abs());
}

#[test]
fn what_waits_is_late_only_from_the_moment_at_which_it_began_to_wait() {
    let gauges = Gauges::default();
    gauges.publish(&waiting(0));
    assert_eq!(gauges.picture().late, Duration::ZERO);
    gauges.publish(&waiting(3));
    let mark = gauges.waiting.load(Relaxed);
    assert!(mark > 0);
    // As if that had been long ago.
    gauges.waiting.store(1, Relaxed);
    gauges.publish(&waiting(2));
    assert_eq!(gauges.waiting.load(Relaxed), 1, "it goes on waiting");
    let frame = frame("k", gauges.begun, "active");
    gauges.answered(&frame, &put(&frame, Done::Failed, Some("x")), gauges.begun);
    assert_eq!(gauges.waiting.load(Relaxed), 1, "a failure is no progress");
    gauges.answered(&frame, &put(&frame, Done::Unchanged, None), gauges.begun);
    assert!(gauges.waiting.load(Relaxed) >= mark, "an answer is");
    let picture = gauges.picture();
    assert_eq!((picture.queue_depth, picture.active_sessions), (2, 1));
    gauges.publish(&waiting(0));
    assert_eq!(gauges.waiting.load(Relaxed), 0);
}

// Fault 64.
#[test]
fn a_loop_that_does_not_come_back_from_its_work_is_unhealthy_and_one_that_waits_is_well() {
    let earlier = Instant::now().checked_sub(Duration::from_secs(100));
    let gauges = Gauges {
        start: earlier.expect("the machine runs for longer"),
        ..Gauges::default()
    };
    gauges.reads("openclaw");
    gauges.busy(true);
    assert!(gauges.picture().reasons().is_empty(), "it has just begun");
    // As if it had begun right at the start.
    gauges.busy.store(1, Relaxed);
    let picture = gauges.picture();
    assert!(
        picture.reasons().contains(&Reason::LoopStuck),
        "{picture:?}"
    );
    gauges.busy(false);
    assert!(gauges.picture().reasons().is_empty());
    gauges.held(true);
    gauges.held.store(1, Relaxed);
    assert_eq!(gauges.picture().reasons(), [Reason::SourceLagging]);
}

#[test]
fn types_of_unknown_records_are_bounded_and_short_words() {
    let gauges = Gauges::default();
    let seen = |name: &str| gauges.unknown("openclaw", &Remark::Type(name.to_owned()));
    seen("custom_message");
    seen("custom_message");
    seen("/home/me/secret 1");
    seen("sk-0123456789abcdef");
    gauges.unknown("openclaw", &Remark::Key("message", "canary".into()));
    let letters = |number: usize| -> String {
        let letter =
            |at: u32| char::from(b'a' + u8::try_from(number >> (4 * at) & 15).unwrap_or(0));
        (0..4).map(letter).collect()
    };
    (0..5_000).for_each(|number| seen(&letters(number)));
    let picture = gauges.picture();
    let unknown = &picture.sources[0].unknown;
    let of = |kind: &str| {
        let found = unknown.iter().find(|(known, _)| known == kind);
        found.map_or(0, |(_, count)| *count)
    };
    assert!(unknown.len() <= 33, "{unknown:?}");
    assert_eq!((of("custom_message"), of("key")), (2, 1));
    assert!(of("other") > 4_000);
    let all: u64 = unknown.iter().map(|(_, count)| count).sum();
    assert_eq!(all, 5_005);
    assert!(!format!("{unknown:?}").contains("canary"));
}

#[test]
fn state_that_cannot_be_kept_degrades_until_it_can() {
    let gauges = Gauges::default();
    gauges.arm();
    assert!(gauges.picture().is_ready());
    gauges.durable(false);
    let picture = gauges.picture();
    assert!(!picture.is_ready());
    assert_eq!(picture.reasons(), [Reason::StateNotDurable]);
    gauges.durable(true);
    assert!(gauges.picture().is_ready());
}
