//! What stands in `examples/deploy` works with the program that it deploys.

mod commands;
mod docker;
mod openclaw;
mod package;
mod pages;
mod units;

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a file of the project is.
fn path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}

/// The text of a file of the project.
fn text(below: &str) -> String {
    std::fs::read_to_string(path(below)).unwrap_or_else(|error| unreachable!("{below}: {error}"))
}

/// Whether `tool` is there to check `what` with; else a printed line says that it is not.
fn has(tool: &str, what: &str) -> bool {
    let there = Command::new(tool)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: {what} is checked by {tool}, which is not installed");
    }
    there
}

/// The lines between the first two `---` of a page: what its readers know it by.
fn front_matter(below: &str) -> Vec<String> {
    let text = text(below);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("---"), "{below} begins with its names");
    lines
        .take_while(|line| *line != "---")
        .map(str::to_owned)
        .collect()
}
