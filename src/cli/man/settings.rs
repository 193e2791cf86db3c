//! The table of settings: flag, key of the file, environment variable, further names of the variable.

use std::collections::BTreeMap;

use clap::{Arg, Command};

use super::super::config::{OLD_NAMES, is_setting};

/// Verbs whose flags are settings.
const VERBS: [&str; 5] = ["tail", "label", "render", "post", "run"];

/// The roff of the table, to be read by tbl.
pub(super) fn table(command: &Command) -> String {
    let mut settings: BTreeMap<&str, String> = BTreeMap::new();
    let verbs = command.get_subcommands();
    let verbs = verbs.filter(|verb| VERBS.contains(&verb.get_name()));
    for arg in std::iter::once(command)
        .chain(verbs)
        .flat_map(Command::get_arguments)
    {
        // The file cannot say where it is itself, but the flag has a variable.
        let is_shown = |long: &&str| is_setting(long) || *long == "config";
        if let Some(long) = arg.get_long().filter(is_shown) {
            settings.insert(long, also(arg, long));
        }
    }
    let mut text = String::from(".TS\nl l l.\nFlag, key without \\-\\-\tVariable\tAlso\n_\n");
    for (long, also) in &settings {
        let row = format!("--{long}\t{}\t{also}\n", variable(long));
        // A hyphen that people copy is a minus to roff.
        text.push_str(&row.replace('-', "\\-"));
    }
    text.push_str(".TE\n");
    text
}

/// The variable that every setting has.
fn variable(long: &str) -> String {
    format!("LIVE_STATUS_{}", long.to_uppercase().replace('-', "_"))
}

/// Names that operators know from elsewhere.
fn also(arg: &Arg, long: &str) -> String {
    let own = arg
        .get_env()
        .map(|name| name.to_string_lossy().into_owned());
    let own = own.filter(|name| *name != variable(long));
    let old = OLD_NAMES.iter().filter(|(_, key)| *key == long);
    let names: Vec<String> = own
        .into_iter()
        .chain(old.map(|(name, _)| (*name).to_owned()))
        .collect();
    names.join(", ")
}
