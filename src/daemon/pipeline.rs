//! Events become frames: label, fold, render. The same for the pipe and for `run`.

use std::sync::Arc;

use crate::label::{Call, Labeller};
use crate::render::{self, Renderer};
use crate::safe::redact::Redactor;
use crate::view::{self, Board};
use crate::wire::event::{Body, Event, Label};
use crate::wire::frame::{Frame, State};

/// Everything between an event and a frame.
pub struct Pipeline {
    labeller: Labeller,
    redactor: Arc<Redactor>,
    board: Board,
    renderer: Renderer,
}

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
        }
    }

    /// Folds `event`, labelled first where nobody did, and gives the frames that it makes visible.
    pub fn step(&mut self, event: &mut Event) -> Vec<Frame> {
        if event.label.is_none() {
            event.label = label(&self.labeller, &event.body);
        }
        let frames = self.renderer.step(&mut self.board, event);
        self.scrubbed(frames)
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
        let run = self.board.run_of_frame(frame)?;
        let verdict = run.verdict();
        let why = render::why(&run, &verdict);
        Some(Stands {
            state: verdict.state,
            why,
        })
    }

    /// The end of the input: what was held back until a session was live.
    pub fn finish(&mut self) -> Vec<Frame> {
        let frames = self.renderer.finish(&self.board);
        self.scrubbed(frames)
    }

    fn scrubbed(&self, mut frames: Vec<Frame>) -> Vec<Frame> {
        frames
            .iter_mut()
            .for_each(|frame| scrub(frame, &self.redactor));
        frames
    }
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
