//! Databases that are damaged, or of another version.

use super::*;

/// A database of three boxes, with nobody at it.
fn three() -> (Place, String) {
    let place = Place::new();
    let boxes = place.open();
    for key in ["a", "b", "c"] {
        boxes.commit(&kept(key)).expect("committed");
    }
    let instance = boxes.instance().to_owned();
    drop(boxes);
    place.fold();
    (place, instance)
}

// Fault 38.
#[test]
fn a_row_that_is_not_as_it_was_written_counts_as_absent() {
    let (place, _) = three();
    let boxes = place.repair();
    let told = Kept {
        about: About {
            agent: Some("main".into()),
            ..About::default()
        },
        ..kept("b")
    };
    boxes.commit(&told).expect("committed");
    let changes = [
        "frame = 'other'",
        "root = NULL",
        "post = 'post-of-c'",
        "since = since + 1",
        "seq = 0",
        "part = 0",
        "state = 'done'",
        "note = ''",
        "about = NULL",
        "about = replace(about, 'main', 'ops')",
        "sum = sum + 1",
        "key = 'd'",
    ];
    for change in changes {
        place.run(&format!("UPDATE box SET {change} WHERE key = 'b'"));
        assert_eq!(boxes.get("b"), None, "{change}");
        assert_eq!(boxes.get("d"), None, "{change}");
        assert_eq!(boxes.all(), [kept("a"), kept("c")], "{change}");
        assert_eq!(
            Boxes::look(&place.state).expect("looks"),
            [kept("a"), kept("c")]
        );
        boxes.commit(&told).expect("committed");
        assert_eq!(boxes.get("b").as_ref(), Some(&told), "{change}");
    }
}

#[test]
fn a_later_version_is_refused_and_left_alone() {
    let cases = [
        "PRAGMA user_version = 3; UPDATE meta SET value = '3' WHERE name = 'version'",
        "PRAGMA user_version = 7; DROP TABLE meta; DROP TABLE box",
    ];
    for sql in cases {
        let (place, _) = three();
        place.run(sql);
        place.fold();
        let before = place.bytes();
        for may_repair in [false, true] {
            let error = Boxes::open(&place.state, may_repair, NOW).expect_err("too new");
            assert!(matches!(error, BoxesError::Newer { .. }), "{error}");
            assert_eq!(place.bytes(), before, "{sql}");
        }
        let error = Boxes::look(&place.state).expect_err("too new");
        assert!(matches!(error, BoxesError::Newer { .. }), "{error}");
        assert_eq!(names(place.state.path(), "boxes.sqlite.corrupt"), [""; 0]);
    }
}

// Fault 40.
#[test]
fn a_flipped_version_is_damage() {
    let (place, instance) = three();
    place.run("PRAGMA user_version = 17");
    let boxes = place.repair();
    assert!(boxes.is_new());
    let remark = boxes.remark().expect("a remark");
    assert!(remark.contains("boxes.sqlite.corrupt-1"), "{remark}");
    assert_eq!(boxes.remark(), None, "said once");
    assert_ne!(boxes.instance(), instance);
}

#[test]
fn who_may_not_repair_works_in_memory_and_touches_nothing() {
    let (place, _) = three();
    fs::write(&place.path, vec![0; 8 << 10]).expect("written");
    let boxes = place.open();
    assert!(boxes.is_new());
    let remark = boxes.remark().expect("a remark");
    assert!(remark.contains("live-status run sets it aside"), "{remark}");
    boxes.commit(&kept("a")).expect("committed");
    assert_eq!(boxes.get("a"), Some(kept("a")));
    assert_eq!(boxes.remark(), None);
    assert_eq!(place.bytes(), vec![0; 8 << 10]);
    assert_eq!(names(place.state.path(), "boxes.sqlite.corrupt"), [""; 0]);

    // The holder of the lock does, again and again.
    for number in 1..=2 {
        fs::write(
            &place.path,
            b"not a database at all, whoever reads it".repeat(99),
        )
        .expect("ok");
        let repaired = place.repair();
        let remark = repaired.remark().expect("a remark");
        assert!(remark.contains(&format!("corrupt-{number}")), "{remark}");
        repaired.commit(&kept("b")).expect("committed");
        drop(repaired);
        assert_eq!(place.open().all(), [kept("b")]);
        // Else the log would stand in for what is damaged.
        place.fold();
    }
}

#[test]
fn damage_that_shows_later_is_survived_with_the_rows_that_are_whole() {
    for may_repair in [false, true] {
        let (place, instance) = three();
        let boxes = Boxes::open(&place.state, may_repair, NOW).expect("opens");
        // Another program's idea of a table: no statement of ours fits.
        place.run("ALTER TABLE box RENAME COLUMN post TO letter");
        boxes.commit(&kept("d")).expect("committed");
        assert_eq!(boxes.get("d"), Some(kept("d")), "{may_repair}");
        assert_eq!(boxes.instance(), instance);
        assert!(boxes.is_new() && boxes.remark().is_some());
        drop(boxes);
        let aside = names(place.state.path(), "boxes.sqlite.corrupt-1");
        assert_eq!(aside.is_empty(), !may_repair, "{aside:?}");
        if may_repair {
            let again = place.open();
            assert_eq!(again.all(), [kept("d")]);
            assert_eq!(again.instance(), instance);
        }
    }
}

// Faults 39, 45.
#[test]
fn a_torn_log_loses_its_end_alone() {
    let (place, _) = three();
    let boxes = place.open();
    let mut sizes = Vec::new();
    for seq in 1..=4 {
        let next = Kept { seq, ..kept("a") };
        boxes.commit(&next).expect("committed");
        sizes.push(fs::metadata(place.beside("-wal")).expect("is there").len());
    }
    drop(boxes);
    let log = fs::read(place.beside("-wal")).expect("reads");
    let whole = place.bytes();
    for cut in (0..=log.len()).step_by(512) {
        fs::write(&place.path, &whole).expect("written");
        fs::write(place.beside("-wal"), &log[..cut]).expect("written");
        let boxes = place.repair();
        let done = sizes.iter().filter(|size| **size <= cut as u64).count() as u64;
        let want = if done == 0 { u64::MAX } else { done };
        assert_eq!(
            boxes.get("a").map(|kept| kept.seq),
            Some(want),
            "cut at {cut}"
        );
        boxes.commit(&kept("d")).expect("committed");
        assert_eq!((boxes.is_new(), boxes.remark()), (false, None));
    }
    // What stands behind the end is no part of it.
    fs::write(place.beside("-wal"), [log, vec![0x5a; 9_999]].concat()).expect("written");
    fs::write(&place.path, &whole).expect("written");
    assert_eq!(place.repair().get("a").map(|kept| kept.seq), Some(4));
}
