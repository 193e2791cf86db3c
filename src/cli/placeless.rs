//! Runs that no place in the chat is known for: the first is named, all are counted.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::sink::mattermost::NO_PLACE;
use crate::wire::receipt::Receipt;

/// So many are told apart; more are as bad.
const COUNTED: usize = 4_096;

/// The runs so far that have no place; a clone counts with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Placeless {
    keys: Arc<Mutex<HashSet<String>>>,
}

impl Placeless {
    /// Takes a receipt in; gives what is to be said of it.
    pub(super) fn take(&self, receipt: &Receipt) -> Option<String> {
        if receipt.error.as_deref() != Some(NO_PLACE) {
            return None;
        }
        let mut keys = self.keys();
        if keys.len() >= COUNTED || !keys.insert(receipt.key.clone()) {
            return None;
        }
        let is_first = keys.len() == 1;
        is_first.then(|| format!("the run {} is not posted: {NO_PLACE}", receipt.key))
    }

    /// What is to be said at the end.
    pub(super) fn sum(&self) -> Option<String> {
        let runs = match self.keys().len() {
            0 | 1 => return None,
            COUNTED.. => format!("{COUNTED} runs or more"),
            runs => format!("{runs} runs"),
        };
        Some(format!("{runs} were not posted: {NO_PLACE}"))
    }

    fn keys(&self) -> MutexGuard<'_, HashSet<String>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::receipt::Did;

    fn receipt(key: usize, error: &str) -> Receipt {
        Receipt {
            v: 1,
            kind: "receipt".into(),
            key: key.to_string(),
            rev: 1,
            sink: "mattermost".into(),
            post: None,
            did: Did::Skipped,
            error: Some(error.to_owned()),
            src: Vec::new(),
        }
    }

    #[test]
    fn the_first_is_named_and_all_are_counted_once() {
        let placeless = Placeless::default();
        assert_eq!(
            placeless.take(&receipt(1, "an old run that has no box")),
            None
        );
        assert_eq!(placeless.sum(), None);
        let said = placeless.take(&receipt(2, NO_PLACE)).expect("named");
        assert!(
            said.contains("run 2 ") && said.contains("--channel"),
            "{said}"
        );
        for key in [2, 3, 3, 4] {
            assert_eq!(placeless.take(&receipt(key, NO_PLACE)), None);
        }
        let sum = placeless.sum().expect("counted");
        assert!(sum.starts_with("3 runs were"), "{sum}");
        for key in 0..10_000 {
            placeless.take(&receipt(key, NO_PLACE));
        }
        assert!(
            placeless
                .sum()
                .expect("many")
                .starts_with("4096 runs or more")
        );
    }
}
