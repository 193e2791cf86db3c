//! What happens while a request is under way.

use super::*;

// Fault 69.
#[test]
fn an_end_is_shown_though_its_transcript_is_gone_by_then() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    let mut story = Story::new(home.path(), "s1");
    let mut other = Story::new(home.path(), "s2");
    let run = start(&fake, home.path(), &place, &[]);
    let post = tell(&fake, &mut story);
    // Its answer alone is held: where it is given up and sent again, no older text comes last.
    let hold = Action::Hold {
        moment: Moment::After,
    };
    let rule = Rule::on(Call::Patch, hold).path(&format!("*/posts/{}/patch", post.id));
    let held = Arc::clone(rule.held());
    fake.fault(rule);
    story.write();
    held.wait_for(1);
    story.write_all();
    // By then it has read what was written before.
    tell(&fake, &mut other);
    // Nothing of the run is left but what `run` holds in its hand.
    std::fs::remove_file(&story.file).expect("removed");
    tell(&fake, &mut other);
    held.release();
    other.write_all();
    until_over(&fake, 2);
    stop(run);
    is_told(&fake, 2, "without its transcript");
}

// Fault 76.
#[test]
fn who_is_stopped_while_a_box_is_being_made_remembers_it() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    let mut story = Story::new(home.path(), "s1");
    let held = fake.hold(Call::Create, Moment::After);
    let run = start(&fake, home.path(), &place, &[]);
    story.write();
    held.wait_for(1);
    // One signal: a second one would end it before it has read the answer.
    run.signal(Signal::TERM);
    held.release();
    let ran = run.end();
    assert_eq!(ran.code, 143, "{}", ran.err);
    fake.clear_faults();
    let before = fake.requests().len();
    finish(&fake, home.path(), &place, &mut [story]);
    is_told(&fake, 1, "after a stop");
    let requests = fake.requests();
    let looked = |path: &str| path.starts_with("/api/v4/channels/") && path.contains("/posts");
    let looks = requests[before..].iter().filter(|one| looked(&one.path));
    assert_eq!(looks.count(), 0, "its id was known: {requests:#?}");
}
