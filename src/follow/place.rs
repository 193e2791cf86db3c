//! Where one agent keeps its transcripts, and how roots become such places.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::time::Instant;

use foldhash::{HashMap, HashMapExt as _};

use super::database::{Database, Schema};
use super::index::Index;
use super::layout::{Files, OPENCLAW, loose_files};
use super::messages::Ids;
use super::root::Root;
use super::session::{Era, Id};
use super::wait::Looks;
use super::{cabinet, names};
use crate::wire::event::Name;

/// The directories of one agent, by name alone: neither needs to exist.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Home {
    pub(super) agent: Name,
    /// The source of what is there.
    pub(super) source: &'static str,
    /// Which files are transcripts; without it OpenClaw's rules say so.
    pub(super) files: Option<&'static Files>,
    /// The session that started those in it.
    pub(super) parent: Option<Name>,
    /// The directory of transcripts.
    pub(super) sessions: Option<PathBuf>,
    /// The SQLite store.
    pub(super) store: Option<PathBuf>,
    /// The folder of sessions, messages and parts, a file each, that the store was before.
    pub(super) cabinet: Option<PathBuf>,
    /// The one transcript to follow there, or the one project of a cabinet.
    pub(super) only: Option<OsString>,
}

/// One agent as it is followed.
pub(super) struct Place {
    pub(super) home: Home,
    /// The directory of sessions as shown, with a slash.
    pub(super) shown: Name,
    /// The store as shown.
    pub(super) store_shown: Name,
    /// Which of the two is alive.
    pub(super) era: Era,
    /// Transcripts by a hash of their file name, or sessions of the store by one of their id.
    pub(super) names: HashMap<u64, Id>,
    pub(super) index: Index,
    pub(super) database: Option<Database>,
    /// Looks at the store that follow an event.
    pub(super) looks: Option<Looks>,
    /// How often in a row the store could not be read.
    pub(super) failures: u32,
    /// The sessions of a cabinet that are watched, the last one read last, with the messages whose parts are.
    pub(super) newest: Vec<(Id, Vec<String>)>,
    /// What the names of a cabinet's files do not tell.
    pub(super) ids: Arc<Ids>,
}

impl Home {
    /// No place at all.
    pub(super) fn nowhere() -> Self {
        Self {
            agent: Name::from(""),
            source: OPENCLAW,
            files: None,
            parent: None,
            sessions: None,
            store: None,
            cabinet: None,
            only: None,
        }
    }

    /// Whether a file of that name is a transcript, or the log of a session's stream.
    pub(super) fn holds(&self, name: &OsStr) -> bool {
        match self.files {
            None => names::is_transcript(name) || names::streamed(name).is_some(),
            Some(files) => files.takes(name),
        }
    }

    /// Whether there is anything beside the store.
    pub(super) fn has_files(&self) -> bool {
        self.sessions.is_some() || self.cabinet.is_some()
    }

    /// Whether the same names are transcripts in both; in one directory may stand several kinds.
    pub(super) fn is_alike(&self, other: &Self) -> bool {
        let name = |home: &Self| home.files.map(|files| files.name);
        let names = name(self).zip(name(other));
        names.is_none_or(|(one, two)| one == two)
    }

    /// Whose tables its store should hold.
    pub(super) fn schema(&self) -> Schema {
        match self.source {
            OPENCLAW => Schema::Rows,
            _ => Schema::Messages,
        }
    }

    /// Whether a file of that name is left out, since only another one is asked for.
    pub(super) fn leaves_out(&self, name: &OsStr) -> bool {
        let own = |only: &OsStr| {
            let log = names::streamed(name).filter(|_| self.files.is_none());
            only == name || log.is_some_and(|sid| names::is_file_of(only, sid))
        };
        self.only.as_deref().is_some_and(|only| !own(only))
    }

    /// A directory of transcripts, or one of them, that was named on the command line.
    fn loose(path: &Path, source: &'static str) -> Self {
        let is_folder = path.is_dir();
        if is_store(path) {
            return Self {
                source,
                store: Some(path.to_owned()),
                ..Self::nowhere()
            };
        }
        let files = match is_folder {
            true => loose_files(Path::new("x.jsonl")),
            false => loose_files(path),
        };
        let folder = match path.parent().filter(|it| !it.as_os_str().is_empty()) {
            _ if is_folder => path,
            Some(folder) => folder,
            None => Path::new("."),
        };
        let only = path.file_name().map(OsStr::to_owned).filter(|_| !is_folder);
        let is_filed = only.as_deref().is_some_and(cabinet::is_session);
        let cabinet = is_filed.then(|| cabinet::above(folder)).flatten();
        Self {
            source,
            files: Some(files),
            sessions: Some(folder.to_owned()).filter(|_| cabinet.is_none()),
            cabinet,
            only,
            ..Self::nowhere()
        }
    }
}

/// Whether a path is named like a store, which nobody opens to look into it.
fn is_store(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "db")
}

