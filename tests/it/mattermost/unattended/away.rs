//! What happened while nobody ran.

use live_status::daemon::resume::{Kept, latest};
use live_status::store::{Loaded, StateDir, load, save};

use super::*;
use crate::faults::harness::amount;

// Fault 43.
#[test]
fn what_was_written_while_nobody_ran_is_one_edit_a_box() {
    const SESSIONS: usize = 50;
    let lines = amount("LIVE_STATUS_LINES_AWAY", 200);
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    let mut stories: Vec<Story> = (0..SESSIONS)
        .map(|number| Story::long(home.path(), &format!("s{number}"), lines / 2))
        .collect();
    for story in &mut stories {
        story.write();
    }
    let run = start(&fake, home.path(), &place, &["--rate", "0"]);
    let channel = fake.channel("status");
    fake.wait_until("beginning of every box", |fake| {
        fake.count(&channel, |post| post.message.contains("`first-s")) == SESSIONS
    });
    stop(run);
    // What was under way when its time was up may arrive now.
    fake.wait_until("answer to every request", |fake| {
        fake.requests().iter().all(|one| one.status.is_some())
    });
    let before = fake.requests().len();
    stories.iter_mut().for_each(Story::write_all);
    let run = start(&fake, home.path(), &place, &["--rate", "0"]);
    until_over(&fake, SESSIONS);
    stop(run);
    is_told_with(&fake, SESSIONS, lines / 2, "after a while away");
    for post in boxes(&fake) {
        assert_eq!(edits(&fake, &post.id, before), 1, "{post:?}");
    }
}

// Fault 42.
#[test]
fn other_numbers_of_devices_are_no_other_transcripts() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    let mut story = Story::new(home.path(), "s1");
    let run = start(&fake, home.path(), &place, &["--resume", "main"]);
    tell(&fake, &mut story);
    let shown = tell(&fake, &mut story);
    stop(run);
    // As after another boot, or another mount.
    let kept_in = StateDir::open(&home.path().join(".local/state/live-status")).expect("opens");
    let Ok(Loaded::Found { whole, changes, .. }) = load::<Vec<Kept>>(&kept_in, "main") else {
        unreachable!("the place was kept");
    };
    let mut kept = serde_json::json!(latest(whole, changes));
    for one in kept.as_array_mut().expect("a list") {
        let device = &mut one["cursor"]["dev"];
        *device = (device.as_u64().expect("a device") + 1).into();
    }
    save(&kept_in, "main", &kept).expect("saved");
    let before = fake.history(&shown.id).len();
    let run = start(&fake, home.path(), &place, &["--resume", "main"]);
    tell(&fake, &mut story);
    stop(run);
    is_told(&fake, 1, "with other devices");
    let later = fake.history(&shown.id).split_off(before);
    let replayed = |post: &&Post| !post.message.contains("`second-s1.md`") && state(post) != "done";
    assert_eq!(
        later.iter().find(replayed),
        None,
        "what was shown is not told again"
    );
}

/// How often a post was edited from that request on.
fn edits(fake: &Fake, post: &str, from: usize) -> usize {
    let path = format!("/posts/{post}/patch");
    let requests = fake.requests();
    let edits = requests.iter().skip(from);
    edits.filter(|request| request.path.contains(&path)).count()
}
