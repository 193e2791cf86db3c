//! `--daemon`.

use std::time::Instant;

use rustix::process::Signal;

use super::rig::{Home, PATIENCE, fake, get, kill};
use crate::support::Ran;

/// A field of `/proc/PID/stat`, counted from the state on.
fn stat(pid: u32, field: usize) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(") ")?;
    rest.split(' ').nth(field).map(str::to_owned)
}

#[test]
fn it_ends_once_the_process_in_the_background_is_up_and_that_one_goes_on() {
    let (home, fake) = (Home::new(), fake());
    let (pid_file, log) = (home.text("pid"), home.text("log"));
    let args = [
        "--daemon",
        "--pid-file",
        &pid_file,
        "--log-file",
        &log,
        "--listen",
        "127.0.0.1:0",
    ];
    let mut command = home.posting(&fake, &args);
    let output = command.env("NOTIFY_SOCKET", home.path("nobody")).output();
    let ran: Ran = output.expect("runs").into();
    assert_eq!(ran.code, 0, "{}", ran.err);
    let pid: u32 = std::fs::read_to_string(&pid_file)
        .expect("it is up")
        .trim()
        .parse()
        .expect("a number");
    assert_eq!(ran.err, format!("live-status: running as process {pid}\n"));
    // A session of its own, without a terminal, and nothing of ours in its hands.
    assert_eq!(stat(pid, 3), Some(pid.to_string()));
    assert_eq!(stat(pid, 4).as_deref(), Some("0"));
    for number in 0..3 {
        let leads = std::fs::read_link(format!("/proc/{pid}/fd/{number}")).expect("open");
        assert_eq!(leads.to_str(), Some("/dev/null"));
    }
    let environ = std::fs::read(format!("/proc/{pid}/environ")).expect("it runs");
    assert!(!String::from_utf8_lossy(&environ).contains("NOTIFY_SOCKET"));
    let text = std::fs::read_to_string(&log).expect("a log");
    let address = text
        .split("address=")
        .nth(1)
        .and_then(|it| it.lines().next());
    assert_eq!(get(address.expect("an address"), "/ready").status, 200);
    kill(pid, Signal::TERM);
    // Its lock and its name go with it.
    let end = Instant::now() + PATIENCE;
    while home.path("pid").exists() {
        assert!(Instant::now() < end, "it does not end");
        std::thread::yield_now();
    }
}

#[test]
fn one_that_does_not_come_up_ends_it_with_its_code_and_its_words() {
    let (home, fake) = (Home::new(), fake());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    let taken = taken.local_addr().map(|it| (taken, it.to_string()));
    let (_taken, address) = taken.expect("a port");
    let ran: Ran = home
        .posting(&fake, &["--daemon", "--listen", &address])
        .output()
        .expect("runs")
        .into();
    assert_eq!(ran.code, 1, "{}", ran.err);
    let wanted = [
        "--daemon drops its log; --log-file FILE keeps it",
        &format!("cannot listen on {address}: "),
        "hint: choose another address",
    ];
    for want in wanted {
        assert!(ran.err.contains(want), "{want}: {}", ran.err);
    }
    assert!(!ran.err.contains("running as process"), "{}", ran.err);
}

#[test]
fn a_board_cannot_be_shown_from_the_background() {
    let home = Home::new();
    let output = home.run(&["--daemon"]).output();
    let ran: Ran = output.expect("runs").into();
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(
        ran.err.contains("--daemon leaves the terminal"),
        "{}",
        ran.err
    );
}
