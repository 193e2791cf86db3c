//! Man pages, completions and schemas are what the program prints, committed.

use std::path::Path;

use crate::support::{files, home, program};

/// What the program writes with `args`, in an environment that must not show.
fn printed(args: &[&str]) -> String {
    let home = home();
    let output = program(home.path())
        .envs([
            ("MAX_STATUS_LINES", "7"),
            ("COLUMNS", "40"),
            ("TZ", "Asia/Tokyo"),
        ])
        .args(args)
        .output()
        .expect("the program starts");
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn committed(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_default()
}

/// The first line that differs, so that the message stays short.
fn difference(is: &str, should: &str) -> String {
    let pairs = is.lines().zip(should.lines()).enumerate();
    let first = pairs.into_iter().find(|(_, (is, should))| is != should);
    match first {
        Some((at, (is, should))) => format!("line {}: {is:?} should be {should:?}", at + 1),
        None => format!("{} bytes should be {}", is.len(), should.len()),
    }
}

#[test]
fn man_pages_are_in_step() {
    let home = home();
    let made = home.path().join("man");
    printed(&["man", "--all", made.to_str().expect("a path")]);
    let names = |dir: &Path| -> Vec<String> {
        let name = |path: &std::path::PathBuf| {
            path.file_name()
                .map(|name| name.to_string_lossy().into_owned())
        };
        files(dir, "").iter().filter_map(name).collect()
    };
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
    let update = "run: cargo run -- man --all man";
    assert_eq!(names(&kept), names(&made), "man/ has other pages; {update}");
    assert!(names(&made).len() >= 14, "too few pages");
    for path in files(&made, "") {
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let should = std::fs::read_to_string(&path).expect("a page");
        let is = committed(&format!("man/{name}"));
        assert!(
            is == should,
            "man/{name}: {}; {update}",
            difference(&is, &should)
        );
    }
}

#[test]
fn completions_and_schemas_are_in_step() {
    let cases = [
        ("completions/live-status.bash", "completions bash"),
        ("completions/_live-status", "completions zsh"),
        ("completions/live-status.fish", "completions fish"),
        ("completions/_live-status.ps1", "completions powershell"),
        ("schema/events.json", "schema events"),
        ("schema/frames.json", "schema frames"),
        ("schema/receipts.json", "schema receipts"),
        ("schema/status.json", "schema status"),
        ("schema/config.json", "schema config"),
    ];
    for (path, args) in cases {
        let should = printed(&args.split(' ').collect::<Vec<_>>());
        let is = committed(path);
        assert!(
            is == should,
            "{path}: {}; run: cargo run -- {args} > {path}",
            difference(&is, &should)
        );
    }
    for (dir, count) in [("completions", 4), ("schema", 5)] {
        let kept = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), "");
        assert_eq!(kept.len(), count, "{dir}: {kept:?}");
    }
}

#[test]
fn schemas_are_valid() {
    for format in ["events", "frames", "receipts", "status", "config"] {
        let schema = committed(&format!("schema/{format}.json"));
        let schema = serde_json::from_str(&schema).expect("JSON");
        assert!(jsonschema::meta::is_valid(&schema), "{format}");
    }
}
