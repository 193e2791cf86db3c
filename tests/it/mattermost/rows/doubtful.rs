//! Creates that take longer than their answers are waited for.

use std::sync::Arc;

use super::super::process::Process;
use super::super::rig::{client, frame};
use super::*;
use crate::fake_mattermost::{Action, Call, Moment, Rule};
use crate::support::home;
use live_status::wire::frame::State;
use live_status::wire::time::Time;

/// How long a server that was measured remembers a create, and a little.
const FORGOTTEN: Duration = Duration::from_secs(35);

// Fault 50.
#[test]
fn row_50_a_server_slower_than_its_own_memory_of_creates_gets_no_second_post() {
    // The second time the look that follows finds nobody, and all begins anew a moment later.
    for (in_thread, looks_in_vain) in [(true, false), (true, true), (false, false), (false, true)] {
        let what = format!("in a thread: {in_thread}, looks in vain: {looks_in_vain}");
        let (fake, home) = (Arc::new(Fake::start()), home());
        let channel = fake.channel("status");
        let root = in_thread.then(|| {
            let body = json!({"channel_id": channel, "message": "please"});
            let answer = client(&fake, "alice").post("/posts", &body);
            let post: Value = answer.expect("an answer").json().expect("a post");
            post["id"].as_str().expect("an id").to_owned()
        });
        let mut args = vec!["post", "--throttle", "0", "--channel", &channel];
        args.extend(root.iter().flat_map(|root| ["--root", root.as_str()]));
        let after = Moment::After;
        let rule = Rule::on(Call::Create, Action::Hold { moment: after }).times(1);
        let held = Arc::clone(rule.held());
        fake.fault(rule);
        let mut post = Process::start(&fake, &mut command(&fake, home.path(), &args));
        let now = Time(jiff::Timestamp::now().as_millisecond());
        post.feed(&frame("run", 1, State::Done, "[DONE] all of it", now));
        held.wait_for(1);
        if looks_in_vain {
            let look = if in_thread { Call::Thread } else { Call::List };
            fake.fault(Rule::on(look, Action::status(503)).times(1));
        }
        // It is carried out, and its answer is lost when nobody would find it by its name any more.
        fake.advance(FORGOTTEN);
        held.drop_them();
        let receipts = post.end().ok().lines();
        let did: Vec<&str> = receipts
            .iter()
            .filter_map(|it| it["did"].as_str())
            .collect();
        let want: &[&str] = if looks_in_vain {
            &["failed", "adopted"]
        } else {
            &["adopted"]
        };
        assert_eq!(did, want, "{what}: {receipts:#?}");
        assert_eq!(names(&fake).len(), 1, "{what}: it was asked for once");
        let made = histories(&fake);
        assert_eq!(made.len(), 1, "{what}: {made:#?}");
        let boxes = boxes(&fake);
        assert_eq!(boxes.len(), 1, "{what}: {boxes:#?}");
        assert_eq!(boxes[0].message, "[DONE] all of it", "{what}");
        assert_eq!(receipts.last().expect("one")["box"], boxes[0].id, "{what}");
    }
}

// Fault 51.
#[test]
fn row_51_the_same_post_being_made_is_waited_for_under_its_name_and_no_failure_of_the_server() {
    let pending = Action::Status {
        code: 500,
        id: Some("api.post.deduplicate_create_post.pending".into()),
        html: false,
        moment: Moment::Before,
    };
    // One failure would open the breaker.
    let args = ["--circuit-breaker-threshold", "1"];
    let Some(watched) = Watched::start(Fake::start(), &args) else {
        return;
    };
    watched.fake.fault(Rule::on(Call::Create, pending).times(4));
    let mut live = watched.live("s1");
    let post = watched.shows(&live.reads(1)).id;
    let names = names(&watched.fake);
    assert_eq!(names.len(), 5, "{names:?}");
    assert!(!names[0].is_empty(), "{names:?}");
    assert!(names.iter().all(|name| *name == names[0]), "{names:?}");
    live.ends();
    assert_eq!(watched.comes_to("done").id, post);
    assert_eq!(histories(&watched.fake).len(), 1);
    watched.page("/health", |health| health.json()["breaker"] == "closed");
    assert!(watched.metric("updates_failed_total") < 1.0);
    let said = watched.stop();
    assert!(!said.contains("the breaker changed"), "{said}");
}
