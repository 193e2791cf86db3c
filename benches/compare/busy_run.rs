//! What a busy run costs its server: 300 tools in 10 minutes, by arithmetic, no server and no clock.
//!
//! `cargo run --release --example busy_run` prints counts as one JSON object;
//! `benches/compare.sh --only post` shows them.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt::Write as _;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use live_status::daemon::ledger::InMemory;
use live_status::daemon::pipeline::Pipeline;
use live_status::daemon::world::World;
use live_status::label::Labeller;
use live_status::outbox::{self, Next};
use live_status::render;
use live_status::safe::redact::Redactor;
use live_status::sink::mattermost::{Channel, Client, Endpoint, Mattermost, Place, Settings};
use live_status::sink::{Moment, Sink as _};
use live_status::source::openclaw::{self, Session};
use live_status::source::{Identity, Out};
use live_status::view;
use live_status::wire::event::{Body, Event, Live, Src, Tick};
use live_status::wire::secret::Secret;
use live_status::wire::time::Time;

const CALLS: i64 = 300;
/// From one call to the next.
const EVERY_MS: i64 = 2_000;
/// When it all begins.
const BEGIN: Time = Time(1_790_330_400_000);
/// What a server in the same town takes for an answer.
const LATENCY: Duration = Duration::from_millis(20);

/// Counts of one run.
#[derive(Debug, Default, serde::Serialize)]
struct Cost {
    events: usize,
    frames: usize,
    edits: usize,
    requests: u32,
    bytes: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let cost = cost()?;
    println!("{}", serde_json::to_string(&cost)?);
    Ok(())
}

fn cost() -> Result<Cost, Box<dyn Error>> {
    let (mut sink, sent) = sink()?;
    let drawing = render::Settings::default();
    let mut pipeline = Pipeline::new(
        Labeller::default(),
        Redactor::off().into(),
        view::Settings::default(),
        drawing.clone(),
    );
    let mut world = World::new(&[sink.caps()], outbox::Settings::default(), drawing);
    let mut cost = Cost::default();
    let mut events = events()?;
    let mut now = Duration::ZERO;
    // Past the last event there is only what still waits.
    loop {
        let wait = loop {
            let frame = match world.next(0, now) {
                Next::Send(frame) => frame,
                Next::WaitUntil(at) => break Some(at),
                Next::Idle => break None,
            };
            let wall = BEGIN.plus_ms(i64::try_from(now.as_millis())?);
            let put = sink.put(&frame, Moment { now, wall });
            cost.requests += put.bill.requests;
            let told = (put.done, put.bill);
            world.settle(0, &frame.key, told, LATENCY, now + LATENCY);
        };
        let next = events.front().map(|(at, _)| *at);
        now = match (next, wait) {
            (Some(next), Some(wait)) => next.min(wait.max(now)),
            (Some(next), None) => next,
            (None, Some(wait)) => wait.max(now),
            (None, None) => break,
        };
        while events.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, mut event)) = events.pop_front() else {
                break;
            };
            cost.events += 1;
            for frame in pipeline.step(&mut event) {
                cost.frames += 1;
                world.offer(&frame.into(), now);
            }
        }
    }
    drop(sink);
    for line in sent {
        let request: serde_json::Value = serde_json::from_str(&line)?;
        cost.edits += usize::from(request["method"] == "PUT");
        cost.bytes += request["body"].to_string().len();
    }
    Ok(cost)
}

/// The sink with nobody at the other end, and the requests that it would make.
fn sink() -> Result<(Mattermost, Receiver<String>), Box<dyn Error>> {
    let (tell, sent) = channel();
    let show = Box::new(move |line: &str| {
        // Whoever counts keeps the other end until we are done.
        let _ = tell.send(line.to_owned());
    });
    let endpoint = Endpoint::parse("https://dry-run.invalid", false)?;
    let tokens = Box::new(|| Secret::new("dry-run").ok_or_else(String::new));
    let client = Client::dry(endpoint, tokens, show)?;
    let settings = Settings {
        place: Some(Place {
            channel: Channel::parse(&"c".repeat(26))?,
            root: None,
        }),
        catch_up: Duration::from_secs(600),
        recreate: false,
        allow_person: false,
        instance: "bench".to_owned(),
        zone: jiff::tz::TimeZone::UTC,
        rate_per_second: outbox::Settings::default().rate_per_second,
    };
    let sink = Mattermost::new(client, settings, Box::new(InMemory::default()));
    Ok((sink, sent))
}

