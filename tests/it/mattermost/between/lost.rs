//! A create that was carried out, and whose answer never arrives.

use super::{histories, posting, until_done};
use crate::fake_mattermost::{Call, Fake, Moment, Rule};
use crate::faulty_proxy::{Proxy, Toxic};
use crate::mattermost::process::{boxes, command};
use crate::service::rig::{Home, Service, fake, metric, until};
use crate::support::Ran;

/// Ways to lose an answer: the last one is noticed at the deadline alone.
const LOSSES: [Toxic; 4] = [
    Toxic::ResetAfter,
    Toxic::Cut {
        bytes: 0,
        reset: false,
    },
    Toxic::Cut {
        bytes: 100,
        reset: true,
    },
    Toxic::Hold {
        moment: Moment::After,
    },
];

/// There was one create, of one post; who did not hear of it looked before anything else.
fn is_one(fake: &Fake, proxy: &Proxy, toxic: Toxic) {
    assert_eq!(histories(fake).len(), 1, "{toxic:?}");
    let passed = proxy.passed();
    let create = |call| call == Call::Create;
    let creates = passed.iter().filter(|passed| create(passed.call));
    assert_eq!(creates.count(), 1, "{toxic:?}");
    let at = passed.iter().position(|passed| create(passed.call));
    let at = at.expect("a create");
    assert_eq!(passed[at].status, Some(201), "{toxic:?}");
    assert_eq!(passed[at].toxic, Some(toxic.name()));
    assert_eq!(passed[at + 1].call, Call::List, "{toxic:?}");
}

fn run_through(toxic: Toxic) {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    proxy.fault(Rule::on(Call::Create, toxic).times(1));
    let listen = ["--listen", "127.0.0.1:0"];
    let mut run = Service::start(&mut posting(&home, &fake, &proxy, &listen));
    let address = run.address();
    home.works("s1", 2, false);
    let page = until(&address, "/metrics", |page| {
        metric(page, "updates_sent_total") >= 1.0
    });
    let unclear = metric(&page, "ambiguous_creates_total");
    assert!((unclear - 1.0).abs() < f64::EPSILON, "{toxic:?}: {unclear}");
    home.works("s1", 2, true);
    until_done(&fake, 1);
    assert_eq!(run.stop(), 143, "{toxic:?}");
    is_one(&fake, &proxy, toxic);
}

fn post_through(toxic: Toxic) {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    proxy.fault(Rule::on(Call::Create, toxic).times(1));
    let channel = fake.channel("status");
    let args = [
        "post",
        "--channel",
        &channel,
        "--key",
        "k",
        "--text",
        "backed up",
    ];
    let mut command = command(&fake, home.dir.path(), &args);
    command.env("MM_URL", proxy.url());
    let ran = Ran::from(command.output().expect("it starts")).ok();
    let receipt = &ran.lines()[0];
    assert_eq!(receipt["box"], boxes(&fake)[0].id, "{toxic:?}: {receipt}");
    assert_eq!(boxes(&fake)[0].message, "backed up", "{toxic:?}");
    is_one(&fake, &proxy, toxic);
}

// Fault 49.
#[test]
fn row_49_a_create_that_was_made_and_whose_answer_was_lost_is_one_post() {
    std::thread::scope(|scope| {
        for toxic in LOSSES {
            scope.spawn(move || run_through(toxic));
            scope.spawn(move || post_through(toxic));
        }
    });
}
