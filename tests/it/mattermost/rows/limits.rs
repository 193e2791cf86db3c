//! Posts that may no longer be edited, and texts that a server finds too long.

use super::super::kills::Place;
use super::*;
use crate::fake_mattermost::{Action, Call, Moment, Options, Rule};

/// Longer than a post may be edited there, and than any wait between two tries.
const MINUTE: Duration = Duration::from_secs(61);

/// How servers of different ages say that a post is too long.
const TOO_LONG: [&str; 4] = [
    "model.post.is_valid.msg.app_error",
    "model.post.is_valid.message_length.app_error",
    "model.post.is_valid.props.app_error",
    "model.post.is_valid.props_800k_size.app_error",
];

/// An end waits no longer.
const MOMENT: Duration = Duration::from_secs(1);

/// `run` with an interval so long that of what follows the first state the end alone is sent.
fn begin(fake: Fake, args: &[&str]) -> Option<Watched> {
    Watched::paced(fake, "24h", args)
}

fn refuses(call: Call, code: u16, id: &str) -> Rule {
    let action = Action::Status {
        code,
        id: Some(id.to_owned()),
        html: false,
        moment: Moment::Before,
    };
    Rule::on(call, action)
}

/// A server on which a post may be edited for a minute.
fn strict() -> Fake {
    let options = Options {
        post_edit_time_limit_s: Some(60),
        ..Options::newer()
    };
    Fake::with(options).expect("loopback")
}

/// The length of the text of an edit, in characters.
fn length(edit: &Recorded) -> usize {
    let body = edit.body.as_ref().expect("JSON");
    body["message"].as_str().expect("a text").chars().count()
}

// Fault 57.
#[test]
fn row_57_what_may_no_longer_be_edited_goes_on_as_a_reply_and_the_old_post_stays_as_it_was() {
    let fake = strict();
    let Place(place) = Place::new(&fake, true);
    let root = place.last().expect("a root").clone();
    let Some(watched) = begin(fake, &["--root", &root]) else {
        return;
    };
    let mut live = watched.live("s1");
    let old = watched.shows(&live.reads(1));
    watched.fake.advance(MINUTE);
    live.ends();
    watched.pass(MOMENT);
    let end = watched.comes_to("done");
    assert_ne!(end.id, old.id);
    assert_eq!(end.root_id, root, "a reply where the other one was");
    assert_eq!(end.props["live_status"]["part"], 1.0);
    let stayed = watched.fake.history(&old.id).pop().expect("a post");
    assert_eq!(stayed.message, old.message);
    // One that was refused, one that filled the reply; and no more of either.
    assert_eq!((watched.edits(), creates(&watched.fake).len()), (3, 2));
    watched.page("/health", |health| health.json()["queue_depth"] == 0);
    watched.stop();
}

// Fault 57.
#[test]
fn row_57_an_end_that_may_neither_be_edited_nor_made_again_is_given_up_and_counted() {
    let Some(watched) = begin(strict(), &[]) else {
        return;
    };
    let mut live = watched.live("s1");
    let key = watched
        .shows(&live.reads(1))
        .key()
        .expect("a key")
        .to_owned();
    watched.fake.advance(MINUTE);
    let forbidden = refuses(Call::Create, 403, "api.context.permissions.app_error");
    watched.fake.fault(forbidden);
    live.ends();
    watched.pass(MOMENT);
    is_given_up(&watched, &key);
    // One edit that was refused, then as many new posts as there are tries.
    assert_eq!((watched.edits(), creates(&watched.fake).len()), (2, 6));
    assert_eq!(histories(&watched.fake).len(), 1);
    watched.stop();
}

// Fault 57.
#[test]
fn row_57_what_is_too_long_is_shortened_once() {
    for id in TOO_LONG {
        let Some(watched) = begin(Fake::start(), &[]) else {
            return;
        };
        let mut live = watched.live("s1");
        let post = watched.shows(&live.reads(1)).id;
        watched.fake.fault(refuses(Call::Patch, 400, id).times(1));
        live.ends();
        watched.pass(MOMENT);
        assert_eq!(watched.comes_to("done").id, post, "{id}");
        let edits = edits(&watched.fake);
        assert_eq!(edits.len(), 3, "{id}: {edits:#?}");
        let (whole, half) = (length(&edits[1]), length(&edits[2]));
        assert!(half <= whole / 2 && half > 0, "{id}: {whole}, then {half}");
        assert!(watched.metric("updates_failed_total") < 1.0, "{id}");
        watched.stop();
    }
}

// Fault 57.
#[test]
fn row_57_what_is_too_long_even_then_is_given_up_and_counted_and_never_tried_for_ever() {
    for id in [TOO_LONG[0], TOO_LONG[2]] {
        let Some(watched) = begin(Fake::start(), &[]) else {
            return;
        };
        let mut live = watched.live("s1");
        let post = watched.shows(&live.reads(1)).id;
        let rule = refuses(Call::Patch, 400, id);
        watched
            .fake
            .fault(rule.path(&format!("*/posts/{post}/patch")));
        live.ends();
        watched.pass(MOMENT);
        is_given_up(&watched, &post);
        let of_it = |edit: &&Recorded| edit.path.contains(&post);
        let tries = edits(&watched.fake).iter().filter(of_it).count();
        assert_eq!(tries, 1 + 5 * 2, "{id}: five tries, each once more at half");
        let told = watched.explained(&post, |told| told["note"].is_string());
        let note = told["note"].as_str().expect("a note");
        assert!(note.contains("400") && note.contains(id), "{note}");
        watched.stop();
    }
}

/// Waits until the end of that box is given up: it is counted, and asked for no more.
fn is_given_up(watched: &Watched, key: &str) {
    for _ in 1..5 {
        // Refused, and tried again within a minute.
        watched.explained(key, |told| held_ms(told, "box").is_some());
        watched.pass(MINUTE);
    }
    let health = watched.page("/health", |health| health.json()["queue_depth"] == 0);
    let health = health.json();
    assert_eq!(health["last_error"]["class"], "box_refused", "{health}");
    assert_eq!(health["breaker"], "closed", "the server is well: {health}");
    let asked = watched.fake.asked();
    watched.pass(Duration::from_secs(3_600));
    // Whoever asks for that has been told of all that is due by now.
    let told = watched.explained(key, |told| told["run"]["outlook"].is_object());
    assert!(told["run"]["outlook"]["waits"].is_null(), "{told}");
    assert_eq!(watched.fake.asked(), asked, "nothing more is tried");
    assert!((watched.metric("updates_failed_total") - 5.0).abs() < f64::EPSILON);
}
