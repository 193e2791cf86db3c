//! Boxes that are closed by hand while `run` is at work, down, or about to start.

use std::sync::Arc;

use rustix::process::Signal;

use super::rig::{Home, Service, fake};
use crate::fake_mattermost::{Action, Call, Fake, Moment, Rule};
use crate::mattermost::process::{boxes, command, state};
use crate::support::Ran;

/// What the post says.
fn text(fake: &Fake, post: &str) -> String {
    let mut posts = boxes(fake).into_iter();
    let found = posts.find(|it| it.id == post);
    found.map(|it| it.message).unwrap_or_default()
}

fn is_closed(fake: &Fake, post: &str) -> bool {
    let text = text(fake, post);
    text.starts_with("[INTERRUPTED]") && text.contains("closed by hand at ")
}

/// How often the post was edited.
fn edits(fake: &Fake, post: &str) -> usize {
    let patch = format!("/posts/{post}/patch");
    let requests = fake.requests();
    let of = requests.iter().filter(|it| it.path.contains(&patch));
    of.count()
}

/// The post of the one box that was not there before, once it shows its run.
fn new_post(fake: &Fake, known: &[&str]) -> String {
    let new = |fake: &Fake| {
        let found = boxes(fake).into_iter();
        let mut new = found.filter(|post| !known.contains(&post.id.as_str()));
        new.find(|post| state(post) == "active" && post.message.contains("tool"))
    };
    fake.wait_until("a box", |fake| new(fake).is_some());
    new(fake).expect("a box").id
}

fn finish(fake: &Fake, home: &Home, which: &[&str]) {
    let args = [&["finish"], which].concat();
    let output = command(fake, home.dir.path(), &args).output();
    let ran = Ran::from(output.expect("the program starts")).ok();
    assert_eq!(ran.lines().remove(0)["did"], "updated");
}

fn start(home: &Home, fake: &Fake) -> Service {
    let mut run = Service::start(&mut home.posting(fake, &[]));
    run.until("ready: sources are armed");
    run
}

#[test]
fn a_closed_box_stays_closed_whatever_run_does_until_its_run_goes_on() {
    let (home, fake) = (Home::new(), fake());
    let mut run = start(&home, &fake);
    home.works("s1", 2, false);
    let closed = new_post(&fake, &[]);
    home.works("s2", 2, false);
    let other = new_post(&fake, &[&closed]);
    finish(&fake, &home, &[&closed]);
    assert!(is_closed(&fake, &closed), "{}", text(&fake, &closed));
    let before = (text(&fake, &closed), edits(&fake, &closed));
    let as_before = |when: &str| {
        let now = (text(&fake, &closed), edits(&fake, &closed));
        assert_eq!(now, before, "{when}");
    };

    // Both tools are pending since the same time: what only time edits would be edited alike.
    let seen = edits(&fake, &other);
    fake.wait_until("two more edits", |fake| edits(fake, &other) >= seen + 2);
    as_before("while run is at work");
    run.stop();
    assert!(text(&fake, &other).contains("updates paused at"));
    as_before("when run leaves");

    // Where no run is at work a box is closed for the next one, too.
    finish(&fake, &home, &[&other]);
    let mut run = start(&home, &fake);
    home.works("s3", 2, false);
    let third = new_post(&fake, &[&closed, &other]);
    let seen = edits(&fake, &third);
    fake.wait_until("two more edits", |fake| edits(fake, &third) >= seen + 2);
    as_before("after a restart");
    assert!(is_closed(&fake, &other), "{}", text(&fake, &other));

    // A new record brings it back, and it is updated as any other.
    home.works("s1", 3, false);
    fake.wait_until("it is back", |fake| {
        text(fake, &closed).starts_with("[ACTIVE]")
    });
    let seen = edits(&fake, &closed);
    fake.wait_until("one more edit", |fake| edits(fake, &closed) > seen);
    assert!(text(&fake, &closed).starts_with("[ACTIVE]"));
    // An end that becomes known later is shown.
    finish(&fake, &home, &[&closed]);
    home.works("s1", 3, true);
    fake.wait_until("its end", |fake| text(fake, &closed).starts_with("[DONE]"));
    run.signal(Signal::TERM);
    run.end();
}

#[test]
fn an_edit_that_is_under_way_does_not_open_it_again() {
    for moment in [Moment::Before, Moment::After] {
        let (home, fake) = (Home::new(), fake());
        let mut run = start(&home, &fake);
        home.works("s1", 2, false);
        let post = new_post(&fake, &[]);
        // The next edit is one of time alone.
        let rule = Rule::on(Call::Patch, Action::Hold { moment }).times(1);
        let held = Arc::clone(rule.held());
        fake.fault(rule);
        held.wait_for(1);
        finish(&fake, &home, &[&post]);
        let seen = edits(&fake, &post);
        held.release();
        if moment == Moment::Before {
            fake.wait_until("closed again", |fake| edits(fake, &post) > seen);
        }
        home.works("s2", 2, false);
        let other = new_post(&fake, &[&post]);
        fake.wait_until("two edits", |fake| edits(fake, &other) >= 3);
        assert!(
            is_closed(&fake, &post),
            "{moment:?}: {}",
            text(&fake, &post)
        );
        run.stop();
        assert!(
            is_closed(&fake, &post),
            "{moment:?}: {}",
            text(&fake, &post)
        );
    }
}

#[test]
fn an_edit_of_a_run_that_died_under_way_is_closed_again_by_the_next_one() {
    let (home, fake) = (Home::new(), fake());
    let mut run = start(&home, &fake);
    home.works("s1", 2, false);
    let post = new_post(&fake, &[]);
    let moment = Moment::Before;
    let rule = Rule::on(Call::Patch, Action::Hold { moment }).times(1);
    let held = Arc::clone(rule.held());
    fake.fault(rule);
    held.wait_for(1);
    finish(&fake, &home, &[&post]);
    run.signal(Signal::KILL);
    run.end();
    held.release();
    fake.wait_until("written over", |fake| !is_closed(fake, &post));
    let mut run = start(&home, &fake);
    fake.wait_until("closed again", |fake| is_closed(fake, &post));
    run.stop();
    assert!(is_closed(&fake, &post), "{}", text(&fake, &post));
}
