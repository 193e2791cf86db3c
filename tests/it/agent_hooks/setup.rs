//! `hooks`: what is put into an agent's configuration comes out again, and nothing else changes.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::executable::executable;
use crate::support::{Ran, files, home, program, run};

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

/// Every file and directory below a home, without what is kept of our own.
fn everything(home: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![home.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path != home.join(".local") {
                todo.extend(path.is_dir().then(|| path.clone()));
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

const ALL: &str = "claude codex gemini opencode cursor copilot droid qwen kimi grok";

#[test]
fn where_nothing_was_nothing_is_left() {
    let home = home();
    let home = home.path();
    std::fs::create_dir(home.join(".claude")).expect("made");
    write(home, ".factory/settings.json", "{}\n");
    let before = everything(home);
    for time in 0..2 {
        hooks(home, &format!("install {ALL} --yes")).ok();
        let with = everything(home);
        assert!(home.join(".factory/hooks.json").exists(), "time {time}");
        let shown = hooks(home, &format!("uninstall {ALL} --dry-run")).ok();
        let gone = shown.text().matches("\n+++ /dev/null\n").count();
        assert_eq!(gone, 10, "{}", shown.text());
        assert_eq!(everything(home), with, "a dry run");
        let ran = hooks(home, &format!("uninstall {ALL} --yes")).ok();
        let gone = ran
            .text()
            .matches(", and removed, since nothing else was in it)");
        assert_eq!(gone.count(), 10, "{}", ran.text());
        assert_eq!(everything(home), before, "time {time}");
    }
}

#[test]
fn files_of_a_person_stay_whatever_is_in_them() {
    let home = home();
    let home = home.path();
    let before = [
        (".claude/settings.json", "{}"),
        (".codex/hooks.json", "{}\n"),
        (".gemini/settings.json", "{ }"),
        (".cursor/hooks.json", "{\n  \"version\": 1\n}\n"),
        (".factory/hooks.json", "{}\n"),
        (".qwen/settings.json", "{\n}\n"),
        (".kimi-code/config.toml", ""),
    ];
    for (file, text) in before {
        write(home, file, text);
    }
    for _ in 0..2 {
        hooks(home, "install --all --yes").ok();
        hooks(home, "install --all --yes").ok();
        hooks(home, &format!("uninstall {ALL} --yes")).ok();
        hooks(home, &format!("uninstall {ALL} --yes")).ok();
        for (file, text) in before {
            assert_eq!(read(home, file), text, "{file}");
        }
        hooks(home, &format!("install {ALL} --yes")).ok();
    }
}

#[test]
fn a_file_that_was_made_stays_once_it_holds_more() {
    let home = home();
    let home = home.path();
    hooks(home, "install claude codex kimi --yes").ok();
    let more = [
        (".claude/settings.json", "{", "{\n  \"model\": \"x\","),
        (".codex/hooks.json", "{", "{ // mine"),
        (".kimi-code/config.toml", "# live", "a = 1\n# live"),
    ];
    for (file, from, to) in more {
        let text = read(home, file).replacen(from, to, 1);
        write(home, file, &text);
    }
    write(home, ".kimi-code/mine", "");
    hooks(home, "uninstall claude codex kimi --yes").ok();
    assert!(read(home, ".claude/settings.json").contains("model"));
    assert!(read(home, ".codex/hooks.json").contains("// mine"));
    assert_eq!(read(home, ".kimi-code/config.toml").trim_end(), "a = 1");
}

#[test]
fn what_silences_others_goes_though_nobody_remembers_who_made_it() {
    let home = home();
    let home = home.path();
    hooks(home, "install claude droid --yes").ok();
    let memory = files(home, "hooks-made");
    assert_eq!(memory.len(), 1, "{memory:?}");
    std::fs::remove_file(&memory[0]).expect("removed");
    hooks(home, "uninstall claude droid --yes").ok();
    assert!(!home.join(".factory/hooks.json").exists());
    assert_eq!(read(home, ".claude/settings.json"), "{}\n");
}

#[test]
fn a_program_of_another_name_says_what_to_do() {
    let home = home();
    let home = home.path();
    let other = home.join("status-copy");
    executable(Path::new(program(home).get_program()), &other);
    let run = |path: &Path| {
        let mut command = Command::new(&other);
        command.env_clear().env("HOME", home).env("PATH", path);
        let args = ["hooks", "install", "claude", "kimi", "opencode", "--yes"];
        Ran::from(command.args(args).output().expect("the program starts"))
    };
    let before = everything(home);
    let ran = run(Path::new("/nowhere"));
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(
        ran.err.contains("known by the name live-status"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("hint: name its file live-status"),
        "{}",
        ran.err
    );
    assert_eq!(everything(home), before);
    write(home, "bin/live-status", "");
    let ran = run(&home.join("bin"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(read(home, ".claude/settings.json").contains("\"live-status hook claude "));
}
