//! Parents and children, whoever is heard of first.

use super::super::scene::{Scene, scene};
use super::{board, key, told};
use crate::wire::event::Body;

/// Every way to put `scenes` one after the other, and turn by turn.
fn orders(scenes: &[Scene]) -> Vec<Vec<Scene>> {
    let mut reversed = scenes.to_vec();
    reversed.reverse();
    let mut rotated = scenes.to_vec();
    rotated.rotate_left(1);
    vec![scenes.to_vec(), reversed, rotated]
}

fn check(why: &str, scenes: &[Scene], wants: &[(&str, &str, &str)]) {
    for scenes in orders(scenes) {
        let board = board(&scenes);
        for (sid, run, want) in wants {
            assert_eq!(told(&board, &key(sid, run)), *want, "{why}: {sid}/{run}");
        }
    }
}

// Fault 82.
#[test]
fn a_child_nests_and_keeps_its_parent_open() {
    let parent = "0 start r; 1 tool a; 2 spawn a c helper; 2 end a ok; 3 say final x; 3 stop ok";
    let child = "2.5 parent p; 2.5 start cr subagent; 3 tool x";
    let cases = [
        ("while it runs", "", "active"),
        (
            "until it ends",
            "9 end x ok; 10 stop ok",
            "done explicit 10s",
        ),
        ("however it ends", "9 stop error", "done explicit 9s"),
        (
            "by silence too",
            "9 end x ok; 10 say final x; 70 tick",
            "done silence 10s",
        ),
        ("and when it waits", "4 block b permission x", "blocked"),
        ("a quiet child", "99 tick", "active, quiet 96s"),
    ];
    for (why, more, want) in cases {
        let scenes = [scene("p", parent), scene("c", child).more(more)];
        check(why, &scenes, &[("p", "r", want), ("c", "cr", "no box")]);
    }
}

#[test]
fn a_result_that_is_yet_to_be_announced_is_waited_for_by_ticks() {
    let parent = "0 start r; 1 tool a; 2 sends a c helper; 2 end a ok; 3 stop ok";
    let child = "2.5 parent p; 2.5 start cr subagent; 3 tool x; 9 end x ok; 10 stop ok";
    for (why, more, want) in [
        (
            "nobody ticks: what is known counts",
            "",
            "done explicit 10s",
        ),
        ("its time has not come", "5 tick; 12 tick", "active"),
        (
            "it never came",
            "5 tick; 12 tick; 21 tick",
            "done explicit 10s",
        ),
        (
            "it came",
            "5 tick; 12 goes r2; 13 stop ok",
            "done explicit 13s",
        ),
    ] {
        let scenes = [scene("p", parent).more(more), scene("c", child)];
        check(why, &scenes, &[("p", "r", want)]);
    }
}

#[test]
fn a_call_that_failed_takes_its_child_along() {
    let parent = "0 start r; 1 tool a; 2 spawn a c helper";
    let child = "2 parent p; 2.5 start cr subagent; 3 tool x";
    for (why, more, want) in [
        (
            "it was stopped",
            "9 end a interrupted; 9 stop interrupted",
            "interrupted explicit 9s",
        ),
        ("it was only started", "4 end a ok; 9 stop ok", "active"),
    ] {
        let scenes = [scene("p", parent).more(more), scene("c", child)];
        check(why, &scenes, &[("p", "r", want)]);
    }
}

#[test]
fn a_heartbeat_whose_child_reports_stays_unseen() {
    let parent = "0 start r heartbeat; 1 tool a; 2 stop ok; 9 goes r2; 10 tool b";
    check("no box", &[scene("p", parent)], &[("p", "r", "no box")]);
}

#[test]
fn a_child_never_seen_does_not_hold_an_ended_parent() {
    let parent = "0 start r; 1 tool a; 2 spawn a c helper; 2 end a ok; 3 say final x";
    let cases = [
        ("it may still come", "70 tick", "active, quiet 67s"),
        ("not after the end", "4 stop ok", "done explicit 4s"),
        (
            "not once it is known to be over",
            "4 over c ok; 64 tick",
            "done silence 4s",
        ),
        ("and not for ever", "1801 tick", "done silence 3s"),
    ];
    for (why, more, want) in cases {
        check(why, &[scene("p", parent).more(more)], &[("p", "r", want)]);
    }
}

