//! The table of settings: flag, key of the file, environment variable.

use std::collections::BTreeMap;

use clap::Command;

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
        let long = arg
            .get_long()
            .filter(|long| !matches!(*long, "help" | "version"));
        if let Some(long) = long {
            let variable = arg
                .get_env()
                .map(|name| name.to_string_lossy().into_owned());
            settings.insert(long, variable.unwrap_or_default());
        }
    }
    let mut text = String::from(".TS\nl l l.\nFlag\tKey\tVariable\n_\n");
    for (long, variable) in &settings {
        // The file cannot say where it is itself.
        let key = if *long == "config" { "" } else { long };
        let row = format!("--{long}\t{key}\t{variable}\n");
        // A hyphen that people copy is a minus to roff.
        text.push_str(&row.replace('-', "\\-"));
    }
    text.push_str(".TE\n");
    text
}
