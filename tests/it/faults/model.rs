//! A model of any writer: random file operations, and the exact calls as the oracle.
//!
//! Every call that stood in the live file, whole, when the reader looked, or in
//! the file that was put aside since, is emitted once and in order.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fs;
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use live_status::daemon::reader::{Reader, Settings};
use live_status::follow::{Follower, Options, Root};
use live_status::safe::redact::Redactor;
use live_status::wire::event::{Body, Event};
use proptest::prelude::*;

use super::writer::Writer;

#[derive(Clone, Debug)]
enum Step {
    /// Appends new calls.
    Append(u8),
    /// Appends the beginning of a line; the rest comes with the next step that writes.
    Begin(u8),
    /// Rewrites in place: so many of the first and of the last lines stay, then new calls.
    Rewrite(u8, u8, u8),
    /// The same as a new file under the name.
    Replace(u8, u8, u8),
    /// Renames away, and begins a new file with the last lines.
    PutAside(u8, u8),
    /// Appends the last lines again under new ids.
    Repeat(u8),
    Unlink,
    /// A run ends: what was seen may be forgotten.
    Answer,
    Look,
}

fn step() -> impl Strategy<Value = Step> {
    let few = || 0..6_u8;
    prop_oneof![
        5 => (1..6_u8).prop_map(Step::Append),
        3 => (0..200_u8).prop_map(Step::Begin),
        2 => (few(), few(), few()).prop_map(|(first, last, new)| Step::Rewrite(first, last, new)),
        2 => (few(), few(), few()).prop_map(|(first, last, new)| Step::Replace(first, last, new)),
        2 => (few(), few()).prop_map(|(last, new)| Step::PutAside(last, new)),
        1 => (1..6_u8).prop_map(Step::Repeat),
        1 => Just(Step::Unlink),
        1 => Just(Step::Answer),
        6 => Just(Step::Look),
    ]
}

/// Compiled once: it holds the rules of some hundred kinds of secrets.
static REDACTOR: LazyLock<Arc<Redactor>> = LazyLock::new(|| Arc::new(Redactor::new(&[])));

struct World {
    _dir: tempfile::TempDir,
    reader: Reader,
    writer: Writer,
    /// Calls in the live file, in order; `None` for lines without one.
    now: Vec<Option<String>>,
    /// The rest of a begun line, and its call.
    begun: Option<(String, Option<String>)>,
    /// What must have been emitted.
    want: Vec<String>,
    got: Vec<String>,
    anchor: Anchor,
    /// The reader found no live file when it looked last.
    missing: bool,
    aside: u32,
}

/// Where the file is that the reader read last: what was put aside since is found from there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Anchor {
    Live,
    Aside,
    Nowhere,
}

