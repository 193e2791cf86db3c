//! `explain` and `ps` beside a `run` that is at work: what waits for a box, and why.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Instant;

use live_status::store::StateDir;
use rustix::process::Signal;
use serde_json::Value;

use super::rig::{Answer, Home, PATIENCE, Service, fake, get};
use crate::fake_mattermost::{Action, Call, Fake, Rule};
use crate::mattermost::process::{boxes, state};
use crate::support::{Ran, program};

fn ask(home: &Home, args: &[&str]) -> Ran {
    let output = program(home.dir.path()).args(args).output();
    output.expect("the program starts").into()
}

fn control(home: &Home) -> PathBuf {
    home.path(".local/state/live-status/control")
}

/// Asks the socket itself.
fn on_control(home: &Home, line: &str) -> Answer {
    let mut stream = UnixStream::connect(control(home)).expect("connected");
    let request = format!("{line} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    Answer::read(&text)
}

/// Asks again and again until what `explain --json` says is as it has to become.
fn until(home: &Home, key: &str, done: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + PATIENCE;
    loop {
        let ran = ask(home, &["explain", "--json", key]);
        let told = ran.lines().into_iter().next().unwrap_or_default();
        if done(&told) {
            return told;
        }
        assert!(Instant::now() < end, "{told} {}", ran.err);
        std::thread::yield_now();
    }
}

/// The page of `explain` once it says all of that: who is busy answers too late, and is left out.
fn page(home: &Home, key: &str, wants: &[&str]) -> Ran {
    let end = Instant::now() + PATIENCE;
    loop {
        let page = ask(home, &["explain", key]);
        if wants.iter().all(|want| page.text().contains(want)) {
            return page.ok();
        }
        let said = (page.text(), &page.err);
        assert!(Instant::now() < end, "{wants:#?}: {said:#?}");
        std::thread::yield_now();
    }
}

fn held_by(told: &Value, by: &str) -> bool {
    let holds = told["run"]["outlook"]["holds"].as_array();
    holds.is_some_and(|holds| holds.iter().any(|hold| hold["by"] == by))
}

/// The post of the one box, once it is made.
fn post(fake: &Fake) -> String {
    fake.wait_until("a box", |fake| {
        boxes(fake).iter().any(|post| state(post) == "active")
    });
    boxes(fake)[0].id.clone()
}

#[test]
fn what_waits_for_a_box_is_told_with_why_and_the_rule_of_its_state() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &["--circuit-breaker-threshold", "1"]));
    run.until("ready: sources are armed");
    home.works("s1", 2, false);
    let post = post(&fake);
    let told = until(&home, &post, |told| {
        told["run"]["outlook"]["waits"].is_null() && told["run"]["state"] == "active"
    });
    assert_eq!(told["post"], *post);
    assert_eq!(told["run"]["pid"], run.pid());
    let why = told["run"]["why"].as_str().expect("a rule");
    assert!(why.starts_with("a tool is pending; last record "), "{why}");

    fake.fault(Rule::on(Call::Any, Action::status(503)).times(u64::MAX));
    home.works("s1", 3, false);
    let told = until(&home, &post, |told| held_by(told, "breaker"));
    let waits = &told["run"]["outlook"]["waits"];
    assert!(waits["rev"].as_u64() > told["rev"].as_u64(), "{told}");
    let wants = [
        &format!("run      process {}", run.pid()),
        "rule     a tool is pending; last record ",
        "waits    revision ",
        "because  the server failed again and again",
    ];
    let page = page(&home, &post, &wants);
    assert_eq!(page.err, "");
    run.signal(Signal::TERM);
    run.end();
}

#[test]
fn a_run_that_waits_for_a_place_has_no_box_yet_and_is_told_of() {
    let (home, fake) = (Home::new(), fake());
    let args = ["--max-active-sessions", "1", "--listen", "127.0.0.1:0"];
    let mut run = Service::start(&mut home.posting(&fake, &args));
    let address = run.address();
    home.works("s1", 2, false);
    post(&fake);
    home.works("s2", 2, false);
    let frames = home.run(&["--once", "--to", "stdout"]).output();
    let frames = Ran::from(frames.expect("runs")).lines();
    let of_second = frames.iter().find(|frame| frame["sid"] == "s2");
    let key = of_second.expect("a frame")["key"].as_str().expect("a key");
    let told = until(&home, key, |told| held_by(told, "place"));
    assert!(told["key"].is_null() && told["post"].is_null(), "{told}");
    page(&home, key, &["MAX_ACTIVE_SESSIONS"]);
    // Nobody has seen that key: the session's own name and UUID are asked for.
    for name in ["agent:main:s2", "s2"] {
        page(&home, name, &["no box yet for", "it waits for a place"]);
    }
    let unknown = ask(&home, &["explain", "agent:main:s3"]);
    assert_eq!(unknown.code, 1, "{}", unknown.err);
    let listed = ask(&home, &["ps"]).ok();
    assert_eq!(
        listed.text().matches("[ACTIVE]").count(),
        1,
        "{}",
        listed.text()
    );
    let waits = "1 more session waits for a place (MAX_ACTIVE_SESSIONS)";
    assert!(listed.err.contains(waits), "{}", listed.err);
    let lines = ask(&home, &["ps", "--json"]).ok().lines();
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str()).collect();
    assert_eq!(kinds, [Some("box"), Some("waiting")]);
    assert_eq!(lines[1]["sessions"], 1);
    let health = get(&address, "/health").json();
    assert_eq!(health["waiting_sessions"], 1);
    run.stop();
    let lines = ask(&home, &["ps", "--json"]).ok().lines();
    assert_eq!(
        lines.len(),
        1,
        "nobody waits where nobody is at work: {lines:?}"
    );
}

