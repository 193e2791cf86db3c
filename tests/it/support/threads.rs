//! What the threads of another process are doing.

use std::collections::BTreeMap;
use std::time::Instant;

/// The threads of a process by number.
pub type Threads = BTreeMap<String, Thread>;

/// What a thread was found doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// `S` sleeps, `T` stands still.
    pub state: String,
    /// How often it went to sleep.
    pub sleeps: u64,
    /// The system call it is in, with its arguments.
    pub call: String,
}

/// Waits until all threads of a process sleep at once: two rounds over them find the same sleeps.
pub fn at_rest(pid: u32, end: Instant) -> Threads {
    loop {
        let first = all(pid, "S", end);
        if threads(pid).as_ref() == Some(&first) {
            return first;
        }
        assert!(Instant::now() < end, "never at rest: {first:?}");
    }
}

/// Waits until a round over the threads finds each in `state`.
pub fn all(pid: u32, state: &str, end: Instant) -> Threads {
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
