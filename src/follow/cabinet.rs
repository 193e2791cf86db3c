//! Cabinets: folders of sessions, messages and parts, a file each, as OpenCode kept them before it had
//! a store.
//!
//! A session's file says that it is there; what is told of it are its messages (`messages/files.rs`). Files
//! are called by ids; where one is not, the id is read from it (`messages/ids.rs`).
//! Which of the folders are watched: `drawers.rs`.

use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::path::{Path, PathBuf, absolute};
use std::time::{Duration, SystemTime};

use super::entry::{Body, Entry, State};
use super::follower::Follower;
use super::layout::subfolders;
use super::open::Stat;
use super::session::{Change, Id};

/// The names of the files that are sessions: `anomalyco/opencode:packages/opencode/src/id/id.ts`.
pub(super) const SESSIONS: &str = "ses_*.json";

/// Sessions that were written so lately may be at work: their parts are looked at with everything else.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// The folder of sessions of the cabinet at `storage`.
pub(super) fn sessions(storage: &Path) -> PathBuf {
    storage.join("session")
}

/// The folder of a session's messages.
pub(super) fn messages(storage: &Path, sid: &str) -> PathBuf {
    storage.join("message").join(sid)
}

/// The folder of the folders of parts, one for each message.
pub(super) fn parts(storage: &Path) -> PathBuf {
    storage.join("part")
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
    session_name(name).is_some()
}

/// The name of a session's file without its ending: the session's id, where that does not stand in it alone.
pub(super) fn session_name(name: &OsStr) -> Option<&str> {
    let sid = name.to_str()?.strip_suffix(".json")?;
    sid.starts_with("ses_").then_some(sid)
}

impl Follower {
    /// Looks at every session of a cabinet.
    pub(super) fn look_cabinet(&mut self, place: usize, changes: &mut Vec<Change>) {
        let Some(storage) = self.places[place].home.cabinet.clone() else {
            return;
        };
        let reading = self.reading_files();
        if let Some(left) = self.places[place].ids.look_for_parts(&storage, reading) {
            let text = format!(
                "{left} parts are left out: only the last {} are followed",
                reading.loose
            );
            self.note(&parts(&storage), text);
        }
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
    pub(super) fn look_session(
        &mut self,
        place: usize,
        project: &OsStr,
        name: &OsStr,
        changes: &mut Vec<Change>,
    ) {
        let only = self.places[place].home.only.as_deref();
        let Some(own) =
            session_name(name).filter(|_| only.is_none_or(|only| only == project || only == name))
        else {
            return;
        };
        let Some(storage) = &self.places[place].home.cabinet else {
            return;
        };
        let file = Path::new(project).join(name);
        let path = sessions(storage).join(&file);
        let ids = &self.places[place].ids;
        let Some(meta) = self.meta_of(&path) else {
            let known = self.sid_of_store(place, &ids.known_session(&file, own));
            ids.forget_session(&file);
            if let Some(id) = known.filter(|&id| self.entry(id).filed() == Some(&file))
                && self.entry(id).state == State::Here
            {
                // It may have been given to another project.
                if let Some(now) = self.project_of(place, name).filter(|now| now != project) {
                    return self.look_session(place, &now, name, changes);
                }
                self.entry_mut(id).state = State::Gone;
                changes.push(Change::Gone(id));
            }
            return;
        };
        let Some(sid) = ids.session(storage, &file, own, self.reading_files()) else {
            return;
        };
        let sid = &*sid;
        let known = self.sid_of_store(place, sid);
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
        let is_open = open.any(|(open, parts)| *open == id && !parts.is_empty());
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let lately = since.unwrap_or_default().saturating_sub(FRESH).as_millis() as i64;
        let is_fresh = written.max(self.changed_ms(id)) >= lately;
        let state = (is_open || is_fresh).then(|| self.filed_state(id));
        let state = state.flatten();
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

    /// The project that a session stands in, where it is one that we follow.
    fn project_of(&self, place: usize, name: &OsStr) -> Option<OsString> {
        let home = &self.places[place].home;
        let only = home.only.as_deref();
        let projects = subfolders(&sessions(home.cabinet.as_ref()?)).into_iter();
        let mut wanted = projects.filter(|path| {
            let project = path.file_name();
            only.is_none_or(|only| only == name || project == Some(only))
        });
        let project = wanted.find(|project| self.meta_of(&project.join(name)).is_some())?;
        project.file_name().map(OsStr::to_owned)
    }

    /// What the system says of a file; `None` where there is none that we read.
    fn meta_of(&self, path: &Path) -> Option<Metadata> {
        let meta = match self.options.links {
            true => std::fs::metadata(path),
            false => std::fs::symlink_metadata(path),
        };
        meta.ok().filter(Metadata::is_file)
    }
}
