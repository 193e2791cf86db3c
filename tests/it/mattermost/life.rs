//! A box over restarts, lost memories and its end.

use std::time::Duration;

use pulldown_cmark::{Event, Parser, Tag};

use live_status::sink::{Close, Done, Sink as _};
use live_status::wire::frame::State;
use live_status::wire::receipt::Did;

use super::rig::{Memory, Rig, client, frame, sink};
use crate::fake_mattermost::{Action, Call, Rule};

#[test]
fn a_restart_finds_the_same_post() {
    let mut rig = Rig::in_thread();
    rig.good(&rig.frame(1, State::Active, "a"));
    let post = rig.only().id;
    rig.restart();
    rig.good(&rig.frame(2, State::Active, "b"));
    rig.restart();
    rig.good(&rig.frame(3, State::Done, "c"));
    assert_eq!((rig.only().id, rig.only().message.as_str()), (post, "c"));
}

#[test]
fn a_lost_memory_finds_the_same_post_in_a_thread_and_in_a_channel() {
    for thread in [true, false] {
        let mut rig = if thread { Rig::in_thread() } else { Rig::new() };
        rig.good(&rig.frame(1, State::Active, "a"));
        let post = rig.only().id;
        // Talk in between.
        (0..30).for_each(|at| drop(rig.person_posts(&format!("talk {at}"))));
        let mut other = rig.another("one");
        let put = other.put(&rig.frame(2, State::Active, "b"), rig.at());
        assert_eq!((put.done, put.receipt.did), (Done::Applied, Did::Adopted));
        assert_eq!((rig.only().id, rig.only().message.as_str()), (post, "b"));
    }
}

#[test]
fn an_old_run_whose_memory_was_lost_gets_its_end_and_no_second_box() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(1, State::Active, "a"));
    let (post, begun) = (rig.only().id, rig.wall);
    rig.pass(Duration::from_secs(3 * 3_600));
    let mut other = rig.another("one");
    let end = frame("run", 2, State::Interrupted, "b", begun);
    let put = other.put(&end, rig.at());
    assert_eq!(put.receipt.did, Did::Adopted, "{put:?}");
    assert_eq!((rig.only().id, rig.only().message.as_str()), (post, "b"));
    // One that has no box gets none.
    let put = other.put(&frame("other", 2, State::Done, "b", begun), rig.at());
    assert_eq!(put.receipt.did, Did::Skipped);
    rig.only();
}

#[test]
fn existing_boxes_are_corrected_whatever_their_age() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(1, State::Active, "a"));
    let begun = rig.wall;
    rig.pass(Duration::from_secs(3 * 86_400));
    rig.restart();
    rig.good(&frame("run", 2, State::Interrupted, "b", begun));
    assert_eq!(rig.only().message, "b");
}

// Fault 60.
#[test]
fn an_end_is_read_back_and_a_late_edit_of_a_dead_process_is_mended() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(1, State::Active, "a"));
    rig.good(&rig.frame(2, State::Done, "[DONE] b"));
    let post = rig.only();
    // The edit of a process that died lands after the end.
    let mut props = post.props.clone();
    props["live_status"]["seq"] = serde_json::json!(2);
    props["live_status"]["state"] = serde_json::json!("active");
    let stale = serde_json::json!({"message": "a", "props": props});
    client(&rig.fake, "status-bot")
        .put(&format!("/posts/{}/patch", post.id), &stale)
        .expect("edited");
    assert_eq!(rig.only().message, "a");
    rig.pass(Duration::from_secs(6));
    rig.tick();
    assert_eq!(rig.only().message, "[DONE] b");
    let before = rig.lines().len();
    rig.pass(Duration::from_secs(60));
    rig.tick();
    assert_eq!(rig.lines().len(), before + 1, "one more look, and no edit");
    rig.pass(Duration::from_secs(600));
    rig.tick();
    assert_eq!(rig.lines().len(), before + 1);
}

#[test]
fn a_newer_edit_of_another_writer_stands() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(2, State::Done, "[DONE] b"));
    let post = rig.only();
    let mut props = post.props.clone();
    props["live_status"]["seq"] = serde_json::json!(9);
    props["live_status"]["instance"] = serde_json::json!("two");
    let newer = serde_json::json!({"message": "[DONE] c", "props": props});
    client(&rig.fake, "status-bot")
        .put(&format!("/posts/{}/patch", post.id), &newer)
        .expect("edited");
    rig.pass(Duration::from_secs(6));
    rig.tick();
    assert_eq!(rig.only().message, "[DONE] c");
}

#[test]
fn when_we_stop_live_boxes_say_so_and_go_on_at_the_next_start() {
    let mut rig = Rig::new();
    rig.good(&frame(
        "live",
        1,
        State::Active,
        "[ACTIVE] **main**  \n[ACTIVE] 2 tools · 11:44",
        rig.wall,
    ));
    rig.good(&frame("over", 1, State::Done, "[DONE] **main**", rig.wall));
    rig.close(Close::Paused);
    let minute = rig.wall.minute(&jiff::tz::TimeZone::UTC).expect("a minute");
    let texts: Vec<_> = rig.boxes().into_iter().map(|post| post.message).collect();
    assert_eq!(texts.len(), 2);
    assert!(
        texts.contains(&format!(
            "[ACTIVE] **main**  \n[ACTIVE] 2 tools · updates paused at {minute}"
        )),
        "{texts:?}"
    );
    assert!(texts.contains(&"[DONE] **main**".to_owned()), "{texts:?}");
    rig.restart();
    rig.good(&frame(
        "live",
        1,
        State::Active,
        "[ACTIVE] **main**  \n[ACTIVE] 2 tools · 11:45",
        rig.wall,
    ));
    assert!(
        rig.boxes()
            .iter()
            .any(|post| post.message.ends_with("11:45"))
    );
    assert_eq!(rig.boxes().len(), 2);
}

