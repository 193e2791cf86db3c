//! Requests and answers of one box that would overtake each other.

use std::collections::BTreeSet;

use super::{edit, files, histories, posting, until_done};
use crate::fake_mattermost::{Call, Fake, Moment, Post, Rule};
use crate::faulty_proxy::{End, Proxy, Toxic};
use crate::mattermost::process::boxes;
use crate::service::rig::{Home, Service, fake, metric, until};

const LISTEN: [&str; 2] = ["--listen", "127.0.0.1:0"];

/// Of the only box neither the number of the edit nor that of the run's record ever fell.
fn only_grows(fake: &Fake) {
    let made = histories(fake);
    assert_eq!(made.len(), 1);
    let records = |post: &Post| {
        let rev = post.props["live_status"]["rev"].as_str();
        rev.and_then(|rev| rev.parse::<u64>().ok()).unwrap_or(0)
    };
    let steps: Vec<(u64, u64)> = made[0]
        .iter()
        .map(|post| (edit(post), records(post)))
        .collect();
    let grows = |pair: &[(u64, u64)]| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1;
    assert!(steps.windows(2).all(grows), "{steps:?}");
    assert!(steps.len() > 2 && steps[0] == (0, 0), "{steps:?}");
}

/// The run goes on while its create is held: no edit goes out before it is known what to edit.
fn a_held_create(moment: Moment) {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    let held = proxy.hold(Call::Create, moment);
    let mut run = Service::start(&mut posting(&home, &fake, &proxy, &LISTEN));
    let address = run.address();
    home.reads("s1", &files(1));
    held.wait_for(1);
    // On a busy machine the run may give it up meanwhile, and ask what became of it.
    let toxic = Toxic::Hold {
        moment: Moment::Before,
    };
    proxy.fault(Rule::on(Call::Any, toxic));
    for count in 2..6 {
        home.reads("s1", &files(count));
        // It was read, and would go out if it could.
        until(&address, "/metrics", |page| {
            metric(page, "events_total{source=\"openclaw\"}") >= 2.0 * count as f64
        });
    }
    until(&address, "/metrics", |page| {
        metric(page, "coalesced_frames_total") >= 1.0
    });
    let edits = proxy.passed_of(Call::Patch);
    assert!(edits.is_empty(), "{moment:?}: {edits:#?}");
    // All that is held goes on.
    proxy.heal();
    fake.wait_until("newest", |fake| {
        boxes(fake)
            .iter()
            .any(|post| post.message.contains("file-4.md"))
    });
    home.has_read("s1", &files(6));
    until_done(&fake, 1);
    assert_eq!(run.stop(), 143);
    only_grows(&fake);
    // However often it was asked for, it is the same box.
    let creates = proxy.passed_of(Call::Create).into_iter();
    let ids = creates.map(|create| create.body.expect("a body")["pending_post_id"].to_string());
    let ids: BTreeSet<String> = ids.collect();
    assert_eq!(ids.len(), 1, "{moment:?}: {ids:?}");
    let made = &histories(&fake)[0];
    let shows = |post: &Post| post.message.contains("file-4.md");
    // After what was in hand came the newest, and nothing of what had come in between.
    let newest = made.iter().position(shows);
    assert!(newest.is_some_and(|at| at <= 2), "{moment:?}: {made:#?}");
}

/// The answer to an edit is held until nobody waits for it any more, and those after it come first.
fn a_held_answer() {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    let mut run = Service::start(&mut posting(&home, &fake, &proxy, &LISTEN));
    run.address();
    home.reads("s1", &files(1));
    fake.wait_until("box", |fake| {
        boxes(fake)
            .iter()
            .any(|post| post.message.contains("file-0.md"))
    });
    let held = proxy.hold(Call::Patch, Moment::After);
    home.reads("s1", &files(2));
    held.wait_for(1);
    home.reads("s1", &files(3));
    // At its deadline the run gives the answer up.
    fake.wait_until("newer edit", |fake| {
        boxes(fake)
            .iter()
            .any(|post| post.message.contains("file-2.md"))
    });
    held.release();
    let is_late = |end| end == Some(End::Answered) || end == Some(End::Left);
    proxy.wait_until("late answer", |proxy| {
        let mut edits = proxy.passed_of(Call::Patch).into_iter();
        edits.any(|edit| edit.toxic == Some("hold") && is_late(edit.end))
    });
    home.has_read("s1", &files(3));
    until_done(&fake, 1);
    assert_eq!(run.stop(), 143);
    only_grows(&fake);
}

// Fault 81.
#[test]
fn row_81_no_edit_overtakes_its_create_and_no_late_answer_takes_a_box_back() {
    std::thread::scope(|scope| {
        scope.spawn(|| a_held_create(Moment::Before));
        scope.spawn(|| a_held_create(Moment::After));
        scope.spawn(a_held_answer);
    });
}
