//! Thousands of transcripts that appear within seconds, while one run goes on as before.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::process::state;
use super::crowd::{self, Crowd, patiently, wait_for_all};
use crate::fake_mattermost::{Fake, Post};
use crate::faults::harness::rounds;
use crate::support::home;

/// Live boxes at once.
const LIVE: usize = 20;

/// The boxes that are not over.
fn live(fake: &Fake) -> Vec<Post> {
    let boxes = crowd::boxes(fake).into_iter();
    boxes.filter(|one| state(one) == "active").collect()
}

/// The number of the run whose box this is.
fn number(post: &Post) -> Option<usize> {
    let (_, after) = post.message.split_once("alone-")?;
    after.split_once('.')?.0.parse().ok()
}

// Fault 93.
#[test]
fn thousands_of_transcripts_at_once_are_all_told_and_get_no_more_boxes_than_may_live() {
    let count = 5_000 * rounds(1);
    let (fake, home) = (Arc::new(Fake::start()), home());
    let mut before = Crowd::new(&fake, home.path(), 1);
    let channel = fake.channel("status");
    let args = ["--rate", "0", "--to", "stdout", "--channel", &channel];
    let run = crowd::watch_some(&fake, home.path(), LIVE, &args);
    wait_for_all(&fake, "box", 1, |fake| crowd::at_step(fake, before.step));
    for number in 0..count {
        crowd::begin_alone(home.path(), number);
        if number % (count / 10) == 0 {
            before.work();
        }
    }
    let told = RefCell::new(BTreeSet::new());
    let hear = || {
        for line in run.new_lines() {
            let (_, after) = line.split_once("\"sid\":\"").expect("a frame");
            told.borrow_mut()
                .extend(after.split_once('"').map(|(sid, _)| sid.to_owned()));
        }
        told.borrow().len()
    };
    patiently(&fake, "runs", hear, count + 1);
    println!(
        "{count} transcripts: {} KiB at most, {} ms of CPU",
        run.peak_kib(),
        run.cpu_ms()
    );
    // Who had a box before is served as before.
    wait_for_all(&fake, "newest step", 1, |fake| {
        crowd::at_step(fake, before.step)
    });
    // All places are taken, each by another run, and each box shows the step of its own.
    let admitted =
        |fake: &Fake| -> BTreeSet<usize> { live(fake).iter().filter_map(number).collect() };
    wait_for_all(&fake, "admitted run", LIVE - 1, |fake| admitted(fake).len());
    assert_eq!(live(&fake).len(), LIVE, "no more than may live");
    // Each that ends makes room for another one.
    let first = admitted(&fake);
    first
        .iter()
        .for_each(|&number| crowd::end_alone(home.path(), number));
    let others = |fake: &Fake| admitted(fake).difference(&first).count();
    wait_for_all(&fake, "successor", LIVE - 1, others);
    // A place is free as soon as an end is offered: the last one may be shown after its successor.
    let over = |fake: &Fake| {
        let boxes = crowd::boxes(fake).into_iter();
        boxes.filter(|one| state(one) == "done").count()
    };
    wait_for_all(&fake, "end", LIVE - 1, over);
    assert_eq!((live(&fake).len(), over(&fake)), (LIVE, LIVE - 1));
    let peak_kib = run.peak_kib();
    let bound = (64 << 10) + 16 * count as u64;
    assert!(peak_kib < bound, "{peak_kib} KiB for {count} transcripts");
    run.kill();
}
