//! Ids that the names of a cabinet's files do not tell.
//!
//! OpenCode calls a file by the id of what is in it, and a folder by that of what it belongs to. Others who
//! write such cabinets number the files, or keep the parts of all messages in one folder: then an id is read
//! from the object. That is done once, and only where nothing stands under the file's own name.

use std::collections::{HashMap, VecDeque};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::NEWEST;
use super::files::{END, name_of};
use super::object::{Unread, object};
use crate::follow::cabinet;

/// So many messages of a session are remembered: the newest are asked for again and again.
const MOST: usize = 2 * NEWEST;

/// How files are read.
#[derive(Clone, Copy, Debug)]
pub(in crate::follow) struct Reading {
    /// Longer ones are not read to their end.
    pub(in crate::follow) cap: usize,
    /// Symbolic links are followed.
    pub(in crate::follow) links: bool,
}

/// The ids that were read in one cabinet.
#[derive(Debug, Default)]
pub(in crate::follow) struct Ids(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Of sessions, by their files below the folder of sessions.
    sessions: HashMap<PathBuf, String>,
    /// Of the messages in a folder, by their names; those that were read last come last.
    messages: HashMap<PathBuf, VecDeque<(String, String)>>,
    /// The messages of parts that lie beside the folders of parts, by the parts' names.
    owners: HashMap<String, String>,
    /// The same the other way round.
    parts: HashMap<String, Vec<String>>,
    /// Whether there are such parts was looked for.
    listed: bool,
}

impl Ids {
    /// The id of the session in `file`, which is called `name`; `None` where it is half written.
    pub(in crate::follow) fn session(
        &self,
        storage: &Path,
        file: &Path,
        name: &str,
        reading: Reading,
    ) -> Option<String> {
        let mut known = self.known();
        if let Some(sid) = known.sessions.get(file) {
            return Some(sid.clone());
        }
        if cabinet::messages(storage, name).is_dir() {
            return Some(name.to_owned());
        }
        match object(&cabinet::sessions(storage).join(file), reading) {
            Ok(read) => {
                // A copy of another session's file is not that session.
                let sessions = cabinet::sessions(storage).join(file);
                let file_of = |id: &String| sessions.with_file_name(format!("{id}.json"));
                let id = read.id.filter(|id| id == name || !file_of(id).exists());
                let sid = id.unwrap_or_else(|| name.to_owned());
                known.sessions.insert(file.to_owned(), sid.clone());
                Some(sid)
            }
            Err(Unread::Yet) => None,
            Err(Unread::Broken(_)) => Some(name.to_owned()),
        }
    }

    /// The id of the session in `file`, called `name`, as far as that is known without a look at it.
    pub(in crate::follow) fn known_session(&self, file: &Path, name: &str) -> String {
        let known = self.known();
        known
            .sessions
            .get(file)
            .map_or_else(|| name.to_owned(), String::clone)
    }

    /// Lets go of the id of a session whose file is gone: another one may take its name.
    pub(in crate::follow) fn forget_session(&self, file: &Path) {
        self.known().sessions.remove(file);
    }

    /// The id of the message in the file called `name` in `folder`; `read` looks into it.
    pub(super) fn message(
        &self,
        folder: &Path,
        name: &str,
        read: impl FnOnce() -> Option<String>,
    ) -> String {
        let mut known = self.known();
        let messages = known.messages.get(folder).into_iter().flatten();
        if let Some((_, id)) = messages.clone().find(|(known, _)| known == name) {
            return id.clone();
        }
        // What cannot be read may be written yet.
        let Some(id) = read() else {
            return name.to_owned();
        };
        let messages = known.messages.entry(folder.to_owned()).or_default();
        if messages.len() >= MOST {
            messages.pop_front();
        }
        messages.push_back((name.to_owned(), id.clone()));
        id
    }

    /// The names of the parts of a message that lie beside the folders of parts, in their order.
    pub(super) fn parts(&self, message: &str) -> Vec<String> {
        self.known()
            .parts
            .get(message)
            .map_or_else(Vec::new, Vec::clone)
    }

    /// Looks for parts that lie beside the folders of parts.
    ///
    /// There may be very many folders, and a cabinet is of one hand: where none of its parts lie so at first,
    /// they are not looked for again.
    pub(in crate::follow) fn look_for_parts(&self, storage: &Path, reading: Reading) {
        let mut known = self.known();
        if known.listed && known.owners.is_empty() {
            return;
        }
        let folder = cabinet::parts(storage);
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            known.listed = true;
            if let Some(part) = name_of(&entry.file_name()) {
                known.owner(&folder, part, reading);
            }
        }
    }

    /// The message of the part in the file called `name`, if it lies beside the folders of parts.
    pub(in crate::follow) fn owner(
        &self,
        storage: &Path,
        name: &OsStr,
        reading: Reading,
    ) -> Option<String> {
        let part = name_of(name)?;
        self.known().owner(&cabinet::parts(storage), part, reading)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn owner(&mut self, folder: &Path, part: &str, reading: Reading) -> Option<String> {
        if let Some(owner) = self.owners.get(part) {
            return Some(owner.clone());
        }
        let path = folder.join([part, END].concat());
        let owner = object(&path, reading).ok()?.message?;
        self.owners.insert(part.to_owned(), owner.clone());
        let parts = self.parts.entry(owner.clone()).or_default();
        let at = parts.partition_point(|known| &**known < part);
        parts.insert(at, part.to_owned());
        Some(owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_looked_into_once_and_few_are_remembered() {
        let ids = Ids::default();
        let folder = Path::new("message/s");
        let mut looks = 0;
        for (name, want) in [("1", "m1"), ("1", "m1"), ("2", "m2"), ("1", "m1")] {
            let id = ids.message(folder, name, || {
                looks += 1;
                Some(format!("m{name}"))
            });
            assert_eq!(id, want, "{name}");
        }
        assert_eq!(looks, 2);
        assert_eq!(ids.message(folder, "3", || None), "3", "written yet");
        assert_eq!(ids.message(folder, "3", || Some("m3".to_owned())), "m3");
        for name in 0..1_000 {
            ids.message(folder, &format!("n{name}"), || Some("m".to_owned()));
        }
        assert_eq!(ids.known().messages[folder].len(), MOST);
    }
}
