//! Many live runs under one budget, in bounded memory, and through an outage.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use live_status::wire::frame::Frame;

use super::super::process::{Process, state};
use super::crowd::{
    Crowd, at_step, boxes, edits, patiently, resident_kib, wait_for_all, wait_for_requests, watch,
};
use crate::fake_mattermost::{Action, Call, Fake, Rule};
use crate::faults::harness::{amount, rounds};
use crate::faults::stopped::while_stopped;
use crate::support::home;

/// Threads of the sink: so many requests may be under way.
const HANDS: usize = 4;

/// So much more memory at one moment than at another says nothing.
const SLACK_KIB: u64 = 2 << 10;

/// The key of a frame.
fn key(line: &str) -> String {
    let frame: Frame = serde_json::from_str(line).expect("a frame");
    frame.key
}

/// Starts `run` without a budget, and waits until all boxes are up to date.
fn shown(fake: &Arc<Fake>, home: &std::path::Path, crowd: &Crowd, count: usize) -> Process {
    let run = watch(fake, home, &["--rate", "0"]);
    wait_for_all(fake, "box", count, |fake| at_step(fake, crowd.step));
    run
}

// Fault 47.
#[test]
fn ends_come_before_the_progress_of_hundreds_and_nobody_is_served_twice_in_a_round() {
    let (count, ends) = (200 * rounds(1), 10 * rounds(1));
    let (fake, home) = (Arc::new(Fake::start()), home());
    let mut crowd = Crowd::new(&fake, home.path(), count);
    shown(&fake, home.path(), &crowd, count).kill();
    crowd.work();
    let before = fake.asked();
    let begun = Instant::now();
    let run = watch(&fake, home.path(), &["--rate", "10"]);
    wait_for_requests(&fake, before + 2 * HANDS);
    // All at once for whoever reads: ends that come one by one have progress between them.
    while_stopped(run.pid(), || crowd.end(ends));
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
    let all = edits(&fake, before);
    // Where in the row of all edits the ends stand.
    let is_end = |(id, text): &(String, String)| ended.contains(id) && text.contains("[DONE]");
    let from = all.iter().position(is_end).expect("an end");
    let to = all.iter().rposition(is_end).expect("an end");
    let others = all[from..=to].iter().filter(|edit| !is_end(edit)).count();
    assert!(others <= HANDS, "{others} others between the ends");
    if rounds(1) > 1 {
        // What is over shows no step any more.
        let working = count - ends;
        wait_for_all(&fake, "progress", working, |fake| at_step(fake, crowd.step));
        println!("the worst wait of progress: {:?}", begun.elapsed());
    }
    // Up to the last one's first edit nobody has a second one, but for those under way beside it.
    let working = edits(&fake, before).into_iter().map(|(id, _)| id);
    let working: Vec<String> = working.filter(|id| !ended.contains(id)).collect();
    let mut served = HashSet::new();
    let firsts = working
        .iter()
        .enumerate()
        .filter(|(_, id)| served.insert(*id));
    let round = firsts.last().map_or(0, |(at, _)| at + 1);
    let twice = round - served.len();
    assert!(
        twice < HANDS,
        "{twice} of {round} edits were of who had one"
    );
    run.kill();
}

// Fault 47.
#[test]
fn runs_that_go_on_and_on_take_no_more_memory() {
    let (count, steps) = (amount("LIVE_STATUS_LIVE_RUNS", 50), 12 * rounds(1));
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
    // How much is in flight just then depends on what else the machine does: a little is no growth.
    let bound = before + before / 20 + SLACK_KIB;
    assert!(last < bound, "{before} KiB, then {last} KiB");
    run.kill();
}

// Fault 58.
#[test]
fn an_outage_with_many_runs_ends_with_one_edit_a_box() {
    let count = 100 * rounds(1);
    let (fake, home) = (Arc::new(Fake::start()), home());
    let mut crowd = Crowd::new(&fake, home.path(), count);
    // The frames are told on standard output too, whatever becomes of the server.
    let run = watch(&fake, home.path(), &["--rate", "0", "--to", "stdout"]);
    wait_for_all(&fake, "box", count, |fake| at_step(fake, crowd.step));
    fake.fault(Rule::on(Call::Any, Action::status(503)));
    (0..6).for_each(|_| crowd.work());
    let newest = format!("step-{}.md", crowd.step);
    let shows = format!("\"detail\":\"{newest}\",\"status\":\"active\"");
    let told = RefCell::new(HashSet::new());
    patiently(
        &fake,
        "frames",
        || {
            let lines = run.new_lines().into_iter();
            let mut told = told.borrow_mut();
            told.extend(
                lines
                    .filter(|line| line.contains(&shows))
                    .map(|line| key(&line)),
            );
            told.len()
        },
        count,
    );
    let before = fake.asked();
    fake.clear_faults();
    wait_for_all(&fake, "box after the outage", count, |fake| {
        at_step(fake, crowd.step)
    });
    // Later edits only tell how long it has been by now.
    let stale: Vec<_> = edits(&fake, before)
        .into_iter()
        .filter(|(_, text)| !text.contains(&newest))
        .collect();
    assert!(stale.is_empty(), "{stale:#?}");
    assert_eq!(boxes(&fake).len(), count, "no second box");
    run.kill();
}
