//! A run's life: section 4 of the design, row by row. Times are seconds.

use super::super::scene::scene;
use super::super::{Board, Settings};
use super::{board, key, told};

fn check(cases: &[(&str, &str, &str)]) {
    for (why, script, want) in cases {
        let board = board(&[scene("s", script)]);
        assert_eq!(told(&board, &key("s", "r")), *want, "{why}: {script}");
    }
}

#[test]
fn the_gate_opens_for_work_and_for_tools() {
    check(
        &[
            ("too early", "0 start r; 1.4 tick", "no box"),
            ("worked long enough", "0 start r; 1.5 tick", "active"),
            ("used a tool", "0 start r; 0.1 tool a", "active"),
            (
                "answered at once",
                "0 start r; 1 say final hi; 1.2 stop ok",
                "no box",
            ),
            (
                "answered at once, looked at later",
                "0 start r; 1 stop ok; 99 tick",
                "no box",
            ),
            (
                "answered slowly",
                "0 start r; 8 say final hi; 8 stop ok",
                "done explicit 8s",
            ),
            (
                "answered slowly, as its source alone can tell",
                "0 start r; 1 say final hi; 1 took ok 8000",
                "done explicit 1s",
            ),
            (
                "silent",
                "0 start r; 8 say final NO_REPLY; 8 silent",
                "no box",
            ),
            (
                "silent, but used a tool",
                "0 start r; 1 tool a; 2 end a ok; 8 silent",
                "done explicit 8s",
            ),
            ("a request never read", "norun", "unknown"),
            ("joined in the middle", "0 of r; 0 tool a", "active"),
            ("an end of what nobody saw", "0 of r; 0 stop ok", "unknown"),
        ]
        .map(|(why, script, want)| {
            (
                why,
                if script == "norun" { "0 norun" } else { script },
                want,
            )
        }),
    );
}

#[test]
fn only_what_a_person_caused_has_a_box() {
    for cause in ["heartbeat", "cron", "hook", "system", "of-a-later-version"] {
        let script = format!("0 start r {cause}; 1 tool a");
        check(&[("not asked for", &script, "no box")]);
        let mut board = Board::new(Settings {
            include: vec![cause.into()],
            ..Settings::default()
        });
        for event in scene("s", &script).events {
            board.fold(&event);
        }
        assert_eq!(told(&board, &key("s", "r")), "active", "included: {cause}");
    }
}

#[test]
fn an_end_is_believed_in_the_order_of_trust() {
    check(&[
        (
            "ok",
            "0 start r; 1 tool a; 2 end a ok; 9 stop ok",
            "done explicit 9s",
        ),
        (
            "error",
            "0 start r; 1 tool a; 9 error 503; 9 stop error",
            "error explicit 9s: 503",
        ),
        (
            "timeout",
            "0 start r; 1 tool a; 9 stop timeout",
            "error explicit 9s",
        ),
        (
            "interrupted",
            "0 start r; 1 tool a; 9 stop interrupted",
            "interrupted explicit 9s",
        ),
        (
            "unknown",
            "0 start r; 1 tool a; 9 stop unknown",
            "interrupted explicit 9s",
        ),
        (
            "explicit beats inferred",
            "0 start r; 1 tool a; 8 infer interrupted; 9 stop ok",
            "done explicit 9s",
        ),
        (
            "inferred does not correct",
            "0 start r; 1 tool a; 8 stop ok; 9 infer error",
            "done explicit 8s",
        ),
        (
            "a later end corrects",
            "0 start r; 1 tool a; 8 stop ok; 9 stop error",
            "error explicit 9s",
        ),
        (
            "ok after failed",
            "0 start r; 1 tool a; 8 rowstop error; 9 rowstop ok",
            "done explicit 9s",
        ),
        (
            "late records correct",
            "0 start r; 8 tool a; 9 stop interrupted; 9.1 end a error",
            "interrupted explicit 9s",
        ),
        (
            "a failed tool is no failed run",
            "0 start r; 1 tool a; 2 end a error 1; 9 stop ok",
            "done explicit 9s",
        ),
        (
            "an error that was retried",
            "0 start r; 1 tool a; 2 end a ok; 8 stop error; 9 tool b",
            "active",
        ),
        (
            "a late call does not reopen",
            "0 start r; 1 tool a; 9 stop ok; 8 tool b",
            "done explicit 9s",
        ),
        (
            "what was killed stays so",
            "0 start r; 1 tool a; 9 stop interrupted; 9.5 tool b",
            "interrupted explicit 9s",
        ),
        (
            "an inferred end, then work",
            "0 start r; 1 tool a; 2 end a ok; 3 infer ok; 4 tool b",
            "active",
        ),
        (
            "an inferred end, and what was said before it",
            "0 start r; 1 tool a; 2 end a ok; 4 infer ok; 3 say unknown x",
            "done explicit 4s",
        ),
        (
            "the same request once more",
            "0 start r; 1 tool a; 2 end a ok; 4 stop error; 6 start r",
            "active",
        ),
        (
            "a hook says idle",
            "0 start r; 1 tool a; 2 end a ok; 3 status idle",
            "done explicit 3s",
        ),
        (
            "the next request, answered",
            "0 start r; 1 tool a; 2 end a ok; 3 say final x; 5 start q",
            "done explicit 3s",
        ),
        (
            "the next request, unanswered",
            "0 start r; 1 tool a; 5 start q",
            "interrupted explicit 1s",
        ),
        (
            "a reset",
            "0 start r; 1 tool a; 2 end a ok; 3 say final x; 5 reset",
            "done explicit 3s",
        ),
    ]);
}

