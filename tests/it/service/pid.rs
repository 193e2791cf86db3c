//! The PID file (rule 21 of the security requirements).

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::rig::{Home, Service};
use crate::support::Ran;

#[test]
fn our_number_stands_in_it_for_as_long_as_we_live() {
    let home = Home::new();
    let path = home.path("pid");
    let mut run = Service::start(home.run(&[]).env("PID_FILE", &path));
    run.until("ready: sources are armed");
    let text = std::fs::read_to_string(&path).expect("there");
    assert_eq!(text, format!("{}\n", run.pid()));
    run.stop();
    assert!(!path.exists());
}

#[test]
fn one_that_is_no_longer_ours_stays() {
    let home = Home::new();
    let path = home.path("pid");
    let mut run = Service::start(home.run(&[]).env("PID_FILE", &path));
    run.until("ready: sources are armed");
    std::fs::remove_file(&path).expect("removed");
    std::fs::write(&path, "7\n").expect("another's");
    run.stop();
    assert_eq!(std::fs::read_to_string(&path).expect("there"), "7\n");
}

// Fault 91.
#[test]
fn rule_21_it_stands_in_no_directory_that_others_write_to_and_follows_no_link() {
    let home = Home::new();
    let target = home.write("target", "precious");
    let link = home.path("link");
    symlink(&target, &link).expect("linked");
    // As /tmp is.
    let open = home.path("open");
    std::fs::create_dir(&open).expect("made");
    let mode = std::fs::Permissions::from_mode(0o1777);
    std::fs::set_permissions(&open, mode).expect("set");
    let folder = home.path("folder");
    symlink(home.dir.path(), &folder).expect("linked");
    let cases = [
        (link, "no regular file"),
        (open.join("pid"), "others may write to the directory"),
        (folder.join("pid"), "cannot open the directory"),
        (home.path("missing/pid"), "cannot open the directory"),
    ];
    for (path, why) in cases {
        let output = home.run(&[]).arg("--pid-file").arg(&path).output();
        let ran: Ran = output.expect("runs").into();
        assert_eq!(ran.code, 73, "{}: {}", path.display(), ran.err);
        assert!(
            ran.err.contains(why) && ran.err.contains("hint: "),
            "{}",
            ran.err
        );
    }
    assert_eq!(std::fs::read(&target).expect("there"), b"precious");
    assert!(!open.join("pid").exists());
}
