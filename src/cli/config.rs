//! Settings: flags, then the environment, then files, then defaults.
//!
//! A setting has one name everywhere: the long flag `--max-lines` is the key
//! `max-lines` of the file and the variable `LIVE_STATUS_MAX_LINES`. What these
//! say becomes the flag's default value, so the same parser checks it. The
//! variables that operators of the earlier daemon know are clap's own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Args, Command, Subcommand};
use serde_json::{Value, json};

use super::args::Global;
use super::failure::Failure;
use super::output;
use crate::safe::visible;

/// Further names of variables, and the settings they stand for.
pub(super) const OLD_NAMES: [(&str, &str); 1] = [("MM_BASE_URL", "url")];

/// Show settings and where each comes from
#[derive(Args, Debug)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Print every setting as `run` would have it
    Show {
        /// Add where each value comes from: environment, file or default
        #[arg(long)]
        origin: bool,
    },
    /// Check the settings files and name what is wrong with them
    Check,
}

/// What the settings files say.
#[derive(Debug, Default)]
pub(super) struct File {
    settings: Vec<Setting>,
    remarks: Vec<String>,
    read: Vec<PathBuf>,
}

#[derive(Debug)]
struct Setting {
    key: String,
    values: Vec<String>,
    /// A file's path or `environment NAME`.
    origin: String,
}

/// Reads the files that `args` and the environment name.
///
/// # Errors
///
/// A file that is named and cannot be read, and one that is no TOML.
pub(super) fn load(args: &[OsString]) -> Result<File, Failure> {
    let named = named(args).or_else(|| std::env::var_os("LIVE_STATUS_CONFIG").map(PathBuf::from));
    let mut file = File::default();
    if let Some(path) = named {
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Failure::config(unreadable(&path, &error))
                .hint("a settings file is a file of lines as max-lines = 15 that we may read")
        })?;
        file.add(&path, &text)?;
        file.add_variables(&|name| std::env::var(name).ok());
        return Ok(file);
    }
    for path in usual_places() {
        // What is read first is found last: the person's own file wins.
        match std::fs::read_to_string(&path) {
            Ok(text) => file.add(&path, &text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => file.remarks.push(unreadable(&path, &error)),
        }
    }
    file.add_variables(&|name| std::env::var(name).ok());
    Ok(file)
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("cannot read the settings file {}: {error}", path.display())
}

/// The number of the line in which a key of the uppermost table stands.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let table = toml::de::DeTable::parse(text).ok()?;
    let found = table.get_ref().keys().find(|name| name.get_ref() == key)?;
    let before = text.get(..found.span().start)?;
    Some(before.matches('\n').count() + 1)
}

/// Whether any variable names a setting. Only then all settings are looked up: every verb's
/// arguments are made for that, which a short call need not pay for.
fn may_be_set() -> bool {
    std::env::vars_os().any(|(name, _)| name.as_encoded_bytes().starts_with(b"LIVE_STATUS_"))
}

/// The value of `--config` before the command line is parsed.
fn named(args: &[OsString]) -> Option<PathBuf> {
    let mut args = args.iter().skip(1).take_while(|arg| *arg != "--");
    while let Some(arg) = args.next() {
        if arg == "--config" {
            return args.next().map(PathBuf::from);
        }
        if let Some(path) = arg.to_str().and_then(|arg| arg.strip_prefix("--config=")) {
            return Some(PathBuf::from(path));
        }
    }
    None
}

/// The system's file, then the person's.
fn usual_places() -> Vec<PathBuf> {
    let own = std::env::var_os("XDG_CONFIG_HOME")
        .filter(|dir| Path::new(dir).is_absolute())
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".config")));
    let mut places = vec![PathBuf::from("/etc/live-status/config.toml")];
    places.extend(own.map(|dir| dir.join("live-status/config.toml")));
    places
}

