//! A `run` that works, and what it says on standard error.
//!
//! Nothing here sleeps: a test waits for a line, an answer or an end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::fake_mattermost::Fake;
use crate::mattermost::process;
use crate::support::tree::{Era, Talk, Tree};
use crate::support::waits::{self, ended};
use crate::support::{T0_MS, program};

pub use crate::support::waits::PATIENCE;

/// A home with one agent that has done nothing yet.
pub struct Home {
    pub dir: tempfile::TempDir,
    /// When its runs began, from the time that trees count from. Two that begin alike at the same
    /// time would be taken for one session that moved.
    begun_ms: RefCell<BTreeMap<String, i64>>,
}

impl Home {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let sessions = dir.path().join(".openclaw/agents/main/sessions");
        std::fs::create_dir_all(sessions).expect("made");
        let begun_ms = RefCell::default();
        Self { dir, begun_ms }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The same as text.
    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Writes a file that nobody else may read.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path(name);
        std::fs::write(&path, text).expect("written");
        let mode = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, mode).expect("set");
        path
    }

    /// A run of session `sid` with `calls` calls, which is over with `ended`. Written again, it
    /// begins as it did.
    pub fn works(&self, sid: &str, calls: usize, ended: bool) {
        let now = self.begins(sid);
        let mut talk = Talk::new(sid);
        talk.user(now, "look around");
        for number in 0..calls {
            let id = format!("c{number}");
            talk.call(now, &id, "exec", json!({"command": "ls"}));
            if ended || number + 1 < calls {
                talk.result(now, &id, "exec", json!({"exitCode": 0}));
            }
        }
        if ended {
            talk.says(now, "Done.");
        }
        self.keep(sid, &talk);
    }

    /// A run of session `sid` that has read these files but the last, which it is at.
    pub fn reads(&self, sid: &str, files: &[String]) {
        let talk = self.reading(sid, files);
        self.keep(sid, &talk);
    }

    /// The same once it has read all of them, and is over.
    pub fn has_read(&self, sid: &str, files: &[String]) {
        let mut talk = self.reading(sid, files);
        let (begun, last) = (self.begins(sid), files.len().saturating_sub(1));
        talk.result(begun, &format!("c{last}"), "read", json!({}));
        talk.says(begun, "Done.");
        self.keep(sid, &talk);
    }

    fn reading(&self, sid: &str, files: &[String]) -> Talk {
        let begun = self.begins(sid);
        let mut talk = Talk::new(sid);
        talk.user(begun, "look around");
        for (number, file) in files.iter().enumerate() {
            let id = format!("c{number}");
            if let Some(before) = number.checked_sub(1) {
                talk.result(begun, &format!("c{before}"), "read", json!({}));
            }
            talk.call(begun, &id, "read", json!({"path": file}));
        }
        talk
    }

    /// When the run of session `sid` begins, or began.
    fn begins(&self, sid: &str) -> i64 {
        let mut begun = self.begun_ms.borrow_mut();
        let newest = begun.values().max().map_or(0, |ms| ms + 1);
        let clock = || (jiff::Timestamp::now().as_millisecond() - T0_MS).max(newest);
        *begun.entry(sid.to_owned()).or_insert_with(clock)
    }

    fn keep(&self, sid: &str, talk: &Talk) {
        let key = format!("agent:main:{sid}");
        let mut tree = Tree::default();
        tree.add(&key, sid, json!({}), talk);
        tree.write(&self.path(".openclaw"), Era::Files);
    }

    /// `run` in this home.
    pub fn run(&self, args: &[&str]) -> Command {
        let mut command = program(self.dir.path());
        command.arg("run").args(args);
        command
    }

    /// `run` that posts to a channel of `fake`.
    pub fn posting(&self, fake: &Fake, args: &[&str]) -> Command {
        let channel = fake.channel("status");
        let place = ["run", "--channel", &channel, "--throttle", "0"];
        process::command(fake, self.dir.path(), &[&place, args].concat())
    }
}

/// A service, and what it said so far.
pub struct Service {
    child: Child,
    said: Receiver<String>,
    pub lines: Vec<String>,
}

