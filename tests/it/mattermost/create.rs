//! Making a box: the table of answers, row by row.

use std::time::Duration;

use live_status::sink::Done;
use live_status::sink::mattermost::FIRST_TEXT;
use live_status::wire::frame::State;
use live_status::wire::kept::Phase;
use live_status::wire::receipt::Did;

use super::rig::{Rig, did};
use crate::fake_mattermost::{Action, Call, Fake, Options, Rule};

/// What a channel that does not take a box makes of its frame.
const SHUT_OUT: Done = Done::Wait(Duration::from_secs(60));

fn once(action: Action) -> Rule {
    Rule::on(Call::Create, action).times(1)
}

#[test]
fn a_box_is_made_with_constant_text_silently_and_filled_by_an_edit() {
    let mut rig = Rig::in_thread();
    let put = rig.good(&rig.frame(3, State::Active, "[ACTIVE] **main** · 5 tools"));
    assert_eq!(did(&put), (Did::Created, None));
    let post = rig.only();
    assert_eq!(put.receipt.post.as_ref(), Some(&post.id));
    assert_eq!(post.message, "[ACTIVE] **main** · 5 tools");
    let history = rig.fake.history(&post.id);
    assert_eq!(
        history.first().expect("its first version").message,
        FIRST_TEXT
    );
    let create = rig
        .fake
        .requests()
        .into_iter()
        .find(|request| request.path.starts_with("/api/v4/posts?"));
    let create = create.expect("a create");
    assert!(
        create.path.contains("silent=true") && create.path.contains("set_online=false"),
        "{}",
        create.path
    );
    let body = create.body.expect("JSON");
    let key = body["props"]["live_status"]["key"]
        .as_str()
        .expect("a key")
        .to_owned();
    let pending = format!("{}:{key}:0", rig.fake.user("status-bot"));
    assert_eq!(body["pending_post_id"], pending);
    assert_eq!(body["type"], "custom_livestatus");
    assert_eq!(body["props"]["unsafe_links"], "true");
    assert_eq!(post.props["live_status"]["seq"], 1.0);
    assert_eq!(post.props["live_status"]["state"], "active");
    assert_eq!(rig.memory.only().key, key);
    assert_eq!(rig.memory.only().phase, Phase::Live);
    assert!(rig.fake.notices().is_empty(), "{:?}", rig.fake.notices());
}

#[test]
fn the_intent_is_remembered_before_the_request_leaves() {
    let mut rig = Rig::new();
    rig.fake.fault(Rule::on(Call::Create, Action::status(400)));
    assert_eq!(
        rig.put(&rig.frame(1, State::Active, "a")).done,
        Done::Refused
    );
    let kept = rig.memory.only();
    assert_eq!((kept.phase, kept.post), (Phase::Intended, None));
}

#[test]
fn without_a_durable_intent_nothing_is_made_and_edits_go_on() {
    let mut rig = Rig::new();
    *rig.memory.full.lock().expect("no panic") = true;
    let put = rig.put(&rig.frame(1, State::Active, "a"));
    // No failure of the server: its breaker hears of none.
    assert!(matches!(put.done, Done::Unkept(_)), "{put:?}");
    assert_eq!(did(&put), (Did::Failed, Some("the disk is full")));
    assert_eq!(rig.count("POST", "/posts"), 0);
    *rig.memory.full.lock().expect("no panic") = false;
    rig.good(&rig.frame(1, State::Active, "a"));
    *rig.memory.full.lock().expect("no panic") = true;
    rig.good(&rig.frame(2, State::Active, "b"));
    assert_eq!(rig.only().message, "b");
}

