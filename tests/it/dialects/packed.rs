//! Codex packs the rollouts that nobody writes to any more, and puts others away.

use std::path::Path;

use serde_json::Value;

use super::recorded::transcripts;
use super::{DIALECTS, cases};
use crate::support::{home, program, wire};

/// What is told of the sessions below `home`, but for where it stood.
fn told(home: &Path, root: Option<&str>) -> Vec<Value> {
    let mut command = program(home);
    if let Some(root) = root {
        command.env("CODEX_HOME", home.join(root));
    }
    let output = command.arg("tail").output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    let events = wire::events(&output.stdout).into_iter();
    let bare = events.map(|mut event| {
        event.as_object_mut().expect("an object").remove("src");
        event
    });
    let bare: Vec<Value> = bare.collect();
    assert!(said.is_empty() || bare.is_empty(), "{said}");
    bare
}

#[test]
fn a_rollout_is_the_same_wherever_it_lies_and_however_it_is_packed() {
    let codex = DIALECTS.iter().find(|dialect| dialect.source == "codex");
    let codex = codex.expect("Codex");
    let case = cases(codex).into_iter().find(|case| case.ends_with("turn"));
    let rollout = transcripts(&case.expect("a case"), codex).remove(0);
    let plain = std::fs::read(&rollout).expect("a rollout");
    let packed = zstd::encode_all(&*plain, 0).expect("packs");
    let name = rollout
        .file_name()
        .expect("a name")
        .to_str()
        .expect("UTF-8");
    let mut all = Vec::new();
    for (root, folder) in [
        (".codex", "sessions/2026/03/27"),
        (".codex", "archived_sessions"),
        ("elsewhere", "sessions/2026/03/27"),
    ] {
        for (end, bytes) in [("", &plain), (".zst", &packed)] {
            let home = home();
            let folder = home.path().join(root).join(folder);
            std::fs::create_dir_all(&folder).expect("made");
            std::fs::write(folder.join(format!("{name}{end}")), bytes).expect("written");
            let moved = Some(root).filter(|root| *root != ".codex");
            all.push(told(home.path(), moved));
        }
    }
    assert!(all[0].len() > 5, "{:?}", all[0]);
    for other in &all {
        assert_eq!(*other, all[0]);
    }
}
