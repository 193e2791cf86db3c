//! What an agent says on its way: sentence by sentence, for every source that tells of it.

mod again;
mod source;
mod stream;

use serde_json::Value;

use crate::support::{feed, home, run, wire};
use source::{SOURCES, Source, Turn};

/// What was said on the way, and what was answered.
const SAID: &str = "Comparing the retry path.";
const ANSWER: &str = "The retry path was wrong.";
const THOUGHT: &str = "I doubt that it is right.";

/// A turn that says something, works, and perhaps answers.
fn turn() -> Turn {
    Turn::default()
        .asks(0, "fix it")
        .thinks(500, THOUGHT)
        .says(1_000, SAID)
        .works(1_100, 2_000)
}

/// The events of a turn; with `now` followed by one tick.
fn events(source: &Source, turn: &Turn, now_ms: Option<i64>) -> Vec<u8> {
    let home = home();
    (source.write)(home.path(), turn);
    let now = now_ms.map(|at_ms| format!("--now={}", crate::support::tree::stamp(at_ms)));
    let mut args = vec!["tail"];
    args.extend(now.as_deref());
    run(home.path(), &args).ok().out
}

/// The frames that events make.
fn frames(events: &[u8], args: &[&str]) -> Vec<Value> {
    let home = home();
    let all: Vec<&str> = ["render"].iter().chain(args).copied().collect();
    wire::frames(&feed(home.path(), &all, events).ok().out)
}

