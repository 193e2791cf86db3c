//! Many runs at once, each asked for in a thread of its own, and what their writers add to them.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use live_status::wire::time::Time;
use serde_json::json;

use super::super::process::{Process, command};
use super::super::rig::client;
use crate::fake_mattermost::{Fake, Post, Recorded};
use crate::faults::harness::rounds;

/// Steps that a run has from the start: as many as a box keeps, so that later ones make it no larger.
const STEPS: usize = 70;

/// The runs of one home.
pub struct Crowd {
    runs: Vec<Run>,
    /// The newest step of all of them.
    pub step: usize,
}

struct Run {
    path: PathBuf,
    /// The post that its box answers.
    root: String,
}

impl Crowd {
    /// Runs that began just now and work.
    pub fn new(fake: &Fake, home: &Path, count: usize) -> Self {
        let dir = home.join(".openclaw/agents/main/sessions");
        std::fs::create_dir_all(&dir).expect("a directory");
        let (channel, alice) = (fake.channel("status"), client(fake, "alice"));
        let mut index = serde_json::Map::new();
        let mut runs = Vec::new();
        let steps: String = (1..=STEPS).map(step).collect();
        for number in 0..count {
            let body = json!({"channel_id": channel, "message": "please"});
            let answer = alice.post("/posts", &body).expect("an answer");
            let post: serde_json::Value = answer.json().expect("a post");
            let root = post["id"].as_str().expect("an id").to_owned();
            let (sid, path) = (format!("s{number}"), dir.join(format!("s{number}.jsonl")));
            let key = format!("agent:main:mattermost:channel:{channel}:thread:{root}");
            index.insert(key, json!({"sessionId": sid}));
            std::fs::write(&path, begun(&sid) + &steps).expect("a transcript");
            runs.push(Run { path, root });
        }
        let text = serde_json::Value::Object(index).to_string();
        std::fs::write(dir.join("sessions.json"), text).expect("an index");
        Self { runs, step: STEPS }
    }

    /// Every run makes one more step.
    pub fn work(&mut self) {
        self.step += 1;
        let line = step(self.step);
        self.runs.iter().for_each(|run| append(&run.path, &line));
    }

    /// The first `count` runs end.
    pub fn end(&self, count: usize) {
        let lines = result(self.step) + &answer(self.step);
        let first = self.runs.iter().take(count);
        first.for_each(|run| append(&run.path, &lines));
    }

    /// The roots of the first `count` runs.
    pub fn roots(&self, count: usize) -> Vec<&str> {
        let first = self.runs.iter().take(count);
        first.map(|run| run.root.as_str()).collect()
    }
}

/// A `run` that shows the crowd, with these arguments more; all of them may live at once.
pub fn watch(fake: &Arc<Fake>, home: &Path, args: &[&str]) -> Process {
    watch_some(fake, home, 0, args)
}

/// The same with a limit of live boxes.
pub fn watch_some(fake: &Arc<Fake>, home: &Path, live: usize, args: &[&str]) -> Process {
    let live = live.to_string();
    let all = [
        "run",
        "--to",
        "mattermost",
        "--throttle",
        "0",
        "--max-active-sessions",
        &live,
    ];
    let mut command: Command = command(fake, home, &[&all[..], args].concat());
    Process::start(fake, &mut command)
}

/// The transcript of a run that nobody in a chat asked for: it works on a file of its own.
pub fn begin_alone(home: &Path, number: usize) {
    let block = json!({"type": "toolCall", "id": "c0", "name": "read",
        "arguments": {"path": format!("/srv/w/alone-{number}.md")}});
    let call = json!({"role": "assistant", "content": [block], "stopReason": "toolUse"});
    let text = begun(&format!("alone-{number}")) + &record(1, &call);
    std::fs::write(alone(home, number), text).expect("a transcript");
}

/// It is done.
pub fn end_alone(home: &Path, number: usize) {
    append(&alone(home, number), &(result(0) + &answer(2)));
}

fn alone(home: &Path, number: usize) -> PathBuf {
    home.join(format!(
        ".openclaw/agents/main/sessions/alone-{number}.jsonl"
    ))
}