// Fault 49.
#[test]
fn a_lost_answer_is_followed_by_a_look_and_never_by_a_second_post() {
    for action in [
        Action::ResetAfter,
        Action::Lost { hold_ms: 0 },
        Action::status_after(500),
        Action::status_after(502),
    ] {
        for thread in [true, false] {
            let mut rig = if thread { Rig::in_thread() } else { Rig::new() };
            rig.fake.fault(once(action.clone()));
            let creates = rig.count("POST", "/api/v4/posts");
            let put = rig.good(&rig.frame(1, State::Active, "a"));
            assert_eq!(put.receipt.did, Did::Adopted, "{action:?}");
            assert_eq!(rig.only().message, "a");
            assert_eq!(
                rig.count("POST", "/api/v4/posts"),
                creates + 1,
                "{action:?}"
            );
        }
    }
}

#[test]
fn a_create_that_was_not_carried_out_is_tried_again_after_a_look() {
    for action in [
        Action::ResetBefore,
        Action::status(500),
        Action::status(502),
    ] {
        let mut rig = Rig::in_thread();
        rig.fake.fault(once(action.clone()));
        rig.good(&rig.frame(1, State::Active, "a"));
        assert_eq!(rig.only().message, "a", "{action:?}");
    }
}

// Fault 50.
#[test]
fn a_server_slower_than_its_own_memory_of_creates_gets_no_second_post() {
    let mut rig = Rig::in_thread();
    rig.fake.fault(once(Action::Lost { hold_ms: 0 }));
    rig.fake
        .fault(Rule::on(Call::Thread, Action::status(503)).nth(2));
    assert_eq!(
        rig.put(&rig.frame(1, State::Active, "a")).done,
        Done::Failed
    );
    rig.fake.advance(Duration::from_secs(35));
    let put = rig.good(&rig.frame(1, State::Active, "a"));
    assert_eq!(put.receipt.did, Did::Adopted);
    rig.only();
}

// Fault 51.
#[test]
fn the_same_post_being_made_right_now_is_waited_for() {
    let mut rig = Rig::new();
    rig.fake.fault(once(Action::Status {
        code: 500,
        id: Some("api.post.deduplicate_create_post.pending".into()),
        html: false,
        moment: crate::fake_mattermost::Moment::Before,
    }));
    let put = rig.good(&rig.frame(1, State::Active, "a"));
    assert_eq!(put.receipt.did, Did::Created);
    rig.only();
}

#[test]
fn a_500_that_stays_is_left_for_later_after_five_rounds() {
    let mut rig = Rig::new();
    rig.fake.fault(Rule::on(Call::Create, Action::status(500)));
    let put = rig.put(&rig.frame(1, State::Active, "a"));
    assert_eq!(put.done, Done::Failed);
    assert_eq!(rig.count("POST", "/api/v4/posts"), 5);
}

// Fault 52.
#[test]
fn too_many_requests_are_a_pause_as_long_as_the_server_says() {
    let mut rig = Rig::new();
    rig.fake
        .fault(once(Action::RateLimited { retry_after_s: 7 }));
    let put = rig.put(&rig.frame(1, State::Active, "a"));
    assert_eq!(put.done, Done::Later(Duration::from_secs(7)));
    rig.good(&rig.frame(1, State::Active, "a"));
    rig.only();
}

// Fault 55.
#[test]
fn a_token_that_is_refused_is_a_pause_that_doubles() {
    let mut rig = Rig::new();
    rig.fake.fault(Rule::on(Call::Any, Action::status(401)));
    for seconds in [5, 10, 20, 40, 80, 160, 300, 300] {
        let put = rig.put(&rig.frame(1, State::Active, "a"));
        assert_eq!(put.done, Done::Later(Duration::from_secs(seconds)));
    }
    rig.fake.clear_faults();
    rig.good(&rig.frame(1, State::Active, "a"));
}

#[test]
fn a_thread_that_is_gone_ends_it_and_the_channel_is_no_way_out() {
    let mut rig = Rig::in_thread();
    rig.place.as_mut().expect("a place").root = Some("zzzzzzzzzzzzzzzzzzzzzzzzzz".into());
    rig.restart();
    let put = rig.put(&rig.frame(1, State::Active, "a"));
    assert_eq!(put.done, Done::Never);
    assert_eq!(did(&put), (Did::Failed, Some("the thread was deleted")));
    assert!(rig.boxes().is_empty());
}

