//! A machine on which no agent has run yet.

use super::rig::{Home, Service, fake};
use crate::mattermost::process::{boxes, state};
use crate::support::Ran;

/// A home in which nothing is.
fn empty() -> Home {
    let home = Home::new();
    std::fs::remove_dir_all(home.path(".openclaw")).expect("removed");
    home
}

#[test]
fn a_service_waits_for_the_first_agent_and_says_so_once() {
    let (home, fake) = (empty(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &[]));
    run.until("class=no_agents_yet");
    run.until("ready: sources are armed");
    std::fs::create_dir_all(home.path(".openclaw/agents/main/sessions")).expect("made");
    home.works("s1", 2, true);
    fake.wait_until("the end of a box", |fake| {
        boxes(fake).iter().any(|post| state(post) == "done")
    });
    assert_eq!(run.stop(), 143);
    assert_eq!(run.said().matches("no_agents_yet").count(), 1);
}

#[test]
fn one_that_is_supervised_waits_and_is_ready_meanwhile() {
    let home = empty();
    let socket = std::os::unix::net::UnixDatagram::bind(home.path("notify")).expect("bound");
    socket
        .set_read_timeout(Some(super::rig::PATIENCE))
        .expect("set");
    let mut command = home.run(&[]);
    let command = command
        .env("NOTIFY_SOCKET", home.path("notify"))
        .env("OPENCLAW_STATE_DIR", home.path("later"));
    let mut run = Service::start(command);
    run.until("class=no_agents_yet");
    let mut bytes = [0; 512];
    loop {
        let count = socket.recv(&mut bytes).expect("it says that it is ready");
        if bytes[..count].starts_with(b"READY=1") {
            break;
        }
    }
    assert_eq!(run.stop(), 143);
}

#[test]
fn whoever_sits_before_it_is_told_at_once_what_is_missing() {
    let home = empty();
    let ran: Ran = home.run(&[]).output().expect("runs").into();
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("no transcripts found"), "{}", ran.err);
    // What was named and is not there is a mistake, whoever named it.
    let fake = fake();
    let nowhere = home.text("nowhere");
    let output = home.posting(&fake, &[&nowhere]).output();
    let ran: Ran = output.expect("runs").into();
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("nowhere"), "{}", ran.err);
}
