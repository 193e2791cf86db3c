//! What is over is forgotten, with a clock handed in.

use super::*;

fn done(key: &str, days_ago: i64) -> Kept {
    Kept {
        state: State::Done,
        at: NOW.plus_ms(-days_ago * DAY_MS),
        ..kept(key)
    }
}

fn keys(boxes: &Boxes) -> String {
    let all = boxes.all();
    let keys: Vec<_> = all.iter().map(|kept| kept.key.as_str()).collect();
    keys.join(" ")
}

// Fault 44.
#[test]
fn what_is_over_goes_after_thirty_days_and_what_lives_stays() {
    let place = Place::new();
    let boxes = place.open();
    let gone = Kept {
        phase: Phase::Gone,
        state: State::Active,
        ..done("gone", 31)
    };
    let live = Kept {
        state: State::Blocked,
        ..done("live", 400)
    };
    for kept in [&done("new", 29), &done("old", 31), &gone, &live] {
        boxes.commit(kept).expect("committed");
    }
    let open = |now| Boxes::open(&place.state, false, now).expect("opens");
    assert_eq!(keys(&open(NOW.plus_ms(DAY_MS - 1))), "gone live new old");
    assert_eq!(keys(&open(NOW.plus_ms(DAY_MS))), "live new");
    boxes.commit(&done("late", 40)).expect("committed");
    // Once a day, whoever opens it.
    assert_eq!(keys(&open(NOW.plus_ms(2 * DAY_MS - 1))), "late live new");
    assert_eq!(keys(&open(NOW.plus_ms(2 * DAY_MS))), "live");
    // A clock that was wrong once does not keep it from being done.
    drop(open(NOW.plus_ms(9_999 * DAY_MS)));
    boxes.note(&done("old", 31));
    assert_eq!(keys(&open(NOW)), "live");
}

#[test]
fn a_process_that_never_ends_forgets_as_well() {
    let place = Place::new();
    let boxes = place.open();
    boxes.commit(&done("old", 0)).expect("committed");
    boxes.commit(&done("next", -31)).expect("committed");
    assert_eq!(keys(&boxes), "next");
}
