//! Writers, looks, timers and answers that race, over a way on which everything takes its time and much is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{files, histories, posting, until_done};
use crate::fake_mattermost::{Call, Moment, Post};
use crate::faults::harness::{amount, rounds};
use crate::faults::writer::Dice;
use crate::faulty_proxy::{Passed, Proxy, Toxic};
use crate::mattermost::process::boxes;
use crate::service::rig::{Home, Service, fake};

/// Sessions that are written at once.
const SESSIONS: usize = 6;

/// What befalls a request: most take their time, one in seven is lost, or its answer is.
fn chance(dice: &mut Dice) -> Toxic {
    let by = Duration::from_millis(dice.below(40) as u64);
    match dice.below(21) {
        0 => Toxic::CloseBefore,
        1 => Toxic::ResetBefore,
        2 => Toxic::ResetAfter,
        at if at % 2 == 0 => Toxic::Latency {
            by,
            moment: Moment::Before,
        },
        _ => Toxic::Latency {
            by,
            moment: Moment::After,
        },
    }
}

/// The key of the box that a request is about, where it is about one.
fn key_of(passed: &Passed, posts: &BTreeMap<String, String>) -> Option<String> {
    if passed.call == Call::Create {
        let key = &passed.body.as_ref()?["props"]["live_status"]["key"];
        return key.as_str().map(str::to_owned);
    }
    posts.get(passed.post()?).cloned()
}

/// Of each box one request was under way at a time, and all of them were seen.
fn one_at_a_time(proxy: &Proxy, made: &[Vec<Post>], what: &str) {
    let posts = made.iter().map(|states| {
        let key = states[0].key().expect("a box").to_owned();
        (states[0].id.clone(), key)
    });
    let posts: BTreeMap<String, String> = posts.collect();
    let mut of_boxes: BTreeMap<String, Vec<Passed>> = BTreeMap::new();
    for passed in proxy.passed() {
        if let Some(key) = key_of(&passed, &posts) {
            of_boxes.entry(key).or_default().push(passed);
        }
    }
    assert_eq!(of_boxes.len(), SESSIONS, "{what}");
    for (key, all) in of_boxes {
        // They stand in the order in which they came, so neighbours would meet first.
        let meeting = all.windows(2).find(|pair| pair[0].meets(&pair[1]));
        let lines = meeting.map(|pair| [pair[0].line(), pair[1].line()]);
        assert!(lines.is_none(), "{what}: {key}: {lines:#?}");
    }
}

/// How many calls the newest state of a box tells of.
fn tools(states: &[Post]) -> usize {
    let newest = &states.last().expect("a state").message;
    let before = newest.split(" tool").next().unwrap_or_default();
    let number = before.rsplit(' ').next().and_then(|word| word.parse().ok());
    number.unwrap_or_else(|| unreachable!("no count: {newest}"))
}

fn race(seed: u64, args: &[&str]) {
    let what = format!("seed {seed}, {args:?}");
    let mut dice = Dice(seed);
    let (home, fake) = (Home::new(), fake());
    let proxy = Proxy::before(&fake);
    let mut way = Dice(seed.wrapping_add(1));
    proxy.leave_to(move |_| Some(chance(&mut way)));
    // What is lost is no outage: it goes on at its own pace.
    let args = [&["--circuit-breaker-threshold", "0"], args].concat();
    let mut run = Service::start(&mut posting(&home, &fake, &proxy, &args));
    run.until("ready: sources are armed");
    let mut read = [0; SESSIONS];
    for _ in 0..rounds(60) {
        let session = dice.below(SESSIONS);
        read[session] += 1;
        home.reads(&format!("s{session}"), &files(read[session]));
        // Some come in a burst, some while an answer is on its way, some once all is shown.
        let enough = proxy.passed().len() + dice.below(4);
        let newest = format!("file-{}.md", read[session] - 1);
        proxy.wait_until("next request", |proxy| {
            let shown = |post: &Post| post.message.contains(&newest);
            proxy.passed().len() >= enough || boxes(&fake).iter().any(shown)
        });
    }
    for (session, &count) in read.iter().enumerate() {
        // Each has read at least one.
        home.has_read(&format!("s{session}"), &files(count.max(1)));
    }
    // Nothing is written any more: what would have been forgotten never comes.
    until_done(&fake, SESSIONS);
    let made = histories(&fake);
    assert_eq!(made.len(), SESSIONS, "{what}");
    let mut shown: Vec<usize> = made.iter().map(|states| tools(states)).collect();
    let mut wanted = read.map(|count| count.max(1)).to_vec();
    shown.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(shown, wanted, "{what}");
    assert_eq!(run.stop(), 143, "{what}");
    one_at_a_time(&proxy, &made, &what);
}

// Fault 79.
#[test]
fn row_79_whatever_races_every_box_ends_with_its_last_state_by_one_request_at_a_time() {
    let seed = amount("LIVE_STATUS_SEED", 37) as u64;
    println!("seed {seed} (LIVE_STATUS_SEED)");
    std::thread::scope(|scope| {
        scope.spawn(|| race(seed, &[]));
        scope.spawn(|| race(seed + 2, &["--poll"]));
    });
}
