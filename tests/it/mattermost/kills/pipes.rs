//! `tail -f --resume N | label | render | post`: any of the four killed, and the pipe started again.

use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, kill_process};

use super::story::{Story, is_told};
use super::*;
use crate::faults::harness::amount;
use crate::faults::writer::Dice;

/// The four filters.
const STAGES: [&str; 4] = ["tail", "label", "render", "post"];

/// The four processes, each reading what the one before it writes.
struct Pipe {
    stages: Vec<Child>,
}

impl Pipe {
    fn start(fake: &Fake, home: &Path, place: &Place) -> Self {
        let post = place.with(&["post", "--throttle", "0"]);
        let verbs: [&[&str]; 4] = [
            &["tail", "-f", "--resume", "pipe"],
            &["label"],
            &["render"],
            &post,
        ];
        let mut stages: Vec<Child> = Vec::new();
        for args in verbs {
            let before = stages.last_mut().and_then(|stage| stage.stdout.take());
            let mut command: Command = command(fake, home, args);
            command.stdin(before.map_or_else(Stdio::null, Stdio::from));
            command.stdout(Stdio::piped()).stderr(Stdio::null());
            stages.push(command.spawn().expect("the program starts"));
        }
        // Nobody reads receipts; they are few enough for the pipe between.
        Self { stages }
    }

    fn kill(&mut self, stage: usize) {
        self.stages[stage].kill().expect("not reaped yet");
    }

    /// Ends what is left of it, as whoever starts it again does.
    fn stop(mut self) {
        for stage in &self.stages {
            let pid = Pid::from_raw(stage.id().cast_signed()).expect("a pid");
            let _ = kill_process(pid, Signal::TERM);
        }
        self.wait();
    }

    fn wait(&mut self) {
        for stage in &mut self.stages {
            stage.wait().expect("a child");
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        for stage in &mut self.stages {
            let _ = stage.kill();
            let _ = stage.wait();
        }
    }
}

/// When a stage dies.
#[derive(Clone, Copy, Debug)]
enum When {
    /// Before or after the request of that number was carried out.
    Request(u64, Moment),
    /// So many milliseconds after the pipe was started.
    Milliseconds(u64),
}

/// One story; the stage is killed, what is left is written, and the pipe is started again.
/// Gives whether the request at which it was to die ever came.
fn killed(stage: usize, when: When) -> bool {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, stage.is_multiple_of(2));
    let mut story = Story::new(home.path(), "s1");
    let held = match when {
        When::Request(number, moment) => Some(hold(&fake, number, moment)),
        When::Milliseconds(_) => None,
    };
    let mut pipe = Pipe::start(&fake, home.path(), &place);
    if let When::Milliseconds(ms) = when {
        story.write();
        // This is the fault itself; nothing is waited for.
        std::thread::sleep(std::time::Duration::from_millis(ms));
    } else {
        story.play(&fake, || is_held(&fake));
    }
    let came = is_held(&fake);
    pipe.kill(stage);
    if let Some(held) = held {
        held.drop_them();
    }
    fake.clear_faults();
    pipe.stop();
    // A run of which nobody heard and that is over when the pipe starts for the first time is history.
    let heard = !boxes(&fake).is_empty();
    if heard {
        story.write_all();
    }
    let pipe = Pipe::start(&fake, home.path(), &place);
    if !heard {
        story.play(&fake, || false);
    }
    fake.wait_until("end of the box", |fake| {
        boxes(fake).iter().any(|post| state(post) == "done")
    });
    pipe.stop();
    is_told(&fake, 1, &format!("{} killed at {when:?}", STAGES[stage]));
    came
}

// Fault 37.
#[test]
fn a_pipe_with_a_stage_killed_at_any_request_goes_on_where_it_was() {
    for moment in [Moment::Before, Moment::After] {
        for stage in 0..STAGES.len() {
            let whole = (1..MANY).find(|number| !killed(stage, When::Request(*number, moment)));
            let whole = whole.expect("it ends by itself");
            assert!(whole > 5, "{whole} requests are no whole run");
        }
    }
}

// Fault 37.
#[test]
fn a_pipe_with_a_stage_killed_at_random_goes_on_where_it_was() {
    let seed = amount("LIVE_STATUS_SEED", 37);
    let rounds = amount("LIVE_STATUS_PIPE_KILLS", 12);
    println!("{rounds} kills, seed {seed} (LIVE_STATUS_SEED)");
    let mut dice = Dice(seed as u64);
    for round in 0..rounds {
        let ms = dice.below(400) as u64;
        killed(round % STAGES.len(), When::Milliseconds(ms));
    }
}
