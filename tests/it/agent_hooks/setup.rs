//! `hooks`: what is put into an agent's configuration comes out again, and nothing else changes.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use crate::support::{Ran, files, home, run};

const MINE: &str = "{\n  // mine\n  \"model\": \"x\",\n  \"hooks\": {\n    \"Stop\": [ {\"hooks\": [{\"type\": \"command\", \"command\": \"say done\"}]} ],\n  },\n}\n";

fn hooks(home: &Path, words: &str) -> Ran {
    let args: Vec<_> = std::iter::once("hooks").chain(words.split(' ')).collect();
    run(home, &args)
}

fn write(home: &Path, file: &str, text: &str) {
    let path = home.join(file);
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("made");
    std::fs::write(path, text).expect("written");
}

fn read(home: &Path, file: &str) -> String {
    std::fs::read_to_string(home.join(file)).expect(file)
}

#[test]
fn installed_again_and_taken_out_every_file_is_as_it_was() {
    let home = home();
    let home = home.path();
    let before = [
        (".claude/settings.json", MINE),
        (
            ".codex/hooks.json",
            "{\"description\":\"mine\",\"hooks\":{}}",
        ),
        (".gemini/settings.json", "{\r\n\t\"ui\": {\"a\": 1.50}\r\n}"),
        (
            ".cursor/hooks.json",
            "{\"version\": 1, \"hooks\": {\"stop\": [{\"command\": \"./x\"}]}}",
        ),
        (".factory/settings.json", "{\"hooks\":{}}\n"),
        (".qwen/settings.json", "{}"),
        (".kimi-code/config.toml", "# mine\n[models]\na = 1.50"),
        (".config/opencode/opencode.json", "{}"),
        (".copilot/config.json", "{}"),
        (".grok/config.toml", ""),
    ];
    for (file, text) in before {
        write(home, file, text);
    }
    let shown = hooks(home, "install --all --dry-run").ok();
    assert_eq!(
        shown.text().matches("\n+++ ").count() + 1,
        11,
        "{}",
        shown.text()
    );
    assert!(shown.text().contains("+++ "), "{}", shown.text());
    for (file, text) in before {
        assert_eq!(read(home, file), text, "{file}: a dry run");
    }
    let ran = hooks(home, "install --all --yes").ok();
    assert_eq!(
        ran.text().matches(": installed (").count(),
        10,
        "{}",
        ran.text()
    );
    assert!(
        !home.join(".factory/hooks.json").exists(),
        "it would silence the settings' hooks"
    );
    let with: Vec<_> = files(home, "")
        .iter()
        .map(std::fs::read)
        .map(Result::ok)
        .collect();
    let ran = hooks(home, "install --all").ok();
    assert_eq!(
        ran.text().matches(": already installed (").count(),
        10,
        "{}",
        ran.text()
    );
    let again: Vec<_> = files(home, "")
        .iter()
        .map(std::fs::read)
        .map(Result::ok)
        .collect();
    assert!(with == again, "a second time nothing changes");
    hooks(home, "uninstall --all --yes").ok();
    for (file, text) in before {
        assert_eq!(read(home, file), text, "{file}");
    }
    let left: Vec<_> = files(home, "live-status.js")
        .into_iter()
        .chain(files(home, "live-status.json"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn links_are_followed_and_modes_kept() {
    let home = home();
    let home = home.path();
    write(home, "dotfiles/claude.json", MINE);
    let real = home.join("dotfiles/claude.json");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("set");
    std::fs::create_dir(home.join(".claude")).expect("made");
    let link = home.join(".claude/settings.json");
    symlink(&real, &link).expect("linked");
    hooks(home, "install claude --yes").ok();
    assert!(link.is_symlink());
    assert_eq!(
        std::fs::metadata(&real).expect("there").mode() & 0o777,
        0o640
    );
    assert!(read(home, "dotfiles/claude.json").contains("hook claude"));
    hooks(home, "uninstall claude --yes").ok();
    assert_eq!(read(home, "dotfiles/claude.json"), MINE);
    assert_eq!(files(home, ".tmp"), [""; 0].map(std::path::PathBuf::from));
}

#[test]
fn what_is_not_understood_or_not_to_be_changed_is_left_alone() {
    let home = home();
    let home = home.path();
    let cases = [
        ("{\"hooks\": 7}", "no object"),
        ("{ broken", "cannot be read"),
        ("", "it is empty"),
        ("[]", "no JSON object"),
    ];
    for (text, want) in cases {
        write(home, ".claude/settings.json", text);
        let ran = hooks(home, "install claude --yes");
        assert_eq!(ran.code, 1, "{text}");
        assert!(
            ran.err.contains(want) && ran.err.contains("left as it is"),
            "{}",
            ran.err
        );
        assert_eq!(read(home, ".claude/settings.json"), text);
    }
    write(home, ".claude/settings.json", MINE);
    let path = home.join(".claude/settings.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).expect("set");
    let ran = hooks(home, "install claude codex --yes");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("read-only"), "{}", ran.err);
    assert_eq!(read(home, ".claude/settings.json"), MINE);
    assert!(
        home.join(".codex/hooks.json").exists(),
        "the other one is set up"
    );
    write(
        home,
        ".config/opencode/plugins/live-status.js",
        "// another's\n",
    );
    assert_eq!(hooks(home, "install opencode --yes").code, 1);
    assert_eq!(hooks(home, "uninstall opencode --yes").code, 0);
    assert_eq!(
        read(home, ".config/opencode/plugins/live-status.js"),
        "// another's\n"
    );
}

#[test]
fn nothing_is_changed_that_nobody_agreed_to() {
    let home = home();
    let home = home.path();
    write(home, ".claude/settings.json", MINE);
    let ran = hooks(home, "install claude");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--yes"), "{}", ran.err);
    assert!(ran.text().contains("+++ "), "it is shown: {}", ran.text());
    assert_eq!(read(home, ".claude/settings.json"), MINE);
    for words in [
        "install",
        "install --yes",
        "install emacs",
        "install claude --all",
    ] {
        assert_eq!(hooks(home, words).code, 2, "{words}");
    }
    // An uninstall makes no file.
    hooks(home, "uninstall codex gemini --yes").ok();
    assert!(!home.join(".codex").exists() && !home.join(".gemini").exists());
}

#[test]
fn who_opted_out_is_not_brought_back_but_by_name() {
    let home = home();
    let home = home.path();
    write(home, ".claude/settings.json", MINE);
    write(home, ".codex/config.toml", "[features]\nhooks = false\n");
    let ran = hooks(home, "install --all --yes").ok();
    assert!(ran.err.contains("features.hooks is false"), "{}", ran.err);
    hooks(home, "uninstall claude --yes").ok();
    let ran = hooks(home, "install --all --yes").ok();
    assert!(ran.err.contains("claude: left out"), "{}", ran.err);
    assert_eq!(read(home, ".claude/settings.json"), MINE);
    let list = hooks(home, "list --json").ok();
    let lines = list.lines();
    let of = |name: &str| {
        lines
            .iter()
            .find(|line| line["agent"] == name)
            .expect(name)
            .clone()
    };
    assert_eq!(
        (&of("claude")["installed"], &of("claude")["opted_out"]),
        (&false.into(), &true.into())
    );
    assert_eq!(of("codex")["installed"], true);
    assert!(
        of("codex")["silenced"][0]
            .as_str()
            .is_some_and(|text| text.contains("config.toml"))
    );
    assert_eq!(of("gemini")["here"], false);
    hooks(home, "install claude --yes").ok();
    let list = hooks(home, "list claude").ok();
    assert!(
        list.text().starts_with("claude    installed "),
        "{}",
        list.text()
    );
    let list = hooks(home, "list codex").ok();
    assert!(
        list.text()
            .contains("hooks do not run: features.hooks is false"),
        "{}",
        list.text()
    );
}
