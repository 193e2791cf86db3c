//! A long run keeps what a box may show, and counts the rest.

use std::fmt::Write;

use super::super::scene::scene;
use super::{board, key};

/// A run of `calls`, each over a second later as `outcome` says of its number.
fn long(calls: usize, outcome: impl Fn(usize) -> &'static str) -> String {
    let mut script = String::from("0 start r; 0 spawn a child Looking; 0 tool p Waiting");
    for call in 1..=calls {
        let ends = outcome(call);
        write!(
            script,
            "; {call} tool c{call} Reading; {call} end c{call} {ends}"
        )
        .expect("a string takes it");
    }
    script
}

#[test]
fn a_long_run_keeps_its_newest_steps_what_still_runs_and_its_failures() {
    const KEPT: usize = 64;
    let rare = |call: usize| if call % 100 == 7 { "error" } else { "ok" };
    let always = |_: usize| "error";
    let newest = |from: usize| (from..=1_000).map(|call| format!("c{call}"));
    let failures = (0..10).map(|hundred| format!("c{}", hundred * 100 + 7));
    let cases: [(&str, &dyn Fn(usize) -> &'static str, Vec<String>); 2] = [
        (
            "few failures outlive what went well",
            &rare,
            failures.chain(newest(949)).collect(),
        ),
        (
            "of a run that only fails the newest stay",
            &always,
            newest(939).collect(),
        ),
    ];
    for (why, outcome, want) in cases {
        let board = board(&[scene("s", &long(1_000, outcome))]);
        let run = board.run(&key("s", "r")).expect(why);
        let kept: Vec<String> = run.steps().map(|step| step.id.to_string()).collect();
        let held = ["a", "p"].map(String::from);
        assert_eq!(kept, [&held[..], &want].concat(), "{why}");
        assert_eq!(kept.len(), KEPT, "{why}");
        let failed = (1..=1_000).filter(|call| outcome(*call) == "error").count() as u64;
        let totals = run.totals(false);
        assert_eq!((totals.tools, totals.failed), (1_001, failed), "{why}");
        assert_eq!(run.earlier(), 1_002 - KEPT as u64, "{why}");
    }
}

#[test]
fn what_still_works_is_kept_longer_than_sub_agents_that_are_over() {
    let mut script = String::from("0 start r; 0 spawn a works Looking; 0 tool p Waiting");
    for agent in 1..=100 {
        write!(
            script,
            "; {agent} spawn c{agent} s{agent} Reading; {agent} over s{agent} ok"
        )
        .expect("a string takes it");
    }
    let board = board(&[scene("s", &script)]);
    let run = board.run(&key("s", "r")).expect("a run");
    let kept: Vec<&str> = run.steps().map(|step| &*step.id).collect();
    assert_eq!(kept[..2], ["a", "p"]);
    assert_eq!(kept.last(), Some(&"c100"));
}
