//! Lines as such: blank, broken, huge, unfinished.

use serde_json::json;

use super::{MAIN, asked};
use crate::support::digest::digest;
use crate::support::tree::{Era, Tree};

#[test]
fn blank_lines_are_legal() {
    let mut talk = asked();
    talk.raw("").raw("  ").raw("\r").says(1_000, "Done.");
    let (events, ran) = Tree::of(MAIN, json!({}), &talk).tail(Era::Files, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(
        digest(&events)[2..],
        [r#"text final "Done.""#, "run.end first ok?"]
    );
}

#[test]
fn an_unterminated_last_line_is_not_yet_a_line() {
    for tail in [
        r#"{"type":"message","mess"#,
        r#"{"type":"compaction","id":"x","timestamp":"2026-09-25T10:00:05.000Z"}"#,
    ] {
        let mut talk = asked();
        talk.torn(tail);
        let (events, ran) = Tree::of(MAIN, json!({}), &talk).tail(Era::Files, &[]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{tail}");
        assert_eq!(digest(&events).len(), 2, "{tail}");
    }
}

#[test]
fn broken_lines_are_named_with_their_places_and_skipped() {
    let broken: [&[u8]; 5] = [
        b"{\"type\":\"message\"",
        b"nonsense",
        b"[1,2]",
        b"\"text\"",
        b"{\"type\":\"message\",\"id\":\"\xff\xfe",
    ];
    let mut talk = asked();
    let mut places = Vec::new();
    for line in broken {
        places.push(talk.len());
        talk.raw(line);
    }
    talk.says(1_000, "Done.");
    let (events, ran) = Tree::of(MAIN, json!({}), &talk).tail(Era::Files, &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(
        digest(&events)[2..],
        [r#"text final "Done.""#, "run.end first ok?"],
        "what is whole is read"
    );
    for place in places {
        assert!(
            ran.err.contains(&format!("s1.jsonl:{place}: ")),
            "offset {place} in\n{}",
            ran.err
        );
    }
    assert!(ran.err.contains("5 broken lines"), "counted:\n{}", ran.err);
}

#[test]
fn many_broken_lines_are_counted_rather_than_named() {
    let mut talk = asked();
    for _ in 0..200 {
        talk.raw("{broken");
    }
    let (_, ran) = Tree::of(MAIN, json!({}), &talk).tail(Era::Files, &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("200 broken lines"), "{}", ran.err);
    assert!(
        ran.err.lines().count() < 40,
        "{} lines",
        ran.err.lines().count()
    );
}

#[test]
fn a_line_over_the_cap_is_skipped_and_counted() {
    // Below and above what is read at once.
    for cap in [4_096, 65_536, 400_000] {
        let mut talk = asked();
        let place = talk.len();
        talk.call(1_000, "c1", "read", json!({"path": "x".repeat(cap)}))
            .says(2_000, "Done.");
        let tree = Tree::of(MAIN, json!({}), &talk);
        let (events, ran) = tree.tail(Era::Files, &["--max-line-bytes", &cap.to_string()]);
        assert_eq!(
            digest(&events)[2..],
            [r#"text final "Done.""#, "run.end first ok?"],
            "{cap}"
        );
        let said = format!("s1.jsonl:{place}: skipped a line of ");
        assert!(ran.err.contains(&said), "{}", ran.err);
        assert_eq!(ran.code, 0, "the cap is a choice, not a fault");
        let (events, ran) = tree.tail(Era::Files, &[]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{cap}");
        assert_eq!(digest(&events)[2], "tool.start c1 read");
    }
}

#[test]
fn images_of_megabytes_stand_in_a_line() {
    let mut talk = asked();
    let image = json!({"type": "image", "data": "QUJD".repeat(1 << 20), "mimeType": "image/png"});
    talk.message(
        500,
        json!({"role": "user", "content": [{"type": "text", "text": "and this"}, image]}),
    )
    .says(1_000, "Done.");
    let (events, ran) = Tree::of(MAIN, json!({}), &talk).tail(Era::Files, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(
        digest(&events)[2..],
        [r#"text final "Done.""#, "run.end first ok?"]
    );
    assert!(ran.out.len() < 10_000, "no image leaves");
}

#[test]
fn odd_json_is_read_for_what_it_is() {
    let mut talk = asked();
    talk.raw(r#"{"type":"message","id":"a","timestamp":"2026-09-25T10:00:01.000Z","message":{"role":"assistant","content":[{"type":"text","text":"lone \ud800 half"}],"stopReason":"toolUse","timestamp":1e400}}"#)
        .raw(r#"{"type":"message","id":"b","id":"b2","timestamp":7,"message":{"role":"assistant","content":[{"type":"text","text":"twice"}],"stopReason":"stop","usage":{"input":1e30,"output":-5,"totalTokens":"x"}}}"#);
    let (events, ran) = Tree::of(MAIN, json!({}), &talk).tail(Era::Files, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told = digest(&events);
    assert!(told[2].starts_with(r#"text unknown "lone "#), "{told:?}");
    assert_eq!(told[3], r#"text final "twice""#);
}

#[test]
fn a_transcript_of_nothing_says_nothing() {
    for talk in [
        crate::support::tree::Talk::default(),
        crate::support::tree::Talk::default().raw("").clone(),
    ] {
        let (events, ran) = Tree::of(MAIN, json!({}), &talk).tail(Era::Files, &[]);
        assert_eq!((events.len(), ran.code, ran.err.as_str()), (0, 0, ""));
    }
}
