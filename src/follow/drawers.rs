//! What in a cabinet is watched, and what an event there is about.
//!
//! The folders of projects are watched: a request writes its session's own file first. Of the sessions
//! that changed last the folder of messages is watched as well, and those of the parts of their newest
//! messages: parts change while a step is under way, and nothing else says so.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::cabinet::{parts, session_name, sessions};
use super::entry::{Body, State};
use super::follower::Follower;
use super::interest::Interest;
use super::layout::subfolders;
use super::messages::Filed;
use super::session::{Change, Id};

/// The messages of so many sessions are watched; there may be thousands, and watches are few.
pub(super) const MOST_SESSIONS: usize = 256;
/// The parts of so many messages are watched, of all sessions together.
pub(super) const MOST_PARTS: usize = 256;
/// Of so many in each session at least, as long as others are let go of.
const FEWEST: usize = 2;

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

impl Follower {
    /// Looks at what an event named in a folder of a cabinet.
    pub(super) fn look_at_drawer(
        &mut self,
        (place, drawer): &(usize, Drawer),
        name: &OsStr,
        changes: &mut Vec<Change>,
    ) {
        let grown = match drawer {
            Drawer::Project(project) => {
                let file = Path::new(project).join(name);
                let own = session_name(name).unwrap_or_default();
                let sid = self.places[*place].ids.known_session(&file, own);
                let known = self.sid_of_store(*place, &sid);
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

    /// The session whose messages a new folder is for, or the parts of one of the newest of them; or that of a
    /// part that lies beside those folders.
    fn session_of_folder(&self, place: usize, name: &OsStr) -> Option<Id> {
        let here = &self.places[place];
        let storage = here.home.cabinet.as_ref()?;
        let owner = here.ids.owner(storage, name, self.reading_files());
        let name = match &owner {
            Some(message) => message,
            None => name.to_str()?,
        };
        self.sid_of_store(place, name).or_else(|| {
            let mut open = self.places[place].newest.iter();
            let is_its = |messages: &[String]| messages.iter().any(|message| message == name);
            open.find(|(_, messages)| is_its(messages))
                .map(|(id, _)| *id)
        })
    }

    /// Watches what of new sessions changes; of many, of those that changed last.
    pub(super) fn watch_new(&mut self, changes: &[Change]) {
        let new = changes.iter().filter_map(|change| match change {
            Change::New(id) => self.entry(*id).filed().map(|_| *id),
            _ => None,
        });
        let mut new: Vec<Id> = new.collect();
        new.sort_by_key(|&id| self.changed_ms(id));
        let over = new.len().saturating_sub(MOST_SESSIONS);
        for id in new.split_off(over) {
            self.watch_filed(id);
        }
    }

    /// Watches the messages of a session of a cabinet.
    pub(super) fn watch_filed(&mut self, id: Id) {
        let Some(filed) = self.filed(id).filter(|_| self.options.follow) else {
            return;
        };
        let place = self.entry(id).place as usize;
        let open = &mut self.places[place].newest;
        let was = open.iter().position(|(known, _)| *known == id);
        let parts = was.map(|at| open.remove(at).1).unwrap_or_default();
        open.push((id, parts));
        self.let_go(place);
        let interest = Interest::of_drawer(place, Drawer::Session(id));
        self.watch_also(vec![filed.messages], &interest);
    }

    /// Watches the parts of the newest of a session's messages, `all` of which are given, once those are watched.
    pub(super) fn watch_parts(&mut self, id: Id, filed: &Filed, all: &[String]) {
        let place = self.entry(id).place as usize;
        let newest = filed.growing(all);
        let mut open = self.places[place].newest.iter_mut();
        let Some((_, known)) = open.find(|(open, _)| *open == id) else {
            return;
        };
        let mut over = std::mem::replace(known, newest.clone());
        over.retain(|message| !newest.contains(message));
        let over = over.iter().map(|message| filed.parts_of(message));
        self.unwatch(&over.collect::<Vec<_>>());
        self.let_go(place);
        let folders = newest.iter().map(|message| filed.parts_of(message));
        let interest = Interest::of_drawer(place, Drawer::Session(id));
        self.watch_also(folders.collect(), &interest);
    }

    /// Lets go of what is watched beyond measure: where sessions changed longest ago, and never in the
    /// one that was read last.
    fn let_go(&mut self, place: usize) {
        loop {
            let open = &self.places[place].newest;
            let parts: usize = open.iter().map(|(_, parts)| parts.len()).sum();
            let Some((_, others)) = open.split_last() else {
                return;
            };
            let oldest = |fewest: usize| {
                let others = others.iter().enumerate();
                others
                    .filter(|(_, (_, parts))| parts.len() >= fewest)
                    .min_by_key(|(_, (id, _))| self.changed_ms(*id))
                    .map(|(at, _)| at)
            };
            let (at, left) = if open.len() > MOST_SESSIONS {
                (oldest(0), None)
            } else if parts > MOST_PARTS {
                match oldest(FEWEST + 1) {
                    Some(at) => (Some(at), Some(FEWEST)),
                    None => (oldest(1), Some(0)),
                }
            } else {
                return;
            };
            let Some(at) = at else { return };
            let filed = self.filed(open[at].0);
            let open = &mut self.places[place].newest;
            let (over, folder) = match left {
                Some(left) => {
                    let parts = &mut open[at].1;
                    (parts.drain(..parts.len() - left).collect(), false)
                }
                None => (open.remove(at).1, true),
            };
            if let Some(filed) = filed {
                let over: Vec<String> = over;
                let mut folders: Vec<PathBuf> = over.iter().map(|it| filed.parts_of(it)).collect();
                folders.extend(folder.then_some(filed.messages));
                self.unwatch(&folders);
            }
        }
    }

    /// When a session was changed last, as far as it was read or looked at.
    pub(super) fn changed_ms(&self, id: Id) -> i64 {
        match &self.entry(id).body {
            Body::Store(rows) => rows.updated_ms,
            Body::File(_) => i64::MIN,
        }
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
        for folder in [storage.join("message"), parts(storage)] {
            drawers.push((folder, Drawer::Folders));
        }
        for (id, messages) in &self.places[place].newest {
            let Some(filed) = self.filed(*id) else {
                continue;
            };
            let parts = messages.iter().map(|message| filed.parts_of(message));
            let folders = parts.chain([filed.messages.clone()]);
            let there = folders.filter(|path| path.is_dir());
            drawers.extend(there.map(|path| (path, Drawer::Session(*id))));
        }
        drawers
    }
}