#[test]
fn an_archived_channel_is_tried_again_later() {
    let mut rig = Rig::new();
    let channel = rig.fake.channel("status-old");
    rig.place.as_mut().expect("a place").channel =
        live_status::sink::mattermost::Channel::Id(channel);
    rig.restart();
    let put = rig.put(&rig.frame(1, State::Active, "a"));
    assert_eq!(
        (put.done, did(&put)),
        (SHUT_OUT, (Did::Failed, Some("the channel is archived")))
    );
}

#[test]
fn a_channel_without_us_says_what_to_do() {
    let mut rig = Rig::new();
    rig.bot = "outsider-bot";
    rig.restart();
    let put = rig.put(&rig.frame(1, State::Active, "a"));
    assert_eq!(put.done, Done::Refused);
    let error = put.receipt.error.expect("why");
    assert!(
        error.contains("403") && error.contains("member of the channel"),
        "{error}"
    );
}

#[test]
fn a_persons_token_is_refused_with_the_reason() {
    let mut rig = Rig::new();
    rig.bot = "alice";
    rig.restart();
    let put = rig.put(&rig.frame(1, State::Active, "a"));
    assert_eq!(put.done, Done::Never);
    let error = put.receipt.error.expect("why");
    assert!(
        error.contains("person") && error.contains("bot account"),
        "{error}"
    );
    assert!(rig.boxes().is_empty());
}

// Fault 92.
#[test]
fn somebody_elses_post_as_an_answer_is_not_believed() {
    let mut rig = Rig::new();
    rig.fake.fault(once(Action::SomeoneElsesPost));
    rig.good(&rig.frame(1, State::Active, "a"));
    let post = rig.only();
    assert_eq!(post.user_id, rig.fake.user("status-bot"));
    assert_eq!(post.message, "a");
    let pending: Vec<_> = rig
        .fake
        .requests()
        .iter()
        .filter_map(|request| {
            Some(
                request.body.as_ref()?["pending_post_id"]
                    .as_str()?
                    .to_owned(),
            )
        })
        .collect();
    assert_eq!(pending.len(), 2);
    assert!(
        pending[1].starts_with(&pending[0]) && pending[1].len() > pending[0].len(),
        "a fresh one: {pending:?}"
    );
}

#[test]
fn a_server_that_knows_silent_posts_but_not_for_us_is_asked_without() {
    let mut rig = Rig::on(Fake::with(Options::newer()).expect("loopback"));
    rig.fake.fault(once(Action::Status {
        code: 403,
        id: Some("api.post.create_post.silent_notification.app_error".into()),
        html: false,
        moment: crate::fake_mattermost::Moment::Before,
    }));
    rig.good(&rig.frame(1, State::Active, "a"));
    let creates: Vec<_> = rig
        .fake
        .requests()
        .into_iter()
        .filter(|request| request.path.starts_with("/api/v4/posts?"))
        .map(|request| request.path)
        .collect();
    assert_eq!(creates.len(), 2);
    assert!(
        creates[0].contains("silent=true") && !creates[1].contains("silent"),
        "{creates:?}"
    );
}

#[test]
fn a_frame_that_leads_nowhere_is_skipped_and_nothing_is_asked() {
    let mut rig = Rig::new();
    rig.place = None;
    rig.restart();
    let put = rig.put(&rig.frame(1, State::Active, "a"));
    assert_eq!((put.done, put.receipt.did), (Done::Unchanged, Did::Skipped));
    assert!(rig.fake.requests().is_empty());
}

#[test]
fn a_thousand_old_runs_make_no_post_and_no_request() {
    let mut rig = Rig::new();
    let old = rig.wall.plus_ms(-3_600_000);
    for run in 0..1_000 {
        let frame = super::rig::frame(&format!("run {run}"), 9, State::Done, "old", old);
        let put = rig.put(&frame);
        assert_eq!((put.done, put.receipt.did), (Done::Unchanged, Did::Skipped));
    }
    assert!(rig.fake.requests().is_empty());
    assert_eq!(rig.memory.len(), 0);
}
