//! Both makes of bed, held against the same expectations.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Folder, MOST_NAMES, Mail, Named, Refused};

/// Longer than any machine needs; reached only when a test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// Sleeps until `done` with all the mail so far.
macro_rules! until {
    ($bed:expr, $mail:expr, $what:expr, $done:expr) => {{
        let end = Instant::now() + PATIENCE;
        while !$done(&$mail) {
            assert!(
                Instant::now() < end,
                "waited in vain for {}: {:?}",
                $what,
                $mail
            );
            let new = $bed.sleep(Some(end));
            $mail.names.extend(new.names);
            $mail.altered.extend(new.altered);
            $mail.lost.extend(new.lost);
            $mail.woken |= new.woken;
            assert_eq!((new.overflow, new.error), (false, None));
        }
    }};
}

fn names(mail: &Mail, folder: Folder) -> BTreeSet<&str> {
    let of_folder = mail.names.iter().filter(|named| named.folder == folder);
    of_folder.filter_map(|named| named.name.to_str()).collect()
}

fn append(path: &Path) {
    let file = fs::OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(b"x"))
        .expect("written");
}

macro_rules! tests {
    ($make:ident, $bed:ty) => {
        mod $make {
            use super::*;

            fn listening() -> $bed {
                let mut bed = <$bed>::new().expect("made");
                bed.listen().expect("told");
                bed
            }

            #[test]
            fn names_come_with_their_directory_and_reading_wakes_nobody() {
                let dir = tempfile::tempdir().expect("a directory");
                let [left, right] = ["left", "right"].map(|name| dir.path().join(name));
                fs::create_dir(&left).expect("made");
                fs::create_dir(&right).expect("made");
                let mut bed = listening();
                let mut mail = Mail::default();
                let folders = [&left, &right].map(|path| bed.watch(path, true).expect("watched"));
                append(&left.join("new"));
                append(&right.join("old"));
                fs::rename(right.join("old"), right.join("kept")).expect("renamed");
                until!(bed, mail, "three names", |mail: &Mail| {
                    names(mail, folders[0]).len() + names(mail, folders[1]).len() == 3
                });
                assert_eq!(names(&mail, folders[0]), ["new"].into());
                assert_eq!(names(&mail, folders[1]), ["kept", "old"].into());
                // Whoever tells of it may be late: the quiet has to last for a while.
                while !bed
                    .sleep(Some(Instant::now() + Duration::from_millis(500)))
                    .is_empty()
                {}
                fs::read(left.join("new")).expect("read");
                fs::read_dir(&right).expect("listed").for_each(drop);
                let mail = bed.sleep(Some(Instant::now() + Duration::from_millis(50)));
                assert!(mail.is_empty(), "{mail:?}");
            }

            #[test]
            fn growth_is_told_apart_from_a_new_name() {
                let dir = tempfile::tempdir().expect("a directory");
                append(&dir.path().join("file"));
                let mut bed = listening();
                bed.watch(dir.path(), true).expect("watched");
                let only_written = |mail: &Mail| mail.names.iter().all(|named| named.only_written);
                let mut mail = Mail::default();
                append(&dir.path().join("file"));
                until!(bed, mail, "growth", |mail: &Mail| !mail.names.is_empty());
                assert!(only_written(&mail), "{mail:?}");
                append(&dir.path().join("new"));
                until!(bed, mail, "a new name", |mail: &Mail| !only_written(mail));
            }

            #[test]
            fn a_directory_that_goes_is_lost_and_can_be_let_go_of() {
                let dir = tempfile::tempdir().expect("a directory");
                let [gone, moved, left] =
                    ["gone", "moved", "left"].map(|name| dir.path().join(name));
                let mut bed = listening();
                let folders = [&gone, &moved, &left].map(|path| {
                    fs::create_dir(path).expect("made");
                    bed.watch(path, true).expect("watched")
                });
                bed.unwatch(folders[2]);
                fs::remove_dir(&gone).expect("removed");
                fs::rename(&moved, dir.path().join("elsewhere")).expect("moved");
                append(&left.join("unheard"));
                let mut mail = Mail::default();
                until!(bed, mail, "two losses", |mail: &Mail| {
                    folders[..2].iter().all(|folder| mail.lost.contains(folder))
                });
                assert!(mail.names.is_empty(), "{mail:?}");
                for folder in folders {
                    bed.unwatch(folder);
                }
                let missing = bed.watch(&gone, true);
                assert!(matches!(missing, Err(Refused::Missing)), "{missing:?}");
            }

            #[test]
            fn who_stops_listening_hears_of_no_directory_but_still_the_waker() {
                let dir = tempfile::tempdir().expect("a directory");
                let mut bed = listening();
                bed.watch(dir.path(), true).expect("watched");
                bed.stop_listening();
                append(&dir.path().join("unheard"));
                let mail = bed.sleep(Some(Instant::now() + Duration::from_millis(50)));
                assert!(mail.is_empty(), "{mail:?}");
                assert!(bed.watch(dir.path(), true).is_err());
                bed.waker().wake();
                assert!(bed.sleep(None).woken);
            }

            #[test]
            fn a_waker_wakes_once_whether_it_came_before_or_after() {
                let mut bed = <$bed>::new().expect("made");
                let waker = bed.waker();
                waker.wake();
                waker.wake();
                assert!(bed.sleep(None).woken);
                let mail = bed.sleep(Some(Instant::now()));
                assert!(mail.is_empty(), "{mail:?}");
                let thread = std::thread::spawn(move || waker.wake());
                assert!(bed.sleep(None).woken);
                thread.join().expect("ends");
            }
        }
    };
}

tests!(portable, super::super::portable::Bed);
#[cfg(target_os = "linux")]
tests!(inotify, super::super::inotify::Bed);

#[cfg(target_os = "linux")]
#[test]
fn where_growth_does_not_matter_only_names_are_told() {
    let dir = tempfile::tempdir().expect("a directory");
    append(&dir.path().join("old"));
    let mut bed = super::Bed::new().expect("made");
    bed.listen().expect("told");
    let folder = bed.watch(dir.path(), false).expect("watched");
    let mut mail = Mail::default();
    append(&dir.path().join("old"));
    append(&dir.path().join("new"));
    until!(bed, mail, "a name", |mail: &Mail| !mail.names.is_empty());
    assert_eq!(names(&mail, folder), ["new"].into());
    // Who wants more of the same directory gets it.
    assert_eq!(bed.watch(dir.path(), true).expect("watched"), folder);
    assert_eq!(bed.watch(dir.path(), false).expect("watched"), folder);
    append(&dir.path().join("old"));
    until!(bed, mail, "growth", |mail: &Mail| names(mail, folder).len()
        == 2);
}

#[test]
fn a_name_comes_once_and_too_many_are_a_look_at_everything() {
    let named = |number: usize, only_written| Named {
        folder: 1,
        name: number.to_string().into(),
        only_written,
    };
    let of = |names| Mail {
        names,
        ..Mail::default()
    };
    let twice = [
        named(2, true),
        named(1, true),
        named(2, false),
        named(2, true),
    ];
    let mut mail = of(twice.into());
    mail.tidy();
    assert_eq!(mail.names, [named(1, true), named(2, false)]);
    let mut mail = of((0..=MOST_NAMES).map(|number| named(number, true)).collect());
    mail.tidy();
    assert!(mail.names.is_empty() && mail.overflow);
}
