//! The index: which row claims which transcript, and what a change of it says.

use std::time::{Duration, SystemTime};

use super::*;

/// Key and session id of every session, announced ones with a star.
fn sessions(scene: &Scene) -> Vec<String> {
    let mut all: Vec<String> = scene
        .follower
        .sessions()
        .map(|(id, session)| {
            let star = if scene.follower.exists(id) { "" } else { "*" };
            format!(
                "{}={}{star}",
                session.key.map_or("-", |key| key),
                session.sid
            )
        })
        .collect();
    all.sort();
    all
}

#[test]
fn rows_lead_to_transcripts_wherever_they_say_it_is() {
    let mut scene = Scene::new();
    for name in [
        "a",
        "b-topic-7",
        "2026-09-25T10-00-07-120Z_c",
        "orphan",
        "e",
    ] {
        scene.write(&format!("{name}.jsonl"), "1\n");
    }
    let inside = scene.path("e.jsonl");
    let index = serde_json::json!({
        "k:mount": {"sessionId": "a", "sessionFile": "/home/node/.openclaw/agents/main/sessions/a.jsonl"},
        "k:topic": {"sessionId": "b", "sessionFile": "b-topic-7.jsonl"},
        "k:fork": {"sessionId": "c", "sessionFile": "2026-09-25T10-00-07-120Z_c.jsonl"},
        "k:new": {"sessionId": "d"},
        "k:inside": {"sessionId": "e", "sessionFile": inside},
        "k:climbs": {"sessionId": "f", "sessionFile": "../../../x.jsonl"},
        "k:hostile": {"sessionId": "../../x"},
        "k:nothing": {"model": "m"},
        "version": 3,
    });
    scene.write("sessions.json", index.to_string());
    scene.look();
    let want = [
        "-=orphan",
        "k:climbs=f*",
        "k:fork=c",
        "k:inside=e",
        "k:mount=a",
        "k:new=d*",
        "k:topic=b",
    ];
    assert_eq!(sessions(&scene), want);
    let without: Vec<_> = scene
        .rows
        .iter()
        .filter(|(_, sid)| sid.is_none())
        .map(|(key, _)| key)
        .collect();
    assert_eq!(without, ["k:hostile", "k:nothing"]);
    // Before the file comes it stands under the name it will have.
    let near = scene.only_id();
    let id = scene.follower.find("d.jsonl", near).expect("announced");
    assert!(
        scene
            .follower
            .at(id)
            .ends_with("/agents/main/sessions/d.jsonl")
    );
    assert_eq!(
        (scene.follower.modified(id), scene.follower.size(id)),
        (None, 0)
    );
}

