//! Boxes that a person deletes.

use super::super::rig::client;
use super::*;
use crate::fake_mattermost::{Action, Call, Options, Recorded, Rule};

/// How a server tells that a post is no more.
#[derive(Clone, Copy, Debug)]
enum Tells {
    /// 5.37: 403 to an edit, 404 to a look.
    Forbidden,
    /// Newer ones: 404.
    NotFound,
    /// What stands before a server may know this, too.
    Gone,
}

const ALL: [Tells; 3] = [Tells::Forbidden, Tells::NotFound, Tells::Gone];

fn server(tells: Tells) -> Fake {
    let options = match tells {
        Tells::Forbidden => Options::default(),
        Tells::NotFound | Tells::Gone => Options::newer(),
    };
    Fake::with(options).expect("loopback")
}

/// A person deletes the post.
fn delete(fake: &Fake, post: &str, tells: Tells) {
    let answer = client(fake, "admin").delete(&format!("/posts/{post}"));
    assert_eq!(answer.expect("an answer").status, 200);
    if matches!(tells, Tells::Gone) {
        for (call, end) in [(Call::Patch, "/patch"), (Call::Get, "")] {
            let gone = Rule::on(call, Action::status(410));
            fake.fault(gone.path(&format!("*/posts/{post}{end}")));
        }
    }
}

/// The requests that concern a post.
fn of_post(fake: &Fake, post: &str) -> usize {
    let concerns = |request: &&Recorded| {
        request.path.contains(post) && request.username.as_deref() == Some("status-bot")
    };
    fake.requests().iter().filter(concerns).count()
}

// Fault 56.
#[test]
fn row_56_a_box_that_a_person_deleted_is_marked_gone_and_not_made_again() {
    for tells in ALL {
        let Some(mut watched) = Watched::start(server(tells), &[]) else {
            return;
        };
        let mut live = watched.live("s1");
        let post = watched.shows(&live.reads(1)).id;
        delete(&watched.fake, &post, tells);
        live.reads(1);
        let told = watched.explained(&post, |told| {
            told["phase"] == "gone" && told["run"]["outlook"]["gone"] == true
        });
        assert!(
            told["run"]["outlook"]["waits"].is_null(),
            "{tells:?}: {told}"
        );
        let health = watched.page("/health", |health| health.json()["queue_depth"] == 0);
        assert_eq!(
            health.json()["last_error"]["class"],
            "box_deleted",
            "{tells:?}"
        );
        assert_eq!(health.json()["breaker"], "closed", "{tells:?}");
        let before = of_post(&watched.fake, &post);
        live.reads(1);
        live.ends();
        // One that came later is shown: by then the other one would have been asked for.
        let mut other = watched.live("s2");
        watched.shows(&other.reads(1));
        watched.page("/health", |health| {
            health.json()["queue_depth"] == 0 && health.json()["active_sessions"] == 1
        });
        assert_eq!(of_post(&watched.fake, &post), before, "{tells:?}");
        // Nor is it by one who knows only what was remembered.
        assert_eq!(watched.run.stop(), 143);
        let channel = watched.fake.channel("status");
        let args = ["run", "--once", "--channel", &channel];
        let once = command(&watched.fake, watched.home.dir.path(), &args).output();
        Ran::from(once.expect("it starts")).ok();
        assert_eq!(of_post(&watched.fake, &post), before, "{tells:?}");
        let made = histories(&watched.fake);
        assert_eq!(made.len(), 2, "{tells:?}: {made:#?}");
        assert_eq!(boxes(&watched.fake).len(), 1, "{tells:?}");
    }
}

// Fault 56.
#[test]
fn row_56_a_box_that_a_person_deleted_is_made_again_where_that_is_wanted() {
    for tells in ALL {
        let Some(watched) = Watched::start(server(tells), &["--recreate"]) else {
            return;
        };
        let mut live = watched.live("s1");
        let post = watched.shows(&live.reads(1)).id;
        delete(&watched.fake, &post, tells);
        let newest = live.reads(1);
        let again = watched.shows(&newest).id;
        assert_ne!(again, post, "{tells:?}");
        live.ends();
        assert_eq!(watched.comes_to("done").id, again, "{tells:?}");
        assert_eq!(boxes(&watched.fake).len(), 1, "{tells:?}");
        assert_eq!(histories(&watched.fake).len(), 2, "{tells:?}");
        watched.stop();
    }
}
