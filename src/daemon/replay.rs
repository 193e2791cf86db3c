//! Recorded transcripts at the pace at which they happened.

use std::time::Duration;

use crate::wire::event::{Body, Event, Name, Src, Tick};
use crate::wire::time::Time;

/// A gap between two records is shown no longer than this: nobody watches a pause of a night.
const LONGEST_GAP_MS: i64 = 20_000;
/// While something is under way, a tick every so often keeps its clocks moving.
const TICK_MS: i64 = 1_000;

/// Events in the order of their times, each with the pause before it.
pub struct Replay {
    events: std::vec::IntoIter<Event>,
    clock: Option<Time>,
    /// Time that long gaps were shortened by, so that ticks stay true to the records.
    next: Option<Event>,
    open: Vec<(Name, Event)>,
}

/// What to do next.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Pause so long, by the record's clock, then show the events.
    Show(Duration, Vec<Event>),
    /// All was shown.
    End,
}

impl Replay {
    /// Plays `events`, which come session by session.
    #[must_use]
    pub fn new(mut events: Vec<Event>) -> Self {
        // An event without a time happens with the one before it in its session.
        let mut last: Option<(Option<Name>, Time)> = None;
        let mut keyed: Vec<(Time, usize)> = Vec::with_capacity(events.len());
        for (index, event) in events.iter().enumerate() {
            let before = last
                .as_ref()
                .filter(|(sid, _)| *sid == event.sid)
                .map(|(_, at)| *at);
            let at = event
                .ts
                .into_iter()
                .chain(before)
                .max()
                .or(event.ts)
                .unwrap_or_default();
            keyed.push((at, index));
            last = Some((event.sid.clone(), at));
        }
        keyed.sort_by_key(|(at, index)| (*at, *index));
        let mut slots: Vec<Option<Event>> = events.drain(..).map(Some).collect();
        let ordered: Vec<Event> = keyed
            .into_iter()
            .filter_map(|(at, index)| {
                let mut event = slots[index].take()?;
                event.ts = event.ts.or(Some(at).filter(|at| at.0 > 0));
                Some(event)
            })
            .collect();
        let mut events = ordered.into_iter();
        let next = events.next();
        Self {
            events,
            clock: None,
            next,
            open: Vec::new(),
        }
    }

    /// The next events, or a tick while something is under way.
    pub fn step(&mut self) -> Step {
        let Some(event) = self.next.take() else {
            return Step::End;
        };
        let at = event.ts.or(self.clock).unwrap_or_default();
        let clock = *self.clock.get_or_insert(at);
        let gap = at.since_ms(clock);
        if gap > TICK_MS && gap <= LONGEST_GAP_MS && !self.open.is_empty() {
            self.next = Some(event);
            let now = clock.plus_ms(TICK_MS);
            self.clock = Some(now);
            return Step::Show(millis(TICK_MS), self.ticks(now));
        }
        self.clock = Some(at.max(clock));
        self.note(&event);
        let mut batch = vec![event];
        self.next = self.events.next();
        while let Some(event) = self.next.take() {
            if event.ts.unwrap_or(at) > at {
                self.next = Some(event);
                break;
            }
            self.note(&event);
            batch.push(event);
            self.next = self.events.next();
        }
        Step::Show(millis(gap.min(LONGEST_GAP_MS)), batch)
    }

    fn note(&mut self, event: &Event) {
        let Some(sid) = &event.sid else { return };
        match &event.body {
            Body::RunStart(_) => {
                self.open.retain(|(open, _)| open != sid);
                self.open.push((sid.clone(), event.clone()));
            }
            Body::RunEnd(_) => self.open.retain(|(open, _)| open != sid),
            _ => {}
        }
    }

    fn ticks(&self, now: Time) -> Vec<Event> {
        let tick = |(_, start): &(Name, Event)| Event {
            ts: Some(now),
            body: Tick { now }.into(),
            src: Src::clock(),
            raw: None,
            label: None,
            ..start.clone()
        };
        self.open.iter().map(tick).collect()
    }
}

fn millis(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
