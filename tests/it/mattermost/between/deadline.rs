//! Ways to a server that lead nowhere, or break off: what the program makes of them, and when it has had enough.

use std::time::Duration;

use super::resolver::Resolver;
use super::{histories, posting, until_done};
use crate::fake_mattermost::{Call, Rule};
use crate::faulty_proxy::{End, Proxy, Toxic};
use crate::mattermost::process::{boxes, command};
use crate::service::rig::{Home, Service, fake, get, metric, until};
use crate::support::{NOBODY, Ran};

const LISTEN: [&str; 2] = ["--listen", "127.0.0.1:0"];

/// What can happen to an answer, and what is said of it.
const TORN: [(Toxic, &str); 6] = [
    (Toxic::BlackHole, "the server did not answer in time"),
    (
        Toxic::Slow {
            bytes: 1,
            every: Duration::from_secs(1),
        },
        "the server did not answer in time",
    ),
    (
        Toxic::Cut {
            bytes: 30,
            reset: true,
        },
        "the answer was cut off",
    ),
    (
        Toxic::Cut {
            bytes: 30,
            reset: false,
        },
        "the answer was cut off",
    ),
    (
        Toxic::Html { status: 200 },
        "the answer is not a Mattermost's",
    ),
    (Toxic::Html { status: 502 }, "the server answered 502"),
];

/// Who got no whole answer ended it, and not the other side.
fn gave_up(proxy: &Proxy, toxic: Toxic) {
    if matches!(toxic, Toxic::BlackHole | Toxic::Slow { .. }) {
        proxy.wait_until("end", |proxy| {
            let met = proxy.passed().into_iter().find(|one| one.toxic.is_some());
            met.is_some_and(|met| met.end == Some(End::Left))
        });
    }
}

/// One edit of a run is met: it is said why, and the edit made up for.
fn an_edit(toxic: Toxic, why: &str) {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    proxy.fault(Rule::on(Call::Patch, toxic).times(1));
    let mut run = Service::start(&mut posting(&home, &fake, &proxy, &LISTEN));
    let address = run.address();
    home.works("s1", 1, false);
    let said = run.until("a sink failed");
    assert!(said.contains("class=unavailable"), "{toxic:?}: {said}");
    assert!(said.contains(why), "{toxic:?}: {said}");
    let health = get(&address, "/health").json();
    assert_eq!(health["last_error"]["class"], "unavailable", "{toxic:?}");
    gave_up(&proxy, toxic);
    run.until("a sink has recovered");
    home.works("s1", 1, true);
    until_done(&fake, 1);
    assert_eq!(run.stop(), 143, "{toxic:?}");
    assert_eq!(histories(&fake).len(), 1, "{toxic:?}");
}

/// One create of a run is met: whether there is a box is found out, and there is one.
fn a_create(toxic: Toxic) {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    proxy.fault(Rule::on(Call::Create, toxic).times(1));
    let mut run = Service::start(&mut posting(&home, &fake, &proxy, &LISTEN));
    let address = run.address();
    home.works("s1", 1, true);
    until_done(&fake, 1);
    let page = until(&address, "/metrics", |page| {
        metric(page, "updates_sent_total") >= 1.0
    });
    assert!(metric(&page, "ambiguous_creates_total") >= 1.0, "{toxic:?}");
    gave_up(&proxy, toxic);
    assert_eq!(run.stop(), 143, "{toxic:?}");
    assert_eq!(histories(&fake).len(), 1, "{toxic:?}");
}

/// Nothing comes through: who posts once is told so, and why.
fn a_post(toxic: Toxic, why: &str) {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    proxy.fault(Rule::on(Call::Any, toxic));
    fails(&home, &fake, &[("MM_URL", &proxy.url())], why);
    // It ended although the proxy would have held on to it, and asked for nothing a second time.
    gave_up(&proxy, toxic);
    assert_eq!(proxy.passed().len(), 1, "{toxic:?}");
    assert!(histories(&fake).is_empty(), "{toxic:?}");
}

/// `post` ends with 69, and its receipt and the person are told why.
fn fails(home: &Home, fake: &crate::fake_mattermost::Fake, variables: &[(&str, &str)], why: &str) {
    let channel = fake.channel("status");
    let args = [
        "post",
        "--allow-plain-http",
        "--channel",
        &channel,
        "--key",
        "k",
        "--text",
        "x",
    ];
    let mut command = command(fake, home.dir.path(), &args);
    command.envs(variables.iter().copied());
    let ran = Ran::from(command.output().expect("it starts"));
    assert_eq!(ran.code, 69, "{why}: {}", ran.err);
    assert!(ran.err.contains(why), "{}", ran.err);
    let receipt = &ran.lines()[0];
    assert_eq!(receipt["did"], "failed", "{receipt}");
    assert!(receipt["error"].to_string().contains(why), "{receipt}");
}

/// Nobody listens, and then somebody does.
fn refused() {
    const WHY: &str = "connection refused";
    let (home, fake) = (Home::new(), fake());
    fails(&home, &fake, &[("MM_URL", NOBODY)], WHY);
    fake.go_down();
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    let address = run.address();
    home.works("s1", 1, true);
    let said = run.until("a sink failed");
    assert!(said.contains(WHY), "{said}");
    let health = get(&address, "/health").json();
    assert_eq!(health["last_error"]["class"], "unavailable");
    fake.come_up().expect("the port is free");
    until_done(&fake, 1);
    assert_eq!(run.stop(), 143);
    assert_eq!(boxes(&fake).len(), 1);
}

/// The server's name is unknown, and then it is known.
fn unknown_name() {
    const WHY: &str = "the server's name could not be looked up";
    let (home, fake) = (Home::new(), fake());
    let Some(resolver) = Resolver::new(&home) else {
        return;
    };
    let port = fake.url().rsplit(':').next().map(str::to_owned);
    let url = resolver.url(port.expect("a port").parse().expect("a number"));
    resolver.leads_to(&[]);
    let mut variables = resolver.variables();
    variables.push(("MM_URL", url.clone()));
    let named: Vec<(&str, &str)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fails(&home, &fake, &named, WHY);
    let args = [&LISTEN[..], &["--allow-plain-http"]].concat();
    let mut run = home.posting(&fake, &args);
    let mut run = Service::start(run.envs(variables));
    let address = run.address();
    home.works("s1", 1, true);
    let said = run.until("a sink failed");
    assert!(said.contains(WHY), "{said}");
    let health = get(&address, "/health").json();
    assert_eq!(health["last_error"]["class"], "unavailable");
    resolver.leads_to(&["127.0.0.1"]);
    until_done(&fake, 1);
    assert_eq!(run.stop(), 143);
    assert_eq!(boxes(&fake).len(), 1);
}

// Fault 53.
#[test]
fn row_53_whatever_breaks_on_the_way_is_over_at_the_deadline_and_said_and_made_up_for() {
    std::thread::scope(|scope| {
        for (toxic, why) in TORN {
            scope.spawn(move || an_edit(toxic, why));
            scope.spawn(move || a_create(toxic));
            scope.spawn(move || a_post(toxic, why));
        }
        scope.spawn(refused);
        scope.spawn(unknown_name);
    });
}
