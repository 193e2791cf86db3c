//! Cabinets: folders of sessions, messages and parts, a file each, as OpenCode kept them before it had
//! a store.
//!
//! A session's file says that it is there; what is told of it are its messages (`messages/files.rs`). The
//! folder of its messages is watched, and those of the parts of the newest, as long as it is among the
//! sessions that were read last: parts change while a step is under way, and nothing else says so.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf, absolute};

use super::entry::{Body, Entry, State};
use super::follower::Follower;
use super::interest::Interest;
use super::layout::subfolders;
use super::open::Stat;
use super::session::{Change, Id};

/// The names of the files that are sessions: `anomalyco/opencode:packages/opencode/src/id/id.ts`.
pub(super) const SESSIONS: &str = "ses_*.json";

/// The parts of so many sessions are watched: those that were read last.
const MOST_OPEN: usize = 32;

/// What stands in a folder of a cabinet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Drawer {
    /// The sessions of a project.
    Project(OsString),
    /// A folder for each session, or for each message.
    Folders,
    /// The messages of a session, or the parts of one of them.
    Session(Id),
}

/// The folder of sessions of the cabinet at `storage`.
pub(super) fn sessions(storage: &Path) -> PathBuf {
    storage.join("session")
}

/// The folder of a session's messages.
pub(super) fn messages(storage: &Path, sid: &str) -> PathBuf {
    storage.join("message").join(sid)
}

/// The cabinet that holds the folder of a project.
pub(super) fn above(project: &Path) -> Option<PathBuf> {
    let up = |project: &Path| {
        let sessions = project.parent()?;
        let is_it = sessions.file_name()? == "session";
        is_it.then(|| sessions.parent().map(Path::to_owned))?
    };
    up(project).or_else(|| up(&absolute(project).ok()?))
}

/// Whether a file of that name is a session's.
pub(super) fn is_session(name: &OsStr) -> bool {
    sid(name).is_some()
}

fn sid(name: &OsStr) -> Option<&str> {
    let sid = name.to_str()?.strip_suffix(".json")?;
    sid.starts_with("ses_").then_some(sid)
}

