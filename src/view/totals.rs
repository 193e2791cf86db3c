//! Counts over a run and everything below it.

use std::collections::BTreeMap;

use crate::wire::event::Outcome;
use crate::wire::frame::Totals;

use super::board::Board;
use super::key::At;
use super::spend;
use super::step::Step;

/// Most kinds of work a view names.
const MAX_KINDS: usize = 8;

impl Board {
    /// The counts of `roots` and their families; `over` closes what is pending.
    pub(super) fn totals(&self, roots: &[At], over: bool) -> Totals {
        let family: Vec<_> = roots.iter().flat_map(|at| self.family(*at)).collect();
        let runs: Vec<_> = family
            .iter()
            .filter_map(|at| Some((*at, self.at(*at)?.1)))
            .collect();
        let mut count = Count::default();
        for (at, run) in &runs {
            run.steps.iter().for_each(|step| count.step(step));
            count.totals.tools += run.dropped.tools;
            count.totals.ended += run.dropped.tools;
            count.totals.failed += run.dropped.failed;
            for (kind, calls) in &run.dropped.kinds {
                count.kind(kind, *calls);
            }
            if !run.down.is_empty() {
                let untold = self
                    .kin(*at)
                    .iter()
                    .filter(|kin| kin.agent.is_none())
                    .count();
                count.totals.agents += untold as u64;
            }
        }
        let spent = spend::sum(runs.iter().map(|(_, run)| &run.spend));
        let mut totals = count.done(over);
        totals.tokens = spent.tokens;
        totals.cost_usd = spent.cost_usd();
        totals
    }
}

/// The counts of calls that stand in another run's transcript.
pub(super) fn of_steps(steps: &[&Step], over: bool) -> Totals {
    let mut count = Count::default();
    steps.iter().for_each(|step| count.step(step));
    count.done(over)
}

#[derive(Default)]
struct Count<'a> {
    totals: Totals,
    kinds: BTreeMap<&'a str, u64>,
}

impl<'a> Count<'a> {
    fn step(&mut self, step: &'a Step) {
        let totals = &mut self.totals;
        totals.agents += u64::from(step.agent.is_some());
        if !step.call {
            return;
        }
        totals.tools += 1;
        totals.failed += u64::from(step.failed());
        let runs = step.outcome.is_none() || step.outcome == Some(Outcome::Background);
        totals.ended += u64::from(!runs || step.closed);
        if !step.title.is_empty() {
            self.kind(&step.title, 1);
        }
    }

    fn kind(&mut self, kind: &'a str, calls: u64) {
        // A phrase that stands alone ends in dots, one before a target in its preposition;
        // a number comes behind this one.
        let kind = kind.trim_end_matches("...");
        let kind = kind.strip_suffix(" for").unwrap_or(kind);
        *self.kinds.entry(kind).or_default() += calls;
    }

    fn done(mut self, over: bool) -> Totals {
        if over {
            self.totals.ended = self.totals.tools;
        }
        let mut kinds: Vec<_> = self.kinds.into_iter().collect();
        kinds.sort_by(|(one, some), (two, more)| more.cmp(some).then(one.cmp(two)));
        kinds.truncate(MAX_KINDS);
        let named = kinds
            .into_iter()
            .map(|(kind, calls)| (kind.to_owned(), calls));
        self.totals.kinds = named.collect();
        self.totals
    }
}
