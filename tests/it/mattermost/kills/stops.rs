//! `post`, told to stop.

use super::*;

#[test]
fn post_stopped_at_any_request_leaves_within_its_time_and_goes_on_later() {
    let whole = {
        let (fake, home) = (Arc::new(Fake::start()), home());
        let place = Place::new(&fake, false);
        play(&fake, home.path(), &place).end().ok();
        fake.requests().len() as u64
    };
    let stopped = |number: u64| {
        let (fake, home) = (Arc::new(Fake::start()), home());
        let place = Place::new(&fake, false);
        let held = hold(&fake, number, Moment::Before);
        let post = play(&fake, home.path(), &place);
        if is_held(&fake) {
            // The request is never answered; the program does not wait for it.
            post.signal(Signal::TERM);
            let ran = post.end();
            assert!([0, 143].contains(&ran.code), "{number}: {}", ran.err);
        }
        let live: Vec<_> = boxes(&fake)
            .into_iter()
            .filter(|post| {
                state(post) == "active" && post.props["live_status"]["seq"].as_f64() > Some(0.0)
            })
            .collect();
        for post in live {
            let says = post.message.contains("updates paused at ");
            assert!(says, "{number}: {}", post.message);
        }
        held.drop_them();
        fake.clear_faults();
        again(&fake, home.path(), &place);
        is_one_and_final(&fake, Some(LAST), &format!("stopped at request {number}"));
    };
    // They mostly wait, and each has a server of its own.
    std::thread::scope(|scope| {
        (1..=whole).for_each(|number| drop(scope.spawn(move || stopped(number))));
    });
}

#[test]
fn who_is_stopped_while_the_server_is_down_leaves_though_its_input_ends_too() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    fake.fault(Rule::on(Call::Any, Action::status(503)));
    let args = place.with(&["post"]);
    let mut post = Process::start(&fake, &mut command(&fake, home.path(), &args));
    post.feed(&frames()[0]);
    fake.wait_until("refusal", |fake| {
        fake.requests().iter().any(|one| one.status == Some(503))
    });
    post.signal(Signal::TERM);
    // As in a shell's pipeline, where the signal ends both sides.
    assert_eq!(post.end().code, 143);
}

#[test]
fn a_live_box_says_that_nobody_looks_and_goes_on_at_the_next_start() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    let args = place.with(&["post", "--throttle", "0"]);
    let mut post = Process::start(&fake, &mut command(&fake, home.path(), &args));
    post.feed(&frames()[0]);
    fake.wait_until("first edit", |fake| {
        boxes(fake).iter().any(|one| one.message == "[ACTIVE] one")
    });
    post.signal(Signal::TERM);
    assert_eq!(post.end().code, 143);
    let paused = boxes(&fake).remove(0);
    let says = paused.message.contains("updates paused at ");
    assert!(says, "{}", paused.message);
    let mut post = Process::start(&fake, &mut command(&fake, home.path(), &args));
    post.feed(&frames()[1]);
    fake.wait_until("edit after the pause", |fake| {
        boxes(fake).iter().any(|one| one.message == "[ACTIVE] two")
    });
    post.feed(&frames()[2]);
    post.end().ok();
    is_one_and_final(&fake, Some(LAST), "after a pause");
    assert_eq!(boxes(&fake)[0].id, paused.id);
}
