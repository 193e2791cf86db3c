//! Boxes that an earlier process left unfinished: their runs are told again, however old they are.

use std::collections::HashMap;

use crate::wire::event::{Body, Event, Name, Route, RouteFrom, VERSION};
use crate::wire::frame::{self, End, Frame, State, View};
use crate::wire::kept::Kept;
use crate::wire::time::Time;

/// Boxes that are not over, and whose runs were not met yet.
#[derive(Debug, Default)]
pub struct Owed {
    /// By the UUID of their session.
    boxes: HashMap<String, Vec<Kept>>,
}

impl Owed {
    /// The boxes among `kept` that are not over and show a run.
    pub fn of(kept: impl IntoIterator<Item = Kept>) -> Self {
        let mut owed = Self::default();
        for kept in kept {
            if kept.is_live()
                && let Some(sid) = kept.about.sid.clone()
            {
                owed.boxes.entry(sid).or_default().push(kept);
            }
        }
        owed
    }

    /// Whether a run of the session is owed.
    pub(super) fn is_of(&self, sid: &str) -> bool {
        self.boxes.contains_key(sid)
    }

    /// Whether the event begins a run that is owed, which is then no longer owed.
    pub(super) fn begins(&mut self, event: &Event) -> bool {
        let (Body::RunStart(_), Some(sid), Some(run)) = (&event.body, &event.sid, &event.run)
        else {
            return false;
        };
        let Some(boxes) = self.boxes.get_mut(&**sid) else {
            return false;
        };
        let key = frame::key(&event.source, sid, run);
        let before = boxes.len();
        boxes.retain(|kept| kept.frame != key);
        let met = boxes.len() < before;
        if boxes.is_empty() {
            self.boxes.remove(&**sid);
        }
        met
    }

    /// What was never met and whose transcript is not there any more, as `is_there` says.
    #[must_use]
    pub fn lost(&self, is_there: impl Fn(&str) -> bool) -> Vec<&Kept> {
        let every = self.boxes.values().flatten();
        let lost = |kept: &&Kept| {
            kept.about
                .transcript
                .as_deref()
                .is_some_and(|at| !is_there(at))
        };
        let mut lost: Vec<_> = every.filter(lost).collect();
        lost.sort_unstable_by_key(|kept| &kept.key);
        lost
    }
}

/// The last frame of a box whose transcript is gone: nobody will ever tell how its run ended.
#[must_use]
pub fn last_frame(kept: &Kept, now: Time) -> Frame {
    let name = |text: &Option<String>| Name::from(text.as_deref().unwrap_or_default());
    let agent = kept.about.agent.clone().unwrap_or_default();
    let title = format!("{agent}: interrupted");
    let view = View {
        agent,
        ended: Some(kept.at),
        note: Some("its transcript is gone".to_owned()),
        ..View::default()
    };
    Frame {
        v: VERSION,
        kind: "frame".to_owned(),
        key: kept.frame.clone(),
        source: name(&kept.about.source),
        sid: name(&kept.about.sid),
        session: kept.about.session.as_deref().map(Name::from),
        run: Name::from(""),
        rev: kept.rev,
        at: Some(now),
        last: Some(kept.at),
        state: State::Interrupted,
        end: Some(End::Silence),
        routes: vec![Route {
            sink: kept.sink.clone(),
            account: None,
            server: None,
            team: None,
            channel: Some(kept.channel.clone()),
            user: None,
            root: kept.root.clone(),
            message: None,
            from: RouteFrom::Record,
        }],
        title,
        view,
        text: None,
        src: Vec::new(),
    }
}
