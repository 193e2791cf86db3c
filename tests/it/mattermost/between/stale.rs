//! An edit that is on its way when its process dies, and arrives after the end.

use super::{edit, files, posting, until_done};
use crate::fake_mattermost::{Call, Moment};
use crate::faulty_proxy::Proxy;
use crate::mattermost::process::{boxes, state};
use crate::service::rig::{Home, Service, fake, kill};
use rustix::process::Signal;

// Fault 60.
#[test]
fn row_60_an_edit_of_a_dead_process_that_lands_after_the_end_is_mended() {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    let mut first = Service::start(&mut posting(&home, &fake, &proxy, &[]));
    first.until("ready: sources are armed");
    home.reads("s1", &files(1));
    fake.wait_until("box", |fake| {
        boxes(fake)
            .iter()
            .any(|post| post.message.contains("file-0.md"))
    });
    let held = proxy.hold(Call::Patch, Moment::Before);
    home.reads("s1", &files(2));
    held.wait_for(1);
    kill(first.pid(), Signal::KILL);
    assert_eq!(first.end(), 137);

    let mut second = Service::start(&mut posting(&home, &fake, &proxy, &[]));
    second.until("ready: sources are armed");
    home.has_read("s1", &files(2));
    until_done(&fake, 1);
    let end = boxes(&fake).remove(0);
    held.release();
    fake.wait_until("late edit", |fake| {
        state(&boxes(fake)[0]) == "active"
            && fake
                .history(&end.id)
                .iter()
                .any(|post| state(post) == "done")
    });
    // Nobody writes anything any more: it is found by looking.
    until_done(&fake, 1);
    let mended = boxes(&fake).remove(0);
    assert_eq!((&mended.id, &mended.message), (&end.id, &end.message));
    assert!(edit(&mended) > edit(&end), "{mended:#?}");
    assert_eq!(second.stop(), 143);
    assert_eq!(boxes(&fake).len(), 1);
}
