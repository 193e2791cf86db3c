//! Stores of messages that change in place: what changed comes again, whole and in order.

use super::stores::Writer;
use super::*;

pub(super) const TABLES: &str = "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; \
    CREATE TABLE session(id TEXT PRIMARY KEY, parent_id TEXT, directory TEXT, title TEXT, \
    time_created INTEGER, time_updated INTEGER); \
    CREATE TABLE message(id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, \
    time_updated INTEGER, data TEXT); \
    CREATE TABLE part(id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, \
    time_created INTEGER, time_updated INTEGER, data TEXT);";

/// A store in a fresh directory, with the program that writes to it and a follower of it.
fn scene(follow: bool) -> (Scene, Writer) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("opencode.db");
    let mut writer = Writer::new(&path);
    writer.run(TABLES);
    writer.run("INSERT INTO session VALUES('ses_1', NULL, '/w', 'T', 10, 10)");
    let layout = LAYOUTS.iter().find(|layout| layout.source == "opencode");
    let root = Root::Tree {
        path: dir.path().to_owned(),
        layout: layout.expect("a layout"),
        skip: 0,
    };
    let options = Options {
        follow,
        ..Options::default()
    };
    let scene = Scene {
        follower: Follower::new(vec![root], options),
        dir,
        seen: Vec::new(),
        rows: Vec::new(),
        changes: Vec::new(),
    };
    (scene, writer)
}

/// What was handed out: of the session its title, of a message its id and how many parts it has.
pub(super) fn told(records: &[String]) -> Vec<String> {
    let each = records.iter().map(|record| {
        let record: serde_json::Value = serde_json::from_str(record).expect(record);
        match record["session"]["title"].as_str() {
            Some(title) => title.to_owned(),
            None => {
                let id = record["info"]["id"].as_str().unwrap_or_default();
                let parts = record["parts"].as_array().map_or(0, Vec::len);
                format!("{id}:{parts}")
            }
        }
    });
    each.collect()
}

/// What was changed last comes once more with the next change: its millisecond may have had more.
#[test]
fn what_changed_comes_again_and_nothing_else() {
    let (mut scene, mut writer) = scene(false);
    writer.run("INSERT INTO message VALUES('m1','ses_1',10,11,'{\"role\":\"user\"}')");
    writer.run("INSERT INTO part VALUES('p1','m1','ses_1',11,11,'{\"type\":\"text\"}')");
    writer.run("INSERT INTO message VALUES('m2','ses_1',12,12,'{}')");
    assert_eq!(told(&scene.look()), ["T", "m1:1", "m2:0"]);
    assert_eq!(scene.look(), [""; 0], "nothing was written");
    let steps: [(&str, &[&str]); 6] = [
        (
            "INSERT INTO part VALUES('p2','m2','ses_1',13,13,'{}')",
            &["m2:1"],
        ),
        (
            "UPDATE part SET data='{\"type\":\"x\"}' WHERE id='p2'",
            &["m2:1"],
        ),
        (
            "UPDATE message SET data='{\"role\":\"assistant\"}', time_updated=13 WHERE id='m2'",
            &["m2:1"],
        ),
        (
            "UPDATE part SET time_updated=20 WHERE id='p1'",
            &["m1:1", "m2:1"],
        ),
        (
            "UPDATE session SET title='U', time_updated=30",
            &["U", "m1:1"],
        ),
        (
            "INSERT INTO message VALUES('m3','ses_1',40,40,'{}')",
            &["U", "m3:0"],
        ),
    ];
    for (statement, want) in steps {
        writer.run(statement);
        assert_eq!(told(&scene.look()), want, "{statement}");
    }
    let id = scene.only_id();
    scene.follower.rewind(id);
    let want = ["U", "m1:1", "m2:1", "m3:0"];
    assert_eq!(told(&scene.look()), want, "read again from its start");
    let head = scene
        .follower
        .head(id)
        .expect("what is known of the session");
    assert_eq!(told(&[String::from_utf8(head).expect("UTF-8")]), ["U"]);
    let before = scene.follower.cursor_before(id, At::Seq(12));
    assert!(scene.follower.resume(id, &before.expect("a place")));
    let want = ["U", "m2:1", "m3:0"];
    assert_eq!(
        told(&scene.look()),
        want,
        "all that was begun with the second or after it"
    );
    writer.run("UPDATE message SET time_updated=50");
    assert_eq!(told(&scene.look()), want[1..], "the first is over");
    let before = scene.follower.cursor_before(id, At::Seq(40));
    assert!(scene.follower.resume(id, &before.expect("a place")));
    let found = scene.follower.read_from_start(id, &mut |_| false);
    assert!(found.expect("reads"));
    assert_eq!(
        told(&scene.look()),
        ["m3:0"],
        "looking back changes nothing"
    );
    writer.run("DELETE FROM session");
    scene.look();
    assert!(scene.changes.is_empty() || matches!(scene.changes[..], [Change::Gone(_)]));
}

#[test]
fn what_changes_in_an_old_message_is_told_however_many_are_newer_but_not_what_was_passed_over() {
    for is_passed_over in [false, true] {
        let (mut scene, mut writer) = scene(true);
        for message in 0..200 {
            writer.run(&format!(
                "INSERT INTO message VALUES('m{message:03}','ses_1',11,11,'{{}}')"
            ));
        }
        writer.run("UPDATE message SET time_updated=12 WHERE id='m199'");
        scene.follower.watch();
        scene.follower.scan(&mut |_, _| {});
        let id = scene.only_id();
        match is_passed_over {
            true => scene.follower.seek_end(id),
            false => read_all(&mut scene.follower, id, &mut scene.seen),
        }
        scene.seen.clear();
        writer.run("UPDATE message SET data='{\"late\":1}', time_updated=20 WHERE id='m007'");
        writer.run("INSERT INTO message VALUES('m200','ses_1',21,21,'{}')");
        read_all(&mut scene.follower, id, &mut scene.seen);
        let want: &[&str] = match is_passed_over {
            true => &["m200:0"],
            false => &["m007:0", "m199:0", "m200:0"],
        };
        assert_eq!(told(&scene.seen), want, "{is_passed_over}");
    }
}

