//! The real `run` and `post` before the fake server, one fault at a time: pace and pauses, slow and
//! hostile answers, posts that are gone or cannot be edited, nodes and families.
//!
//! Where time decides, the clocks of the process stand still and the test moves them.

mod answers;
mod deleted;
mod doubtful;
mod family;
mod limits;
mod nodes;
mod pace;
mod pauses;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::process::{boxes, command, state};
use crate::fake_mattermost::{Fake, Post, Recorded};
use crate::faults::writer::append;
use crate::service::rig::{self, Answer, Home, PATIENCE, Service, metric};
use crate::support::still::Still;
use crate::support::tree::Talk;
use crate::support::{Ran, T0_MS, program};

/// A transcript that its agent writes on and on.
struct Live {
    file: PathBuf,
    talk: Talk,
    sid: String,
    written: usize,
    now_ms: i64,
    calls: usize,
}

impl Live {
    /// A run that begins now; nothing of it is written yet.
    fn new(home: &Path, sid: &str) -> Self {
        let folder = home.join(".openclaw/agents/main/sessions");
        std::fs::create_dir_all(&folder).expect("made");
        let now_ms = jiff::Timestamp::now().as_millisecond() - T0_MS;
        let mut talk = Talk::new(sid);
        talk.user(now_ms, "look around");
        Self {
            file: folder.join(format!("{sid}.jsonl")),
            talk,
            sid: sid.to_owned(),
            written: 0,
            now_ms,
            calls: 0,
        }
    }

    /// What was under way is done, and so many more files are read one after the other; the last
    /// of them still is. Its name.
    fn reads(&mut self, count: usize) -> String {
        for _ in 0..count {
            self.returns();
            let (id, path) = (format!("c{}", self.calls), self.name());
            let arguments = json!({"path": path});
            self.talk.call(self.now_ms, &id, "read", arguments);
            self.calls += 1;
        }
        self.write();
        self.talk_of_last()
    }

    /// So much later by its agent's clock.
    fn rests(&mut self, span: Duration) {
        self.now_ms += i64::try_from(span.as_millis()).expect("not for centuries");
    }

    /// It is done.
    fn ends(&mut self) {
        self.returns();
        self.talk.says(self.now_ms, "Done.");
        self.write();
    }

    fn returns(&mut self) {
        if let Some(last) = self.calls.checked_sub(1) {
            let id = format!("c{last}");
            self.talk.result(self.now_ms, &id, "read", json!({}));
        }
    }

    fn name(&self) -> String {
        format!("{}-{}.md", self.sid, self.calls)
    }

    fn talk_of_last(&self) -> String {
        format!("{}-{}.md", self.sid, self.calls - 1)
    }

    /// Appends what is new, a line at a time as an agent does.
    fn write(&mut self) {
        let bytes = self.talk.bytes();
        let lines = bytes[self.written..].split_inclusive(|&byte| byte == b'\n');
        lines.for_each(|line| append(&self.file, line));
        self.written = bytes.len();
    }
}

/// A `run` whose clocks stand still, before a fake server.
struct Watched {
    fake: Arc<Fake>,
    home: Home,
    clock: Still,
    run: Service,
    address: String,
}

impl Watched {
    /// `run` that keeps no interval and no budget, with these arguments more; nothing where its
    /// clocks cannot be stopped.
    fn start(fake: Fake, args: &[&str]) -> Option<Self> {
        Self::paced(fake, "0", args)
    }

    /// The same with an interval.
    fn paced(fake: Fake, interval: &str, args: &[&str]) -> Option<Self> {
        let (home, fake) = (Home::new(), Arc::new(fake));
        let clock = Still::below(home.dir.path())?;
        let channel = fake.channel("status");
        let place = ["run", "--channel", &channel, "--listen", "127.0.0.1:0"];
        // No budget is filled again while no time passes.
        let pace = ["--throttle", interval, "--rate", "0"];
        let mut command = command(&fake, home.dir.path(), &[&place[..], &pace, args].concat());
        clock.over(&mut command);
        let mut run = Service::start(&mut command);
        let address = run.address();
        Some(Self {
            fake,
            home,
            clock,
            run,
            address,
        })
    }