impl Service {
    pub fn start(command: &mut Command) -> Self {
        Self::start_with(command, Stdio::null())
    }

    /// The same with that as its standard input.
    pub fn start_with(command: &mut Command, input: Stdio) -> Self {
        let mut child = command
            .stdin(input)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let said = waits::lines(child.stderr.take().expect("a pipe"));
        Self {
            child,
            said,
            lines: Vec::new(),
        }
    }

    /// Reads what it says until a line holds `text`, and gives that line.
    pub fn until(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(line) = self.said.recv_timeout(left) else {
                unreachable!("waited in vain for {text:?}: {:#?}", self.lines);
            };
            self.lines.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Where it answers, once it is ready.
    pub fn address(&mut self) -> String {
        let line = self.until("answering /health");
        let address = line.split("address=").nth(1).expect("an address");
        let address = address.to_owned();
        self.until("ready: sources are armed");
        address
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        kill(self.child.id(), signal);
    }

    /// Sends SIGTERM and waits for the end.
    pub fn stop(&mut self) -> i32 {
        self.signal(Signal::TERM);
        self.end()
    }

    /// Waits for its end; gives its exit code, as a shell does.
    pub fn end(&mut self) -> i32 {
        use std::os::unix::process::ExitStatusExt as _;
        // Its last line comes before its end.
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.said.recv_timeout(left) {
                Ok(line) => self.lines.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    unreachable!("it does not end: {:#?}", self.lines)
                }
            }
        }
        let status = ended(&mut self.child);
        let signal = status.signal().map(|signal| 128 + signal);
        status.code().or(signal).unwrap_or(-1)
    }

    /// All that it said so far.
    pub fn said(&self) -> String {
        self.lines.join("\n")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `command` under strace, which does to some system calls what `fault` says.
pub fn under_strace(command: &Command, calls: &str, fault: &str) -> Command {
    let mut traced = Command::new("strace");
    traced
        .args(["-qq", "-f", "-o", "/dev/null"])
        .args(["-e", &format!("trace={calls}"), "-e", fault])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced
}

/// The process that `pid` started: strace hands a signal on to nobody.
pub fn child_of(pid: u32) -> u32 {
    let path = format!("/proc/{pid}/task/{pid}/children");
    let children = std::fs::read_to_string(path).expect("a process");
    let first = children.split_whitespace().next().expect("a child");
    first.parse().expect("a number")
}

pub fn kill(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(pid.cast_signed()).expect("a pid");
    kill_process(pid, signal).expect("signalled");
}

/// An answer: its status, its head and its body.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Self {
            status: status.unwrap_or(0),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("an object")
    }
}

/// Sends a request as it stands.
pub fn send(address: &str, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("connected");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut text = String::new();
    // A reset after the answer is an end as well.
    let _ = stream.read_to_string(&mut text);
    Answer::read(&text)
}

/// `GET` with further header fields, each with its line end.
pub fn get_with(address: &str, path: &str, fields: &str) -> Answer {
    send(
        address,
        &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{fields}\r\n"),
    )
}

pub fn get(address: &str, path: &str) -> Answer {
    get_with(address, path, "")
}

/// Asks again and again until the answer is as it has to become.
pub fn until(address: &str, path: &str, done: impl Fn(&Answer) -> bool) -> Answer {
    until_with(path, || get(address, path), done)
}

/// The same, asked in any way.
pub fn until_with(what: &str, ask: impl Fn() -> Answer, done: impl Fn(&Answer) -> bool) -> Answer {
    let end = Instant::now() + PATIENCE;
    loop {
        let answer = ask();
        if done(&answer) {
            return answer;
        }
        assert!(Instant::now() < end, "{what}: {}", answer.body);
        std::thread::yield_now();
    }
}

/// The value of a metric, with its labels.
pub fn metric(page: &Answer, name: &str) -> f64 {
    let line = page.body.lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|rest| rest.trim().parse().ok());
    value.unwrap_or_else(|| unreachable!("no {name} in {}", page.body))
}

/// A fake server that a process hears the end of.
pub fn fake() -> Arc<Fake> {
    Arc::new(Fake::start())
}
