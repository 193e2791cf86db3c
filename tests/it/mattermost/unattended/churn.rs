//! Sessions that come, write, end, are put aside and removed, for as long as one likes.

use std::time::{Duration, Instant};

use super::*;
use crate::faults::harness::amount;

/// Sessions of one round.
const SESSIONS: usize = 12;
/// The least number of rounds, and as many as there are without a time.
const ROUNDS: usize = 4;

/// So much of the server's time passes in a round: 24 h are 720 of them.
const ROUND: Duration = Duration::from_secs(120);

/// What the process holds: memory in KiB, open files, and watches in them.
#[derive(Clone, Copy, Debug)]
struct Held {
    kib: u64,
    files: usize,
    watches: usize,
}

fn held(run: &Process) -> Held {
    let status = String::from_utf8_lossy(&run.proc("status")).into_owned();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    let infos = std::fs::read_dir(format!("/proc/{}/fdinfo", run.pid())).expect("it runs");
    let infos: Vec<String> = infos
        .flatten()
        .filter_map(|one| std::fs::read_to_string(one.path()).ok())
        .collect();
    Held {
        kib: kib.expect("it runs"),
        files: infos.len(),
        watches: infos
            .iter()
            .map(|info| info.matches("inotify wd").count())
            .sum(),
    }
}

/// One round: every session begins, goes on and ends; then its file goes, as agents let files go.
fn round(fake: &Fake, home: &Path, number: usize, over: usize) {
    let folder = home.join(format!(".openclaw/agents/guest{number}/sessions"));
    std::fs::create_dir_all(&folder).expect("made");
    let sid = |at: usize| format!("r{number}s{at}");
    let mut stories: Vec<Story> = (0..SESSIONS).map(|at| Story::new(home, &sid(at))).collect();
    for _ in 0..3 {
        for story in &mut stories {
            story.write();
        }
    }
    until_over(fake, over);
    // The day passes faster at the server, so that what it shows of the last minutes stays a page.
    fake.advance(ROUND);
    for (at, story) in stories.iter().enumerate() {
        let aside = story.file.with_extension(format!("jsonl.reset.{number}"));
        if at % 2 == 0 {
            std::fs::rename(&story.file, &aside).expect("put aside");
            std::fs::remove_file(aside).expect("removed");
        } else {
            std::fs::remove_file(&story.file).expect("removed");
        }
    }
    let guest = folder.parent().expect("an agent");
    std::fs::remove_dir_all(guest).expect("removed");
}

fn median(of: &[Held]) -> u64 {
    let mut kib: Vec<u64> = of.iter().map(|held| held.kib).collect();
    kib.sort_unstable();
    kib[kib.len() / 2]
}

// Fault 68.
#[test]
fn what_comes_and_goes_leaves_nothing_behind() {
    let minutes = amount("LIVE_STATUS_SOAK_MINUTES", 0);
    let end = Instant::now() + Duration::from_secs(60 * minutes as u64);
    let (fake, home) = (Arc::new(Fake::start()), home());
    let place = Place::new(&fake, false);
    // Without an agent there would be nothing to watch.
    Story::new(home.path(), "none");
    let run = start(&fake, home.path(), &place, &["--rate", "0"]);
    let mut holds = Vec::new();
    while holds.len() < ROUNDS || Instant::now() < end {
        let number = holds.len();
        round(&fake, home.path(), number, (number + 1) * SESSIONS);
        holds.push(held(&run));
    }
    let (first, last) = (holds[0], holds[holds.len() - 1]);
    println!(
        "{} rounds of {SESSIONS} sessions: {first:?} at first, {last:?} at last",
        holds.len()
    );
    // A connection more or less is no leak.
    assert!(last.files <= first.files + 4, "{first:?} {last:?}");
    assert!(last.watches <= first.watches + 1, "{first:?} {last:?}");
    if minutes >= 3 {
        let third = holds.len() / 3;
        let (second, last) = (
            median(&holds[third..2 * third]),
            median(&holds[2 * third..]),
        );
        println!("{second} KiB in the second third, {last} KiB in the last");
        assert!(last * 100 <= second * 102, "{second} KiB, then {last} KiB");
    }
    stop(run);
    is_told(&fake, holds.len() * SESSIONS, "after all of it");
}
