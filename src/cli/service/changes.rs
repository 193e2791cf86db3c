//! Which settings changed, and which of them a running loop takes.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::ArgMatches;

/// Settings that are taken while we run; every other one needs a restart.
const TAKEN: [&str; 15] = [
    "after",
    "commentary",
    "detail",
    "explain",
    "idle-timeout",
    "include",
    "labels",
    "log-level",
    "max-chars",
    "max-duration",
    "max-lines",
    "status-tags",
    "throttle",
    "trail",
    "tz",
];

/// Settings by name, as they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Values(BTreeMap<String, Vec<OsString>>);

/// Names of settings that changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// These are taken now.
    pub(super) taken: Vec<String>,
    /// These need a restart.
    pub(super) restart: Vec<String>,
}

impl Values {
    /// What a command line, its variables and its files came to.
    pub(super) fn of(matches: &ArgMatches) -> Self {
        let mut values = BTreeMap::new();
        let verb = matches.subcommand().map(|(_, verb)| verb);
        for matches in std::iter::once(matches).chain(verb) {
            for id in matches.ids() {
                let raw = matches.try_get_raw(id.as_str()).ok().flatten();
                let raw = raw.map(|raw| raw.map(OsString::from).collect());
                // Groups of arguments have a name and no value.
                if let Some(raw) = raw {
                    values.insert(id.as_str().replace('_', "-"), raw);
                }
            }
        }
        Self(values)
    }

    /// Takes over from `new` what is in force from now on.
    pub(super) fn take(&mut self, new: &Self, names: &[String]) {
        for name in names {
            match new.0.get(name) {
                Some(value) => self.0.insert(name.clone(), value.clone()),
                None => self.0.remove(name),
            };
        }
    }

    /// What is different in `new`. Names alone: a value may be a secret's place.
    pub(super) fn changes(&self, new: &Self) -> Changes {
        let names = self.0.keys().chain(new.0.keys());
        let mut changed: Vec<&String> = names
            .filter(|name| self.0.get(*name) != new.0.get(*name))
            .collect();
        changed.sort();
        changed.dedup();
        let mut changes = Changes::default();
        for name in changed {
            if TAKEN.contains(&name.as_str()) {
                changes.taken.push(name.clone());
            } else {
                changes.restart.push(name.clone());
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), vec![OsString::from(value)]);
        Values(pairs.iter().map(pair).collect())
    }

    #[test]
    fn names_of_what_changed_are_told_with_what_it_takes() {
        let old = values(&[("max-lines", "15"), ("url", "https://a"), ("tz", "UTC")]);
        let new = values(&[("max-lines", "9"), ("listen", "9090"), ("tz", "UTC")]);
        let changes = old.changes(&new);
        assert_eq!(changes.taken, ["max-lines"]);
        assert_eq!(changes.restart, ["listen", "url"]);
        assert_eq!(old.changes(&old), Changes::default());
    }

    #[test]
    fn every_setting_that_is_taken_is_one_of_run() {
        let command = crate::cli::command();
        let run = command.find_subcommand("run").expect("a verb");
        let longs: Vec<_> = run.get_arguments().filter_map(|it| it.get_long()).collect();
        for name in TAKEN {
            assert!(longs.contains(&name), "{name}");
        }
    }
}
