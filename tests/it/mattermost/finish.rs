//! Boxes that are closed by hand: through the same protocol as every other edit.

use std::time::Duration;

use live_status::sink::{Done, Ledger as _};
use live_status::wire::frame::State;
use live_status::wire::kept::Phase;
use live_status::wire::receipt::Did;

use super::rig::{Rig, did};

const BOX: &str = "[ACTIVE] **main** · 38s  \n▸ Running `x`  \n[ACTIVE] 1 tool · 11:44";

/// A rig with one box that is live.
fn with_box() -> Rig {
    let mut rig = Rig::new();
    let frame = rig.frame(3, State::Active, BOX);
    rig.good(&frame);
    rig
}

fn finish(rig: &Rig) -> live_status::sink::Put {
    rig.sink.finish(&rig.memory.only().key, rig.at())
}

#[test]
fn a_box_is_closed_by_one_edit_with_all_props_and_is_over_in_the_memory() {
    let mut rig = with_box();
    let before = rig.only();
    rig.pass(Duration::from_secs(3 * 3_600));
    let edits = rig.count("PUT", "/patch");
    let put = finish(&rig);
    assert_eq!(
        (did(&put), &put.done),
        ((Did::Updated, None), &Done::Applied)
    );
    assert_eq!(rig.count("PUT", "/patch"), edits + 1, "one edit");
    let (post, kept) = (rig.only(), rig.memory.only());
    assert_eq!(put.receipt.post.as_deref(), Some(post.id.as_str()));
    assert_eq!((put.receipt.key.as_str(), put.receipt.rev), ("run", 3));
    assert_eq!(post.id, before.id);
    let minute = rig.wall.minute(&jiff::tz::TimeZone::UTC).expect("a minute");
    assert_eq!(
        post.message,
        format!(
            "[INTERRUPTED] **main** · 38s  \n▸ Running `x`  \n[INTERRUPTED] 1 tool · closed by hand at {minute}"
        )
    );
    let (old, new) = (&before.props, &post.props);
    assert_eq!(new["live_status"]["state"], "interrupted");
    let seq =
        |props: &serde_json::Map<String, serde_json::Value>| props["live_status"]["seq"].as_f64();
    assert_eq!(seq(new), seq(old).map(|seq| seq + 1.0));
    for name in ["from_bot", "unsafe_links", "mentionHighlightDisabled"] {
        assert_eq!(new[name], old[name], "{name}");
    }
    assert_eq!(
        (kept.state, kept.seq as f64),
        (State::Interrupted, seq(new).expect("a number"))
    );
    assert_eq!(kept.about.why.as_deref(), Some("closed by hand"));
    assert_eq!(kept.about.turned, Some(rig.wall));
    assert_eq!(kept.about.agent.as_deref(), Some("main"), "whose it was");
    // A second time there is nothing to do.
    let edits = rig.count("PUT", "/patch");
    assert_eq!(did(&finish(&rig)), (Did::Unchanged, None));
    assert_eq!(rig.count("PUT", "/patch"), edits);
}

#[test]
fn a_run_that_goes_on_brings_its_box_back() {
    let mut rig = with_box();
    finish(&rig);
    let next = rig.frame(4, State::Active, "[ACTIVE] **main** · 2m");
    rig.good(&next);
    let (post, kept) = (rig.only(), rig.memory.only());
    assert_eq!(post.message, "[ACTIVE] **main** · 2m");
    assert_eq!((kept.state, kept.about.why), (State::Active, None));
}

