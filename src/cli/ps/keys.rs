//! How much of a box's key is enough to name it.

use crate::wire::kept::Kept;

/// A key is at least so long: who reads it out loud has enough, and it stays unique for a while.
const KEY: usize = 8;

/// The names by which boxes can be asked for, sorted.
pub(super) struct Keys<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Keys<'a> {
    pub(super) fn of(every: &'a [Kept]) -> Self {
        let mut names: Vec<_> = every
            .iter()
            .flat_map(|kept| {
                [
                    (kept.key.as_str(), kept.key.as_str()),
                    (&kept.frame, &kept.key),
                ]
            })
            .collect();
        names.sort_unstable();
        Self(names)
    }

    /// As much of the key as no other box's key or name begins with.
    pub(super) fn short(&self, kept: &'a Kept) -> &'a str {
        let at = self
            .0
            .partition_point(|(name, _)| *name < kept.key.as_str());
        let others = |(_, key): &&(&str, &str)| *key != kept.key;
        let before = self.0[..at].iter().rev().find(others);
        let after = self.0[at..].iter().find(others);
        let shared = before.into_iter().chain(after).map(|(name, _)| {
            let same = name
                .chars()
                .zip(kept.key.chars())
                .take_while(|(a, b)| a == b);
            same.count() + 1
        });
        let length = shared.max().unwrap_or(0).max(KEY);
        kept.key.get(..length).unwrap_or(&kept.key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::tests::kept;
    use super::*;
    use crate::wire::frame::State;

    #[test]
    fn a_key_is_as_long_as_it_has_to_be() {
        let every = [
            kept("abcdefghij", State::Active, 0),
            Kept {
                frame: "abcdefghijkl".into(),
                ..kept("x", State::Active, 0)
            },
        ];
        let keys = Keys::of(&every);
        assert_eq!(keys.short(&every[0]), "abcdefghija");
        assert_eq!(keys.short(&every[1]), "xaaaaaaa");
    }
}
