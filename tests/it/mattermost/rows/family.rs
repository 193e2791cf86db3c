//! Agents that work for one another, read in any order and ending in any order: one box.

use super::*;
use crate::support::tree::{Era, Tree};

const PARENT: &str = "agent:main:main";
const CHILD: &str = "agent:main:subagent:6f";
const EVENTS: &str = "events_total{source=\"openclaw\"}";
const TASK: &str = "[Subagent Context] You complete the [Subagent Task].\n\n[Subagent Task]\n\n\
    look around\n\nBegin. Execute the assigned task to completion.";

/// A parent and its child as they grow; what is not written yet is not there.
struct Family {
    parent: Talk,
    child: Talk,
    now: i64,
}

impl Family {
    fn new() -> Self {
        let now = jiff::Timestamp::now().as_millisecond() - T0_MS;
        let (mut parent, mut child) = (Talk::new("s1"), Talk::new("s2"));
        let task = json!({"task": "look around", "label": "scout"});
        parent
            .user(now, "plan it")
            .call(now + 10, "c1", "sessions_spawn", task);
        let accepted =
            json!({"status": "accepted", "childSessionKey": CHILD, "runId": "r1", "mode": "run"});
        parent.result(now + 20, "c1", "sessions_spawn", accepted);
        child
            .user(now + 30, TASK)
            .call(now + 40, "c7", "read", json!({"path": "first.rs"}));
        Self { parent, child, now }
    }

    /// The child reads another file.
    fn goes_on(&mut self, path: &str) {
        self.child.result(self.now + 60, "c7", "read", json!({}));
        let arguments = json!({"path": path});
        self.child.call(self.now + 70, "c8", "read", arguments);
    }

    /// The child is done.
    fn child_ends(&mut self) {
        self.child.result(self.now + 80, "c8", "read", json!({}));
        self.child.says(self.now + 90, "All quiet.");
    }

    /// Writes the child, and the parent where it is told to.
    fn write(&self, watched: &Watched, with_parent: bool) {
        let mut tree = Tree::default();
        if with_parent {
            tree.add(PARENT, "s1", json!({}), &self.parent);
        }
        let child = tree.add(CHILD, "s2", row(), &self.child);
        child.talk = None;
        let state_dir = watched.home.path(".openclaw");
        // Its row first, as its agent does: a transcript without one may be anybody's.
        tree.write(&state_dir, Era::Files);
        self.write_child(watched);
    }

    /// Writes the child's transcript alone.
    fn write_child(&self, watched: &Watched) {
        let path = watched.home.path(".openclaw/agents/main/sessions/s2.jsonl");
        let bytes = self.child.bytes();
        let there = std::fs::metadata(&path).map_or(0, |it| it.len() as usize);
        append(&path, &bytes[there..]);
    }
}

/// What the index says of the child.
fn row() -> Value {
    json!({"spawnedBy": PARENT, "spawnDepth": 1, "label": "scout"})
}

// Fault 82.
#[test]
fn row_82_a_child_that_was_read_before_its_parent_nests_in_the_one_box_of_its_parent() {
    let Some(watched) = Watched::start(Fake::start(), &[]) else {
        return;
    };
    let mut family = Family::new();
    family.write(&watched, false);
    watched.page("/metrics", |page| {
        page.body.contains(EVENTS) && metric(page, EVENTS) >= 3.0
    });
    // By then its own box would be asked for.
    let mut other = watched.live("s3");
    watched.shows(&other.reads(1));
    assert_eq!(
        histories(&watched.fake).len(),
        1,
        "it is its parent's to show"
    );
    family.write(&watched, true);
    let post = watched.shows("first.rs");
    is_nested(&post, "▸ **scout**", "▸ Reading `first.rs`");
    family.goes_on("second.rs");
    family.write(&watched, true);
    is_nested(
        &watched.shows("second.rs"),
        "▸ **scout**",
        "▸ Reading `second.rs`",
    );
    family.child_ends();
    family.parent.says(family.now + 90, "It is quiet.");
    family.write(&watched, true);
    let end = watched.comes_to("done");
    assert_eq!(end.id, post.id);
    assert!(end.message.contains("✓ **scout**"), "{}", end.message);
    assert_eq!(histories(&watched.fake).len(), 2, "one box a family");
    watched.stop();
}

// Fault 82.
#[test]
fn row_82_a_child_that_was_shown_before_anything_told_of_its_parent_leaves_no_box_that_works_on() {
    let Some(watched) = Watched::start(Fake::start(), &[]) else {
        return;
    };
    let mut family = Family::new();
    // It may be anybody's: it has a box of its own.
    family.write_child(&watched);
    let alone = watched.shows("first.rs");
    family.write(&watched, true);
    let post = watched.shows("**scout**");
    assert_ne!(post.id, alone.id);
    family.goes_on("second.rs");
    family.write(&watched, true);
    let later = watched.shows("┊ ▸ Reading `second.rs`");
    assert_eq!(later.id, post.id);
    is_nested(&later, "▸ **scout**", "✓ Reading `first.rs`");
    family.child_ends();
    family.parent.says(family.now + 90, "It is quiet.");
    family.write(&watched, true);
    watched.fake.wait_until("the end of both", |fake| {
        let boxes = boxes(fake);
        boxes.iter().filter(|post| state(post) == "done").count() == 2
    });
    let end = watched.shows("✓ **scout**");
    assert_eq!((&end.id, state(&end)), (&post.id, "done"));
    assert_eq!(histories(&watched.fake).len(), 2);
    watched.stop();
}

// Fault 82.
#[test]
fn row_82_a_parent_that_ends_first_keeps_its_box_open_until_its_child_is_done() {
    let Some(watched) = Watched::start(Fake::start(), &[]) else {
        return;
    };
    let mut family = Family::new();
    family.write(&watched, true);
    let post = watched.shows("first.rs");
    let before = watched.metric(EVENTS);
    family.parent.says(family.now + 50, "Started a scout.");
    family.write(&watched, true);
    // Its last word and its end are taken in; only then does the child go on.
    watched.page("/metrics", |page| metric(page, EVENTS) >= before + 2.0);
    family.goes_on("second.rs");
    family.write(&watched, true);
    let later = watched.shows("second.rs");
    is_nested(&later, "▸ **scout**", "▸ Reading `second.rs`");
    assert!(later.message.starts_with("[ACTIVE] **main**"));
    family.child_ends();
    family.write(&watched, true);
    let end = watched.comes_to("done");
    assert_eq!(end.id, post.id);
    assert!(end.message.contains("✓ **scout**"), "{}", end.message);
    let made = histories(&watched.fake);
    assert_eq!(made.len(), 1, "one box a family");
    let (last, before) = made[0].split_last().expect("it was shown");
    let early = before.iter().filter(|post| state(post) != "active");
    assert_eq!(early.count(), 0, "no end before the last one: {before:#?}");
    assert_eq!(state(last), "done");
    watched.stop();
}

/// What the child does stands under its own line, and that line stands there once.
fn is_nested(post: &Post, child: &str, step: &str) {
    let lines: Vec<&str> = post.message.lines().collect();
    let at = |text: &str| lines.iter().position(|line| line.contains(text));
    assert!(at(child) < at(step) && at(child).is_some(), "{lines:#?}");
    let is_below = |line: &&&str| line.starts_with("┊ ");
    assert!(
        lines
            .iter()
            .filter(is_below)
            .any(|line| line.contains(step)),
        "{lines:#?}"
    );
    let times = lines.iter().filter(|line| line.contains("**scout**"));
    assert_eq!(times.count(), 1, "{lines:#?}");
    assert_eq!(state(post), "active");
}
