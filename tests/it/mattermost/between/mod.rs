//! The program with a faulty proxy between it and the server: what befalls requests and answers on their way.

mod addresses;
mod deadline;
mod kept;
mod lost;
mod order;
mod patience;
mod probe;
mod race;
mod resolver;
mod stale;
mod toxics;

use std::process::Command;

use super::process::{boxes, state};
use crate::fake_mattermost::{Call, Fake, Post};
use crate::faulty_proxy::{Passed, Proxy};
use crate::service::rig::Home;

/// `run` in that home, by the way of `proxy`.
fn posting(home: &Home, fake: &Fake, proxy: &Proxy, args: &[&str]) -> Command {
    let mut command = home.posting(fake, args);
    command.env("MM_URL", proxy.url());
    command
}

/// So many files for an agent to read.
fn files(count: usize) -> Vec<String> {
    let file = |number| format!("/srv/file-{number}.md");
    (0..count).map(file).collect()
}

/// Waits until so many boxes are over, as they are to be.
fn until_done(fake: &Fake, count: usize) {
    fake.wait_until("end of every box", |fake| {
        let is_done = |post: &Post| state(post) == "done";
        boxes(fake).into_iter().filter(is_done).count() == count
    });
}

/// Every state of every box that was ever made, also of those that were deleted.
fn histories(fake: &Fake) -> Vec<Vec<Post>> {
    let all = fake.histories().into_iter();
    all.filter(|states| states[0].key().is_some()).collect()
}

/// The number of the edit that a state of a box carries.
fn edit(post: &Post) -> u64 {
    let marker = &post.props["live_status"];
    marker["seq"].as_f64().expect("a number") as u64
}

/// The creates and edits that passed, as the box's key of the one and the post of the other.
fn writes(proxy: &Proxy) -> Vec<Passed> {
    let passed = proxy.passed().into_iter();
    let writes = |passed: &Passed| matches!(passed.call, Call::Create | Call::Patch);
    passed.filter(writes).collect()
}
