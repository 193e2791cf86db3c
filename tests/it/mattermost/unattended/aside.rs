//! A record over which our own code fails.

use super::*;
use crate::support::tree::Talk;

/// What the record has that makes a build for tests fail on it.
const WORD: &str = "fail-on-this-record";

// Fault 66.
#[test]
fn a_session_that_we_fail_on_is_set_aside_and_the_others_go_on() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    let mut story = Story::new(home.path(), "s1");
    let mut bad = Story::new(home.path(), "s2");
    let args = place.with(&RUN);
    let mut command = command(&fake, home.path(), &args);
    let run = Process::start(&fake, command.env("LIVE_STATUS_TEST_FAIL_ON", WORD));
    tell(&fake, &mut bad);
    let mut talk = Talk::bare();
    talk.raw(format!("{{\"type\":\"message\",\"id\":\"{WORD}\"}}"));
    bad.append(&talk.bytes());
    let of = |what: &str| {
        let found = boxes(&fake).into_iter();
        found.filter(|post| state(post) == what).count()
    };
    fake.wait_until("end of what was set aside", |_| of("interrupted") == 1);
    bad.write_all();
    story.play(&fake, || run.is_over());
    until_over(&fake, 1);
    run.signal(Signal::TERM);
    let ran = run.end();
    assert_eq!(ran.code, 143, "{}", ran.err);
    assert_eq!(
        (of("interrupted"), of("done")),
        (1, 1),
        "{:#?}",
        boxes(&fake)
    );
    assert!(ran.err.contains("s2.jsonl"), "{}", ran.err);
    assert!(ran.err.contains("the session is set aside"), "{}", ran.err);
}
