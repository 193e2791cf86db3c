//! How often one box is edited, whatever its agent writes.

use std::sync::Arc;

use live_status::wire::frame::State;
use live_status::wire::time::Time;

use super::super::process::Process;
use super::super::rig::frame;
use super::*;
use crate::support::home;

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

/// So much more memory says nothing: how much is in flight depends on the machine.
const SLACK_KIB: u64 = 4 << 10;

// Fault 46.
#[test]
fn row_46_thousands_of_events_are_one_edit_an_interval_and_the_end_comes_at_once() {
    const CALLS: usize = 500;
    let Some(watched) = Watched::paced(Fake::start(), "1m", &[]) else {
        return;
    };
    let mut live = watched.live("s1");
    let first = live.reads(1);
    let post = watched.shows(&first).id;
    assert_eq!(watched.edits(), 1);
    for interval in 1..=3 {
        let newest = live.reads(CALLS);
        // All of it is taken in, and all but the newest is of no interest any more.
        let told = watched.waits(&post, &live);
        assert_eq!(held_ms(&told, "pace"), Some(60_000), "{told}");
        assert_eq!(watched.edits(), interval, "nothing before its time");
        watched.pass(MINUTE - Duration::from_millis(1));
        let told = watched.waits(&post, &live);
        assert_eq!(held_ms(&told, "pace"), Some(1), "{told}");
        watched.pass(Duration::from_millis(1));
        assert_eq!(watched.shows(&newest).id, post);
        assert_eq!(watched.edits(), interval + 1);
    }
    let events = watched.metric("events_total{source=\"openclaw\"}");
    assert!(events >= 6.0 * CALLS as f64, "{events} events");
    // Silence: nothing new, nothing sent, however long it lasts.
    watched.page("/health", |health| health.json()["queue_depth"] == 0);
    live.rests(3 * MINUTE);
    live.ends();
    // A second after its end, of an interval of sixty.
    watched.pass(Duration::from_secs(1));
    assert_eq!(watched.comes_to("done").id, post);
    assert_eq!(watched.edits(), 5);
    assert_eq!(histories(&watched.fake).len(), 1);
    watched.stop();
}

// Fault 48.
#[test]
fn row_48_an_interval_of_an_hour_keeps_one_state_in_little_memory_and_holds_up_no_end() {
    const CALLS: usize = 200;
    let Some(watched) = Watched::paced(Fake::start(), "1h", &[]) else {
        return;
    };
    let mut live = watched.live("s1");
    let post = watched.shows(&live.reads(1)).id;
    let mut resident = Vec::new();
    for _ in 0..4 {
        live.reads(CALLS);
        let told = watched.waits(&post, &live);
        assert_eq!(held_ms(&told, "pace"), Some(3_600_000), "{told}");
        let health = watched
            .page("/health", |health| health.status == 200)
            .json();
        assert_eq!(health["queue_depth"], 1, "one state waits: {health}");
        resident.push(resident_kib(watched.run.pid()));
    }
    println!("{CALLS} calls each: {resident:?} KiB");
    assert!(resident[3] < resident[0] + SLACK_KIB, "{resident:?}");
    watched.pass(HOUR - Duration::from_secs(1));
    live.rests(HOUR);
    let told = watched.waits(&post, &live);
    assert_eq!(held_ms(&told, "pace"), Some(1_000), "{told}");
    assert_eq!(watched.edits(), 1);
    live.ends();
    // So soon after a request that was an hour ago it has not to wait at all.
    assert_eq!(watched.comes_to("done").id, post);
    assert_eq!(watched.edits(), 2, "none but the first and the end");
    watched.stop();
}

// Fault 48.
#[test]
fn row_48_an_interval_of_nothing_or_a_millisecond_is_that_and_no_longer() {
    for (throttle, interval) in [("0", 0), ("1ms", 1), ("500ms", 500)] {
        let (fake, home) = (Arc::new(Fake::start()), home());
        let Some(clock) = Still::below(home.path()) else {
            return;
        };
        let channel = fake.channel("status");
        let args = ["post", "--channel", &channel, "--rate", "0"];
        let mut command = command(
            &fake,
            home.path(),
            &[&args[..], &["--throttle", throttle]].concat(),
        );
        clock.over(&mut command);
        let mut post = Process::start(&fake, &mut command);
        let now = Time(jiff::Timestamp::now().as_millisecond());
        for rev in 1..=5 {
            let text = format!("[ACTIVE] {rev}");
            post.feed(&frame("run", rev, State::Active, &text, now));
            let shown = |one: &Post| one.message == text;
            if rev > 1 && interval > 0 {
                // Its receipt would be there before that of a box that has not to wait.
                let other = format!("other {rev}");
                let words = format!("{text} too");
                post.feed(&frame(&other, 1, State::Active, &words, now));
                acknowledged(&fake, &post, &other);
                let early = boxes(&fake).iter().any(shown);
                assert!(!early, "{throttle}: {rev} came too early");
                clock.pass(post.pid(), Duration::from_millis(interval));
            }
            acknowledged(&fake, &post, "run");
            assert!(boxes(&fake).iter().any(shown), "{throttle}: {rev}");
        }
        post.end().ok();
    }
}

/// Waits for a new receipt of `key`.
fn acknowledged(fake: &Fake, post: &Process, key: &str) {
    let of = format!("\"key\":\"{key}\"");
    fake.wait_until(key, |_| {
        post.new_lines().iter().any(|line| line.contains(&of))
    });
}

fn resident_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("it runs")
}