#[test]
fn a_closed_box_stays_so_until_its_run_goes_on_or_ends_otherwise() {
    let cases = [
        (3, State::Active, 0, false, "time alone"),
        (2, State::Blocked, 0, false, "fewer records, read anew"),
        (3, State::Interrupted, 0, false, "it is that already"),
        (4, State::Active, 0, true, "a record"),
        (2, State::Active, 1, true, "a record that is newer"),
        (3, State::Done, 0, true, "its end"),
    ];
    for (rev, state, later_ms, is_shown, what) in cases {
        let mut rig = with_box();
        finish(&rig);
        rig.restart();
        let before = rig.only().message;
        let mut frame = rig.frame(rev, state, "something else");
        frame.last = Some(rig.wall.plus_ms(later_ms));
        let put = rig.good(&frame);
        let after = rig.only().message;
        assert_eq!(after == "something else", is_shown, "{what}: {put:?}");
        assert_eq!(rig.memory.only().about.closed.is_none(), is_shown, "{what}");
        if !is_shown {
            assert_eq!((after, put.receipt.did), (before, Did::Skipped), "{what}");
        }
    }
}

#[test]
fn what_no_post_shows_yet_is_not_told_either() {
    let mut rig = with_box();
    let shown = rig.memory.only().about;
    rig.fake.go_down();
    let mut end = rig.frame(9, State::Error, "[ERROR] **main**");
    end.view.note = Some("too long".into());
    assert_eq!(rig.put(&end).done, Done::Failed);
    assert_eq!(rig.memory.only().about, shown);
    rig.fake.come_up().expect("up");
    rig.good(&end);
    let kept = rig.memory.only();
    assert_eq!(kept.state, State::Error);
    assert_eq!(kept.about.why.as_deref(), Some("too long"));
}

#[test]
fn the_end_that_another_wrote_stands() {
    let mut rig = with_box();
    let end = rig.frame(9, State::Done, "[DONE] **main**");
    let mut another = rig.another("two");
    use live_status::sink::Sink as _;
    another.put(&end, rig.at());
    assert_eq!(did(&finish(&rig)), (Did::Unchanged, None));
    assert_eq!(rig.only().message, "[DONE] **main**");
    let kept = rig.memory.only();
    assert_eq!((kept.state, kept.rev), (State::Done, 9));
    rig.pass(Duration::from_secs(1));
}

#[test]
fn a_post_that_somebody_deleted_is_gone_and_stays_away() {
    let rig = with_box();
    let post = rig.only().id;
    super::rig::client(&rig.fake, "status-bot")
        .delete(&format!("/posts/{post}"))
        .expect("an answer");
    let put = finish(&rig);
    assert_eq!((put.done, put.receipt.did), (Done::Gone, Did::Gone));
    assert_eq!(rig.memory.only().phase, Phase::Gone);
    assert!(rig.boxes().is_empty());
}

#[test]
fn a_box_whose_id_was_lost_is_found_by_its_key_and_none_is_made() {
    let rig = with_box();
    let lost = live_status::wire::kept::Kept {
        phase: Phase::Intended,
        post: None,
        hash: String::new(),
        ..rig.memory.only()
    };
    rig.memory.note(&lost);
    assert_eq!(did(&finish(&rig)), (Did::Updated, None));
    assert_eq!(rig.memory.only().post.as_ref(), Some(&rig.only().id));

    // And where there is none: it is over in the memory, and none is made.
    super::rig::client(&rig.fake, "status-bot")
        .delete(&format!("/posts/{}", rig.only().id))
        .expect("an answer");
    rig.memory.note(&lost);
    let put = finish(&rig);
    assert_eq!(did(&put), (Did::Skipped, Some("there is no post of it")));
    assert_eq!(put.done, Done::Unchanged);
    assert_eq!(rig.memory.only().state, State::Interrupted);
    assert!(rig.boxes().is_empty());
}

#[test]
fn a_server_that_is_down_leaves_the_box_as_it_was_remembered() {
    let rig = with_box();
    rig.fake.go_down();
    let before = rig.memory.only();
    let put = finish(&rig);
    assert_eq!(put.done, Done::Failed, "{put:?}");
    let kept = rig.memory.only();
    assert_eq!(
        (kept.state, kept.seq, kept.post),
        (State::Active, before.seq, before.post)
    );
    assert!(kept.note.is_some());
}
