//! `run`, killed at its system calls: one box, and its end to the letter.

use super::story::{RUN, Story, finish, is_told};
use super::*;
use crate::faults::harness::amount;
use crate::support::traced::{Ended, Traced};

/// No process makes so many.
const NEVER: u64 = u64::MAX;

/// One story before one server: `run` is killed at a call, and started again.
fn killed_at(call: u64, text: Option<&str>) -> (Ended, String) {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, call.is_multiple_of(2));
    let mut story = Story::new(home.path(), "s1");
    let run = Traced::start(&fake, &command(&fake, home.path(), &place.with(&RUN)), call);
    story.play(&fake, || run.is_over());
    run.stop();
    let ended = run.end();
    let what = format!("killed at call {call}: {ended:?}");
    assert!(ended.killed || ended.code == Some(143), "{what}");
    // What is left is written while nobody looks, or while somebody does.
    if call % 4 < 2 {
        story.write_all();
    }
    finish(&fake, home.path(), &place, &mut story);
    (ended, is_told(&fake, text, &what))
}

#[test]
fn run_killed_at_any_system_call_ends_with_one_box_and_its_end_to_the_letter() {
    let (whole, text) = killed_at(NEVER, None);
    let points = amount("LIVE_STATUS_KILL_POINTS", 60).min(whole.calls as usize);
    println!(
        "{points} of {} system calls; the end is {text:?}",
        whole.calls
    );
    let mut killed = 0;
    for point in 0..points as u64 {
        let call = 1 + point * whole.calls / points as u64;
        killed += u64::from(killed_at(call, Some(&text)).0.killed);
    }
    println!("{killed} kills");
    assert!(
        killed * 10 > points as u64 * 8,
        "{killed} kills of {points}"
    );
}
