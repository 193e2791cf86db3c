//! The memory of boxes under processes that die, disks that fail and others that write.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use live_status::store::{Boxes, StateDir};

use super::harness::{has, rounds};
use super::state::{NOW, Place, kept};
use crate::fake_mattermost::Fake;
use crate::mattermost::process;
use crate::support::{Ran, run};

/// Where the process below works; without it the tests it stands for do nothing.
const DIRECTORY: &str = "LIVE_STATUS_TEST_STATE";
/// What it does there: the beginning of its keys, and how often it commits each.
const TASK: &str = "LIVE_STATUS_TEST_TASK";

/// Not a test of its own: the process that the others start, and kill.
#[test]
fn process_that_commits() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let task = std::env::var(TASK).expect("a task");
    let (key, count) = task.split_once(' ').expect("a key and a count");
    let state = StateDir::open(Path::new(&directory)).expect("opens");
    let boxes = Boxes::open(&state, false, NOW).expect("opens");
    for seq in 1..=count.parse().expect("a count") {
        let said = match boxes.commit(&kept(key, seq)) {
            Ok(()) => format!("\ncommitted {seq}\n"),
            Err(why) => format!("\nfailed {seq} {why}\n"),
        };
        // Not by `println!`: the harness must not hold it back.
        std::io::stdout().write_all(said.as_bytes()).expect("said");
    }
    if key == "aborts" {
        std::process::abort();
    }
}

/// Runs that process to its end, and gives what it said of each commit.
fn commits(
    wrapper: &[&str],
    directory: &Path,
    key: &str,
    count: u32,
) -> (ExitStatus, BTreeMap<u64, Result<(), String>>) {
    let (status, said) = start(wrapper, directory, key, count)
        .wait_with_output()
        .map(|output| (output.status, output.stdout))
        .expect("it ends");
    let mut commits = BTreeMap::new();
    for line in String::from_utf8_lossy(&said).lines() {
        let mut words = line.splitn(3, ' ');
        let (word, seq) = (words.next(), words.next().and_then(|seq| seq.parse().ok()));
        match (word, seq) {
            (Some("committed"), Some(seq)) => commits.insert(seq, Ok(())),
            (Some("failed"), Some(seq)) => {
                commits.insert(seq, Err(words.next().unwrap_or_default().to_owned()))
            }
            _ => None,
        };
    }
    (status, commits)
}

