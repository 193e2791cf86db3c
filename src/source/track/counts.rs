//! What the newest answers cost, as far as it was told.

use std::collections::VecDeque;

use crate::wire::event::{Name, Usage};

/// How many answers may still grow: records of several at once stand among each other.
const MOST: usize = 16;

/// Tokens of one answer: in, out, read from the cache, written to it.
pub(in crate::source) type Parts = [u64; 4];

/// The newest answers and their tokens.
#[derive(Debug, Default)]
pub(super) struct Counts {
    newest: VecDeque<Count>,
}

#[derive(Debug)]
struct Count {
    id: Name,
    total: u64,
    parts: Parts,
}

impl Counts {
    /// What `usage` counts beyond what was told of the same answer: a record of an answer that is
    /// still being written knows less than the last one. `None` where it counts nothing more;
    /// `is_new` is asked of those that are not among the newest.
    pub(super) fn growth(
        &mut self,
        usage: &Usage,
        is_new: impl FnOnce(&str) -> bool,
    ) -> Option<Parts> {
        let (total, parts) = (usage.total, parts_of(usage));
        if let Some(known) = self.newest.iter_mut().find(|known| known.id == usage.id) {
            if total <= known.total {
                return None;
            }
            let growth = std::array::from_fn(|at| parts[at].saturating_sub(known.parts[at]));
            (known.total, known.parts) = (total, parts);
            return Some(growth);
        }
        if !is_new(&usage.id) {
            return None;
        }
        if self.newest.len() >= MOST {
            self.newest.pop_front();
        }
        let id = usage.id.clone();
        self.newest.push_back(Count { id, total, parts });
        Some(parts)
    }

    /// Forgets everything, and gives its memory back.
    pub(super) fn clear(&mut self) {
        self.newest = VecDeque::new();
    }
}

pub(super) fn parts_of(usage: &Usage) -> Parts {
    [
        usage.input,
        usage.output,
        usage.cache_read,
        usage.cache_write,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::seen::Seen;
    use crate::wire::event::Scope;

    fn usage(id: &str, input: u64, output: u64) -> Usage {
        Usage {
            id: id.into(),
            scope: Scope::Call,
            input,
            output,
            cache_read: 0,
            cache_write: 0,
            total: input + output,
            cost_usd: None,
            context: None,
        }
    }

    #[test]
    fn an_answer_is_told_again_when_it_grew() {
        type Told = Option<(u64, u64)>;
        type Rows<'a> = &'a [(&'a str, u64, u64, Told)];
        let cases: [(&str, Rows<'_>); 4] = [
            (
                "the same once more",
                &[("a", 9, 1, Some((9, 1))), ("a", 9, 1, None)],
            ),
            (
                "the last record knows more",
                &[("a", 9, 1, Some((9, 1))), ("a", 9, 40, Some((0, 39)))],
            ),
            (
                "a repetition from the start knows less",
                &[
                    ("a", 9, 1, Some((9, 1))),
                    ("a", 9, 40, Some((0, 39))),
                    ("a", 9, 1, None),
                    ("a", 9, 40, None),
                ],
            ),
            (
                "two among each other",
                &[
                    ("a", 9, 1, Some((9, 1))),
                    ("b", 5, 2, Some((5, 2))),
                    ("a", 9, 3, Some((0, 2))),
                    ("b", 6, 3, Some((1, 1))),
                ],
            ),
        ];
        for (why, rows) in cases {
            let (mut counts, mut seen) = (Counts::default(), Seen::default());
            for (id, input, output, want) in rows {
                let growth = counts.growth(&usage(id, *input, *output), |id| seen.is_new(id));
                let told = growth.map(|[input, output, ..]| (input, output));
                assert_eq!(told, *want, "{why}: {id} {input} {output}");
            }
        }
    }

    #[test]
    fn only_so_many_answers_may_still_grow() {
        let (mut counts, mut seen) = (Counts::default(), Seen::default());
        for answer in 0..=MOST {
            let usage = usage(&answer.to_string(), 1, 1);
            assert!(counts.growth(&usage, |id| seen.is_new(id)).is_some());
        }
        assert_eq!(counts.newest.len(), MOST);
        let oldest = usage("0", 1, 9);
        assert_eq!(counts.growth(&oldest, |id| seen.is_new(id)), None);
        let newest = usage(&MOST.to_string(), 1, 9);
        assert!(counts.growth(&newest, |id| seen.is_new(id)).is_some());
    }
}
