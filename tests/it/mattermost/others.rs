//! Several writers of one box: elections, rivals, standing by.

use std::time::Duration;

use live_status::sink::{Done, Moment, Sink as _};
use live_status::wire::frame::State;
use live_status::wire::receipt::Did;

use super::rig::{Rig, frame};
use crate::fake_mattermost::{Action, Call, Fake, Options, Rule};

const SECONDS_45: Duration = Duration::from_secs(45);

#[test]
fn of_two_posts_of_one_key_the_first_made_stays() {
    for earlier in [true, false] {
        let mut rig = Rig::in_thread();
        rig.fake
            .fault(Rule::on(Call::Create, Action::SecondWriter { earlier }).times(1));
        let put = rig.put(&rig.frame(1, State::Done, "[DONE] a"));
        let post = rig.only();
        let writer = &post.props["live_status"]["instance"];
        assert_ne!(writer, "second-writer", "we wrote it last: {post:?}");
        assert_eq!(post.message, "[DONE] a");
        assert_eq!(
            put.receipt.did,
            if earlier { Did::Adopted } else { Did::Created }
        );
    }
}

// Fault 61.
#[test]
fn a_rival_that_is_listed_late_is_found_by_the_second_look() {
    let mut rig = Rig::in_thread();
    // The first look after the create finds nothing at all.
    rig.fake
        .fault(Rule::on(Call::Thread, Action::status(500)).nth(2));
    rig.fake
        .fault(Rule::on(Call::Create, Action::SecondWriter { earlier: true }).times(1));
    rig.good(&rig.frame(1, State::Active, "a"));
    assert_eq!(rig.boxes().len(), 2);
    rig.pass(Duration::from_secs(2));
    rig.tick();
    assert_eq!(
        rig.only().message,
        "a",
        "the post that stays shows what the other showed"
    );
}

// Fault 84.
#[test]
fn a_second_instance_stands_by_while_the_first_moves_and_takes_over_when_it_stops() {
    let mut rig = Rig::in_thread();
    let mut second = rig.another("two");
    rig.good(&rig.frame(1, State::Active, "a"));
    let mut rev = 2;
    for _ in 0..10 {
        rig.pass(Duration::from_secs(10));
        let put = second.put(&rig.frame(rev, State::Active, "second"), rig.at());
        assert_eq!(put.done, Done::StandBy(Duration::from_secs(10)));
        rig.good(&rig.frame(rev, State::Active, &format!("first {rev}")));
        rev += 1;
    }
    assert!(rig.only().message.starts_with("first"));
    // The first one dies.
    let put = second.put(&rig.frame(rev, State::Active, "second"), rig.at());
    assert_eq!(put.done, Done::StandBy(Duration::from_secs(10)));
    rig.pass(SECONDS_45);
    let put = second.put(&rig.frame(rev, State::Active, "second"), rig.at());
    assert_eq!(put.done, Done::Applied);
    assert_eq!(rig.only().message, "second");
    // It wakes up again, looks first, and stands by now.
    let put = rig.put(&rig.frame(rev, State::Active, "first again"));
    assert_eq!(put.done, Done::StandBy(Duration::from_secs(10)), "{put:?}");
    assert_eq!(rig.only().message, "second");
}

#[test]
fn an_end_never_stands_by() {
    let mut rig = Rig::new();
    let mut second = rig.another("two");
    rig.good(&rig.frame(1, State::Active, "a"));
    let put = second.put(&rig.frame(2, State::Active, "b"), rig.at());
    assert_eq!(put.done, Done::StandBy(Duration::from_secs(10)));
    let put = second.put(&rig.frame(3, State::Done, "[DONE] c"), rig.at());
    assert_eq!(put.done, Done::Applied);
    assert_eq!(rig.only().message, "[DONE] c");
}

#[test]
fn a_callers_own_text_never_stands_by() {
    let rig = Rig::new();
    rig.text("k", "a", State::Active);
    let second = rig.another("two");
    let text = live_status::sink::mattermost::Text {
        key: "k".into(),
        place: rig.place.clone().expect("a place"),
        text: "b".into(),
        state: State::Active,
    };
    let put = second.put_text(&text, rig.at());
    assert_eq!((put.done, put.receipt.did), (Done::Applied, Did::Adopted));
    assert_eq!(rig.only().message, "b");
}

/// `posters` that race for `keys` boxes in threads of ten, each with a memory of its own; for a
/// quarter of the keys one of them dies right after its create.
fn race(rig: &Rig, posters: usize, keys: usize) {
    let channel = rig.fake.channel("status");
    let roots: Vec<String> = (0..keys.div_ceil(10))
        .map(|at| rig.person_posts(&format!("please {at}")))
        .collect();
    let wall = rig.wall;
    let of = move |key: usize, state: State, text: &str| {
        let mut frame = frame(&format!("key {key}"), 1, state, text, wall);
        let route = serde_json::json!([{"sink": "mattermost", "channel": channel, "root": roots[key / 10], "from": "record"}]);
        frame.routes = serde_json::from_value(route).expect("a route");
        frame
    };
    let threads: Vec<_> = (0..posters)
        .map(|poster| {
            let (mut sink, at, of) = (
                rig.another(&format!("poster {poster}")),
                rig.at(),
                of.clone(),
            );
            std::thread::spawn(move || {
                for key in 0..keys {
                    let dies = key % 4 == 0 && poster == key / 4 % posters;
                    // Who dies has made its first post and never edits it again.
                    let state = if dies { State::Active } else { State::Done };
                    let put = sink.put(&of(key, state, "x"), at);
                    let fine =
                        matches!(put.done, Done::Applied | Done::Unchanged | Done::StandBy(_));
                    assert!(fine, "{put:?}");
                }
                // What is due later is looked at, as in a process that lives on.
                let later = Moment {
                    now: at.now + Duration::from_secs(90),
                    ..at
                };
                sink.tick(later);
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no panic");
    }
    assert_eq!(rig.boxes().len(), keys, "one box a key");
    // All agree: whoever asks now is led to the same post.
    let (mut one, mut two) = (rig.another("afterwards"), rig.another("and again"));
    for key in 0..keys {
        let end = of(key, State::Done, "y");
        let (first, second) = (one.put(&end, rig.at()), two.put(&end, rig.at()));
        assert!(first.receipt.post.is_some());
        assert_eq!(first.receipt.post, second.receipt.post);
    }
    assert_eq!(rig.boxes().len(), keys);
}

#[test]
fn two_processes_that_race_for_400_keys_make_400_boxes() {
    race(&Rig::new(), 2, 400);
}

// Fault 84.
#[test]
fn four_processes_that_race_for_400_keys_make_400_boxes() {
    race(&Rig::new(), 4, 400);
}

// Fault 61.
#[test]
fn nodes_that_know_nothing_of_each_others_creates_end_with_one_box_a_key() {
    let options = Options {
        pending_window: None,
        ..Options::default()
    };
    race(&Rig::on(Fake::with(options).expect("loopback")), 4, 100);
}
