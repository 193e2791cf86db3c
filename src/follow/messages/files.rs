//! Messages and parts as files: what was OpenCode's before its 1.2.
//!
//! Below `storage` stand `session/PROJECT/SESSION.json`, `message/SESSION/MESSAGE.json` and
//! `part/MESSAGE/PART.json`, each with the object that is a row's `data` since, its ids within. The
//! names are those ids, and ids are in the order that they were given in; where files are called otherwise
//! (`ids.rs`) their names are in that order, too.
//!
//! Sources: `anomalyco/opencode:packages/opencode/src/storage/storage.ts`, and `json-migration.ts`
//! beside it, which makes rows of them.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ids::{Ids, Reading};
use super::loose::MOST as MOST_LOOSE;
use super::object::{Object, Unread, ends_after, object};
use super::{After, Message, PAGE_MESSAGES, Page, Since};
use crate::follow::cabinet::{messages, parts, sessions};
use crate::follow::follower::Follower;
use crate::follow::open::{Stat, is_missing};
use crate::follow::rows::PAGE_BYTES;
use crate::follow::session::Id;

/// How a file's name ends.
pub(super) const END: &str = ".json";
/// So many of the newest messages may change in their parts: one is answered, and some may wait.
pub(super) const NEWEST: usize = 8;
/// So many of the newest messages may end: requests may queue up behind one that is answered.
const UNENDED: usize = 64;
/// The system stamps a write with a clock that ticks this coarsely, at worst, and a message says
/// when it was begun by one that does not: its file may be older than that.
pub(in crate::follow) const TICK_MS: i64 = 50;

/// A session whose messages and parts are files of their own.
pub(in crate::follow) struct Filed {
    /// Its own file, below the folder of sessions.
    file: PathBuf,
    /// Its own file.
    session: PathBuf,
    /// The folder of its messages.
    pub(in crate::follow) messages: PathBuf,
    /// The folder that holds one of parts for each message.
    parts: PathBuf,
    /// The ids that names do not tell.
    ids: Arc<Ids>,
    reading: Reading,
}

impl Filed {
    /// The folder of the parts of a message, by its id.
    pub(in crate::follow) fn parts_of(&self, message: &str) -> PathBuf {
        self.parts.join(message)
    }

    /// The id of a message by the name of its file.
    pub(in crate::follow) fn id_of(&self, name: &str) -> String {
        if self.parts_of(name).is_dir() {
            return name.to_owned();
        }
        self.ids.message(&self.messages, name, || {
            let read = object(&self.file_of(name), self.reading).ok()?;
            Some(read.id.unwrap_or_else(|| name.to_owned()))
        })
    }

    /// The ids of the messages whose parts may change, of `all` that are its own: the newest, and answers
    /// that are not finished.
    pub(in crate::follow) fn growing(&self, all: &[String]) -> Vec<String> {
        let (older, newest) = all.split_at(all.len().saturating_sub(NEWEST));
        let open = self.ids.open(&self.messages);
        let open = open.iter().filter(|name| older.binary_search(name).is_ok());
        open.chain(newest).map(|name| self.id_of(name)).collect()
    }

    /// The names of its messages, in their order; none where it has no folder for them yet.
    pub(in crate::follow) fn list(&self) -> io::Result<Vec<String>> {
        match names(&self.messages) {
            Err(error) if is_missing(&error) => Ok(Vec::new()),
            listed => listed,
        }
    }

    /// When it was changed last, and what tells two changes of the same moment apart; -1 where it is gone.
    ///
    /// Of `messages`, which are all of its own, only the newest are looked at, and those that are not
    /// finished: a session may be long, and its start changes no more.
    pub(in crate::follow) fn state(&self, messages: &[String]) -> (i64, String) {
        let Some(own) = self.stat(&self.session) else {
            return (-1, String::new());
        };
        let (mut newest, mut count, mut bytes) = (changed_ms(&own), messages.len(), own.size);
        let (older, newer) = messages.split_at(messages.len().saturating_sub(UNENDED));
        let open = self.ids.open(&self.messages);
        let open_older = open.iter().filter(|name| older.binary_search(name).is_ok());
        let ages = newer.iter().rev().enumerate();
        for (age, message) in ages.chain(open_older.map(|name| (0, name))) {
            for stat in self.stats_of(message, age, &open) {
                newest = newest.max(changed_ms(&stat));
                bytes += stat.size;
                count += 1;
            }
        }
        (newest, format!("{newest}.{count}.{bytes}"))
    }

