//! Threads that take and settle; nothing here measures time.

use std::sync::mpsc::channel;
use std::time::Duration;

use super::*;
use crate::outbox;
use crate::render;
use crate::sink::{Bill, Caps, Done, Markup, receipt};
use crate::wire::frame::{Frame, State as Stands};
use crate::wire::receipt::Did;
use crate::wire::time::Time;

pub(super) const PATIENCE: Duration = Duration::from_secs(120);

pub(super) fn exchange(threads: usize, paced: bool, min_gap: Duration) -> Exchange {
    let caps = Caps {
        markup: Markup::View,
        max_chars: None,
        paced,
        rate_per_second: 0.0,
        threads,
    };
    let pace = outbox::Settings {
        min_gap,
        latency_factor: 0,
        ..outbox::Settings::default()
    };
    let exchange = Exchange::new(Arc::default());
    exchange.begin(World::new(&[caps], pace, render::Settings::default()));
    exchange
}

pub(super) fn frame(key: &str, rev: u64) -> Frame {
    let line = format!(
        r#"{{"v":1,"type":"frame","key":"{key}","source":"s","sid":"x","run":"r","rev":{rev},"state":"{}",
            "title":"{rev}","view":{{"agent":"main","totals":{{"tools":0}}}}}}"#,
        Stands::Active.as_str()
    );
    serde_json::from_str(&line).expect("a frame")
}

pub(super) fn put(frame: &Frame, done: Done) -> Put {
    Put {
        done,
        receipt: receipt("test", frame, Did::Updated, None),
        bill: Bill::default(),
    }
}

/// Runs `hands` threads that tell what they show, and `feed` beside them.
fn working(exchange: &Exchange, hands: usize, feed: impl FnOnce(&dyn Fn() -> String)) {
    let (tell, told) = channel();
    std::thread::scope(|scope| {
        for _ in 0..hands {
            let tell = tell.clone();
            exchange.enter(0);
            scope.spawn(move || {
                loop {
                    match exchange.take(0, None) {
                        Order::Put(frame) => {
                            exchange.settle(0, &put(&frame, Done::Applied), Duration::ZERO);
                            tell.send(format!("{} {}", frame.key, frame.rev))
                                .expect("the test listens");
                        }
                        Order::Remark(text) => tell.send(text).expect("the test listens"),
                        Order::Tick => {}
                        Order::Close(_) => break,
                    }
                }
                exchange.leave(0);
            });
        }
        feed(&|| told.recv_timeout(PATIENCE).expect("somebody is woken"));
        exchange.close(Close::Ended);
        assert!(exchange.wait_for_threads(None));
    });
}

#[test]
fn what_is_due_only_later_is_minded_by_a_thread_that_rests() {
    let exchange = exchange(4, true, Duration::from_millis(5));
    working(&exchange, 4, |next| {
        for rev in 1..40 {
            // Each has to wait for its gap, and which thread rests first differs.
            exchange.offer(vec![frame("a", rev)]);
            assert_eq!(next(), format!("a {rev}"));
        }
        exchange.remark("said".into());
        assert_eq!(next(), "said");
    });
}

#[test]
fn all_threads_are_woken_for_what_came_together() {
    let exchange = exchange(4, true, Duration::ZERO);
    working(&exchange, 4, |next| {
        let keys: Vec<String> = (0..50).map(|key| format!("{key:02}")).collect();
        exchange.offer(keys.iter().map(|key| frame(key, 1)).collect());
        let mut shown: Vec<String> = keys.iter().map(|_| next()).collect();
        shown.sort();
        let want: Vec<String> = keys.iter().map(|key| format!("{key} 1")).collect();
        assert_eq!(shown, want);
    });
}

#[test]
fn a_sink_of_one_thread_shows_things_in_the_order_in_which_they_came() {
    let exchange = exchange(1, true, Duration::ZERO);
    working(&exchange, 1, |next| {
        exchange.offer_in_turn(["b", "a", "c"].map(|key| frame(key, 1)).into());
        assert_eq!([next(), next(), next()], ["b 1", "a 1", "c 1"]);
    });
}

#[test]
fn what_is_held_goes_out_at_the_end_and_only_the_newest() {
    let exchange = exchange(4, true, Duration::ZERO);
    exchange.change(World::hold);
    working(&exchange, 2, |next| {
        exchange.offer(vec![frame("a", 1)]);
        exchange.offer(vec![frame("a", 2)]);
        exchange.change(World::hurry);
        assert_eq!(next(), "a 2");
    });
    assert!(exchange.is_settled());
}

#[test]
fn what_was_held_is_shown_in_the_order_of_time_and_then_of_names() {
    let exchange = exchange(1, true, Duration::ZERO);
    exchange.change(World::hold);
    let held = |key: &str, at: &str, agent: &str, state: Stands| {
        let mut frame = frame(key, 1);
        (frame.at, frame.state) = (Time::parse(at), state);
        frame.view.agent = agent.into();
        frame
    };
    working(&exchange, 1, |next| {
        exchange.offer(vec![
            held("a", "2026-09-25T14:03:46Z", "main", Stands::Done),
            held("b", "2026-09-25T14:02:43Z", "ops", Stands::Error),
            held("c", "2026-09-25T14:03:22Z", "main", Stands::Active),
            held("d", "2026-09-25T14:02:43Z", "main", Stands::Done),
        ]);
        exchange.change(World::hurry);
        assert_eq!(
            [next(), next(), next(), next()],
            ["d 1", "b 1", "c 1", "a 1"]
        );
    });
}

#[test]
fn who_feeds_a_sink_that_takes_all_waits_while_it_is_behind() {
    let exchange = exchange(1, false, Duration::ZERO);
    exchange.offer((0..64).map(|rev| frame("a", rev)).collect());
    std::thread::scope(|scope| {
        let (tell, told) = channel();
        let exchange = &exchange;
        scope.spawn(move || tell.send(exchange.wait_for_room()));
        assert!(told.try_recv().is_err(), "there is no room");
        let Order::Put(frame) = exchange.take(0, None) else {
            unreachable!("a frame waits")
        };
        assert_eq!(told.recv_timeout(PATIENCE), Ok(true));
        // The reader of our output goes away: nobody takes more.
        assert!(exchange.settle(0, &put(&frame, Done::Closed), Duration::ZERO));
        assert!(!exchange.wait_for_room() && exchange.is_closed());
    });
}
