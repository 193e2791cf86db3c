//! One request from its start through its tools to its answer, as its agent writes it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::super::process::{Process, boxes, command, state};
use super::Place;
use crate::fake_mattermost::{Fake, Recorded};
use crate::faults::writer::append;
use crate::support::T0_MS;
use crate::support::tree::Talk;

/// The arguments of `run` over such a story.
pub const RUN: [&str; 5] = ["run", "--to", "mattermost", "--throttle", "0"];

/// What the box of a story with so many more calls says in the end.
fn last(more: usize) -> String {
    let tools = more + 2;
    format!("[DONE] **main** · 3.0s · {tools} tools  \nReading {tools}")
}

/// A transcript, and how much of it is written.
pub struct Story {
    /// Where it is written.
    pub file: PathBuf,
    /// What is written at once, each with what the box shows then.
    parts: Vec<(Vec<u8>, String)>,
    written: usize,
}

impl Story {
    /// A story below `home` that begins now; nothing of it is written yet.
    pub fn new(home: &Path, sid: &str) -> Self {
        Self::long(home, sid, 0)
    }

    /// The same with so many more calls in its middle.
    pub fn long(home: &Path, sid: &str, more: usize) -> Self {
        let now = jiff::Timestamp::now().as_millisecond() - T0_MS;
        let state_dir = home.join(".openclaw");
        let folder = state_dir.join("agents/main/sessions");
        std::fs::create_dir_all(&folder).expect("made");
        let mut talk = Talk::new(sid);
        let mut parts: Vec<(Vec<u8>, String)> = Vec::new();
        let mut part = |talk: &mut Talk, shows: String| {
            let done: usize = parts.iter().map(|(bytes, _)| bytes.len()).sum();
            parts.push((talk.bytes()[done..].to_vec(), shows));
        };
        let read = |talk: &mut Talk, at: i64, name: &str| {
            let path = format!("{name}-{sid}.md");
            talk.call(now + at, name, "read", json!({"path": path}));
            format!("`{path}`")
        };
        talk.user(now, "look around");
        let shows = read(&mut talk, 10, "first");
        part(&mut talk, shows);
        talk.result(now + 1_010, "first", "read", json!({}));
        let shows = read(&mut talk, 1_020, "second");
        part(&mut talk, shows);
        for call in 0..more {
            let id = format!("more{call}");
            read(&mut talk, 1_030, &id);
            talk.result(now + 1_040, &id, "read", json!({}));
        }
        talk.result(now + 2_020, "second", "read", json!({}));
        talk.says(now + 3_020, "All is well.");
        part(&mut talk, "[DONE]".to_owned());
        Self {
            file: folder.join(format!("{sid}.jsonl")),
            parts,
            written: 0,
        }
    }

    /// Writes the next part; gives what the box shows then, and nothing where all is told.
    pub fn write(&mut self) -> Option<String> {
        let (bytes, shows) = self.parts.get(self.written)?;
        self.append(bytes);
        self.written += 1;
        Some(shows.clone())
    }

    /// Appends what is no part of the story.
    pub fn append(&self, bytes: &[u8]) {
        append(&self.file, bytes);
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
            fake.wait_until(&shows, |fake| {
                let shown = boxes(fake).iter().any(|post| post.message.contains(&shows));
                shown || is_over()
            });
        }
    }
}

/// Starts `run`, writes what is left, and lets it go until the box of every story is over; then stops it.
pub fn finish(fake: &Arc<Fake>, home: &Path, place: &Place, stories: &mut [Story]) {
    let run = Process::start(fake, &mut command(fake, home, &place.with(&RUN)));
    stories.iter_mut().for_each(Story::write_all);
    fake.wait_until("end of every box", |fake| {
        let boxes = boxes(fake);
        let over = boxes.iter().filter(|post| state(post) == "done").count();
        over >= stories.len() || run.is_over()
    });
    run.signal(rustix::process::Signal::TERM);
    let ran = run.end();
    assert_eq!(ran.code, 143, "{}", ran.err);
}

/// So many boxes, all over, each with its text to the letter; nobody ever saw another one.
pub fn is_told(fake: &Fake, count: usize, what: &str) {
    is_told_with(fake, count, 0, what);
}

/// The same of stories with so many more calls.
pub fn is_told_with(fake: &Fake, count: usize, more: usize, what: &str) {
    let lines: Vec<String> = fake.requests().iter().map(Recorded::line).collect();
    let what = format!("{what}\n{}", lines.join("\n"));
    let made = fake.histories().into_iter();
    let made: Vec<_> = made.filter(|all| all[0].key().is_some()).collect();
    assert_eq!(made.len(), count, "{what}: {made:#?}");
    let boxes = boxes(fake);
    assert_eq!(boxes.len(), count, "{what}: {boxes:#?}");
    for one in &boxes {
        assert_eq!(state(one), "done", "{what}: {boxes:#?}");
        assert_eq!(one.message, last(more), "{what}");
    }
}
