//! A server that fails until nothing is sent to it any more, and the probe that finds out how it is.

use super::{posting, until_done, writes};
use crate::fake_mattermost::{Call, Rule};
use crate::faulty_proxy::{End, Passed, Proxy, Toxic};
use crate::service::rig::{Answer, Home, Service, fake, metric, until};

/// The breaker as the metrics show it.
fn breaker(page: &Answer) -> &'static str {
    let is = |state: &&str| {
        let name = format!("circuit_breaker_state{{state=\"{state}\"}}");
        metric(page, &name) > 0.5
    };
    let states = ["closed", "open", "half_open"].into_iter().filter(is);
    let states: Vec<&str> = states.collect();
    assert_eq!(states.len(), 1, "{states:?}");
    states[0]
}

/// The writes from the first on that a toxic met.
fn struck(proxy: &Proxy) -> Vec<Passed> {
    let writes = writes(proxy).into_iter();
    writes.skip_while(|write| write.toxic.is_none()).collect()
}

/// The edits of which nothing was ever heard.
fn swallowed(proxy: &Proxy) -> Vec<Passed> {
    let passed = proxy.passed_of(Call::Patch).into_iter();
    passed
        .filter(|passed| passed.toxic == Some("black_hole"))
        .collect()
}

// Fault 59.
#[test]
fn row_59_a_probe_that_hangs_opens_the_breaker_again_at_its_deadline_and_the_next_one_closes_it() {
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--circuit-breaker-threshold",
        "2",
        "--circuit-breaker-cooldown",
        "1",
    ];
    let mut run = Service::start(&mut posting(&home, &fake, &proxy, &args));
    let address = run.address();
    home.works("s1", 1, false);
    until(&address, "/metrics", |page| {
        metric(page, "updates_sent_total") >= 1.0
    });
    // Two failures, which open it, and probes, of which nothing is ever heard.
    proxy.fault(Rule::on(Call::Patch, Toxic::Html { status: 502 }).times(2));
    proxy.fault(Rule::on(Call::Patch, Toxic::BlackHole));
    home.works("s1", 2, false);
    run.until("the breaker changed was=closed state=open");
    run.until("the breaker changed was=open state=half_open");
    until(&address, "/metrics", |page| breaker(page) == "half_open");
    proxy.wait_until("probe", |proxy| struck(proxy).len() >= 3);
    // Whoever else waits does so until the probe is over; then the next one may be his.
    proxy.fault(Rule::on(Call::List, Toxic::BlackHole));
    home.works("s2", 1, false);
    until(&address, "/metrics", |page| {
        metric(page, "queue_depth") >= 2.0 && breaker(page) == "half_open"
    });
    // One that is sent from now on finds the server well.
    proxy.heal();
    run.until("the breaker changed was=half_open state=open");
    run.until("the breaker changed was=half_open state=closed");
    until(&address, "/metrics", |page| breaker(page) == "closed");
    let told: Vec<_> = struck(&proxy).iter().map(|sent| sent.toxic).collect();
    assert_eq!(told[..3], [Some("html"), Some("html"), Some("black_hole")]);
    // One probe at a time: no try but the last, which went well, sent more than one edit.
    let said = run.lines.iter();
    let tries = said
        .filter(|line| line.contains(" state=half_open"))
        .count();
    let probes = swallowed(&proxy);
    assert!(probes.len() < tries, "{tries} tries: {probes:#?}");
    proxy.wait_until("end of the probes", |proxy| {
        let mut probes = swallowed(proxy).into_iter();
        probes.all(|probe| probe.end == Some(End::Left))
    });
    home.works("s1", 2, true);
    home.works("s2", 1, true);
    until_done(&fake, 2);
    assert_eq!(run.stop(), 143);
}
