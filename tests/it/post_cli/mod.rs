//! The command line before a chat server: what it takes, what it refuses, with which words and codes.
//!
//! A canary stands for the token in every test here, and no message may hold it.

mod canned;
mod doctor;
mod examples;
mod finish;
mod first_version;
mod memory;
mod once;
mod ps;
mod settings;
mod streams;
mod tokens;
mod unwritable;

use std::path::Path;

use crate::fake_mattermost::Fake;
use crate::support::{Ran, program};

/// The token of these tests.
pub const CANARY: &str = "canary7token7that7nobody7may7see";
/// A channel's id, and a post's.
pub const CHANNEL: &str = "channelchannelchannelchan1";
pub const POST: &str = "postpostpostpostpostpostp1";

/// Runs the program with these variables; the canary must not be in what it says.
pub fn ran(home: &Path, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = program(home);
    command.envs(variables.iter().copied()).args(args);
    let ran: Ran = command.output().expect("the program starts").into();
    let said = String::from_utf8_lossy(&ran.out);
    assert!(
        !ran.err.contains(CANARY) && !said.contains(CANARY),
        "{args:?} gives the token away: {} {said}",
        ran.err
    );
    ran
}

/// Runs the program as the bot of that server; its token must not be in what it says.
pub fn with_fake(fake: &Fake, home: &Path, args: &[&str]) -> Ran {
    let (url, token) = (fake.url(), fake.token("status-bot"));
    let ran = ran(home, &[("MM_URL", &url), ("MM_TOKEN", &token)], args);
    assert!(
        !ran.err.contains(&token) && !ran.text().contains(&token),
        "{args:?} gives the token away"
    );
    for path in crate::support::files(home, "") {
        let bytes = std::fs::read(&path).expect("a file of ours");
        let found = memchr::memmem::find(&bytes, token.as_bytes());
        assert_eq!(found, None, "{} holds the token", path.display());
    }
    ran
}

#[test]
fn no_child_is_started_that_could_inherit_the_token() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in crate::support::files(&source, ".rs") {
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        let text = std::fs::read_to_string(&path).expect("a source file");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
        assert!(
            is_test || !code.contains("process::Command"),
            "{} starts a process: take MM_TOKEN and MM_BOT_TOKEN out of its environment, and test that here",
            path.display()
        );
    }
}
