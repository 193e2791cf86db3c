//! Messages and parts as files: what was OpenCode's before its 1.2.
//!
//! Below `storage` stand `session/PROJECT/SESSION.json`, `message/SESSION/MESSAGE.json` and
//! `part/MESSAGE/PART.json`, each with the object that is a row's `data` since, its ids within. The
//! names are those ids, and ids are in the order that they were given in.
//!
//! Sources: `anomalyco/opencode:packages/opencode/src/storage/storage.ts`, and `json-migration.ts`
//! beside it, which makes rows of them.

use std::fs::Metadata;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{After, Message, PAGE_MESSAGES, Page};
use crate::follow::cabinet::{messages, sessions};
use crate::follow::follower::Follower;
use crate::follow::open::{self, Opened, Stat};
use crate::follow::rows::PAGE_BYTES;
use crate::follow::session::Id;

/// How a file's name ends.
const END: &str = ".json";
/// So many of the newest messages may change in their parts: one is answered, and some may wait.
const NEWEST: usize = 8;
/// The system stamps a write with a clock that ticks this coarsely, at worst, and a message says
/// when it was begun by one that does not: its file may be older than that.
pub(in crate::follow) const TICK_MS: i64 = 50;

/// A session whose messages and parts are files of their own.
pub(in crate::follow) struct Filed {
    /// Its own file.
    session: PathBuf,
    /// The folder of its messages.
    pub(in crate::follow) messages: PathBuf,
    /// The folder that holds one of parts for each message.
    parts: PathBuf,
    /// Longer files are not read to their end.
    cap: usize,
    /// Symbolic links are followed.
    links: bool,
}

/// What a message says of its beginning.
#[derive(Deserialize)]
struct Begun {
    #[serde(default)]
    time: Option<Created>,
}

#[derive(Deserialize)]
struct Created {
    #[serde(default)]
    created: Option<f64>,
}

/// Why a file gives no record.
enum Unread {
    /// It is not there any more, or half written: there will be another change.
    Yet,
    /// What is wrong with it.
    Broken(String),
}

impl Filed {
    /// The folder of a message's parts.
    pub(in crate::follow) fn parts_of(&self, message: &str) -> PathBuf {
        self.parts.join(message)
    }

    /// The ids of its newest messages, the last one last.
    pub(in crate::follow) fn newest(&self) -> Vec<String> {
        let mut ids = ids(&self.messages);
        ids.split_off(ids.len().saturating_sub(NEWEST))
    }

    /// When it was changed last, and what tells two changes of the same moment apart; -1 where it is gone.
    ///
    /// Only the newest messages are looked at: a session may be long, and its start changes no more.
    pub(in crate::follow) fn state(&self) -> (i64, String) {
        let Some(own) = self.stat(&self.session) else {
            return (-1, String::new());
        };
        let messages = ids(&self.messages);
        let from = messages.len().saturating_sub(NEWEST);
        let (mut newest, mut count, mut bytes) = (changed_ms(&own), messages.len(), own.size);
        for message in &messages[from..] {
            for stat in self.stats_of(message) {
                newest = newest.max(changed_ms(&stat));
                bytes += stat.size;
                count += 1;
            }
        }
        (newest, format!("{newest}.{count}.{bytes}"))
    }

    /// Reads messages that were changed since `floor`, behind `after`.
    pub(super) fn page(&self, floor: i64, after: Option<&After>) -> Page {
        let mut page = Page::default();
        if after.is_none()
            && self
                .stat(&self.session)
                .is_some_and(|stat| changed_ms(&stat) >= floor)
            && let Some((json, _)) = self.read(&self.session, &mut page)
        {
            page.messages.push(head_of(&json));
        }
        let last = after.map_or("", |(_, last)| last);
        let (mut bytes, mut count) = (0, 0);
        for id in self.changed_since(floor) {
            if id.as_str() <= last {
                continue;
            }
            if bytes >= PAGE_BYTES || count >= PAGE_MESSAGES {
                page.more = true;
                break;
            }
            if let Some(message) = self.message(id, &mut page) {
                bytes += message.json.len();
                count += 1;
                page.messages.push(message);
            }
        }
        page
    }

    /// What is known of the session itself.
    pub(super) fn head(&self) -> Option<Message> {
        self.object(&self.session)
            .ok()
            .map(|(json, _)| head_of(&json))
    }

