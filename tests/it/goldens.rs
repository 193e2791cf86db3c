//! Cases that are held to the byte: transcripts in, events, frames, status and boxes out.

use std::path::{Path, PathBuf};

use crate::support::{feed, home, program, wire};

/// What the program makes of a case: its events, every frame, every change of its status, and the
/// text of each box at the end.
pub type Made = [(&'static str, Vec<u8>); 4];

/// What `tail` with `args`, run in the folder `case`, and the filters behind it make of it.
pub fn made(case: &Path, args: &[&str]) -> Made {
    let home = home();
    let output = program(home.path())
        .current_dir(case)
        .arg("tail")
        .args(args)
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", case.display());
    assert!(said.is_empty(), "{}: {said}", case.display());
    wire::events(&output.stdout);
    let labelled = feed(home.path(), &["label"], &output.stdout).ok();
    let frames = feed(home.path(), &["render"], &labelled.out).ok();
    wire::frames(&frames.out);
    let status = feed(home.path(), &["status"], &output.stdout).ok();
    wire::statuses(&status.out);
    let text = ["render", "--output", "text", "--markup", "plain"];
    let boxes = feed(home.path(), &text, &labelled.out).ok();
    [
        ("events.ndjson", output.stdout),
        ("frames.ndjson", frames.out),
        ("status.ndjson", status.out),
        ("boxes.txt", boxes.out),
    ]
}

/// Holds what was made against what stands beside each case; `UPDATE_CASES=1` writes it down.
pub fn hold(cases: impl IntoIterator<Item = (Made, PathBuf)>) {
    let update = std::env::var_os("UPDATE_CASES").is_some();
    let mut wrong = Vec::new();
    for (made, case) in cases {
        for (name, made) in made {
            let path = case.join(name);
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
