//! Which server, which place: what is missing, what cannot be used, and what wins.

use super::{CANARY, CHANNEL, POST, ran};
use crate::support::{NOBODY, home};

#[test]
fn what_is_missing_is_named_with_what_to_do() {
    let home = home();
    let url = ("MM_URL", "https://chat.example.org");
    let token = ("MM_TOKEN", CANARY);
    let cases: [(&[(&str, &str)], &[&str], &str, &str); 9] = [
        (&[], &["post"], "no URL and no token", "--to terminal"),
        (&[url], &["post"], "no token", "MM_TOKEN"),
        (&[token], &["post"], "no URL", "MM_URL"),
        (&[("MM_URL", ""), token], &["post"], "no URL", "MM_URL"),
        (
            &[url],
            &["run", "--once", "--to", "mattermost"],
            "no token",
            "--to terminal",
        ),
        (
            &[url],
            &["create", "--channel", CHANNEL, "x"],
            "no token",
            "--token-file",
        ),
        (&[token], &["update", POST, "x"], "no URL", "--url"),
        (
            &[url, token],
            &["post", "--key", "k", "--text", "x"],
            "no --channel",
            "TEAM/NAME",
        ),
        (
            &[url, token],
            &["post", "--root", POST],
            "no --channel",
            "--channel",
        ),
    ];
    for (variables, args, what, hint) in cases {
        let ran = ran(home.path(), variables, args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(
            ran.err.contains(what) && ran.err.contains(hint),
            "{args:?}: {}",
            ran.err
        );
    }
}

#[test]
fn an_address_that_is_unfit_for_a_token_is_refused() {
    let home = home();
    let cases = [
        ("http://chat.example.org", "not encrypted"),
        ("http://127.0.0.1.example.org", "not encrypted"),
        ("chat.example.org", "no server's address"),
        (
            "https://me:pass7word@chat.example.org",
            "no user or password",
        ),
    ];
    for (url, want) in cases {
        for args in [&["post"][..], &["update", POST, "x"], &["run", "--once"]] {
            let ran = ran(home.path(), &[("MM_URL", url), ("MM_TOKEN", CANARY)], args);
            assert_eq!(ran.code, 78, "{url} {args:?}: {}", ran.err);
            assert!(
                ran.err.contains(want) && ran.err.contains("hint:"),
                "{url}: {}",
                ran.err
            );
            assert!(!ran.err.contains("pass7word"), "{}", ran.err);
        }
    }
    // The host does not exist: allowed to be spoken to, it is not found.
    let variables = [("MM_URL", "http://chat.invalid"), ("MM_TOKEN", CANARY)];
    let ran = ran(
        home.path(),
        &variables,
        &["update", POST, "x", "--allow-plain-http"],
    );
    assert_eq!(ran.code, 69, "{}", ran.err);
}

#[test]
fn certificates_that_are_none_are_refused() {
    let home = home();
    std::fs::write(home.path().join("ca.pem"), "no certificate").expect("written");
    let variables = [("MM_URL", "https://chat.invalid"), ("MM_TOKEN", CANARY)];
    let ran_with = |file| ran(home.path(), &variables, &["post", "--ca-file", file]);
    let none = ran_with("ca.pem");
    assert_eq!(none.code, 78, "{}", none.err);
    assert!(
        none.err.contains("ca.pem: there is no certificate"),
        "{}",
        none.err
    );
    let missing = ran_with("missing.pem");
    assert_eq!(missing.code, 74, "{}", missing.err);
    assert!(missing.err.contains("missing.pem"), "{}", missing.err);
}

#[test]
fn names_that_no_server_has_are_refused_before_anything_is_opened() {
    let home = home();
    let cases: [&[&str]; 7] = [
        &["post", "--channel", "town-square"],
        &["post", "--channel", "ops/../users"],
        &["post", "--channel", "../posts"],
        &["post", "--channel", CHANNEL, "--root", "short"],
        &["update", "../users/me", "x"],
        &["post", "--channel", CHANNEL, "--key", "", "--text", "x"],
        &["post", "--text", "without a name"],
    ];
    for args in cases {
        let ran = ran(home.path(), &[], args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
    }
}

#[test]
fn flags_beat_variables_and_variables_beat_the_file() {
    let home = home();
    let dir = home.path().join(".config/live-status");
    std::fs::create_dir_all(&dir).expect("made");
    std::fs::write(dir.join("config.toml"), "url = 'ftp://file'\n").expect("written");
    let cases: [(&[(&str, &str)], &[&str], &str); 5] = [
        (&[], &[], "ftp://file"),
        (&[("MM_BASE_URL", "ftp://base")], &[], "ftp://base"),
        (
            &[
                ("MM_BASE_URL", "ftp://base"),
                ("LIVE_STATUS_URL", "ftp://own"),
            ],
            &[],
            "ftp://own",
        ),
        (
            &[("LIVE_STATUS_URL", "ftp://own"), ("MM_URL", "ftp://mm")],
            &[],
            "ftp://mm",
        ),
        (
            &[("MM_URL", "ftp://mm")],
            &["--url", "ftp://flag"],
            "ftp://flag",
        ),
    ];
    for (variables, flags, want) in cases {
        let mut all = variables.to_vec();
        all.push(("MM_TOKEN", CANARY));
        let ran = ran(home.path(), &all, &[&["post"], flags].concat());
        assert_eq!(ran.code, 78, "{}", ran.err);
        assert!(ran.err.contains(want), "{variables:?}: {}", ran.err);
    }
}

#[test]
fn settings_are_shown_without_a_secret() {
    let home = home();
    let variables = [
        ("MM_BASE_URL", "https://chat.example.org"),
        ("MM_TOKEN", CANARY),
        ("MM_BOT_TOKEN", CANARY),
        ("LIVE_STATUS_CHANNEL", "ops/deploys"),
    ];
    let shown = ran(home.path(), &variables, &["config", "show", "--origin"]).ok();
    for line in [
        "url = \"https://chat.example.org\"  # environment MM_BASE_URL",
        "channel = \"ops/deploys\"  # environment LIVE_STATUS_CHANNEL",
        "# token-file is not set",
    ] {
        assert!(
            shown.text().lines().any(|shown| shown == line),
            "{line} in:\n{}",
            shown.text()
        );
    }
    let hidden = [("MM_URL", "https://me:pass7word@chat.example.org")];
    let shown = ran(home.path(), &hidden, &["config", "show"]).ok();
    assert!(shown.text().contains("url = \"(hidden") && !shown.text().contains("pass7word"));
    // A token that somebody put where none belongs.
    for text in [
        format!("token = {CANARY}\n"),
        format!("token = '{CANARY}'\n"),
    ] {
        std::fs::write(home.path().join("c.toml"), text).expect("written");
        ran(home.path(), &[], &["--config", "c.toml", "config", "check"]);
    }
}

#[test]
fn a_post_under_a_name_goes_to_a_chat_alone() {
    let home = home();
    for to in ["terminal", "stdout"] {
        let args = [
            "post",
            "--channel",
            CHANNEL,
            "--key",
            "k",
            "--text",
            "x",
            "--to",
            to,
        ];
        let ran = ran(home.path(), &[], &args);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("--to"), "{}", ran.err);
    }
}

#[test]
fn recorded_runs_and_half_set_servers_are_shown_here() {
    let home = home();
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/openclaw");
    let (url, token) = (NOBODY, ("MM_TOKEN", CANARY));
    let replay = ["run", "--replay", examples, "--speed", "max"];
    let all = ran(home.path(), &[("MM_URL", url), token], &replay).ok();
    assert!(
        all.text().contains("[DONE]") && all.err.is_empty(),
        "{}",
        all.err
    );
    let once = ["run", "--once", examples];
    let half = ran(home.path(), &[("MM_URL", url)], &once).ok();
    assert!(half.text().contains("[DONE]"), "{}", half.text());
    let said = format!("boxes are shown here: there is no token for {url}");
    assert!(half.err.contains(&said), "{}", half.err);
}
