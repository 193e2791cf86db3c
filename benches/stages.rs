//! Each stage alone, over one made-up session in memory: no disk, no clock.
//!
//! `cargo bench`; `benches/compare.sh` measures the program as a whole.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

use live_status::daemon::pipeline::{self, Pipeline};
use live_status::label::Labeller;
use live_status::render;
use live_status::safe::redact::Redactor;
use live_status::source::openclaw::{Session, Settings};
use live_status::source::{Identity, Out};
use live_status::view::{self, Board};
use live_status::wire::event::{Event, Src};

/// Calls of the session, each with its result and some output.
const CALLS: usize = 500;

/// A request, calls with their results, and an answer.
fn transcript() -> String {
    let stamp = |second: usize| {
        format!(
            "2026-09-25T10:{:02}:{:02}.000Z",
            second / 60 % 60,
            second % 60
        )
    };
    let mut text = String::from(
        r#"{"type":"session","version":3,"id":"5f0c9a52-9f5e-4a8e-8d55-1f6c3c4b2a10","timestamp":"2026-09-25T10:00:00.000Z","cwd":"/srv/app"}
{"type":"message","id":"r","timestamp":"2026-09-25T10:00:00.000Z","message":{"role":"user","content":"Find out why the retries stop","timestamp":1790330400000}}
"#,
    );
    let output =
        r#"error[E0308]: mismatched types\n  --> src/client.rs:42:9\n   |\n42 |     \"retry\"\n"#;
    let output = output.repeat(20);
    for call in 0..CALLS {
        let at = stamp(call);
        let ms = 1_790_330_400_000 + call * 1_000;
        let _ = writeln!(
            text,
            r#"{{"type":"message","id":"a{call}","timestamp":"{at}","message":{{"role":"assistant","content":[{{"type":"text","text":"Comparing the retry path with the old client."}},{{"type":"toolCall","id":"c{call}","name":"exec","arguments":{{"command":"cd /srv/app && cargo test -p client --test retry_{call}"}}}}],"usage":{{"input":120,"output":80,"cacheRead":9000,"cacheWrite":10,"totalTokens":9210,"cost":{{"total":0.0042}}}},"stopReason":"toolUse","timestamp":{ms}}}}}"#
        );
        let _ = writeln!(
            text,
            r#"{{"type":"message","id":"t{call}","timestamp":"{at}","message":{{"role":"toolResult","toolCallId":"c{call}","toolName":"exec","content":[{{"type":"text","text":"{output}"}}],"details":{{"status":"completed","exitCode":0,"durationMs":240}},"isError":false,"timestamp":{ms}}}}}"#
        );
    }
    let at = stamp(CALLS);
    let _ = writeln!(
        text,
        r#"{{"type":"message","id":"z","timestamp":"{at}","message":{{"role":"assistant","content":[{{"type":"text","text":"The timer is never armed again."}}],"stopReason":"stop","timestamp":1790339999000}}}}"#
    );
    text
}

/// The events of `text`, as the dialect gives them.
fn parse(text: &str) -> Vec<Event> {
    let who = Identity {
        source: "openclaw".into(),
        agent: Some("main".into()),
        sid: "5f0c9a52-9f5e-4a8e-8d55-1f6c3c4b2a10".into(),
        session: Some("agent:main:main".into()),
    };
    let mut session = Session::new(who, Settings::default());
    let (mut events, mut remarks) = (Vec::new(), Vec::new());
    let src = Src::clock();
    for line in text.lines() {
        let mut out = Out::new(&mut events, &mut remarks, &src);
        session
            .record(line.as_bytes(), &mut out)
            .expect("the transcript is sound");
    }
    events
}

fn stages(criterion: &mut Criterion) {
    let text = transcript();
    let events = parse(&text);
    assert!(events.len() > 3 * CALLS, "calls, results, texts");

    let mut group = criterion.benchmark_group("transcript");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse", |bench| bench.iter(|| parse(black_box(&text))));
    let redactor = Redactor::new(&[]);
    group.bench_function("redact", |bench| {
        bench.iter(|| redactor.redact(black_box(&text)).len())
    });
    group.finish();

    let mut group = criterion.benchmark_group("events");
    group.throughput(Throughput::Elements(events.len() as u64));
    let labeller = Labeller::default();
    group.bench_function("label", |bench| {
        bench.iter(|| {
            let labels = events
                .iter()
                .filter_map(|event| pipeline::label(&labeller, &event.body));
            labels.count()
        })
    });
    group.bench_function("write", |bench| {
        let mut line = Vec::new();
        bench.iter(|| {
            for event in &events {
                line.clear();
                event.write(&mut line);
            }
            line.len()
        })
    });
    group.bench_function("fold", |bench| {
        bench.iter(|| {
            let mut board = Board::new(view::Settings::default());
            for event in &events {
                black_box(board.fold(event));
            }
        })
    });
    group.bench_function("render", |bench| {
        let pipeline = || {
            let (view, render) = (view::Settings::default(), render::Settings::default());
            Pipeline::new(Labeller::default(), Redactor::off().into(), view, render)
        };
        bench.iter_batched_ref(
            || (pipeline(), events.clone()),
            |(pipeline, events)| {
                let frames = events.iter_mut().map(|event| pipeline.step(event).len());
                frames.sum::<usize>()
            },
            BatchSize::LargeInput,
        )
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
