//! Where the token comes from, and who else could have read it.

use std::fs::{Permissions, set_permissions, write};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::canned::Canned;
use super::{CANARY, POST, ran};
use crate::support::home;

/// A file of that mode.
fn file(path: &Path, text: &str, mode: u32) {
    write(path, text).expect("written");
    set_permissions(path, Permissions::from_mode(mode)).expect("set");
}

#[test]
fn a_token_file_that_others_could_touch_is_refused_with_what_to_do() {
    let home = home();
    let at = |name: &str| home.path().join(name);
    file(&at("open"), CANARY, 0o644);
    file(&at("group"), CANARY, 0o640);
    file(&at("empty"), "\n", 0o600);
    file(&at("two"), &format!("{CANARY} {CANARY}"), 0o600);
    file(&at("good"), CANARY, 0o600);
    symlink(at("good"), at("link")).expect("linked");
    let cases = [
        ("open", "open to others (mode 0644)", "chmod 600 open"),
        ("group", "open to others (mode 0640)", "chmod 600 group"),
        ("empty", "holds no token", "alone on one line"),
        ("two", "holds more than a token", "alone on one line"),
        ("link", "is a symbolic link", "name the file itself"),
        (".", "is no regular file", "mode 600"),
        ("missing", "cannot read the token file missing", "hint:"),
    ];
    for (name, what, hint) in cases {
        // A variable does not help out: who names a file means it.
        let variables = [("MM_URL", "https://chat.invalid"), ("MM_TOKEN", CANARY)];
        let ran = ran(home.path(), &variables, &["post", "--token-file", name]);
        assert_eq!(ran.code, 78, "{name}: {}", ran.err);
        assert!(
            ran.err.contains(what) && ran.err.contains(hint),
            "{name}: {}",
            ran.err
        );
    }
}

#[test]
fn a_pipe_as_token_file_does_not_hold_us_up() {
    let home = home();
    let path = home.path().join("pipe");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, &path, mode).expect("made");
    let variables = [("MM_URL", "https://chat.invalid")];
    let ran = ran(home.path(), &variables, &["post", "--token-file", "pipe"]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(ran.err.contains("no regular file"), "{}", ran.err);
}

#[test]
fn the_file_comes_before_the_credential_and_that_before_the_variables() {
    let home = home();
    let credentials = home.path().join("credentials");
    std::fs::create_dir(&credentials).expect("made");
    file(&home.path().join("token"), "from-file\n", 0o600);
    let server = Canned::start(&[
        (
            "GET /api/v4/users/me",
            200,
            "",
            r#"{"id":"b","username":"b","is_bot":true}"#,
        ),
        ("PUT ", 200, "", "{}"),
    ]);
    let directory = credentials.to_string_lossy().into_owned();
    let all = [
        ("MM_TOKEN", "from-variable"),
        ("MM_BOT_TOKEN", "from-alias"),
        ("CREDENTIALS_DIRECTORY", &directory),
        ("LIVE_STATUS_TOKEN_FILE", "token"),
    ];
    let cases = [
        (4, "from-file"),
        (3, "from-credential"),
        (2, "from-variable"),
    ];
    // systemd lets the service in by an access list, which shows as the group's right.
    file(&credentials.join("mm-token"), "from-credential", 0o440);
    for (count, want) in cases {
        let mut variables = all[..count].to_vec();
        variables.push(("MM_URL", server.url()));
        ran(home.path(), &variables, &["update", POST, "x"]).ok();
        let request = server.requests().pop().expect("a request");
        assert_eq!(request.token, want);
    }
    let alias = [("MM_BOT_TOKEN", "from-alias"), ("MM_URL", server.url())];
    ran(home.path(), &alias, &["update", POST, "x"]).ok();
    assert_eq!(
        server.requests().pop().expect("a request").token,
        "from-alias"
    );
}
