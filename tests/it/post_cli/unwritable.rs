//! Boxes for a standard output that takes nothing: a full disk, and a reader that went away.

use std::fs::File;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::tree::{Era, Talk, Tree};
use crate::support::{Ran, home, program, run};

/// Verbs that write lines where there is no terminal.
const WRITERS: [&[&str]; 4] = [
    &["run", "--once"],
    &["run", "--once", "--to", "terminal"],
    &["run", "--once", "--to", "stdout"],
    &["post", "--to", "terminal"],
];

/// Runs `args` beside a run that is over and one that goes on, `output` being its standard output.
fn into(args: &[&str], output: impl Into<Stdio>) -> Ran {
    let home = home();
    let mut tree = Tree::default();
    for (session, sid) in [("agent:main:main", "s1"), ("agent:ops:main", "s2")] {
        let mut talk = Talk::new(sid);
        talk.user(0, "look around")
            .call(1_000, "c1", "exec", json!({"command": "ls"}));
        if sid == "s1" {
            talk.result(2_000, "c1", "exec", json!({"exitCode": 0}))
                .says(3_000, "Done.");
        }
        tree.add(session, sid, json!({}), &talk);
    }
    tree.write(&home.path().join(".openclaw"), Era::Files);
    let frames = home.path().join("frames");
    let read = run(home.path(), &["run", "--once", "--to", "stdout"]).ok();
    std::fs::write(&frames, &read.out).expect("there is room");
    let mut command: Command = program(home.path());
    command
        .args(args)
        .stdin(File::open(&frames).expect("they are there"))
        .stdout(output);
    command.output().expect("the program starts").into()
}

#[test]
fn what_a_full_disk_does_not_take_is_told_and_not_tried_again() {
    for args in WRITERS {
        let Ok(full) = File::options().write(true).open("/dev/full") else {
            return println!("skipped: there is no /dev/full");
        };
        let ran = into(args, full);
        assert_eq!(ran.code, 74, "{args:?}: {}", ran.err);
        for word in ["could not be shown", "No space left"] {
            assert!(ran.err.contains(word), "{args:?}: {}", ran.err);
        }
        assert!(!ran.err.contains("breaker"), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_reader_that_went_away_is_a_quiet_end() {
    for args in WRITERS {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let ran = into(args, writer);
        assert_eq!((ran.code, &*ran.err), (0, ""), "{args:?}");
    }
}
