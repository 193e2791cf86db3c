//! `run` on a memory of boxes that was damaged while nobody was at work.

use std::path::Path;

use super::rig::{Home, Service, fake};
use crate::fake_mattermost::Fake;
use crate::faults::harness::rounds;
use crate::mattermost::process::boxes;

/// Files that the run reads: one more with each start.
fn files(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("/srv/file-{number}.md"))
        .collect()
}

/// Runs until the box shows the newest of `count` files, and ends.
fn shows(home: &Home, fake: &std::sync::Arc<Fake>, count: usize, what: &str) {
    home.reads("s1", &files(count));
    let mut run = Service::start(&mut home.posting(fake, &[]));
    let newest = format!("file-{}.md", count - 1);
    fake.wait_until(what, |fake| {
        boxes(fake)
            .iter()
            .any(|post| post.message.contains(&newest))
    });
    assert_eq!(run.stop(), 143, "{what}: {}", run.said());
    assert_eq!(boxes(fake).len(), 1, "{what}: {}", run.said());
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
    let state = home.path(".local/state/live-status");
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
