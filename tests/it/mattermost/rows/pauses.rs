//! Pauses that a server asks for, in all forms in which it may.

use super::*;
use crate::fake_mattermost::{Action, Call, Options, Rule};

/// When the server's clock was stopped: Fri, 27 Nov 2026 10:55:58 GMT.
const NOON_MS: i64 = 1_795_776_958_000;

fn too_many(call: Call, retry_after: Option<&str>) -> Rule {
    let retry_after = retry_after.map(str::to_owned);
    Rule::on(call, Action::TooMany { retry_after }).times(1)
}

/// So long what waits is held up by a pause of `seconds`: up to a tenth longer, and never shorter.
fn is_spread(ms: Option<u64>, seconds: u64) -> bool {
    ms.is_some_and(|ms| (seconds * 1_000..=seconds * 1_100).contains(&ms))
}

// Faults 48, 52.
#[test]
fn row_52_a_pause_is_as_long_as_the_server_says_in_any_form_and_the_end_is_kept() {
    let stopped = Options {
        frozen_ms: Some(NOON_MS),
        ..Options::default()
    };
    let fake = Fake::with(stopped).expect("loopback");
    let Some(watched) = Watched::start(fake, &[]) else {
        return;
    };
    let mut live = watched.live("s1");
    let post = watched.shows(&live.reads(1)).id;
    let forms = [
        (Some("120"), 120),
        (Some("Fri, 27 Nov 2026 11:00:58 GMT"), 300),
        // It is over.
        (Some("Fri, 27 Nov 2026 10:00:00 GMT"), 1),
        (None, 1),
        (Some("soon"), 1),
        (Some("-5"), 1),
        // Nobody is silenced for longer than ten minutes.
        (Some("999999999"), 600),
        (Some("99999999999999999999999999"), 600),
        (Some("Thu, 31 Dec 2099 23:59:59 GMT"), 600),
    ];
    for (form, seconds) in forms {
        watched.fake.fault(too_many(Call::Patch, form));
        let before = watched.edits();
        live.reads(1);
        let told = watched.explained(&post, |told| held_ms(told, "pause").is_some());
        let ms = held_ms(&told, "pause");
        assert!(is_spread(ms, seconds), "{form:?}: {told}");
        // What comes meanwhile takes the place of what waits.
        let newest = live.reads(1);
        watched.waits(&post, &live);
        watched.pass(Duration::from_millis(ms.expect("a pause") - 1));
        let told = watched.waits(&post, &live);
        assert_eq!(held_ms(&told, "pause"), Some(1), "{form:?}: {told}");
        assert!(told["run"]["outlook"]["under_way"].is_null(), "{form:?}");
        let health = watched.page("/health", |_| true).json();
        assert_eq!(health["queue_depth"], 1, "{form:?}: {health}");
        assert_eq!(health["last_error"]["class"], "rate_limited", "{form:?}");
        assert_eq!(watched.edits(), before + 1, "{form:?}: nothing too early");
        // What is told is rounded down.
        watched.pass(Duration::from_millis(2));
        assert_eq!(watched.shows(&newest).id, post, "{form:?}");
        assert_eq!(watched.edits(), before + 2, "{form:?}");
    }
    watched.fake.fault(too_many(Call::Patch, Some("120")));
    let before = watched.edits();
    live.ends();
    let told = watched.end_waits(&post, "pause");
    let ms = held_ms(&told, "pause");
    assert!(is_spread(ms, 120), "the end waits, too: {told}");
    assert_eq!(watched.edits(), before + 1);
    watched.pass(Duration::from_millis(ms.expect("a pause") + 1));
    assert_eq!(watched.comes_to("done").id, post);
    assert_eq!(watched.edits(), before + 2);
    let said = watched.stop();
    assert!(!said.contains("the breaker changed"), "{said}");
}

// Fault 52.
#[test]
fn row_52_a_pause_before_there_is_a_box_holds_all_of_them_up_and_loses_none() {
    let Some(watched) = Watched::start(Fake::start(), &[]) else {
        return;
    };
    watched.fake.fault(too_many(Call::Create, Some("120")));
    let mut first = watched.live("s1");
    first.reads(1);
    first.ends();
    watched.page("/health", |health| {
        health.json()["last_error"]["class"] == "rate_limited"
    });
    let mut second = watched.live("s2");
    let newest = second.reads(1);
    watched.page("/health", |health| health.json()["queue_depth"] == 2);
    watched.pass(Duration::from_secs(120) - Duration::from_millis(1));
    let health = watched.page("/health", |_| true).json();
    assert_eq!(health["queue_depth"], 2, "{health}");
    assert_eq!(creates(&watched.fake).len(), 1);
    watched.pass(Duration::from_secs(13));
    watched.comes_to("done");
    watched.shows(&newest);
    assert_eq!(histories(&watched.fake).len(), 2);
    watched.stop();
}
