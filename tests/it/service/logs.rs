//! The log: levels, formats, files.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixStream;
use std::time::Instant;

use super::rig::{Home, PATIENCE, Service};
use crate::support::Ran;

/// Waits until the one that listens on the socket `s` is ready.
fn until_ready(home: &Home) {
    let end = Instant::now() + PATIENCE;
    loop {
        let request = b"GET /ready HTTP/1.0\r\n\r\n";
        let mut text = String::new();
        if let Ok(mut stream) = UnixStream::connect(home.path("s")) {
            let _ = stream.write_all(request);
            let _ = stream.read_to_string(&mut text);
        }
        if text.contains(" 200 ") {
            return;
        }
        assert!(Instant::now() < end, "it is not ready: {text}");
        std::thread::yield_now();
    }
}

#[test]
fn lines_for_programs_are_json_and_nothing_else() {
    let home = Home::new();
    let mut run = Service::start(&mut home.run(&["--log-format", "json", "--log-level", "debug"]));
    run.until("ready: sources are armed");
    home.works("s1", 2, true);
    assert_eq!(run.stop(), 143);
    let mut messages = Vec::new();
    for line in &run.lines {
        let line: serde_json::Value = serde_json::from_str(line).expect("an object a line");
        assert!(line["time"].is_string() && line["level"].is_string());
        messages.push(line["message"].as_str().expect("a message").to_owned());
    }
    let wanted = ["started", "ready: sources are armed", "stopping", "stopped"];
    assert_eq!(messages, wanted);
}

#[test]
fn the_names_of_levels_that_operators_know_work() {
    let home = Home::new();
    let says = |level: &str| {
        let mut command = home.run(&["--listen", &format!("unix:{}", home.text("s"))]);
        let mut run = Service::start(
            command
                .env("LOG_LEVEL", level)
                .env("LIVE_STATUS_LOG_FORMAT", "json"),
        );
        // Without a line to wait for, its socket tells that it is up.
        until_ready(&home);
        run.signal(rustix::process::Signal::INT);
        run.end();
        run.lines.len()
    };
    assert!(says("info") >= 4);
    assert!(says("debug") >= 4);
    for level in ["silent", "fatal", "error", "warn", "warning"] {
        assert_eq!(says(level), 0, "{level}");
    }
    let output = home.run(&["--log-level", "loud"]).output();
    let ran: Ran = output.expect("runs").into();
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("there are off, error, warn, info, debug and trace"),
        "{}",
        ran.err
    );
}

// Fault 91.
#[test]
fn rule_20_a_log_file_is_ours_alone_and_no_link_is_followed() {
    let home = Home::new();
    let log = home.text("log");
    let listen = format!("unix:{}", home.text("s"));
    let mut run = Service::start(&mut home.run(&["--log-file", &log, "--listen", &listen]));
    until_ready(&home);
    run.stop();
    let text = std::fs::read_to_string(&log).expect("a log");
    assert!(text.contains("stopped code=143"), "{text}");
    assert!(!run.said().contains("INFO"), "{}", run.said());
    let mode = std::fs::metadata(&log).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (link, target) = (home.path("link"), home.path("target"));
    symlink(&target, &link).expect("linked");
    let output = home
        .run(&["--log-file", link.to_str().expect("text")])
        .output();
    let ran: Ran = output.expect("runs").into();
    assert_eq!(ran.code, 73, "{}", ran.err);
    assert!(ran.err.contains("it is a symbolic link"), "{}", ran.err);
    assert!(!target.exists());
}

// Fault 72.
#[test]
fn a_log_that_is_full_stops_no_work() {
    let home = Home::new();
    home.works("s1", 1, true);
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full");
    let output = home
        .run(&["--once", "--to", "stdout", "--log-level", "trace"])
        .stderr(full().expect("a full device"))
        .output();
    let ran: Ran = output.expect("runs").into();
    assert_eq!(ran.code, 0);
    assert!(ran.text().contains("\"state\":\"done\""), "{}", ran.text());
}

#[test]
fn who_asks_for_one_thing_is_told_no_more() {
    let home = Home::new();
    home.works("s1", 1, true);
    let output = home.run(&["--once"]).output();
    let ran: Ran = output.expect("runs").into();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}
