//! Editing a box: the table of answers, row by row.

use std::time::Duration;

use live_status::sink::Done;
use live_status::wire::frame::State;
use live_status::wire::kept::Phase;
use live_status::wire::receipt::Did;

use super::rig::{Rig, client, did};
use crate::fake_mattermost::{Action, Call, Fake, Moment, Options, Rule};

/// What a channel that does not take a box makes of its frame.
const SHUT_OUT: Done = Done::Wait(Duration::from_secs(60));

/// A rig whose box shows `a`.
fn shown() -> Rig {
    let mut rig = Rig::new();
    rig.good(&rig.frame(1, State::Active, "a"));
    rig
}

#[test]
fn a_known_box_is_edited_with_one_request_that_sends_all_props() {
    let mut rig = shown();
    rig.restart();
    let before = rig.lines().len();
    let put = rig.good(&rig.frame(2, State::Active, "b"));
    assert_eq!(did(&put), (Did::Updated, None));
    assert_eq!(rig.lines().len(), before + 1, "{:?}", rig.lines());
    let request = rig.fake.requests().pop().expect("an edit");
    assert!(request.path.ends_with("/patch"));
    let body = request.body.expect("JSON");
    assert_eq!(body["message"], "b");
    for prop in [
        "live_status",
        "from_bot",
        "unsafe_links",
        "disable_group_highlight",
        "mentionHighlightDisabled",
    ] {
        assert!(!body["props"][prop].is_null(), "{prop}: {body}");
    }
    assert_eq!(body["props"]["live_status"]["seq"], 2);
    assert_eq!(rig.memory.only().seq, 2);
}

#[test]
fn what_the_post_shows_already_is_not_sent() {
    let mut rig = shown();
    let before = rig.lines().len();
    let put = rig.good(&rig.frame(2, State::Active, "a"));
    assert_eq!(
        (put.done, put.receipt.did),
        (Done::Unchanged, Did::Unchanged)
    );
    assert_eq!(rig.lines().len(), before);
    rig.good(&rig.frame(3, State::Blocked, "a"));
    assert_eq!(rig.lines().len(), before + 1, "the state is part of it");
}

#[test]
fn an_outage_keeps_the_newest_and_the_same_edit_is_made_again() {
    for action in [
        Action::status(500),
        Action::status(502),
        Action::status(503),
        Action::status(504),
        Action::ResetBefore,
        Action::ResetAfter,
        Action::Lost { hold_ms: 0 },
    ] {
        let mut rig = shown();
        // A kept connection that breaks is tried once more by itself: both are met.
        rig.fake
            .fault(Rule::on(Call::Patch, action.clone()).times(2));
        let mut put = rig.put(&rig.frame(2, State::Active, "b"));
        assert_eq!(put.done, Done::Failed, "{action:?}");
        if matches!(action, Action::Status { .. }) {
            put = rig.put(&rig.frame(2, State::Active, "b"));
            assert_eq!(put.done, Done::Failed, "{action:?}");
        }
        rig.good(&rig.frame(2, State::Active, "b"));
        assert_eq!(rig.only().message, "b", "{action:?}");
    }
}

// Fault 55.
#[test]
fn a_database_that_is_down_is_an_outage_though_it_answers_403() {
    let mut rig = shown();
    rig.fake.fault(Rule::on(Call::Any, Action::DatabaseDown));
    let put = rig.put(&rig.frame(2, State::Active, "b"));
    assert_eq!(put.done, Done::Failed, "{put:?}");
    assert_eq!(rig.memory.only().phase, Phase::Live);
    rig.fake.clear_faults();
    rig.good(&rig.frame(2, State::Active, "b"));
    assert_eq!(rig.only().message, "b");
}

// Fault 52.
#[test]
fn too_many_requests_are_a_pause() {
    let mut rig = shown();
    rig.fake
        .fault(Rule::on(Call::Patch, Action::RateLimited { retry_after_s: 120 }).times(1));
    let put = rig.put(&rig.frame(2, State::Active, "b"));
    assert_eq!(put.done, Done::Later(Duration::from_secs(120)));
    let error = put.receipt.error.expect("why");
    assert!(error.contains("too many requests"), "{error}");
}

#[test]
fn a_refused_token_never_drops_what_is_known() {
    let mut rig = shown();
    rig.fake
        .fault(Rule::on(Call::Patch, Action::status(401)).times(1));
    let put = rig.put(&rig.frame(2, State::Active, "b"));
    assert_eq!(put.done, Done::Later(Duration::from_secs(5)));
    let kept = rig.memory.only();
    assert_eq!(
        (kept.phase, kept.note.as_deref()),
        (Phase::Live, Some("401 the token is not taken"))
    );
    rig.good(&rig.frame(2, State::Active, "b"));
    assert_eq!(rig.memory.only().note, None);
}

// Fault 56.
#[test]
fn a_deleted_box_is_left_alone() {
    let mut rig = shown();
    let post = rig.only().id;
    client(&rig.fake, "status-bot")
        .delete(&format!("/posts/{post}"))
        .expect("deleted");
    let put = rig.put(&rig.frame(2, State::Active, "b"));
    assert_eq!((put.done, put.receipt.did), (Done::Gone, Did::Gone));
    assert!(rig.boxes().is_empty());
    assert_eq!(rig.memory.only().phase, Phase::Gone);
    rig.restart();
    let before = rig.lines().len();
    assert_eq!(rig.put(&rig.frame(3, State::Done, "c")).done, Done::Gone);
    assert_eq!(
        rig.lines().len(),
        before,
        "nothing is asked for it any more"
    );
}

