//! Events become frames: label, fold, render. The same for the pipe and for `run`.

use std::collections::HashSet;
use std::sync::Arc;

use super::reader::contained;
use crate::label::{Call, Labeller};
use crate::render::{self, Renderer};
use crate::safe::redact::Redactor;
use crate::view::{self, Board};
use crate::wire::event::{Body, Event, Label, Name};
use crate::wire::frame::{Frame, State};

/// Everything between an event and a frame.
pub struct Pipeline {
    labeller: Labeller,
    redactor: Arc<Redactor>,
    board: Board,
    renderer: Renderer,
    draw: Draw,
    /// Sessions over which our own code failed; nothing of theirs is taken in any more.
    aside: HashSet<Session>,
    failures: Vec<String>,
}

/// Folds an event and draws what it makes visible.
type Draw = fn(&mut Renderer, &mut Board, &Event) -> Vec<Frame>;

/// A session by its source and its UUID.
type Session = (Name, Name);

/// What the box of a session says over which our own code failed.
const REASON: &str = "live-status failed on an event of this session";

/// Sessions that are remembered as set aside; a stream may make up ever new ones.
const MOST_ASIDE: usize = 10_000;

/// How a run stands, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Stands {
    /// Its state.
    pub state: State,
    /// The rule that gave it, and the evidence.
    pub why: String,
}

impl Pipeline {
    /// An empty board.
    #[must_use]
    pub fn new(
        labeller: Labeller,
        redactor: Arc<Redactor>,
        view: view::Settings,
        render: render::Settings,
    ) -> Self {
        Self {
            labeller,
            redactor,
            board: Board::new(view),
            renderer: Renderer::new(render),
            draw: Renderer::step,
            aside: HashSet::new(),
            failures: Vec::new(),
        }
    }

    /// Folds `event`, labelled first where nobody did, and gives the frames that it makes visible.
    ///
    /// A session over whose event our own code panics is set aside: its boxes are closed, nothing
    /// of it is taken in any more, and the others go on.
    pub fn step(&mut self, event: &mut Event) -> Vec<Frame> {
        // Every event comes by here, and hardly ever was a session set aside.
        let is_aside =
            |aside: &HashSet<Session>| session(event).is_some_and(|it| aside.contains(&it));
        if !self.aside.is_empty() && is_aside(&self.aside) {
            return Vec::new();
        }
        let frames = contained(|| {
            if event.label.is_none() {
                event.label = label(&self.labeller, &event.body);
            }
            let frames = (self.draw)(&mut self.renderer, &mut self.board, event);
            self.scrubbed(frames)
        });
        frames.unwrap_or_else(|| self.set_aside(session(event), event))
    }

    /// What our own code failed on since the last call, a sentence for each.
    #[must_use]
    pub fn take_failures(&mut self) -> Vec<String> {
        std::mem::take(&mut self.failures)
    }

    fn set_aside(&mut self, session: Option<Session>, event: &Event) -> Vec<Frame> {
        tracing::error!(class = "session_set_aside", "we failed on an event");
        let Some(session) = session else {
            return Vec::new();
        };
        self.failures.push(format!(
            "{}: live-status failed on a {} event of this session, which is a defect in it; the session is set \
             aside and the others go on. Please report it, without the event",
            self.redactor.redact(&session.1),
            event.body.kind(),
        ));
        let Self {
            board, renderer, ..
        } = self;
        let frames = contained(|| renderer.set_aside(board, (&session.0, &session.1), REASON));
        if self.aside.len() < MOST_ASIDE {
            self.aside.insert(session);
        }
        self.scrubbed(frames.unwrap_or_default())
    }

    /// Labels, folds and draws by other settings from now on.
    pub fn set(&mut self, labeller: Labeller, view: view::Settings, render: render::Settings) {
        self.labeller = labeller;
        self.board.set(view);
        self.renderer.set(render);
    }

    /// How the run whose frames have the key `frame` stands: its state, and the rule and the
    /// evidence for it.
    #[must_use]
    pub fn stands(&self, frame: &str) -> Option<Stands> {
        contained(|| {
            let run = self.board.run_of_frame(frame)?;
            let verdict = run.verdict();
            let why = render::why(&run, &verdict);
            Some(Stands {
                state: verdict.state,
                why,
            })
        })?
    }

    /// The end of the input: what was held back until a session was live.
    pub fn finish(&mut self) -> Vec<Frame> {
        let frames = contained(|| self.renderer.finish(&self.board));
        self.scrubbed(frames.unwrap_or_default())
    }

    fn scrubbed(&self, mut frames: Vec<Frame>) -> Vec<Frame> {
        frames
            .iter_mut()
            .for_each(|frame| scrub(frame, &self.redactor));
        frames
    }
}

fn session(event: &Event) -> Option<Session> {
    let sid = event.sid.as_ref().or(event.session.as_ref())?;
    Some((event.source.clone(), sid.clone()))
}

