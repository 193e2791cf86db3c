//! Clocks that somebody sets while a run is under way.

use super::super::scene::scene;
use super::{board, key, told};

const DAY: i64 = 86_400;

/// A run with a tool under way, the clock set by `jump` seconds, a tick, and what comes then.
fn after(jump: i64, rest: &str) -> String {
    let script = format!("0 start r; 1 tool a; {} tick; {rest}", 2 + jump);
    told(&board(&[scene("s", &script)]), &key("s", "r"))
}

// Fault 73.
#[test]
fn no_jump_of_the_clock_ends_what_is_under_way_or_keeps_what_ended_open() {
    for jump in [DAY, -DAY, 3_650 * DAY, -3_650 * DAY] {
        let what = format!("a jump of {jump} s");
        let told = after(jump, "");
        assert!(told.starts_with("active"), "{what}: {told}");
        // The agent goes on by the clock as it was, and by the one that jumped.
        for then in [0, jump] {
            let rest = format!("{} end a ok; {} stop ok", 3 + then, 4 + then);
            let told = after(jump, &rest);
            assert!(told.starts_with("done explicit"), "{what}: {told}");
        }
        // How long it took is told by its records alone.
        assert_eq!(
            after(jump, "3 end a ok; 4 stop ok"),
            "done explicit 4s",
            "{what}"
        );
    }
}
