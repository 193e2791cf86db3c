//! What a supervisor hears.

use std::os::unix::net::UnixDatagram;
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use rustix::process::Signal;

use super::rig::{Home, PATIENCE, Service};

/// A socket as systemd has one.
struct Ear {
    said: Receiver<String>,
    heard: Vec<String>,
}

impl Ear {
    fn new(home: &Home) -> (Self, String) {
        let path = home.path("notify");
        let socket = UnixDatagram::bind(&path).expect("bound");
        // Nobody listens any more to what says nothing for so long.
        socket.set_read_timeout(Some(PATIENCE)).expect("set");
        let (sender, said) = channel();
        // The system has room for a few messages; full, it lets one sender wait and drops what
        // another one says. So they are taken out at once, whatever the test is at.
        std::thread::spawn(move || {
            let mut bytes = [0; 512];
            while let Ok(count) = socket.recv(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                if sender.send(text).is_err() {
                    return;
                }
            }
        });
        let heard = Vec::new();
        (Self { said, heard }, path.display().to_string())
    }

    fn next(&mut self) -> String {
        self.next_before(Instant::now() + PATIENCE)
    }

    fn next_before(&mut self, end: Instant) -> String {
        let left = end.saturating_duration_since(Instant::now());
        let text = self.said.recv_timeout(left);
        let text = text.unwrap_or_else(|_| unreachable!("heard only {:#?}", self.heard));
        self.heard.push(text.clone());
        text
    }

    fn until(&mut self, text: &str) -> String {
        // Pings go on for ever: one end for all of them.
        let end = Instant::now() + PATIENCE;
        loop {
            let next = self.next_before(end);
            if next.contains(text) {
                return next;
            }
        }
    }
}

// Fault 63.
#[test]
fn a_supervisor_hears_of_the_start_of_new_settings_and_of_the_end() {
    let home = Home::new();
    let (mut ear, name) = Ear::new(&home);
    let mut run = Service::start(home.run(&[]).env("NOTIFY_SOCKET", &name));
    ear.until("READY=1");
    assert!(
        ear.heard
            .iter()
            .any(|text| text.starts_with("STATUS=healthy")),
        "{:?}",
        ear.heard
    );
    run.until("ready: sources are armed");
    run.signal(Signal::HUP);
    let text = ear.until("RELOADING=1");
    let micros = text
        .split("MONOTONIC_USEC=")
        .nth(1)
        .and_then(|it| it.parse::<u64>().ok());
    assert!(micros.is_some_and(|it| it > 0), "{text}");
    assert_eq!(ear.until("READY=1"), "READY=1");
    run.signal(Signal::TERM);
    ear.until("STOPPING=1");
    assert_eq!(run.end(), 143);
    assert!(
        !ear.heard.iter().any(|text| text.contains("WATCHDOG")),
        "nobody asked"
    );
}

// Fault 63.
#[test]
fn ready_comes_after_the_lock_and_the_first_look() {
    let home = Home::new();
    let (mut ear, name) = Ear::new(&home);
    // Twice the same PID file: the second one is never ready.
    let pid = home.text("pid");
    let mut first = Service::start(home.run(&["--pid-file", &pid]).env("NOTIFY_SOCKET", &name));
    ear.until("READY=1");
    let mut second = Service::start(home.run(&["--pid-file", &pid]).env("NOTIFY_SOCKET", &name));
    assert_eq!(second.end(), 75);
    first.signal(Signal::TERM);
    // Everything that was said until then is before this.
    ear.heard.clear();
    ear.until("STOPPING=1");
    assert!(
        !ear.heard.iter().any(|text| text.contains("READY")),
        "{:?}",
        ear.heard
    );
    first.end();
}

// Fault 64.
#[test]
fn the_loop_itself_pings_and_one_that_stands_still_does_not() {
    let home = Home::new();
    let (mut ear, name) = Ear::new(&home);
    let mut command = home.run(&[]);
    command
        .env("NOTIFY_SOCKET", &name)
        .env("WATCHDOG_USEC", "100000");
    let mut run = Service::start(&mut command);
    ear.until("READY=1");
    for _ in 0..5 {
        ear.until("WATCHDOG=1");
    }
    // A process that stands still cannot have half a ping in its hands.
    crate::faults::stopped::while_stopped(run.pid(), || {
        let ours = UnixDatagram::unbound().expect("a socket");
        ours.send_to(b"stands still", &name).expect("sent");
        ear.until("stands still");
        ours.send_to(b"goes on", &name).expect("sent");
        assert_eq!(ear.next(), "goes on", "nothing came between");
    });
    ear.until("WATCHDOG=1");
    assert_eq!(run.stop(), 143);
}

#[test]
fn a_watchdog_that_is_meant_for_another_is_not_pinged() {
    let home = Home::new();
    let (mut ear, name) = Ear::new(&home);
    let mut command = home.run(&[]);
    command
        .env("NOTIFY_SOCKET", &name)
        .env("WATCHDOG_USEC", "100000")
        .env("WATCHDOG_PID", "1");
    let mut run = Service::start(&mut command);
    ear.until("READY=1");
    run.signal(Signal::TERM);
    ear.until("STOPPING=1");
    run.end();
    assert!(
        !ear.heard.iter().any(|text| text.contains("WATCHDOG")),
        "{:?}",
        ear.heard
    );
}
