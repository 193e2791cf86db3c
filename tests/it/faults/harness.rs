//! `tail` as a process, and what it wrote, in order.
//!
//! Nothing here sleeps to synchronise: a test waits for what must come. For
//! "nothing more comes" it writes a sentinel behind it and waits for that.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// A test that waits longer than this has failed; it never waits by itself.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How the follower learns of changes.
pub const MODES: [&[&str]; 2] = [&[], &["--poll"]];

/// `count` rounds, or as many more as LIVE_STATUS_FAULT_ROUNDS (a factor) says.
pub fn rounds(count: usize) -> usize {
    let factor = std::env::var("LIVE_STATUS_FAULT_ROUNDS").ok();
    count * factor.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// `few` of something, or as many as that variable says.
pub fn amount(variable: &str, few: usize) -> usize {
    let said = std::env::var(variable).ok();
    said.and_then(|text| text.parse().ok())
        .unwrap_or_else(|| rounds(few))
}

/// A line of the child.
enum Said {
    Out(String),
    Err(String),
}

/// A `tail` that runs, and what it said so far.
pub struct Tail {
    child: Child,
    said: Receiver<Said>,
    stdout: Option<ChildStdout>,
    sender: Sender<Said>,
    /// Every event, in order.
    pub events: Vec<Value>,
    /// How many events of type `tool.start` there were.
    pub starts: usize,
    /// The calls of `tool.start`, by session.
    pub calls: BTreeMap<String, Vec<String>>,
    /// What was said to people.
    pub errors: Vec<String>,
}

/// How to start one.
pub struct Start<'a> {
    /// The home directory; everything else of the environment is closed off.
    pub home: &'a Path,
    /// What runs the binary: `prlimit`, `strace` with their arguments.
    pub wrapper: Vec<OsString>,
    /// The arguments behind `tail`.
    pub args: Vec<OsString>,
    /// Standard output is read only when asked for.
    pub blocked: bool,
}

impl Start<'_> {
    pub fn spawn(self) -> Tail {
        let binary = OsString::from(env!("CARGO_BIN_EXE_live-status"));
        let mut words = self.wrapper;
        words.push(binary);
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .arg("tail")
            .args(&self.args)
            .env_clear()
            .env("HOME", self.home)
            .env("XDG_STATE_HOME", self.home.join("xdg-state"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let (sender, said) = channel();
        let errors = child.stderr.take().expect("a pipe");
        let to = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if to.send(Said::Err(line)).is_err() {
                    return;
                }
            }
        });
        let mut tail = Tail {
            stdout: child.stdout.take(),
            child,
            said,
            sender,
            events: Vec::new(),
            starts: 0,
            calls: BTreeMap::new(),
            errors: Vec::new(),
        };
        if !self.blocked {
            tail.read_output();
        }
        tail
    }
}

impl Tail {
    /// `tail -f --from start` over `dir`.
    pub fn follow(home: &Path, dir: &Path, args: &[&str]) -> Self {
        Self::wrapped(home, dir, args, &[])
    }

    /// The same, started by another program.
    pub fn wrapped(home: &Path, dir: &Path, args: &[&str], wrapper: &[&str]) -> Self {
        let mut all: Vec<OsString> = vec!["-f".into(), "--from".into(), "start".into()];
        all.extend(args.iter().map(OsString::from));
        all.push(dir.into());
        Self::start(home, all, wrapper)
    }

    /// `tail` with these arguments.
    pub fn start(home: &Path, args: Vec<OsString>, wrapper: &[&str]) -> Self {
        Start {
            home,
            wrapper: wrapper.iter().map(OsString::from).collect(),
            args,
            blocked: false,
        }
        .spawn()
    }

