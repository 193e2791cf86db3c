//! What a later version writes is counted, named once with its place, and stops nothing.

use serde_json::json;

use super::{MAIN, asked};
use crate::support::digest::digest;
use crate::support::tree::{Era, Talk, Tree};

fn tail(talk: &Talk) -> (Vec<String>, String, i32) {
    let (events, ran) = Tree::of(MAIN, json!({}), talk).tail(Era::Files, &[]);
    (digest(&events)[2..].to_vec(), ran.err, ran.code)
}

#[test]
fn unknown_things_are_named_once_with_their_place() {
    let said = || json!({"role": "assistant", "content": [{"type": "text", "text": "Hm."}], "stopReason": "toolUse"});
    type Write = fn(&mut Talk, serde_json::Value);
    let cases: [(&str, Write, &[&str]); 4] = [
        (
            r#"unknown record type "hologram""#,
            |talk, _| {
                talk.record(1_000, json!({"type": "hologram"}));
            },
            &["meta hologram"],
        ),
        (
            r#"unknown message role "oracle""#,
            |talk, _| {
                talk.message(1_000, json!({"role": "oracle", "content": []}));
            },
            &["meta message/oracle"],
        ),
        (
            r#"unknown content block "smell""#,
            |talk, mut said| {
                said["content"] = json!([{"type": "smell"}]);
                talk.message(1_000, said);
            },
            &[],
        ),
        (
            r#"unknown key "mood" in a message"#,
            |talk, mut said| {
                said["mood"] = json!("blue");
                talk.message(1_000, said);
            },
            &[r#"text unknown "Hm.""#],
        ),
    ];
    for (what, write, want) in cases {
        let mut talk = asked();
        let place = talk.len();
        write(&mut talk, said());
        let once = talk.clone();
        talk.says(9_000, "Done.");
        let (told, err, code) = tail(&talk);
        assert_eq!(told[..want.len()], *want, "{what}");
        assert_eq!(
            told[want.len()..],
            [r#"text final "Done.""#, "run.end first ok?"],
            "{what}"
        );
        assert_eq!(code, 0, "{what}: never an error");
        assert!(
            err.contains(&format!("s1.jsonl:{place}: {what}")),
            "{what} at {place}:\n{err}"
        );
        assert_eq!(err.lines().count(), 1, "{err}");
        let mut twice = once;
        twice.last_id();
        let mut again = said();
        again["timestamp"] = json!(crate::support::T0_MS + 2_000);
        write(&mut twice, again);
        write(&mut twice, said());
        let (_, err, _) = tail(&twice);
        assert_eq!(
            err.matches(&format!(": {what};")).count(),
            1,
            "named once:\n{err}"
        );
        assert!(err.contains("times"), "counted:\n{err}");
    }
}

#[test]
fn a_shape_that_is_not_the_expected_one_stops_nothing() {
    let mut talk = asked();
    talk.line(json!({"type": "message", "id": "x1", "timestamp": crate::support::tree::stamp(1_000), "message": "text"}))
        .line(json!({"type": "message", "id": "x2", "timestamp": crate::support::tree::stamp(1_000), "message": {"role": "assistant", "content": 7}}))
        .line(json!({"type": 7}))
        .line(json!({}))
        .says(9_000, "Done.");
    let (told, err, code) = tail(&talk);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("s1.jsonl:"), "{err}");
    assert!(
        told.ends_with(&[
            r#"text final "Done.""#.to_owned(),
            "run.end first ok?".to_owned()
        ]),
        "{told:?}"
    );
}
