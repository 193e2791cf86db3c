//! What is due of itself, the next first: a wake-up looks at nothing else.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

/// Times, one for each thing that has any.
#[derive(Clone, Debug)]
pub struct Agenda<What, Time> {
    times: HashMap<What, Time>,
    order: BTreeSet<(Time, What)>,
}

impl<What, Time> Default for Agenda<What, Time> {
    fn default() -> Self {
        Self {
            times: HashMap::new(),
            order: BTreeSet::new(),
        }
    }
}

impl<What: Copy + Ord + Hash, Time: Copy + Ord> Agenda<What, Time> {
    /// Sets or changes a time, or takes it away.
    pub fn set(&mut self, what: What, time: Option<Time>) {
        let was = match time {
            Some(time) => self.times.insert(what, time),
            None if self.times.is_empty() => return,
            None => self.times.remove(&what),
        };
        if was == time {
            return;
        }
        if let Some(was) = was {
            self.order.remove(&(was, what));
        }
        if let Some(time) = time {
            self.order.insert((time, what));
        }
    }

    /// The next time; `None` means sleep.
    #[must_use]
    pub fn next(&self) -> Option<Time> {
        self.order.first().map(|(time, _)| *time)
    }

    /// Takes out what is due at `now`, in order of what it is.
    pub fn take(&mut self, now: Time) -> Vec<What> {
        let mut due = Vec::new();
        while let Some(&(time, what)) = self.order.first()
            && time <= now
        {
            self.order.pop_first();
            self.times.remove(&what);
            due.push(what);
        }
        due.sort_unstable();
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_comes_first_and_what_is_due_comes_once() {
        let mut agenda = Agenda::default();
        for (what, time) in [
            ("retry", Some(2)),
            ("last", Some(3)),
            ("look", Some(4)),
            ("look", Some(1)),
            ("gone", Some(1)),
            ("gone", None),
            ("never", None),
        ] {
            agenda.set(what, time);
        }
        assert_eq!(agenda.next(), Some(1));
        assert!(agenda.take(0).is_empty());
        assert_eq!(agenda.take(2), ["look", "retry"]);
        assert!(agenda.take(2).is_empty());
        assert_eq!(agenda.next(), Some(3));
    }
}
