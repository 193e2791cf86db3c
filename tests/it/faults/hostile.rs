//! Text that would act on whoever reads it, through the whole pipe; and ids that would be paths.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::{Value, json};

use super::harness::{Place, Tail, once};
use super::writer::Writer;

/// Texts that ping, link, embed, fence, list, hide or command.
const HOSTILE: [&str; 24] = [
    "@channel @all @here @user",
    "<!channel> <@U123> <#C123> <!subteam^S1>",
    "```\n@all\n```",
    "``````````",
    "`` ` ``` @here",
    "[click](https://evil.example/?q=1)",
    "![x](https://evil.example/pixel.png)",
    "https://evil.example/a www.evil.example mailto:a@evil.example",
    "<a href=\"https://evil.example\">x</a><img src=x>",
    "| a | b |\n|---|---|\n| c | d |",
    "# Heading\n\n- one\n- two\n\n> quote",
    ":smile: :rotating_light:",
    "/leave\n/invite @user",
    "$$x$$ #tag ~channel",
    "\u{1b}[31mred\u{1b}[0m \u{1b}]52;c;AAAA\u{7} \u{1b}]8;;https://evil.example\u{1b}\\x",
    "\u{9b}31m\u{90}q\u{9c}",
    "a\u{202e}gnp.exe\u{2066}x\u{2069}",
    "z\u{200b}e\u{200d}r\u{feff}o\u{2060}",
    "\u{e0041}\u{e0042}tags\u{e007f}",
    "line\u{2028}sep\u{2029}para\u{85}next",
    "\u{0}nul\u{8}back\u{7f}",
    "&#64;all &lt;b&gt; &commat;here",
    "*bold* _it_ ~~gone~~ **x** ==mark==",
    "\u{fffe}\u{ffff}\u{fdd0}",
];

/// Whether a character acts on a terminal or hides.
pub fn acts(character: char) -> bool {
    matches!(character, '\u{0}'..='\u{9}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{61c}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Runs `live-status` with input.
fn filter(place: &Place, args: &[&str], input: &[u8]) -> (String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_live-status"))
        .args(args)
        .env_clear()
        .env("HOME", place.home())
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let mut to = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || to.write_all(&input));
    let output = child.wait_with_output().expect("ends");
    feeder.join().expect("ends").expect("is read");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr))
}

/// A transcript in which `text` stands wherever a writer may put one.
fn transcript(sid: &str, text: &str) -> String {
    let ms = 1_790_330_400_000_i64;
    let records = [
        json!({"type": "session", "version": 3, "id": sid, "timestamp": "2026-09-25T10:00:00.000Z", "cwd": text}),
        json!({"type": "message", "id": "e0", "timestamp": "2026-09-25T10:00:00.000Z",
            "message": {"role": "user", "timestamp": ms, "content": text}}),
        json!({"type": text, "id": "e1", "timestamp": "2026-09-25T10:00:01.000Z"}),
        json!({"type": "message", "id": "e2", "timestamp": "2026-09-25T10:00:01.000Z", "message": {"role": text, "content": text}}),
        json!({"type": "message", "id": "e3", "timestamp": "2026-09-25T10:00:02.000Z",
            "message": {"role": "assistant", "timestamp": ms + 2_000, "stopReason": "toolUse", "model": text, "content": [
                {"type": "text", "text": text},
                {"type": "toolCall", "id": text, "name": text, "arguments": {"path": text, "command": text}},
                {"type": "toolCall", "id": "c1", "name": "exec", "arguments": {"command": text}},
                {"type": "toolCall", "id": "c2", "name": "read", "arguments": {"path": text}},
                {"type": "toolCall", "id": "c3", "name": "web_fetch", "arguments": {"url": text}},
                {"type": "toolCall", "id": "c4", "name": "web_search", "arguments": {"query": text}}]}}),
        json!({"type": "message", "id": "e4", "timestamp": "2026-09-25T10:00:03.000Z",
            "message": {"role": "toolResult", "toolCallId": "c1", "toolName": "exec", "isError": true,
                "content": [{"type": "text", "text": text}], "details": {"error": text}}}),
        json!({"type": "message", "id": "e5", "timestamp": "2026-09-25T10:00:04.000Z",
            "message": {"role": "assistant", "timestamp": ms + 4_000, "stopReason": "error", "errorMessage": text, "content": []}}),
    ];
    records.iter().fold(String::new(), |mut all, record| {
        let _ = writeln!(all, "{record}");
        all
    })
}

