//! What is remembered of boxes, and what happens without.

use live_status::store::{Lock, StateDir};

use super::with_fake;
use crate::fake_mattermost::Fake;
use crate::support::{Ran, home, program};

#[test]
fn without_a_place_for_state_the_post_is_found_by_its_name() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    for did in ["created", "adopted"] {
        let mut command = program(home.path());
        command
            .env_remove("HOME")
            .env("MM_URL", fake.url())
            .env("MM_TOKEN", fake.token("status-bot"))
            .args(["post", "--channel", &channel, "--key", "k", "--text", did]);
        let ran: Ran = command.output().expect("runs").into();
        let ran = ran.ok();
        assert!(ran.err.contains("going on without a memory"), "{}", ran.err);
        let receipt = ran.lines().remove(0);
        assert!(
            receipt["did"] == did || receipt["did"] == "updated",
            "{receipt}"
        );
    }
    let ours = fake.posts(&channel);
    let ours: Vec<_> = ours.iter().filter(|post| post.key().is_some()).collect();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0].message, "adopted");
}

// Fault 83.
#[test]
fn one_run_serves_a_state_directory_and_a_post_needs_no_turn() {
    let (fake, home) = (Fake::start(), home());
    let state = StateDir::open(&home.path().join("state/live-status")).expect("made");
    let lock = Lock::take(&state, "run").expect("taken");
    let place = home.path().join("state");
    let (url, token, channel) = (fake.url(), fake.token("status-bot"), fake.channel("status"));
    let call = |args: &[&str]| -> Ran {
        let mut command = program(home.path());
        command
            .env("XDG_STATE_HOME", &place)
            .env("MM_URL", &url)
            .env("MM_TOKEN", &token)
            .args(args);
        command.output().expect("runs").into()
    };
    let second = call(&["run", "--to", "mattermost"]);
    assert_eq!(second.code, 75, "{}", second.err);
    assert!(
        second.err.contains("hint: one run serves"),
        "{}",
        second.err
    );
    call(&["post", "--channel", &channel, "--key", "k", "--text", "x"]).ok();
    drop(lock);
}

#[test]
fn a_memory_of_a_later_version_is_left_alone() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    let args = ["post", "--channel", &channel, "--key", "k", "--text", "x"];
    with_fake(&fake, home.path(), &args).ok();
    let path = home.path().join(".local/state/live-status/boxes.sqlite");
    let database = rusqlite::Connection::open(&path).expect("a database");
    // Both places say it: a header alone would be damage.
    database
        .execute_batch(
            "UPDATE meta SET value = '99' WHERE name = 'version'; PRAGMA user_version = 99",
        )
        .expect("set");
    drop(database);
    let ran = with_fake(&fake, home.path(), &args);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(ran.err.contains("later version"), "{}", ran.err);
}
