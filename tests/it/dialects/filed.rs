//! OpenCode's sessions of the time before its store: a file for each of them, their messages and parts.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::cases;
use super::store::{exports, store, told};
use crate::support::{files, home, program, run, wire};

/// Where OpenCode keeps everything.
const PLACE: &str = ".local/share/opencode";

fn write(path: PathBuf, value: &Value) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let text = serde_json::to_string_pretty(value).expect("JSON");
    std::fs::write(path, text).expect("written");
}

/// The same as files.
fn filed(storage: &Path, exports: &[Value]) {
    let id = |value: &Value| value["id"].as_str().expect("an id").to_owned();
    let file = |folders: &[&str], value: &Value| {
        let folder = folders
            .iter()
            .fold(storage.to_owned(), |at, it| at.join(it));
        write(folder.join(id(value) + ".json"), value);
    };
    for export in exports {
        let info = &export["info"];
        file(&["session", "p1"], info);
        for message in export["messages"].as_array().expect("messages") {
            let mut own = message["info"].clone();
            own["sessionID"] = info["id"].clone();
            file(&["message", &id(info)], &own);
            for part in message["parts"].as_array().expect("parts") {
                let mut part = part.clone();
                part["messageID"] = own["id"].clone();
                part["sessionID"] = info["id"].clone();
                file(&["part", &id(&own)], &part);
            }
        }
    }
}

/// The same in files that are not called by their ids, with the parts of all messages in one folder.
fn filed_otherwise(storage: &Path, exports: &[Value]) {
    let mut parts = 0;
    for (number, export) in exports.iter().enumerate() {
        let info = &export["info"];
        let sid = info["id"].as_str().expect("an id");
        write(storage.join(format!("session/p1/ses_{number}.json")), info);
        let messages = export["messages"].as_array().expect("messages");
        for (number, message) in messages.iter().enumerate() {
            let own = &message["info"];
            let file = format!("message/{sid}/msg_{number:04}.json");
            write(storage.join(file), own);
            for part in message["parts"].as_array().expect("parts") {
                let mut part = part.clone();
                part["messageID"] = own["id"].clone();
                parts += 1;
                write(storage.join(format!("part/prt_{parts:04}.json")), &part);
            }
        }
    }
}

/// The kinds of the places that events are from.
fn kinds(out: &[u8]) -> Vec<String> {
    let events = wire::events(out).into_iter();
    let mut kinds: Vec<String> = events.map(|it| it["src"]["kind"].to_string()).collect();
    kinds.dedup();
    kinds
}

#[test]
fn the_files_say_what_the_store_does_that_is_made_of_them() {
    let (old, new) = (home(), home());
    let exports = exports();
    filed(&old.path().join(PLACE).join("storage"), &exports);
    store(&new.path().join(PLACE).join("opencode.db"), &exports);
    let want = told(&run(new.path(), &["tail"]).ok().out);
    assert!(want.len() > 20, "{want:#?}");
    let below = |path: &str| format!("{PLACE}/{path}");
    for args in [
        vec!["tail".to_owned()],
        vec![
            "tail".to_owned(),
            "--source".to_owned(),
            "opencode".to_owned(),
        ],
        vec!["tail".to_owned(), below("")],
        vec!["tail".to_owned(), below("storage")],
        vec!["tail".to_owned(), below("storage/session")],
        vec!["tail".to_owned(), below("storage/session/p1")],
    ] {
        let ran = run(old.path(), &args).ok();
        assert_eq!(told(&ran.out), want, "{args:?}");
        assert_eq!(kinds(&ran.out), ["\"file\""], "{args:?}");
        assert_eq!(ran.err, "", "{args:?}");
    }
    let elsewhere = home();
    let mut moved = program(elsewhere.path());
    moved.env("XDG_DATA_HOME", old.path().join(".local/share"));
    let output = moved.arg("tail").output().expect("the program starts");
    assert_eq!(told(&output.stdout), want, "a variable moves the place");
    let names = files(&old.path().join(PLACE).join("storage/session"), ".json");
    let each = names.iter().flat_map(|path| {
        let ran = run(old.path(), &["tail".as_ref(), path.as_os_str()]).ok();
        told(&ran.out)
    });
    assert_eq!(
        each.collect::<Vec<_>>(),
        want,
        "a session can be named alone"
    );
}

