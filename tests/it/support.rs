//! What tests share: a closed-off home, the binary, and the fixtures beside the project.

pub mod digest;
pub mod executable;
pub mod hostile;
pub mod memory;
pub mod preload;
#[cfg(target_os = "linux")]
pub mod still;
#[cfg(target_os = "linux")]
pub mod threads;
#[cfg(target_os = "linux")]
pub mod traced;
pub mod tree;
pub mod waits;
pub mod wire;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Every test tree's time is counted from here: 2026-09-25 10:00:00 UTC.
pub const T0_MS: i64 = 1_790_330_400_000;

/// Where nobody listens. A port that was free a moment ago would be given to another test.
pub const NOBODY: &str = "http://127.0.0.1:1";

/// The program with an empty environment: nothing of the operator's is read.
pub fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_live-status"));
    command
        .env_clear()
        .env("HOME", home)
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

/// How the program ended, and what it wrote.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: Vec<u8>,
    pub err: String,
}

impl Ran {
    /// Standard output as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("UTF-8 on standard output")
    }

    /// Every line of standard output as JSON.
    pub fn lines(&self) -> Vec<serde_json::Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
            .collect()
    }

    /// The same, where all went well.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.err);
        self
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: output.stdout,
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs the program to its end with nothing on its input.
pub fn run<S: AsRef<std::ffi::OsStr>>(home: &Path, args: &[S]) -> Ran {
    let output = program(home).args(args).output();
    output.expect("the program starts").into()
}

/// Runs the program to its end with `input` on its input.
pub fn feed<S: AsRef<std::ffi::OsStr>>(home: &Path, args: &[S], input: &[u8]) -> Ran {
    feed_to(program(home).args(args), input)
}

/// Runs `command` to its end with `input` on its input.
pub fn feed_to(command: &mut Command, input: &[u8]) -> Ran {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    // As much as any pipe holds stands there before the program does: one that waits for its
    // input for a short time only does not depend on when a thread of ours is woken.
    let (first, rest) = input.split_at(input.len().min(4_096));
    writer.write_all(first).expect("there is room");
    let child = command
        .stdin(reader)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // With the other end in our hands nobody would notice that the program has gone.
    command.stdin(Stdio::null());
    let rest = rest.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that does not read to the end is judged by what it wrote.
        let _ = writer.write_all(&rest);
    });
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the input is written");
    output.into()
}

/// A path below `../shared`; `None`, and a printed line, where that is not there.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(path);
    if found.exists() {
        return Some(found);
    }
    println!("skipped: {} is not there", found.display());
    None
}

/// Every file below `dir` whose name ends so, sorted.
pub fn files(dir: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![dir.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A directory that goes when the test ends.
pub fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}