    /// Reads messages, of `all`, that are met by a pass `since`, behind `after`.
    pub(super) fn page(&self, all: Vec<String>, since: Since, after: Option<&After>) -> Page {
        let floor = since.floor;
        let mut page = Page::default();
        if after.is_none()
            && self
                .stat(&self.session)
                .is_some_and(|stat| changed_ms(&stat) >= floor)
            && let Some(read) = self.read(&self.session, &mut page)
        {
            page.messages.push(head_of(&read.text));
        }
        let last = after.map_or("", |(_, last)| last);
        let (mut bytes, mut count) = (0, 0);
        for name in self.changed_since(all, floor) {
            if name.as_str() <= last {
                continue;
            }
            if bytes >= PAGE_BYTES || count >= PAGE_MESSAGES {
                page.more = true;
                break;
            }
            if let Some(message) = self.message(name, since, &mut page) {
                bytes += message.json.len();
                count += 1;
                page.messages.push(message);
            }
        }
        page
    }

    /// Lets go of what its files told, which are gone.
    pub(in crate::follow) fn forget(&self) {
        self.ids.forget(&self.file, &self.messages);
    }

    /// When its newest message was begun; `None` where that is not told.
    pub(in crate::follow) fn last_begun(&self, all: &[String]) -> Option<i64> {
        object(&self.file_of(all.last()?), self.reading).ok()?.begun
    }

    /// What is known of the session itself.
    pub(super) fn head(&self) -> Option<Message> {
        let read = object(&self.session, self.reading).ok();
        read.map(|read| head_of(&read.text))
    }

    /// The names, of `all`, of the messages that were changed since `floor`, in their order.
    ///
    /// It is gone back from the newest to the first that was written before and is too old to end; of what
    /// is older, an answer that was not finished may end all the same.
    fn changed_since(&self, mut all: Vec<String>, floor: i64) -> Vec<String> {
        if floor < 0 {
            return all;
        }
        let mut changed = Vec::new();
        let open = self.ids.open(&self.messages);
        for age in 0.. {
            let Some(name) = all.pop() else { break };
            let at = self.changed_at(&name, age, &open);
            if at.is_some_and(|at| at >= floor) {
                changed.push(name);
            } else if age >= UNENDED {
                break;
            }
        }
        for name in open.iter().rev() {
            let is_older = all.binary_search(name).is_ok();
            let at = self.changed_at(name, 0, &open);
            if is_older && at.is_some_and(|at| at >= floor) {
                changed.push(name.clone());
            }
        }
        changed.reverse();
        changed
    }

    /// A message with all of its parts; `None` as well where it was over before `since`.
    fn message(&self, name: String, since: Since, page: &mut Page) -> Option<Message> {
        let own = self.read(&self.file_of(&name), page)?;
        let id = own.id.as_ref().unwrap_or(&name);
        self.ids.read(&self.messages, &name, id, own.is_open);
        let changed = || self.changed_at(&name, 0, &[]).unwrap_or(i64::MIN);
        if own.begun.is_some_and(|begun| begun < since.begun)
            && !(since
                .done
                .is_some_and(|done| ends_after(&own.text, done) && changed() > done))
        {
            return None;
        }
        let mut json = format!("{{\"info\":{},\"parts\":[", own.text);
        let id = own.id.filter(|_| !self.parts_of(&name).is_dir());
        let mut comma = "";
        for path in self.part_files(id.as_deref().unwrap_or(&name)) {
            // It is too long to be read already.
            if json.len() > self.reading.cap {
                break;
            }
            if let Some(part) = self.read(&path, page) {
                json.push_str(comma);
                json.push_str(&part.text);
                comma = ",";
            }
        }
        json.push_str("]}");
        Some(Message {
            json,
            after: (own.begun.unwrap_or(0), name),
        })
    }

