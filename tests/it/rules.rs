//! Every rule about the lines of an OpenClaw transcript, in both eras of storage.

mod children;
mod envelopes;
mod files;
mod lines;
mod repeats;
mod routes;
mod rows;
mod runs;
mod speech;
mod tools;
mod unknown;

use crate::support::tree::{Talk, Tree};

/// The key of the session that most rules are about.
const MAIN: &str = "agent:main:main";

/// A transcript with its header and a first request.
fn asked() -> Talk {
    let mut talk = Talk::new("s1");
    talk.user(0, "fix it");
    talk
}

/// What is told after session and request.
fn told(talk: &Talk) -> Vec<String> {
    told_with(serde_json::json!({}), talk)
}

/// The same, with what the session's row says.
fn told_with(row: serde_json::Value, talk: &Talk) -> Vec<String> {
    let digest = Tree::of(MAIN, row, talk).digest();
    assert_eq!(
        digest[..2],
        ["session.start main", r#"run.start first user "fix it""#]
    );
    digest[2..].to_vec()
}