#[test]
fn a_child_in_its_parents_transcript_holds_it_as_long_as_it_works() {
    let parent = "0 start r; 1 tool a; 1 spawn a c helper";
    let cases = [
        ("its call is pending", "2 inner x a exec", "active"),
        (
            "nobody will hear of it any more",
            "2 inner x a exec; 4 stop interrupted",
            "interrupted explicit 4s",
        ),
        (
            "its turn goes on without it",
            "2 inner x a exec; 4 stop ok; 5 goes r2; 6 stop ok",
            "done explicit 6s",
        ),
        (
            "it came back",
            "2 inner x a exec; 3 end a ok; 4 stop ok",
            "done explicit 4s",
        ),
        (
            "it goes on in the background, where it does nothing yet",
            "2 background a a; 4 stop ok",
            "active",
        ),
        (
            "it goes on in the background",
            "2 background a a; 3 inner x a exec; 4 stop ok",
            "active",
        ),
        (
            "until it ends",
            "2 background a a; 3 inner x a exec; 4 stop ok; 5 end x ok; 6 over c ok; 6 job a ok",
            "done explicit 6s",
        ),
        (
            "or its end is told as that of a job alone",
            "2 background a a; 3 inner x a exec; 4 stop ok; 5 end x ok; 6 job a ok",
            "done explicit 6s",
        ),
        (
            "as long as a call of it does not come back",
            "2 background a a; 3 inner x a exec; 4 stop ok; 1803 tick",
            "active, quiet 1800s",
        ),
        (
            "nor one that is made deeper in it",
            "2 background a a; 3 inner y a task; 3 inner x y exec; 4 stop ok; 1803 tick",
            "active, quiet 1800s",
        ),
        (
            "whatever becomes of its turn",
            "2 background a a; 3 inner x a exec; 4 stop ok; 5 goes r2; 6 stop ok; 1803 tick",
            "active, quiet 1800s",
        ),
        (
            "and not for ever",
            "2 background a a; 3 inner x a exec; 4 stop ok; 5 end x ok; 1806 tick",
            "done explicit 5s",
        ),
        (
            "what it does is no work of a turn that is over",
            "2 background a a; 4 infer ok; 5 inner x a exec; 6 end x ok; 7 over c ok; 7 job a ok",
            "done explicit 7s",
        ),
        (
            "nor what had not come back to it by its end",
            "2 background a a; 3 inner x a exec; 4 say final x; 7 over c ok; 7 job a ok; 68 tick",
            "done silence 7s",
        ),
    ];
    for (why, more, want) in cases {
        check(why, &[scene("p", parent).more(more)], &[("p", "r", want)]);
    }
}

#[test]
fn a_child_in_the_background_is_of_its_run_though_another_one_began() {
    let parent = "0 start r; 1 tool a; 1 sends a c helper; 2 background a a; 4 infer ok; 5 start q; \
                  5 tool b; 5 end b ok";
    let cases = [
        ("it works", "6 of r; 6 inner x a exec", "active", "active"),
        (
            "it is done",
            "6 of r; 6 inner x a exec; 7 end x ok; 8 over c ok; 8 job a ok; 9 of q; 10 stop ok",
            "done explicit 8s",
            "done explicit 5s",
        ),
        (
            "a person is asked for it",
            "6 of r; 6 inner x a exec; 7 blockcall x; 8 of q; 8 stop ok",
            "blocked",
            "done explicit 3s",
        ),
    ];
    for (why, more, one, two) in cases {
        let scene = scene("p", parent).more(more);
        check(why, &[scene], &[("p", "r", one), ("p", "q", two)]);
    }
}

#[test]
fn a_child_belongs_to_the_run_that_started_it() {
    let parent = "0 start r1; 1 tool a; 2 spawn a c helper; 3 end a ok; 4 stop ok; \
                  20 start r2; 21 tool b; 22 end b ok; 23 stop ok";
    let child = "2 parent p; 2.5 start one subagent; 3 tool x; 3.5 end x ok; 4 stop ok";
    let cases = [
        (
            "the step decides",
            "",
            ("r1", "done explicit 4s"),
            ("r2", "done explicit 3s"),
        ),
        (
            "a further run is the current one's",
            "21 start two subagent; 22 tool y",
            ("r1", "done explicit 4s"),
            ("r2", "active"),
        ),
    ];
    for (why, more, one, two) in cases {
        let scenes = [scene("p", parent), scene("c", child).more(more)];
        check(why, &scenes, &[("p", one.0, one.1), ("p", two.0, two.1)]);
    }
}

#[test]
fn without_a_step_the_link_decides() {
    let parent = "0 start r1; 1 tool a; 9 end a ok; 9 stop ok; 20 start r2; 29 tool b; 30 stop ok";
    let cases = [
        ("early", 2, ("active", "done explicit 10s")),
        ("late", 25, ("done explicit 9s", "active")),
    ];
    for (why, at, (one, two)) in cases {
        let child = format!("{at} parent p; {at} start cr subagent; {at} tool x");
        let scenes = [scene("p", parent), scene("c", &child)];
        check(why, &scenes, &[("p", "r1", one), ("p", "r2", two)]);
    }
}

