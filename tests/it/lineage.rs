//! Families of agents of two kinds, to the byte: an OpenClaw run that starts `claude -p` from a
//! shell and works through Claude Code over ACP, with a look-alike beside it that is no child.

use std::path::{Path, PathBuf};

use crate::support::{feed, home, program, wire};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lineage")
}

/// What the program makes of both places of a case: its events, and the last text of each box.
fn made(case: &Path, places: [&str; 2]) -> [(&'static str, Vec<u8>); 2] {
    let home = home();
    let output = program(home.path())
        .current_dir(case)
        .args(["tail", "--now", "2026-09-25T10:01:00Z"])
        .args(places)
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", case.display());
    assert!(said.is_empty(), "{}: {said}", case.display());
    wire::events(&output.stdout);
    let labelled = feed(home.path(), &["label"], &output.stdout).ok();
    let frames = feed(home.path(), &["render"], &labelled.out).ok();
    wire::frames(&frames.out);
    let text = ["render", "--output", "text", "--markup", "plain"];
    let boxes = feed(home.path(), &text, &labelled.out).ok();
    [("events.ndjson", output.stdout), ("boxes.txt", boxes.out)]
}

#[test]
fn families_of_two_kinds_nest_to_the_byte() {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    for name in ["working", "done"] {
        let case = folder().join(name);
        let made = made(&case, ["openclaw", "claude"]);
        for (file, made) in made {
            let path = case.join(file);
            if update {
                std::fs::write(&path, &made).expect("written");
            }
            if std::fs::read(&path).unwrap_or_default() != made {
                let made = String::from_utf8_lossy(&made).into_owned();
                wrong.push(format!("{}:\n{made}", path.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nlook at each difference; UPDATE_CASES=1 writes them down",
        wrong.join("\n")
    );
}