#[test]
fn without_an_answer_it_is_said_in_a_line_and_what_is_remembered_is_shown() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &[]));
    run.until("ready: sources are armed");
    home.works("s1", 2, false);
    let post = post(&fake);
    until(&home, &post, |told| told["run"].is_object());
    let listed = ask(&home, &["ps"]).ok();
    let works = format!("live-status: run is at work here: process {}\n", run.pid());
    assert_eq!(listed.err, works);
    run.signal(Signal::STOP);
    let page = ask(&home, &["explain", &post]).ok();
    let silent = format!(
        "live-status: run is at work here (process {}) and does not answer; this is what is remembered\n",
        run.pid()
    );
    assert_eq!(page.err, silent);
    assert!(page.text().contains(&format!("post     {post}")));
    run.signal(Signal::CONT);
    run.stop();
    let page = ask(&home, &["explain", &post]).ok();
    let nobody = "live-status: no run is at work here; this is what is remembered\n";
    assert_eq!(page.err, nobody);
    assert!(!page.text().contains("run      process"), "{}", page.text());
    let listed = ask(&home, &["ps"]).ok();
    assert_eq!(listed.err, "live-status: no run is at work here\n");
}

#[test]
fn rule_25_boxes_are_told_of_on_a_socket_of_ours_and_nowhere_else() {
    let (home, fake) = (Home::new(), fake());
    let listen = ["--listen", "127.0.0.1:0"];
    let mut run = Service::start(&mut home.posting(&fake, &listen));
    let address = run.address();
    let found = control(&home).symlink_metadata().expect("there");
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    assert_eq!(
        get(&address, "/boxes/k").body,
        get(&address, "/nowhere").body
    );
    for (line, status) in [
        ("GET /boxes/k", 404),
        ("GET /health", 404),
        ("GET /metrics", 404),
        ("GET /waiting", 200),
        ("POST /boxes/k", 405),
    ] {
        assert_eq!(on_control(&home, line).status, status, "{line}");
    }
    let long = format!("GET /boxes/{}", "k".repeat(9_000));
    assert_eq!(on_control(&home, &long).status, 431);
    // A second run opens none, and takes away none.
    let mut second = Service::start(&mut home.posting(&fake, &[]));
    assert_eq!(second.end(), 75);
    assert_eq!(on_control(&home, "GET /boxes/k").status, 404);
    // One that was killed leaves it behind; the next one takes its place.
    run.signal(Signal::KILL);
    run.end();
    assert!(control(&home).symlink_metadata().is_ok());
    let mut run = Service::start(&mut home.posting(&fake, &[]));
    run.until("ready: sources are armed");
    assert_eq!(on_control(&home, "GET /boxes/k").status, 404);
    run.stop();
    assert!(
        control(&home).symlink_metadata().is_err(),
        "it goes with us"
    );
}

// Fault 91.
#[test]
fn rule_20_a_link_planted_as_the_socket_is_left_alone_and_not_followed() {
    let (home, fake) = (Home::new(), fake());
    let target = home.path("target");
    let listener = UnixListener::bind(&target).expect("bound");
    StateDir::open(&home.path(".local/state/live-status")).expect("made");
    symlink(&target, control(&home)).expect("linked");
    let mut run = Service::start(&mut home.posting(&fake, &[]));
    run.until("class=no_control_socket");
    run.until("ready: sources are armed");
    home.works("s1", 2, false);
    let post = post(&fake);
    // The post stands before its id is remembered: `explain` knows it a moment later.
    until(&home, &post, |told| told["post"] == *post);
    let page = ask(&home, &["explain", &post]).ok();
    assert!(page.err.contains("does not answer"), "{}", page.err);
    run.stop();
    assert!(
        target
            .symlink_metadata()
            .expect("there")
            .file_type()
            .is_socket()
    );
    listener.set_nonblocking(true).expect("set");
    assert!(listener.accept().is_err(), "nobody came");
}
