//! Databases of earlier formats.

use super::*;

/// A database as format 1 left it, in the words of SQLite's own dump. Never changed.
const FORMAT_1: &str = include_str!("../../../../tests/compat/state/boxes-1.sql");

fn of_format_1() -> Place {
    let place = Place::new();
    fs::write(&place.path, "").expect("written");
    fs::set_permissions(&place.path, fs::Permissions::from_mode(0o600)).expect("set");
    place.run("PRAGMA journal_mode=WAL");
    place.run(FORMAT_1);
    place.fold();
    place
}

fn frames(boxes: &[Kept]) -> Vec<&str> {
    boxes.iter().map(|kept| kept.frame.as_str()).collect()
}

const FRAMES: [&str; 3] = ["deploy", "aaaabbbbccccddddeeeeffff22", "nightly"];

#[test]
fn boxes_of_format_1_are_read_as_they_are_and_nothing_is_changed_by_looking() {
    let place = of_format_1();
    let before = place.bytes();
    let seen = Boxes::look(&place.state).expect("looks");
    assert_eq!(frames(&seen), FRAMES);
    assert!(seen.iter().all(|kept| kept.about.is_empty()));
    assert_eq!(place.bytes(), before);
}

// Fault 40.
#[test]
fn boxes_of_format_1_survive_whoever_opens_them_and_are_of_ours_then() {
    for may_repair in [false, true] {
        let place = of_format_1();
        let boxes = Boxes::open(&place.state, may_repair, NOW).expect("opens");
        assert_eq!(frames(&boxes.all()), FRAMES);
        assert_eq!(boxes.instance(), "w7yz4jurjpzcelkvvoljmmybe7");
        assert_eq!((boxes.is_new(), boxes.remark()), (false, None));
        let told = Kept {
            about: About {
                agent: Some("main".into()),
                turned: Some(NOW),
                ..About::default()
            },
            ..boxes.all().remove(0)
        };
        boxes.commit(&told).expect("committed");
        drop(boxes);
        // A second time there is nothing to do.
        let again = place.open();
        assert_eq!(again.get(&told.key), Some(told));
        assert_eq!(frames(&again.all()), FRAMES);
    }
}

// Fault 40.
#[test]
fn row_40_what_was_of_format_1_stays_beside_it_as_it_was_once_and_for_us_alone() {
    let place = of_format_1();
    let earlier = place.beside(".earlier");
    fs::write(&earlier, "of an earlier step still").expect("written");
    drop(place.open());
    let mode = fs::metadata(&earlier).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        names(place.state.path(), "boxes.sqlite.earlier"),
        ["boxes.sqlite.earlier"]
    );
    let before = fs::read(&earlier).expect("reads");
    // Who takes it back has all of it, in the format that it was of.
    let other = Place::new();
    fs::write(&other.path, &before).expect("written");
    let back = Connection::open(&other.path).expect("opens");
    let version: i32 = back
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .expect("a version");
    let has_about = back.prepare("SELECT about FROM box").is_ok();
    assert!(version == 1 && !has_about, "it is of format {version}");
    drop(back);
    assert_eq!(frames(&Boxes::look(&other.state).expect("looks")), FRAMES);
    // Nothing is kept of what is of our format already.
    drop(place.open());
    assert_eq!(fs::read(&earlier).expect("reads"), before);
}

#[test]
fn a_process_that_had_format_1_open_goes_on_beside_us() {
    let place = of_format_1();
    let earlier = Connection::open(&place.path).expect("opens");
    let boxes = place.open();
    let deploy = boxes.all().remove(0);
    // As format 1 writes a row: it names every column that it knows.
    let rows = earlier
        .execute(
            "INSERT OR REPLACE INTO box(key, frame, sink, server, channel, root, phase, post, since, seq, part, hash, rev, state, at, note, sum)
             SELECT key, frame, sink, server, channel, root, phase, post, since, seq, part, hash, rev, state, at, note, sum FROM box",
            [],
        )
        .expect("written");
    assert_eq!(rows, 3);
    assert_eq!(frames(&boxes.all()), FRAMES);
    assert_eq!(boxes.get(&deploy.key), Some(deploy));
}

#[test]
fn a_header_that_is_not_the_tables_is_damage_in_every_format() {
    for (header, table) in [(1, 2), (3, 1), (9, 2)] {
        let place = of_format_1();
        place.run(&format!(
            "UPDATE meta SET value = '{table}' WHERE name = 'version'; PRAGMA user_version = {header}"
        ));
        let boxes = place.repair();
        let remark = boxes.remark().unwrap_or_default();
        assert!(
            remark.contains("boxes.sqlite.corrupt-1"),
            "{header}: {remark}"
        );
    }
}

#[test]
fn where_there_is_nothing_a_look_finds_nothing_and_makes_nothing() {
    let place = Place::new();
    assert_eq!(Boxes::look(&place.state).expect("looks"), []);
    assert_eq!(names(place.state.path(), ""), [""; 0]);
    // Made by somebody who has not come further.
    fs::write(&place.path, "").expect("written");
    assert_eq!(Boxes::look(&place.state).expect("looks"), []);
    fs::write(&place.path, "no database").expect("written");
    let error = Boxes::look(&place.state).expect_err("damaged").to_string();
    assert!(error.contains("it is damaged"), "{error}");
}
