//! Starts that are refused, and ends at awkward moments.

use rustix::process::Signal;

use super::rig::{Home, Service, fake};
use crate::fake_mattermost::{Action, Call, Fake, Held, Moment, Rule};
use crate::mattermost::process::{boxes, state};
use crate::support::Ran;

/// The first create is carried out, and its answer held back.
fn held_create(fake: &Fake) -> std::sync::Arc<Held> {
    let rule = Rule::on(
        Call::Create,
        Action::Hold {
            moment: Moment::After,
        },
    )
    .times(1);
    let held = std::sync::Arc::clone(rule.held());
    fake.fault(rule);
    held
}

// Fault 65.
#[test]
fn a_taken_port_bad_settings_and_an_open_secret_end_it_before_anything_is_sent() {
    let (home, fake) = (Home::new(), fake());
    home.works("s1", 1, false);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = taken.local_addr().expect("a port").port().to_string();
    let bad = home.write("bad.toml", "max-lines = 99\n");
    let token = home.write("token", "canary");
    let open: std::fs::Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&token, open).expect("set");
    let (bad, token) = (bad.display().to_string(), token.display().to_string());
    let cases = [
        (
            ["--listen", port.as_str()],
            1,
            "cannot listen on 127.0.0.1:",
        ),
        (["--config", bad.as_str()], 78, "bad.toml: max-lines: "),
        (["--token-file", token.as_str()], 78, "is open to others"),
    ];
    for (args, code, why) in cases {
        let output = home.posting(&fake, &args).output();
        let ran: Ran = output.expect("runs").into();
        assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(why), "{}", ran.err);
    }
    assert_eq!(fake.requests().len(), 0);
}

// Fault 76.
#[test]
fn a_second_signal_in_a_create_ends_at_once_and_the_box_is_found_again() {
    let (home, fake) = (Home::new(), fake());
    let held = held_create(&fake);
    home.works("s1", 1, false);
    let mut run = Service::start(&mut home.posting(&fake, &[]));
    held.wait_for(1);
    run.signal(Signal::TERM);
    run.until("stopping");
    run.signal(Signal::TERM);
    assert_eq!(run.end(), 143);
    held.release();
    home.works("s1", 1, true);
    let output = home.posting(&fake, &["--once"]).output();
    let ran: Ran = output.expect("runs").into();
    ran.ok();
    assert_eq!(state(&boxes(&fake)[0]), "done");
    assert_eq!(boxes(&fake).iter().filter(|post| post.is_live()).count(), 1);
}

// Fault 80.
#[test]
fn a_run_that_ends_while_its_box_is_being_made_shows_its_end() {
    let (home, fake) = (Home::new(), fake());
    let held = held_create(&fake);
    let mut run = Service::start(&mut home.posting(&fake, &["--listen", "127.0.0.1:0"]));
    let address = run.address();
    home.works("s1", 1, false);
    held.wait_for(1);
    home.works("s1", 1, true);
    // The end was taken in while the create is still under way.
    super::rig::until(&address, "/health", |health| {
        health.json()["active_sessions"] == 0
    });
    assert_eq!(boxes(&fake).len(), 1);
    held.release();
    fake.wait_until("the end of the box", |fake| {
        boxes(fake).iter().any(|post| state(post) == "done")
    });
    assert_eq!(run.stop(), 143);
    assert_eq!(boxes(&fake).len(), 1);
}

// Faults 77, 78.
#[test]
fn an_interrupt_is_an_end_and_a_stopped_process_goes_on() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &[]));
    run.until("ready: sources are armed");
    crate::faults::stopped::while_stopped(run.pid(), || home.works("s1", 2, true));
    fake.wait_until("the end of the box", |fake| {
        boxes(fake).iter().any(|post| state(post) == "done")
    });
    run.signal(Signal::INT);
    assert_eq!(run.end(), 130);
    assert_eq!(boxes(&fake).len(), 1);
}