    /// The ids of the messages that were changed since `floor`, in their order.
    ///
    /// It is gone back from the newest to the first that was written before.
    fn changed_since(&self, floor: i64) -> Vec<String> {
        let mut all = ids(&self.messages);
        if floor < 0 {
            return all;
        }
        let mut changed = Vec::new();
        for age in 0.. {
            let Some(id) = all.pop() else { break };
            let stats = match age < NEWEST {
                true => self.stats_of(&id),
                false => self.stat(&self.file_of(&id)).into_iter().collect(),
            };
            let at = stats.iter().map(changed_ms).max();
            if at.is_some_and(|at| at >= floor) {
                changed.push(id);
            } else if age >= NEWEST {
                break;
            }
        }
        changed.reverse();
        changed
    }

    /// A message with all of its parts.
    fn message(&self, id: String, page: &mut Page) -> Option<Message> {
        let (info, begun) = self.read(&self.file_of(&id), page)?;
        let mut json = format!("{{\"info\":{info},\"parts\":[");
        let folder = self.parts_of(&id);
        let mut comma = "";
        for part in ids(&folder) {
            // It is too long to be read already.
            if json.len() > self.cap {
                break;
            }
            if let Some((part, _)) = self.read(&folder.join(part + END), page) {
                json.push_str(comma);
                json.push_str(&part);
                comma = ",";
            }
        }
        json.push_str("]}");
        Some(Message {
            json,
            after: (begun, id),
        })
    }

    /// The object in a file, and when what it is of was begun.
    fn read(&self, path: &Path, page: &mut Page) -> Option<(String, i64)> {
        match self.object(path) {
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

    /// A message's file, and those of its parts.
    fn stats_of(&self, message: &str) -> Vec<Stat> {
        let folder = self.parts_of(message);
        let parts = ids(&folder).into_iter().map(|id| folder.join(id + END));
        let all = std::iter::once(self.file_of(message)).chain(parts);
        all.filter_map(|path| self.stat(&path)).collect()
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        let meta = match self.links {
            true => std::fs::metadata(path),
            false => std::fs::symlink_metadata(path),
        };
        let meta = meta.ok().filter(Metadata::is_file)?;
        Some(Stat::of(&meta))
    }

    /// The object in a file, and when what it is of was begun.
    fn object(&self, path: &Path) -> Result<(String, i64), Unread> {
        let bytes = match open::open(path, self.links) {
            Ok(Opened::File(file, _)) => {
                let mut bytes = Vec::new();
                let most = self.cap as u64 + 1;
                file.take(most).read_to_end(&mut bytes).map(|_| bytes)
            }
            Ok(Opened::Missing) => return Err(Unread::Yet),
            Ok(Opened::Other(what)) => return Err(Unread::Broken(format!("skipped: {what}"))),
            Err(error) => Err(error),
        };
        let bytes = bytes.map_err(|error| Unread::Broken(format!("cannot be read: {error}")))?;
        let is_whole = bytes.len() <= self.cap;
        let text = String::from_utf8_lossy(bytes.trim_ascii());
        if is_whole && !(text.starts_with('{') && text.ends_with('}')) {
            return Err(Unread::Yet);
        }
        let begun = match serde_json::from_str::<Begun>(&text) {
            Ok(begun) => begun.time.and_then(|time| time.created),
            Err(error) if error.is_data() || !is_whole => None,
            Err(error) => {
                return Err(Unread::Broken(format!("skipped: no JSON object: {error}")));
            }
        };
        Ok((text.into_owned(), begun.map_or(0, |begun| begun as i64)))
    }
}

impl Follower {
    /// The files of a session of a cabinet; `None` where it stands elsewhere.
    pub(in crate::follow) fn filed(&self, id: Id) -> Option<Filed> {
        let entry = self.entry(id);
        let storage = self.places[entry.place as usize].home.cabinet.as_ref()?;
        Some(Filed {
            session: sessions(storage).join(entry.filed()?),
            messages: messages(storage, entry.sid()),
            parts: storage.join("part"),
            cap: self.options.max_line_bytes,
            links: self.options.links,
        })
    }

    /// When a session of a cabinet was changed last, and its print.
    pub(in crate::follow) fn filed_state(&self, id: Id) -> Option<(i64, String)> {
        self.filed(id).map(|filed| filed.state())
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

/// The ids of the records in a folder, in their order; nothing of what is written aside.
fn ids(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut ids: Vec<String> = all
        .filter_map(|entry| {
            let name = entry.file_name();
            let id = name.to_str()?.strip_suffix(END)?;
            (!id.is_empty() && !id.starts_with('.')).then(|| id.to_owned())
        })
        .collect();
    ids.sort_unstable();
    ids
}