/// The boxes of all threads.
pub fn boxes(fake: &Fake) -> Vec<Post> {
    super::super::process::boxes(fake)
}

/// How many boxes show the step of that number.
pub fn at_step(fake: &Fake, number: usize) -> usize {
    let text = format!("step-{number}");
    let boxes = boxes(fake).into_iter();
    boxes.filter(|one| one.message.contains(&text)).count()
}

/// The edits that were asked for after so many requests: which post, and its new text.
pub fn edits(fake: &Fake, after: usize) -> Vec<(String, String)> {
    let edit = |request: Recorded| {
        let path = request.path.strip_suffix("/patch")?;
        let id = path.rsplit('/').next()?.to_owned();
        let text = request.body?["message"].as_str()?.to_owned();
        Some((id, text))
    };
    let requests = fake.requests_after(after).into_iter();
    requests.filter_map(edit).collect()
}

/// Waits until so many requests were sent, as long as it takes.
pub fn wait_for_requests(fake: &Fake, all: usize) {
    patiently(fake, "requests", || fake.asked(), all);
}

/// Waits until all boxes are as `count` counts them, as long as something happens.
pub fn wait_for_all(fake: &Fake, what: &str, all: usize, count: impl Fn(&Fake) -> usize) {
    loop {
        // Before the look: what comes while it is taken is not waited for once more.
        let asked = fake.asked();
        let seen = count(fake);
        if seen >= all {
            return;
        }
        // Each box takes one request at least, and to look at all of them takes a while.
        let enough = asked + (all - seen).div_ceil(8);
        patiently(fake, what, || fake.asked(), enough);
    }
}

/// Waits until `count` has come to `all`; a breaker may be open for half a minute.
pub fn patiently(fake: &Fake, what: &str, count: impl Fn() -> usize, all: usize) {
    // A build for tests takes its time to read the transcripts of thousands.
    let patience = 4 * rounds(1);
    let came = (0..patience).any(|_| fake.comes(|_| count() >= all));
    assert!(came, "no {what}: {} of {all}", count());
}

/// The memory that a process has, in KiB.
pub fn resident_kib(process: &Process) -> u64 {
    let status = String::from_utf8(process.proc("status")).expect("text");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("it runs")
}

/// A header and a request.
fn begun(sid: &str) -> String {
    let header =
        json!({"type": "session", "version": 3, "id": sid, "timestamp": now(), "cwd": "/srv/w"});
    let request = record(0, &json!({"role": "user", "content": "look around"}));
    format!("{header}\n{request}")
}

/// The tool before has answered, and another one is called.
fn step(number: usize) -> String {
    let before = if number > 1 {
        result(number - 1)
    } else {
        String::new()
    };
    let block = json!({"type": "toolCall", "id": format!("c{number}"), "name": "read",
        "arguments": {"path": format!("/srv/w/step-{number}.md")}});
    let call = json!({"role": "assistant", "content": [block], "stopReason": "toolUse"});
    before + &record(number, &call)
}

/// The last word of a run.
fn answer(number: usize) -> String {
    let text = json!([{"type": "text", "text": "Done."}]);
    record(
        number,
        &json!({"role": "assistant", "content": text, "stopReason": "stop"}),
    )
}

fn result(number: usize) -> String {
    record(
        number,
        &json!({"role": "toolResult", "toolCallId": format!("c{number}"), "toolName": "read",
            "content": [{"type": "text", "text": "ok"}], "details": {"exitCode": 0}, "isError": false}),
    )
}

fn record(number: usize, message: &serde_json::Value) -> String {
    let role = message["role"].as_str().unwrap_or_default();
    let last = message["stopReason"] == "stop";
    let id = format!("{role}-{number}{}", if last { "-last" } else { "" });
    let record = json!({"type": "message", "id": id, "timestamp": now(), "message": message});
    format!("{record}\n")
}

fn now() -> String {
    Time(jiff::Timestamp::now().as_millisecond()).to_string()
}

fn append(path: &Path, lines: &str) {
    let mut file = OpenOptions::new().append(true).open(path).expect("there");
    file.write_all(lines.as_bytes()).expect("written");
}
