//! `live-status man`: the man pages, from the command line's own definition and the wire's own schemas.
//!
//! A page depends on nothing but this program's version: no environment, no settings, no clock.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Doing as _, Failure};
use super::output;
use crate::wire::{frame, receipt};

mod formats;
mod program;
mod service;
mod settings;
mod sources;

/// Print a man page, or write all of them
#[derive(Args, Debug)]
pub(super) struct ManArgs {
    /// Which page: live-status, live-status-tail, live-status-events, …
    #[arg(value_name = "PAGE", default_value = "live-status")]
    page: String,

    /// Write every page into DIR instead
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    all: Option<PathBuf>,
}

impl ManArgs {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let pages = pages();
        if let Some(dir) = &self.all {
            return write_all(dir, &pages);
        }
        let wanted = |name: &str| {
            name.rsplit_once('.').is_some_and(|(stem, _)| {
                stem == self.page
                    || stem.strip_prefix("live-status-") == Some(&self.page)
                    || name == self.page
            })
        };
        let page = pages.iter().find(|(name, _)| wanted(name)).ok_or_else(|| {
            let names: Vec<_> = pages
                .iter()
                .filter_map(|(name, _)| name.rsplit_once('.'))
                .map(|(stem, _)| stem)
                .collect();
            Failure::usage(format!("no man page {:?}", self.page))
                .hint(format!("there are {}", names.join(", ")))
        })?;
        output::print(&page.1)
    }
}

fn write_all(dir: &Path, pages: &[(String, Vec<u8>)]) -> Result<(), Failure> {
    std::fs::create_dir_all(dir).doing(|| format!("cannot make {}", dir.display()))?;
    for (name, text) in pages {
        let path = dir.join(name);
        std::fs::write(&path, text).doing(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Every page: its file name and its roff.
fn pages() -> Vec<(String, Vec<u8>)> {
    let command = super::command();
    let mut pages = vec![
        ("live-status.1".into(), program::main(&command)),
        ("live-status-events.5".into(), formats::events()),
        (
            "live-status-frames.5".into(),
            formats::object(
                "live-status-frames",
                "what render writes and post reads",
                &frame::schema(),
            ),
        ),
        (
            "live-status-receipts.5".into(),
            formats::object(
                "live-status-receipts",
                "what post writes",
                &receipt::schema(),
            ),
        ),
    ];
    for verb in command.get_subcommands() {
        let name = format!("live-status-{}", verb.get_name());
        pages.push((format!("{name}.1"), program::verb(verb, &name)));
    }
    pages.sort();
    pages
}
