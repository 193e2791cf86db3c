//! The fake is as the contract says: the same suite passes on a real server.
//!
//! `LIVE_STATUS_SLOW_TESTS=1` also runs the checks that wait, about a minute.

use std::process::Command;

use crate::fake_mattermost::{Fake, Options};
use crate::faulty_proxy::Proxy;
use crate::support::{home, shared};

/// Also run the checks that wait.
const SLOW: &str = "LIVE_STATUS_SLOW_TESTS";

#[test]
fn a_fake_like_5_37_keeps_the_contract() {
    let fake = Fake::start();
    keeps_the_contract(&fake.target(), true);
}

#[test]
fn a_proxy_that_does_nothing_changes_nothing_of_the_contract() {
    let fake = Fake::start();
    let proxy = Proxy::before(&fake);
    let mut target = fake.target();
    target["url"] = proxy.url().into();
    // It keeps its own connections open while the client does: the checks that wait are not for it.
    keeps_the_contract(&target, false);
}

#[test]
fn a_fake_like_newer_servers_keeps_the_contract() {
    let fake = Fake::with(Options::newer()).expect("loopback has free ports");
    keeps_the_contract(&fake.target(), true);
}

/// Runs the suite on a target, with the checks that wait where they are wanted and `may_wait`.
fn keeps_the_contract(described: &serde_json::Value, may_wait: bool) {
    let Some(suite) = shared("contract/mattermost_contract.py") else {
        return;
    };
    let home = home();
    let target = home.path().join("target.json");
    std::fs::write(&target, described.to_string()).expect("a home to write to");
    let mut command = Command::new("python3");
    command.arg(suite).arg(target);
    let slow = may_wait && std::env::var_os(SLOW).is_some();
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
