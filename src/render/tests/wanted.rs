//! What people want to see beside the steps: plans, files, the context, waits for quota, jobs.

use super::super::{Markup, Settings};
use super::last;
use crate::view::scene::scene;

fn settings(markup: Markup) -> Settings {
    Settings {
        markup,
        ..Settings::default()
    }
}

fn shown(script: &str) -> String {
    let begun = "0 start r; 1 tool a Editing config.rs";
    last(&[scene("p", begun).more(script)], settings(Markup::Plain))
}

#[test]
fn a_box_says_what_people_ask_for() {
    let cases = [
        (
            "a plan says what is under way",
            "2 plan 2 5 Write the tests",
            "[ACTIVE] main - 2s - 1 tool\n\
             ... Editing config.rs - 1s\n[ACTIVE] 2 of 5 (Write the tests) - 14:30",
        ),
        (
            "a run that is over works on nothing",
            "2 end a ok; 2 plan 4 5 Write the tests; 3 stop ok",
            "[DONE] main - 3.0s - 1 tool\nEditing 1\n[DONE] 4 of 5",
        ),
        (
            "an edit says its lines",
            "2 wrote a /w/src/config.rs 12 3",
            "[ACTIVE] main - 2s - 1 tool\n\
             ok Editing config.rs - 1.0s - +12 -3\n[ACTIVE] 1 file +12 -3 - 14:30",
        ),
        (
            "the end names files",
            "2 wrote a /w/src/config.rs 12 3; 3 tool b Editing lib.rs; 4 wrote b /w/lib.rs 4 0; 5 stop ok",
            "[DONE] main - 5.0s - 2 tools\nEditing 2\n\
             2 files +16 -3 - config.rs +12 -3 - lib.rs +4",
        ),
        (
            "a single file is said once",
            "2 wrote a /w/src/config.rs 12 3; 5 stop ok",
            "[DONE] main - 5.0s - 1 tool\nEditing 1\nconfig.rs +12 -3",
        ),
        (
            "without a target a file has no name",
            "2 tool b Editing; 3 wrote b /w/secret.txt 1 1; 4 end a ok; 5 stop ok",
            "[DONE] main - 5.0s - 2 tools\nEditing 2\n1 file +1 -1",
        ),
        (
            "an edit that failed changed nothing",
            "2 end a error; 5 stop ok",
            "[DONE] main - 5.0s - 1 tool\nEditing 1 - 1 failed\nFAILED Editing config.rs - 1.0s - failed",
        ),
        (
            "the context is a share of what it holds",
            "2 context 84000 200000",
            "[ACTIVE] main - 2s - 1 tool\n... Editing config.rs - 1s\n[ACTIVE] 42% context - 14:30",
        ),
        (
            "a compaction that two records tell is one",
            "2 compact; 2.1 compact",
            "[ACTIVE] main - 2s - 1 tool\n... Editing config.rs - 1s\n[ACTIVE] compacted - 14:30",
        ),
        (
            "and work between two makes two",
            "2 compact; 3 say commentary x; 4 compact",
            "[ACTIVE] main - 4s - 1 tool\n... Editing config.rs - 3s\n[ACTIVE] compacted 2 times - 14:30",
        ),
        (
            "a limit is a wait, not an error",
            "2 end a ok; 3 retry 429 rate limit; 63 retry 429 rate limit; 63 tick",
            "[BLOCKED] main - 1m 0s - 1 tool\n\
             Waiting for quota since 14:30 - 429 rate limit\n\
             ok Editing config.rs - 1.0s\n[BLOCKED] 14:31",
        ),
        (
            "until the model answers",
            "2 end a ok; 3 retry 429 rate limit; 63 say commentary on we go",
            "[ACTIVE] main - 1m 0s - 1 tool\nok Editing config.rs - 1.0s\n[ACTIVE] 14:31",
        ),
        (
            "or it is given up",
            "2 end a ok; 3 retry 429 rate limit; 63 error 429 rate limit; 63 stop error",
            "[ERROR] main - 1m 3s - 1 tool\nReason: 429 rate limit\nEditing 1",
        ),
        (
            "a failure that was recovered from is no error of the run",
            "2 end a error 1; 3 tool b Editing config.rs; 4 end b ok; 5 say final x; 5 stop ok",
            "[DONE] main - 5.0s - 2 tools\nEditing 2 - 1 failed\nFAILED Editing config.rs - 1.0s - exit 1",
        ),
        (
            "a job outlives its run",
            "2 end a ok; 3 tool s Running npm start; 4 background s j; 5 say final x; 6 stop ok; 99 tick",
            "[DONE] main - 6.0s - 2 tools\nEditing 1 - Running 1\n\
             ... Running npm start - in background",
        ),
        (
            "until it ends",
            "2 end a ok; 3 tool s Running npm start; 4 background s j; 6 stop ok; 99 job j ok",
            "[DONE] main - 6.0s - 2 tools\nEditing 1 - Running 1",
        ),
        (
            "whatever was asked meanwhile",
            "2 end a ok; 3 tool s Running npm start; 4 background s j; 6 stop ok; 7 start q; 8 of r",
            "[DONE] main - 6.0s - 2 tools\nEditing 1 - Running 1\n\
             ... Running npm start - in background",
        ),
    ];
    for (why, script, want) in cases {
        let got = match script.ends_with("of r") {
            true => of_first(script),
            false => shown(script),
        };
        assert_eq!(got, want, "{why}: {script}");
    }
}

/// The last box of the first run.
fn of_first(script: &str) -> String {
    let begun = scene("p", "0 start r; 1 tool a Editing config.rs").more(script);
    let frames = super::frames(&[begun], settings(Markup::Plain));
    let mut of_run = frames.into_iter().filter(|frame| &*frame.run == "r");
    let frame = of_run.next_back().expect("a frame");
    let text = frame.text.as_ref().and_then(|text| text.any());
    text.unwrap_or_default().to_owned()
}

#[test]
fn many_sub_agents_fold_into_a_line_that_says_how_many_run() {
    let mut parent = String::from("0 start r;");
    let mut family = Vec::new();
    for number in 0..12 {
        parent += &format!("{number}.1 spawn c{number} s{number} worker {number};");
        // The first five are over.
        let end = if number < 5 { "20 stop ok" } else { "" };
        let child = format!("parent p; {number}.5 start k; {number}.6 tool t Reading; {end}");
        family.push(scene(&format!("s{number}"), &format!("{number}.2 {child}")));
    }
    family.insert(0, scene("p", &parent));
    let settings = Settings {
        max_lines: 6,
        ..settings(Markup::Markdown)
    };
    let text = last(&family, settings);
    let fold = text.lines().find(|line| line.starts_with('…'));
    assert_eq!(
        fold.map(str::trim_end),
        Some("… 9 more sub-agents, 4 running"),
        "{text}"
    );
}
