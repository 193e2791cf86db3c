//! Sessions whose transcripts are gone: the last of them are remembered, all others cost nothing.

use std::collections::BTreeSet;

use super::Reader;
use crate::follow::Id;

/// So many are remembered, for a transcript that comes back: a rewrite may take it away for a moment, and a compaction
/// goes on with one that is gone. Agents do either within a second.
const MOST: usize = 256;

/// Sessions that are gone, the longest gone first.
#[derive(Default)]
pub(super) struct Departed {
    ids: Vec<Id>,
    /// How many of them could not be forgotten at the last look.
    kept: usize,
}

impl Departed {
    /// A transcript is gone, perhaps once more.
    pub(super) fn add(&mut self, id: Id) {
        self.ids.retain(|known| *known != id);
        self.ids.push(id);
    }

    /// Those that are too many, once it is worth a look at all that is there.
    fn surplus(&self) -> &[Id] {
        let is_due = self.ids.len() >= self.kept + 2 * MOST;
        let most = if is_due { MOST } else { self.ids.len() };
        &self.ids[..self.ids.len() - most]
    }
}

impl Reader {
    /// Forgets sessions that are gone, but the last of them and those that one that is there goes back to.
    pub(super) fn forget_departed(&mut self) {
        let surplus: BTreeSet<Id> = self.departed.surplus().iter().copied().collect();
        if surplus.is_empty() {
            return;
        }
        let here = self.follower.sessions().map(|(id, _)| id).collect();
        let above = self.registry.ancestors(&here);
        let forgotten = self.follower.forget(&(&surplus - &above));
        for &id in &forgotten {
            self.forget_session(id);
        }
        self.registry.forget(&forgotten);
        let Self {
            departed, follower, ..
        } = self;
        departed
            .ids
            .retain(|id| follower.is_gone(*id) && !forgotten.contains(id));
        departed.kept = departed.ids.len().saturating_sub(MOST);
    }

