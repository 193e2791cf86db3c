//! `/health`, `/ready` and `/metrics` of a run that posts.

use std::io::Write as _;

use rustix::process::Signal;

use super::rig::{Home, Service, child_of, fake, get, kill, metric, under_strace, until};
use crate::fake_mattermost::{Action, Call, Fake, Moment, Rule};
use crate::faults::harness::has;
use crate::faults::stopped::while_stopped;
use crate::mattermost::process::boxes;

const LISTEN: [&str; 2] = ["--listen", "127.0.0.1:0"];

#[test]
fn what_is_posted_shows_in_the_figures() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    let address = run.address();
    assert_eq!(get(&address, "/ready").status, 200);
    let health = get(&address, "/health");
    assert_eq!(health.status, 200);
    let health = health.json();
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["breaker"], "closed");
    assert_eq!(health["sources"][0]["source"], "openclaw");
    assert!(health["uptime_seconds"].is_u64() && health["last_error"].is_null());
    assert_eq!(health["waiting_sessions"], 0);

    home.works("s1", 3, false);
    let page = until(&address, "/metrics", |page| {
        metric(page, "updates_sent_total") >= 1.0
    });
    assert!((metric(&page, "active_sessions") - 1.0).abs() < f64::EPSILON);
    assert!(metric(&page, "events_total{source=\"openclaw\"}") >= 4.0);
    assert!(metric(&page, "update_lag_seconds_count") >= 1.0);
    assert!((metric(&page, "circuit_breaker_state{state=\"closed\"}") - 1.0).abs() < f64::EPSILON);
    assert_eq!(get(&address, "/health").json()["active_sessions"], 1);

    home.works("s1", 3, true);
    let done = |page: &super::rig::Answer| metric(page, "active_sessions") < 1.0;
    let page = until(&address, "/metrics", done);
    let names = [
        "updates_failed_total",
        "queue_depth",
        "uptime_seconds",
        "resets_total",
        "oversize_records_total",
        "redactions_total",
        "ambiguous_creates_total",
        "coalesced_frames_total",
        "circuit_breaker_state{state=\"open\"}",
        "circuit_breaker_state{state=\"half_open\"}",
    ];
    for name in names {
        assert!(metric(&page, name) >= 0.0);
    }
    assert_eq!(run.stop(), 143);
}

#[test]
fn an_outage_degrades_and_says_that_updates_are_delayed() {
    let (home, fake) = (Home::new(), fake());
    fake.fault(Rule::on(Call::Any, Action::status(503)).times(u64::MAX));
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    let address = run.address();
    for number in 0..6 {
        home.works(&format!("s{number}"), 1, false);
    }
    let health = until(&address, "/health", |health| {
        health.json()["breaker"] == "open"
    });
    assert_eq!(health.status, 200, "whoever restarts us would mend nothing");
    let health = health.json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["message"], "updates delayed");
    assert_eq!(health["last_error"]["class"], "unavailable");
    assert!(health["queue_depth"].as_u64() > Some(0));
    let page = get(&address, "/metrics");
    assert!(metric(&page, "updates_failed_total") >= 5.0);
    assert!((metric(&page, "circuit_breaker_state{state=\"open\"}") - 1.0).abs() < f64::EPSILON);
    run.signal(Signal::TERM);
    run.end();
    let said = run.said();
    assert!(
        said.contains("a sink failed sink=mattermost class=unavailable"),
        "{said}"
    );
    assert!(
        said.contains("the breaker changed was=closed state=open"),
        "{said}"
    );
}

#[test]
fn a_channel_that_takes_nothing_shows_and_takes_all_once_it_is_back() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    let address = run.address();
    home.works("s1", 1, false);
    until(&address, "/metrics", |page| {
        metric(page, "updates_sent_total") >= 1.0
    });
    let archived = |call, id: &str| {
        let action = Action::Status {
            code: 400,
            id: Some(id.into()),
            html: false,
            moment: Moment::Before,
        };
        fake.fault(Rule::on(call, action).times(u64::MAX));
    };
    archived(
        Call::Patch,
        "api.post.patch_post.can_not_update_post_in_deleted.error",
    );
    archived(
        Call::Create,
        "api.post.create_post.can_not_post_to_deleted.error",
    );
    // One run ends meanwhile, and another begins.
    home.works("s1", 1, true);
    home.works("s2", 1, false);
    let health = until(&address, "/health", |health| {
        health.json()["queue_depth"] == 2 && health.json()["status"] == "degraded"
    });
    let health = health.json();
    assert_eq!(health["reasons"][0], "boxes_shut_out");
    assert_eq!(health["message"], "updates delayed");
    assert_eq!(health["last_error"]["class"], "box_shut_out");
    fake.clear_faults();
    run.signal(Signal::HUP);
    until(&address, "/health", |health| {
        health.json()["queue_depth"] == 0 && health.json()["status"] == "healthy"
    });
    let mut texts: Vec<String> = fake
        .posts(&fake.channel("status"))
        .iter()
        .filter_map(|post| post.message.lines().next().map(str::to_owned))
        .collect();
    texts.sort();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("[ACTIVE]"), "{texts:?}");
    assert!(texts[1].contains("[DONE]"), "{texts:?}");
    assert_eq!(run.stop(), 143);
    let said = run.said();
    assert!(said.contains("the channel is archived"), "{said}");
}

