//! What stands at the top of the project.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const WANTED: [&str; 16] = [
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "completions",
    "examples",
    "man",
    "schema",
    "src",
    "tests",
    "target",
];

/// The top-level entries: those that git keeps, or all where git cannot tell.
fn entries(root: &Path) -> BTreeSet<String> {
    let kept = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()
        .ok()
        .filter(|output| output.status.success() && !output.stdout.is_empty());
    let first = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
    match kept {
        Some(output) => String::from_utf8_lossy(&output.stdout)
            .split_terminator('\0')
            .map(first)
            .collect(),
        None => std::fs::read_dir(root)
            .expect("the project")
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| name != ".git" && name != ".cargo-ok" && name != ".cargo_vcs_info.json")
            .filter(|name| name != "Cargo.toml.orig")
            .collect(),
    }
}

#[test]
fn nothing_stands_at_the_top_that_does_not_belong_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = entries(root);
    for entry in &entries {
        assert!(
            WANTED.contains(&entry.as_str()),
            "{entry} stands at the top of the project; it belongs below src, tests or examples"
        );
    }
    for entry in ["Cargo.lock", "README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        assert!(entries.contains(entry), "{entry} is missing");
    }
}
