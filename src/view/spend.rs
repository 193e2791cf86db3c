//! Tokens and cost: each message counts once, however often its log repeats it.

use std::collections::HashMap;

use crate::wire::event::{Scope, Usage};

use super::seen::hash;

/// How many messages of one run are told apart; more are added up blindly.
const MOST: usize = 4_096;

/// Tokens and money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Amount {
    pub(super) tokens: u64,
    /// Billionths of a US dollar: unlike those of floats, their sum does not
    /// depend on its order, and frames are compared by their bytes.
    nanos: Option<u64>,
}

impl Amount {
    fn of(usage: &Usage) -> Self {
        let parts = [
            usage.input,
            usage.output,
            usage.cache_read,
            usage.cache_write,
        ];
        let sum = parts.into_iter().fold(0, u64::saturating_add);
        let priced = usage.cost_usd.filter(|cost| (0.0..1e9).contains(cost));
        Self {
            tokens: usage.total.max(sum),
            nanos: priced.map(|cost| (cost * 1e9).round() as u64),
        }
    }

    /// In US dollars, where anything was priced.
    pub(super) fn cost_usd(self) -> Option<f64> {
        self.nanos.map(|nanos| nanos as f64 / 1e9)
    }

    fn add(&mut self, other: Self) {
        self.tokens = self.tokens.saturating_add(other.tokens);
        if let Some(nanos) = other.nanos {
            self.nanos = Some(self.nanos.unwrap_or(0).saturating_add(nanos));
        }
    }

    fn take(&mut self, other: Self) {
        self.tokens = self.tokens.saturating_sub(other.tokens);
        if let (Some(mine), Some(nanos)) = (self.nanos, other.nanos) {
            self.nanos = Some(mine.saturating_sub(nanos));
        }
    }

    /// The larger of two counts of the same message: a later record knows more.
    fn larger(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.max(other.tokens),
            nanos: self.nanos.max(other.nanos),
        }
    }
}

/// What one run spent.
#[derive(Debug, Default)]
pub(super) struct Spend {
    calls: HashMap<u64, Amount>,
    /// The sum of `calls` and of what came after [`MOST`] messages.
    sum: Amount,
    /// The newest running total of the session.
    total: Option<Amount>,
    /// That running total when the run began.
    before: Amount,
}

impl Spend {
    /// For a run of a session whose running total is `before`.
    pub(super) fn after(before: Amount) -> Self {
        Self {
            before,
            ..Self::default()
        }
    }

    /// Counts one record of `source`.
    pub(super) fn count(&mut self, source: &str, usage: &Usage) {
        let amount = Amount::of(usage);
        if usage.scope == Scope::Total {
            if amount.tokens < self.before.tokens {
                // The source began to count anew.
                self.before = Amount::default();
            }
            self.total = Some(amount);
            return;
        }
        let id = hash((source, &usage.id));
        if self.calls.len() < MOST || self.calls.contains_key(&id) {
            let known = self.calls.entry(id).or_default();
            let larger = known.larger(amount);
            self.sum.take(*known);
            self.sum.add(larger);
            *known = larger;
        } else {
            self.sum.add(amount);
        }
    }

    /// The newest running total, for the next run of the session.
    pub(super) fn total(&self) -> Amount {
        self.total.unwrap_or(self.before)
    }

    fn own(&self) -> Amount {
        match self.total {
            Some(mut total) if self.sum == Amount::default() => {
                total.take(self.before);
                total
            }
            _ => self.sum,
        }
    }
}

/// What a family spent. A message that stands in the logs of parent and child
/// counts once, by the larger of its counts: one of them may hold its first record alone.
pub(super) fn sum<'a>(family: impl ExactSizeIterator<Item = &'a Spend>) -> Amount {
    let alone = family.len() == 1;
    let mut sum = Amount::default();
    let mut counted: HashMap<u64, Amount> = HashMap::new();
    for spend in family {
        sum.add(spend.own());
        if alone {
            continue;
        }
        for (id, amount) in &spend.calls {
            if let Some(known) = counted.get_mut(id) {
                let larger = known.larger(*amount);
                sum.take(*known);
                sum.take(*amount);
                sum.add(larger);
                *known = larger;
            } else {
                counted.insert(*id, *amount);
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(id: &str, scope: Scope, total: u64, cost_usd: f64) -> Usage {
        Usage {
            id: id.into(),
            scope,
            input: 0,
            output: 0,
            cache_read: 0,
            cache_write: 0,
            total,
            cost_usd: Some(cost_usd),
            context: None,
        }
    }

    fn spend(before: u64, records: &[(&str, Scope, u64)]) -> Spend {
        let mut spend = Spend::after(Amount {
            tokens: before,
            nanos: None,
        });
        for (id, scope, total) in records {
            spend.count("test", &usage(id, scope.clone(), *total, 0.1));
        }
        spend
    }

    #[test]
    fn a_message_counts_once() {
        use Scope::{Call, Total};
        type Records<'a> = &'a [(&'a str, Scope, u64)];
        let cases: [(&str, u64, Records<'_>, u64); 5] = [
            ("two calls add up", 0, &[("a", Call, 5), ("b", Call, 7)], 12),
            (
                "a repeated call knows more",
                0,
                &[("a", Call, 1), ("a", Call, 7), ("a", Call, 1)],
                7,
            ),
            (
                "the newest total counts",
                0,
                &[("a", Total, 5), ("b", Total, 9)],
                9,
            ),
            ("less what was before", 5, &[("a", Total, 9)], 4),
            ("unless it began anew", 50, &[("a", Total, 9)], 9),
        ];
        for (why, before, records, want) in cases {
            let spend = spend(before, records);
            assert_eq!(sum([&spend].into_iter()).tokens, want, "{why}");
        }
    }

    #[test]
    fn a_message_in_two_logs_of_a_family_counts_once() {
        let parent = spend(0, &[("a", Scope::Call, 5), ("b", Scope::Call, 7)]);
        let child = spend(0, &[("b", Scope::Call, 7), ("c", Scope::Call, 1)]);
        let both = sum([&parent, &child].into_iter());
        assert_eq!(both.tokens, 13);
        assert_eq!(both.cost_usd(), Some(0.3));
    }

    #[test]
    fn of_two_logs_the_one_that_knows_more_counts() {
        for (first, second) in [(7, 90), (90, 7)] {
            let parent = spend(0, &[("a", Scope::Call, 5), ("b", Scope::Call, first)]);
            let child = spend(0, &[("b", Scope::Call, second)]);
            let both = sum([&parent, &child].into_iter());
            assert_eq!(both.tokens, 95, "{first} and {second}");
            assert_eq!(both.cost_usd(), Some(0.2), "{first} and {second}");
        }
    }
}
