//! What a path on the command line is: a state directory, an agent, a transcript, a store.

use std::path::{Path, PathBuf};

use super::layout::{Layout, OPENCLAW};
use super::names;
use super::place::expand;

/// A place to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// A state directory; it holds `agents/`.
    State(PathBuf),
    /// A directory of agents.
    Agents(PathBuf),
    /// One agent's directory; it holds `sessions/` or `agent/`.
    Agent(PathBuf),
    /// A directory of transcripts.
    Sessions(PathBuf),
    /// One transcript.
    File(PathBuf),
    /// One store.
    Store(PathBuf),
    /// The directory of another agent, or one within it.
    Tree {
        /// Where.
        path: PathBuf,
        /// What stands where in it.
        layout: &'static Layout,
        /// How many folders of the layout lead to it.
        skip: usize,
    },
    /// A transcript of another agent, or a directory of them, wherever it stands.
    Loose {
        /// Where.
        path: PathBuf,
        /// Whose it is.
        source: &'static str,
    },
}

/// Why a path is no place to follow.
#[derive(Debug, thiserror::Error)]
pub enum BadRoot {
    /// It cannot be looked at.
    #[error("cannot look at {}: {error}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A file of another kind.
    #[error("{} is neither a transcript (*.jsonl) nor a store (*.sqlite)", .0.display())]
    File(PathBuf),
    /// A directory without anything of an agent.
    #[error(
        "{} holds no agents: looked for agents/, sessions/, agent/{}, {}, *.jsonl and AGENT/sessions/",
        .0.display(), names::STORE, names::INDEX
    )]
    Directory(PathBuf),
}

impl Root {
    /// Says what `path` is by what is there.
    ///
    /// # Errors
    ///
    /// [`BadRoot`] where it cannot be read or nothing of an agent is there.
    pub fn classify(path: &Path) -> Result<Self, BadRoot> {
        let unreadable = |error| BadRoot::Unreadable {
            path: path.to_owned(),
            error,
        };
        let here = path.to_owned();
        if !std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            return match path.extension().and_then(|it| it.to_str()) {
                Some("jsonl") => Ok(Self::File(here)),
                Some("sqlite") => Ok(Self::Store(here)),
                _ => Err(BadRoot::File(here)),
            };
        }
        if path.join("agents").is_dir() {
            return Ok(Self::State(here));
        }
        if is_agent(path) {
            return Ok(Self::Agent(here));
        }
        let mut agents = false;
        for entry in std::fs::read_dir(path).map_err(unreadable)?.flatten() {
            let name = entry.file_name();
            if name == names::INDEX || name == names::STORE || names::is_transcript(&name) {
                return Ok(Self::Sessions(here));
            }
            agents |= is_agent(&entry.path());
        }
        if agents {
            return Ok(Self::Agents(here));
        }
        match path.file_name().and_then(|name| name.to_str()) {
            Some("sessions") => Ok(Self::Sessions(here)),
            Some("agents") => Ok(Self::Agents(here)),
            _ => Err(BadRoot::Directory(here)),
        }
    }

    /// What `path` will be once it exists, by its name alone; a state directory if in doubt.
    #[must_use]
    pub fn expected(path: &Path) -> Self {
        let here = path.to_owned();
        match path.extension().and_then(|it| it.to_str()) {
            Some("jsonl") => return Self::File(here),
            Some("sqlite") => return Self::Store(here),
            _ => {}
        }
        match path.file_name().and_then(|name| name.to_str()) {
            Some("sessions") => Self::Sessions(here),
            Some("agents") => Self::Agents(here),
            _ => Self::State(here),
        }
    }

    /// The path itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::State(path)
            | Self::Agents(path)
            | Self::Agent(path)
            | Self::Sessions(path)
            | Self::File(path)
            | Self::Store(path)
            | Self::Tree { path, .. }
            | Self::Loose { path, .. } => path,
        }
    }

    /// The source of what is there.
    #[must_use]
    pub fn source(&self) -> &'static str {
        match self {
            Self::State(_)
            | Self::Agents(_)
            | Self::Agent(_)
            | Self::Sessions(_)
            | Self::File(_)
            | Self::Store(_) => OPENCLAW,
            Self::Tree { layout, .. } => layout.source,
            Self::Loose { source, .. } => source,
        }
    }

    /// Whether any transcript, index or store is there: a directory may only be called like one.
    #[must_use]
    pub fn holds_anything(&self) -> bool {
        expand(self).iter().any(|home| {
            let is_store = home.store.as_ref().is_some_and(|store| store.is_file());
            let names = home.sessions.iter().flat_map(std::fs::read_dir).flatten();
            is_store
                || names.flatten().any(|entry| {
                    let name = entry.file_name();
                    name == names::INDEX || home.holds(&name)
                })
        })
    }
}

/// Whether a directory holds what an agent's does.
fn is_agent(path: &Path) -> bool {
    path.join("sessions").is_dir() || path.join("agent").is_dir()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_path_is_known_by_what_is_there() {
        let dir = tempfile::tempdir().expect("a directory");
        let at = |path: &str| dir.path().join(path);
        fs::create_dir_all(at("state/agents/main/sessions")).expect("made");
        fs::create_dir_all(at("state/agents/coder/agent")).expect("made");
        fs::create_dir_all(at("plain")).expect("made");
        fs::create_dir_all(at("custom")).expect("made");
        fs::create_dir_all(at("empty/sessions")).expect("made");
        for file in [
            "custom/a.jsonl",
            "state/agents/coder/agent/openclaw-agent.sqlite",
            "plain/x.txt",
        ] {
            fs::write(at(file), "").expect("written");
        }
        type Case = (&'static str, Option<fn(PathBuf) -> Root>);
        let cases: [Case; 9] = [
            ("state", Some(Root::State)),
            ("state/agents", Some(Root::Agents)),
            ("state/agents/main", Some(Root::Agent)),
            ("state/agents/main/sessions", Some(Root::Sessions)),
            (
                "state/agents/coder/agent/openclaw-agent.sqlite",
                Some(Root::Store),
            ),
            ("custom", Some(Root::Sessions)),
            ("custom/a.jsonl", Some(Root::File)),
            ("plain", None),
            ("plain/x.txt", None),
        ];
        for (path, want) in cases {
            let got = Root::classify(&at(path));
            match want {
                Some(root) => assert_eq!(got.expect(path), root(at(path)), "{path}"),
                None => assert!(got.is_err(), "{path}"),
            }
        }
        let error = Root::classify(&at("plain"))
            .expect_err("no agents")
            .to_string();
        assert!(error.contains("looked for agents/"), "{error}");
        assert!(Root::classify(&at("nowhere")).is_err());
    }
}