// Faults 86, 87, 89.
#[test]
fn hostile_text_reaches_neither_post_nor_terminal_nor_log() {
    let place = Place::new();
    for (number, text) in HOSTILE.iter().enumerate() {
        let sid = format!("hostile{number:02}");
        let path = place.sessions().join(format!("{sid}.jsonl"));
        fs::write(path, transcript(&sid, text)).expect("written");
    }
    let state = place.state();
    let (tail, _) = once(place.home(), &[state.as_os_str()]);
    let events: String = tail
        .events
        .iter()
        .map(|event| format!("{event}\n"))
        .collect();
    for detail in ["none", "target", "args"] {
        let (labelled, _) = filter(&place, &["label", "--detail", detail], events.as_bytes());
        let args = [
            "render",
            "--output",
            "frames",
            "--commentary",
            "all",
            "--tz",
            "UTC",
            "--after",
            "0s",
        ];
        let (frames, errors) = filter(&place, &args, labelled.as_bytes());
        assert!(!errors.chars().any(acts), "{detail}: {errors:?}");
        let mut count = 0;
        for frame in frames.lines() {
            let frame: Value = serde_json::from_str(frame).expect("a frame");
            let markdown = frame["text"]["markdown"].as_str().expect("text");
            count += 1;
            assert!(!markdown.chars().any(acts), "{detail}: {markdown:?}");
            assert_eq!(effect(markdown), None, "{detail}:\n{markdown}");
        }
        assert!(count >= HOSTILE.len(), "{detail}: {count} frames");
        let (text, _) = filter(
            &place,
            &[
                "render", "--output", "text", "--markup", "plain", "--tz", "UTC",
            ],
            labelled.as_bytes(),
        );
        assert!(
            !text.is_empty() && !text.chars().any(acts),
            "{detail}: {text:?}"
        );
    }
    let log = tail.errors.concat();
    assert!(!log.chars().any(acts), "{log:?}");
}

/// What the text would do in a chat, if anything.
fn effect(markdown: &str) -> Option<String> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut code = false;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(
                Tag::Link { .. }
                | Tag::Image { .. }
                | Tag::Heading { .. }
                | Tag::Table(_)
                | Tag::HtmlBlock,
            )
            | Event::Html(_)
            | Event::InlineHtml(_) => return Some(format!("{event:?}")),
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::Text(text) if !code => {
                let mentions = [
                    "@all",
                    "@channel",
                    "@here",
                    "@user",
                    "https://evil",
                    "www.evil",
                    "<!",
                ];
                if let Some(found) = mentions.iter().find(|found| text.contains(**found)) {
                    return Some(format!("{found} in {text:?}"));
                }
            }
            _ => {}
        }
    }
    code.then(|| "a code block".to_owned())
}

// Fault 90.
#[test]
fn a_hostile_session_id_is_never_a_path() {
    let place = Place::new();
    let secret = place.home().join("secret.jsonl");
    let mut outside = Writer::unwritten(place.home(), "secret");
    let text = outside.text();
    outside.append(text);
    outside.call();
    let long = "x".repeat(4_096);
    let ids = [
        "../../../../secret",
        secret.to_str().expect("a path"),
        "a\0b",
        &long,
        "..",
        "",
        "\u{1b}[2J",
    ];
    let rows: serde_json::Map<String, Value> = ids
        .iter()
        .enumerate()
        .map(|(number, id)| {
            let row =
                json!({"sessionId": id, "sessionFile": id, "status": "running", "spawnedBy": id});
            (format!("agent:main:{number}:{id}"), row)
        })
        .collect();
    fs::write(
        place.sessions().join("sessions.json"),
        Value::Object(rows).to_string(),
    )
    .expect("written");
    let mut hello = Writer::new(&place.sessions(), "hello");
    hello.call();
    let args = [
        "-f".into(),
        "--resume".into(),
        "r".into(),
        place.state().into(),
    ];
    let mut tail = Tail::start(place.home(), args.into(), &[]);
    tail.until_call("hello", &hello.newest());
    assert_eq!(tail.stop().code(), Some(143));
    assert!(
        tail.calls.keys().all(|sid| sid == "hello"),
        "{:?}",
        tail.calls
    );
    assert!(!tail.errors.concat().chars().any(acts), "{:?}", tail.errors);
    // Nothing was made but what `--resume` keeps.
    let mut made: Vec<String> = fs::read_dir(place.home())
        .expect("lists")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    made.sort();
    assert_eq!(made, ["secret.jsonl", "state", "xdg-state"]);
}

// Fault 88.
#[test]
fn a_secret_is_masked_wherever_it_stands() {
    // Put together here, so that no line of the sources looks like one.
    let token = ["ghp", "_", "aZ3kQ9wLm2XcV7bN1sDf5GhJ8pRtYu4iOe6K"].concat();
    let forms = [
        format!("curl -H 'Authorization: Bearer {token}' https://example.org"),
        format!("https://user:{token}@example.org/x"),
        format!("GITHUB_TOKEN={token} git push"),
        format!("fatal: bad token {token}"),
    ];
    for text in forms {
        let place = Place::new();
        // An identifier is none of the places: results find their calls by it.
        let records =
            transcript("s", &text).replace(&format!("\"id\":{}", json!(text)), "\"id\":\"c0\"");
        fs::write(place.sessions().join("s.jsonl"), records).expect("written");
        let state = place.state();
        let (tail, _) = once(place.home(), &[state.as_os_str()]);
        let events: String = tail
            .events
            .iter()
            .map(|event| format!("{event}\n"))
            .collect();
        assert!(!events.contains(&token), "{text}: {events}");
        assert!(events.contains("[REDACTED"), "{text}");
        assert!(
            !tail.errors.concat().contains(&token),
            "{text}: {:?}",
            tail.errors
        );
    }
}
