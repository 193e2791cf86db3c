//! A writer of transcripts as OpenClaw is one, and the faults that befall it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use live_status::wire::time::Time;
use serde_json::json;

/// When the first record was written: 2026-09-25T10:00:00Z.
const BEGIN_MS: i64 = 1_790_330_400_000;

/// One session, and the lines that stand under its name.
pub struct Writer {
    pub path: PathBuf,
    pub sid: String,
    /// Records made so far; numbers are never used again.
    count: usize,
    /// Calls made so far, in order: what a reader must have seen.
    pub calls: Vec<String>,
    /// The lines of the file, each with its newline.
    pub lines: Vec<String>,
}

impl Writer {
    /// A session with its header and a request, written.
    pub fn new(folder: &Path, sid: &str) -> Self {
        let writer = Self::unwritten(folder, sid);
        writer.put(&writer.text());
        writer
    }

    /// The same, nothing written yet.
    pub fn unwritten(folder: &Path, sid: &str) -> Self {
        let mut writer = Self {
            path: folder.join(format!("{sid}.jsonl")),
            sid: sid.to_owned(),
            count: 0,
            calls: Vec::new(),
            lines: Vec::new(),
        };
        writer.lines = writer.header_lines();
        writer
    }

    /// The header and the request.
    pub fn header_lines(&mut self) -> Vec<String> {
        self.count = self.count.max(1);
        let header = json!({"type": "session", "version": 3, "id": self.sid, "timestamp": time(0), "cwd": "/work"});
        let request = json!({"type": "message", "id": "e0", "parentId": null, "timestamp": time(0),
            "message": {"role": "user", "timestamp": BEGIN_MS, "content": [{"type": "text", "text": "Look around."}]}});
        vec![format!("{header}\n"), format!("{request}\n")]
    }

    /// A line that makes a new call; not written.
    pub fn line(&mut self) -> String {
        self.padded_line(0)
    }

    /// The same, so many bytes longer.
    pub fn padded_line(&mut self, bytes: usize) -> String {
        let number = self.count;
        self.count += 1;
        let call = format!("{}-{number:06}", self.sid);
        let line = json!({"type": "message", "id": format!("e{number}"), "parentId": format!("e{}", number - 1),
            "timestamp": time(number),
            "message": {"role": "assistant", "timestamp": BEGIN_MS + number as i64 * 1_000, "stopReason": "toolUse",
                "content": [{"type": "toolCall", "id": call, "name": "read",
                    "arguments": {"path": format!("notes-\u{e9}\u{1f600}-{}.md", "x".repeat(bytes + number * 7 % 60))}}]}});
        self.calls.push(call);
        format!("{line}\n")
    }

    /// A line that ends the run, and results of nothing; not written.
    pub fn answer(&mut self) -> String {
        let number = self.count;
        self.count += 1;
        let line = json!({"type": "message", "id": format!("e{number}"), "parentId": format!("e{}", number - 1),
            "timestamp": time(number),
            "message": {"role": "assistant", "timestamp": BEGIN_MS + number as i64 * 1_000, "stopReason": "aborted",
                "content": [{"type": "text", "text": "No more."}]}});
        format!("{line}\n")
    }

    /// Lines of so many new calls; not written.
    pub fn more(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.line()).collect()
    }

    /// Appends a new call.
    pub fn call(&mut self) {
        let line = self.line();
        self.append(&line);
        self.lines.push(line);
    }

    /// Appends a new call to a file that was locked while the writer had it open.
    pub fn call_through_lock(&mut self) {
        use std::os::unix::fs::PermissionsExt as _;
        if rustix::process::geteuid().is_root() {
            return self.call();
        }
        // Whoever opened it before may go on writing: here that is the same as opening it for a moment.
        let mode = |mode| fs::Permissions::from_mode(mode);
        fs::set_permissions(&self.path, mode(0o200)).expect("opened for writing");
        self.call();
        fs::set_permissions(&self.path, mode(0)).expect("locked");
    }

    /// The newest call.
    pub fn newest(&self) -> String {
        self.calls.last().expect("a call").clone()
    }

    pub fn text(&self) -> String {
        self.lines.concat()
    }

    /// Appends to the file, as the agent does: one open, one write.
    pub fn append(&self, text: impl AsRef<[u8]>) {
        append(&self.path, text.as_ref());
    }

    /// Truncates the file and writes `text`: the same inode.
    pub fn put(&self, text: &str) {
        fs::write(&self.path, text).expect("written");
    }

    /// Rewrites in place with `lines`, all at once.
    pub fn rewrite(&mut self, lines: Vec<String>) {
        self.lines = lines;
        self.put(&self.text());
    }

    /// Puts a new file with `lines` under the name.
    pub fn replace(&mut self, lines: Vec<String>) {
        self.lines = lines;
        let temp = self.path.with_extension("tmp");
        fs::write(&temp, self.text()).expect("written");
        fs::rename(temp, &self.path).expect("renamed");
    }

    /// Renames the file away, and writes `lines` to a new one.
    pub fn put_aside(&mut self, suffix: &str, lines: Vec<String>) {
        let mut aside = self.path.clone().into_os_string();
        aside.push(suffix);
        fs::rename(&self.path, aside).expect("renamed");
        self.lines = lines;
        self.put(&self.text());
    }
}

pub fn append(path: &Path, text: &[u8]) {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .expect("opens");
    file.write_all(text).expect("written");
}

fn time(number: usize) -> String {
    Time(BEGIN_MS + number as i64 * 1_000).to_string()
}

/// Numbers that look random and are the same every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        // Knuth's multiplier; the high bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
