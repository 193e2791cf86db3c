//! The fake is as the contract says: the same suite passes on a real server.
//!
//! `LIVE_STATUS_SLOW_TESTS=1` also runs the checks that wait, about a minute.

use std::process::Command;

use crate::fake_mattermost::{Fake, Options};
use crate::support::{home, shared};

/// Also run the checks that wait.
const SLOW: &str = "LIVE_STATUS_SLOW_TESTS";

#[test]
fn a_fake_like_5_37_keeps_the_contract() {
    keeps_the_contract(&Fake::start());
}

#[test]
fn a_fake_like_newer_servers_keeps_the_contract() {
    keeps_the_contract(&Fake::with(Options::newer()).expect("loopback has free ports"));
}

fn keeps_the_contract(fake: &Fake) {
    let Some(suite) = shared("contract/mattermost_contract.py") else {
        return;
    };
    let home = home();
    let target = home.path().join("target.json");
    fake.write_target(&target).expect("a home to write to");
    let mut command = Command::new("python3");
    command.arg(suite).arg(target);
    let slow = std::env::var_os(SLOW).is_some();
    if slow {
        command.arg("--slow");
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return println!("skipped: python3 does not start: {error}"),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let of = |word: &str| {
        text.lines()
            .filter(|line| line.starts_with(word))
            .collect::<Vec<_>>()
    };
    assert!(of("FAIL ").is_empty(), "{}", of("FAIL ").join("\n"));
    let skipped = of("skip ");
    let waits = |line: &&str| line.ends_with("(needs --slow)");
    assert!(skipped.iter().all(waits), "{}", skipped.join("\n"));
    assert_eq!(slow, skipped.is_empty(), "{}", skipped.join("\n"));
    let last = text.lines().last().unwrap_or_default();
    assert!(
        last.ends_with(", 0 failed"),
        "{last:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{}", output.status);
}