impl File {
    fn add(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            // Its number, not the line: a secret may have been pasted there.
            let before = error
                .span()
                .map_or("", |span| text.get(..span.start).unwrap_or(""));
            let line = before.matches('\n').count() + 1;
            let (path, why) = (path.display(), error.message());
            Failure::config(format!("{path}: line {line}: {why}"))
                .hint("settings are lines as: max-lines = 15")
        })?;
        let known = keys();
        for (written, value) in table {
            let key = written.replace('_', "-");
            if !known.iter().any(|(name, _)| *name == key) {
                let near = known.iter().max_by(|a, b| {
                    let score = |name: &str| strsim::jaro_winkler(name, &key);
                    score(&a.0).total_cmp(&score(&b.0))
                });
                let near = near.map_or(String::new(), |(name, _)| {
                    format!("; did you mean {name:?}?")
                });
                let line = line_of(text, &written).map_or(String::new(), |n| format!("line {n}: "));
                let path = path.display();
                self.remarks
                    .push(format!("{path}: {line}unknown setting {key:?}{near}"));
                continue;
            }
            let values = match value {
                toml::Value::Array(items) => items.iter().map(plain).collect(),
                value => vec![plain(&value)],
            };
            self.set(key, values, path.display().to_string());
        }
        self.read.push(path.to_owned());
        Ok(())
    }

    /// Takes in `LIVE_STATUS_<KEY>` for every setting; it wins over the files.
    fn add_variables(&mut self, var: &dyn Fn(&str) -> Option<String>) {
        for (name, key) in OLD_NAMES {
            if let Some(value) = var(name).filter(|value| !value.is_empty()) {
                self.set(key.to_owned(), vec![value], format!("environment {name}"));
            }
        }
        if !may_be_set() {
            return;
        }
        for (key, _) in keys() {
            let name = format!("LIVE_STATUS_{}", key.to_uppercase().replace('-', "_"));
            if let Some(value) = var(&name).filter(|value| !value.is_empty()) {
                self.set(key, vec![value], format!("environment {name}"));
            }
        }
    }

    fn set(&mut self, key: String, values: Vec<String>, origin: String) {
        self.settings.retain(|setting| setting.key != key);
        self.settings.push(Setting {
            key,
            values,
            origin,
        });
    }

    /// Makes what the files say the defaults of `command` and its verbs.
    pub(super) fn apply(&self, command: Command) -> Command {
        if self.settings.is_empty() {
            return command;
        }
        let command = self.apply_one(command);
        let verbs: Vec<String> = command
            .get_subcommands()
            .map(|verb| verb.get_name().to_owned())
            .collect();
        verbs.into_iter().fold(command, |command, verb| {
            command.mut_subcommand(verb, |verb| self.apply_one(verb))
        })
    }

    fn apply_one(&self, mut command: Command) -> Command {
        for setting in &self.settings {
            let arg = command
                .get_arguments()
                .find(|arg| arg.get_long() == Some(&setting.key));
            let Some(id) = arg.map(|arg| arg.get_id().clone()) else {
                continue;
            };
            command = command.mut_arg(id, |arg| arg.default_values(setting.values.clone()));
        }
        command
    }

    /// Names the file or the variable that a bad value came from; `None` where it was a flag.
    pub(super) fn blame(&self, error: &clap::Error, args: &[OsString]) -> Option<Failure> {
        let told = |kind| match error.get(kind)? {
            ContextValue::String(text) => Some(text.as_str()),
            _ => None,
        };
        let arg = told(ContextKind::InvalidArg)?;
        let value = told(ContextKind::InvalidValue)?;
        let flag = arg.split(' ').next()?;
        let key = flag.strip_prefix("--")?;
        let given = |arg: &OsString| {
            arg.to_str().is_some_and(|arg| {
                arg.strip_prefix(flag)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
            })
        };
        if args.iter().any(given) {
            return None;
        }
        let command = super::command();
        let all = command.get_subcommands().chain([&command]);
        let variable = all
            .flat_map(Command::get_arguments)
            .filter(|arg| arg.get_long() == Some(key))
            .find_map(|arg| arg.get_env())
            .filter(|name| std::env::var_os(name).is_some_and(|set| set == value));
        let why = std::error::Error::source(error).map_or_else(
            || format!("{value:?} cannot be used"),
            |why| format!("{value:?} cannot be used: {why}"),
        );
        if let Some(name) = variable {
            let name = name.to_string_lossy();
            return Some(Failure::usage(format!("the variable {name}: {why}")));
        }
        let origin = self.origin_of(key)?;
        Some(Failure::config(format!("{origin}: {key}: {why}")))
    }

    /// Says what is wrong with the files, though they could be read.
    pub(super) fn remarks(&self, global: &Global) {
        for remark in &self.remarks {
            global.say(remark);
        }
    }

    /// Nothing, where the files are well in every line.
    ///
    /// Who begins with a file that is wrong in part is looked at; who reads it again alone at night
    /// must not fall back to a default because of a slip, as one that shows what was hidden.
    ///
    /// # Errors
    ///
    /// All that is wrong with them.
    pub(super) fn whole(&self) -> Result<(), Failure> {
        if self.remarks.is_empty() {
            return Ok(());
        }
        Err(Failure::config(self.remarks.join("; ")))
    }

    fn origin_of(&self, key: &str) -> Option<&str> {
        self.settings
            .iter()
            .find(|setting| setting.key == key)
            .map(|setting| setting.origin.as_str())
    }
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a flag is a setting: not where it says what one call is about.
pub(super) fn is_setting(long: &str) -> bool {
    !matches!(
        long,
        "help" | "version" | "config" | "key" | "text" | "state"
    )
}

/// Every setting: its key and its help, sorted.
fn keys() -> Vec<(String, String)> {
    let command = super::command();
    let verbs = command.get_subcommands().filter(|verb| {
        matches!(
            verb.get_name(),
            "tail" | "label" | "render" | "post" | "run"
        )
    });
    let mut keys: Vec<(String, String)> = std::iter::once(&command)
        .chain(verbs)
        .flat_map(Command::get_arguments)
        .filter(|arg| arg.get_long().is_some_and(is_setting))
        .map(|arg| {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            (arg.get_long().unwrap_or_default().to_owned(), help)
        })
        .collect();
    keys.sort();
    keys.dedup_by(|a, b| a.0 == b.0);
    keys
}

