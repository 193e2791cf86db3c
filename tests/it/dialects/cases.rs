//! A transcript in, its events and its boxes out, to the byte.

use std::path::Path;

use super::{DIALECTS, cases};
use crate::support::{feed, home, program, wire};

/// What the program makes of the transcripts in `case`: events, and the text of each box.
fn made(case: &Path) -> [(&'static str, Vec<u8>); 2] {
    let home = home();
    let output = program(home.path())
        .current_dir(case)
        .args(["tail", "."])
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", case.display());
    assert!(said.is_empty(), "{}: {said}", case.display());
    wire::events(&output.stdout);
    let labelled = feed(home.path(), &["label"], &output.stdout).ok();
    let frames = feed(home.path(), &["render"], &labelled.out).ok();
    wire::frames(&frames.out);
    let text = ["render", "--output", "text", "--markup", "plain"];
    let boxes = feed(home.path(), &text, &labelled.out).ok();
    [("events.ndjson", output.stdout), ("boxes.txt", boxes.out)]
}

#[test]
fn every_case_gives_the_events_and_boxes_that_stand_beside_it() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    for case in DIALECTS.iter().flat_map(cases) {
        for (name, made) in made(&case) {
            let path = case.join(name);
            if update {
                std::fs::write(&path, &made).expect("written");
            }
            let kept = std::fs::read(&path).unwrap_or_default();
            if kept != made {
                let made = String::from_utf8_lossy(&made).into_owned();
                wrong.push(format!("{}:\n{made}", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nlook at each difference; UPDATE_CASES=1 writes them down",
        wrong.join("\n")
    );
}

#[test]
fn the_pipe_and_the_stream_give_what_the_file_does() {
    let home = home();
    for dialect in DIALECTS {
        for case in cases(dialect) {
            let file = super::recorded::transcripts(&case, dialect).remove(0);
            let bytes = std::fs::read(&file).expect("a transcript");
            let path = file.to_str().expect("UTF-8");
            let own = crate::support::run(home.path(), &["tail", path]).ok();
            let stream = feed(home.path(), &["tail", "-"], &bytes).ok();
            let kinds = |out: &[u8]| -> Vec<(String, String)> {
                let all = wire::events(out).into_iter();
                let text = |event: &serde_json::Value, key: &str| event[key].to_string();
                all.map(|event| (text(&event, "type"), text(&event, "run")))
                    .collect()
            };
            // A stream has no name that its first records could be held against.
            if !case.ends_with("fork") {
                assert_eq!(kinds(&own.out), kinds(&stream.out), "{path}");
            }
        }
    }
}
