//! Where agents keep things when nobody says: OpenClaw by its own rules, in its own order, then the others.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::layout::Layout;
use super::layouts::LAYOUTS;
use super::root::{BadRoot, Root};

/// The variable that says where all transcripts are.
const EVERYTHING: &str = "TRANSCRIPT_DIR";

/// What the process was born into, handed in so that tests can make it up.
pub struct Surroundings<'a> {
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// Looks an environment variable up.
    pub var: &'a dyn Fn(&str) -> Option<OsString>,
}

/// A place that was found, and why it was looked at.
#[derive(Debug)]
pub struct Found {
    /// Where.
    pub path: PathBuf,
    /// What sent us there: a variable or a rule.
    pub why: &'static str,
    /// What it is; an error only where a variable named it.
    pub root: Result<Root, BadRoot>,
}

/// Finds the state directories: what a variable names, else all that exist under the home.
///
/// `TRANSCRIPT_DIR` beats `OPENCLAW_STATE_DIR` and its older names, which beat
/// `~/.openclaw`, `~/.clawdbot`, `~/.moltbot` and the profiles `~/.openclaw-*`.
/// `OPENCLAW_HOME` moves `~`.
///
/// The directories of other agents are found as well, unless `TRANSCRIPT_DIR` says where
/// everything is.
#[must_use]
pub fn discover(env: &Surroundings<'_>) -> Vec<Found> {
    let mut found = own(env);
    if found.first().is_none_or(|found| found.why != EVERYTHING) {
        found.extend(others(env));
    }
    found
}

/// What OpenClaw's own rules find.
fn own(env: &Surroundings<'_>) -> Vec<Found> {
    let var = |name| (env.var)(name).filter(|value| !value.is_empty());
    let home = home(env);
    for why in [
        EVERYTHING,
        "OPENCLAW_STATE_DIR",
        "CLAWDBOT_STATE_DIR",
        "MOLTBOT_STATE_DIR",
    ] {
        if let Some(value) = var(why) {
            let path = expand(PathBuf::from(value), home.as_deref());
            let root = Root::classify(&path);
            return vec![Found { path, why, root }];
        }
    }
    let Some(home) = home else {
        return Vec::new();
    };
    let mut found: Vec<Found> = [
        (".openclaw", "the state directory of OpenClaw"),
        (".clawdbot", "the state directory of Clawdbot"),
        (".moltbot", "the state directory of Moltbot"),
    ]
    .into_iter()
    .filter_map(|(name, why)| existing(home.join(name), why))
    .collect();
    let mut profiles: Vec<PathBuf> = std::fs::read_dir(&home)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(b".openclaw-")
        })
        .map(|entry| entry.path())
        .collect();
    profiles.sort();
    found.extend(
        profiles
            .into_iter()
            .filter_map(|path| existing(path, "a profile of OpenClaw")),
    );
    found
}

/// The directories of the other agents: what a variable names, else the one below the home.
fn others(env: &Surroundings<'_>) -> impl Iterator<Item = Found> {
    LAYOUTS.iter().filter_map(|layout| {
        let (path, why) = place_of(layout, env)?;
        is_there(layout, &path).then(|| Found {
            root: Ok(Root::Tree {
                path: path.clone(),
                layout,
                skip: 0,
            }),
            path,
            why,
        })
    })
}

/// Where something will be once OpenClaw has run, for whoever waits for it: what a variable
/// names, else `~/.openclaw`.
#[must_use]
pub fn awaited(env: &Surroundings<'_>) -> Option<Root> {
    let missing = |bad: &BadRoot| match bad {
        BadRoot::Unreadable { error, .. } => error.kind() == std::io::ErrorKind::NotFound,
        BadRoot::Directory(_) => true,
        BadRoot::File(_) => false,
    };
    match own(env).into_iter().next() {
        Some(Found {
            path,
            root: Err(bad),
            ..
        }) => missing(&bad).then(|| Root::expected(&path)),
        Some(_) => None,
        None => home(env).map(|home| Root::State(home.join(".openclaw"))),
    }
}

/// Where the other agents' transcripts will be, of those that are not here yet.
#[must_use]
pub fn awaited_others(env: &Surroundings<'_>) -> Vec<Root> {
    let everything = (env.var)(EVERYTHING).filter(|value| !value.is_empty());
    if everything.is_some() {
        return Vec::new();
    }
    let places = LAYOUTS.iter().filter_map(|layout| {
        let (path, _) = place_of(layout, env)?;
        (!is_there(layout, &path)).then_some(Root::Tree {
            path,
            layout,
            skip: 0,
        })
    });
    places.collect()
}

/// The directory of an agent, and why it is that one.
fn place_of(layout: &Layout, env: &Surroundings<'_>) -> Option<(PathBuf, &'static str)> {
    let named = layout.variables.iter().find_map(|name| {
        let (variable, below) = name.split_once('/').unwrap_or((name, ""));
        let value = (env.var)(variable).filter(|value| !value.is_empty())?;
        let place = expand(PathBuf::from(value), env.home.as_deref());
        let place = if below.is_empty() {
            place
        } else {
            place.join(below)
        };
        Some((place, variable))
    });
    let home = env.home.as_ref().filter(|_| !layout.home.is_empty());
    named.or_else(|| Some((home?.join(layout.home), layout.title)))
}

/// Whether an agent has kept anything there yet.
fn is_there(layout: &Layout, path: &Path) -> bool {
    let mut kinds = layout.files.iter();
    kinds.any(|files| match files.folders.first() {
        Some(folder) => path.join(folder).is_dir(),
        None if files.is_store() => path.join(files.name).is_file(),
        None => path.is_dir(),
    })
}

