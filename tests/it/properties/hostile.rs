//! Hostile text in every field of a transcript leaves nothing in a box but words.

use std::sync::LazyLock;

use live_status::label::Detail;
use live_status::render::Markup;
use proptest::collection::vec;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use regex::Regex;
use serde_json::{Value, json};

use crate::support::hostile::{PIECES, hostile};
use crate::support::memory;
use crate::support::tree::Talk;

/// Fields that an agent, a model or a person fills.
pub const SLOTS: usize = 30;

/// A transcript with `text(n)` in its nth field.
pub fn planted(text: &dyn Fn(usize) -> String) -> (String, Value, Talk) {
    let mut talk = Talk::bare();
    talk.line(json!({"type": "session", "id": "s1", "timestamp": "2026-09-25T10:00:00.000Z", "cwd": text(0)}))
        .user_with(0, &text(1), json!({"__openclaw": {"senderId": text(2), "senderName": text(3)}}))
        .record(10, json!({"type": "model_change", "provider": text(4), "modelId": text(5)}))
        .assistant(
            1_000,
            json!([{"type": "text", "text": text(6)}, {"type": "toolCall", "id": text(7), "name": text(8), "arguments": {"x": text(9)}}]),
            json!({"stopReason": "toolUse", "model": text(5)}),
        )
        .result_with(2_000, &text(7), &text(8), &text(10), json!({"isError": true}));
    let calls = [
        ("exec", json!({"command": text(11)})),
        ("exec", json!({"command": format!("cargo {}", text(12))})),
        ("read", json!({"path": text(13)})),
        ("web_fetch", json!({"url": format!("https://{}", text(14))})),
        ("web_search", json!({"query": text(15)})),
        (
            "progress_card",
            json!({"steps": [{"step": text(16), "status": "in_progress"}]}),
        ),
        (
            "sessions_spawn",
            json!({"task": text(17), "label": text(18)}),
        ),
        ("ask_user", json!({"question": text(19)})),
        (
            "mcp__server__tool",
            json!({"anything": text(20), "list": [text(20)]}),
        ),
    ];
    for (number, (name, arguments)) in calls.into_iter().enumerate() {
        let at = 3_000 + 1_000 * number as i64;
        let id = format!("c{number}");
        let details = json!({"status": "error", "error": text(21), "childSessionKey": text(22), "sessionId": text(23)});
        talk.call(at, &id, name, arguments)
            .result(at + 500, &id, name, details);
    }
    talk.call(20_000, "c20", "exec", json!({"command": "x"}))
        .result(
            20_500,
            "c20",
            "exec",
            json!({"status": "approval-pending", "command": text(24)}),
        )
        .call(21_000, "c21", "exec", json!({"command": "x"}))
        .result(
            21_500,
            "c21",
            "exec",
            json!({"status": "running", "sessionId": text(25)}),
        )
        .assistant(
            22_000,
            json!([]),
            json!({"stopReason": "error", "errorMessage": text(26)}),
        )
        .record(22_500, json!({"type": text(27)}))
        .assistant(
            23_000,
            json!([{"type": "text", "text": text(28)}]),
            json!({"stopReason": "toolUse"}),
        );
    let row = json!({"label": text(29), "status": "failed", "lastRunError": text(26), "model": text(5), "endedAt": crate::support::T0_MS + 30_000});
    (format!("agent:{}:main", text(29)), row, talk)
}

/// What Mattermost and others find in text without asking Markdown.
static LIVELY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)@|~|:[a-z0-9_+-]+:|://|mailto:|www\d*\.|#[a-z]|\$").expect("a pattern")
});

/// What a person does not see, or what moves what they see.
pub static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{34F}\u{115F}\u{1160}\u{3164}\u{FFA0}]|\p{M}{5}")
        .expect("a class")
});

/// What the parser finds in a box besides our own words, spans and lines.
pub fn beyond_ours(text: &str) -> Vec<String> {
    let (mut found, mut plain) = (Vec::new(), String::new());
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Start(Tag::Paragraph | Tag::Strong | Tag::BlockQuote(None))
            | Event::End(TagEnd::Strong | TagEnd::BlockQuote(None))
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Code(_) => plain.push('\n'),
            Event::End(TagEnd::Paragraph) => plain.push('\n'),
            Event::Text(text) => plain.push_str(&text),
            other => found.push(format!("{other:?}")),
        }
    }
    found.extend(
        LIVELY
            .find_iter(&plain)
            .map(|hit| format!("{:?} in {plain:?}", hit.as_str())),
    );
    found
}

fn harmless(text: &dyn Fn(usize) -> String) -> usize {
    let (key, row, talk) = planted(text);
    let events = memory::events(&text(29), &key, "s1", &row, &talk);
    let mut boxes = 0;
    for (markup, detail) in [
        (Markup::Markdown, Detail::Args),
        (Markup::Markdown, Detail::Target),
        (Markup::Plain, Detail::Args),
    ] {
        let mut pipeline = memory::pipeline(markup, detail, true);
        for frame in memory::frames(&mut pipeline, &events) {
            let text = frame
                .text
                .as_ref()
                .and_then(|text| text.any())
                .expect("a text");
            boxes += 1;
            for line in text.lines() {
                assert!(!HIDDEN.is_match(line), "{markup:?} {detail:?}: {line:?}");
            }
            if markup == Markup::Markdown {
                assert_eq!(
                    beyond_ours(text),
                    Vec::<String>::new(),
                    "{detail:?}\n{text}"
                );
            }
            let mut view = frame.clone();
            view.each_text(&mut |text| {
                for line in text.lines() {
                    assert!(!HIDDEN.is_match(line), "in the view: {line:?}");
                }
            });
        }
    }
    boxes
}

#[test]
fn every_piece_is_harmless_in_every_field() {
    assert!(PIECES.len() * SLOTS > 4_000, "{} pieces", PIECES.len());
    for first in 0..PIECES.len() {
        let boxes = harmless(&|slot| PIECES[(first + 7 * slot) % PIECES.len()].to_owned());
        assert!(boxes > 20, "{boxes} boxes");
    }
}

proptest! {
    // 30 strings a case: with the fixed list more than 10,000.
    #![proptest_config(ProptestConfig { cases: 230, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_harmless_in_every_field(texts in vec(hostile(), SLOTS)) {
        harmless(&|slot| texts[slot].clone());
    }
}

#[test]
fn the_judge_sees_what_is_not_harmless() {
    for bad in [
        "@all",
        "[a](b)",
        "<b>",
        "```\nx\n```",
        "- x",
        "# x",
        "http://x.org",
        "a\n\n---\nb",
        "~~x~~",
        "*x*",
        ":smile:",
        "~town",
    ] {
        assert!(!beyond_ours(bad).is_empty(), "{bad}");
    }
    assert!(beyond_ours("> quote\n\n**a** · `@all` · x  \nb").is_empty());
    assert!(
        HIDDEN.is_match("\u{1B}[31m")
            && HIDDEN.is_match("\u{202E}")
            && !HIDDEN.is_match("plain ✓ text")
    );
}
