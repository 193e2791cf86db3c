//! What is known of a frame once it is gone: its place in the order and its looks.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::wire::event::Name;
use crate::wire::frame::{Frame, State};
use crate::wire::time::Time;

/// A frame's place among those of its key.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    rev: u64,
    ended: bool,
    at: Option<Time>,
    /// The places it was read from that have a generation.
    places: Box<[(Name, Name)]>,
}

impl Mark {
    pub(super) fn of(frame: &Frame) -> Self {
        let place =
            |src: &crate::wire::event::Src| Some((src.at.clone()?, src.generation.clone()?));
        Self {
            rev: frame.rev,
            ended: frame.state.is_final(),
            at: frame.at,
            places: frame.src.iter().filter_map(place).collect(),
        }
    }

    /// Whether `self` takes the place of `known`.
    ///
    /// More records win, so a run that was reopened after its end is shown
    /// again; with as many records the end wins, then the later moment (a tick
    /// adds no record); among equals the one offered last. A transcript that was
    /// rewritten counts its records anew: then the order starts again.
    pub(super) fn replaces(&self, known: &Self) -> bool {
        self.rewritten(known) || self.order() >= known.order()
    }

    /// Whether it is that of a run that is over.
    pub(super) fn is_end(&self) -> bool {
        self.ended
    }

    fn order(&self) -> (u64, bool, Option<Time>) {
        (self.rev, self.ended, self.at)
    }

    /// Whether a place that both were read from has another generation now.
    fn rewritten(&self, known: &Self) -> bool {
        self.places.iter().any(|(at, generation)| {
            known.places.iter().any(|(known_at, known_generation)| {
                at == known_at && generation != known_generation
            })
        })
    }
}

/// A hash of what people see: two frames of one print look the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Print(u64);

impl Print {
    pub(super) fn of(frame: &Frame) -> Self {
        let mut hasher = DefaultHasher::new();
        frame.state.as_str().hash(&mut hasher);
        // A run that got its place only now is news to a sink that had none.
        if let Some(route) = frame.routes.first() {
            (&route.sink, &route.server, &route.channel, &route.root).hash(&mut hasher);
        }
        match frame.text.as_ref().and_then(|text| text.any()) {
            Some(text) => text.hash(&mut hasher),
            None => {
                // `post` will render it from the view, so the view is what is seen.
                let view = serde_json::to_vec(&frame.view).unwrap_or_default();
                (&frame.title, view).hash(&mut hasher);
            }
        }
        Self(hasher.finish())
    }
}

/// How urgent a state is by itself.
pub(super) fn rank(state: &State) -> super::Rank {
    match state {
        State::Done | State::Error | State::Interrupted => super::Rank::Final,
        State::Blocked => super::Rank::Blocked,
        State::Active | State::Other(_) => super::Rank::Progress,
    }
}