#[test]
fn at_the_end_of_the_input_nothing_claims_to_rest() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(1, State::Active, "[ACTIVE] 11:44"));
    rig.close(Close::Ended);
    assert_eq!(rig.only().message, "[ACTIVE] 11:44");
}

#[test]
fn a_boxs_own_text_is_posted_as_it_is_at_once_and_then_edited_under_its_name() {
    let mut rig = Rig::new();
    let put = rig.text("nightly backup", "backing up @alice's disk", State::Active);
    assert_eq!(put.receipt.did, Did::Created);
    assert_eq!(put.receipt.key, "nightly backup");
    let post = rig.only();
    assert_eq!(rig.fake.history(&post.id).len(), 1, "no edit was needed");
    assert_eq!(post.message, "backing up @alice's disk");
    rig.restart();
    let before = rig.lines().len();
    let put = rig.text("nightly backup", "half way", State::Active);
    assert_eq!(
        (put.receipt.did, put.receipt.post.as_ref()),
        (Did::Updated, Some(&post.id))
    );
    assert_eq!(
        rig.lines().len(),
        before + 1,
        "one request for a name that is known"
    );
    assert_eq!(
        rig.text("nightly backup", "half way", State::Active)
            .receipt
            .did,
        Did::Unchanged
    );
    let put = rig.text("nightly backup", "done", State::Done);
    assert_eq!(put.receipt.did, Did::Updated);
    assert_eq!(rig.only().props["live_status"]["state"], "done");
    // It may be used again the next night.
    rig.text("nightly backup", "again", State::Active);
    assert_eq!(rig.only().message, "again");
    // Another name is another post.
    rig.text("other", "x", State::Active);
    assert_eq!(rig.boxes().len(), 2);
}

#[test]
fn a_direct_message_goes_to_its_own_channel() {
    let mut rig = Rig::new();
    let mut frame = rig.frame(1, State::Active, "a");
    let alice = rig.fake.user("alice");
    frame.routes = serde_json::from_value(
        serde_json::json!([{"sink": "mattermost", "user": alice, "from": "row"}]),
    )
    .expect("a route");
    rig.good(&frame);
    assert!(rig.boxes().is_empty(), "not in the channel");
    let kept = rig.memory.only();
    assert_eq!(rig.fake.posts(&kept.channel).len(), 1);
}

#[test]
fn a_route_leads_to_the_thread_where_the_person_asked() {
    let mut rig = Rig::new();
    let root = rig.person_posts("please");
    let mut frame = rig.frame(1, State::Active, "a");
    let channel = rig.fake.channel("status");
    frame.routes = serde_json::from_value(
        serde_json::json!([{"sink": "telegram", "channel": "5", "from": "row"},
        {"sink": "mattermost", "channel": channel, "root": root, "from": "record"}]),
    )
    .expect("routes");
    rig.good(&frame);
    assert_eq!(rig.only().root_id, root);
    // Ids that are none lead nowhere.
    frame.routes = serde_json::from_value(
        serde_json::json!([{"sink": "mattermost", "channel": "../users/me", "from": "row"}]),
    )
    .expect("routes");
    "other".clone_into(&mut frame.key);
    rig.place = None;
    rig.restart();
    assert_eq!(rig.put(&frame).receipt.did, Did::Skipped);
}

// Fault 58.
#[test]
fn an_hour_of_outage_loses_nothing_and_makes_no_second_box() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(1, State::Active, "a"));
    rig.fake.fault(Rule::on(Call::Any, Action::status(503)));
    for minute in 2..60 {
        rig.pass(Duration::from_secs(60));
        assert_eq!(
            rig.put(&rig.frame(minute, State::Active, &format!("at {minute}")))
                .done,
            Done::Failed
        );
    }
    rig.fake.clear_faults();
    rig.good(&rig.frame(60, State::Done, "[DONE] z"));
    assert_eq!(rig.only().message, "[DONE] z");
}

#[test]
fn text_of_a_foreign_frame_calls_and_links_nothing() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(
        1,
        State::Active,
        "@all ![x](https://example.org/x.png) `@all`",
    ));
    let message = rig.only().message;
    let calls = |event: &Event<'_>| match event {
        Event::Text(text) => text.contains('@') || text.contains("://"),
        Event::Start(tag) => matches!(tag, Tag::Link { .. } | Tag::Image { .. }),
        _ => false,
    };
    assert!(
        !Parser::new(&message).any(|event| calls(&event)),
        "{message}"
    );
}

#[test]
fn a_memory_that_is_shared_by_two_processes_is_one_box() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(1, State::Active, "a"));
    let memory: Memory = rig.memory.clone();
    let mut second = sink(
        &rig.fake,
        &memory,
        "one",
        rig.place.clone(),
        false,
        "status-bot",
    );
    let put = second.put(&rig.frame(2, State::Active, "b"), rig.at());
    assert_eq!(put.receipt.did, Did::Updated);
    rig.good(&rig.frame(3, State::Active, "c"));
    assert_eq!(rig.only().message, "c");
}
