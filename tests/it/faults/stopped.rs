//! Stopping a process at rest, so that it cannot have seen half of what follows.
//!
//! SIGSTOP alone is a request: the process may be in the middle of a look when
//! it is sent, and may go on for a while. So: every thread sleeps, then the
//! signal, then every thread stands still, in the very sleep it was found in.

use std::collections::BTreeMap;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use super::harness::PATIENCE;

/// Its threads by number.
type Threads = BTreeMap<String, Thread>;

/// What a thread was found doing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Thread {
    /// `S` sleeps, `T` stands still.
    state: String,
    /// How often it went to sleep.
    sleeps: u64,
    /// The system call it is in, with its arguments.
    call: String,
}

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

/// Waits until all threads sleep at once: two rounds over them find the same sleeps.
fn at_rest(pid: u32, end: Instant) -> Threads {
    loop {
        let first = all(pid, "S", end);
        if threads(pid).as_ref() == Some(&first) {
            return first;
        }
    }
}

/// Waits until a round over the threads finds each in `state`.
fn all(pid: u32, state: &str, end: Instant) -> Threads {
    loop {
        let found = threads(pid);
        if let Some(found) = &found
            && found.values().all(|thread| thread.state == state)
        {
            return found.clone();
        }
        assert!(Instant::now() < end, "never all in {state}: {found:?}");
        std::thread::yield_now();
    }
}

/// Whether every thread was stopped in the sleep it was in: being stopped is one more sleep, in the same call.
fn is_same_rest(asleep: &Threads, stopped: &Threads) -> bool {
    asleep.keys().eq(stopped.keys())
        && asleep
            .values()
            .zip(stopped.values())
            .all(|(then, now)| now.sleeps <= then.sleeps + 1 && now.call == then.call)
}

/// One round over the threads; `None` where one came or went meanwhile.
fn threads(pid: u32) -> Option<Threads> {
    let folder = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let each = folder.map(|entry| {
        let path = entry.ok()?.path();
        let status = std::fs::read_to_string(path.join("status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()
        };
        let thread = Thread {
            state: field("State:")?.to_owned(),
            sleeps: field("voluntary_ctxt_switches:")?.parse().ok()?,
            // Where it may not be read, the count of sleeps has to do.
            call: std::fs::read_to_string(path.join("syscall")).unwrap_or_default(),
        };
        Some((path.file_name()?.to_str()?.to_owned(), thread))
    });
    each.collect()
}
