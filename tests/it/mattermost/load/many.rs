//! Many live runs under one budget, in bounded memory, and through an outage.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use super::super::process::{Process, state};
use super::crowd::{Crowd, at_step, boxes, edited, resident_kib, wait_for_all, watch};
use crate::fake_mattermost::{Action, Call, Fake, Rule};
use crate::faults::harness::rounds;
use crate::support::home;

/// Threads of the sink: so many requests may be under way.
const HANDS: usize = 4;

/// Starts `run` without a budget, and waits until all boxes are up to date.
fn shown(fake: &Arc<Fake>, home: &std::path::Path, crowd: &Crowd, count: usize) -> Process {
    let run = watch(fake, home, &["--rate", "0"]);
    wait_for_all(fake, "box", count, |fake| at_step(fake, crowd.step));
    run
}

#[test]
fn ends_come_before_the_progress_of_hundreds_and_nobody_is_served_twice_in_a_round() {
    let (count, ends) = (200 * rounds(1), 10 * rounds(1));
    let (fake, home) = (Arc::new(Fake::start()), home());
    let mut crowd = Crowd::new(&fake, home.path(), count);
    shown(&fake, home.path(), &crowd, count).kill();
    crowd.work();
    let first = fake.requests().len();
    let begun = Instant::now();
    let run = watch(&fake, home.path(), &["--rate", "10"]);
    fake.wait_until("edit under the budget", |fake| {
        !edited(fake, first).is_empty()
    });
    crowd.end(ends);
    let written = Instant::now();
    let roots: HashSet<&str> = crowd.roots(ends).into_iter().collect();
    let ended = |fake: &Fake| -> HashSet<String> {
        let boxes = boxes(fake).into_iter();
        let done = boxes.filter(|one| state(one) == "done" && roots.contains(one.root_id.as_str()));
        done.map(|one| one.id).collect()
    };
    wait_for_all(&fake, "end", ends, |fake| ended(fake).len());
    println!("{ends} ends of {count} runs within {:?}", written.elapsed());
    let ended = ended(&fake);
    let edits = edited(&fake, first);
    let is_end = |id: &String| ended.contains(id);
    // The last edits of all ends, without those of an ended run that was served before its end.
    let last: HashMap<&String, usize> = edits.iter().zip(0..).collect();
    let lasts = last.iter().filter(|(id, _)| is_end(id));
    let lasts: Vec<usize> = lasts.map(|(_, at)| *at).collect();
    let (from, to) = (lasts.iter().min(), lasts.iter().max());
    let span = &edits[*from.expect("ends")..=*to.expect("ends")];
    let between = span.iter().filter(|id| !is_end(id)).count();
    assert!(between <= HANDS, "{between} others between the ends");
    if rounds(1) > 1 {
        wait_for_all(&fake, "progress", count - ends, |fake| {
            at_step(fake, crowd.step)
        });
        println!("the worst wait of progress: {:?}", begun.elapsed());
    }
    let mut times = HashMap::<String, usize>::new();
    for id in edited(&fake, first).into_iter().filter(|id| !is_end(id)) {
        *times.entry(id).or_default() += 1;
    }
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    run.kill();
}

#[test]
fn runs_that_go_on_and_on_take_no_more_memory() {
    let (count, steps) = (50, 12 * rounds(1));
    let (fake, home) = (Arc::new(Fake::start()), home());
    let mut crowd = Crowd::new(&fake, home.path(), count);
    let run = shown(&fake, home.path(), &crowd, count);
    let mut resident = Vec::new();
    for _ in 0..steps {
        crowd.work();
        wait_for_all(&fake, "step", count, |fake| at_step(fake, crowd.step));
        resident.push(resident_kib(&run));
    }
    println!("{count} live runs: {resident:?} KiB");
    let (before, last) = resident.split_at(steps * 2 / 3);
    let (before, last) = (before.iter().max(), last.iter().max());
    let (before, last) = (*before.expect("some"), *last.expect("some"));
    assert!(last * 100 < before * 105, "{before} KiB, then {last} KiB");
    run.kill();
}

#[test]
fn an_outage_with_many_runs_ends_with_one_edit_a_box() {
    let count = 100 * rounds(1);
    let (fake, home) = (Arc::new(Fake::start()), home());
    let mut crowd = Crowd::new(&fake, home.path(), count);
    let run = shown(&fake, home.path(), &crowd, count);
    fake.fault(Rule::on(Call::Any, Action::status(503)));
    crowd.work();
    // So many failures in a row, and it asks no more for a while.
    let failed = |fake: &Fake| {
        let requests = fake.requests().into_iter();
        requests.filter(|one| one.fault.is_some()).count()
    };
    fake.wait_until("failures", |fake| failed(fake) >= 5);
    (0..5).for_each(|_| crowd.work());
    let first = fake.requests().len();
    fake.clear_faults();
    wait_for_all(&fake, "box after the outage", count, |fake| {
        at_step(fake, crowd.step)
    });
    let mut times = HashMap::<String, usize>::new();
    for id in edited(&fake, first) {
        *times.entry(id).or_default() += 1;
    }
    assert_eq!(times.len(), count);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    let made = boxes(&fake);
    assert_eq!(made.len(), count, "no second box");
    run.kill();
}