#[test]
fn silence_means_what_the_last_record_was() {
    check(&[
        (
            "the assistant, soon",
            "0 start r; 1 tool a; 2 end a ok; 3 say final x; 62 tick",
            "active",
        ),
        (
            "the assistant",
            "0 start r; 1 tool a; 2 end a ok; 3 say final x; 63 tick",
            "done silence 3s",
        ),
        (
            "an error",
            "0 start r; 3 error 503; 63 tick",
            "error silence 3s: 503",
        ),
        (
            "an error being retried",
            "0 start r; 3 retry 503; 63 tick",
            "active, retrying",
        ),
        (
            "an error, then text",
            "0 start r; 3 retry 503; 4 say final x; 64 tick",
            "done silence 4s",
        ),
        (
            "a result, soon",
            "0 start r; 1 tool a; 2 end a ok; 31 tick",
            "active",
        ),
        (
            "a result",
            "0 start r; 1 tool a; 2 end a ok; 32 tick",
            "active, no answer 30s",
        ),
        (
            "a result, long ago",
            "0 start r; 1 tool a; 2 end a ok; 1801 tick",
            "active, last seen 1799s ago",
        ),
        (
            "a result, too long ago",
            "0 start r; 1 tool a; 2 end a ok; 1802 tick",
            "interrupted silence 2s",
        ),
        (
            "only the request",
            "0 start r; 61 tick",
            "active, last seen 61s ago",
        ),
        (
            "only the request, too long ago",
            "0 start r; 1800 tick",
            "interrupted silence 0s",
        ),
        (
            "a pending tool",
            "0 start r; 1 tool a; 86400 tick",
            "active, quiet 86399s",
        ),
        (
            "a job",
            "0 start r; 1 tool a; 2 background a j; 3 say final x; 9999 tick",
            "active, quiet 9996s",
        ),
        (
            "a job that ended",
            "0 start r; 1 tool a; 2 background a j; 3 say final x; 4 job j ok; 64 tick",
            "done silence 4s",
        ),
        (
            "a job nobody could end",
            "0 start r; 1 tool a; 2 end a background; 3 say final x; 63 tick",
            "done silence 3s",
        ),
        (
            "a pending tool, talking",
            "0 start r; 1 tool a; 50 say commentary x; 109 tick",
            "active",
        ),
        (
            "it goes on after silence",
            "0 start r; 1 tool a; 2 end a ok; 3 say final x; 99 tick; 100 tool b",
            "active",
        ),
        (
            "growth is no silence",
            "0 start r; 1 tool a; 2 end a ok; 1700 retry x; 1802 tick",
            "active, retrying",
        ),
    ]);
}

#[test]
fn a_wait_is_its_own_state_but_not_for_ever() {
    let wait = "0 start r; 1 tool a; 2 block b permission may it";
    let check = |cases: &[(&str, &str, &str)]| {
        for (why, script, want) in cases {
            let script = format!("{wait}; {script}");
            super::life::check(&[(why, &script, want)]);
        }
    };
    check(&[
        ("it waits", "3 tick", "blocked"),
        ("and waits", "99999 tick", "blocked"),
        ("until it is told", "3 unblock b", "active"),
        ("also past its end", "3 stop ok; 1802 tick", "blocked"),
        (
            "but not for ever",
            "3 stop ok; 1803 tick",
            "done explicit 3s",
        ),
        (
            "a stop ends it",
            "3 stop interrupted",
            "interrupted explicit 3s",
        ),
        (
            "work shows that it was answered",
            "3 end a ok; 9 say commentary x",
            "active",
        ),
        (
            "another request ends it",
            "3 start q",
            "interrupted explicit 2s",
        ),
    ]);
    super::life::check(&[
        (
            "a call waits",
            "0 start r; 1 tool a; 2 tool b; 3 blockcall a; 4 end b ok",
            "blocked",
        ),
        (
            "its result frees it",
            "0 start r; 1 tool a; 3 blockcall a; 4 end a ok",
            "active",
        ),
        (
            "talk does not",
            "0 start r; 1 tool a; 3 blockcall a; 4 say commentary x",
            "blocked",
        ),
        (
            "a hook says so",
            "0 start r; 1 tool a; 3 status blocked",
            "blocked",
        ),
        (
            "and not any more",
            "0 start r; 1 tool a; 3 status blocked; 4 status working",
            "active",
        ),
    ]);
}

