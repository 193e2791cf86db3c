//! The token is a canary: it is searched for in everything that anybody else could read.

mod failures;
mod verbs;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use live_status::wire::frame::State;
use live_status::wire::time::Time;
use rustix::process::Signal;
use serde_json::json;

use super::network;
use super::process::{Process, boxes, command, hold, is_held};
use super::rig::frame;
use crate::fake_mattermost::{Action, Call, Fake, Moment, Rule};
use crate::support::tree::{Era, Talk, Tree};
use crate::support::{Ran, feed_to, files, home};

/// Fails where `bytes` hold the token, whole or in a half that would be enough to find the rest.
fn search(bytes: &[u8], token: &str, place: &str) {
    for piece in [token, &token[..16], &token[token.len() - 16..]] {
        let found = bytes
            .windows(piece.len())
            .any(|window| window.eq_ignore_ascii_case(piece.as_bytes()));
        assert!(!found, "the token is in {place}");
    }
}

/// Searches what a process wrote, and every file below its home.
fn search_all(ran: &Ran, home: &Path, token: &str, what: &str) {
    search(&ran.out, token, &format!("the output of {what}"));
    search(
        ran.err.as_bytes(),
        token,
        &format!("the errors of {what}: {}", ran.err),
    );
    for path in files(home, "") {
        let bytes = std::fs::read(&path).expect("a file of ours");
        search(&bytes, token, &format!("{} after {what}", path.display()));
    }
}

/// A frame of now, as a line.
fn line(state: State, text: &str) -> String {
    let now = Time(jiff::Timestamp::now().as_millisecond());
    serde_json::to_string(&frame("run", 1, state, text, now)).expect("a frame")
}

/// A run of long ago, below `home`.
fn tree(home: &Path) {
    let mut talk = Talk::new("s1");
    talk.user(0, "look around")
        .call(1_000, "c1", "exec", json!({"command": "ls"}))
        .says(3_000, "Done.");
    Tree::of("agent:main:main", json!({}), &talk).write(&home.join(".openclaw"), Era::Files);
}

/// As much as the program ever says of itself.
fn loud(mut command: Command) -> Command {
    command.args(["-v", "-v"]);
    command.envs([
        ("LOG_LEVEL", "trace"),
        ("RUST_BACKTRACE", "full"),
        ("RUST_LOG", "trace"),
    ]);
    command
}

/// Every verb that knows the token, with `{channel}` and `{post}` where they stand for ids.
const VERBS: &[&[&str]] = &[
    &["post", "--channel", "{channel}"],
    &["post", "--channel", "{channel}", "--receipts"],
    &[
        "post",
        "--channel",
        "{channel}",
        "--to",
        "mattermost",
        "--to",
        "terminal",
    ],
    &["post", "--channel", "{channel}", "--dry-run"],
    &[
        "post",
        "--channel",
        "{channel}",
        "--key",
        "k",
        "--text",
        "hello",
    ],
    &[
        "post",
        "--channel",
        "{channel}",
        "--key",
        "k",
        "--text",
        "bye",
        "--state",
        "done",
    ],
    &[
        "post",
        "--channel",
        "nobody/nowhere",
        "--key",
        "k",
        "--text",
        "x",
    ],
    &[
        "run",
        "--once",
        "--channel",
        "{channel}",
        "--catch-up",
        "36500d",
    ],
    &[
        "run",
        "--once",
        "--channel",
        "{channel}",
        "--dry-run",
        "--catch-up",
        "36500d",
    ],
    &["run", "--once", "--to", "terminal"],
    &["--channel", "{channel}", "create", "hello"],
    &["update", "{post}", "hello"],
    &["doctor", "--channel", "{channel}"],
    &["explain", "k"],
    &["explain", "k", "--json"],
    &["config", "show"],
    &["config", "show", "--origin"],
    &["config", "check"],
    &["post", "--help"],
    &["post", "--no-such-flag"],
];

/// The arguments of a verb, with the ids of `channel` and of some post.
fn arguments<'a>(verb: &[&'a str], channel: &'a str) -> Vec<&'a str> {
    let with_ids = |arg: &&'a str| match *arg {
        "{channel}" => channel,
        "{post}" => "pppppppppppppppppppppppppp",
        arg => arg,
    };
    verb.iter().map(with_ids).collect()
}

/// Writes the token into a file that nobody else may read.
fn private(path: &Path, token: &str) {
    std::fs::write(path, token).expect("written");
    std::fs::set_permissions(path, Permissions::from_mode(0o600)).expect("set");
}
