//! One request from its start through its tools to its answer, as its agent writes it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::super::process::{Process, boxes, command, state};
use super::Place;
use crate::fake_mattermost::{Fake, Recorded};
use crate::support::T0_MS;
use crate::support::tree::{Era, Talk, Tree};

/// The arguments of `run` over such a story.
pub const RUN: [&str; 5] = ["run", "--to", "mattermost", "--throttle", "0"];

/// A transcript, and how much of it is written.
pub struct Story {
    file: PathBuf,
    /// What is written at once, each with what the box shows then.
    parts: Vec<(Vec<u8>, &'static str)>,
    written: usize,
}

impl Story {
    /// A story below `home` that begins now; nothing of it is written but the name of its session.
    pub fn new(home: &Path, sid: &str) -> Self {
        let now = jiff::Timestamp::now().as_millisecond() - T0_MS;
        let state_dir = home.join(".openclaw");
        let key = format!("agent:main:{sid}");
        let mut tree = Tree::default();
        tree.add(&key, sid, json!({}), &Talk::bare()).talk = None;
        tree.write(&state_dir, Era::Files);
        let mut talk = Talk::new(sid);
        let mut parts = Vec::new();
        let mut part = |talk: &mut Talk, shows| {
            let done: usize = parts
                .iter()
                .map(|(bytes, _): &(Vec<u8>, _)| bytes.len())
                .sum();
            parts.push((talk.bytes()[done..].to_vec(), shows));
        };
        talk.user(now, "look around");
        talk.call(now + 10, "c1", "exec", json!({"command": "ls"}));
        part(&mut talk, "`ls`");
        talk.result(now + 1_010, "c1", "exec", json!({"exitCode": 0}));
        talk.call(now + 1_020, "c2", "read", json!({"path": "notes.md"}));
        part(&mut talk, "`notes.md`");
        talk.result(now + 2_020, "c2", "read", json!({}));
        talk.says(now + 3_020, "All is well.");
        part(&mut talk, "[DONE]");
        Self {
            file: state_dir.join(format!("agents/main/sessions/{sid}.jsonl")),
            parts,
            written: 0,
        }
    }

    /// Writes the next part; gives what the box shows then, and nothing where all is told.
    pub fn write(&mut self) -> Option<&'static str> {
        let (bytes, shows) = self.parts.get(self.written)?;
        let file = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.file);
        file.and_then(|mut file| file.write_all(bytes))
            .expect("written");
        self.written += 1;
        Some(shows)
    }

    /// Writes all that is left.
    pub fn write_all(&mut self) {
        while self.write().is_some() {}
    }

    /// Writes part after part as the box shows them, until all is shown or `is_over`.
    pub fn play(&mut self, fake: &Fake, is_over: impl Fn() -> bool) {
        while !is_over()
            && let Some(shows) = self.write()
        {
            fake.wait_until(shows, |fake| {
                let shown = boxes(fake).iter().any(|post| post.message.contains(shows));
                shown || is_over()
            });
        }
    }
}

/// Starts `run` and lets it go until every box is over, then stops it.
pub fn finish(fake: &Arc<Fake>, home: &Path, place: &Place, story: &mut Story) {
    let run = Process::start(fake, &mut command(fake, home, &place.with(&RUN)));
    story.write_all();
    fake.wait_until("end of the box", |fake| {
        let boxes = boxes(fake);
        let done = !boxes.is_empty() && boxes.iter().all(|post| state(post) == "done");
        done || run.is_over()
    });
    run.signal(rustix::process::Signal::TERM);
    let ran = run.end();
    assert_eq!(ran.code, 143, "{}", ran.err);
}

/// One box, over, with that text; nobody ever saw a second one.
pub fn is_told(fake: &Fake, text: Option<&str>, what: &str) -> String {
    let lines: Vec<String> = fake.requests().iter().map(Recorded::line).collect();
    let what = format!("{what}\n{}", lines.join("\n"));
    let made = fake.histories().into_iter();
    let made: Vec<_> = made.filter(|all| all[0].key().is_some()).collect();
    assert_eq!(made.len(), 1, "{what}: {made:#?}");
    let boxes = boxes(fake);
    assert_eq!(boxes.len(), 1, "{what}: {boxes:#?}");
    assert_eq!(state(&boxes[0]), "done", "{what}: {boxes:#?}");
    let message = boxes[0].message.clone();
    assert_eq!(text.unwrap_or(&message), message, "{what}");
    message
}
