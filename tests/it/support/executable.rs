//! Programs that a test makes and then starts.

use std::path::Path;
use std::process::Command;

/// Makes `to`, a program, of what is in `from`.
///
/// Another process writes it. Had this one a descriptor that writes to it, a child that another
/// test forks meanwhile would hold that descriptor until it starts its own program, and Linux
/// starts no file that somebody may write to: `ETXTBSY`, "Text file busy" (execve(2)).
pub fn executable(from: &Path, to: &Path) {
    let mut install = Command::new("install");
    let made = install.args(["-m", "755"]).args([from, to]).status();
    assert!(made.expect("install runs").success(), "{}", to.display());
}
