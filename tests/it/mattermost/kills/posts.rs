//! `post`, killed everywhere, with its memory and without.

use super::*;

#[test]
fn post_killed_before_any_request_goes_on_with_its_memory() {
    FRAMES.killed_everywhere(Moment::Before, Memory::Kept);
}

#[test]
fn post_killed_after_any_request_goes_on_with_its_memory() {
    FRAMES.killed_everywhere(Moment::After, Memory::Kept);
}

#[test]
fn post_killed_before_any_request_goes_on_without_a_memory() {
    FRAMES.killed_everywhere(Moment::Before, Memory::Lost);
}

// Fault 49.
#[test]
fn post_killed_after_any_request_goes_on_without_a_memory() {
    FRAMES.killed_everywhere(Moment::After, Memory::Lost);
}

/// One text under a name, as cron posts it.
const NAMED: Script = Script {
    first: |fake, home, place| {
        let post = named(fake, home, place, &["--text", "it goes on"]);
        fake.wait_until("end of post", |fake| is_held(fake) || post.is_over());
        post
    },
    second: |fake, home, place| {
        let end = ["--text", "it is done", "--state", "done"];
        named(fake, home, place, &end).end().ok();
    },
    last: Some("it is done"),
    inert: None,
    requests: 4,
};

fn named(fake: &Arc<Fake>, home: &Path, place: &Place, text: &[&str]) -> Process {
    let args = place.with(&[&["post", "--key", "nightly"], text].concat());
    Process::start(fake, &mut command(fake, home, &args))
}

#[test]
fn a_post_under_a_name_killed_at_any_request_is_one_post_at_the_next_start() {
    NAMED.killed_everywhere(Moment::Before, Memory::Kept);
    NAMED.killed_everywhere(Moment::After, Memory::Lost);
}
