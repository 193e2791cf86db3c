//! A model of any writer: random operations, and the exact lines as the oracle.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    /// Appends whole lines.
    Append(u8),
    /// Appends the next line cut in two, with a look between.
    Cut(u8),
    /// Truncates to nothing and writes other lines.
    Rewrite(u8),
    /// The same by a new file under the name.
    Replace(u8),
    /// Renames away and creates anew, the last lines kept.
    PutAside(u8, u8),
    /// Copies the file away and truncates it; the writer appends.
    CopyTruncate,
    Unlink,
    Look,
    /// Looks, but takes only so many lines.
    Sip(u8),
    /// A new process takes the cursor up.
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..6_u8).prop_map(Step::Append),
        3 => (0..40_u8).prop_map(Step::Cut),
        1 => (0..30_u8).prop_map(Step::Rewrite),
        1 => (0..30_u8).prop_map(Step::Replace),
        1 => (0..6_u8, 0..4_u8).prop_map(|(kept, more)| Step::PutAside(kept, more)),
        1 => Just(Step::CopyTruncate),
        1 => Just(Step::Unlink),
        4 => Just(Step::Look),
        2 => (0..4_u8).prop_map(Step::Sip),
        1 => Just(Step::Restart),
    ]
}

/// The writer's view, and what a perfect reader must have seen of the file under the name.
struct World {
    scene: Scene,
    next: u32,
    /// Whole lines under the name now.
    now: Vec<String>,
    /// What the reader has, since it last began at the start.
    have: Vec<String>,
}

impl World {
    fn line(&mut self) -> String {
        self.next += 1;
        format!(
            "{{\"id\":{},\"pad\":\"{}\"}}",
            self.next,
            "x".repeat(self.next as usize * 7 % 90)
        )
    }

    fn take(&mut self, count: u8) -> String {
        (0..count).fold(String::new(), |text, _| {
            let line = self.line();
            self.now.push(line.clone());
            text + &line + "\n"
        })
    }

    /// Looks, takes at most `most` lines, and checks what it got.
    fn look(&mut self, most: usize) {
        self.scene.follower.scan(&mut |_, _| {});
        let mut left = most;
        let have = &mut self.have;
        if self.scene.follower.entries.is_empty() {
            return;
        }
        self.scene
            .follower
            .read(0, &mut |piece| {
                match piece {
                    Piece::Line { bytes, .. } => {
                        have.push(String::from_utf8_lossy(bytes).into_owned());
                        left = left.saturating_sub(1);
                    }
                    Piece::Rewound { .. } => have.clear(),
                    _ => {}
                }
                left > 0
            })
            .expect("reads");
    }

    fn run(&mut self, step: &Step) {
        let name = "a.jsonl";
        match step {
            Step::Append(count) => {
                let text = self.take(*count);
                self.scene.append(name, text);
            }
            Step::Cut(at) => {
                let text = self.take(1);
                let at = usize::from(*at).min(text.len() - 1);
                self.scene.append(name, &text[..at]);
                self.look(usize::MAX);
                assert!(
                    !self.have.contains(self.now.last().expect("a line")),
                    "a begun line was given"
                );
                self.scene.append(name, &text[at..]);
            }
            Step::Rewrite(count) => {
                self.now.clear();
                let text = self.take(*count);
                self.scene.write(name, text);
            }
            Step::Replace(count) => {
                self.now.clear();
                let text = self.take(*count);
                self.scene.write("a.tmp", text);
                fs::rename(self.scene.path("a.tmp"), self.scene.path(name)).expect("renamed");
            }
            Step::PutAside(kept, more) => {
                let aside = format!("{name}.bak.{}", self.next);
                self.next += 1;
                let _ = fs::rename(self.scene.path(name), self.scene.path(&aside));
                let from = self.now.len().saturating_sub((*kept).into());
                let text: String = self
                    .now
                    .drain(..)
                    .skip(from)
                    .map(|line| line + "\n")
                    .collect();
                self.now = text.lines().map(str::to_owned).collect();
                let more = self.take(*more);
                self.scene.write(name, text + &more);
            }
            Step::CopyTruncate => {
                self.now.clear();
                if self.scene.path(name).exists() {
                    fs::copy(self.scene.path(name), self.scene.path("a.copy")).expect("copied");
                    self.scene.write(name, "");
                }
            }
            Step::Unlink => {
                self.now.clear();
                let _ = fs::remove_file(self.scene.path(name));
            }
            Step::Look => self.look(usize::MAX),
            Step::Sip(most) => self.look((*most).into()),
            Step::Restart => {
                if self.scene.follower.entries.is_empty() {
                    return;
                }
                let cursor = self.scene.follower.cursor(0);
                let text = serde_json::to_string(&cursor).expect("writes");
                let cursor: Cursor = serde_json::from_str(&text).expect("reads");
                let root = Root::State(self.scene.dir.path().to_owned());
                self.scene.follower = Follower::new(vec![root], Options::default());
                self.scene.follower.scan(&mut |_, _| {});
                let same = self
                    .scene
                    .follower
                    .locate(&cursor, None)
                    .map(|id| self.scene.follower.resume(id, &cursor));
                if same != Some(true) {
                    self.have.clear();
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    // Faults 79, P20.
    #[test]
    fn whatever_a_writer_does_the_lines_are_exact(steps in prop::collection::vec(step(), 1..14)) {
        let mut world = World { scene: Scene::new(), next: 0, now: Vec::new(), have: Vec::new() };
        for step in &steps {
            world.run(step);
        }
        world.look(usize::MAX);
        world.look(usize::MAX);
        // An unlinked transcript leaves what was read of it.
        if world.scene.path("a.jsonl").exists() {
            prop_assert_eq!(&world.have, &world.now);
        }
    }
}

/// How many cases; more on request.
fn cases() -> u32 {
    std::env::var("LIVE_STATUS_MODEL_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000)
}
