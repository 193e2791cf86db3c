//! Parts that lie beside the folders of parts, all in one: each says itself which message it is of.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::Path;

use super::files::{END, name_of};
use super::ids::Reading;
use super::object::object;

/// So many such parts are known while we follow, those with the last names; older ones are nobody's.
pub(super) const MOST: usize = 16_384;

/// Such parts, and their messages.
#[derive(Debug, Default)]
pub(super) struct Loose {
    /// The messages of parts, by the parts' names.
    owners: BTreeMap<String, Owner>,
    /// The same the other way round.
    parts: HashMap<String, Vec<String>>,
    /// Looks so far.
    looks: u64,
}

/// The message of a part.
#[derive(Debug)]
struct Owner {
    message: String,
    /// The last look that found the part.
    look: u64,
}

impl Loose {
    pub(super) fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    /// The names of the parts of a message, in their order.
    pub(super) fn of(&self, message: &str) -> Vec<String> {
        self.parts.get(message).map_or_else(Vec::new, Vec::clone)
    }

    /// Takes over which parts there are, of all the `files` in `folder`; gives how many are left out.
    pub(super) fn look(
        &mut self,
        folder: &Path,
        files: impl Iterator<Item = OsString>,
        reading: Reading,
    ) -> usize {
        self.looks += 1;
        let (mut new, mut left) = (Vec::new(), 0);
        for file in files {
            let Some(part) = name_of(&file) else { continue };
            if let Some(owner) = self.owners.get_mut(part) {
                owner.look = self.looks;
            } else if self.is_too_old(part, reading) {
                left += 1;
            } else {
                new.push(part.to_owned());
            }
        }
        self.forget_gone();
        // The last first: none of them is read for nothing.
        new.sort_unstable_by(|one, two| two.cmp(one));
        for part in new {
            left += usize::from(self.is_too_old(&part, reading));
            let before = self.owners.len();
            let is_owned = self.owner(folder, &part, reading).is_some();
            // It took the place of an older one.
            left += usize::from(is_owned && self.owners.len() == before);
        }
        left
    }

    /// The message of a part in `folder`, which is read once.
    pub(super) fn owner(&mut self, folder: &Path, part: &str, reading: Reading) -> Option<String> {
        if let Some(owner) = self.owners.get(part) {
            return Some(owner.message.clone());
        }
        if self.is_too_old(part, reading) {
            return None;
        }
        let path = folder.join([part, END].concat());
        let message = object(&path, reading).ok()?.message?;
        let owner = Owner {
            message: message.clone(),
            look: self.looks,
        };
        let is_full = self.owners.len() >= reading.loose;
        self.owners.insert(part.to_owned(), owner);
        let parts = self.parts.entry(message.clone()).or_default();
        let at = parts.partition_point(|known| &**known < part);
        parts.insert(at, part.to_owned());
        if is_full && let Some((oldest, owner)) = self.owners.pop_first() {
            leave(&mut self.parts, &oldest, &owner.message);
        }
        Some(message)
    }

    /// Whether as many are known as may be, all of them newer.
    fn is_too_old(&self, part: &str, reading: Reading) -> bool {
        let first = self.owners.keys().next();
        self.owners.len() >= reading.loose && first.is_some_and(|first| part < first.as_str())
    }

    /// Lets go of the parts that the last look did not find.
    fn forget_gone(&mut self) {
        let looks = self.looks;
        let parts = &mut self.parts;
        self.owners.retain(|part, owner| {
            let is_there = owner.look == looks;
            if !is_there {
                leave(parts, part, &owner.message);
            }
            is_there
        });
    }

    /// Lets go of the parts of a message.
    pub(super) fn forget(&mut self, message: &str) {
        for part in self.parts.remove(message).into_iter().flatten() {
            self.owners.remove(&part);
        }
    }
}

/// Takes a part from those of its message.
fn leave(all: &mut HashMap<String, Vec<String>>, part: &str, message: &str) {
    let Some(parts) = all.get_mut(message) else {
        return;
    };
    parts.retain(|known| known != part);
    if parts.is_empty() {
        all.remove(message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READING: Reading = Reading {
        cap: 1_000,
        links: false,
        loose: 8,
    };

    /// Makes the files of parts, each of the message `m` and the part's number by two.
    fn write(dir: &Path, numbers: std::ops::Range<usize>) {
        for number in numbers {
            let text = format!(r#"{{"id":"p","messageID":"m{}"}}"#, number / 2);
            std::fs::write(dir.join(format!("p{number:05}{END}")), text).expect("written");
        }
    }

    fn look(loose: &mut Loose, dir: &Path, reading: Reading) -> usize {
        let files = std::fs::read_dir(dir).expect("lists").flatten();
        loose.look(dir, files.map(|entry| entry.file_name()), reading)
    }

    #[test]
    fn while_we_follow_the_newest_of_many_parts_are_known_and_the_others_counted() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut loose = Loose::default();
        write(dir.path(), 10..16);
        assert_eq!(look(&mut loose, dir.path(), READING), 0);
        write(dir.path(), 4..10);
        assert_eq!(look(&mut loose, dir.path(), READING), 4);
        assert_eq!(loose.of("m3"), [""; 0]);
        assert_eq!(loose.of("m4"), ["p00008", "p00009"]);
        assert_eq!(look(&mut loose, dir.path(), READING), 4, "again");
        let owner = |loose: &mut Loose, part: &str| loose.owner(dir.path(), part, READING);
        assert_eq!(
            owner(&mut loose, "p00007"),
            None,
            "all that are known are newer"
        );
        write(dir.path(), 16..17);
        assert_eq!(owner(&mut loose, "p00016").as_deref(), Some("m8"));
        assert_eq!(loose.of("m4"), ["p00009"]);
        write(dir.path(), 17..18);
        assert_eq!(look(&mut loose, dir.path(), READING), 6);
        assert_eq!(loose.owners.len(), READING.loose);
        assert!(!loose.parts.contains_key("m4"));
    }

    #[test]
    fn once_read_all_parts_are_known_however_many_there_are() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut loose = Loose::default();
        write(dir.path(), 0..100);
        let reading = Reading {
            loose: usize::MAX,
            ..READING
        };
        assert_eq!(look(&mut loose, dir.path(), reading), 0);
        assert_eq!(loose.of("m0"), ["p00000", "p00001"]);
        assert_eq!(loose.owners.len(), 100);
    }

    #[test]
    fn parts_are_known_as_long_as_they_are_there() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut loose = Loose::default();
        write(dir.path(), 0..6);
        look(&mut loose, dir.path(), READING);
        loose.forget("m1");
        assert!(loose.of("m1").is_empty() && !loose.owners.contains_key("p00003"));
        for part in [0, 1, 2, 3, 4] {
            let path = dir.path().join(format!("p{part:05}{END}"));
            std::fs::remove_file(path).expect("removed");
        }
        assert_eq!(look(&mut loose, dir.path(), READING), 0);
        assert_eq!(loose.of("m2"), ["p00005"]);
        assert_eq!((loose.owners.len(), loose.parts.len()), (1, 1));
    }
}
