//! `run`, killed at random while a writer writes and the server answers.

use std::time::Duration;

use super::story::{RUN, Story, finish, is_told};
use super::*;
use crate::faults::harness::amount;
use crate::faults::writer::Dice;

/// So often `run` is killed in one story.
const KILLS: usize = 5;
/// Sessions that are written at once.
const SESSIONS: [&str; 3] = ["s1", "s2", "s3"];
/// The longest life of a process that is to be killed, in milliseconds.
const LONGEST_MS: usize = 300;

/// One server, three stories, five kills; then nobody kills any more.
fn killed_at_random(dice: &mut Dice, what: &str) {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, dice.below(2) == 0);
    let mut stories = SESSIONS.map(|sid| Story::new(home.path(), sid));
    for _ in 0..KILLS {
        let before = fake.requests().len();
        let run = Process::start(&fake, &mut command(&fake, home.path(), &place.with(&RUN)));
        // The life of some begins with their first request: to start takes a while.
        if dice.below(2) == 0 && stories[dice.below(SESSIONS.len())].write().is_some() {
            fake.wait_until("first request", |fake| {
                fake.requests().len() > before || run.is_over()
            });
        }
        let mut left = dice.below(LONGEST_MS + 1);
        while left > 0 {
            let pause = dice.below(left) + 1;
            // This is the fault itself; nothing is waited for.
            std::thread::sleep(Duration::from_millis(pause as u64));
            left -= pause;
            if dice.below(6) == 0 {
                stories[dice.below(SESSIONS.len())].write();
            }
        }
        run.kill();
    }
    finish(&fake, home.path(), &place, &mut stories);
    is_told(&fake, SESSIONS.len(), what);
}

// Fault 37.
#[test]
fn run_killed_at_random_ends_with_one_box_a_run() {
    let seed = amount("LIVE_STATUS_SEED", 37);
    let stories = amount("LIVE_STATUS_RANDOM_KILLS", 25).div_ceil(KILLS);
    println!("{} kills, seed {seed} (LIVE_STATUS_SEED)", stories * KILLS);
    for story in 0..stories {
        let mut dice = Dice((seed + story) as u64);
        killed_at_random(&mut dice, &format!("seed {}", seed + story));
    }
}
