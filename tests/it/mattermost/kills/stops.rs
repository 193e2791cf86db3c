//! What happens to boxes when we are told to stop.

use super::*;

/// Stops the script at each of its requests.
pub fn stopped_everywhere(script: Script) {
    // They mostly wait, and each has a server of its own. But all that begin together leave
    // together, and each has little time for it.
    let how = (Moment::Before, Memory::Kept);
    let numbers: Vec<u64> = (1..=script.requests + 4).collect();
    for few in numbers.chunks(5) {
        std::thread::scope(|scope| {
            for &number in few {
                scope.spawn(move || script.ended_at(number, how, End::Stopped));
            }
        });
    }
}

#[test]
fn post_stopped_at_any_request_leaves_within_its_time_and_goes_on_later() {
    stopped_everywhere(FRAMES);
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
    // An end of the input that came first would be no stop.
    fake.wait_until("end of post", |_| post.is_over());
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
    FRAMES.is_fulfilled(&fake, "after a pause");
    assert_eq!(boxes(&fake)[0].id, paused.id);
}
