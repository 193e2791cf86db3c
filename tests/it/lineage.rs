//! Families of agents of two kinds, to the byte: an OpenClaw run that starts `claude -p` from a
//! shell and works through Claude Code over ACP, with a look-alike beside it that is no child.

use std::path::{Path, PathBuf};

use crate::goldens::{hold, made};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lineage")
}

#[test]
fn families_of_two_kinds_nest_to_the_byte() {
    let cases = ["working", "done"].map(|name| folder().join(name));
    let asked = ["--now", "2026-09-25T10:01:00Z", "openclaw", "claude"];
    hold(cases.map(|case| (made(&case, &asked), case)));
}

#[test]
fn a_child_whose_name_sorts_first_is_read_behind_the_call_that_started_it() {
    let case = folder().join("handed");
    let asked = ["--now", "2026-09-25T10:01:00Z", "codex", "claude"];
    hold([(made(&case, &asked), case)]);
}