/// Everything that `tail -f` would tell, and when.
fn events() -> Result<VecDeque<(Duration, Event)>, Box<dyn Error>> {
    let who = Identity {
        source: "openclaw".into(),
        agent: Some("main".into()),
        sid: "5f0c9a52-9f5e-4a8e-8d55-1f6c3c4b2a10".into(),
        session: Some("agent:main:main".into()),
    };
    let mut session = Session::new(who, openclaw::Settings::default());
    let (mut read, mut remarks) = (Vec::new(), Vec::new());
    let src = Src::clock();
    for line in transcript()?.lines() {
        let mut out = Out::new(&mut read, &mut remarks, &src);
        session.record(line.as_bytes(), &mut out)?;
    }
    let first = read.first().ok_or("no event")?.clone();
    let run = read.iter().find_map(|event| event.run.clone());
    let made = |at: Time, body: Body| Event {
        ts: Some(at),
        run: run.clone(),
        body,
        label: None,
        ..first.clone()
    };
    read.push(made(BEGIN, Body::Live(Live {})));
    read.extend(ticks().map(|at| made(at, Body::Tick(Tick { now: at }))));
    // Sorting keeps the order of what happened at once.
    read.sort_by_key(|event| event.ts);
    let after = |event: &Event| {
        let ms = event.ts.map_or(0, |ts| ts.since_ms(BEGIN).max(0));
        Duration::from_millis(ms.unsigned_abs())
    };
    Ok(read
        .into_iter()
        .map(|event| (after(&event), event))
        .collect())
}

/// The rhythm of `tail -f`: after 2 s, then every 5 s, 15 s and 60 s, slower with age.
fn ticks() -> impl Iterator<Item = Time> {
    let slower = |at: &i64| {
        let gap = match at {
            ..60_000 => 5_000,
            60_000..300_000 => 15_000,
            _ => 60_000,
        };
        Some(at + gap)
    };
    std::iter::successors(Some(2_000), slower)
        .take_while(|at| *at < CALLS * EVERY_MS)
        .map(|at| BEGIN.plus_ms(at))
}

/// A request, calls with their results, and an answer.
fn transcript() -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(
        text,
        r#"{{"type":"session","version":3,"id":"5f0c9a52-9f5e-4a8e-8d55-1f6c3c4b2a10","timestamp":"{BEGIN}","cwd":"/srv/app"}}"#
    )?;
    writeln!(
        text,
        r#"{{"type":"message","id":"r","timestamp":"{BEGIN}","message":{{"role":"user","content":"Find out why the retries stop"}}}}"#
    )?;
    for call in 0..CALLS {
        let at = BEGIN.plus_ms(500 + call * EVERY_MS);
        let done = at.plus_ms(200 + call % 7 * 200);
        writeln!(
            text,
            r#"{{"type":"message","id":"a{call}","timestamp":"{at}","message":{{"role":"assistant","content":[{{"type":"text","text":"Comparing the retry path with the old client."}},{{"type":"toolCall","id":"c{call}","name":"exec","arguments":{{"command":"cargo test -p client --test retry_{call}"}}}}],"usage":{{"input":120,"output":80,"cacheRead":9000,"cacheWrite":10,"totalTokens":9210,"cost":{{"total":0.0042}}}},"stopReason":"toolUse"}}}}"#
        )?;
        writeln!(
            text,
            r#"{{"type":"message","id":"t{call}","timestamp":"{done}","message":{{"role":"toolResult","toolCallId":"c{call}","toolName":"exec","content":[{{"type":"text","text":"ok"}}],"details":{{"status":"completed","exitCode":0}},"isError":false}}}}"#
        )?;
    }
    let at = BEGIN.plus_ms(CALLS * EVERY_MS);
    writeln!(
        text,
        r#"{{"type":"message","id":"z","timestamp":"{at}","message":{{"role":"assistant","content":[{{"type":"text","text":"The timer is never armed again."}}],"stopReason":"stop"}}}}"#
    )?;
    Ok(text)
}