/// The phrase of an event that tells of a call; other events have none.
#[must_use]
pub fn label(labeller: &Labeller, body: &Body) -> Option<Label> {
    let (name, title, kind, input) = match body {
        Body::ToolStart(start) => (&start.name, &start.title, &start.kind, &start.input),
        Body::ToolUpdate(update) if update.name.is_some() || !update.input.is_null() => {
            (&update.name, &update.title, &update.kind, &update.input)
        }
        _ => return None,
    };
    Some(labeller.label(&Call {
        name: name.as_deref(),
        title: title.as_deref(),
        kind: kind.as_deref(),
        input,
    }))
}

/// Takes out of a frame's texts what looks like a secret, though `tail` did so already:
/// a saved stream may be older, and this is the last room before a sink.
pub fn scrub(frame: &mut Frame, redactor: &Redactor) {
    frame.each_text(&mut |text| {
        if let std::borrow::Cow::Owned(clean) = redactor.redact(text) {
            *text = clean;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::scene::{Scene, scene};
    use crate::wire::event::Text;

    /// A pipeline that draws so.
    fn failing(draw: Draw) -> Pipeline {
        let (view, render) = (view::Settings::default(), render::Settings::default());
        let labeller = Labeller::default();
        let redactor = Arc::new(Redactor::new(&[]));
        Pipeline {
            draw,
            ..Pipeline::new(labeller, redactor, view, render)
        }
    }

    fn on_a_word(renderer: &mut Renderer, board: &mut Board, event: &Event) -> Vec<Frame> {
        let frames = renderer.step(board, event);
        let fails =
            matches!(&event.body, Body::Text(Text { text, .. }) if text.contains("fail here"));
        assert!(!fails, "a test asked for it");
        frames
    }

    /// The session goes on; gives the frames of what is new.
    fn tell(pipeline: &mut Pipeline, scene: &mut Scene, script: &str) -> Vec<Frame> {
        let known = scene.events.len();
        *scene = scene.clone().more(script);
        let events = scene.events[known..].iter().cloned();
        events
            .flat_map(|mut event| pipeline.step(&mut event))
            .collect()
    }

    fn states(frames: &[Frame]) -> Vec<(&str, &State)> {
        frames
            .iter()
            .map(|frame| (&*frame.sid, &frame.state))
            .collect()
    }

    // Fault 66.
    #[test]
    fn a_session_that_cannot_be_folded_is_set_aside_once_and_the_others_go_on() {
        let mut pipeline = failing(on_a_word);
        let (mut bad, mut good) = (scene("bad", ""), scene("good", ""));
        let shown = tell(&mut pipeline, &mut bad, "0 start r; 1 tool a");
        tell(&mut pipeline, &mut good, "0 start r; 1 tool a");
        let rev = shown.last().expect("a box").rev;
        let last = tell(&mut pipeline, &mut bad, "2 say commentary fail here");
        assert_eq!(states(&last), [("bad", &State::Interrupted)]);
        assert_eq!(last[0].key, shown[0].key);
        assert!(last[0].rev > rev, "no frame of before takes its place");
        assert_eq!(last[0].view.note.as_deref(), Some(REASON));
        let said = pipeline.take_failures();
        assert_eq!(said.len(), 1, "{said:?}");
        let what = "bad: live-status failed on a text event";
        assert!(said[0].starts_with(what), "{said:?}");
        // Nothing of it is taken in any more, whatever it is; nothing is said twice.
        let script = "3 say commentary fail here; 4 tool b; 5 start r2; 6 tool c; 7 stop ok";
        assert_eq!(tell(&mut pipeline, &mut bad, script), []);
        let frames = tell(&mut pipeline, &mut good, "7 end a ok; 9 stop ok");
        assert_eq!(states(&frames).last(), Some(&("good", &State::Done)));
        assert_eq!(pipeline.take_failures(), Vec::<String>::new());
        assert_eq!(pipeline.stands(&last[0].key), None);
        assert_eq!(pipeline.finish(), []);
    }

    // Fault 66.
    #[test]
    fn a_child_that_cannot_be_folded_leaves_its_parent() {
        let mut pipeline = failing(on_a_word);
        let (mut parent, mut child) = (scene("p", ""), scene("c", ""));
        let script = "0 start r; 1 tool a; 2 spawn a c helper; 2 end a ok";
        tell(&mut pipeline, &mut parent, script);
        let script = "2.5 parent p; 2.5 start cr subagent; 3 tool x";
        tell(&mut pipeline, &mut child, script);
        let frames = tell(&mut pipeline, &mut child, "4 say commentary fail here");
        assert_eq!(states(&frames), [], "it had no box of its own");
        let frames = tell(&mut pipeline, &mut parent, "5 over c ok; 6 stop ok");
        assert_eq!(states(&frames).last(), Some(&("p", &State::Done)));
        assert_eq!(pipeline.take_failures().len(), 1);
    }
}