#[test]
fn files_that_are_called_otherwise_say_the_same_in_a_folder_of_any_name() {
    let home = home();
    let exports = exports();
    filed(&home.path().join("plain"), &exports);
    filed_otherwise(&home.path().join("numbered"), &exports);
    let want = told(&run(home.path(), &["tail", "plain"]).ok().out);
    assert!(want.len() > 20, "{want:#?}");
    for path in ["numbered", "numbered/session", "numbered/session/p1"] {
        let ran = run(home.path(), &["tail", path]).ok();
        assert_eq!(told(&ran.out), want, "{path}");
        assert_eq!(ran.err, "", "{path}");
    }
    std::fs::create_dir_all(home.path().join(PLACE)).expect("made");
    let storage = home.path().join(PLACE).join("storage");
    std::fs::rename(home.path().join("numbered"), storage).expect("renamed");
    assert_eq!(told(&run(home.path(), &["tail"]).ok().out), want);
}

#[test]
fn a_session_that_stands_in_both_is_told_once_and_by_the_store() {
    let home = home();
    let place = home.path().join(PLACE);
    let exports = exports();
    filed(&place.join("storage"), &exports);
    let before = run(home.path(), &["tail"]).ok();
    store(&place.join("opencode.db"), &exports);
    for args in [&["tail"][..], &["tail", PLACE]] {
        let after = run(home.path(), args).ok();
        assert_eq!(told(&after.out), told(&before.out), "{args:?}");
        assert_eq!(kinds(&after.out), ["\"store\""], "{args:?}");
    }
    let said = run(home.path(), &["doctor"]);
    let doctor = String::from_utf8_lossy(&said.out).into_owned();
    assert!(doctor.contains("OpenCode, 2 sessions"), "{doctor}");
    std::fs::write(place.join("opencode.db"), "").expect("emptied");
    let ran = run(home.path(), &["tail"]).ok();
    assert_eq!(
        kinds(&ran.out),
        ["\"file\""],
        "a store without tables says nothing"
    );
}

#[test]
fn exports_that_are_called_like_sessions_are_no_files_of_them() {
    let home = home();
    let [parent, child] = exports();
    for export in [&parent, &child] {
        let name = export["info"]["id"].as_str().expect("an id");
        write(
            home.path().join("out").join(name.to_owned() + ".json"),
            export,
        );
    }
    let ran = run(home.path(), &["tail", "out"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("out holds no agents"), "{}", ran.err);
}

#[test]
fn what_nobody_knows_in_the_files_changes_nothing() {
    let dialect = super::DIALECTS.iter().find(|it| it.source == "opencode");
    let all = cases(dialect.expect("a dialect")).into_iter();
    let case = all.clone().find(|case| case.ends_with("files"));
    let case = case.expect("a case of files");
    let home = home();
    let later = home.path().join("later");
    for path in files(&case, ".json") {
        let text = std::fs::read_to_string(&path).expect("a file");
        let mut value: Value = serde_json::from_str(&text).expect("JSON");
        value["novelty"] = json!({"deep": [1, {"type": "text", "role": "user"}]});
        let below = path.strip_prefix(&case).expect("below");
        if below.starts_with("storage/part") {
            let part = later.join(below).with_file_name("prt_hologram.json");
            write(part, &json!({"id": "h", "type": "hologram", "text": "x"}));
        }
        write(later.join(below), &value);
    }
    let more = [
        "storage/hologram/h.json",
        "storage/session/p1/notes.json",
        "storage/session/p1/.ses_aside.json",
    ];
    for path in more {
        write(
            later.join(path),
            &json!({"id": "ses_h", "type": "hologram"}),
        );
    }
    let plain = run(home.path(), &["tail".as_ref(), case.as_os_str()]).ok();
    let drifted = run(home.path(), &["tail", "later"]).ok();
    assert!(drifted.err.contains("hologram"), "{}", drifted.err);
    let (plain, drifted) = (told(&plain.out), told(&drifted.out));
    assert_eq!(drifted, plain);
}
