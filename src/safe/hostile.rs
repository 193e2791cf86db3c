//! Hostile text, judged by a Markdown parser with every extension on.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use regex::Regex;
use unicode_segmentation::UnicodeSegmentation;

use super::neutralise::{code, line, markdown, mrkdwn, mrkdwn_code};
use super::{Redactor, clip, clip_bytes};

/// Pieces that mean something to some parser, client or terminal.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "@channel", "@all", "@here", "@user", "\\@user", "&#64;user", "&#x40;all", "&commat;all", "(@user)", "**@user**",
    "foo.@user", "> @user", "npm i @user/pkg", "@\u{200B}user", "@\u{2060}user", "\u{FF20}all", "<!channel>", "<!here|x>", "<@U123>",
    "<#C1|general>", "<!subteam^S1>", "<!date^1^{date}|x>", "<http://x.org|click>", "~town-square", "#hashtag", "# heading",
    "###### h6", "heading\n===", "heading\n---", "===", "---", "***", "___", "- - -", "* * *", "=", "== x", "+++", "---\na: b\n---",
    "+++\na=1\n+++", "- item", "* item", "+ item", "1. item", "1) item", "0. x", "999999999. x", "1234567890. x", "- [ ] todo",
    "- [x] done", "    code", "\tcode", "```", "```sh\nrm -rf\n```", "~~~", "~~~\nx\n~~~", "`", "``", "`a`", "``a`b``", "`a\nb`", "a`b",
    "> quote", ">quote", "> [!NOTE]\n> x", ">>> x", "| a | b |\n|---|---|\n| 1 | 2 |", "a | b\n--|--\n1 | 2", "|", "||", "|-|", ":-:|:-:",
    "[a](http://x.org)", "[a](javascript:alert(1))", "[a][b]", "[a]", "[a]: http://x.org", "[a]: <x> 'y'", "![a](http://x.org/i.png)",
    "![a][b]", "[![a](b)](c)", "[[wiki]]", "[[wiki|text]]", "![[embed]]", "[^1]", "[^1]: note", "[a](<b c>)", "[", "]", "](", "![", "<http://x.org>",
    "<mailto:a@b.org>", "<a@b.org>", "a@b.org", "http://x.org", "https://x.org/?q=%40", "ftp://x.org", "www.x.org", "WWW.X.ORG", "www2.x.org",
    "mailto:a@b.org", "tel:+123", "mattermost://x", "x.org", "//x.org", "javascript:alert(1)", "data:text/html,x", "<b>x</b>", "<img src=x>",
    "<script>x</script>", "<!-- x -->", "<?x?>", "<!DOCTYPE x>", "<![CDATA[x]]>", "</div>", "<div>", "<br/>", "<a\nhref=x>", "&lt;b&gt;",
    "&amp;", "&#0;", "&#x1F600;", "&nbsp;", "&copy", "& b", "*em*", "_em_", "**st**", "__st__", "***x***", "*a", "a*", "_a", "a_", "snake_case",
    "__init__", "~sub~", "~~del~~", "^sup^", "==mark==", "||spoiler||", "$x$", "$$x$$", "$`x`$", "\\(x\\)", "\\[x\\]", "$5 and $6", ":smile:",
    ":+1:", ": +1:", "::", ":::note", "::: note\nx\n:::", ":", "term\n: definition", ": definition", ":)", ":-D", "<3", "12:30:45", "a:b:c",
    "{#id}", "{.class}", "# x {#id}", "{{x}}", "\\", "\\\\", "a\\", "a\\\nb", "a  \nb", "\\*", "\\`", "\\`x`", "\\[a](b)", "\\<b>", "\\&amp;",
    "\n", "\r\n", "\r", "\n\n", "a\n\nb", "\u{85}", "\u{2028}", "\u{2029}", "\u{B}", "\u{C}", "\0", "\u{7F}", "\u{80}", "\u{9F}", "\u{1B}",
    "\u{1B}[31m", "\u{1B}[2J", "\u{9B}1m", "\u{1B}]0;t\u{7}", "\u{1B}]8;;http://x\u{1B}\\", "\u{1B}]52;c;eA==\u{7}", "\u{1B}P1\u{1B}\\",
    "\u{90}x\u{9C}", "\u{1B}_x\u{1B}\\", "\u{1B}(0", "\u{1B}c", "\u{8}\u{8}", "\u{202E}", "\u{202C}", "\u{2066}x\u{2069}", "\u{61C}", "\u{200E}",
    "\u{200F}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{FEFF}", "\u{AD}", "\u{34F}", "\u{180E}", "\u{3164}", "\u{FFA0}", "\u{115F}", "\u{E0041}",
    "\u{E007F}", "\u{E0001}", "\u{E0100}", "\u{FE00}", "\u{FE0F}", "\u{FFF9}x\u{FFFA}y\u{FFFB}", "\u{FDD0}", "\u{FFFF}", "\u{10FFFF}", "\u{301}",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "\u{20DD}", "👩\u{200D}👩\u{200D}👧", "🇩🇪", "\u{1F3FB}", "日本語", "عربى", "नमस्ते",
    "한글", "\u{A0}", "\u{3000}", "\u{2003}x", "\u{1D173}", "\u{13430}", "/command", "/me x", "a ", " a", "'q' \"q\"", "...", "--", "(c)", "a-b", "+1", "-1", "1.5", "100%",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => select(PIECES).prop_map(str::to_owned),
        2 => "[ -~]{0,12}",
        1 => any::<String>(),
        1 => select(&["", " ", "\n", "x", "\\", "`"][..]).prop_map(str::to_owned),
    ];
    vec(piece, 1..7).prop_map(|pieces| pieces.concat())
}

