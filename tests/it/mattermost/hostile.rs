//! Hostile text in every field of real transcripts, through the whole program, into the server.

use std::sync::Arc;

use live_status::sink::mattermost::FIRST_TEXT;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::process::{Process, command};
use crate::fake_mattermost::Fake;
use crate::properties::hostile::{HIDDEN, SLOTS, beyond_ours, planted};
use crate::support::hostile::{PIECES, hostile};
use crate::support::tree::{Era, Tree};
use crate::support::{T0_MS, home};

/// Hostile strings in one field.
const EACH: usize = 2;
/// Runs in the tree of one process.
const RUNS: usize = 21;
/// Processes at once, each with a server of its own.
const PROCESSES: usize = 8;

/// A text for each field of each run, of one fixed string and one that is made up, the same every time.
fn texts(process: usize) -> Vec<String> {
    // Every process has others.
    let seed = [u8::try_from(process).expect("few"); 32];
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut made_up = || {
        let tree = hostile().new_tree(&mut runner).expect("a text");
        tree.current()
    };
    let fixed = |at: usize| PIECES[(at * 7 + process) % PIECES.len()];
    let text = |at: usize| match at % 2 {
        0 => format!("{} {}", fixed(at), made_up()),
        _ => format!("{} {}", made_up(), fixed(at)),
    };
    (0..RUNS * SLOTS).map(text).collect()
}

/// A tree with `texts` in all its fields.
fn tree(texts: &[String]) -> Tree {
    let mut tree = Tree::default();
    for (number, texts) in texts.chunks(SLOTS).enumerate() {
        let (key, row, talk) = planted(&|slot| texts[slot].clone());
        let sid = format!("s{number}");
        let session = tree.add("agent:main:main", &sid, row, &talk);
        // The directory is ours, the name is not.
        session.key = Some(format!("{key}:{number}"));
    }
    tree
}

/// Posts a tree of runs by `args`, and judges all that was sent; how many boxes and messages.
fn posted(texts: &[String], args: &[&str]) -> (usize, usize) {
    let (fake, home) = (Arc::new(Fake::start()), home());
    tree(texts).write(&home.path().join(".openclaw"), Era::Files);
    let channel = fake.channel("status");
    let now = live_status::wire::time::Time(T0_MS + 60_000).to_string();
    let usual = [
        "run",
        "--once",
        "--to",
        "mattermost",
        "--channel",
        &channel,
        "--catch-up",
        "36500d",
        "--now",
        &now,
    ];
    let args = [&usual, args].concat();
    let ran = Process::start(&fake, &mut command(&fake, home.path(), &args)).end();
    assert_eq!(ran.code, 0, "{}", ran.err);
    let odd = ran.err.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(odd, None, "{}", ran.err);
    assert_eq!(fake.notices(), [], "somebody was called");
    let mut messages = 0;
    for request in fake.requests() {
        let Some(body) = &request.body else { continue };
        let message = body["message"].as_str().expect("a message");
        messages += 1;
        if request.method == "POST" {
            assert_eq!(message, FIRST_TEXT);
        }
        assert_eq!(beyond_ours(message), Vec::<String>::new(), "{message}");
        let spans = message.matches('`').count();
        let is_full = request.method == "POST" || spans > 10 && message.lines().count() > 10;
        assert!(is_full, "what was planted is shown: {message}");
        let hidden = message.lines().find(|line| HIDDEN.is_match(line));
        assert_eq!(hidden, None, "{message}");
        let props = body["props"].to_string();
        let odd = props.chars().find(|c| c.is_control() || !c.is_ascii());
        assert_eq!(odd, None, "{props}");
    }
    let boxes = fake.histories().into_iter();
    let boxes = boxes.filter(|all| all[0].key().is_some()).count();
    (boxes, messages)
}

// Faults 86, 87, 89.
#[test]
fn ten_thousand_hostile_strings_reach_the_server_as_words() {
    const { assert!(EACH * SLOTS * RUNS * PROCESSES > 10_000) };
    let ways: [&[&str]; 2] = [
        &[
            "--detail",
            "args",
            "--commentary",
            "all",
            "--trail",
            "--explain",
            "--max-lines",
            "50",
        ],
        &["--trail", "--max-lines", "50"],
    ];
    let counts = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..PROCESSES)
            .map(|process| scope.spawn(move || posted(&texts(process), ways[process % 2])))
            .collect();
        let counts = threads.into_iter().map(|one| one.join().expect("harmless"));
        counts.collect::<Vec<_>>()
    });
    for (boxes, messages) in counts {
        assert_eq!(
            (boxes, messages),
            (RUNS, 2 * RUNS),
            "each has its box, and each was edited"
        );
    }
}
