//! A library of a few lines that stands before the system's, made where there is a compiler.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The library of that source, made in `dir`; `None`, and a printed line, where there is no compiler.
pub fn library(dir: &Path, name: &str, source: &str) -> Option<PathBuf> {
    let (text, made) = (
        dir.join(format!("{name}.c")),
        dir.join(format!("{name}.so")),
    );
    std::fs::write(&text, source).expect("written");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-o"])
        .args([&made, &text])
        .arg("-ldl");
    let there = compiler.output().is_ok_and(|it| it.status.success());
    if !there {
        println!("skipped: there is no compiler for {name}");
    }
    there.then_some(made)
}
