//! Clocks that differ, and time in which nothing ran.

use std::time::Duration;

use super::*;
use crate::faults::harness::amount;
use crate::faults::stopped::while_stopped;

// Fault 75.
#[test]
fn a_server_whose_clock_is_an_hour_off_shows_one_box_though_the_memory_is_lost() {
    const HOUR_MS: i64 = 3_600_000;
    for (ahead, in_thread) in [
        (HOUR_MS, false),
        (-HOUR_MS, false),
        (HOUR_MS, true),
        (-HOUR_MS, true),
    ] {
        let (fake, home) = (Arc::new(Fake::start()), home());
        fake.set_ahead(ahead);
        let place = Place::new(&fake, in_thread);
        let mut story = Story::new(home.path(), "s1");
        let run = start(&fake, home.path(), &place, &[]);
        tell(&fake, &mut story);
        run.kill();
        std::fs::remove_dir_all(home.path().join(".local")).expect("lost");
        fake.restart();
        finish(&fake, home.path(), &place, &mut [story]);
        is_told(&fake, 1, &format!("{ahead} ms ahead"));
    }
}

// Faults 74, 78.
#[test]
fn what_was_written_while_it_stood_still_is_all_told() {
    // A minute of it in the long run; how long makes no difference to what is read.
    let seconds = amount("LIVE_STATUS_STOP_SECONDS", 0);
    const MORE: usize = 2_000;
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    let mut story = Story::long(home.path(), "s1", MORE);
    let mut new = Story::long(home.path(), "s2", MORE);
    let run = start(&fake, home.path(), &place, &[]);
    tell(&fake, &mut story);
    while_stopped(run.pid(), || {
        story.write_all();
        new.write_all();
        std::thread::sleep(Duration::from_secs(seconds as u64));
    });
    until_over(&fake, 2);
    stop(run);
    is_told_with(&fake, 2, MORE, "after it stood still");
}

/// A clock that stands far ahead when the process starts, where the system lets us have one.
// Fault 74.
#[test]
fn a_machine_that_is_up_for_centuries_is_no_matter() {
    let offsets = [
        "-T",
        "--user",
        "--map-root-user",
        "--monotonic",
        "3000000000",
    ];
    let allowed = crate::faults::harness::has("unshare")
        && std::process::Command::new("unshare")
            .args(offsets)
            .arg("true")
            .output()
            .is_ok_and(|output| output.status.success());
    if !allowed {
        println!("skipped: clocks are not ours to set");
        return;
    }
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    let mut story = Story::new(home.path(), "s1");
    let plain = command(&fake, home.path(), &place.with(&RUN));
    let mut command = std::process::Command::new("unshare");
    command.args(offsets).args(["--boottime", "3000000000"]);
    command.arg(plain.get_program()).args(plain.get_args());
    command.env_clear().env("HOME", home.path());
    command.envs(
        plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let run = Process::start(&fake, &mut command);
    story.play(&fake, || run.is_over());
    stop(run);
    is_told(&fake, 1, "with a clock far ahead");
}
