//! The real program, killed or stopped at every request of a run: never two boxes, never a lost end.

#[cfg(target_os = "linux")]
mod calls;
mod moments;
mod pipes;
mod posts;
mod runs;
mod stops;
pub mod story;

use std::path::Path;
use std::sync::Arc;

use live_status::sink::mattermost::FIRST_TEXT;
use live_status::wire::frame::{Frame, State};
use live_status::wire::time::Time;
use rustix::process::Signal;
use serde_json::json;

use super::process::{Process, boxes, command, hold, is_held, state};
use super::rig::{client, frame};
use crate::fake_mattermost::{Action, Call, Fake, Moment, Post, Recorded, Rule};
use crate::support::home;
use crate::support::tree::{Era, Talk, Tree};

/// More requests than any of these runs needs.
const MANY: u64 = 60;
const LAST: &str = "[DONE] all is done";

/// What is left of the memory when the program is started again.
#[derive(Clone, Copy, PartialEq)]
enum Memory {
    Kept,
    Lost,
}

/// How the first start ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Killed,
    Stopped,
}

/// A run of three frames, told now.
fn frames() -> Vec<Frame> {
    let now = Time(jiff::Timestamp::now().as_millisecond());
    [
        (State::Active, "[ACTIVE] one"),
        (State::Active, "[ACTIVE] two"),
        (State::Done, LAST),
    ]
    .into_iter()
    .zip(1..)
    .map(|((state, text), rev)| frame("run", rev, state, text, now))
    .collect()
}

/// A place for boxes: the channel, or a thread of it.
pub struct Place(pub Vec<String>);

impl Place {
    pub fn new(fake: &Fake, in_thread: bool) -> Self {
        let channel = fake.channel("status");
        let mut args = vec!["--channel".to_owned(), channel.clone()];
        if in_thread {
            let body = json!({"channel_id": channel, "message": "please"});
            let answer = client(fake, "alice").post("/posts", &body);
            let post: serde_json::Value = answer.expect("an answer").json().expect("a post");
            args.push("--root".to_owned());
            args.push(post["id"].as_str().expect("an id").to_owned());
        }
        Self(args)
    }

    pub fn with<'a>(&'a self, verb: &[&'a str]) -> Vec<&'a str> {
        let place = self.0.iter().map(String::as_str);
        verb.iter().copied().chain(place).collect()
    }
}

/// Frames on standard input.
const FRAMES: Script = Script {
    first: play,
    second: again,
    last: Some(LAST),
    inert: Some(FIRST_TEXT),
    requests: 8,
};

/// Starts `post`, feeds it one frame after the other as the box shows them, and waits for its end
/// or for a request that is held.
fn play(fake: &Arc<Fake>, home: &Path, place: &Place) -> Process {
    let args = place.with(&["post", "--throttle", "0"]);
    let mut post = Process::start(fake, &mut command(fake, home, &args));
    for frame in frames() {
        post.feed(&frame);
        let text = frame.text.expect("a text").markdown.expect("a text");
        fake.wait_until("edit with the frame's text", |fake| {
            let shown = boxes(fake).iter().any(|one| one.message == text);
            shown || is_held(fake) || post.is_over()
        });
    }
    post.close_input();
    fake.wait_until("end of post", |fake| is_held(fake) || post.is_over());
    post
}

/// Starts `post` again with all frames of the run, and lets it end.
fn again(fake: &Arc<Fake>, home: &Path, place: &Place) {
    let args = place.with(&["post", "--throttle", "0"]);
    let mut post = Process::start(fake, &mut command(fake, home, &args));
    frames().iter().for_each(|frame| post.feed(frame));
    post.end().ok();
}

/// What is started twice for one box: killed or stopped the first time, left alone the second.
#[derive(Clone, Copy)]
struct Script {
    /// Starts it, and waits for a request that is held, or for the end.
    first: fn(&Arc<Fake>, &Path, &Place) -> Process,
    /// Starts it again, and waits for the end.
    second: fn(&Arc<Fake>, &Path, &Place),
    /// What the box says then, where that is known to the letter.
    last: Option<&'static str>,
    /// The first text of its post; `None` where that is the caller's own.
    inert: Option<&'static str>,
    /// Requests that the first start needs at least.
    requests: u64,
}

impl Script {
    /// One box, and it is over.
    fn is_fulfilled(&self, fake: &Fake, what: &str) {
        let lines: Vec<String> = fake.requests().iter().map(Recorded::line).collect();
        let what = format!("{what}\n{}", lines.join("\n"));
        let boxes = boxes(fake);
        assert_eq!(boxes.len(), 1, "{what}: {boxes:#?}");
        assert_eq!(state(&boxes[0]), "done", "{what}: {boxes:#?}");
        assert!(
            self.last.is_none_or(|last| boxes[0].message == last),
            "{what}: {boxes:#?}"
        );
        let histories = fake.histories().into_iter();
        let made: Vec<Vec<Post>> = histories.filter(|all| all[0].key().is_some()).collect();
        assert_eq!(made.len(), 1, "{what}: nobody saw a second one: {made:#?}");
        let first = made[0][0].message.as_str();
        assert_eq!(first, self.inert.unwrap_or(first), "{what}");
    }

    /// Ends the first start by `end` at its request of that number; whether it came so far.
    fn ended_at(&self, number: u64, (moment, memory): (Moment, Memory), how: End) -> bool {
        let (fake, home) = (Arc::new(Fake::start()), home());
        let place = Place::new(
            &fake,
            number.is_multiple_of(2) == (moment == Moment::Before),
        );
        // What a person asked in the thread is not counted.
        let held = hold(&fake, number, moment);
        let process = (self.first)(&fake, home.path(), &place);
        let what = format!("ended at request {number}, {moment:?}");
        let came_so_far = is_held(&fake);
        if came_so_far {
            held.wait_for(1);
            match how {
                End::Killed => process.kill(),
                End::Stopped => {
                    // The request is never answered; the program does not wait for it.
                    process.signal(Signal::TERM);
                    let ran = process.end();
                    assert!([0, 143].contains(&ran.code), "{what}: {}", ran.err);
                }
            }
        } else {
            let ran = process.end();
            assert!([0, 143].contains(&ran.code), "{what}: {}", ran.err);
        }
        let edited = |post: &Post| post.props["live_status"]["seq"].as_f64() > Some(0.0);
        let live = boxes(&fake).into_iter();
        let live: Vec<Post> = live
            .filter(|one| edited(one) && state(one) == "active")
            .collect();
        held.drop_them();
        fake.clear_faults();
        if how == End::Stopped {
            let says = live
                .iter()
                .all(|one| one.message.contains("updates paused at "));
            assert!(says, "{what}: {live:#?}");
        }
        if memory == Memory::Lost {
            // Where nothing was remembered yet there is nothing to lose.
            let _ = std::fs::remove_dir_all(home.path().join(".local"));
            // The server forgets too which posts it made for whom.
            fake.restart();
        }
        (self.second)(&fake, home.path(), &place);
        self.is_fulfilled(&fake, &what);
        came_so_far
    }

    /// Kills it at its first request, then at its second and so on until it ends by itself.
    fn killed_everywhere(&self, moment: Moment, memory: Memory) {
        let whole = (1..MANY).find(|number| !self.ended_at(*number, (moment, memory), End::Killed));
        let whole = whole.expect("it ends by itself");
        assert!(whole > self.requests, "{whole} requests are no whole run");
    }
}
