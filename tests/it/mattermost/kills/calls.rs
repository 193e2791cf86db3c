//! `run`, killed at its system calls: one box, and its end to the letter.

use super::story::{RUN, Story, finish, is_told};
use super::*;
use crate::faults::harness::amount;
use crate::support::traced::{Ended, Traced};

/// No process makes so many.
const NEVER: u64 = u64::MAX;

/// What becomes of the rest of the story, and of the memory, while nobody runs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meanwhile {
    /// The rest is written, and the run is over when the next `run` starts.
    Over,
    /// Nothing happens: the next `run` sees the rest.
    Open,
    /// The memory is lost, and the server forgets who asked it for what.
    Lost,
}

const ALL: [Meanwhile; 3] = [Meanwhile::Over, Meanwhile::Open, Meanwhile::Lost];

/// One story before one server: `run` is killed at a call, and started again.
fn killed_at(call: u64, meanwhile: Meanwhile) -> Ended {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, call.is_multiple_of(2));
    let mut story = Story::new(home.path(), "s1");
    let run = Traced::start(&fake, &command(&fake, home.path(), &place.with(&RUN)), call);
    story.play(&fake, || run.is_over());
    run.stop();
    let ended = run.end();
    let what = format!("killed at call {call}, {meanwhile:?}: {ended:?}");
    assert!(ended.killed || ended.code == Some(143), "{what}");
    match meanwhile {
        Meanwhile::Over => story.write_all(),
        Meanwhile::Open => {}
        Meanwhile::Lost => {
            // Where nothing was remembered yet there is nothing to lose.
            let _ = std::fs::remove_dir_all(home.path().join(".local"));
            fake.restart();
        }
    }
    finish(&fake, home.path(), &place, &mut [story]);
    is_told(&fake, 1, &what);
    ended
}

// Faults 36, 41.
#[test]
fn run_killed_at_any_system_call_ends_with_one_box_and_its_end_to_the_letter() {
    // How many calls there are differs from run to run, most where the machine is busy: a thread
    // looks at the clock again, or waits for another. The least of two is reached by most.
    let wholes = [(); 2].map(|()| killed_at(NEVER, Meanwhile::Open).calls);
    let whole = wholes[0].min(wholes[1]);
    let all: Vec<_> = (1..=whole)
        .flat_map(|call| ALL.map(|meanwhile| (call, meanwhile)))
        .collect();
    let points = amount("LIVE_STATUS_KILL_POINTS", 60).min(all.len());
    println!(
        "{points} of {} ways to die in {whole} system calls",
        all.len()
    );
    let mut killed = 0;
    for point in 0..points {
        let (call, meanwhile) = all[point * all.len() / points];
        killed += usize::from(killed_at(call, meanwhile).killed);
    }
    println!("{killed} kills");
    assert!(killed * 10 > points * 8, "{killed} kills of {points}");
}