#[test]
fn a_check_in_of_the_parent_takes_no_child() {
    let parent = "0 start r; 1 tool a; 2 end a ok; 3 stop ok; 5 start h heartbeat; 6 silent";
    let child = "1 parent p; 7 start cr subagent; 8 tool x";
    check(
        "a heartbeat",
        &[scene("p", parent), scene("c", child)],
        &[("p", "r", "active")],
    );
}

#[test]
fn a_family_is_as_deep_as_it_is() {
    let mut scenes = vec![scene(
        "s0",
        "0 start r; 0 tool a; 0 spawn a s1 x; 1 stop ok",
    )];
    for depth in 1..=7 {
        let script = format!(
            "0 parent s{}; {depth} start r subagent; {depth} tool a; {depth} spawn a s{} x; {depth}.5 stop ok",
            depth - 1,
            depth + 1
        );
        scenes.push(scene(&format!("s{depth}"), &script));
    }
    check(
        "all over",
        &scenes,
        &[("s0", "r", "done explicit 7s"), ("s3", "r", "no box")],
    );
    scenes[7] = scene("s7", "0 parent s6; 7 start r subagent; 7 tool a");
    check("the deepest runs", &scenes, &[("s0", "r", "active")]);
}

#[test]
fn rings_and_selves_hold_nobody() {
    let ring = [
        scene("a", "0 parent b; 1 start r; 1 tool x; 2 stop ok"),
        scene("b", "0 parent a; 1 start r; 1 tool x; 2 stop ok"),
        scene("c", "0 parent c; 1 start r; 1 tool x; 2 stop ok"),
    ];
    let board = board(&ring);
    assert_eq!(told(&board, &key("c", "r")), "done explicit 1s");
    let roots = ["a", "b"].map(|sid| told(&board, &key(sid, "r")));
    assert!(roots.contains(&"done explicit 1s".to_owned()), "{roots:?}");
}

#[test]
fn an_orphan_gets_a_box_once_nobody_comes() {
    let child = "0 parent p; 0 start cr subagent; 1 tool x; 2 end x ok";
    let cases = [
        ("its parent may come", "3 tick; 12 tick", true),
        ("it did not", "3 tick; 13 tick", false),
        ("it ended meanwhile", "3 stop ok", true),
    ];
    for (why, more, want) in cases {
        let board = board(&[scene("c", child).more(more)]);
        let run = board.run(&key("c", "cr")).expect(why);
        assert_eq!(run.is_orphan(), want, "{why}");
    }
    let lone = "0 start cr subagent; 1 tool x";
    check(
        "no parent was named",
        &[scene("c", lone)],
        &[("c", "cr", "active")],
    );
}

#[test]
fn work_and_tokens_of_children_count_once() {
    let parent = scene(
        "p",
        "0 start r; 1 tool a; 2 spawn a c x; 3 usage u1 100 0.5; 3 usage u1 100 0.5",
    );
    let child = scene(
        "c",
        "2 parent p; 2 start cr subagent; 3 tool x; 4 usage u1 100 0.5; 4 usage u2 7 0.25",
    );
    for scenes in orders(&[parent, child]) {
        let board = board(&scenes);
        let totals = board.run(&key("p", "r")).expect("the root").totals(false);
        assert_eq!((totals.tools, totals.agents, totals.tokens), (2, 1, 107));
        assert_eq!(totals.cost_usd, Some(0.75));
    }
}

#[test]
fn a_child_stays_with_the_session_that_started_it() {
    // A person began anew: another session has the parent's name now.
    let rename = |mut scene: Scene| {
        for event in &mut scene.events {
            event.session = Some("agent:main:main".into());
        }
        scene
    };
    let old = rename(scene("old", "0 start r; 1 tool a; 2 end a ok; 3 stop ok"));
    let new = rename(scene("new", "20 start r; 21 tool a"));
    let mut child = scene("c", "1 parent old; 2 start cr subagent; 3 tool x");
    for event in &mut child.events {
        if let Body::SessionStart(start) = &mut event.body
            && let Some(parent) = &mut start.parent
        {
            (parent.sid, parent.session) = (None, Some("agent:main:main".into()));
        }
    }
    check(
        "by name",
        &[old, new, child],
        &[("old", "r", "active"), ("c", "cr", "no box")],
    );
}
