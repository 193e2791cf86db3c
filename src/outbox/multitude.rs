//! Thousands of live boxes under one budget: whose turn it is, in a time that nobody waits for.

use std::collections::BTreeMap;

use super::tests::{active, frame, ms};
use super::*;
use crate::wire::frame::State;

/// Boxes that are live.
const BOXES: usize = 2_000;
/// Requests a second.
const RATE: u64 = 10;
/// The server takes so long for each.
const LATENCY: Duration = Duration::from_millis(20);

/// An outbox before a server that takes everything, and what it was given.
struct Server {
    outbox: Outbox,
    now: Now,
    /// When an edit of each box was sent last.
    sent: BTreeMap<String, Now>,
    /// Ends that were not sent yet, and from when on they may be.
    ends: BTreeMap<String, Now>,
    /// Since when each box has had something new.
    news: BTreeMap<String, Now>,
    worst_end: Duration,
    worst_progress: Duration,
}

impl Server {
    fn offer(&mut self, key: &str, rev: u64) {
        self.news.entry(key.to_owned()).or_insert(self.now);
        self.outbox.offer(active(key, rev), self.now);
    }

    fn end(&mut self, key: &str, rev: u64) {
        let gap = Settings::default().min_gap;
        let due = self.sent.get(key).map_or(self.now, |sent| *sent + gap);
        self.ends.insert(key.to_owned(), due.max(self.now));
        self.outbox.offer(frame(key, rev, State::Done), self.now);
    }

    /// Takes the next slot; gives whether there was anything for one.
    fn slot(&mut self) -> bool {
        let sent = loop {
            match self.outbox.next(self.now) {
                Next::Send(frame) => break frame,
                Next::WaitUntil(at) => self.now = at,
                Next::Idle => return false,
            }
        };
        let first = self.ends.values().min().copied();
        if let Some(due) = self.ends.remove(&sent.key) {
            let wait = self.now.saturating_sub(due);
            self.worst_end = self.worst_end.max(wait);
        } else {
            let waits = first.filter(|due| *due <= self.now);
            assert_eq!(
                waits, None,
                "an end waits at {:?}, and {} is served",
                self.now, sent.key
            );
            if let Some(since) = self.news.get(&sent.key) {
                self.worst_progress = self.worst_progress.max(self.now - *since);
            }
        }
        self.news.remove(&sent.key);
        self.sent.insert(sent.key.clone(), self.now);
        self.outbox
            .settle(&sent.key, Answer::Applied, LATENCY, self.now);
        true
    }
}

fn key(at: usize) -> String {
    format!("{at:04}")
}

// Fault 47.
#[test]
fn an_end_has_the_next_free_slot_however_many_boxes_are_live() {
    let mut server = Server {
        outbox: Outbox::new(Settings {
            rate_per_second: RATE as f64,
            ..Settings::default()
        }),
        now: ms(0),
        sent: BTreeMap::new(),
        ends: BTreeMap::new(),
        news: BTreeMap::new(),
        worst_end: Duration::ZERO,
        worst_progress: Duration::ZERO,
    };
    // All are made and shown, then all of them work on.
    for rev in 1..=2 {
        (0..BOXES).for_each(|at| server.offer(&key(at), rev));
        while rev == 1 && server.slot() {}
    }
    server.worst_progress = Duration::ZERO;
    // Every second one of them ends, of those served lately and of those that wait.
    for second in 0..60 {
        server.end(&key(second * 31), 3);
        for _ in 0..RATE {
            server.slot();
        }
    }
    let slot = Duration::from_millis(1_000 / RATE);
    assert!(server.worst_end <= slot, "{:?}", server.worst_end);
    // Many at once have one slot after the other.
    let many = 100;
    (1..=many).for_each(|at| server.end(&key(BOXES - at), 3));
    while server.slot() {}
    assert!(server.ends.is_empty(), "{:?}", server.ends);
    assert!(
        server.worst_end <= slot * many as u32,
        "{:?}",
        server.worst_end
    );
    let all = slot * (BOXES as u32 + 1);
    assert!(server.worst_progress <= all, "{:?}", server.worst_progress);
    println!(
        "{BOXES} live boxes at {RATE} requests/s: progress waited {:?} at worst, one of {many} ends {:?}",
        server.worst_progress, server.worst_end
    );
}
