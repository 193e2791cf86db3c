//! Stopping a process at rest, so that it cannot have seen half of what follows.
//!
//! SIGSTOP alone is a request: the process may be in the middle of a look when
//! it is sent, and may go on for a while. So: every thread sleeps, then the
//! signal, then every thread stands still, in the very sleep it was found in.

use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use super::harness::PATIENCE;
use crate::support::threads::{Threads, all, at_rest};

/// Runs `work` while the process stands still.
pub fn while_stopped<T>(pid: u32, work: impl FnOnce() -> T) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        let asleep = at_rest(pid, end);
        signal(pid, Signal::STOP);
        let stopped = all(pid, "T", end);
        if is_same_rest(&asleep, &stopped) {
            break;
        }
        // A timer ended the sleep just then, as a look once a second does.
        signal(pid, Signal::CONT);
    }
    let done = work();
    signal(pid, Signal::CONT);
    done
}

fn signal(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.cast_signed()).expect("a pid");
    kill_process(pid, signal).expect("signalled");
}

/// Whether every thread was stopped in the sleep it was in: being stopped is one more sleep, in the same call.
fn is_same_rest(asleep: &Threads, stopped: &Threads) -> bool {
    asleep.keys().eq(stopped.keys())
        && asleep
            .values()
            .zip(stopped.values())
            .all(|(then, now)| now.sleeps <= then.sleeps + 1 && now.call == then.call)
}
