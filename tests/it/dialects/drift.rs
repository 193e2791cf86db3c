//! A later version writes more: what nobody knows changes nothing that is told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::recorded::{recorded, transcripts};
use super::{DIALECTS, cases};
use crate::faults::harness::amount;
use crate::faults::writer::Dice;
use crate::support::{files, home, run, shared, wire};

/// Where records hold what they are about.
const INSIDE: &[&str] = &[
    "/message",
    "/data",
    "/event",
    "/systemPayload",
    "/payload",
    "/payload/item",
    "/item",
    "/params",
    "/params/update",
];

/// Where records hold lists of blocks, and what an unknown one is there.
const LISTS: &[(&str, &str)] = &[
    (
        "/message/content",
        r#"{"type":"hologram","text":"x","id":"h"}"#,
    ),
    (
        "/payload/content",
        r#"{"type":"hologram","text":"x","id":"h"}"#,
    ),
    ("/message/parts", r#"{"hologram":{"text":"x"}}"#),
    ("/message/parts", r#"{"type":"hologram","text":"x"}"#),
];

/// Values that an unknown key may have.
const VALUES: &[&str] = &[
    "null",
    "true",
    "-1.5e3",
    "\"tool_use\"",
    "[[],[{\"type\":\"user\"}]]",
    r#"{"deep":[1,{"type":"user","role":"assistant","id":"h"}]}"#,
];

/// Adds to transcripts what nobody knows.
struct Drift {
    dice: Dice,
    /// Of so many places one is changed; none of zero.
    of: usize,
    /// How many types of records nobody knows.
    records: usize,
}

impl Drift {
    fn of(of: usize, seed: usize) -> Self {
        Self {
            dice: Dice(seed as u64),
            of,
            records: 0,
        }
    }

    fn happens(&mut self) -> bool {
        self.of > 0 && self.dice.below(self.of) == 0
    }

    fn one_of(&mut self, texts: &[&str]) -> Value {
        let at = self.dice.below(texts.len());
        serde_json::from_str(texts[at]).expect("JSON")
    }

    /// The same transcript with keys, blocks and records that nobody knows.
    fn text(&mut self, text: &str) -> String {
        if let Ok(document) = serde_json::from_str::<Value>(text)
            && (document["messages"].is_array() || text.trim_end().contains('\n'))
        {
            return self.document(document).to_string();
        }
        let mut lines = String::new();
        for line in text.split_inclusive('\n') {
            let record = serde_json::from_str::<Value>(line);
            let Some(mut record) = record.ok().filter(Value::is_object) else {
                lines += line;
                continue;
            };
            // Behind what is still being written nothing stands.
            let end = if line.ends_with('\n') { "\n" } else { "" };
            let time = record["timestamp"].clone();
            self.record(&mut record);
            lines += &record.to_string();
            lines += end;
            if !end.is_empty() && self.happens() {
                lines += &self.unknown(&time).to_string();
                lines += end;
            }
        }
        lines
    }

    fn unknown(&mut self, time: &Value) -> Value {
        self.records += 1;
        match time.is_null() {
            true => json!({"type": "novelty"}),
            false => json!({"type": "novelty", "timestamp": time}),
        }
    }

    fn record(&mut self, record: &mut Value) {
        for place in [""].iter().chain(INSIDE) {
            if record.pointer(place).is_some_and(Value::is_object) && self.happens() {
                let value = self.one_of(VALUES);
                let inside = record.pointer_mut(place).and_then(Value::as_object_mut);
                inside.expect("it is one").insert("novelty".into(), value);
            }
        }
        for (place, block) in LISTS {
            if let Some(Value::Array(list)) = record.pointer_mut(place)
                && self.happens()
            {
                let at = match self.of {
                    1 => list.len(),
                    _ => self.dice.below(list.len() + 1),
                };
                list.insert(at, serde_json::from_str(block).expect("JSON"));
            }
        }
    }

    /// A document with such keys, and such messages behind some of its own.
    fn document(&mut self, mut document: Value) -> Value {
        document["novelty"] = self.one_of(VALUES);
        let Some(messages) = document["messages"].as_array_mut() else {
            return document;
        };
        let mut later = Vec::new();
        for mut message in std::mem::take(messages) {
            let time = message["timestamp"].clone();
            self.record(&mut message);
            later.push(message);
            if self.happens() {
                later.push(self.unknown(&time));
            }
        }
        document["messages"] = later.into();
        document
    }
}

/// Events without what only tells where they stood, and without those that say that something is unknown.
fn told(out: &[u8]) -> Vec<Value> {
    let events = wire::events(out).into_iter();
    let known = events.filter(|event| event["type"] != "meta");
    let mut names = BTreeMap::new();
    known
        .map(|mut event| {
            let fields = event.as_object_mut().expect("an object");
            fields.remove("src");
            // How long a result is, whatever is in it.
            fields.remove("bytes");
            // Where a writer gives none, an id tells the place among its siblings, or is made of them.
            for key in ["id", "call", "parent_call", "run"] {
                if let Some(Value::String(name)) = fields.get_mut(key) {
                    let of = name.trim_end_matches(|digit: char| digit.is_ascii_digit());
                    let of = of.strip_suffix(':').unwrap_or(name).to_owned();
                    let number = names.len();
                    *name = names.entry(of).or_insert(number).to_string();
                }
            }
            event
        })
        .collect()
}

/// What is told of a transcript in another way once it has drifted.
fn differs(path: &Path, drift: &mut Drift) -> Option<String> {
    let text = String::from_utf8_lossy(&std::fs::read(path).expect("a transcript")).into_owned();
    // Both are written anew, so that keys have one order.
    let texts = [Drift::of(0, 0).text(&text), drift.text(&text)];
    let [plain, later] = texts.map(|text| {
        // The same names in both: an agent may be called by its folder.
        let home = home();
        let folder = home.path().join("agent/sessions");
        std::fs::create_dir_all(&folder).expect("made");
        let file = folder.join(path.file_name().expect("a name"));
        std::fs::write(&file, &text).expect("written");
        run(home.path(), &["tail".as_ref(), file.as_os_str()])
    });
    let place = path.display();
    if plain.code != later.code || drift.records > 0 && !later.err.contains("novelty") {
        return Some(format!("{place}: {}", later.err));
    }
    let (plain, later) = (told(&plain.out), told(&later.out));
    let mut pairs = plain.iter().zip(&later);
    let other = pairs.find(|(one, two)| one != two);
    if let Some((one, two)) = other {
        return Some(format!("{place}:\n{one}\n{two}"));
    }
    let (before, after) = (plain.len(), later.len());
    (before != after).then(|| format!("{place}: {before} events, then {after}"))
}

#[test]
fn what_nobody_knows_changes_nothing_but_meta() {
    for dialect in DIALECTS {
        let cases = cases(dialect).into_iter();
        let all = cases.flat_map(|case| transcripts(&case, dialect));
        let other = all.filter_map(|path| differs(&path, &mut Drift::of(1, 1)));
        assert_eq!(other.collect::<Vec<_>>(), Vec::<String>::new());
    }
}

#[test]
fn in_what_others_recorded_it_changes_nothing_either() {
    let seed = amount("LIVE_STATUS_SEED", 37);
    let own = shared("fixtures").map(|all| files(&all.join("openclaw"), ".jsonl"));
    let own = own.into_iter().flatten();
    let others = DIALECTS.iter().flat_map(recorded);
    // What is kept in many files drifts in a test of its own.
    let all = own.chain(others).filter(|path| path.is_file());
    let all: Vec<PathBuf> = all.collect();
    println!("{} recordings, seed {seed} (LIVE_STATUS_SEED)", all.len());
    let other = all
        .iter()
        .enumerate()
        .filter_map(|(number, path)| differs(path, &mut Drift::of(3, seed + number)));
    let other: Vec<String> = other.collect();
    assert!(other.is_empty(), "{}", other.join("\n"));
}