impl Follower {
    /// Looks at every session of a cabinet.
    pub(super) fn look_cabinet(&mut self, place: usize, changes: &mut Vec<Change>) {
        let Some(storage) = self.places[place].home.cabinet.clone() else {
            return;
        };
        self.round += 1;
        let start = changes.len();
        for project in subfolders(&sessions(&storage)) {
            let mut names: Vec<OsString> = std::fs::read_dir(&project)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.file_name())
                .filter(|name| is_session(name))
                .collect();
            names.sort();
            let project = project.file_name().unwrap_or_default();
            for name in names {
                self.look_session(place, project, &name, changes);
            }
        }
        let here = &self.places[place];
        let mut gone: Vec<Id> = here.names.values().copied().collect();
        gone.retain(|&id| {
            self.entry(id).round != self.round && self.entry(id).state == State::Here
        });
        gone.sort_unstable();
        for id in gone {
            self.entry_mut(id).state = State::Gone;
            changes.push(Change::Gone(id));
        }
        self.watch_new(changes.split_at(start).1);
    }

    /// Looks at the file of one session.
    fn look_session(
        &mut self,
        place: usize,
        project: &OsStr,
        name: &OsStr,
        changes: &mut Vec<Change>,
    ) {
        let only = self.places[place].home.only.as_deref();
        let Some(sid) =
            sid(name).filter(|_| only.is_none_or(|only| only == project || only == name))
        else {
            return;
        };
        let Some(storage) = &self.places[place].home.cabinet else {
            return;
        };
        let file = Path::new(project).join(name);
        let path = sessions(storage).join(&file);
        let known = self.sid_of_store(place, sid);
        let meta = match self.options.links {
            true => std::fs::metadata(&path),
            false => std::fs::symlink_metadata(&path),
        };
        let Some(meta) = meta.ok().filter(std::fs::Metadata::is_file) else {
            // Another project may have it by now.
            if let Some(id) = known.filter(|&id| self.entry(id).filed() == Some(&file))
                && self.entry(id).state == State::Here
            {
                self.entry_mut(id).state = State::Gone;
                changes.push(Change::Gone(id));
            }
            return;
        };
        let messages = std::fs::metadata(messages(storage, sid)).ok();
        let both = [Some(meta), messages].into_iter().flatten();
        let written = both.map(|meta| Stat::of(&meta).mtime_ns / 1_000_000).max();
        let written = written.unwrap_or_default();
        let round = self.round;
        let Some(id) = known else {
            if written >= self.since_ms() {
                let mut entry = Entry::of_cabinet(place, sid, &file, round);
                if let Body::Store(rows) = &mut entry.body {
                    (rows.newest, rows.updated_ms) = (written, written);
                }
                let slot = self.name_hash(OsStr::new(sid));
                let id = self.enter(entry);
                self.places[place].names.insert(slot, id);
                changes.push(Change::New(id));
            }
            return;
        };
        let mut open = self.places[place].newest.iter();
        let is_open = open.any(|(open, _)| *open == id);
        let state = is_open.then(|| self.filed_state(id)).flatten();
        let entry = self.entry_mut(id);
        entry.round = round;
        if entry.filed() != Some(&file) {
            entry.file_under(&file);
        }
        let was_gone = entry.state != State::Here;
        entry.state = State::Here;
        if let Body::Store(rows) = &mut entry.body {
            let is_newer = written > rows.updated_ms;
            rows.updated_ms = rows.updated_ms.max(written);
            let changed = state.is_some_and(|(newest, print)| {
                rows.newest = newest;
                rows.generation.as_deref() != Some(&*print)
            });
            if was_gone || is_newer || changed {
                changes.push(Change::Grown(id));
            }
        }
    }

    /// Looks at what an event named in a folder of a cabinet.
    pub(super) fn look_at_drawer(
        &mut self,
        (place, drawer): &(usize, Drawer),
        name: &OsStr,
        changes: &mut Vec<Change>,
    ) {
        let grown = match drawer {
            Drawer::Project(project) => {
                let known = self.sid_of_store(*place, sid(name).unwrap_or_default());
                self.look_session(*place, project, name, changes);
                known
            }
            Drawer::Folders => self.session_of_folder(*place, name),
            Drawer::Session(id) => Some(*id),
        };
        // Its number may be another's by now.
        let is_its = |id: &Id| {
            let entry = self.entry(*id);
            let is_here = entry.state == State::Here && entry.place as usize == *place;
            is_here && entry.filed().is_some()
        };
        if let Some(id) = grown.filter(is_its) {
            // Two changes of the same moment may look alike: reading finds out.
            if let Body::Store(rows) = &mut self.entry_mut(id).body {
                rows.generation = None;
            }
            changes.push(Change::Grown(id));
        }
    }

    /// The session whose messages a new folder is for, or the parts of one of the newest of them.
    fn session_of_folder(&self, place: usize, name: &OsStr) -> Option<Id> {
        let name = name.to_str()?;
        self.sid_of_store(place, name).or_else(|| {
            let mut open = self.places[place].newest.iter();
            let is_its = |messages: &[String]| messages.iter().any(|message| message == name);
            open.find(|(_, messages)| is_its(messages))
                .map(|(id, _)| *id)
        })
    }

    /// Watches what of new sessions changes.
    pub(super) fn watch_new(&mut self, changes: &[Change]) {
        for change in changes {
            if let Change::New(id) = change {
                self.watch_filed(*id, false);
            }
        }
    }

    /// Watches the messages of a session of a cabinet, and with `parts` those of the newest too.
    pub(super) fn watch_filed(&mut self, id: Id, parts: bool) {
        if !self.options.follow {
            return;
        }
        let Some(filed) = self.filed(id) else { return };
        let place = self.entry(id).place as usize;
        let mut folders = vec![filed.messages.clone()];
        if parts {
            let newest = filed.newest();
            folders.extend(newest.iter().map(|message| filed.parts_of(message)));
            let open = &mut self.places[place].newest;
            let was = open.iter().position(|(known, _)| *known == id);
            let mut over: Vec<String> = was.map(|at| open.remove(at).1).unwrap_or_default();
            over.retain(|message| !newest.contains(message));
            open.push((id, newest));
            if open.len() > MOST_OPEN {
                over.extend(open.remove(0).1);
            }
            let over = over.iter().map(|message| filed.parts_of(message));
            self.unwatch(&over.collect::<Vec<_>>());
        }
        let drawer = Drawer::Session(id);
        self.watch_also(folders, &Interest::of_drawer(place, drawer));
    }

    /// The folders of a cabinet that matter, and what is in each.
    pub(super) fn drawers(&self, place: usize) -> Vec<(PathBuf, Drawer)> {
        let Some(storage) = self.places[place].home.cabinet.as_ref() else {
            return Vec::new();
        };
        let mut drawers = Vec::new();
        for project in subfolders(&sessions(storage)) {
            let name = project.file_name().unwrap_or_default().to_owned();
            drawers.push((project, Drawer::Project(name)));
        }
        for name in ["message", "part"] {
            drawers.push((storage.join(name), Drawer::Folders));
        }
        let mut ids: Vec<Id> = self.places[place].names.values().copied().collect();
        ids.sort_unstable();
        for id in ids {
            let filed = self.filed(id).filter(|filed| filed.messages.is_dir());
            drawers.extend(filed.map(|filed| (filed.messages, Drawer::Session(id))));
        }
        for (id, messages) in &self.places[place].newest {
            let Some(filed) = self.filed(*id) else {
                continue;
            };
            let parts = messages.iter().map(|message| filed.parts_of(message));
            let there = parts.filter(|path| path.is_dir());
            drawers.extend(there.map(|path| (path, Drawer::Session(*id))));
        }
        drawers
    }
}