impl ConfigArgs {
    pub(super) fn run(&self, file: &File) -> Result<(), Failure> {
        match self.what {
            What::Show { origin } => show(file, origin),
            What::Check => check(file),
        }
    }
}

fn show(file: &File, origin: bool) -> Result<(), Failure> {
    let command = file.apply(super::command());
    let matches = command
        .clone()
        .try_get_matches_from(["live-status", "run"])
        .map_err(|error| Failure::usage(super::one_line(&error)))?;
    let Some((_, run)) = matches.subcommand() else {
        return Ok(());
    };
    let Some(definition) = command.find_subcommand("run") else {
        return Ok(());
    };
    let mut text = String::new();
    let known = keys();
    for (key, _) in &known {
        let Some(arg) = definition
            .get_arguments()
            .chain(command.get_arguments())
            .find(|arg| arg.get_long() == Some(key))
        else {
            continue;
        };
        let id = arg.get_id().as_str();
        let source = run
            .try_contains_id(id)
            .ok()
            .and_then(|_| run.value_source(id));
        let value = run.try_get_raw(id).ok().flatten().map(|values| {
            let values: Vec<_> = values.map(OsStr::to_string_lossy).collect();
            match values.as_slice() {
                // Only an address that is refused has one; it is not to be printed all the same.
                [one] if key == "url" && one.contains(['@', '?', '#']) => {
                    spelled("(hidden: it has a user, a password or a query)")
                }
                [one] => spelled(one),
                many => format!(
                    "[{}]",
                    many.iter()
                        .map(|one| spelled(one))
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
            }
        });
        let Some(value) = value else {
            text.push_str(&format!("# {key} is not set\n"));
            continue;
        };
        text.push_str(&format!("{key} = {value}"));
        if origin {
            let from = match source {
                Some(ValueSource::EnvVariable) => {
                    arg.get_env().map_or("environment".into(), |name| {
                        format!("environment {}", name.to_string_lossy())
                    })
                }
                Some(ValueSource::CommandLine) => "flag".to_owned(),
                _ => file.origin_of(key).unwrap_or("default").to_owned(),
            };
            text.push_str(&format!("  # {}", visible(&from)));
        }
        text.push('\n');
    }
    output::print(text.as_bytes())
}

/// A value as TOML spells it.
fn spelled(value: &str) -> String {
    let bare = value.parse::<i64>().is_ok() || matches!(value, "true" | "false");
    if bare {
        value.to_owned()
    } else {
        toml::Value::String(value.to_owned()).to_string()
    }
}

fn check(file: &File) -> Result<(), Failure> {
    let command = file.apply(super::command());
    command
        .try_get_matches_from(["live-status", "run"])
        .map_err(|error| {
            Failure::config(super::one_line(&error))
                .hint("the value stands in a settings file or in the environment")
        })?;
    if let Some(remark) = file.remarks.first() {
        return Err(Failure::config(remark));
    }
    let text: String = match file.read.as_slice() {
        [] => {
            "no settings file: every setting has its default or comes from the environment\n".into()
        }
        read => read
            .iter()
            .map(|path| format!("ok: {}\n", visible(&path.display().to_string())))
            .collect(),
    };
    output::print(text.as_bytes())
}

/// The JSON Schema of the settings file.
pub(super) fn schema() -> Value {
    let scalar = json!({ "type": ["string", "integer", "number", "boolean", "array"] });
    let properties: serde_json::Map<String, Value> = keys()
        .into_iter()
        .map(|(key, help)| {
            let mut property = scalar.clone();
            property["description"] = help.into();
            (key, property)
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "live-status settings, version 1",
        "type": "object",
        "properties": properties,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_found_before_the_line_is_parsed() {
        let line = |words: &[&str]| named(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(
            line(&["x", "run", "--config", "a.toml"]),
            Some("a.toml".into())
        );
        assert_eq!(
            line(&["x", "--config=b.toml", "run"]),
            Some("b.toml".into())
        );
        assert_eq!(line(&["x", "run", "--", "--config", "a.toml"]), None);
    }

    #[test]
    fn an_unknown_setting_is_named_with_its_likely_meaning() {
        let mut file = File::default();
        file.add(Path::new("c.toml"), "max_lines = 9\nmax-lnes = 3\n")
            .expect("TOML");
        assert_eq!(file.settings.len(), 1);
        assert_eq!(
            file.remarks,
            ["c.toml: line 2: unknown setting \"max-lnes\"; did you mean \"max-lines\"?"]
        );
        assert!(file.whole().is_err(), "nobody reads that again in silence");
        assert!(
            File::default()
                .add(Path::new("c.toml"), "max-lines = \n")
                .is_err()
        );
    }
}
