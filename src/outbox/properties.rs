//! What holds for every order of offers, answers and time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use proptest::prelude::*;

use super::tests::{frame, ms};
use super::*;
use crate::wire::frame::State;

/// A server that takes `latency` for each request and answers by a script.
struct Server {
    script: Vec<Answer>,
    latency: Duration,
    under_way: Vec<(Now, String, u64)>,
    /// What each box shows.
    shown: HashMap<String, u64>,
    /// When each box was asked for, and whether to show the end of its run.
    sent_at: HashMap<String, Vec<(Now, bool)>>,
}

impl Server {
    fn new(script: Vec<Answer>, latency: Duration) -> Self {
        Self {
            script,
            latency,
            under_way: Vec::new(),
            shown: HashMap::new(),
            sent_at: HashMap::new(),
        }
    }

    /// Takes all that goes out at `now`; gives the next moment to look again.
    fn serve(&mut self, outbox: &mut Outbox, now: Now) -> Option<Now> {
        loop {
            self.answer(outbox, now);
            match outbox.next(now) {
                Next::Send(frame) => {
                    let keys: HashSet<_> = self.under_way.iter().map(|(_, key, _)| key).collect();
                    assert!(
                        !keys.contains(&frame.key),
                        "two under way for {}",
                        frame.key
                    );
                    let sent = self.sent_at.entry(frame.key.clone()).or_default();
                    sent.push((now, frame.state.is_final()));
                    self.under_way
                        .push((now + self.latency, frame.key.clone(), frame.rev));
                }
                Next::WaitUntil(at) => {
                    assert!(at > now, "a wait that is over");
                    return self.under_way.iter().map(|(at, ..)| *at).chain([at]).min();
                }
                Next::Idle => return self.under_way.iter().map(|(at, ..)| *at).min(),
            }
        }
    }

    fn answer(&mut self, outbox: &mut Outbox, now: Now) {
        while let Some(index) = self.under_way.iter().position(|(at, ..)| *at <= now) {
            let (_, key, rev) = self.under_way.remove(index);
            let answer = self.script.pop().unwrap_or(Answer::Applied);
            if answer == Answer::Applied {
                let before = self.shown.insert(key.clone(), rev);
                assert!(before.is_none_or(|before| before <= rev), "{key} went back");
            }
            outbox.settle(&key, answer, self.latency, now);
        }
    }
}

fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let answer = prop_oneof![
        3 => Just(Answer::Applied),
        2 => Just(Answer::Failed),
        1 => (0_u64..5_000).prop_map(|wait| Answer::Later(ms(wait))),
    ];
    prop::collection::vec(answer, 0..40)
}

fn gaps() -> impl Strategy<Value = Duration> {
    prop_oneof![Just(0), Just(1), Just(500), Just(3_600_000)].prop_map(ms)
}

proptest! {
    #[test]
    fn the_last_state_of_every_box_arrives_and_the_gap_is_kept(
        gap in gaps(),
        latency in (0_u64..2_000).prop_map(ms),
        script in answers(),
        offers in prop::collection::vec((0_u64..4, 0_u64..300), 1..120),
    ) {
        let mut outbox = Outbox::new(Settings { min_gap: gap, ..Settings::default() });
        let mut server = Server::new(script, latency);
        let mut now = ms(0);
        let mut newest = HashMap::new();
        for (rev, (key, wait)) in offers.into_iter().enumerate() {
            let until = now + ms(wait);
            while let Some(at) = server.serve(&mut outbox, now).filter(|at| *at <= until) {
                now = at;
            }
            now = until;
            let (key, rev) = (key.to_string(), rev as u64);
            outbox.offer(frame(&key, rev, State::Active), now);
            newest.insert(key, rev);
        }
        for (key, rev) in &mut newest {
            *rev += 1_000;
            outbox.offer(frame(key, *rev, State::Done), now);
        }
        while let Some(at) = server.serve(&mut outbox, now) {
            prop_assert!(at > now, "time goes on");
            now = at;
        }
        prop_assert!(outbox.is_empty());
        prop_assert_eq!(&server.shown, &newest);
        for (key, sent) in &server.sent_at {
            for pair in sent.windows(2) {
                let ((before, _), (now, is_end)) = (pair[0], pair[1]);
                // The end waits for half a second at most; all else keeps the gap.
                let least = if is_end { gap.min(ms(500)) } else { gap };
                prop_assert!(now - before >= least, "{}: {:?}", key, pair);
            }
        }
        prop_assert!(outbox.stats().boxes <= newest.len());
    }
}

// Fault 46.
#[test]
fn ten_thousand_events_a_second_are_one_edit_a_gap_and_the_end_comes_at_once() {
    let mut outbox = Outbox::new(Settings::default());
    let mut server = Server::new(Vec::new(), ms(20));
    let mut now = ms(0);
    for rev in 0..100_000_u64 {
        now = Duration::from_micros(rev * 100);
        outbox.offer(frame("a", rev, State::Active), now);
        server.serve(&mut outbox, now);
    }
    let busy = server.sent_at["a"].len();
    assert!((20..=21).contains(&busy), "{busy} edits in 10 s");
    let end = now + ms(1);
    outbox.offer(frame("a", 100_000, State::Done), end);
    while let Some(at) = server.serve(&mut outbox, now) {
        now = at;
    }
    assert!(now - end <= ms(520), "the end took {:?}", now - end);
    assert_eq!(server.shown["a"], 100_000);
}

// Fault 47.
#[test]
fn two_thousand_boxes_share_ten_requests_a_second_with_ends_first() {
    let mut outbox = Outbox::new(Settings::default());
    let mut server = Server::new(Vec::new(), ms(5));
    for run in 0..2_000 {
        outbox.offer(frame(&format!("{run:04}"), 1, State::Active), ms(run));
    }
    for run in 1_900..2_000 {
        outbox.offer(frame(&format!("{run:04}"), 2, State::Done), ms(2_000 + run));
    }
    let mut now = ms(4_000);
    let mut ends_by = now;
    while let Some(at) = server.serve(&mut outbox, now) {
        now = at;
        if outbox.finals_pending() > 0 {
            ends_by = now;
        }
    }
    assert_eq!(server.shown.len(), 2_000);
    assert!(ends_by <= ms(14_000), "100 ends took until {ends_by:?}");
    let worst = outbox.stats().worst_wait;
    assert!(worst <= Duration::from_secs(205), "worst wait {worst:?}");
}