    /// Begins to read standard output.
    pub fn read_output(&mut self) {
        let output = self.stdout.take().expect("not read yet");
        let to = self.sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if to.send(Said::Out(line)).is_err() {
                    return;
                }
            }
        });
    }

    /// The unread standard output.
    pub fn stdout(&mut self) -> &mut Option<ChildStdout> {
        &mut self.stdout
    }

    /// Waits until its unread output holds as much as there is room for.
    pub fn until_stuck(&self) {
        let output = self.stdout.as_ref().expect("unread");
        let end = Instant::now() + PATIENCE;
        while rustix::io::ioctl_fionread(output).expect("counts") < 60_000 {
            assert!(Instant::now() < end, "the pipe never fills");
            std::thread::yield_now();
        }
    }

    fn take(&mut self, said: Said) {
        match said {
            Said::Err(line) => self.errors.push(line),
            Said::Out(line) => {
                let event: Value = serde_json::from_str(&line).expect("an event is JSON");
                if event["type"] == "tool.start" {
                    let sid = event["sid"].as_str().expect("a sid").to_owned();
                    let call = event["call"].as_str().expect("a call").to_owned();
                    self.calls.entry(sid).or_default().push(call);
                    self.starts += 1;
                }
                self.events.push(event);
            }
        }
    }

    /// Reads what the child says until `done`.
    pub fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !done(self) {
            let left = end.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(said) => self.take(said),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    let calls: Vec<_> = self
                        .calls
                        .iter()
                        .map(|(sid, calls)| (sid, calls.len(), calls.last()))
                        .collect();
                    unreachable!(
                        "waited in vain for {what}\ncalls: {calls:?}\nerrors: {:#?}",
                        self.errors
                    )
                }
            }
        }
    }

    /// Reads what the child has said so far, without waiting.
    pub fn take_what_is_there(&mut self) {
        while let Ok(said) = self.said.try_recv() {
            self.take(said);
        }
    }

    /// Reads until the session's newest call is `call`.
    pub fn until_call(&mut self, sid: &str, call: &str) {
        self.until(call, |tail| {
            tail.of(sid).last().is_some_and(|last| last == call)
        });
    }

    /// Reads until something like `text` is said to people.
    pub fn until_error(&mut self, text: &str) {
        self.until(text, |tail| tail.said(text) > 0);
    }

    /// How often something like `text` was said to people.
    pub fn said(&self, text: &str) -> usize {
        let has = |line: &&String| line.contains(text);
        self.errors.iter().filter(has).count()
    }

    /// The calls of a session.
    pub fn of(&self, sid: &str) -> &[String] {
        self.calls.get(sid).map_or(&[], Vec::as_slice)
    }

    /// Events of a type.
    pub fn typed(&self, name: &str) -> Vec<&Value> {
        let events = self.events.iter();
        events.filter(|event| event["type"] == name).collect()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("a pid");
        kill_process(pid, signal).expect("signalled");
    }

    /// Stops the process, at rest, for as long as `work` takes.
    pub fn while_stopped<T>(&self, work: impl FnOnce() -> T) -> T {
        super::stopped::while_stopped(self.pid(), work)
    }

    /// A number of `/proc/PID/status`, as `VmHWM` in KiB.
    pub fn status(&self, field: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid()));
        let text = text.expect("runs");
        let line = text.lines().find(|line| line.starts_with(field));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number
            .and_then(|text| text.parse().ok())
            .expect("the field")
    }

    /// Open descriptors, and watches in all of them, while it is at rest: what it has read it has
    /// closed by then.
    pub fn resources(&self) -> (usize, usize) {
        self.while_stopped(|| self.held())
    }

    fn held(&self) -> (usize, usize) {
        let dir = format!("/proc/{}/fdinfo", self.pid());
        let infos = std::fs::read_dir(dir).expect("runs").flatten();
        let texts: Vec<String> = infos
            .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
            .collect();
        let watches = texts.iter().map(|text| text.matches("inotify wd").count());
        (texts.len(), watches.sum())
    }

    /// Sends SIGTERM, reads what is left, and gives the exit status.
    pub fn stop(&mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        self.end()
    }

    /// Waits for its end, and reads what is left.
    pub fn end(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("waits") {
                break status;
            }
            assert!(Instant::now() < end, "it does not end: {:#?}", self.errors);
            // Its output is read meanwhile, so that it can end.
            if let Ok(said) = self.said.recv_timeout(Duration::from_millis(20)) {
                self.take(said);
            }
        };
        // Both threads reach the end of their pipes and let go of the channel.
        let (sender, _) = channel();
        self.sender = sender;
        while let Ok(said) = self.said.recv_timeout(PATIENCE) {
            self.take(said);
        }
        status
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a program is there; says so where it is not, and a test is skipped.
pub fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&path).any(|dir| dir.join(program).is_file());
    if !there {
        println!("skipped: there is no {program}");
    }
    there
}

/// Runs `tail` once to its end; gives its output, its errors and its exit code.
pub fn once(home: &Path, args: &[&OsStr]) -> (Tail, i32) {
    let args = args.iter().map(OsString::from).collect();
    let mut tail = Tail::start(home, args, &[]);
    let status = tail.end();
    let code = status.code().expect("no signal");
    (tail, code)
}

/// A state directory with one agent, and room beside it.
pub struct Place {
    pub dir: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::create_dir_all(dir.path().join("state/agents/main/sessions")).expect("made");
        Self { dir }
    }

    pub fn home(&self) -> &Path {
        self.dir.path()
    }

    pub fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    pub fn sessions(&self) -> PathBuf {
        self.state().join("agents/main/sessions")
    }

    /// A `tail -f --from start` that has caught up: a first session was read.
    pub fn follow(&self, args: &[&str]) -> Tail {
        self.follow_by(args, &[])
    }

    /// The same, started by another program.
    pub fn follow_by(&self, args: &[&str], wrapper: &[&str]) -> Tail {
        let mut hello = super::writer::Writer::new(&self.sessions(), "hello");
        hello.call();
        let mut tail = Tail::wrapped(self.home(), &self.state(), args, wrapper);
        tail.until_call("hello", &hello.newest());
        tail
    }
}