#[test]
fn a_turn_without_a_request_goes_on_with_its_run() {
    let ended = "0 start r; 1 tool a; 9 stop ok";
    for (why, script, want) in [
        ("in the same name", "20 goes r", "active"),
        ("in another name", "20 goes r2; 21 tool b", "active"),
        (
            "and ends again",
            "20 goes r2; 21 say final x; 22 stop ok",
            "done explicit 22s",
        ),
        ("its old end is stale", "20 goes r; 9 rowstop ok", "active"),
        (
            "its old calls are closed",
            "20 goes r; 21 say final x; 81 tick",
            "done silence 21s",
        ),
        (
            "a chain of names",
            "20 goes r2; 22 stop ok; 30 goes r3; 31 tool b",
            "active",
        ),
    ] {
        let scene = scene("s", ended).more(script);
        assert_eq!(told(&board(&[scene]), &key("s", "r")), want, "{why}");
    }
}

// Fault 35.
#[test]
fn results_find_their_calls() {
    let cases = [
        (
            "a result without a call counts",
            "0 start r; 1 end a ok",
            (1, 0, 1),
        ),
        (
            "and its call does not count twice",
            "0 start r; 1 end a ok; 2 tool a",
            (1, 0, 1),
        ),
        (
            "a repeated result",
            "0 start r; 1 tool a; 2 end a error; 3 end a error",
            (1, 1, 1),
        ),
        (
            "a repeated call",
            "0 start r; 1 tool a; 2 end a ok; 3 tool a",
            (1, 0, 1),
        ),
        (
            "a result of an earlier run",
            "0 start r; 1 tool a; 5 start q; 6 end a error",
            (1, 1, 1),
        ),
        (
            "a call without a result",
            "0 start r; 1 tool a; 2 tool b; 3 end b ok",
            (2, 0, 1),
        ),
    ];
    for (why, script, want) in cases {
        let board = board(&[scene("s", script)]);
        let run = board.run(&key("s", "r")).expect(why);
        let totals = run.totals(false);
        assert_eq!((totals.tools, totals.failed, totals.ended), want, "{why}");
    }
}

#[test]
fn routes_keep_their_order_and_belong_to_their_run() {
    let script = "0 start r; 1 route one; 2 route two; 3 route one; 3 tool a; 5 start q; 6 norun; 6 route three row";
    let board = board(&[scene("s", script)]);
    for (run, want) in [("r", vec!["one", "two"]), ("q", vec!["three"])] {
        let run = board.run(&key("s", run)).expect(run);
        let channels = run.routes().iter().map(|route| route.channel.as_deref());
        assert_eq!(channels.flatten().collect::<Vec<_>>(), want);
    }
}

#[test]
fn what_was_read_before_changes_nothing() {
    let script = "0 start r; 1 tool a; 2 end a error; 3 usage u 10 1; 4 block b permission x; \
                  5 tool b; 6 rowstop error; 7 rowstop ok; 8 goes r; 9 tool c; 10 end c ok";
    let once = scene("s", script);
    let look = |board: &Board| {
        let run = board.run(&key("s", "r")).expect("the run");
        (told(board, &key("s", "r")), run.totals(false), run.rev())
    };
    let want = look(&board(std::slice::from_ref(&once)));
    for prefix in 0..once.events.len() {
        let mut again = once.clone();
        again.events.truncate(prefix);
        assert_eq!(
            look(&board(&[once.clone(), again])),
            want,
            "prefix of {prefix}"
        );
    }
}

#[test]
fn a_rewritten_transcript_repeats_and_goes_on() {
    let script =
        "0 start r; 1 tool a; 2 end a error; 3 usage u 10 1; 5 tool b; 6 end b ok; 7 stop ok";
    let twice = scene("s", script)
        .generation("new")
        .more("7 rewind")
        .more(script);
    let (once, twice) = (board(&[scene("s", script)]), board(&[twice]));
    let totals = |board: &Board| board.run(&key("s", "r")).expect("the run").totals(false);
    assert_eq!(told(&once, &key("s", "r")), told(&twice, &key("s", "r")));
    assert_eq!(totals(&once), totals(&twice));
}

#[test]
fn a_follower_that_caught_up_says_so_at_the_offset_of_what_comes_next() {
    let mut caught = scene("s", "0 start r; 1 live; 1 tool a");
    caught.events[1].src.off = caught.events[2].src.off;
    assert_eq!(told(&board(&[caught]), &key("s", "r")), "active");
}