#[test]
fn only_changed_rows_are_told_and_a_torn_index_changes_nothing() {
    let mut scene = Scene::new();
    let steps = [
        (
            r#"{"a":{"sessionId":"a"},"b":{"sessionId":"b"}}"#,
            vec!["a", "b"],
            0,
        ),
        (
            r#"{"a":{"sessionId":"a"},  "b":{"sessionId":"b"}}"#,
            vec![],
            0,
        ),
        (
            r#"{"a":{"sessionId":"a","x":1},"b":{"sessionId":"b"}}"#,
            vec!["a"],
            0,
        ),
        (r#"{"a":{"sessionId":"a","x":1},"b":{"sess"#, vec![], 1),
        (
            r#"{"b":{"sessionId":"b"},"a":{"sessionId":"a","x":1}}"#,
            vec![],
            0,
        ),
        (r#"{"b":{"sessionId":"b"}}"#, vec![], 0),
        (
            r#"{"b":{"sessionId":"b"},"a":{"sessionId":"a","x":1}} junk"#,
            vec!["a"],
            0,
        ),
    ];
    for (text, want, notes) in steps {
        let before = scene.rows.len();
        scene.write("t.tmp", text);
        fs::rename(scene.path("t.tmp"), scene.path("sessions.json")).expect("renamed");
        scene.look();
        let told: Vec<_> = scene.rows[before..]
            .iter()
            .map(|(key, _)| key.as_str())
            .collect();
        assert_eq!(told, want, "{text}");
        assert_eq!(scene.notes().len(), notes, "{text}");
    }
    assert_eq!(sessions(&scene), ["a=a*", "b=b*"]);
}

#[test]
fn a_new_session_takes_the_key_over_and_an_announced_one_may_be_taken_back() {
    let mut scene = Scene::new();
    scene.write("a.jsonl", "1\n");
    let steps = [
        (r#"{"k":{"sessionId":"a"}}"#, &["k=a"][..]),
        // A reset: the old transcript keeps the name it had.
        (r#"{"k":{"sessionId":"b"}}"#, &["k=a", "k=b*"]),
        // A spawn that failed within a second.
        (
            r#"{"k":{"sessionId":"b"},"s":{"sessionId":"c"}}"#,
            &["k=a", "k=b*", "s=c*"],
        ),
        (r#"{"k":{"sessionId":"b"}}"#, &["k=a", "k=b*"]),
        // A cron job and its run claim one transcript.
        (
            r#"{"k:cron:1:run:2":{"sessionId":"d"},"k":{"sessionId":"b"},"k:cron:1":{"sessionId":"d"}}"#,
            &["k:cron:1=d*", "k=a", "k=b*"],
        ),
        (
            r#"{"k:cron:1:run:2":{"sessionId":"d","x":1},"k":{"sessionId":"b"},"k:cron:1":{"sessionId":"d"}}"#,
            &["k:cron:1=d*", "k=a", "k=b*"],
        ),
    ];
    for (text, want) in steps {
        scene.write("sessions.json", text);
        scene.look();
        assert_eq!(sessions(&scene), want, "{text}");
    }
}

#[test]
fn a_large_index_is_read_as_a_stream() {
    let mut scene = Scene::new();
    let filler = "x".repeat(50_000);
    let entry = |at: usize| {
        format!("\"k{at}\":{{\"sessionId\":\"s{at}\",\"skillsSnapshot\":\"{filler}\"}}")
    };
    let text = format!(
        "{{{}}}",
        (0..120).map(entry).collect::<Vec<_>>().join(",\n")
    );
    scene.write("sessions.json", &text);
    scene.look();
    assert_eq!(scene.rows.len(), 120);
    scene.write("sessions.json", text.replacen("\"s7\"", "\"t7\"", 1));
    scene.look();
    assert_eq!(
        scene.rows[120..],
        [("k7".to_owned(), Some("t7".to_owned()))]
    );
}

#[test]
fn filters_leave_out_agents_and_old_transcripts_until_they_wake() {
    let since = SystemTime::now() - Duration::from_secs(3_600);
    let mut scene = Scene::with(Options {
        agents: vec!["main".into()],
        modified_since: Some(since),
        ..Options::default()
    });
    let other = scene.dir.path().join("agents/other/sessions");
    fs::create_dir_all(&other).expect("made");
    fs::write(other.join("x.jsonl"), "1\n").expect("written");
    scene.write("old.jsonl", "1\n");
    scene.write("new.jsonl", "2\n");
    let file = fs::File::open(scene.path("old.jsonl")).expect("opens");
    file.set_modified(since - Duration::from_secs(1))
        .expect("set");
    scene.write(
        "sessions.json",
        r#"{"o":{"sessionId":"old","updatedAt":1},"n":{"sessionId":"new"},"g":{"sessionId":"gone","updatedAt":1}}"#,
    );
    scene.look();
    assert_eq!(sessions(&scene), ["n=new"]);
    scene.append("old.jsonl", "3\n");
    assert_eq!(scene.look(), ["1", "3"]);
    assert_eq!(sessions(&scene), ["n=new", "o=old"]);
}
