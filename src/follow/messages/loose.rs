//! Parts that lie beside the folders of parts, all in one: each says itself which message it is of.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::files::END;
use super::ids::Reading;
use super::object::object;

/// So many such parts are known, those with the last names; older ones are nobody's.
const MOST: usize = 16_384;

/// Such parts, and their messages.
#[derive(Debug, Default)]
pub(super) struct Loose {
    /// The messages of parts, by the parts' names.
    owners: BTreeMap<String, String>,
    /// The same the other way round.
    parts: HashMap<String, Vec<String>>,
}

impl Loose {
    pub(super) fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    /// The names of the parts of a message, in their order.
    pub(super) fn of(&self, message: &str) -> Vec<String> {
        self.parts.get(message).map_or_else(Vec::new, Vec::clone)
    }

    /// The message of a part in `folder`, which is read once.
    pub(super) fn owner(&mut self, folder: &Path, part: &str, reading: Reading) -> Option<String> {
        if let Some(owner) = self.owners.get(part) {
            return Some(owner.clone());
        }
        let is_full = self.owners.len() >= MOST;
        let first = self.owners.keys().next();
        if is_full && first.is_some_and(|first| part < first.as_str()) {
            return None;
        }
        let path = folder.join([part, END].concat());
        let owner = object(&path, reading).ok()?.message?;
        self.owners.insert(part.to_owned(), owner.clone());
        let parts = self.parts.entry(owner.clone()).or_default();
        let at = parts.partition_point(|known| &**known < part);
        parts.insert(at, part.to_owned());
        if is_full && let Some((oldest, owner)) = self.owners.pop_first() {
            self.leave(&oldest, &owner);
        }
        Some(owner)
    }

    /// Lets go of the parts that are not `there` any more.
    pub(super) fn retain(&mut self, there: &HashSet<String>) {
        let gone = |part: &String| !there.contains(part);
        let gone: Vec<String> = self.owners.keys().filter(|it| gone(it)).cloned().collect();
        for part in gone {
            if let Some(owner) = self.owners.remove(&part) {
                self.leave(&part, &owner);
            }
        }
    }

    /// Lets go of the parts of a message.
    pub(super) fn forget(&mut self, message: &str) {
        for part in self.parts.remove(message).into_iter().flatten() {
            self.owners.remove(&part);
        }
    }

    fn leave(&mut self, part: &str, owner: &str) {
        let Some(parts) = self.parts.get_mut(owner) else {
            return;
        };
        parts.retain(|known| known != part);
        if parts.is_empty() {
            self.parts.remove(owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_known_as_long_as_they_are_there_and_the_newest_of_many() {
        let dir = tempfile::tempdir().expect("a directory");
        let reading = Reading {
            cap: 1_000,
            links: false,
        };
        let write = |part: &str| {
            let path = dir.path().join([part, END].concat());
            std::fs::write(path, r#"{"id":"p","messageID":"last"}"#).expect("written");
        };
        let mut loose = Loose::default();
        for number in 0..MOST {
            let (part, owner) = (format!("p{number:05}"), format!("m{}", number / 2));
            loose
                .parts
                .entry(owner.clone())
                .or_default()
                .push(part.clone());
            loose.owners.insert(part, owner);
        }
        for part in ["a", "q1", "q2"] {
            write(part);
        }
        let mut owner = |part: &str| loose.owner(dir.path(), part, reading);
        assert_eq!(owner("a"), None, "it is older than all that are known");
        assert_eq!(owner("q1").as_deref(), Some("last"));
        assert_eq!(owner("q2").as_deref(), Some("last"));
        assert_eq!(loose.owners.len(), MOST);
        assert!(loose.of("m0").is_empty() && !loose.parts.contains_key("m0"));
        assert_eq!(loose.of("m1"), ["p00002", "p00003"]);
        loose.forget("m1");
        assert!(loose.of("m1").is_empty() && !loose.owners.contains_key("p00003"));
        loose.retain(&HashSet::from(["q2".to_owned()]));
        assert_eq!(loose.of("last"), ["q2"]);
        assert_eq!((loose.owners.len(), loose.parts.len()), (1, 1));
    }
}
