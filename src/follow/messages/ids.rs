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
use super::files::name_of;
use super::loose::Loose;
use super::object::{Unread, object};
use crate::follow::cabinet;

/// So many messages of a session are remembered: the newest are asked for again and again.
const MOST: usize = 2 * NEWEST;
/// So many answers of a session are under way at once, at most.
const MOST_OPEN: usize = 16;

/// How files are read.
#[derive(Clone, Copy, Debug)]
pub(in crate::follow) struct Reading {
    /// Longer ones are not read to their end.
    pub(in crate::follow) cap: usize,
    /// Symbolic links are followed.
    pub(in crate::follow) links: bool,
    /// So many parts that lie beside the folders of parts are known, those with the last names.
    pub(in crate::follow) loose: usize,
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
    /// The answers in a folder that were not finished when they were read, by their names, with their ids.
    open: HashMap<PathBuf, VecDeque<(String, String)>>,
    /// Parts that lie beside the folders of parts.
    loose: Loose,
    /// Whether there are such parts was looked for.
    listed: bool,
    /// It was told that some of them are left out.
    told: bool,
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
        let open = known.open.get(folder).into_iter().flatten();
        let mut messages = open.chain(known.messages.get(folder).into_iter().flatten());
        if let Some((_, id)) = messages.find(|(known, _)| known == name) {
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

    /// The message in the file called `name` was read: what is not finished is looked at however many are newer.
    pub(super) fn read(&self, folder: &Path, name: &str, id: &str, is_open: bool) {
        let mut known = self.known();
        let was_open = known.open.get_mut(folder).is_some_and(|open| {
            let before = open.len();
            open.retain(|(known, _)| known != name);
            open.len() < before
        });
        if is_open {
            let open = known.open.entry(folder.to_owned()).or_default();
            if open.len() >= MOST_OPEN {
                open.pop_front();
            }
            open.push_back((name.to_owned(), id.to_owned()));
        } else if was_open && known.open.get(folder).is_some_and(VecDeque::is_empty) {
            known.open.remove(folder);
        }
    }

    /// The names of the answers in a folder that are not finished, in their order.
    pub(super) fn open(&self, folder: &Path) -> Vec<String> {
        let known = self.known();
        let open = known.open.get(folder).into_iter().flatten();
        let mut names: Vec<String> = open.map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        names
    }

    /// Lets go of all that is known of a session, whose file and folder of messages these are.
    pub(in crate::follow) fn forget(&self, file: &Path, messages: &Path) {
        let mut known = self.known();
        known.sessions.remove(file);
        let ids = known.messages.remove(messages).into_iter();
        let open = known.open.remove(messages).into_iter();
        for (_, id) in ids.chain(open).flatten() {
            known.loose.forget(&id);
        }
    }

    /// The names of the parts of a message that lie beside the folders of parts, in their order.
    pub(super) fn parts(&self, message: &str) -> Vec<String> {
        self.known().loose.of(message)
    }

    /// Looks for parts that lie beside the folders of parts.
    ///
    /// There may be very many folders, and a cabinet is of one hand: where none of its parts lie so at first,
    /// they are not looked for again. Gives once how many are left out, where
    /// there are too many.
    pub(in crate::follow) fn look_for_parts(
        &self,
        storage: &Path,
        reading: Reading,
    ) -> Option<usize> {
        let known = &mut *self.known();
        if known.listed && known.loose.is_empty() {
            return None;
        }
        let folder = cabinet::parts(storage);
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return None;
        };
        let listed = &mut known.listed;
        let files = entries.flatten().map(|entry| {
            *listed = true;
            entry.file_name()
        });
        let left = known.loose.look(&folder, files, reading);
        let is_news = left > 0 && !known.told;
        known.told |= is_news;
        is_news.then_some(left)
    }

    /// The message of the part in the file called `name`, if it lies beside the folders of parts.
    pub(in crate::follow) fn owner(
        &self,
        storage: &Path,
        name: &OsStr,
        reading: Reading,
    ) -> Option<String> {
        let part = name_of(name)?;
        let folder = cabinet::parts(storage);
        self.known().loose.owner(&folder, part, reading)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::loose::MOST as MOST_LOOSE;
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

    #[test]
    fn answers_that_are_not_finished_are_remembered_and_few() {
        let ids = Ids::default();
        let (folder, other) = (Path::new("message/s"), Path::new("message/t"));
        ids.read(folder, "1", "m1", true);
        ids.read(folder, "2", "m2", false);
        ids.read(other, "3", "m3", true);
        ids.read(folder, "1", "m1", true);
        assert_eq!(ids.open(folder), ["1"]);
        let id = ids.message(folder, "1", || None);
        assert_eq!(id, "m1");
        ids.read(folder, "1", "m1", false);
        assert_eq!(ids.open(folder), [""; 0]);
        for name in 0..1_000 {
            ids.read(folder, &format!("n{name:04}"), "m", true);
        }
        assert_eq!(ids.open(folder).len(), MOST_OPEN);
        ids.forget(Path::new("p/ses_s.json"), folder);
        assert_eq!(ids.open(folder), [""; 0]);
        assert_eq!(ids.open(other), ["3"]);
    }

    #[test]
    fn nothing_is_known_any_more_of_a_session_that_is_forgotten() {
        let dir = tempfile::tempdir().expect("a directory");
        let reading = Reading {
            cap: 1_000,
            links: false,
            loose: MOST_LOOSE,
        };
        let parts = cabinet::parts(dir.path());
        std::fs::create_dir_all(&parts).expect("made");
        for (part, message) in [("p1", "m1"), ("p2", "m2")] {
            let text = format!(r#"{{"id":"{part}","messageID":"{message}"}}"#);
            std::fs::write(parts.join(format!("{part}.json")), text).expect("written");
        }
        let ids = Ids::default();
        let file = Path::new("p/ses_s.json");
        ids.session(dir.path(), file, "ses_s", reading);
        ids.look_for_parts(dir.path(), reading);
        let folder = cabinet::messages(dir.path(), "ses_s");
        ids.message(&folder, "1", || Some("m1".to_owned()));
        ids.forget(file, &folder);
        {
            let known = ids.known();
            assert!(known.sessions.is_empty() && known.messages.is_empty());
        }
        let parts_of = |message: &str| ids.parts(message);
        assert_eq!(
            (parts_of("m1"), parts_of("m2")),
            (vec![], vec!["p2".to_owned()])
        );
        std::fs::remove_file(parts.join("p2.json")).expect("removed");
        ids.look_for_parts(dir.path(), reading);
        assert_eq!(
            (parts_of("m1"), parts_of("m2")),
            (vec!["p1".to_owned()], vec![])
        );
    }
}
