//! How much others recorded of each source, and that it adds up.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::recorded::recorded;
use super::{DIALECTS, Dialect};
use crate::support::{home, run, shared, wire};

/// What stands in the recordings of one source.
#[derive(Default)]
struct Counts {
    files: usize,
    sessions: BTreeSet<String>,
    runs: BTreeSet<String>,
    /// Runs by how they ended; those that did not are open.
    good: BTreeSet<String>,
    bad: BTreeSet<String>,
    calls: usize,
    results: usize,
    failed: usize,
    agents: usize,
    /// The tokens of each answer: told again, the largest total counts.
    usages: BTreeMap<String, u64>,
}

impl Counts {
    fn of(dialect: &Dialect) -> Self {
        let home = home();
        let mut counts = Self::default();
        for path in recorded(dialect) {
            counts.files += 1;
            let ran = run(home.path(), &["tail".as_ref(), path.as_os_str()]);
            let file = path.display().to_string();
            wire::events(&ran.out)
                .iter()
                .for_each(|event| counts.take(&file, event));
        }
        counts
    }

    fn take(&mut self, file: &str, event: &Value) {
        let session = format!("{file} {}", event["sid"]);
        let run = format!("{session} {}", event["run"]);
        match event["type"].as_str().unwrap_or_default() {
            "run.start" => {
                self.good.remove(&run);
                self.bad.remove(&run);
                self.runs.insert(run);
            }
            "run.end" if event["outcome"] == "ok" => {
                self.bad.remove(&run);
                self.good.insert(run);
            }
            "run.end" => {
                self.good.remove(&run);
                self.bad.insert(run);
            }
            "tool.start" => self.calls += 1,
            "tool.end" => {
                self.results += 1;
                self.failed += usize::from(event["outcome"] == "error");
            }
            "agent.start" => self.agents += 1,
            "usage" => {
                let answer = format!("{session} {}", event["id"]);
                let total = event["total"].as_u64().unwrap_or_default();
                let known = self.usages.entry(answer).or_default();
                *known = total.max(*known);
            }
            _ => {}
        }
        self.sessions.insert(session);
    }

    fn open(&self) -> usize {
        let over = |run: &&String| self.good.contains(*run) || self.bad.contains(*run);
        self.runs.iter().filter(|run| !over(run)).count()
    }
}

#[test]
fn what_others_recorded_adds_up() {
    if shared("fixtures").is_none() {
        return;
    }
    let mut table = String::from(
        "recordings               files sessions  runs done other open calls results failed agents usage tokens\n",
    );
    for dialect in DIALECTS
        .iter()
        .filter(|dialect| !dialect.fixtures.is_empty())
    {
        let counts = Counts::of(dialect);
        writeln!(
            table,
            "{:24} {:5} {:8} {:5} {:4} {:5} {:4} {:5} {:7} {:6} {:6} {:5} {:8}",
            dialect.fixtures,
            counts.files,
            counts.sessions.len(),
            counts.runs.len(),
            counts.good.len(),
            counts.bad.len(),
            counts.open(),
            counts.calls,
            counts.results,
            counts.failed,
            counts.agents,
            counts.usages.len(),
            counts.usages.values().sum::<u64>(),
        )
        .expect("a string takes it");
        let place = dialect.fixtures;
        assert!(counts.files > 0 && !counts.runs.is_empty(), "{place}");
        assert!(
            counts.open() <= counts.sessions.len(),
            "{place}: one run of a session is open at most"
        );
        assert!(counts.failed <= counts.results, "{place}");
        assert!(
            counts
                .good
                .union(&counts.bad)
                .all(|run| counts.runs.contains(run)),
            "{place}"
        );
    }
    println!("{table}");
}