#[test]
fn an_answer_that_was_passed_over_unfinished_is_told_to_its_end() {
    let (mut scene, mut writer) = scene(true);
    let answer =
        |completed: &str| format!(r#"{{"role":"assistant","time":{{"created":1200{completed}}}}}"#);
    let over = answer(r#","completed":1500"#);
    for (id, begun, at, data) in [
        ("m1", 1_000, 1_000, r#"{"role":"user"}"#),
        ("m2", 1_100, 1_500, &*over),
        ("m3", 1_200, 2_000, &answer("")),
        // It was left so long ago.
        ("m4", 1_201, 1_201, &answer("")),
    ] {
        writer.run(&format!(
            "INSERT INTO message VALUES('{id}','ses_1',{begun},{at},'{data}')"
        ));
    }
    scene.follower.watch();
    scene.follower.scan(&mut |_, _| {});
    let id = scene.only_id();
    scene.follower.seek_end(id);
    let done = answer(r#","completed":9100"#);
    let steps: [(String, &[&str]); 6] = [
        ("UPDATE session SET time_updated=2001".to_owned(), &["T"]),
        (
            "INSERT INTO part VALUES('p1','m3','ses_1',9000,9000,'{}')".to_owned(),
            &["T", "m3:1"],
        ),
        (
            format!("UPDATE message SET data='{done}', time_updated=9100 WHERE id='m3'"),
            &["m3:1"],
        ),
        (
            "UPDATE message SET time_updated=9200 WHERE id='m2'".to_owned(),
            &["m3:1"],
        ),
        (
            "UPDATE message SET time_updated=9201 WHERE id='m1'".to_owned(),
            &[],
        ),
        // The clock was set back, if not behind what was passed over.
        (
            "INSERT INTO message VALUES('m5','ses_1',1202,9300,'{}')".to_owned(),
            &["m5:0"],
        ),
    ];
    for (statement, want) in steps {
        scene.seen.clear();
        writer.run(&statement);
        read_all(&mut scene.follower, id, &mut scene.seen);
        assert_eq!(told(&scene.seen), want, "{statement}");
    }
}

#[test]
fn many_messages_that_were_passed_over_hide_none_that_come() {
    let (mut scene, mut writer) = scene(true);
    for message in 0..450 {
        writer.run(&format!(
            "INSERT INTO message VALUES('m{message:04}','ses_1',11,11,'{{}}')"
        ));
    }
    scene.follower.watch();
    scene.follower.scan(&mut |_, _| {});
    let id = scene.only_id();
    scene.follower.seek_end(id);
    writer.run("UPDATE message SET time_updated=20");
    writer.run("INSERT INTO message VALUES('n','ses_1',21,21,'{}')");
    read_all(&mut scene.follower, id, &mut scene.seen);
    assert_eq!(told(&scene.seen), ["n:0"]);
}

#[test]
fn sessions_that_come_while_we_follow_are_found() {
    let (mut scene, mut writer) = scene(true);
    scene.follower.watch();
    scene.look();
    writer.run("INSERT INTO session VALUES('ses_2', 'ses_1', '/w', 'V', 50, 50)");
    writer.run("INSERT INTO message VALUES('m9','ses_2',51,51,'{}')");
    scene.look();
    let sessions = scene.follower.sessions();
    let sids: Vec<_> = sessions
        .map(|(_, it)| (it.source, it.sid.to_string()))
        .collect();
    assert_eq!(
        sids,
        [
            ("opencode", "ses_1".to_owned()),
            ("opencode", "ses_2".to_owned())
        ]
    );
    assert!(told(&scene.seen).contains(&"m9:0".to_owned()));
}

#[test]
fn many_messages_come_in_pages_and_each_once() {
    let (mut scene, mut writer) = scene(false);
    for message in 0..450 {
        let at = 100 + message / 7;
        writer.run(&format!(
            "INSERT INTO message VALUES('m{message:04}','ses_1',{at},{at},'{{}}')"
        ));
    }
    let told = told(&scene.look());
    let want: Vec<String> = (0..450).map(|message| format!("m{message:04}:0")).collect();
    assert_eq!(told[1..], want);
    assert_eq!(scene.look(), [""; 0]);
}

#[test]
fn what_changes_while_the_first_messages_are_handed_out_comes_again() {
    let (mut scene, mut writer) = scene(false);
    writer.run("INSERT INTO message VALUES('m1','ses_1',11,11,'{}')");
    writer.run("INSERT INTO message VALUES('m2','ses_1',12,12,'{}')");
    scene.follower.scan(&mut |_, _| {});
    let id = scene.only_id();
    let mut records = 0;
    let read = scene.follower.read(id, &mut |_| {
        records += 1;
        records < 2
    });
    read.expect("reads");
    writer.run("INSERT INTO part VALUES('p1','m1','ses_1',13,13,'{}')");
    writer.run("UPDATE message SET time_updated=14 WHERE id='m2'");
    read_all(&mut scene.follower, id, &mut scene.seen);
    assert_eq!(told(&scene.seen), ["m2:0", "m1:1", "m2:0"]);
    assert!(!scene.follower.has_unread(id));
}
