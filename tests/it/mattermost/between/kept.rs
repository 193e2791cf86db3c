//! Connections that are kept, and are gone when the next request goes out.

use super::{files, histories, posting, until_done};
use crate::fake_mattermost::{Call, Fake, Rule};
use crate::faulty_proxy::{Passed, Proxy, Toxic};
use crate::mattermost::process::boxes;
use crate::service::rig::{Home, Service, fake, get, metric, until};

/// How a connection shows that it is gone: in an orderly way, or by a reset.
const GONE: [Toxic; 2] = [Toxic::CloseBefore, Toxic::ResetBefore];

/// Nothing failed as far as anybody was told.
fn is_silent(address: &str, what: &str) {
    let page = get(address, "/metrics");
    assert!(metric(&page, "updates_failed_total") < 1.0, "{what}");
    let health = get(address, "/health").json();
    assert!(health["last_error"].is_null(), "{what}: {health}");
}

/// The request that a toxic met, and those right after it.
fn from_the_fault(proxy: &Proxy) -> Vec<Passed> {
    let passed = proxy.passed().into_iter();
    passed.skip_while(|one| one.toxic.is_none()).collect()
}

fn until_shown(fake: &Fake, text: &str) {
    fake.wait_until(text, |fake| {
        boxes(fake).iter().any(|post| post.message.contains(text))
    });
}

/// One box, whose connection is gone again and again.
fn goes_on(toxic: Toxic) {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    let listen = ["--listen", "127.0.0.1:0"];
    // A create is made once more only under its key, and only after a look.
    proxy.fault(Rule::on(Call::Create, toxic).times(1));
    let mut run = Service::start(&mut posting(&home, &fake, &proxy, &listen));
    let address = run.address();
    home.reads("s1", &files(1));
    until_shown(&fake, "file-0.md");
    let sent = from_the_fault(&proxy);
    let calls: Vec<Call> = sent.iter().map(|sent| sent.call).collect();
    assert_eq!(
        calls[..3],
        [Call::Create, Call::List, Call::Create],
        "{toxic:?}"
    );
    let id = |sent: &Passed| {
        sent.body
            .as_ref()
            .map(|body| body["pending_post_id"].clone())
    };
    assert_eq!(id(&sent[0]), id(&sent[2]), "{toxic:?}");
    assert!(id(&sent[0]).is_some_and(|id| id.is_string()), "{toxic:?}");
    assert_ne!(sent[0].connection, sent[2].connection, "{toxic:?}");
    is_silent(&address, "create");

    // An edit is sent once more as it was.
    proxy.fault(Rule::on(Call::Patch, toxic).times(1));
    home.reads("s1", &files(2));
    until_shown(&fake, "file-1.md");
    let edits = || -> Vec<Passed> {
        let edits = proxy.passed_of(Call::Patch).into_iter();
        edits.skip_while(|edit| edit.toxic.is_none()).collect()
    };
    // The server has it a little before the proxy has its answer.
    proxy.wait_until("answer", |_| {
        edits().iter().any(|edit| edit.status.is_some())
    });
    let edits = edits();
    assert_eq!(edits[0].body, edits[1].body, "{toxic:?}");
    assert_eq!(
        (edits[0].status, edits[1].status),
        (None, Some(200)),
        "{toxic:?}"
    );
    is_silent(&address, "edit");

    // So is what only reads.
    proxy.fault(Rule::on(Call::List, toxic).times(1));
    home.reads("s2", &files(1));
    fake.wait_until("second box", |fake| boxes(fake).len() == 2);
    is_silent(&address, "look");

    // What was closed while nothing was under way is not even used.
    proxy.disconnect();
    let before = proxy.passed().len();
    let after = || proxy.passed().split_off(before);
    home.reads("s1", &files(3));
    until_shown(&fake, "file-2.md");
    proxy.wait_until("answers", |_| {
        after().iter().all(|sent| sent.over.is_some())
    });
    assert!(
        after().iter().all(|sent| sent.status.is_some()),
        "{:#?}",
        after()
    );
    is_silent(&address, "idle");

    // One retry, and no more: the second time it is a failure, and the box waits for its turn.
    let mut boxes = boxes(&fake).into_iter();
    let first = boxes.find(|post| post.message.contains("file-2.md"));
    let edits = format!("*/{}/patch", first.expect("a box").id);
    proxy.fault(Rule::on(Call::Any, toxic).path(&edits).times(2));
    home.reads("s1", &files(4));
    until(&address, "/metrics", |page| {
        metric(page, "updates_failed_total") >= 1.0
    });
    let health = get(&address, "/health").json();
    assert_eq!(health["last_error"]["class"], "unavailable", "{toxic:?}");
    until_shown(&fake, "file-3.md");
    home.has_read("s1", &files(4));
    home.has_read("s2", &files(1));
    until_done(&fake, 2);
    assert_eq!(run.stop(), 143, "{toxic:?}");
    assert_eq!(histories(&fake).len(), 2, "{toxic:?}");
}

// Fault 62.
#[test]
fn row_62_a_kept_connection_that_is_gone_costs_one_silent_retry_and_a_create_a_look() {
    std::thread::scope(|scope| {
        for toxic in GONE {
            scope.spawn(move || goes_on(toxic));
        }
    });
}
