//! `run` on a memory of boxes that was damaged while nobody was at work, is of another version, or full.

use std::path::{Path, PathBuf};

use live_status::store::{Boxes, StateDir};
use live_status::wire::frame::State;
use live_status::wire::kept::Kept;
use rustix::process::Signal;

use super::rig::{Home, Service, fake};
use crate::fake_mattermost::Fake;
use crate::faults::harness::rounds;
use crate::faults::state::{NOW, kept};
use crate::mattermost::process::boxes;

/// Files that the run reads: one more with each start.
fn files(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("/srv/file-{number}.md"))
        .collect()
}

/// A run that works until the box shows the newest of `count` files.
fn showing(home: &Home, fake: &std::sync::Arc<Fake>, count: usize, what: &str) -> Service {
    home.reads("s1", &files(count));
    let run = Service::start(&mut home.posting(fake, &[]));
    let newest = format!("file-{}.md", count - 1);
    fake.wait_until(what, |fake| {
        boxes(fake)
            .iter()
            .any(|post| post.message.contains(&newest))
    });
    run
}

/// The same until it has ended.
fn shows(home: &Home, fake: &std::sync::Arc<Fake>, count: usize, what: &str) {
    let mut run = showing(home, fake, count, what);
    assert_eq!(run.stop(), 143, "{what}: {}", run.said());
    assert_eq!(boxes(fake).len(), 1, "{what}: {}", run.said());
}

fn state_of(home: &Home) -> PathBuf {
    home.path(".local/state/live-status")
}

/// `bytes` as the whole database, with nothing beside it.
fn put(state: &Path, bytes: &[u8]) {
    for entry in std::fs::read_dir(state).expect("lists").flatten() {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with("boxes.sqlite")
        {
            std::fs::remove_file(entry.path()).expect("removed");
        }
    }
    std::fs::write(state.join("boxes.sqlite"), bytes).expect("written");
}

/// What happens to the memory, of which it is told how long it is.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Zeroes,
    /// Cut at a byte; numbers above its length begin anew.
    Cut(usize),
    /// One bit of a byte is another.
    Flip(usize),
}

impl Damage {
    fn of(self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        match self {
            Self::Zeroes => bytes.fill(0),
            Self::Cut(at) => bytes.truncate(at % whole.len()),
            Self::Flip(at) => bytes[at % whole.len()] ^= 1 << (at % 8),
        }
        bytes
    }
}

/// One box, its memory damaged, and the run again: there is one box still, and it goes on.
fn survives(damage: Damage) {
    let (home, fake) = (Home::new(), fake());
    let what = format!("{damage:?}");
    shows(&home, &fake, 1, &what);
    let state = state_of(&home);
    let path = state.join("boxes.sqlite");
    let connection = rusqlite::Connection::open(&path).expect("opens");
    let fold = "PRAGMA wal_checkpoint(TRUNCATE)";
    connection.execute_batch(fold).expect("folded");
    drop(connection);
    put(&state, &damage.of(&std::fs::read(&path).expect("reads")));
    shows(&home, &fake, 2, &what);
}

// Fault 38.
#[test]
fn row_38_no_cut_and_no_flipped_bit_of_the_memory_makes_a_second_box() {
    let few = rounds(2);
    let places = |salt: usize| (0..few).map(move |number| number * 2_654_435_761 + salt);
    let cuts = places(5_000).map(Damage::Cut);
    let flips = places(900).map(Damage::Flip);
    let all: Vec<_> = std::iter::once(Damage::Zeroes)
        .chain(cuts)
        .chain(flips)
        .collect();
    // Who forgot who he was waits 45 s for the one that he was to move the box: all at once.
    for some in all.chunks(8) {
        std::thread::scope(|scope| {
            for damage in some {
                scope.spawn(|| survives(*damage));
            }
        });
    }
}

/// What a log of writes looks like that is not as it was written.
type Torn = fn(&mut Vec<u8>);

// Fault 39.
#[test]
fn row_39_a_torn_log_of_the_memory_costs_its_end_alone_and_makes_no_second_box() {
    let cases: [(&str, Torn); 5] = [
        ("whole", |_| {}),
        ("torn", |log| log.truncate(log.len() - 1_000)),
        ("a gap", |log| {
            // The log of SQLite: a head of 32 bytes, then pages of 4 KiB with 24 bytes before each.
            let page = 32..32 + 24 + 4_096;
            log[page].fill(0);
        }),
        ("more behind its end", |log| log.extend([7; 5_000])),
        ("a head alone", |log| log.truncate(32)),
    ];
    std::thread::scope(|scope| {
        for (what, tear) in cases {
            scope.spawn(move || outlives(what, tear));
        }
    });
}

