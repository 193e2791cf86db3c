//! The real program, killed or stopped at every request of a run: never two boxes, never a lost end.

mod posts;
mod runs;
mod stops;

use std::path::Path;
use std::sync::Arc;

use live_status::wire::frame::{Frame, State};
use live_status::wire::time::Time;
use rustix::process::Signal;
use serde_json::json;

use super::process::{Process, boxes, command, hold, is_held, state};
use super::rig::{client, frame};
use crate::fake_mattermost::{Action, Call, Fake, Moment, Rule};
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
struct Place(Vec<String>);

impl Place {
    fn new(fake: &Fake, in_thread: bool) -> Self {
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

    fn with<'a>(&'a self, verb: &[&'a str]) -> Vec<&'a str> {
        let place = self.0.iter().map(String::as_str);
        verb.iter().copied().chain(place).collect()
    }
}

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

/// One box, and it is over.
fn is_one_and_final(fake: &Fake, text: Option<&str>, what: &str) {
    let lines: Vec<String> = fake.requests().iter().map(|one| one.line()).collect();
    let lines = lines.join("\n");
    let boxes = boxes(fake);
    assert_eq!(boxes.len(), 1, "{what}: {boxes:#?}\n{lines}");
    assert_eq!(state(&boxes[0]), "done", "{what}: {boxes:#?}\n{lines}");
    if let Some(text) = text {
        assert_eq!(boxes[0].message, text, "{what}\n{lines}");
    }
    for history in fake.histories().iter().filter(|all| all[0].key().is_some()) {
        assert_eq!(
            history[0].message,
            live_status::sink::mattermost::FIRST_TEXT,
            "{what}"
        );
    }
}

/// Kills what `first` starts at its first request, then at its second and so on until it ends by
/// itself; `second` has to bring the box to its end each time.
fn killed_everywhere(
    (moment, memory): (Moment, Memory),
    in_thread: bool,
    first: impl Fn(&Arc<Fake>, &Path, &Place) -> Process,
    second: impl Fn(&Arc<Fake>, &Path, &Place),
    text: Option<&str>,
) {
    for number in 1..MANY {
        let (fake, home) = (Arc::new(Fake::start()), home());
        let place = Place::new(&fake, in_thread);
        // Who asked was the first request.
        let held = hold(&fake, number, moment);
        let process = first(&fake, home.path(), &place);
        let killed = is_held(&fake);
        let what = format!("killed at request {number}, {moment:?}");
        if killed {
            held.wait_for(1);
            process.kill();
        } else {
            let ran = process.end();
            assert!([0, 143].contains(&ran.code), "{what}: {}", ran.err);
        }
        held.drop_them();
        fake.clear_faults();
        if memory == Memory::Lost {
            // Where nothing was remembered yet there is nothing to lose.
            let _ = std::fs::remove_dir_all(home.path().join(".local"));
        }
        second(&fake, home.path(), &place);
        is_one_and_final(&fake, text, &what);
        if !killed {
            assert!(number > 8, "{number} requests are no whole run");
            return;
        }
    }
    unreachable!("the run never ended by itself");
}
