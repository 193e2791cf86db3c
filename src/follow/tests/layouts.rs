//! The places of other agents: folders that come while we follow, documents that are rewritten.

use std::time::{Duration, Instant};

use super::*;
use crate::follow::layout::{Layout, Shape};

/// Longer than any machine needs; reached only when a test fails.
const PATIENCE: Duration = Duration::from_secs(120);

impl Scene {
    fn put(&self, path: &str, text: &str) {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        append(&path, text.as_bytes());
    }

    fn follow_line(&mut self, line: &str) {
        let until = Instant::now() + PATIENCE;
        while self.seen.last().is_none_or(|last| last != line) {
            assert!(Instant::now() < until, "{line}: seen {:?}", self.seen);
            for change in self.follower.wait(Some(until)) {
                if let Change::New(id) | Change::Grown(id) = change {
                    read_all(&mut self.follower, id, &mut self.seen);
                }
            }
        }
    }
}

#[test]
fn sessions_and_sub_agents_are_found_when_they_come() {
    for poll in [false, true] {
        let options = Options {
            follow: true,
            poll,
            ..Options::default()
        };
        let mut scene = Scene::of(&LAYOUTS[0], options);
        scene.follower.watch();
        assert_eq!(scene.look(), [""; 0], "nothing is there yet");
        scene.put("projects/-p/S1.jsonl", "1\n");
        scene.follow_line("1");
        scene.put("projects/-p/S1.jsonl", "2\n");
        scene.follow_line("2");
        scene.put("projects/-p/S1/subagents/agent-a.jsonl", "3\n");
        scene.follow_line("3");
        scene.put("projects/-p/S1/subagents/agent-a.meta.json", "{}\n");
        scene.put("projects/-p/S1/subagents/agent-a.jsonl", "4\n");
        scene.follow_line("4");
        scene.put("projects/-q/S2.jsonl", "5\n");
        scene.follow_line("5");
        assert_eq!(scene.seen, ["1", "2", "3", "4", "5"]);
        let sessions = scene.follower.sessions();
        let told: Vec<_> = sessions
            .map(|(_, it)| (it.source, it.sid.to_string(), it.parent.cloned()))
            .collect();
        let want = [("S1", None), ("agent-a", Some("S1".into())), ("S2", None)];
        assert_eq!(told, want.map(|(sid, up)| ("claude", sid.to_owned(), up)));
    }
}

#[test]
fn growth_alone_is_no_reason_to_look_at_every_folder() {
    let mut scene = Scene::of(
        &LAYOUTS[0],
        Options {
            follow: true,
            ..Options::default()
        },
    );
    scene.put("projects/-p/S1.jsonl", "1\n");
    scene.follower.watch();
    scene.look();
    let before = scene.follower.counters().scans;
    for line in ["2", "3", "4"] {
        scene.put("projects/-p/S1.jsonl", &format!("{line}\n"));
        scene.follow_line(line);
    }
    assert_eq!(scene.follower.counters().scans, before);
}

/// What a later agent may need: documents that are rewritten, packed lines.
static OTHERS: Layout = Layout {
    source: "claude",
    title: "Others",
    variables: &[],
    home: ".others",
    files: &[
        Files {
            folders: &["docs", "*"],
            name: "chat.json",
            sid: Sid::Folder(0),
            parent: None,
            shape: Shape::Document,
        },
        Files {
            folders: &["cold"],
            name: "*.jsonl.zst",
            sid: Sid::Stem,
            parent: None,
            shape: Shape::Packed,
        },
    ],
};

#[test]
fn a_document_is_handed_out_whole_in_each_of_its_versions() {
    let mut scene = Scene::of(&OTHERS, Options::default());
    let path = scene.dir.path().join("docs/S7/chat.json");
    scene.put("docs/S7/chat.json", "{\"n\": 1}");
    assert_eq!(scene.look(), ["{\"n\": 1}"]);
    assert_eq!(scene.look(), [""; 0], "it is as it was");
    fs::write(&path, "{\"n\": 2, \"torn").expect("written");
    assert_eq!(scene.look(), [""; 0], "half written");
    fs::write(&path, "{\"n\": 2,\n \"whole\": true}\n").expect("written");
    assert_eq!(scene.look(), ["{\"n\": 2,\n \"whole\": true}\n"]);
    let other = path.with_extension("tmp");
    fs::write(&other, "{\"n\": 3}").expect("written");
    fs::rename(&other, &path).expect("replaced");
    assert_eq!(scene.look(), ["{\"n\": 3}"], "nothing is called a rewrite");
    let id = scene.only_id();
    assert_eq!(&**scene.follower.session(id).sid, "S7");
    assert_eq!(scene.follower.counters().rewinds, 0);
}

#[test]
fn packed_lines_are_lines() {
    let mut scene = Scene::of(&OTHERS, Options::default());
    fs::create_dir_all(scene.dir.path().join("cold")).expect("made");
    let packed = zstd::encode_all(&b"1\n\n2\r\n3"[..], 3).expect("packed");
    fs::write(scene.dir.path().join("cold/old.jsonl.zst"), packed).expect("written");
    assert_eq!(scene.look(), ["1", "2", "3"]);
    assert_eq!(scene.look(), [""; 0]);
    let id = scene.only_id();
    assert_eq!(&**scene.follower.session(id).sid, "old");
}

#[test]
fn several_kinds_of_transcripts_stand_in_one_folder() {
    let gemini = LAYOUTS.iter().find(|layout| layout.source == "gemini");
    for poll in [false, true] {
        let options = Options {
            follow: true,
            poll,
            ..Options::default()
        };
        let mut scene = Scene::of(gemini.expect("a layout"), options);
        scene.put("tmp/p/chats/session-b.json", "{\"n\": 1}");
        scene.put("tmp/p/chats/logs.json", "{}");
        scene.put("tmp/p/chats/session-c.json", "{\"n\": 2}");
        scene.put("tmp/p/chats/session-c.jsonl", "");
        scene.follower.watch();
        assert_eq!(scene.look(), ["{\"n\": 1}"]);
        scene.put("tmp/p/chats/session-a.jsonl", "1\n");
        scene.follow_line("1");
        scene.put("tmp/p/chats/S1/child.jsonl", "2\n");
        scene.follow_line("2");
        let sessions = scene.follower.sessions();
        let told: Vec<_> = sessions
            .map(|(_, it)| (it.sid.to_string(), it.parent.cloned()))
            .collect();
        let want = [
            ("session-c".to_owned(), None),
            ("session-b".to_owned(), None),
            ("session-a".to_owned(), None),
            ("child".to_owned(), Some("S1".into())),
        ];
        assert_eq!(told, want);
    }
}