/// One box, a run that is killed, its log torn, and the run again: there is one box still, and it goes on.
fn outlives(what: &str, tear: Torn) {
    let (home, fake) = (Home::new(), fake());
    // Who it is stands in the database itself by then.
    shows(&home, &fake, 1, what);
    let mut run = showing(&home, &fake, 2, what);
    run.signal(Signal::KILL);
    assert_eq!(run.end(), 137);
    let path = state_of(&home).join("boxes.sqlite-wal");
    let mut log = std::fs::read(&path).expect("a log");
    assert!(log.len() > 4_096, "{what}: nothing was written to it");
    tear(&mut log);
    std::fs::write(&path, log).expect("written");
    shows(&home, &fake, 3, what);
}

// Fault 40.
#[test]
fn row_40_a_memory_of_a_later_version_ends_run_before_anything_is_sent_and_stays_as_it_is() {
    let (home, fake) = (Home::new(), fake());
    shows(&home, &fake, 1, "before");
    let state = state_of(&home);
    let path = state.join("boxes.sqlite");
    let sql = "PRAGMA user_version = 99; UPDATE meta SET value = '99' WHERE name = 'version'; \
        PRAGMA wal_checkpoint(TRUNCATE)";
    let connection = rusqlite::Connection::open(&path).expect("opens");
    connection.execute_batch(sql).expect("runs");
    drop(connection);
    let (before, asked) = (std::fs::read(&path).expect("reads"), fake.requests().len());
    let mut run = Service::start(&mut home.posting(&fake, &[]));
    assert_eq!(run.end(), 78, "{}", run.said());
    assert!(run.said().contains("later version"), "{}", run.said());
    assert_eq!(std::fs::read(&path).expect("reads"), before);
    assert_eq!(fake.requests().len(), asked);
}

// Fault 40.
#[test]
fn row_40_a_memory_of_the_first_version_is_taken_over_and_kept_beside_ours() {
    let (home, fake) = (Home::new(), fake());
    let state = state_of(&home);
    drop(StateDir::open(&state).expect("made"));
    let path = state.join("boxes.sqlite");
    let connection = rusqlite::Connection::open(&path).expect("opens");
    let first = include_str!("../../compat/state/boxes-1.sql");
    connection.execute_batch(first).expect("runs");
    drop(connection);
    shows(&home, &fake, 1, "taken over");
    let version = |path: &Path| -> u32 {
        let connection = rusqlite::Connection::open(path).expect("opens");
        let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0));
        version.expect("a number")
    };
    let earlier = state.join("boxes.sqlite.earlier");
    assert_eq!((version(&earlier), version(&path)), (1, 2));
    shows(&home, &fake, 2, "a second time");
}

// Fault 44.
#[test]
fn row_44_thousands_of_finished_boxes_are_forgotten_by_age_and_what_lives_stays() {
    let (home, fake) = (Home::new(), fake());
    shows(&home, &fake, 1, "one of today");
    let state = state_of(&home);
    let directory = StateDir::open(&state).expect("opens");
    let earlier = Boxes::open(&directory, false, NOW).expect("opens");
    earlier.commit(&kept("lives", 1)).expect("committed");
    let many = rounds(5_000);
    for number in 0..many {
        let done = Kept {
            state: State::Done,
            ..kept(&format!("{number:08}"), 1)
        };
        if number + 1 < many {
            earlier.note(&done);
        } else {
            earlier.commit(&done).expect("committed");
        }
    }
    assert!(earlier.all().len() > 4_000);
    drop(earlier);
    // Old boxes are looked for once a day.
    let connection = rusqlite::Connection::open(state.join("boxes.sqlite")).expect("opens");
    let sql = "UPDATE meta SET value = '0' WHERE name = 'tidied'; PRAGMA wal_checkpoint(TRUNCATE)";
    connection.execute_batch(sql).expect("runs");
    drop(connection);
    shows(&home, &fake, 2, "after thousands");
    let left = Boxes::look(&directory).expect("looks");
    let mut left: Vec<_> = left.iter().map(|kept| kept.seq > 1).collect();
    left.sort_unstable();
    assert_eq!(
        left,
        [false, true],
        "the one that lives, and the one of today"
    );
    let bytes = std::fs::metadata(state.join("boxes.sqlite"))
        .expect("there")
        .len();
    assert!(bytes < 10_000_000, "{bytes} bytes");
}
