//! The program as a process of its own before the fake server: fed, signalled, killed.
//!
//! Nothing here sleeps: a test waits for what the server saw, or for the end of the process.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use live_status::wire::frame::Frame;
use rustix::process::{Pid, Signal, kill_process};

use crate::fake_mattermost::{Action, Call, Fake, Held, Moment, Post, Rule};
use crate::support::{Ran, program};

/// A process that does not end for so long never does.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program as the bot of that server, with `home` as its home.
pub fn command(fake: &Fake, home: &Path, args: &[&str]) -> Command {
    let mut command = program(home);
    command
        .env("MM_URL", fake.url())
        .env("MM_TOKEN", fake.token("status-bot"))
        .args(args);
    command
}

/// A process that runs, and what it writes.
pub struct Process {
    child: Child,
    input: Option<ChildStdin>,
    over: Arc<AtomicBool>,
    output: Arc<Mutex<Vec<u8>>>,
    /// How much of that was asked for.
    read: Mutex<usize>,
    wrote: Receiver<(bool, Vec<u8>)>,
}

impl Process {
    /// Starts it; `fake` hears of its end.
    pub fn start(fake: &Arc<Fake>, command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (mut out, mut err) = (out.expect("an output"), err.expect("an error output"));
        let over = Arc::new(AtomicBool::new(false));
        let (sender, wrote) = channel();
        let (flag, bell, errors) = (Arc::clone(&over), Arc::clone(fake), sender.clone());
        let output = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&output);
        std::thread::spawn(move || drop(errors.send((false, all(&mut err)))));
        std::thread::spawn(move || {
            let mut piece = [0; 1 << 16];
            // What was written before the pipe broke is what there is.
            while let Ok(length @ 1..) = out.read(&mut piece) {
                heard
                    .lock()
                    .expect("no panic")
                    .extend_from_slice(&piece[..length]);
                bell.ring();
            }
            let bytes = heard.lock().expect("no panic").clone();
            flag.store(true, Ordering::SeqCst);
            bell.ring();
            // Who does not ask for it any more has what it wanted.
            let _ = sender.send((true, bytes));
        });
        Self {
            input: child.stdin.take(),
            child,
            over,
            output,
            read: Mutex::new(0),
            wrote,
        }
    }

    /// Writes a frame; a process that has ended does not take it.
    pub fn feed(&mut self, frame: &Frame) {
        let line = serde_json::to_string(frame).expect("a frame");
        if let Some(input) = &mut self.input {
            let _ = writeln!(input, "{line}").and_then(|()| input.flush());
        }
    }

    /// The other end of its standard input.
    pub fn input(&mut self) -> ChildStdin {
        self.input.take().expect("an open input")
    }

    /// Ends its standard input.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    /// The lines that it wrote on standard output since this was asked last.
    pub fn new_lines(&self) -> Vec<String> {
        let output = self.output.lock().expect("no panic");
        let mut read = self.read.lock().expect("no panic");
        let fresh = &output[*read..];
        let end = fresh.iter().rposition(|&byte| byte == b'\n');
        let whole = &fresh[..end.map_or(0, |end| end + 1)];
        *read += whole.len();
        String::from_utf8_lossy(whole)
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A file of its directory in `/proc`, with what cannot be read as nothing.
    pub fn proc(&self, name: &str) -> Vec<u8> {
        std::fs::read(format!("/proc/{}/{name}", self.child.id())).unwrap_or_default()
    }

    /// The processes that it started, all of its threads together.
    pub fn children(&self) -> String {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let tasks = tasks.expect("it runs").flatten();
        let of = |task: std::fs::DirEntry| std::fs::read_to_string(task.path().join("children"));
        tasks.map(|task| of(task).unwrap_or_default()).collect()
    }

    /// The most memory it had, in KiB.
    pub fn peak_kib(&self) -> u64 {
        let status = String::from_utf8(self.proc("status")).expect("text");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("it runs")
    }

    /// The time that it spent on a core, all of its threads together.
    pub fn cpu_ms(&self) -> u64 {
        let stat = String::from_utf8(self.proc("stat")).expect("text");
        // Behind the name, which may be anything: the 12th and 13th, in hundredths of a second.
        let (_, fields) = stat.rsplit_once(") ").expect("a name");
        let fields = fields.split(' ').skip(11).take(2);
        fields
            .map(|field| field.parse::<u64>().expect("a number") * 10)
            .sum()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).expect("a pid");
        kill_process(pid, signal).expect("not reaped yet");
    }

    /// Kills it where it stands.
    pub fn kill(mut self) {
        self.child.kill().expect("not reaped yet");
        self.child.wait().expect("a child");
    }

    /// Ends its input, and waits for its end.
    pub fn end(mut self) -> Ran {
        self.close_input();
        let (mut out, mut err, mut ended) = (Vec::new(), Vec::new(), 0);
        while let Ok((is_out, bytes)) = self.wrote.recv_timeout(PATIENCE) {
            *(if is_out { &mut out } else { &mut err }) = bytes;
            ended += 1;
            if ended == 2 {
                break;
            }
        }
        if ended < 2 {
            let _ = self.child.kill();
        }
        let status = self.child.wait().expect("a child");
        let err = String::from_utf8_lossy(&err).into_owned();
        assert_eq!(ended, 2, "it did not end within {PATIENCE:?}: {err}");
        Ran {
            code: shell_code(status),
            out,
            err,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing of a test that failed stays behind; one that has ended is left alone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exit code as a shell gives it.
fn shell_code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    let signal = status.signal().map(|signal| 128 + signal);
    status.code().or(signal).unwrap_or(-1)
}

fn all(from: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What was written before the pipe broke is what there is.
    let _ = from.read_to_end(&mut bytes);
    bytes
}

/// Holds the `number`th request from now on.
pub fn hold(fake: &Fake, number: u64, moment: Moment) -> Arc<Held> {
    let rule = Rule::on(Call::Any, Action::Hold { moment }).nth(number);
    let held = Arc::clone(rule.held());
    fake.fault(rule);
    held
}

/// Whether a request is, or was, held.
pub fn is_held(fake: &Fake) -> bool {
    let held = |request: &crate::fake_mattermost::Recorded| request.fault == Some("hold");
    fake.requests().iter().any(held)
}

/// The live boxes of a channel.
pub fn boxes(fake: &Fake) -> Vec<Post> {
    let posts = fake.posts(&fake.channel("status")).into_iter();
    posts.filter(|post| post.key().is_some()).collect()
}

/// The state that the marker of a box tells.
pub fn state(post: &Post) -> &str {
    let marker = post.props.get("live_status");
    marker
        .and_then(|marker| marker["state"].as_str())
        .unwrap_or("")
}
