//! Saved streams of version 1: every later version reads them.
//!
//! The files below `tests/compat/v1` are frozen. They are never written again,
//! however the program changes; what it writes today is held against them.

use std::path::{Path, PathBuf};

use live_status::label::Detail;
use live_status::render::Markup;
use live_status::wire::event::{Body, Event};
use live_status::wire::frame::Frame;
use serde_json::Value;

use crate::support::{feed, files, home, memory, wire};

fn frozen(end: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/v1");
    let found = files(&dir, end);
    assert!(!found.is_empty(), "nothing ends in {end}");
    found
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a frozen file")
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
}

/// The fields of `old` that are not in `new`, or not the same there; more fields are no difference.
fn lost(old: &Value, new: &Value, at: &str) -> Vec<String> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => old
            .iter()
            .flat_map(|(key, value)| {
                lost(
                    value,
                    new.get(key).unwrap_or(&Value::Null),
                    &format!("{at}/{key}"),
                )
            })
            .collect(),
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => old
            .iter()
            .zip(new)
            .flat_map(|(old, new)| lost(old, new, at))
            .collect(),
        _ if old == new => Vec::new(),
        _ => vec![format!("{at}: {old} became {new}")],
    }
}

#[test]
fn frozen_events_are_read_and_lose_nothing() {
    let mut kinds = std::collections::BTreeSet::new();
    for path in frozen(".events.ndjson") {
        let bytes = read(&path);
        wire::events(&bytes);
        for line in lines(&bytes) {
            let event = Event::read(line).expect("an event");
            assert!(
                !matches!(event.body, Body::Unknown(_)),
                "{}",
                String::from_utf8_lossy(line)
            );
            kinds.insert(event.body.kind().to_owned());
            let old: Value = serde_json::from_slice(line).expect("JSON");
            let new: Value = serde_json::from_str(&event.to_line()).expect("JSON");
            assert_eq!(
                lost(&old, &new, ""),
                Vec::<String>::new(),
                "{}",
                path.display()
            );
        }
    }
    let missing: Vec<&&str> = Body::KINDS
        .iter()
        .filter(|kind| !kinds.contains(**kind))
        .collect();
    assert!(
        missing.is_empty(),
        "every type of version 1 is frozen, but not {missing:?}"
    );
}

#[test]
fn frozen_frames_are_read_and_lose_nothing() {
    for path in frozen(".frames.ndjson") {
        let bytes = read(&path);
        wire::frames(&bytes);
        for line in lines(&bytes) {
            let frame: Frame = serde_json::from_slice(line).expect("a frame");
            let old: Value = serde_json::from_slice(line).expect("JSON");
            let new = serde_json::to_value(&frame).expect("JSON");
            assert_eq!(
                lost(&old, &new, ""),
                Vec::<String>::new(),
                "{}",
                path.display()
            );
        }
    }
}

/// What a frame says that may never change for the same events.
fn essentials(frame: &Frame) -> (String, String, String, bool, u64, Vec<(String, String)>) {
    let steps = frame.view.steps.iter();
    (
        frame.key.clone(),
        frame.run.to_string(),
        frame.state.as_str().to_owned(),
        frame.end.is_some(),
        frame.view.totals.tools,
        steps
            .map(|step| (step.id.to_string(), step.status.as_str().to_owned()))
            .collect(),
    )
}

#[test]
fn frozen_events_still_end_in_the_frozen_frames() {
    for path in frozen(".frames.ndjson") {
        let events = PathBuf::from(path.to_string_lossy().replace(".frames.", ".events."));
        let events: Vec<Event> = lines(&read(&events))
            .map(|line| Event::read(line).expect("an event"))
            .collect();
        let mut pipeline = memory::pipeline(Markup::Markdown, Detail::Target, false);
        let mut last = std::collections::BTreeMap::new();
        for frame in memory::frames(&mut pipeline, &events) {
            last.insert(frame.key.clone(), frame);
        }
        let mut frozen = std::collections::BTreeMap::new();
        for line in lines(&read(&path)) {
            let frame: Frame = serde_json::from_slice(line).expect("a frame");
            frozen.insert(frame.key.clone(), frame);
        }
        assert_eq!(last.len(), frozen.len(), "{}", path.display());
        for (key, frame) in &frozen {
            assert_eq!(
                essentials(&last[key]),
                essentials(frame),
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn frozen_streams_pass_through_the_filters() {
    let home = home();
    for path in frozen(".events.ndjson") {
        let bytes = read(&path);
        let labelled = feed(home.path(), &["label"], &bytes).ok();
        assert_eq!(lines(&labelled.out).count(), lines(&bytes).count());
        let rendered = feed(home.path(), &["render"], &labelled.out).ok();
        assert_eq!(rendered.err, "", "{}", path.display());
        wire::frames(&rendered.out);
    }
    for path in frozen(".frames.ndjson") {
        let ran = feed(home.path(), &["post", "--to", "stdout"], &read(&path)).ok();
        assert_eq!(
            lines(&ran.out).count(),
            lines(&read(&path)).count(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn what_a_later_version_adds_passes_through_label_in_place() {
    let home = home();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/v1/later.ndjson");
    let bytes = read(&path);
    let out = feed(home.path(), &["label"], &bytes).ok().out;
    let (before, after): (Vec<_>, Vec<_>) = (lines(&bytes).collect(), lines(&out).collect());
    assert_eq!(before.len(), after.len());
    let mut labelled = 0;
    for (before, after) in before.iter().zip(after) {
        let (before, after) = (
            String::from_utf8_lossy(before),
            String::from_utf8_lossy(after),
        );
        let stem = before.strip_suffix('}').expect("an object");
        if before != after {
            assert!(
                after.starts_with(&format!("{stem},\"label\":")),
                "{before}\n{after}"
            );
            labelled += 1;
        }
    }
    assert_eq!(labelled, 1, "only the call of a known version");
    let rendered = feed(home.path(), &["render"], &bytes);
    assert_eq!(
        rendered.code, 0,
        "what is new is no fault: {}",
        rendered.err
    );
    wire::frames(&rendered.out);
}
