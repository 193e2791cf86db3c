//! `run` as a service that nobody watches: what befalls it, its clocks and its server while it is at work.

mod aside;
mod away;
mod churn;
mod clocks;
mod flight;
mod locks;

use std::path::Path;
use std::sync::Arc;

use rustix::process::Signal;

use super::kills::Place;
use super::kills::story::{RUN, Story, finish, is_told, is_told_with};
use super::process::{Process, boxes, command, state};
use crate::fake_mattermost::{Action, Call, Fake, Moment, Post, Rule};
use crate::support::home;

/// `run` with further arguments.
fn start(fake: &Arc<Fake>, home: &Path, place: &Place, more: &[&str]) -> Process {
    let args = place.with(&[&RUN[..], more].concat());
    Process::start(fake, &mut command(fake, home, &args))
}

/// Writes the next part of a story, and waits until its box shows it.
fn tell(fake: &Fake, story: &mut Story) -> Post {
    let shows = story.write().expect("there is more to tell");
    let shown = |post: &Post| post.message.contains(&shows);
    fake.wait_until(&shows, |fake| boxes(fake).iter().any(shown));
    boxes(fake).into_iter().find(shown).expect("shown")
}

/// Ends `run` as a supervisor does.
fn stop(run: Process) {
    run.signal(Signal::TERM);
    let ran = run.end();
    assert_eq!(ran.code, 143, "{}", ran.err);
}

/// Waits until so many boxes are over.
fn until_over(fake: &Fake, count: usize) {
    let channel = fake.channel("status");
    let is_over = |post: &Post| !["", "active"].contains(&state(post));
    fake.wait_until("end of every box", |fake| {
        fake.count(&channel, is_over) >= count
    });
}
