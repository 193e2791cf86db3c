//! Boxes that failed together do not come back together.

use live_status::outbox::backoff;

use super::{posting, until_done};
use crate::fake_mattermost::{Call, Rule};
use crate::faulty_proxy::{Passed, Proxy, Toxic};
use crate::service::rig::{Home, Service, fake};
use crate::support::run;

/// Boxes, and how often each fails.
const BOXES: usize = 4;
const FAILURES: usize = 3;

// Fault 53.
#[test]
fn row_53_each_retry_waits_as_long_as_its_box_has_to() {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    let args = ["--circuit-breaker-threshold", "0"];
    let mut service = Service::start(&mut posting(&home, &fake, &proxy, &args));
    service.until("ready: sources are armed");
    let sessions: Vec<String> = (0..BOXES).map(|number| format!("s{number}")).collect();
    for sid in &sessions {
        home.works(sid, 1, false);
    }
    fake.wait_until("boxes", |fake| super::histories(fake).len() == BOXES);
    let posts: Vec<String> = super::histories(&fake)
        .iter()
        .map(|states| states[0].id.clone())
        .collect();
    for post in &posts {
        let failures = Rule::on(Call::Any, Toxic::Html { status: 502 });
        proxy.fault(
            failures
                .path(&format!("*/{post}/patch"))
                .times(FAILURES as u64),
        );
    }
    for sid in &sessions {
        home.works(sid, 1, true);
    }
    until_done(&fake, BOXES);
    assert_eq!(service.stop(), 143);
    let listed = run(home.dir.path(), &["ps", "--json", "--all"]).ok();
    let frame_of = |key: &str| {
        let lines = listed.lines().into_iter();
        let line = lines.into_iter().find(|line| line["key"] == key);
        line.expect("a box")["frame"]
            .as_str()
            .expect("a key")
            .to_owned()
    };
    for states in super::histories(&fake) {
        let frame = frame_of(states[0].key().expect("a box"));
        let edits = proxy.passed_of(Call::Patch).into_iter();
        let edits = edits.filter(|edit| edit.post() == Some(&states[0].id));
        let edits: Vec<Passed> = edits.skip_while(|edit| edit.toxic.is_none()).collect();
        assert!(
            edits[..FAILURES].iter().all(|edit| edit.toxic.is_some()),
            "{edits:#?}"
        );
        for (attempt, pair) in (1..).zip(edits.windows(2)).take(FAILURES) {
            let over = pair[0].over_at.expect("it was over");
            // Never less, however busy the machine is; of how much more nothing is said.
            let (waited, wanted) = (pair[1].came_at - over, backoff::wait(&frame, attempt));
            assert!(
                waited >= wanted,
                "{frame}, {attempt}: {waited:?}, not {wanted:?}"
            );
        }
    }
}
