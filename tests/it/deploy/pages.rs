//! The pages about installing and migrating say what is so.

use std::collections::BTreeMap;

use super::{path, text};

const INSTALL: &str = "examples/deploy/INSTALL.md";
const MIGRATION: &str = "examples/deploy/MIGRATION.md";

/// What is in backquotes in a text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The program's own page, as people read it.
fn man() -> String {
    text("man/live-status.1").replace("\\-", "-")
}

#[test]
fn links_lead_somewhere() {
    for page in [INSTALL, MIGRATION] {
        let text = text(page);
        for rest in text.split("](").skip(1) {
            let (target, _) = rest.split_once(')').expect("a link ends");
            let there = path(page).with_file_name("").join(target).exists();
            assert!(
                target.starts_with("http") || there,
                "{page} points to {target}, which is not there"
            );
        }
    }
}

#[test]
fn every_file_that_is_put_in_place_is_there() {
    let install = text(INSTALL);
    let files = install
        .split_whitespace()
        .filter(|word| word.starts_with("examples/"));
    for file in files {
        assert!(path(file).exists(), "{INSTALL} names {file}");
    }
}

/// The setting that each old variable stands for, from the program's own table of names.
fn settings(man: &str) -> BTreeMap<&str, &str> {
    let rows = man.lines().filter(|line| line.starts_with("--"));
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        let (flag, _, old) = (cells.next()?, cells.next()?, cells.next()?);
        Some(old.split(", ").map(move |name| (name.trim(), flag)))
    })
    .flatten()
    .filter(|(name, _)| !name.is_empty())
    .collect()
}

#[test]
fn every_old_variable_is_told_and_has_the_setting_that_is_told() {
    let (page, man) = (text(MIGRATION), man());
    let settings = settings(&man);
    assert!(settings.len() > 10, "{settings:?}");
    let knows = |name: &str| man.contains(name);
    let variables = [
        "MM_URL",
        "MM_BASE_URL",
        "MM_TOKEN",
        "MM_BOT_TOKEN",
        "TRANSCRIPT_DIR",
        "THROTTLE_MS",
        "IDLE_TIMEOUT_S",
        "MAX_SESSION_DURATION_S",
        "MAX_STATUS_LINES",
        "MAX_ACTIVE_SESSIONS",
        "MAX_MESSAGE_CHARS",
        "HEALTH_PORT",
        "LOG_LEVEL",
        "CIRCUIT_BREAKER_THRESHOLD",
        "CIRCUIT_BREAKER_COOLDOWN_S",
        "PID_FILE",
        "TOOL_LABELS_FILE",
    ];
    for name in variables {
        let quoted = format!("`{name}`");
        let row = page
            .lines()
            .find(|line| line.starts_with('|') && line.contains(&quoted));
        let row = row.unwrap_or_else(|| unreachable!("{MIGRATION} does not tell {name}"));
        let setting = row.split('|').nth(2).expect("a setting").trim();
        match settings.get(name) {
            Some(flag) => assert_eq!(setting, format!("`{flag}`"), "{name}"),
            None => {
                let without = ["MM_TOKEN", "MM_BOT_TOKEN", "TRANSCRIPT_DIR"];
                assert!(without.contains(&name), "{name} has no setting any more");
            }
        }
        for flag in self::quoted(setting).filter(|word| word.starts_with("--")) {
            assert!(knows(flag), "{name}: there is no {flag}");
        }
        assert!(knows(name), "live-status(1) does not know {name}");
    }
}

#[test]
fn every_setting_of_the_environment_file_is_one() {
    let (env, man) = (text("examples/deploy/live-status.env"), man());
    let pairs: Vec<(&str, &str)> = env
        .lines()
        .map(|line| line.trim_start_matches('#'))
        .filter_map(|line| line.split_once('='))
        .filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect();
    assert!(pairs.contains(&("HEALTH_PORT", "9090")), "{pairs:?}");
    for (name, value) in pairs {
        assert!(man.contains(name), "{name}");
        assert!(!name.contains("TOKEN"), "the token has a file of its own");
        // Docker hands quotes on as they stand.
        assert!(!value.contains(['"', '\'', ' ']), "{name}={value}");
    }
}

#[test]
fn every_way_of_starting_says_where_health_is() {
    for file in [
        "INSTALL.md",
        "MIGRATION.md",
        "live-status.env",
        "docker/Dockerfile",
    ] {
        let text = text(&format!("examples/deploy/{file}"));
        assert!(text.contains("HEALTH_PORT=9090"), "{file}");
    }
}