/// The commentary of the newest frame.
fn shown(events: &[u8], args: &[&str]) -> Vec<String> {
    let frames = frames(events, args);
    let view = &frames.last().expect("a frame")["view"];
    let lines = view["commentary"].as_array().into_iter().flatten();
    lines
        .map(|line| line.as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn off_is_the_default_and_nothing_of_it_is_in_a_frame() {
    for source in SOURCES {
        let events = events(source, &turn().answers(9_000, ANSWER), None);
        assert!(String::from_utf8_lossy(&events).contains(SAID));
        for args in [&[][..], &["--commentary", "off", "--status-tags", "plan"]] {
            let frames = Value::Array(frames(&events, args)).to_string();
            assert!(!frames.contains("Comparing"), "{}: {frames}", source.name);
        }
    }
}

#[test]
fn the_newest_line_or_the_newest_lines_are_shown_while_it_works_and_after() {
    for source in SOURCES {
        let more = turn().says(3_000, "Now the client.").works(3_100, 4_000);
        for turn in [more.clone(), more.answers(9_000, ANSWER)] {
            let events = events(source, &turn, None);
            let latest = shown(&events, &["--commentary", "latest"]);
            assert_eq!(latest, ["Now the client."], "{}", source.name);
            let all = shown(&events, &["--commentary", "all"]);
            assert_eq!(all, [SAID, "Now the client."], "{}", source.name);
        }
    }
}

#[test]
fn a_final_answer_never_appears_and_reasoning_never_leaves_tail() {
    for source in SOURCES {
        let events = events(source, &turn().answers(9_000, ANSWER), None);
        let told = String::from_utf8_lossy(&events);
        assert!(told.contains(ANSWER), "{}: {told}", source.name);
        assert!(!told.contains("doubt"), "{}: {told}", source.name);
        for which in ["off", "latest", "all"] {
            let frames = Value::Array(frames(&events, &["--commentary", which])).to_string();
            assert!(!frames.contains("was wrong"), "{}: {frames}", source.name);
        }
    }
}

#[test]
fn what_is_said_is_no_answer() {
    for source in SOURCES {
        let turn = turn().says(3_000, "Now the client.").asks(9_000, "stop");
        let events = wire::events(&events(source, &turn, None));
        let ends: Vec<_> = events
            .iter()
            .filter(|event| event["type"] == "run.end")
            .collect();
        assert_eq!(ends.len(), 1, "{}: {events:#?}", source.name);
        assert_eq!(ends[0]["outcome"], "interrupted", "{}", source.name);
    }
}

#[test]
fn it_ends_a_silence_where_it_is_shown_and_is_activity_anyway() {
    const MINUTE: i64 = 60_000;
    for source in SOURCES {
        let turn = turn().says(2 * MINUTE, "Still at it.");
        let at = |now_ms: i64, which: &str| {
            let events = events(source, &turn, Some(now_ms));
            let frames = frames(&events, &["--commentary", which]);
            let frame = frames.last().expect("a frame").clone();
            let note = frame["view"]["note"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            (frame["state"].as_str().expect("a state").to_owned(), note)
        };
        let name = source.name;
        let quiet = |minutes: u32| ("active".to_owned(), format!("no output for {minutes}m"));
        let active = ("active".to_owned(), String::new());
        let soon = 2 * MINUTE + 59_000;
        assert_eq!(at(soon, "latest"), active, "{name}");
        assert_eq!(at(soon, "all"), active, "{name}");
        assert_eq!(at(soon, "off"), quiet(2), "{name}");
        // Half an hour after the last record, not after the last that a box shows.
        let late = 32 * MINUTE - 1_000;
        assert_eq!(at(late, "off"), quiet(30), "{name}");
        let seen = ("active".to_owned(), "last seen 25 min ago".to_owned());
        assert_eq!(at(late, "all"), seen, "{name}");
        assert_eq!(at(late + 1_000, "off").0, "interrupted", "{name}");
    }
}

#[test]
fn lines_are_bounded_and_safe() {
    let long = "again and ".repeat(400);
    let hostile = format!(
        "@channel **look** [here](https://x.example) \u{202e}\u{1b}[31m`\n\n# {} \n\n{long}",
        concat!("ghp_", "x8Kq2Lm9Zt4Vb7Nc3Rw6Yd1Hf5Gj0SpQaXeU"),
    );
    for source in SOURCES {
        let events = events(
            source,
            &turn().says(3_000, &hostile).works(3_100, 4_000),
            None,
        );
        let lines = shown(&events, &["--commentary", "all"]);
        let chars = |line: &String| line.chars().count();
        assert!(lines.len() >= 4, "{}: {lines:?}", source.name);
        assert!(lines.iter().all(|line| chars(line) <= 220), "{lines:?}");
        assert!(lines.iter().map(chars).sum::<usize>() <= 1_000, "{lines:?}");
        let short = hostile.replace(&long, "");
        let events = self::events(
            source,
            &turn().says(3_000, &short).works(3_100, 4_000),
            None,
        );
        let frames = frames(&events, &["--commentary", "all"]);
        let frame = frames.last().expect("a frame");
        let text = frame["text"]["markdown"].as_str().expect("a text");
        for bad in ["@channel", "https://", " **look", "\n#"] {
            assert!(!text.contains(bad), "{}: {bad}: {text}", source.name);
        }
        let all = Value::Array(frames.clone()).to_string();
        for bad in ["x8Kq2Lm9", "\\u001b", "\u{202e}"] {
            assert!(!all.contains(bad), "{}: {bad}: {all}", source.name);
        }
    }
}

#[test]
fn it_is_a_setting_as_any_other() {
    let events = events(&SOURCES[0], &turn(), None);
    let home = home();
    let file = home.path().join("live-status.toml");
    std::fs::write(&file, "commentary = \"all\"\nstatus-tags = [\"plan\"]\n").expect("written");
    let file = file.to_str().expect("UTF-8");
    let by_file = feed(home.path(), &["render", "--config", file], &events).ok();
    let mut command = crate::support::program(home.path());
    command.env("LIVE_STATUS_COMMENTARY", "all").arg("render");
    let by_variable = crate::support::feed_to(&mut command, &events);
    let by_flag = feed(home.path(), &["render", "--commentary", "all"], &events);
    assert!(by_flag.text().contains("Comparing"));
    assert_eq!(by_file.out, by_flag.out);
    assert_eq!(by_variable.out, by_flag.out);
    for bad in ["agent_thought_chunk", "Plan", ""] {
        let ran = feed(home.path(), &["render", "--status-tags", bad], &events);
        assert_eq!(ran.code, 2, "{bad}: {}", ran.err);
    }
}