#[test]
fn a_token_that_is_not_taken_is_not_ready() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    let address = run.address();
    assert_eq!(get(&address, "/ready").status, 200);
    fake.fault(Rule::on(Call::Any, Action::status(401)).times(u64::MAX));
    home.works("s1", 1, false);
    let ready = until(&address, "/ready", |ready| ready.status == 503);
    assert_eq!(ready.json()["token_taken"], false);
    let health = get(&address, "/health").json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["reasons"][0], "token_refused");
    assert_eq!(health["message"], "updates delayed");
    fake.clear_faults();
    run.signal(Signal::HUP);
    until(&address, "/ready", |ready| ready.status == 200);
    assert_eq!(get(&address, "/health").json()["status"], "healthy");
    run.stop();
}

// Fault 71.
#[test]
fn row_71_syncs_that_fail_again_and_again_are_degraded_and_not_ready() {
    if !has("strace") {
        return;
    }
    let (home, fake) = (Home::new(), fake());
    // Its memory is made by one whose disk is well.
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    run.address();
    run.stop();
    let mut run = Service::start(&mut under_strace(
        &home.posting(&fake, &LISTEN),
        "fsync,fdatasync",
        "inject=fsync,fdatasync:error=EIO",
    ));
    let address = run.address();
    home.works("s1", 1, false);
    let ready = until(&address, "/ready", |ready| ready.status == 503);
    assert_eq!(ready.json()["sources_armed"], true);
    assert_eq!(ready.json()["state_durable"], false);
    let health = get(&address, "/health");
    assert_eq!(health.status, 200, "whoever restarts us would mend nothing");
    assert_eq!(health.json()["status"], "degraded");
    let reasons = health.json()["reasons"].to_string();
    assert!(reasons.contains("state_not_durable"), "{reasons}");
    // What waits for its intent to be durable is not posted in the meantime.
    assert_eq!(boxes(&fake).len(), 0);
    kill(child_of(run.pid()), Signal::TERM);
    run.end();
}

#[test]
fn an_answer_that_was_lost_is_counted() {
    let (home, fake) = (Home::new(), fake());
    fake.fault(Rule::on(Call::Create, Action::ResetAfter).times(1));
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    let address = run.address();
    home.works("s1", 1, true);
    let page = until(&address, "/metrics", |page| {
        metric(page, "updates_sent_total") >= 1.0
    });
    assert!((metric(&page, "ambiguous_creates_total") - 1.0).abs() < f64::EPSILON);
    run.stop();
}

// Fault 16.
#[test]
fn row_16_an_overflow_of_the_event_queue_is_counted_and_nothing_is_lost() {
    let limit = std::fs::read_to_string("/proc/sys/fs/inotify/max_queued_events");
    let limit: usize = limit.expect("a limit").trim().parse().expect("a number");
    if limit > 50_000 {
        println!("skipped: the queue holds {limit} events");
        return;
    }
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    let address = run.address();
    let files = |count: usize| -> Vec<String> {
        (0..count)
            .map(|number| format!("/srv/file-{number}.md"))
            .collect()
    };
    home.reads("s1", &files(1));
    home.reads("s2", &files(1));
    let shown = |fake: &Fake, name: &str| {
        let posts = boxes(fake).into_iter();
        posts.filter(|post| post.message.contains(name)).count() == 2
    };
    fake.wait_until("both boxes", |fake| shown(fake, "file-0.md"));
    assert!(metric(&get(&address, "/metrics"), "overflow_total") < 1.0);
    while_stopped(run.pid(), || {
        let path = |sid: &str| home.path(&format!(".openclaw/agents/main/sessions/{sid}.jsonl"));
        let open = |sid: &str| std::fs::OpenOptions::new().append(true).open(path(sid));
        let mut both = ["s1", "s2"].map(|sid| open(sid).expect("a transcript"));
        // An append alone is one event, and two in a row to one file are one, too.
        for _ in 0..limit / 2 + 100 {
            for file in &mut both {
                file.write_all(b"\n").expect("written");
            }
        }
        // The queue is full: of this nothing is told.
        home.reads("s1", &files(2));
        home.reads("s2", &files(2));
    });
    fake.wait_until("both boxes again", |fake| shown(fake, "file-1.md"));
    // What stands at the end of the queue is read last.
    until(&address, "/metrics", |page| {
        metric(page, "overflow_total") >= 1.0
    });
    assert_eq!(boxes(&fake).len(), 2);
    run.stop();
}
