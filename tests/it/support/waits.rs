//! Waits that have an end: what does not come fails a test, and holds none up for ever.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// What takes longer than this never comes.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The lines of a stream, read as they come by a thread of its own.
pub fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// The same in the hand of who looks for one of them.
pub struct Lines(Receiver<String>);

impl Lines {
    pub fn of(from: impl Read + Send + 'static) -> Self {
        Self(lines(from))
    }

    /// What `wanted` makes of the next line of which it makes something; what comes before goes by.
    pub fn find<T>(&self, what: &str, wanted: impl Fn(&str) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.0.recv_timeout(left);
            let line = line.unwrap_or_else(|why| unreachable!("no {what}: {why}"));
            if let Some(found) = wanted(&line) {
                return found;
            }
        }
    }

    /// The next line that holds `text`.
    pub fn until(&self, text: &str) -> String {
        self.find(text, |line| line.contains(text).then(|| line.to_owned()))
    }
}

/// How a child ended; one that does not is killed, and the test fails.
pub fn ended(child: &mut Child) -> ExitStatus {
    let pid = Pid::from_child(child);
    let (over, waits) = channel::<()>();
    let watch = std::thread::spawn(move || {
        let late = waits.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
        // Its number is still its own: it is waited for.
        late.then(|| kill_process(pid, Signal::KILL))
    });
    let status = child.wait().expect("a child");
    drop(over);
    let killed = watch.join().expect("no panic");
    assert!(killed.is_none(), "it did not end within {PATIENCE:?}");
    status
}
