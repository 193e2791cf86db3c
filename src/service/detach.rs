//! A process without a terminal, for hosts without a supervisor.
//!
//! Forking a process with threads is not safe, so nothing is forked: the program
//! starts itself again with the same arguments and a mark in its environment. The
//! second one makes a session of its own and writes one line when it is up; the
//! first one waits for that line, or for the end of the second, and tells which.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::process::{Command, ExitStatus, Stdio};

/// The mark: we were started by ourselves.
pub const MARK: &str = "LIVE_STATUS_DETACHED";

/// What the second process writes once it is up.
const UP: &[u8] = b"up\n";

/// Variables that are meant for the process that a supervisor started.
const NOT_INHERITED: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"];

/// What became of the second process.
#[derive(Debug)]
pub enum Detached {
    /// It is up, with that number.
    Up(u32),
    /// It ended before it was up; what it said was passed on.
    Ended(ExitStatus),
}

/// Starts ourselves again and waits until that process is up or has ended.
///
/// What it says on standard error meanwhile is passed on.
///
/// # Errors
///
/// It cannot be started.
pub fn start<S: AsRef<OsStr>>(args: &[S]) -> io::Result<Detached> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(args).env(MARK, "1");
    for name in NOT_INHERITED {
        command.env_remove(name);
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let errors = child.stderr.take();
    let pass_on = move || {
        if let Some(mut errors) = errors {
            // Nobody may be left to read it.
            let _ = io::copy(&mut errors, &mut io::stderr());
        }
    };
    let passing = std::thread::Builder::new()
        .name("errors".into())
        .spawn(pass_on)?;
    let mut said = Vec::new();
    if let Some(mut output) = child.stdout.take() {
        // It ends when the process lets go of it, up or dead.
        let _ = output.read_to_end(&mut said);
    }
    let detached = if said == UP {
        Detached::Up(child.id())
    } else {
        Detached::Ended(child.wait()?)
    };
    // All that it had to say is there before we go.
    let _ = passing.join();
    Ok(detached)
}

/// Whether we are the second process.
#[must_use]
pub fn is_second() -> bool {
    std::env::var_os(MARK).is_some_and(|mark| mark == "1")
}

/// The second process, before it is up.
#[derive(Debug)]
pub struct Second {
    /// Opened early: where that fails, somebody still listens.
    null: File,
}

impl Second {
    /// Leaves the terminal: a session of our own.
    ///
    /// # Errors
    ///
    /// We lead a group of processes already, or there is no `/dev/null`.
    pub fn leave_terminal() -> io::Result<Self> {
        rustix::process::setsid()?;
        let mut options = OpenOptions::new();
        let null = options.read(true).write(true).open("/dev/null")?;
        Ok(Self { null })
    }

    /// Lets go of the first process's pipes, and tells it that we are up.
    ///
    /// # Errors
    ///
    /// The system does not let go.
    pub fn up(self) -> io::Result<()> {
        let null = &self.null;
        rustix::stdio::dup2_stdin(null)?;
        // All that we had to say there is said before the first process is told.
        rustix::stdio::dup2_stderr(null)?;
        let mut output = io::stdout();
        // It may be gone; we are up all the same.
        let _ = output.write_all(UP).and_then(|()| output.flush());
        rustix::stdio::dup2_stdout(null)?;
        Ok(())
    }
}
