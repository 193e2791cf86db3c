//! Every dialect, over the turn that its cases begin with: how fast its records become events.
//!
//! The files are those of `tests/dialects/`; OpenClaw's records are measured in `stages.rs`.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use live_status::source::{Identity, Out, Settings, Source};
use live_status::wire::event::Src;

/// Turns of a dialect, each of them a session.
const TURNS: usize = 200;

/// The transcript below `folder`.
fn transcript(folder: &Path) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    entries.sort();
    entries.into_iter().find_map(|path| {
        if path.is_dir() {
            return transcript(&path);
        }
        path.extension()
            .is_some_and(|end| end == "jsonl")
            .then_some(path)
    })
}

/// Reads a turn as often as there are to be, and counts its events.
fn turns(source: Source, text: &str) -> usize {
    let each = (0..TURNS).map(|_| {
        let who = Identity {
            source: source.name().into(),
            agent: None,
            sid: "5f3c1a70-8d1e-4c55-9a11-0b6d2f7e9c01".into(),
            session: None,
        };
        let mut dialect = source.dialect(who, Settings::default());
        let src = Src::clock();
        let (mut events, mut remarks) = (Vec::new(), Vec::new());
        for line in text.lines() {
            let mut out = Out::new(&mut events, &mut remarks, &src);
            let read = dialect.record(line.as_bytes(), &mut out);
            read.expect("the case is sound");
        }
        events.len()
    });
    each.sum()
}

fn dialects(criterion: &mut Criterion) {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialects");
    let mut group = criterion.benchmark_group("dialects");
    for &source in Source::ALL {
        let Some(path) = transcript(&cases.join(source.name()).join("turn")) else {
            continue;
        };
        let text = fs::read_to_string(path).expect("a transcript");
        assert!(turns(source, &text) > 4 * TURNS, "{}", source.name());
        group.throughput(Throughput::Bytes((text.len() * TURNS) as u64));
        group.bench_function(source.name(), |bench| {
            bench.iter(|| turns(source, black_box(&text)));
        });
    }
    group.finish();
}

criterion_group!(benches, dialects);
criterion_main!(benches);
