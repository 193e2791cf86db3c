//! What the review of an earlier status stream found, each as a test.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use live_status::outbox::{self, Answer, Next, Outbox};
use live_status::sink::mattermost::Mattermost;
use live_status::sink::{Done, Sink as _};
use live_status::wire::frame::State;
use live_status::wire::secret::Secret;

use super::rig::{Rig, client_with, settings};
use crate::fake_mattermost::{Action, Call, Rule};

#[test]
fn a_start_that_fails_is_made_up_for_by_the_next_frame() {
    let mut rig = Rig::in_thread();
    rig.fake
        .fault(Rule::on(Call::Create, Action::status(500)).times(5));
    assert_eq!(
        rig.put(&rig.frame(1, State::Active, "a")).done,
        Done::Failed
    );
    assert!(rig.boxes().is_empty());
    rig.good(&rig.frame(2, State::Active, "b"));
    assert_eq!(rig.only().message, "b");
}

#[test]
fn what_is_shown_is_remembered_only_once_it_was_acknowledged() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(1, State::Active, "a"));
    rig.fake
        .fault(Rule::on(Call::Patch, Action::status(500)).times(1));
    assert_eq!(
        rig.put(&rig.frame(2, State::Active, "b")).done,
        Done::Failed
    );
    assert_eq!(rig.memory.only().seq, 1);
    // The very same frame again is no "unchanged".
    assert_eq!(
        rig.good(&rig.frame(2, State::Active, "b")).done,
        Done::Applied
    );
    assert_eq!(rig.only().message, "b");
}

#[test]
fn a_post_whose_id_changes_under_way_goes_on_under_the_new_one() {
    let mut rig = Rig::in_thread();
    rig.fake
        .fault(Rule::on(Call::Thread, Action::status(500)).nth(2));
    rig.fake
        .fault(Rule::on(Call::Create, Action::SecondWriter { earlier: true }).times(1));
    let first = rig.good(&rig.frame(1, State::Active, "a")).receipt.post;
    rig.pass(Duration::from_secs(2));
    rig.tick();
    let second = rig
        .good(&rig.frame(2, State::Done, "[DONE] b"))
        .receipt
        .post;
    assert_ne!(first, second, "the election was lost");
    assert_eq!(Some(rig.only().id), second);
    assert_eq!(rig.only().message, "[DONE] b");
}

// Fault 55.
#[test]
fn a_token_that_is_replaced_while_we_run_is_taken() {
    let mut rig = Rig::new();
    let right = Secret::new(&rig.fake.token("status-bot")).expect("a token");
    let replaced = Arc::new(AtomicBool::new(false));
    let is_replaced = Arc::clone(&replaced);
    let tokens = move || match is_replaced.load(Ordering::Relaxed) {
        true => Ok(right.clone()),
        false => Secret::new("revoked").ok_or_else(String::new),
    };
    let client = client_with(&rig.fake, Box::new(tokens));
    let settings = settings("one", rig.place.clone(), false);
    rig.sink = Mattermost::new(client, settings, Box::new(rig.memory.clone()));
    let frame = rig.frame(1, State::Active, "a");
    let put = rig.put(&frame);
    assert_eq!(put.done, Done::Later(Duration::from_secs(5)));
    assert!(put.bill.barred, "a new token ends that pause");
    replaced.store(true, Ordering::Relaxed);
    // The next refusal reads it again, the one after that is none.
    assert_eq!(rig.put(&frame).done, Done::Later(Duration::from_secs(10)));
    // Whoever says so begins anew.
    rig.sink.renewer()();
    rig.good(&frame);
    rig.only();
}

// Fault 69.
#[test]
fn an_end_outlives_what_is_known_of_its_run() {
    // The outbox holds the whole end itself: nothing has to be rendered again to send it.
    let rig = Rig::new();
    let sink = Arc::new(Mutex::new(rig.another("one")));
    let mut outbox = Outbox::new(outbox::Settings {
        rate_per_second: 0.0,
        ..outbox::Settings::default()
    });
    outbox.offer(rig.frame(5, State::Done, "[DONE] z"), Duration::ZERO);
    rig.fake
        .fault(Rule::on(Call::Any, Action::status(503)).times(3));
    let mut now = Duration::ZERO;
    loop {
        match outbox.next(now) {
            Next::Send(frame) => {
                let put = sink.lock().expect("no panic").put(&frame, rig.at());
                let answer = match put.done {
                    Done::Applied => Answer::Applied,
                    other => {
                        assert_eq!(other, Done::Failed);
                        Answer::Failed
                    }
                };
                outbox.settle(&frame.key, answer, Duration::from_millis(1), now);
            }
            Next::WaitUntil(at) => now = at,
            Next::Idle => break,
        }
    }
    assert_eq!(rig.only().message, "[DONE] z");
}