fn start(wrapper: &[&str], directory: &Path, key: &str, count: u32) -> std::process::Child {
    let this = std::env::current_exe().expect("this program");
    let this = this.to_str().expect("a name");
    let words = [wrapper, &[this]].concat();
    Command::new(words[0])
        .args(&words[1..])
        // In one thread, so that an injected fault is counted in one place.
        .args(["--exact", "faults::keeping::process_that_commits"])
        .args(["--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .env(TASK, format!("{key} {count}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts")
}

/// What was said to be committed is there, or what was begun after it.
fn is_kept(place: &Place, key: &str, commits: &BTreeMap<u64, Result<(), String>>, what: &str) {
    let last = commits
        .iter()
        .filter(|(_, done)| done.is_ok())
        .map(|(seq, _)| *seq)
        .max();
    let boxes = place.open(true).expect(what);
    let found = boxes.get(&kept(key, 0).key);
    assert!(
        found.as_ref().map(|found| found.seq) >= last,
        "{what}: {found:?}, {last:?}"
    );
    assert!(
        found.is_none_or(|found| found == kept(key, found.seq)),
        "{what}"
    );
    boxes.commit(&kept("next", 1)).expect(what);
    assert_eq!(boxes.remark(), None, "{what}");
}

// Faults 39, 45.
#[test]
fn what_was_committed_outlives_a_process_that_is_killed_at_any_write() {
    let place = Place::new();
    let (status, said) = commits(&[], place.state.path(), "aborts", 3);
    assert!(!status.success() && said.len() == 3, "{status}: {said:?}");
    is_kept(&place, "aborts", &said, "aborted");
    if !has("strace") {
        return;
    }
    for number in 1.. {
        let place = Place::new();
        let calls = "trace=pwrite64,fsync,fdatasync,ftruncate";
        let kill = format!("inject=pwrite64,fsync,fdatasync,ftruncate:signal=KILL:when={number}");
        let strace = [
            "strace",
            "-qq",
            "-f",
            "-o",
            "/dev/null",
            "-e",
            calls,
            "-e",
            &kill,
        ];
        let (status, said) = commits(&strace, place.state.path(), "k", 3);
        is_kept(&place, "k", &said, &kill);
        if status.success() {
            assert!(number > 10, "{number} writes are too few");
            break;
        }
        if number == 1 && said.len() == 3 {
            println!("skipped: strace may not trace here");
            return;
        }
    }
}

// Faults 45, 71.
#[test]
fn a_sync_that_fails_is_said_and_the_next_one_is_no_lie() {
    if !has("strace") {
        return;
    }
    let mut failures = 0;
    // The first eight belong to the making of the database.
    for number in 1..=13 {
        let place = Place::new();
        let fail = format!("inject=fsync,fdatasync:error=EIO:when={number}");
        let strace = [
            "strace",
            "-qq",
            "-f",
            "-o",
            "/dev/null",
            "-e",
            "trace=fsync,fdatasync",
            "-e",
            &fail,
        ];
        let (status, said) = commits(&strace, place.state.path(), "k", 4);
        assert!(status.success(), "{fail}: {status}");
        let failed: Vec<_> = said
            .iter()
            .filter_map(|(seq, done)| Some((seq, done.as_ref().err()?)))
            .collect();
        assert!(failed.len() <= 1, "{fail}: {failed:?}");
        for (_, why) in &failed {
            assert!(
                why.contains("boxes.sqlite: disk I/O error"),
                "{fail}: {why}"
            );
        }
        failures += failed.len();
        is_kept(&place, "k", &said, &fail);
    }
    assert!(failures > 0, "no sync of a commit failed");
    // With a disk that never syncs, nothing is said to be committed; nothing stops.
    let place = Place::new();
    let never = "inject=fsync,fdatasync:error=EIO";
    let strace = [
        "strace",
        "-qq",
        "-f",
        "-o",
        "/dev/null",
        "-e",
        "trace=fsync,fdatasync",
        "-e",
        never,
    ];
    let (status, said) = commits(&strace, place.state.path(), "k", 4);
    assert!(status.success(), "{status}");
    assert!(
        said.len() == 4 && said.values().all(Result::is_err),
        "{said:?}"
    );
}

#[test]
fn processes_that_begin_and_write_at_once_lose_nothing() {
    for round in 0..rounds(3) {
        let place = Place::new();
        let keys = ["k", "l", "m"];
        let writers = keys.map(|key| start(&[], place.state.path(), key, 20));
        for writer in writers {
            let output = writer.wait_with_output().expect("it ends");
            assert!(output.status.success(), "round {round}");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert_eq!(
                said.matches("\ncommitted ").count(),
                20,
                "round {round}: {said}"
            );
        }
        let boxes = place.open(false).expect("opens");
        assert_eq!(boxes.all(), keys.map(|key| kept(key, 20)), "round {round}");
    }
}

/// Runs a shell's `script` with arguments where mounts are ours alone; `None` where that may not be.
pub fn in_own_mounts(script: &str, args: &[&str]) -> Option<Command> {
    let namespace = ["--user", "--map-root-user", "--mount"];
    let allowed = has("unshare")
        && Command::new("unshare")
            .args(namespace)
            .args(["sh", "-c", "mount -t tmpfs none /tmp"])
            .output()
            .is_ok_and(|output| output.status.success());
    if !allowed {
        println!("skipped: mounts are not ours to make");
        return None;
    }
    let mut command = Command::new("unshare");
    command
        .args(namespace)
        .args(["sh", "-c", script, "sh"])
        .args(args);
    Some(command)
}

/// Not a test of its own: a disk that fills up, and has space again.
#[test]
fn process_on_a_small_disk() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let directory = Path::new(&directory);
    let ballast = directory.join("ballast");
    let fill = || {
        let mut file = std::fs::File::create(&ballast).expect("made");
        while file.write(&[7; 512]).is_ok_and(|written| written > 0) {}
    };
    let state = StateDir::open(directory).expect("opens");
    // Full before there is a database: it is made once there is space.
    fill();
    let boxes = Boxes::open(&state, true, NOW).expect("opens");
    assert!(boxes.remark().expect("a remark").contains("boxes.sqlite"));
    boxes
        .commit(&kept("early", 1))
        .expect_err("there is no space");
    std::fs::remove_file(&ballast).expect("removed");
    boxes
        .commit(&kept("early", 2))
        .expect("there is space again");
    // Full while it is at work: the log begins anew where it can, and else it says so.
    fill();
    let mut refused = 0;
    for number in 0..200 {
        let key = format!("{number}-{}", "x".repeat(200));
        if let Err(why) = boxes.commit(&kept(&key, 1)) {
            assert!(why.contains("boxes.sqlite"), "{why}");
            refused += 1;
        }
    }
    assert!(refused > 0, "the disk never was full");
    assert!(boxes.get(&kept("early", 0).key).is_some());
    std::fs::remove_file(&ballast).expect("removed");
    boxes
        .commit(&kept("late", 1))
        .expect("there is space again");
    drop(boxes);
    let boxes = Boxes::open(&state, true, NOW).expect("opens");
    assert_eq!(boxes.get(&kept("late", 1).key), Some(kept("late", 1)));
    assert_eq!(boxes.remark(), None);
}

// Fault 70.
#[test]
fn a_full_disk_is_said_and_left_behind() {
    let place = Place::new();
    let directory = place.state.path().to_str().expect("a name");
    let this = std::env::current_exe().expect("this program");
    let script = "mount -t tmpfs -o size=192k,mode=700 none \"$1\" && exec \"$2\" --exact \
                  faults::keeping::process_on_a_small_disk --nocapture";
    let args = [directory, this.to_str().expect("a name")];
    let Some(mut command) = in_own_mounts(script, &args) else {
        return;
    };
    let output = command.env(DIRECTORY, directory).output().expect("starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// `program` where `directory` can be read and not written.
fn read_only(directory: &Path, program: &[&str]) -> Option<Command> {
    let script =
        "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\" && shift && exec \"$@\"";
    let directory = directory.to_str().expect("a name");
    in_own_mounts(script, &[&[directory], program].concat())
}

// Fault 72.
#[test]
fn row_72_a_read_only_state_directory_is_refused_at_the_start() {
    let place = Place::new();
    place
        .open(false)
        .expect("opens")
        .commit(&kept("k", 1))
        .expect("committed");
    let fake = Fake::start();
    std::fs::create_dir_all(place.home.path().join(".openclaw/agents/main/sessions"))
        .expect("made");
    let channel = fake.channel("status");
    let binary = env!("CARGO_BIN_EXE_live-status");
    for verb in [&["explain", "k"][..], &["run", "--channel", &channel]] {
        let program = [&[binary], verb].concat();
        let Some(mut command) = read_only(place.state.path(), &program) else {
            return;
        };
        let output = command
            .env("HOME", place.home.path())
            .env("MM_URL", fake.url())
            .env("MM_TOKEN", fake.token("status-bot"))
            .env_remove("STATE_DIRECTORY")
            .env_remove("XDG_STATE_HOME")
            .output()
            .expect("starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(73), "{verb:?}: {said}");
        assert!(said.contains("cannot create state in"), "{verb:?}: {said}");
        let directory = place.state.path().display().to_string();
        assert!(said.contains(&directory), "{verb:?}: {said}");
    }
    assert!(fake.posts(&channel).iter().all(|post| post.key().is_none()));
    run(place.home.path(), &["explain", "k"]).ok();
}

// Fault 72.
#[test]
fn row_72_a_run_that_posts_does_not_begin_without_a_place_for_its_lock_and_one_round_does() {
    let (fake, home) = (Fake::start(), crate::support::home());
    std::fs::create_dir_all(home.path().join(".openclaw/agents/main/sessions")).expect("made");
    // A file stands where the state directory would be made; root is kept out by it too.
    let place = home.path().join("no-directory");
    std::fs::write(&place, "").expect("written");
    let channel = fake.channel("status");
    let call = |args: &[&str]| -> Ran {
        let mut command = process::command(&fake, home.path(), args);
        command.env("XDG_STATE_HOME", &place);
        command.output().expect("starts").into()
    };
    let ran = call(&["run", "--channel", &channel]);
    assert_eq!(ran.code, 73, "{}", ran.err);
    let name = place.join("live-status").display().to_string();
    assert!(ran.err.contains(&name), "it names the place: {}", ran.err);
    assert!(ran.err.contains("hint: run keeps its lock"), "{}", ran.err);
    assert!(
        fake.requests().is_empty(),
        "nothing was asked of the server"
    );
    let ran = call(&["run", "--once", "--channel", &channel]).ok();
    assert!(ran.err.contains("going on without a memory"), "{}", ran.err);
}
