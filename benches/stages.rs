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
use live_status::source::{self, Identity, Out, Settings, Source};
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

/// The same work as other agents write it down: what stands before the calls, and each call.
type Told = (Source, &'static str, fn(usize) -> String);

const OTHERS: [Told; 4] = [
    (
        Source::Copilot,
        r#"{"type":"user.message","data":{"content":"Find out why the retries stop"},"id":"r","timestamp":"2026-09-25T10:00:00.000Z","parentId":null}"#,
        |call| {
            let envelope = r#""timestamp":"2026-09-25T10:00:01.000Z","parentId":null"#;
            format!(
                r#"{{"type":"assistant.message","data":{{"messageId":"m{call}","content":"Comparing the retry path.","toolRequests":[{{"toolCallId":"c{call}","name":"bash","arguments":{{"command":"cargo test --test retry_{call}"}}}}],"outputTokens":80}},"id":"a{call}",{envelope}}}
{{"type":"tool.execution_start","data":{{"toolCallId":"c{call}","toolName":"bash","arguments":{{"command":"cargo test --test retry_{call}"}}}},"id":"s{call}",{envelope}}}
{{"type":"tool.execution_complete","data":{{"toolCallId":"c{call}","success":true,"result":{{"content":"{}\n<exited with exit code 0>"}}}},"id":"t{call}",{envelope}}}"#,
                output()
            )
        },
    ),
    (
        Source::Gemini,
        r#"{"id":"r","timestamp":"2026-09-25T10:00:00.000Z","type":"user","content":[{"text":"Find out why the retries stop"}]}"#,
        |call| {
            let message = format!(
                r#"{{"id":"a{call}","timestamp":"2026-09-25T10:00:01.000Z","type":"gemini","content":"Comparing the retry path.","tokens":{{"input":9120,"output":80,"cached":9000,"total":9200}},"model":"m""#
            );
            format!(
                r#"{message}}}
{message},"toolCalls":[{{"id":"c{call}","name":"run_shell_command","args":{{"command":"cargo test --test retry_{call}"}},"result":[{{"functionResponse":{{"id":"c{call}","response":{{"output":"Output: {}"}}}}}}],"status":"success","timestamp":"2026-09-25T10:00:02.000Z"}}]}}"#,
                output()
            )
        },
    ),
    (
        Source::Kimi,
        r#"{"type":"turn.prompt","input":[{"type":"text","text":"Find out why the retries stop"}],"origin":{"kind":"user"},"time":1790330400000}"#,
        |call| {
            let event = |inner: String| {
                let time = 1_790_330_400_000 + call;
                format!(
                    r#"{{"type":"context.append_loop_event","event":{{{inner}}},"time":{time}}}"#
                )
            };
            [
                format!(r#""type":"content.part","uuid":"p{call}","turnId":"0","step":{call},"part":{{"type":"text","text":"Comparing the retry path."}}"#),
                format!(r#""type":"tool.call","uuid":"c{call}","turnId":"0","step":{call},"toolCallId":"c{call}","name":"Bash","args":{{"command":"cargo test --test retry_{call}"}}"#),
                format!(r#""type":"tool.result","parentUuid":"c{call}","toolCallId":"c{call}","result":{{"output":"{}"}}"#, output()),
                format!(r#""type":"step.end","uuid":"s{call}","turnId":"0","step":{call},"usage":{{"inputOther":120,"output":80,"inputCacheRead":9000,"inputCacheCreation":10}},"finishReason":"tool_use""#),
            ]
            .map(event)
            .join("\n")
        },
    ),
    (
        Source::Qwen,
        r#"{"uuid":"r","sessionId":"s","timestamp":"2026-09-25T10:00:00.000Z","type":"user","cwd":"/srv/app","message":{"role":"user","parts":[{"text":"Find out why the retries stop"}]}}"#,
        |call| {
            let envelope =
                r#""sessionId":"s","timestamp":"2026-09-25T10:00:01.000Z","cwd":"/srv/app""#;
            format!(
                r#"{{"uuid":"a{call}",{envelope},"type":"assistant","model":"m","message":{{"role":"model","parts":[{{"text":"Comparing the retry path."}},{{"functionCall":{{"id":"c{call}","name":"run_shell_command","args":{{"command":"cargo test --test retry_{call}"}}}}}}]}},"usageMetadata":{{"promptTokenCount":9120,"candidatesTokenCount":80,"cachedContentTokenCount":9000}}}}
{{"uuid":"t{call}",{envelope},"type":"tool_result","message":{{"role":"user","parts":[{{"functionResponse":{{"id":"c{call}","name":"run_shell_command","response":{{"output":"{}"}}}}}}]}},"toolCallResult":{{"callId":"c{call}","status":"success"}}}}"#,
                output()
            )
        },
    ),
];

/// What a command prints, as it stands in a JSON string.
fn output() -> String {
    r#"error[E0308]: mismatched types\n  --> src/client.rs:42:9\n   |\n42 |     \"retry\"\n"#
        .repeat(20)
}

/// A transcript of another agent.
fn told((_, request, call): &Told) -> String {
    let calls = (0..CALLS).map(call);
    let lines = std::iter::once((*request).to_owned()).chain(calls);
    lines.collect::<Vec<_>>().join("\n")
}

/// The events of `text`, as OpenClaw's dialect gives them.
fn parse(text: &str) -> Vec<Event> {
    parse_as(Source::OpenClaw, text)
}

/// The events of `text`, as the dialect of `source` gives them.
fn parse_as(source: Source, text: &str) -> Vec<Event> {
    let who = Identity {
        source: source.name().into(),
        agent: Some("main".into()),
        sid: "5f0c9a52-9f5e-4a8e-8d55-1f6c3c4b2a10".into(),
        session: Some("agent:main:main".into()),
    };
    let mut session = source.dialect(who, Settings::default());
    let (mut events, mut remarks) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let mut out = Out::new(&mut events, &mut remarks, Src::clock());
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

    let mut group = criterion.benchmark_group("dialect");
    for other in &OTHERS {
        let (source, text) = (other.0, told(other));
        let events = parse_as(source, &text);
        assert!(events.len() > 3 * CALLS, "{}", source.name());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(source.name(), |bench| {
            bench.iter(|| parse_as(source, black_box(&text)))
        });
    }
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

/// The other dialects: how a transcript begins, and a call with its result, `@` for its number
/// and `~` for its output.
#[rustfmt::skip]
const DIALECTS: &[(Source, &str, &str)] = &[
    (Source::Acp, r#"{"jsonrpc":"2.0","id":1,"method":"session/prompt","params":{"sessionId":"s","prompt":[{"type":"text","text":"Find out why"}]}}"#, r#"{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"tool_call","toolCallId":"c@","title":"Test","kind":"execute","status":"pending","rawInput":{"command":"cargo test --test retry_@"}}}}
{"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s","update":{"sessionUpdate":"tool_call_update","toolCallId":"c@","status":"completed","content":[{"type":"content","content":{"type":"text","text":"~"}}]}}}"#),
    (Source::Codex, r#"{"timestamp":"2026-09-25T10:00:00.000Z","type":"event_msg","payload":{"type":"user_message","message":"Find out why"}}"#, r#"{"timestamp":"2026-09-25T10:00:01.000Z","type":"response_item","payload":{"type":"function_call","name":"exec_command","arguments":"{\"cmd\":\"cargo test --test retry_@\"}","call_id":"c@"}}
{"timestamp":"2026-09-25T10:00:02.000Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c@","output":"Wall time: 0.2400 seconds\nProcess exited with code 0\nOutput:\n~"}}
{"timestamp":"2026-09-25T10:00:02.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"total_tokens":1@},"last_token_usage":{"input_tokens":9120,"cached_input_tokens":9000,"output_tokens":80,"total_tokens":9200},"model_context_window":258400}}}"#),
];

fn dialects(criterion: &mut Criterion) {
    let output = r#"error[E0308]: mismatched types\n  --> src/client.rs:42:9\n"#.repeat(20);
    let mut group = criterion.benchmark_group("dialects");
    for (source, begin, call) in DIALECTS {
        let calls = (0..CALLS).map(|at| call.replace('@', &at.to_string()).replace('~', &output));
        let calls: Vec<String> = calls.collect();
        let text = format!("{begin}\n{}", calls.join("\n"));
        let parse = |text: &str| {
            let who = Identity {
                source: source.name().into(),
                agent: None,
                sid: "s".into(),
                session: None,
            };
            let mut dialect = source.dialect(who, source::Settings::default());
            let (mut events, mut remarks) = (Vec::new(), Vec::new());
            for line in text.lines() {
                let mut out = Out::new(&mut events, &mut remarks, Src::clock());
                let read = dialect.record(line.as_bytes(), &mut out);
                read.expect("the transcript is sound");
            }
            events
        };
        assert!(parse(&text).len() > 2 * CALLS, "{}", source.name());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(source.name(), |bench| {
            bench.iter(|| parse(black_box(&text)));
        });
    }
    group.finish();
}

criterion_group!(benches, stages, dialects);
criterion_main!(benches);