impl Place {
    pub(super) fn new(home: Home) -> Self {
        let filed = home.cabinet.as_deref().map(cabinet::sessions);
        let shown = match home.sessions.as_ref().or(filed.as_ref()) {
            Some(path) => path.join("").to_string_lossy().into(),
            None => Name::from(""),
        };
        let store_shown = match &home.store {
            Some(path) => path.to_string_lossy().into(),
            None => Name::from(""),
        };
        Self {
            store_shown,
            database: home
                .store
                .clone()
                .map(|path| Database::new(path, home.schema())),
            home,
            shown,
            era: Era::Files,
            names: HashMap::new(),
            index: Index::default(),
            looks: None,
            failures: 0,
            newest: Vec::new(),
            ids: Arc::default(),
        }
    }

    /// No agent's: another one may have its number.
    pub(super) fn vacant() -> Self {
        Self::new(Home::nowhere())
    }

    /// Whether it is no agent's.
    pub(super) fn is_vacant(&self) -> bool {
        let home = &self.home;
        home.sessions.is_none() && home.store.is_none() && home.cabinet.is_none()
    }

    /// When the next look at its store or its index is due.
    pub(super) fn due(&self) -> Option<Instant> {
        let store = self.looks.as_ref().map(Looks::due);
        let index = self.index.not_before.filter(|_| self.index.waiting);
        store.into_iter().chain(index).min()
    }
}

/// The agents under `root`, sorted by name.
pub(super) fn expand(root: &Root) -> Vec<Home> {
    match root {
        Root::State(path) => agents(&path.join("agents")),
        Root::Agents(path) => agents(path),
        Root::Agent(path) => vec![agent(path)],
        Root::Sessions(path) => vec![sessions(path)],
        Root::File(path) => {
            let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
            vec![Home {
                store: None,
                only: path.file_name().map(OsStr::to_owned),
                ..sessions(folder.unwrap_or(Path::new(".")))
            }]
        }
        Root::Tree { path, layout, skip } => {
            let kinds = layout.files.iter();
            kinds
                .flat_map(|files| files.homes(layout, path, *skip))
                .collect()
        }
        Root::Loose { path, source } => vec![Home::loose(path, source)],
        Root::Store(path) => vec![Home {
            agent: store_agent(path),
            store: Some(path.clone()),
            ..Home::nowhere()
        }],
    }
}

fn agents(path: &Path) -> Vec<Home> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    paths.sort();
    paths.iter().map(|path| agent(path)).collect()
}

fn agent(path: &Path) -> Home {
    Home {
        agent: base_name(path),
        sessions: Some(path.join("sessions")),
        store: Some(path.join("agent").join(names::STORE)),
        ..Home::nowhere()
    }
}

/// A sessions directory stands in its agent's, unless the user has put it elsewhere.
fn sessions(path: &Path) -> Home {
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    let home = match (path.file_name(), parent) {
        (Some(name), Some(parent)) if name == "sessions" => agent(parent),
        (Some(name), None) if name == "sessions" => agent(Path::new(".")),
        _ => Home {
            store: Some(path.join(names::STORE)),
            ..agent(path)
        },
    };
    Home {
        sessions: Some(path.to_owned()),
        ..home
    }
}

/// `<id>/agent/openclaw-agent.sqlite`, else the `<id>` of `<name>.<id>.sqlite`, else the directory's name.
fn store_agent(path: &Path) -> Name {
    let folder = path.parent().unwrap_or(Path::new("."));
    if folder.file_name().is_some_and(|name| name == "agent") {
        return base_name(folder.parent().unwrap_or(Path::new(".")));
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    match stem.rsplit_once('.') {
        Some((_, agent)) if !agent.is_empty() => agent.into(),
        _ if path.file_name().is_some_and(|name| name == names::STORE) => base_name(folder),
        _ => stem.into(),
    }
}

/// The last name of a path, also of `.` and `..`.
fn base_name(path: &Path) -> Name {
    let whole = match path.file_name() {
        Some(_) => path.to_owned(),
        None => path
            .canonicalize()
            .or_else(|_| absolute(path))
            .unwrap_or_default(),
    };
    whole
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_root_leads_to_the_same_agent() {
        let agent = Path::new("/s/agents/main");
        let roots = [
            Root::Agent(agent.into()),
            Root::Sessions(agent.join("sessions")),
        ];
        for root in roots {
            let [home] = &expand(&root)[..] else {
                unreachable!("one agent: {root:?}");
            };
            assert_eq!(&*home.agent, "main", "{root:?}");
            assert_eq!(home.sessions, Some(agent.join("sessions")), "{root:?}");
            assert_eq!(
                home.store,
                Some(agent.join("agent/openclaw-agent.sqlite")),
                "{root:?}"
            );
        }
        let one = &expand(&Root::File(agent.join("sessions/a.jsonl")))[0];
        assert_eq!(
            (&*one.agent, one.only.as_deref()),
            ("main", Some(OsStr::new("a.jsonl")))
        );
    }

    #[test]
    fn a_store_names_its_agent() {
        let cases = [
            ("/s/agents/main/agent/openclaw-agent.sqlite", "main"),
            ("/x/foo.coder.sqlite", "coder"),
            ("/x/foo.sqlite", "foo"),
            ("/x/openclaw-agent.sqlite", "x"),
        ];
        for (path, want) in cases {
            assert_eq!(&*store_agent(Path::new(path)), want, "{path}");
        }
    }
}