// Fault 56.
#[test]
fn a_deleted_box_is_made_again_where_that_is_wanted() {
    let mut rig = Rig::new();
    rig.recreate = true;
    rig.restart();
    rig.good(&rig.frame(1, State::Active, "a"));
    let post = rig.only().id;
    client(&rig.fake, "status-bot")
        .delete(&format!("/posts/{post}"))
        .expect("deleted");
    // Its key is remembered by the server for half a minute.
    rig.fake.restart();
    rig.good(&rig.frame(2, State::Active, "b"));
    assert_eq!(rig.only().message, "b");
    assert_ne!(rig.only().id, post);
}

#[test]
fn a_lost_right_is_said_and_tried_again_each_minute() {
    let mut rig = shown();
    rig.fake
        .fault(Rule::on(Call::Patch, Action::status(403)).times(1));
    let put = rig.put(&rig.frame(2, State::Active, "b"));
    assert_eq!(put.done, Done::Wait(Duration::from_secs(60)));
    let error = put.receipt.error.expect("why");
    assert!(error.contains("the right to edit was lost"), "{error}");
    rig.good(&rig.frame(2, State::Active, "b"));
}

#[test]
fn a_channel_that_we_left_is_said_and_tried_again_each_minute() {
    let mut rig = shown();
    rig.fake
        .fault(Rule::on(Call::Patch, Action::status(403)).times(1));
    rig.fake
        .fault(Rule::on(Call::Get, Action::status(403)).times(1));
    let put = rig.put(&rig.frame(2, State::Active, "b"));
    assert_eq!(put.done, Done::Wait(Duration::from_secs(60)));
    let error = put.receipt.error.expect("why");
    assert!(error.contains("no longer in the channel"), "{error}");
}

// Fault 57.
#[test]
fn a_post_too_old_to_be_edited_goes_on_in_another() {
    let options = Options {
        post_edit_time_limit_s: Some(60),
        ..Options::newer()
    };
    let mut rig = Rig::on(Fake::with(options).expect("loopback"));
    rig.good(&rig.frame(1, State::Active, "a"));
    let first = rig.only().id;
    rig.fake.advance(Duration::from_secs(120));
    rig.good(&rig.frame(2, State::Active, "b"));
    let boxes = rig.boxes();
    assert_eq!(boxes.len(), 2, "{:?}", rig.lines());
    let next = boxes.iter().find(|post| post.id != first).expect("another");
    assert_eq!(
        (next.message.as_str(), &next.props["live_status"]["part"]),
        ("b", &serde_json::json!(1))
    );
    // With nothing remembered the last part is found.
    let mut other = rig.another("one");
    let put = live_status::sink::Sink::put(&mut other, &rig.frame(3, State::Done, "c"), rig.at());
    assert_eq!(put.receipt.post.as_ref(), Some(&next.id));
    assert_eq!(rig.boxes().len(), 2);
}

#[test]
fn an_archived_channel_is_tried_again_later() {
    let mut rig = shown();
    rig.fake.fault(Rule::on(
        Call::Patch,
        Action::Status {
            code: 400,
            id: Some("api.post.patch_post.can_not_update_post_in_deleted.error".into()),
            html: false,
            moment: Moment::Before,
        },
    ));
    let put = rig.put(&rig.frame(2, State::Active, "b"));
    assert_eq!(
        (put.done, did(&put)),
        (SHUT_OUT, (Did::Failed, Some("the channel is archived")))
    );
    // People bring channels back.
    rig.fake.clear_faults();
    rig.good(&rig.frame(3, State::Done, "c"));
}

// Fault 57.
#[test]
fn a_text_is_measured_as_the_server_measures_it_and_halved_once_where_that_is_too_long() {
    let options = Options {
        max_post_size: 5_000,
        ..Options::default()
    };
    let mut rig = Rig::on(Fake::with(options).expect("loopback"));
    let long = format!("[ACTIVE] main\n{}", "😀 a step of many\n".repeat(600));
    rig.good(&rig.frame(1, State::Active, &long));
    let count = rig.only().message.chars().count();
    assert!((4_000..=4_800).contains(&count), "{count}");
    rig.fake.fault(
        Rule::on(
            Call::Patch,
            Action::Status {
                code: 400,
                id: Some("model.post.is_valid.msg.app_error".into()),
                html: false,
                moment: Moment::Before,
            },
        )
        .times(1),
    );
    rig.good(&rig.frame(2, State::Active, &format!("now {long}")));
    assert!(rig.only().message.chars().count() <= 2_400);
}

// Fault 57.
#[test]
fn what_is_too_long_even_halved_is_refused_and_ends() {
    let mut rig = shown();
    rig.fake.fault(Rule::on(
        Call::Patch,
        Action::Status {
            code: 400,
            id: Some("model.post.is_valid.props.app_error".into()),
            html: false,
            moment: Moment::Before,
        },
    ));
    assert_eq!(
        rig.put(&rig.frame(2, State::Active, "b")).done,
        Done::Refused
    );
    assert_eq!(rig.count("PUT", "/patch"), 3, "one before, then two");
}

#[test]
fn nul_and_other_controls_never_reach_the_server() {
    let mut rig = shown();
    rig.good(&rig.frame(2, State::Active, "b\u{0}c\u{1b}[31m"));
    assert_eq!(rig.only().message, "bc[31m");
}

#[test]
fn a_page_that_a_proxy_made_up_is_no_acknowledgement() {
    let mut rig = shown();
    rig.fake.fault(
        Rule::on(
            Call::Patch,
            Action::Status {
                code: 200,
                id: None,
                html: true,
                moment: Moment::Before,
            },
        )
        .times(1),
    );
    assert_eq!(
        rig.put(&rig.frame(2, State::Active, "b")).done,
        Done::Failed
    );
    rig.good(&rig.frame(2, State::Active, "b"));
}