    /// The files of the parts of a message, by its id, in their order.
    fn part_files(&self, message: &str) -> Vec<PathBuf> {
        let folder = self.parts_of(message);
        let own = names(&folder).unwrap_or_default().into_iter();
        let own = own.map(|name| folder.join(name + END));
        let loose = self.ids.parts(message).into_iter();
        own.chain(loose.map(|name| self.parts.join(name + END)))
            .collect()
    }

    /// The object in a file.
    fn read(&self, path: &Path, page: &mut Page) -> Option<Object> {
        match object(path, self.reading) {
            Ok(read) => Some(read),
            Err(Unread::Yet) => None,
            Err(Unread::Broken(why)) => {
                page.broken.push((path.to_owned(), why));
                None
            }
        }
    }

    fn file_of(&self, message: &str) -> PathBuf {
        self.messages.join(format!("{message}{END}"))
    }

    /// When a message or one of its parts was changed last, as far as they are looked at.
    fn changed_at(&self, message: &str, newer: usize, open: &[String]) -> Option<i64> {
        let stats = self.stats_of(message, newer, open);
        stats.iter().map(changed_ms).max()
    }

    /// A message's file, and those of its parts where so few messages are newer that they may change, or it is
    /// one of those that are not finished, which are given in their order.
    fn stats_of(&self, message: &str, newer: usize, open: &[String]) -> Vec<Stat> {
        let is_open = || open.binary_search_by(|it| it.as_str().cmp(message)).is_ok();
        let parts = match newer < NEWEST || is_open() {
            true => self.part_files(&self.id_of(message)),
            false => Vec::new(),
        };
        let all = std::iter::once(self.file_of(message)).chain(parts);
        all.filter_map(|path| self.stat(&path)).collect()
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        let meta = match self.reading.links {
            true => std::fs::metadata(path),
            false => std::fs::symlink_metadata(path),
        };
        let meta = meta.ok().filter(Metadata::is_file)?;
        Some(Stat::of(&meta))
    }
}

impl Follower {
    /// The files of a session of a cabinet; `None` where it stands elsewhere.
    pub(in crate::follow) fn filed(&self, id: Id) -> Option<Filed> {
        let entry = self.entry(id);
        let place = &self.places[entry.place as usize];
        let storage = place.home.cabinet.as_ref()?;
        Some(Filed {
            file: entry.filed()?.to_owned(),
            session: sessions(storage).join(entry.filed()?),
            messages: messages(storage, entry.sid()),
            parts: parts(storage),
            ids: Arc::clone(&place.ids),
            reading: self.reading_files(),
        })
    }

    /// How files of cabinets are read.
    pub(in crate::follow) fn reading_files(&self) -> Reading {
        Reading {
            cap: self.options.max_line_bytes,
            links: self.options.links,
            loose: match self.options.follow {
                true => MOST_LOOSE,
                // What is read once is left again.
                false => usize::MAX,
            },
        }
    }

    /// When a session of a cabinet was changed last, and its print.
    pub(in crate::follow) fn filed_state(&self, id: Id) -> Option<(i64, String)> {
        self.filed(id)
            .map(|filed| filed.state(&filed.list().unwrap_or_default()))
    }
}

fn head_of(session: &str) -> Message {
    Message {
        json: format!("{{\"session\":{session}}}"),
        after: (i64::MIN, String::new()),
    }
}

/// When a file was written, or took its name: what is written aside is older than its name, and
/// anybody may say when that was but the system.
fn changed_ms(stat: &Stat) -> i64 {
    stat.ctime_ns / 1_000_000
}

/// The names of the records in a folder, in their order; nothing of what is written aside.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names: Vec<String> = std::fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| name_of(&entry.file_name()).map(str::to_owned))
        .collect();
    names.sort_unstable();
    Ok(names)
}

/// The name of a record by that of its file.
pub(super) fn name_of(file: &OsStr) -> Option<&str> {
    let name = file.to_str()?.strip_suffix(END)?;
    (!name.is_empty() && !name.starts_with('.')).then_some(name)
}
