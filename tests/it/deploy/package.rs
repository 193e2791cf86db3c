//! The Debian package: everything that it names is there, and everything there is named.

use std::collections::BTreeSet;

use super::{path, text};
use crate::support::files;

/// What the package holds: the file's pattern and where it goes.
fn assets() -> Vec<(String, String)> {
    let manifest: toml::Value = toml::from_str(&text("Cargo.toml")).expect("TOML");
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array();
    let word = |asset: &toml::Value, at: usize| asset[at].as_str().expect("a word").to_owned();
    let assets = assets.expect("assets").iter();
    assets
        .map(|asset| {
            assert!(matches!(word(asset, 2).as_str(), "644" | "755"), "{asset}");
            (word(asset, 0), word(asset, 1))
        })
        .collect()
}

/// The files that a pattern names: a `*` stands in its last part alone.
fn named(pattern: &str) -> Vec<String> {
    let (folder, last) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let Some((begin, end)) = last.split_once('*') else {
        let there = path(pattern).is_file();
        return there.then(|| pattern.to_owned()).into_iter().collect();
    };
    let names = std::fs::read_dir(path(folder)).expect("a folder");
    names
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.len() >= begin.len() + end.len())
        .filter(|name| name.starts_with(begin) && name.ends_with(end))
        .map(|name| format!("{folder}/{name}"))
        .collect()
}

#[test]
fn every_asset_is_there() {
    for (pattern, target) in assets() {
        // The program is built on the way.
        if pattern != "target/release/live-status" {
            assert!(!named(&pattern).is_empty(), "{pattern} names nothing");
        }
        assert!(!target.starts_with('/'), "{target} is below the root");
    }
}

#[test]
fn every_man_page_completion_and_deployed_file_is_in_the_package() {
    let packed: BTreeSet<String> = assets()
        .iter()
        .flat_map(|(pattern, _)| named(pattern))
        .collect();
    for folder in [
        "man",
        "completions",
        "examples/deploy/systemd",
        "examples/deploy/openclaw",
    ] {
        for file in files(&path(folder), "") {
            let below = file.strip_prefix(path("")).expect("below the project");
            let below = below.to_string_lossy().into_owned();
            assert!(packed.contains(&below), "{below} is not in the package");
        }
    }
}

#[test]
fn settings_of_the_operator_survive_an_upgrade() {
    let manifest: toml::Value = toml::from_str(&text("Cargo.toml")).expect("TOML");
    let kept = manifest["package"]["metadata"]["deb"]["conf-files"].as_array();
    let kept: Vec<&str> = kept
        .expect("conf-files")
        .iter()
        .flat_map(toml::Value::as_str)
        .collect();
    for (_, target) in assets() {
        let target = format!("/{target}");
        let own = target.starts_with("/etc/");
        assert_eq!(own, kept.contains(&target.as_str()), "{target}");
    }
}
