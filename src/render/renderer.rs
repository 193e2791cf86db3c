//! Which frames an event makes visible.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::view::{Board, RunKey};
use crate::wire::event::{Body, Event, Name};
use crate::wire::frame::Frame;

use super::frame::{frame, last};
use super::settings::Settings;

/// Turns events into frames; remembers what the last frame of each run showed.
///
/// The filter `render` and `run` use it alike, so that both give the same bytes.
#[derive(Debug)]
pub struct Renderer {
    settings: Settings,
    /// What the last frame of each run showed.
    shown: HashMap<RunKey, Shown>,
    /// Sessions that are read again or for the first time, and what that touched.
    replaying: HashMap<Session, Vec<RunKey>>,
    /// Runs that wait for a parent which may never come.
    orphans: HashSet<RunKey>,
}

type Session = (Name, Name);

#[derive(Clone, Copy, Debug)]
struct Shown {
    look: u64,
    rev: u64,
    over: bool,
}

impl Renderer {
    /// A renderer that has shown nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            shown: HashMap::new(),
            replaying: HashMap::new(),
            orphans: HashSet::new(),
        }
    }

    /// Draws by other settings from now on; what is shown stays until something changes.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Folds `event` and gives the frames it makes visible: one per box whose
    /// text, state or route changed, none for a change nobody can see.
    ///
    /// While a session replays (`event.replay`), its runs are collected; `live`
    /// gives one frame for each.
    pub fn step(&mut self, board: &mut Board, event: &Event) -> Vec<Frame> {
        let touched = board.fold(event);
        let session = session(event);
        let mut frames = Vec::new();
        if let Body::Live(_) = event.body
            && let Some(session) = &session
        {
            let keys = self.replaying.remove(session).unwrap_or_default();
            self.settle(board, keys, &mut frames);
        }
        match session {
            Some(session) if event.replay => {
                let keys = self.replaying.entry(session).or_default();
                for key in touched {
                    // The newest is touched again and again: look there first.
                    if keys.last() != Some(&key) && !keys.contains(&key) {
                        keys.push(key);
                    }
                }
            }
            _ => {
                for key in touched {
                    frames.extend(self.show(board, &key));
                }
            }
        }
        if let (Body::Tick(_), false) = (&event.body, self.orphans.is_empty()) {
            let mut waiting: Vec<_> = self.orphans.iter().cloned().collect();
            waiting.sort_unstable();
            for key in waiting {
                frames.extend(self.show(board, &key));
            }
        }
        self.forget(board);
        frames
    }

    /// The end of the input: frames of what replayed without a `live`, and of
    /// runs whose parent never came.
    pub fn finish(&mut self, board: &Board) -> Vec<Frame> {
        let collected = std::mem::take(&mut self.replaying);
        let mut keys: Vec<_> = collected.into_values().flatten().collect();
        let orphans = std::mem::take(&mut self.orphans);
        keys.extend(orphans.iter().cloned());
        keys.sort_unstable();
        keys.dedup();
        let mut frames = Vec::new();
        for key in keys {
            frames.extend(self.show(board, &key));
        }
        let mut left: Vec<_> = std::mem::take(&mut self.orphans).into_iter().collect();
        left.sort_unstable();
        for key in left {
            frames.extend(self.show_adopted(board, &key));
        }
        frames
    }

    /// Forgets all runs of a session, which is read no more; gives the last frame of each box that
    /// is not over, with the `reason`.
    ///
    /// It asks the board for nothing but whose they are: the rest may be half changed.
    pub fn set_aside(
        &mut self,
        board: &mut Board,
        (source, sid): (&Name, &Name),
        reason: &str,
    ) -> Vec<Frame> {
        self.replaying.remove(&(source.clone(), sid.clone()));
        let is_of = |key: &RunKey| key.source == *source && key.sid == *sid;
        let mut open: Vec<_> = self.shown.iter().filter(|(key, _)| is_of(key)).collect();
        open.retain(|(_, shown)| !shown.over);
        open.sort_unstable_by_key(|(key, _)| *key);
        let frame = |(key, shown): (&RunKey, &Shown)| {
            let run = board.run(key)?;
            Some(last(&run, shown.rev + 1, reason, &self.settings))
        };
        let frames = open.into_iter().filter_map(frame).collect();
        self.shown.retain(|key, _| !is_of(key));
        self.orphans.retain(|key| !is_of(key));
        board.leave(source, sid);
        frames
    }

    /// Shows `keys`, but those whose box is of a session that still replays.
    fn settle(&mut self, board: &Board, keys: Vec<RunKey>, frames: &mut Vec<Frame>) {
        for key in keys {
            let of = (key.source.clone(), key.sid.clone());
            match self.replaying.get_mut(&of) {
                Some(waiting) if waiting.contains(&key) => {}
                Some(waiting) => waiting.push(key),
                None => frames.extend(self.show(board, &key)),
            }
        }
    }

    fn show(&mut self, board: &Board, key: &RunKey) -> Option<Frame> {
        let run = board.run(key)?;
        if !self.shown.contains_key(key) {
            if run.is_orphan() {
                self.orphans.insert(key.clone());
                return None;
            }
            self.orphans.remove(key);
        }
        self.show_adopted(board, key)
    }

    /// Shows `key` even if its parent may still come.
    fn show_adopted(&mut self, board: &Board, key: &RunKey) -> Option<Frame> {
        let run = board.run(key)?;
        let before = self.shown.get(key).copied();
        // A box that was shown is kept right, even if it should not have been.
        if before.is_none() && !run.has_box() {
            return None;
        }
        // A child that moved to another box takes its records along.
        let rev = run.rev().max(before.map_or(0, |shown| shown.rev));
        let frame = frame(&run, rev, &self.settings);
        let look = look(&frame);
        if before.is_some_and(|shown| shown.look == look) {
            return None;
        }
        let over = frame.state.is_final();
        self.shown.insert(run.key(), Shown { look, rev, over });
        Some(frame)
    }

    fn forget(&mut self, board: &mut Board) {
        let replaying = &self.replaying;
        let held = |key: &RunKey| replaying.values().any(|keys| keys.contains(key));
        for key in board.forget(&held) {
            self.shown.remove(&key);
            self.orphans.remove(&key);
        }
    }
}

fn session(event: &Event) -> Option<Session> {
    let sid = event.sid.as_ref().or(event.session.as_ref())?;
    Some((event.source.clone(), sid.clone()))
}

/// What a person or a sink can see of a frame.
fn look(frame: &Frame) -> u64 {
    let mut hasher = DefaultHasher::new();
    let text = frame.text.as_ref().and_then(|text| text.any());
    let end = frame.end.as_ref().map(|end| end.as_str());
    (text, frame.state.as_str(), end, &frame.routes).hash(&mut hasher);
    hasher.finish()
}