/// What the parser made of `text` that is not a paragraph of plain text.
fn beyond_text(text: &str) -> Vec<String> {
    Parser::new_ext(text, Options::all())
        .filter(|event| {
            !matches!(
                event,
                Event::Start(Tag::Paragraph)
                    | Event::End(TagEnd::Paragraph)
                    | Event::Text(_)
                    | Event::SoftBreak
            )
        })
        .map(|event| format!("{event:?}"))
        .collect()
}

fn paragraphs(text: &str) -> usize {
    Parser::new_ext(text, Options::all())
        .filter(|event| matches!(event, Event::Start(Tag::Paragraph)))
        .count()
}

static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{34F}\u{115F}\u{1160}\u{3164}\u{FFA0}]|\p{M}{5}")
        .expect("a class")
});

/// What chat clients find in text without asking Markdown.
static LIVELY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)@|~|:[a-z0-9_+-]+:|://|mailto:|www\d*\.|#[a-z]|\$").expect("a pattern")
});

fn markdown_is_inert(text: &str) {
    let made = markdown(text);
    for (before, after) in [("", ""), ("header\n", ""), ("", "\nfooter"), ("a: ", " z")] {
        let whole = format!("{before}{made}{after}");
        assert_eq!(
            beyond_text(&whole),
            Vec::<String>::new(),
            "{text:?} -> {whole:?}"
        );
        assert!(paragraphs(&whole) <= 1, "{text:?} -> {whole:?}");
    }
    assert!(!LIVELY.is_match(&made), "{text:?} -> {made:?}");
}

fn code_is_one_span(text: &str) {
    let made = code(text);
    let whole = format!("x {made} y");
    let spans: Vec<String> = Parser::new_ext(&whole, Options::all())
        .filter_map(|event| match event {
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => None,
            Event::Code(inside) => Some(format!("code {inside}")),
            other => Some(format!("{other:?}")),
        })
        .collect();
    let inside = line(text);
    let inside = if inside.is_empty() { "…" } else { &inside };
    assert_eq!(spans.len(), 3, "{text:?} -> {whole:?}: {spans:?}");
    assert_eq!(spans[1], format!("code {inside}"), "{text:?}");
    assert_eq!(beyond_text(&made).len(), 1, "{text:?} -> {made:?}");
}

