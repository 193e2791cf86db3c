//! A process that dies at one of its system calls, counted over all of its threads.
//!
//! What others can see of a process changes at its system calls alone, so the gaps between them are all the
//! moments at which it can die. `strace` counts for each thread by itself and never reaches the calls of a
//! thread that makes few; here one count goes over all of them.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::waits::PATIENCE;
use crate::fake_mattermost::Fake;

/// Says that a call is being entered.
const ENTRY: u8 = 1;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// System calls that it made since it became the program.
    pub calls: u64,
    /// Whether it came as far as the call at which it was to die.
    pub killed: bool,
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
}

/// A process under a tracer; the fake hears of its end.
pub struct Traced {
    pid: Arc<AtomicI32>,
    over: Arc<AtomicBool>,
    ended: Receiver<Ended>,
    thread: Option<JoinHandle<()>>,
}

impl Traced {
    /// Starts the program of `command` with its arguments and the variables set for it alone. It is killed
    /// as it enters its system call number `at`, which is then not carried out.
    pub fn start(fake: &Arc<Fake>, command: &Command, at: u64) -> Self {
        let mut shell = held_back(command);
        let (sender, ended) = channel();
        let (started, start) = channel();
        let over = Arc::new(AtomicBool::new(false));
        let pid = Arc::new(AtomicI32::new(0));
        let (flag, number, bell) = (Arc::clone(&over), Arc::clone(&pid), Arc::clone(fake));
        // Who traces a process waits for it in the same thread.
        let thread = std::thread::spawn(move || {
            let mut child = shell.spawn().expect("the shell starts");
            number.store(child.id().cast_signed(), Ordering::SeqCst);
            started.send(()).expect("the test waits");
            let end = trace(&mut child, at);
            flag.store(true, Ordering::SeqCst);
            // Who does not ask has what it wanted.
            let _ = sender.send(end);
            bell.ring();
        });
        start.recv().expect("it starts");
        Self {
            pid,
            over,
            ended,
            thread: Some(thread),
        }
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Asks it to end.
    pub fn stop(&self) {
        self.send(Signal::SIGTERM);
    }

    fn send(&self, signal: Signal) {
        if !self.is_over() {
            // It may end by itself just now.
            let _ = kill(Pid::from_raw(self.pid.load(Ordering::SeqCst)), signal);
        }
    }

    /// Waits for its end.
    pub fn end(self) -> Ended {
        self.ended.recv_timeout(PATIENCE).expect("it ends")
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        // Nothing of a test that failed stays behind.
        self.send(Signal::SIGKILL);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// The same command behind a shell that becomes the program once a line comes: by then it is traced.
fn held_back(command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", "read -r go; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    if let Some(dir) = command.get_current_dir() {
        shell.current_dir(dir);
    }
    shell
}

/// Lets it go on from call to call until it ends.
fn trace(child: &mut Child, at: u64) -> Ended {
    use std::io::Write as _;
    let leader = Pid::from_raw(child.id().cast_signed());
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    ptrace::seize(leader, options).expect("a child may be traced");
    let mut input = child.stdin.take().expect("an input");
    input.write_all(b"go\n").expect("the shell reads");
    let mut ended = Ended {
        calls: 0,
        killed: false,
        code: None,
    };
    loop {
        // Of the children of this thread alone: other tests have theirs.
        let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        let (pid, signal) = match waitpid(None, Some(flags)).expect("a child") {
            WaitStatus::Exited(pid, code) if pid == leader => {
                ended.code = Some(code);
                return ended;
            }
            WaitStatus::Signaled(pid, ..) if pid == leader => return ended,
            WaitStatus::PtraceSyscall(pid) => {
                let entered = ptrace::syscall_info(pid).is_ok_and(|info| info.op == ENTRY);
                ended.calls += u64::from(entered);
                if entered && ended.calls == at {
                    ended.killed = true;
                    kill(leader, Signal::SIGKILL).expect("not reaped yet");
                    continue;
                }
                (pid, None)
            }
            WaitStatus::PtraceEvent(pid, ..) => (pid, None),
            WaitStatus::Stopped(pid, signal) => (pid, Some(signal)),
            _ => continue,
        };
        // A thread may die in between.
        let _ = ptrace::syscall(pid, signal);
    }
}