    fn live(&self, sid: &str) -> Live {
        Live::new(self.home.dir.path(), sid)
    }

    /// Waits until a box shows that; gives it.
    fn shows(&self, text: &str) -> Post {
        let is_it = |post: &Post| post.message.contains(text);
        let what = format!("box with {text}");
        self.fake
            .wait_until(&what, |fake| boxes(fake).iter().any(is_it));
        boxes(&self.fake).into_iter().find(is_it).expect("shown")
    }

    /// Waits until the box of a session is so.
    fn comes_to(&self, wanted: &str) -> Post {
        let is_it = |post: &Post| state(post) == wanted;
        self.fake
            .wait_until(wanted, |fake| boxes(fake).iter().any(is_it));
        boxes(&self.fake).into_iter().find(is_it).expect("shown")
    }

    /// The edits that were asked for so far.
    fn edits(&self) -> usize {
        edits(&self.fake).len()
    }

    /// What `explain` tells of that post once `run` has taken in all that is written so far of a
    /// run that goes on, and that waits.
    fn waits(&self, post: &str, live: &Live) -> Value {
        // The request, each call, and each result.
        let rev = 2 * live.calls;
        self.explained(post, |told| {
            let waits = &told["run"]["outlook"]["waits"];
            told["run"]["state"] == "active" && waits["rev"].as_u64() == Some(rev as u64)
        })
    }

    /// The same of a run that is over, once its end is held up by that.
    fn end_waits(&self, post: &str, by: &str) -> Value {
        self.explained(post, |told| {
            told["run"]["state"] == "done" && held_ms(told, by).is_some()
        })
    }

    /// What `explain` tells of that box, once it is so.
    fn explained(&self, key: &str, done: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let output = program(self.home.dir.path())
                .args(["explain", "--json", key])
                .output();
            let told = Ran::from(output.expect("it starts")).lines();
            let told = told.into_iter().next().unwrap_or_default();
            if done(&told) {
                return told;
            }
            assert!(Instant::now() < end, "{told}");
            std::thread::yield_now();
        }
    }

    /// What a page says once it is so.
    fn page(&self, path: &str, done: impl Fn(&Answer) -> bool) -> Answer {
        rig::until(&self.address, path, done)
    }

    /// The value of a metric now.
    fn metric(&self, name: &str) -> f64 {
        metric(&rig::get(&self.address, "/metrics"), name)
    }

    /// Lets so much time pass.
    fn pass(&self, span: Duration) {
        self.clock.pass(self.run.pid(), span);
    }

    /// Ends it as a supervisor does; what it said.
    fn stop(mut self) -> String {
        assert_eq!(self.run.stop(), 143, "{}", self.run.said());
        self.run.said()
    }
}

/// How long `by` holds up what waits, in milliseconds.
fn held_ms(told: &Value, by: &str) -> Option<u64> {
    let holds = told["run"]["outlook"]["holds"].as_array()?;
    let hold = holds.iter().find(|hold| hold["by"] == by)?;
    hold["ms"].as_u64()
}

/// The edits of posts among the requests so far.
fn edits(fake: &Fake) -> Vec<Recorded> {
    let requests = fake.requests().into_iter();
    requests
        .filter(|request| request.path.ends_with("/patch"))
        .collect()
}

/// The posts that were asked for.
fn creates(fake: &Fake) -> Vec<Recorded> {
    let is_one =
        |request: &Recorded| request.method == "POST" && request.path.starts_with("/api/v4/posts?");
    fake.requests().into_iter().filter(is_one).collect()
}

/// By which name the server was to remember each post that was asked for.
fn names(fake: &Fake) -> Vec<String> {
    let of = |request: Recorded| {
        let body = request.body.unwrap_or_default();
        body["pending_post_id"].as_str().unwrap_or("").to_owned()
    };
    creates(fake).into_iter().map(of).collect()
}

/// The states of every box that was ever there, those that were deleted among them.
fn histories(fake: &Fake) -> Vec<Vec<Post>> {
    let all = fake.histories().into_iter();
    all.filter(|history| history[0].key().is_some()).collect()
}