impl World {
    fn new() -> Self {
        // In memory where that is possible: thousands of cases make thousands of files.
        let memory = std::path::Path::new("/dev/shm");
        let dir = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir());
        let dir = dir.expect("a directory");
        let sessions = dir.path().join("agents/main/sessions");
        fs::create_dir_all(&sessions).expect("made");
        let writer = Writer::new(&sessions, "model");
        let options = Options {
            follow: true,
            ..Options::default()
        };
        let follower = Follower::new(vec![Root::State(dir.path().to_owned())], options);
        let settings = Settings {
            full: false,
            sessions: Vec::new(),
            redactor: Arc::clone(&REDACTOR),
            from_start: true,
        };
        let mut world = Self {
            _dir: dir,
            reader: Reader::new(follower, settings),
            now: vec![None, None],
            writer,
            begun: None,
            want: Vec::new(),
            got: Vec::new(),
            anchor: Anchor::Live,
            missing: false,
            aside: 0,
        };
        let got = RefCell::new(Vec::new());
        world.reader.look();
        let Ok(()) = world
            .reader
            .begin(SystemTime::now(), &mut |event| take(&got, event));
        world.got.extend(got.into_inner());
        world
    }

    /// What a reader that looks now must have seen.
    fn expect(&mut self) {
        for call in self.now.iter().flatten() {
            if !self.want.contains(call) {
                self.want.push(call.clone());
            }
        }
    }

    /// The live file is gone for good, or another one has its name.
    fn lose(&mut self) {
        if self.anchor == Anchor::Live {
            self.anchor = Anchor::Nowhere;
        }
    }

    fn look(&mut self) {
        // Of what is gone nothing is known until its name is there again.
        if self.missing && !self.writer.path.exists() {
            self.run(&Step::Append(1));
        }
        self.missing = !self.writer.path.exists();
        self.expect();
        let got = RefCell::new(Vec::new());
        let Ok(()) = self.reader.catch_up(&mut |event| take(&got, event));
        self.got.extend(got.into_inner());
        if self.writer.path.exists() {
            self.anchor = Anchor::Live;
        }
    }

    /// Writes the rest of a begun line first.
    fn append(&mut self, text: &str, calls: Vec<Option<String>>) {
        if !self.writer.path.exists() {
            // Nobody appends to what was unlinked: it begins anew.
            let lines = self.writer.header_lines();
            self.now = vec![None; lines.len()];
            self.writer.rewrite(lines);
        }
        if let Some((rest, call)) = self.begun.take() {
            self.writer.append(rest);
            self.now.push(call);
        }
        self.writer.append(text);
        self.now.extend(calls);
    }

    fn new_calls(&mut self, count: u8) -> (Vec<String>, Vec<Option<String>>) {
        let from = self.writer.calls.len();
        let lines = self.writer.more(count.into());
        let calls = self.writer.calls[from..].iter().cloned().map(Some);
        (lines, calls.collect())
    }

    /// The lines that stay of the file, and their calls; what was begun is dropped.
    fn kept(&mut self, first: u8, last: u8) -> (Vec<String>, Vec<Option<String>>) {
        self.begun = None;
        let text = fs::read_to_string(&self.writer.path).unwrap_or_default();
        let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let count = self.now.len().min(lines.len());
        let first = (usize::from(first) + 2).min(count);
        let last = count.saturating_sub(last.into()).max(first);
        let pick = |at: &usize| *at < first || *at >= last;
        let kept = (0..count).filter(pick);
        kept.map(|at| (lines[at].clone(), self.now[at].clone()))
            .unzip()
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Append(count) => {
                let (lines, calls) = self.new_calls(*count);
                self.append(&lines.concat(), calls);
            }
            Step::Begin(at) => {
                let (lines, mut calls) = self.new_calls(1);
                let at = usize::from(*at).min(lines[0].len() - 1);
                let at = (0..=at).rev().find(|at| lines[0].is_char_boundary(*at));
                let (begin, rest) = lines[0].split_at(at.unwrap_or_default());
                self.append(begin, Vec::new());
                self.begun = calls.pop().map(|call| (rest.to_owned(), call));
            }
            Step::Rewrite(first, last, new) | Step::Replace(first, last, new) => {
                let (mut lines, mut calls) = self.kept(*first, *last);
                let (more, more_calls) = self.new_calls(*new);
                lines.extend(more);
                calls.extend(more_calls);
                if matches!(step, Step::Rewrite(..)) {
                    self.writer.rewrite(lines);
                } else {
                    self.writer.replace(lines);
                    self.lose();
                }
                self.now = calls;
            }
            Step::PutAside(last, new) => {
                if !self.writer.path.exists() {
                    return;
                }
                if self.anchor != Anchor::Nowhere {
                    self.expect();
                    self.anchor = Anchor::Aside;
                }
                self.begun = None;
                let text = fs::read_to_string(&self.writer.path).expect("reads");
                let lines: Vec<&str> = text.split_inclusive('\n').collect();
                let count = self.now.len().min(lines.len());
                let from = count.saturating_sub((*last).into());
                let mut kept: Vec<String> = lines[from..count]
                    .iter()
                    .map(|line| (*line).to_owned())
                    .collect();
                let mut calls = self.now[from..count].to_vec();
                let (more, more_calls) = self.new_calls(*new);
                kept.extend(more);
                calls.extend(more_calls);
                self.aside += 1;
                self.writer
                    .put_aside(&format!(".bak.{:04}", self.aside), kept);
                self.now = calls;
            }
            Step::Repeat(count) => {
                self.append("", Vec::new());
                // What is repeated was seen: else its first appearance may be one out of order.
                self.look();
                let text = fs::read_to_string(&self.writer.path).expect("reads");
                let lines: Vec<&str> = text.lines().collect();
                let from = lines.len().saturating_sub((*count).into());
                let again: String = lines[from..]
                    .iter()
                    .map(|line| line.replace("\"id\":\"e", "\"id\":\"again-e") + "\n")
                    .collect();
                let calls = self.now[from.min(self.now.len())..].to_vec();
                self.append(&again, calls);
            }
            Step::Unlink => {
                let _ = fs::remove_file(&self.writer.path);
                self.now.clear();
                self.begun = None;
                self.lose();
            }
            Step::Answer => {
                let line = self.writer.answer();
                self.append(&line, vec![None]);
            }
            Step::Look => self.look(),
        }
    }
}

fn take(got: &RefCell<Vec<String>>, event: &Event) -> Result<(), Infallible> {
    if let Body::ToolStart(start) = &event.body {
        got.borrow_mut().push(start.call.to_string());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    // Fault P20.
    #[test]
    fn every_call_is_told_once_and_in_order_whatever_a_writer_does(steps in prop::collection::vec(step(), 1..16)) {
        let mut world = World::new();
        for step in &steps {
            world.run(step);
        }
        world.look();
        prop_assert_eq!(&world.got, &world.want);
    }
}

/// How many cases; more on request.
fn cases() -> u32 {
    let asked = std::env::var("LIVE_STATUS_MODEL_CASES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(10_000)
}