    fn forget_session(&mut self, id: Id) {
        self.slots.remove(&id);
        self.rows.remove(id);
        self.resumed.remove(&id);
        self.changed.remove(&id);
        self.unkept.forget(id);
        self.unread.remove(&id);
        self.unclaimed.remove(&id);
        self.ticking.set(id, None);
        self.odd.tried(id, true);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::time::SystemTime;

    use super::*;
    use crate::daemon::reader::{Settings, wire_time};
    use crate::follow::{Follower, Options, Root};
    use crate::safe::redact::Redactor;
    use crate::wire::event::{Body, Event};

    /// An agent's home, and a reader that follows it.
    struct Scene {
        home: tempfile::TempDir,
        reader: Reader,
        told: Vec<Event>,
    }

    impl Scene {
        fn new() -> Self {
            let home = tempfile::tempdir().expect("a directory");
            fs::create_dir_all(home.path().join("agents")).expect("made");
            let root = Root::classify(home.path()).expect("a tree");
            let options = Options {
                follow: true,
                poll: true,
                ..Options::default()
            };
            let settings = Settings {
                full: false,
                sessions: Vec::new(),
                redactor: Redactor::new(&[]).into(),
                from_start: false,
            };
            let mut scene = Self {
                home,
                reader: Reader::new(Follower::new(vec![root], options), settings),
                told: Vec::new(),
            };
            scene.reader.watch();
            scene.reader.look();
            let told = &mut scene.told;
            let begun = scene.reader.begin(SystemTime::now(), &mut |event| {
                told.push(event.clone());
                Ok::<(), std::convert::Infallible>(())
            });
            let Ok(()) = begun;
            scene
        }

        fn folder(&self, agent: &str) -> PathBuf {
            self.home.path().join("agents").join(agent).join("sessions")
        }

        /// Looks at the disk; gives what was told of it.
        fn look(&mut self) -> Vec<Event> {
            let told = &mut self.told;
            let Ok(()) = self.reader.catch_up(&mut |event| {
                told.push(event.clone());
                Ok::<(), std::convert::Infallible>(())
            });
            std::mem::take(told)
        }

        /// Sessions of an agent come, go on and go, and so does the agent.
        fn visit(&mut self, agent: &str, count: usize) {
            let folder = self.folder(agent);
            fs::create_dir_all(&folder).expect("made");
            let rows: Vec<String> = (0..count).map(|at| row(agent, at, "")).collect();
            index(&folder, &rows);
            for at in 0..count {
                transcript(&folder, &sid(agent, at));
            }
            let told = self.look();
            let starts = told.iter().filter(|event| is_start(event)).count();
            assert_eq!(starts, count, "{agent}");
            fs::remove_dir_all(folder.parent().expect("an agent")).expect("removed");
            self.look();
        }
    }

    fn is_start(event: &Event) -> bool {
        matches!(event.body, Body::RunStart(_))
    }

    fn sid(agent: &str, at: usize) -> String {
        format!("{agent}-{at}")
    }

    fn row(agent: &str, at: usize, more: &str) -> String {
        let sid = sid(agent, at);
        format!(r#""agent:{agent}:s{at}":{{"sessionId":"{sid}","status":"running"{more}}}"#)
    }

    fn index(folder: &Path, rows: &[String]) {
        fs::write(
            folder.join("sessions.json"),
            format!("{{{}}}", rows.join(",")),
        )
        .expect("written");
    }

    fn transcript(folder: &Path, sid: &str) {
        let stamp = wire_time(SystemTime::now());
        let lines = format!(
            "{{\"type\":\"session\",\"version\":3,\"id\":\"{sid}\",\"timestamp\":\"{stamp}\",\"cwd\":\"/\"}}\n\
             {{\"type\":\"message\",\"id\":\"a\",\"timestamp\":\"{stamp}\",\"message\":{{\"role\":\"user\",\"content\":\"go {sid}\"}}}}\n"
        );
        fs::write(folder.join(format!("{sid}.jsonl")), lines).expect("written");
    }

    // Fault 68.
    #[test]
    fn what_came_and_went_is_forgotten_but_the_last_of_it() {
        let mut scene = Scene::new();
        let mut most = [0; 5];
        for round in 0..16 {
            scene.visit(&format!("guest{round}"), 50);
            let reader = &scene.reader;
            let kept = [
                reader.follower.known(),
                reader.slots.len(),
                reader.rows.count(),
                reader.registry.links(),
                reader.registry.sessions(),
            ];
            most = std::array::from_fn(|at| most[at].max(kept[at]));
        }
        let bound = 2 * MOST + 50;
        assert!(most.iter().all(|most| *most <= bound), "{most:?}");
        assert!(scene.reader.departed.ids.len() >= MOST);
    }

    // Fault 68.
    #[test]
    fn one_that_comes_back_goes_on_where_it_stopped_and_is_read_anew_once_it_was_forgotten() {
        for (others, want) in [(MOST / 2, 0), (3 * MOST, 1)] {
            let mut scene = Scene::new();
            let folder = scene.folder("host");
            fs::create_dir_all(&folder).expect("made");
            transcript(&folder, "s");
            let (here, aside) = (folder.join("s.jsonl"), folder.join("elsewhere"));
            let starts = |told: &[Event]| told.iter().filter(|event| is_start(event)).count();
            assert_eq!(starts(&scene.look()), 1);
            fs::rename(&here, &aside).expect("renamed");
            let ends = |event: &Event| matches!(event.body, Body::RunEnd(_));
            assert!(scene.look().iter().any(ends), "its transcript is gone");
            scene.visit("guest", others);
            scene.visit("late", 1);
            fs::rename(&aside, &here).expect("renamed back");
            let told = scene.look();
            assert_eq!(starts(&told), want, "after {others} others: {told:?}");
        }
    }

    #[test]
    fn one_whose_child_is_there_and_one_that_an_index_names_are_kept() {
        let mut scene = Scene::new();
        let folder = scene.folder("host");
        fs::create_dir_all(&folder).expect("made");
        let route = r#","delivery":{"context":{"channel":"mattermost","to":"channel:c1"}}"#;
        let child = row("host", 1, r#","spawnedBy":"agent:host:s0""#);
        index(
            &folder,
            &[row("host", 0, route), child.clone(), row("host", 2, "")],
        );
        for at in 0..3 {
            transcript(&folder, &sid("host", at));
        }
        scene.look();
        for at in [0, 2] {
            fs::remove_file(folder.join(format!("{}.jsonl", sid("host", at)))).expect("removed");
        }
        // The parent's row is gone as well; the other one's stays.
        index(&folder, &[child, row("host", 2, "")]);
        scene.look();
        for round in 0..4 {
            scene.visit(&format!("guest{round}"), MOST);
        }
        let id = |key: &str| scene.reader.registry.id(key);
        let (parent, named) = (id("agent:host:s0"), id("agent:host:s2"));
        let told = |id: Option<Id>| id.map(|id| scene.reader.follower.session(id).sid.to_string());
        assert_eq!(told(parent), Some(sid("host", 0)));
        assert_eq!(told(named), Some(sid("host", 2)));
        assert_eq!(id("agent:guest0:s0"), None);
    }
}
