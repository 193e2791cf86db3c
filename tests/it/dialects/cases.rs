//! A transcript in, its events and its boxes out, to the byte.

use super::{DIALECTS, cases};
use crate::goldens::{hold, made};
use crate::support::{feed, home, wire};

#[test]
fn every_case_gives_the_events_and_boxes_that_stand_beside_it() {
    let cases = DIALECTS.iter().flat_map(cases);
    hold(cases.map(|case| (made(&case, &["."]), case)));
}

#[test]
fn the_pipe_and_the_stream_give_what_the_file_does() {
    let home = home();
    for dialect in DIALECTS {
        for case in cases(dialect) {
            // What stands in many files has no stream.
            let files = super::recorded::transcripts(&case, dialect);
            let Some(file) = files.first() else { continue };
            let bytes = std::fs::read(file).expect("a transcript");
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
