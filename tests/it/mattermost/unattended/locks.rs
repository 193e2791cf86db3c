//! One `run` a state directory.

use super::*;

// Fault 83.
#[test]
fn a_second_run_names_the_first_and_a_killed_one_leaves_no_lock() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    let mut story = Story::new(home.path(), "s1");
    let first = start(&fake, home.path(), &place, &[]);
    tell(&fake, &mut story);
    let second = start(&fake, home.path(), &place, &[]).end();
    assert_eq!(second.code, 75, "{}", second.err);
    let holder = format!("run.lock is held by process {}", first.pid());
    assert!(second.err.contains(&holder), "{}", second.err);
    first.kill();
    finish(&fake, home.path(), &place, &mut [story]);
    is_told(&fake, 1, "by the third");
}
