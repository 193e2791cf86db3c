//! The systemd units: what each must say, and how much of the machine it can reach.

use std::process::Command;

use super::{has, path, text};

const UNITS: [&str; 2] = ["system", "user"];
const DROP_INS: [&str; 2] = ["system/another-user", "user/without-namespaces"];

/// What both units say, word for word.
const WANTED: [(&str, &str); 38] = [
    ("Type", "notify"),
    ("NotifyAccess", "main"),
    ("WatchdogSec", "60"),
    ("Restart", "on-failure"),
    ("RestartPreventExitStatus", "2 73 77 78"),
    ("SuccessExitStatus", "143"),
    ("ExecReload", "kill -HUP $MAINPID"),
    ("StateDirectory", "live-status"),
    ("StateDirectoryMode", "0700"),
    ("RuntimeDirectory", "live-status"),
    ("RuntimeDirectoryMode", "0700"),
    ("UMask", "0077"),
    ("NoNewPrivileges", "yes"),
    ("CapabilityBoundingSet", ""),
    ("ProtectSystem", "strict"),
    ("ProtectHome", "read-only"),
    ("PrivateTmp", "yes"),
    ("PrivateDevices", "yes"),
    ("PrivateUsers", "yes"),
    ("PrivateIPC", "yes"),
    ("PrivateMounts", "yes"),
    ("ProtectClock", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectControlGroups", "yes"),
    ("ProtectProc", "invisible"),
    ("ProcSubset", "pid"),
    ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("LockPersonality", "yes"),
    ("MemoryDenyWriteExecute", "yes"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
    ("SystemCallFilter", "~@privileged @resources"),
];

fn file(name: &str) -> String {
    format!("examples/deploy/systemd/{name}")
}

/// The settings of a unit, in their order.
pub(super) fn settings(below: &str) -> Vec<(String, String)> {
    text(below)
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn both_units_are_closed_but_for_what_the_work_needs() {
    for unit in UNITS {
        let settings = settings(&file(&format!("{unit}/live-status.service")));
        for (name, value) in WANTED {
            assert!(
                settings.iter().any(|had| had.0 == name && had.1 == value),
                "the {unit} unit does not say {name}={value}"
            );
        }
        let token = settings.iter().find(|(name, _)| name == "LoadCredential");
        let token = token.expect("the token comes as a credential");
        assert!(token.1.starts_with("mm-token:"), "{}", token.1);
        // What is set for a service shows in `systemctl show`, for everybody.
        for (name, value) in &settings {
            assert_ne!(name, "Environment", "the {unit} unit: {value}");
        }
    }
}

#[test]
fn a_drop_in_changes_what_its_unit_says() {
    for name in DROP_INS {
        let (folder, _) = name.split_once('/').expect("a folder");
        let unit = settings(&file(&format!("{folder}/live-status.service")));
        for (name, value) in settings(&file(&format!("{name}.conf"))) {
            let had = unit.iter().find(|(known, _)| *known == name);
            let new = name == "DynamicUser";
            assert!(
                new || had.is_some_and(|(_, had)| *had != value),
                "{name}={value}"
            );
        }
    }
}

/// The exposure that systemd's own checker sees; `None` where it cannot say, as before version 250.
fn exposure(unit: &std::path::Path) -> Option<f64> {
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=yes", "--no-pager"])
        .arg(unit)
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let verdict = text
        .lines()
        .find(|line| line.contains("exposure level for"))?;
    let (_, number) = verdict.split_once(": ")?;
    number.split(' ').next()?.parse().ok()
}

#[test]
fn the_exposure_of_every_unit_is_at_most_two() {
    if !has("systemd-analyze", "how exposed a unit is") {
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let merged = dir.path().join("live-status.service");
    let system = text(&file("system/live-status.service"));
    let another = text(&file("system/another-user.conf"));
    std::fs::write(&merged, format!("{system}\n{another}")).expect("written");
    let units = UNITS.map(|unit| path(&file(&format!("{unit}/live-status.service"))));
    for unit in units.iter().chain([&merged]) {
        match exposure(unit) {
            Some(exposure) => assert!(exposure <= 2.0, "{}: {exposure}", unit.display()),
            None => println!("skipped: this systemd-analyze does not look at files"),
        }
    }
}