fn slack_is_inert(text: &str) {
    let made = mrkdwn(text);
    assert!(!LIVELY.is_match(&made), "{text:?} -> {made:?}");
    assert!(
        !made.contains(['<', '>', '*', '`', '\n']),
        "{text:?} -> {made:?}"
    );
    assert!(!made.starts_with("&gt;"), "{text:?} -> {made:?}");
    let span = mrkdwn_code(text);
    assert_eq!(span.matches('`').count(), 2, "{text:?} -> {span:?}");
    assert!(
        span.len() > 2 && !span.contains(['<', '>', '\n']),
        "{text:?} -> {span:?}"
    );
}

fn nothing_hidden_survives(text: &str) {
    let once = line(text);
    for made in [
        once.clone().into_owned(),
        markdown(text),
        code(text),
        mrkdwn(text),
        mrkdwn_code(text),
    ] {
        assert!(!HIDDEN.is_match(&made), "{text:?} -> {made:?}");
    }
    assert_eq!(line(&once), once, "{text:?}");
    assert!(
        !once.contains("  ") && once.trim() == once,
        "{text:?} -> {once:?}"
    );
}

#[test]
fn the_fixed_list_is_harmless() {
    assert!(PIECES.len() >= 200, "{} pieces", PIECES.len());
    for text in PIECES {
        markdown_is_inert(text);
        code_is_one_span(text);
        slack_is_inert(text);
        nothing_hidden_survives(text);
    }
}

#[test]
fn any_two_pieces_are_harmless() {
    for one in PIECES.iter().step_by(2) {
        for two in PIECES {
            let text = format!("{one}{two}");
            markdown_is_inert(&text);
            code_is_one_span(&text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn markdown_of_anything_is_one_paragraph_of_text(text in hostile()) {
        markdown_is_inert(&text);
    }

    #[test]
    fn code_of_anything_is_one_span(text in hostile()) {
        code_is_one_span(&text);
    }

    #[test]
    fn mrkdwn_of_anything_is_inert(text in hostile()) {
        slack_is_inert(&text);
    }

    #[test]
    fn a_clip_of_anything_fits(text in hostile(), graphemes in 0usize..30) {
        let clipped = clip(&text, graphemes);
        prop_assert!(clipped.graphemes(true).count() <= graphemes);
        prop_assert_eq!(clip(&clipped, graphemes), clipped.clone());
        prop_assert!(clip_bytes(&text, graphemes).len() <= graphemes);
    }

    #[test]
    fn redaction_of_anything_is_idempotent(text in secretive()) {
        let redactor = Redactor::new(&["canary-value-1".to_owned()]);
        let once = redactor.redact(&text).into_owned();
        prop_assert_eq!(redactor.redact(&once).into_owned(), once.clone(), "text: {:?}", text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2500, failure_persistence: None, ..ProptestConfig::default() })]

    // Fault 89.
    #[test]
    fn nothing_hidden_survives_anywhere(text in hostile()) {
        nothing_hidden_survives(&text);
    }
}

/// Text made of what the rules look for.
fn secretive() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(&[
            "token", "_key", "password", "secret=", ": ", "=", " = \"", "\"", "'", "\\\"", "\\n", "\n", " ", ",", "--", "-u ", "-p ",
            "curl ", "mysql ", "Authorization: Bearer ", "Cookie: a=", "https://u:", "@host", "[REDACTED:key]", "[REDACTED:", "]",
            "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----", "eyJ", ".eyJ", "ghp_", "sk-", "xoxb-", "AKIA", "adafruit",
            "heroku", "kind: Secret\ndata:\n", "canary-value-1", "Y2FuYXJ5LXZhbHVlLTE", "é", "|", "<", ">", "$", "{", "}", "(", "&", "%3D", ":",
        ][..]).prop_map(str::to_owned),
        3 => "[a-zA-Z0-9]{6,44}",
        1 => "[0-9a-f]{32}",
        1 => "[a-zA-Z0-9+/_.=-]{1,24}",
        1 => any::<String>(),
    ];
    vec(piece, 1..14).prop_map(|pieces| pieces.concat())
}