/// The home directory, which a variable may move.
fn home(env: &Surroundings<'_>) -> Option<PathBuf> {
    let moved = (env.var)("OPENCLAW_HOME").filter(|value| !value.is_empty());
    moved.map_or_else(|| env.home.clone(), |home| Some(home.into()))
}

/// A place of a rule counts only where something is there.
fn existing(path: PathBuf, why: &'static str) -> Option<Found> {
    let root = Root::classify(&path).ok()?;
    Some(Found {
        path,
        why,
        root: Ok(root),
    })
}

/// `~/x` in a variable means what it means in a shell.
fn expand(path: PathBuf, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn variables_beat_the_home_and_all_that_exists_is_found() {
        let dir = tempfile::tempdir().expect("a directory");
        let home = dir.path();
        for name in [
            ".openclaw",
            ".clawdbot",
            ".openclaw-work",
            "moved/.moltbot",
            "own",
        ] {
            fs::create_dir_all(home.join(name).join("agents/main/sessions")).expect("made");
        }
        fs::create_dir_all(home.join(".openclaw-empty")).expect("made");
        let moved = home.join("moved").into_os_string();
        type Case<'a> = (&'a [(&'a str, OsString)], &'a [&'a str]);
        let cases: [Case<'_>; 5] = [
            (&[], &[".openclaw", ".clawdbot", ".openclaw-work"]),
            (
                &[("TRANSCRIPT_DIR", "~/own/agents/main".into())],
                &["own/agents/main"],
            ),
            (&[("CLAWDBOT_STATE_DIR", home.join("own").into())], &["own"]),
            (&[("OPENCLAW_HOME", moved)], &["moved/.moltbot"]),
            (
                &[("OPENCLAW_STATE_DIR", home.join("nowhere").into())],
                &["nowhere"],
            ),
        ];
        for (vars, want) in cases {
            let found = discover(&Surroundings {
                home: Some(home.to_owned()),
                var: &|name| {
                    vars.iter()
                        .find(|(it, _)| *it == name)
                        .map(|(_, value)| value.clone())
                },
            });
            let got: Vec<_> = found.iter().map(|it| it.path.clone()).collect();
            let want: Vec<_> = want.iter().map(|it| home.join(it)).collect();
            assert_eq!(got, want, "{vars:?}");
        }
    }

    #[test]
    fn what_is_not_there_yet_is_awaited_where_it_will_be() {
        let dir = tempfile::tempdir().expect("a directory");
        let home = dir.path();
        fs::create_dir_all(home.join("empty")).expect("made");
        fs::write(home.join("file"), "").expect("written");
        let at = |var: Option<&str>| {
            awaited(&Surroundings {
                home: Some(home.to_owned()),
                var: &|name| {
                    let value = var.filter(|_| name == "OPENCLAW_STATE_DIR")?;
                    Some(home.join(value).into())
                },
            })
        };
        assert_eq!(at(None), Some(Root::State(home.join(".openclaw"))));
        assert_eq!(at(Some("empty")), Some(Root::State(home.join("empty"))));
        assert_eq!(at(Some("none")), Some(Root::State(home.join("none"))));
        assert_eq!(at(Some("file")), None, "it is something else");
        fs::create_dir_all(home.join(".openclaw/agents")).expect("made");
        assert_eq!(at(None), None, "it is there");
        let nowhere = Surroundings {
            home: None,
            var: &|_| None,
        };
        assert_eq!(awaited(&nowhere), None);
    }

    #[test]
    fn other_agents_are_found_beside_it_and_awaited_where_they_will_be() {
        let dir = tempfile::tempdir().expect("a directory");
        let home = dir.path();
        fs::create_dir_all(home.join(".openclaw/agents/main/sessions")).expect("made");
        fs::create_dir_all(home.join("moved/projects")).expect("made");
        let look = |vars: &[(&str, &str)]| {
            let env = Surroundings {
                home: Some(home.to_owned()),
                var: &|name| {
                    let (_, value) = vars.iter().find(|(it, _)| *it == name)?;
                    Some(home.join(value).into())
                },
            };
            let found = discover(&env).into_iter().map(|it| it.path);
            let awaited = awaited_others(&env).into_iter();
            let awaited = awaited.map(|root| root.path().to_owned());
            (found.collect::<Vec<_>>(), awaited.collect::<Vec<_>>())
        };
        let at = |path: &str| home.join(path);
        let own = at(".openclaw");
        let others = |here: &[&str]| -> Vec<PathBuf> {
            let missing = LAYOUTS.iter().filter(|it| !here.contains(&it.source));
            // One that has no usual place is where its variable says, or nowhere.
            let placed = missing.filter(|it| !it.home.is_empty());
            placed.map(|it| home.join(it.home)).collect()
        };
        assert_eq!(look(&[]), (vec![own.clone()], others(&[])));
        let moved = [("CLAUDE_CONFIG_DIR", "moved")];
        let want = (vec![own.clone(), at("moved")], others(&["claude"]));
        assert_eq!(look(&moved), want);
        fs::create_dir_all(home.join("moved/.gemini/tmp")).expect("made");
        let moved = [("GEMINI_CLI_HOME", "moved")];
        let want = (vec![own.clone(), at("moved/.gemini")], others(&["gemini"]));
        assert_eq!(look(&moved), want, "the variable names the folder above");
        let only = [
            ("CLAUDE_CONFIG_DIR", "moved"),
            ("TRANSCRIPT_DIR", ".openclaw"),
        ];
        assert_eq!(look(&only), (vec![own], vec![]));
    }
}
