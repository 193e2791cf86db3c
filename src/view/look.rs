//! What a renderer asks of a run.

use crate::wire::event::{Context, Name, Plan, Route, SessionKind, Src};
use crate::wire::frame::{Changes, End, State, Totals};
use crate::wire::time::Time;

use super::board::Board;
use super::child::ChildView;
use super::files;
use super::key::{At, RunKey};
use super::kin::Kin;
use super::run::{Block, Run};
use super::session::Session;
use super::settings::ms;
use super::speech::newest;
use super::step::Step;
use super::verdict::{Verdict, passed};

/// Most places named as where a frame's records were read.
const MAX_SOURCES: usize = 16;

/// One run at the newest moment its family knows.
#[derive(Clone, Copy, Debug)]
pub struct RunView<'a> {
    board: &'a Board,
    at: At,
    session: &'a Session,
    run: &'a Run,
    now: Option<Time>,
}

/// What a run waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait<'a> {
    /// `permission`, `question`, `plan` or `quota`.
    pub on: &'a str,
    /// What is asked.
    pub what: Option<&'a str>,
    /// Since when.
    pub since: Option<Time>,
}

impl<'a> RunView<'a> {
    /// The run at another moment: that of the view it is part of.
    pub(super) fn when(self, now: Option<Time>) -> Self {
        Self { now, ..self }
    }

    pub(super) fn of(board: &'a Board, at: At) -> Option<Self> {
        let (session, run) = board.at(at)?;
        let times = board.family(at).into_iter().map(|at| board.at(at)?.0.now);
        Some(Self {
            board,
            at,
            session,
            run,
            now: times.max().flatten(),
        })
    }

    /// The run's key.
    #[must_use]
    pub fn key(&self) -> RunKey {
        RunKey {
            source: self.session.source.clone(),
            sid: self.session.sid.clone(),
            run: self.run.id.clone().unwrap_or_default(),
        }
    }

    /// The session's name within its source.
    #[must_use]
    pub fn session(&self) -> Option<&'a Name> {
        self.session.name.as_ref()
    }

    /// The agent's id, else its source.
    #[must_use]
    pub fn agent(&self) -> &'a str {
        match self.session.agent.as_deref() {
            Some(agent) if !agent.is_empty() => agent,
            _ => &self.session.source,
        }
    }

    /// What was asked.
    #[must_use]
    pub fn request(&self) -> Option<&'a str> {
        self.run.request.as_deref()
    }

    /// When it began.
    #[must_use]
    pub fn started(&self) -> Option<Time> {
        self.run
            .started
            .or(self.session.ticks.map(|(first, _)| first))
    }

    /// How long it took by its source's own measure, in milliseconds, where there is one.
    #[must_use]
    pub fn measured_ms(&self) -> Option<u64> {
        self.run.measured_ms()
    }

    /// The moment this view speaks of: the newest record or tick of the family.
    #[must_use]
    pub fn now(&self) -> Option<Time> {
        self.now
    }

    /// Its state, and why.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let known = self.board.judge(self.at, self.now);
        // A view is of a run that is on the board.
        known.unwrap_or(Verdict {
            state: State::Interrupted,
            end: None,
            ended: None,
            note: None,
            rule: "it is not known",
            last: None,
            output: None,
            below: false,
        })
    }

    /// Its steps, oldest first; those of its children are with [`Self::kin`].
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &'a Step> {
        let run = self.run;
        let shown = move |step: &&'a Step| {
            let of_agent = |id: &Name| {
                let mut agents = run.steps.iter().filter(|step| step.agent.is_some());
                agents.any(|step| step.id == *id)
            };
            step.known && !(run.nests && step.parent.as_ref().is_some_and(of_agent))
        };
        run.steps.iter().filter(shown)
    }

    /// Steps that are only counted any more.
    #[must_use]
    pub fn earlier(&self) -> u64 {
        self.run.dropped.shown
    }

    /// Its children in the order of their steps.
    #[must_use]
    pub fn kin(&self) -> Vec<Kin<'a>> {
        self.board.kin(self.at)
    }

    /// What is known of one of its children.
    #[must_use]
    pub fn child<'k>(&self, kin: &'k Kin<'a>) -> ChildView<'k, 'a> {
        let over = self.run.end.is_some();
        ChildView::of(self.board, kin, self.now, over)
    }

    /// What it waits for: its own wait first, then the one of a sub-agent.
    #[must_use]
    pub fn wait(&self) -> Option<Wait<'a>> {
        let family = self.board.family(self.at).into_iter();
        let waits = family.filter_map(|at| Some((at, self.board.at(at)?.1.blocks.first()?)));
        let order = |(at, block): &(At, &Block)| (*at != self.at, block.since, self.board.key(*at));
        let (_, block) = waits.min_by_key(order)?;
        Some(Wait {
            on: block.on.as_str(),
            what: block.what.as_deref(),
            since: block.since,
        })
    }

    /// Whether the call waits for a person.
    #[must_use]
    pub fn is_blocked(&self, call: &Name) -> bool {
        let mut blocks = self.run.blocks.iter();
        blocks.any(|block| block.call.as_ref() == Some(call))
    }

    /// Whether its own records say that it is over, whatever its children do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.run.end.is_some()
    }

    /// Whether a sub-agent in the background made the call, which goes on behind the end.
    #[must_use]
    pub fn is_beside(&self, step: &Step) -> bool {
        self.run.is_beside(step.parent.as_ref())
    }

    /// Whether what had not come back by its end was stopped, as far as that is known.
    #[must_use]
    pub fn was_stopped(&self, verdict: &Verdict) -> bool {
        match &self.run.end {
            Some(end) => end.state() != State::Done,
            None => verdict.state != State::Done,
        }
    }

    /// Its counts, those of its children included once.
    #[must_use]
    pub fn totals(&self, over: bool) -> Totals {
        self.board.totals(&[self.at], over)
    }

    /// The newest lines of the family's commentary, oldest first: 1,000 characters in all.
    #[must_use]
    pub fn commentary(&self) -> Vec<String> {
        let family = self.board.family(self.at).into_iter();
        let runs = family.filter_map(|at| Some(self.board.at(at)?.1));
        newest(runs.flat_map(|run| run.speech.lines(self.now)).collect())
    }

    /// Its plan.
    #[must_use]
    pub fn plan(&self) -> Option<&'a Plan> {
        self.run.plan.as_ref()
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> Option<&'a str> {
        self.run.model.as_deref()
    }

    /// How full the model's context is.
    #[must_use]
    pub fn context(&self) -> Option<Context> {
        self.run.context
    }

    /// How often its context was compacted.
    #[must_use]
    pub fn compactions(&self) -> u64 {
        self.run.compactions
    }

    /// The files that it and its children changed.
    #[must_use]
    pub fn changes(&self) -> Option<Changes> {
        let family = self.board.family(self.at).into_iter();
        files::sum(family.filter_map(|at| Some(&self.board.at(at)?.1.files)))
    }

    /// Where its box belongs, the first route first.
    #[must_use]
    pub fn routes(&self) -> &'a [Route] {
        &self.run.routes
    }

    /// Records folded into the family.
    #[must_use]
    pub fn rev(&self) -> u64 {
        let family = self.board.family(self.at).into_iter();
        family.filter_map(|at| Some(self.board.at(at)?.1.rev)).sum()
    }

    /// Where the newest records of the family were read, its own first.
    #[must_use]
    pub fn sources(&self) -> Vec<Src> {
        let mut family = self.board.family(self.at);
        family.sort_by_key(|at| (*at != self.at, self.board.key(*at)));
        let runs = family.iter().filter_map(|at| Some(self.board.at(*at)?.1));
        let mut sources: Vec<Src> = Vec::new();
        for src in runs.flat_map(|run| &run.sources) {
            let same = |known: &Src| {
                known.kind == src.kind && known.at == src.at && known.generation == src.generation
            };
            match sources.iter().position(same) {
                Some(known) if newer(src, &sources[known]) => sources[known].clone_from(src),
                Some(_) => {}
                None if sources.len() < MAX_SOURCES => sources.push(src.clone()),
                None => {}
            }
        }
        sources
    }

    /// Whether another run's box shows it.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        self.run.up.is_some()
    }

    /// Whether it names a parent that was never seen, and may still come.
    #[must_use]
    pub fn is_orphan(&self) -> bool {
        // By anybody's ticks: its own stop when it ends.
        let waited = self.board.ticks.map_or(0, |(first, newest)| {
            newest.since_ms(self.session.met.unwrap_or(first))
        });
        !self.is_nested() && self.board.is_child(self.at) && waited < ms(self.board.settings.orphan)
    }

    /// Whether it has a box: it is nobody's child, its cause deserves one, and it
    /// worked long enough or used a tool.
    ///
    /// An orphan's answer is right once [`Self::is_orphan`] is not.
    #[must_use]
    pub fn has_box(&self) -> bool {
        !self.is_nested() && self.is_wanted() && self.has_worked()
    }

    fn is_wanted(&self) -> bool {
        let settings = &self.board.settings;
        let by_kind = match (&self.run.cause, &self.session.kind) {
            (Some(_), _) | (None, None) => true,
            (None, Some(SessionKind::Cron | SessionKind::Hook | SessionKind::Heartbeat)) => {
                settings.include.iter().any(|cause| {
                    Some(cause.as_str()) == self.session.kind.as_ref().map(SessionKind::as_str)
                })
            }
            (None, Some(_)) => true,
        };
        by_kind && self.run.has_cause(&settings.include)
    }

    fn has_worked(&self) -> bool {
        let used = |at: &At| {
            let Some((_, run)) = self.board.at(*at) else {
                return false;
            };
            !run.steps.is_empty() || run.dropped.tools > 0
        };
        let family = self.board.family(self.at);
        if family.len() > 1 || family.iter().any(used) {
            return true;
        }
        let end = self.run.end.as_ref();
        if end.is_some_and(|end| end.silent) {
            return false;
        }
        if end.is_some() && self.run.told == 0 {
            // Announced by its row, and superseded before it said a word.
            return false;
        }
        let verdict = self.verdict();
        // One that silence interrupted was waited for until now.
        let given_up = verdict.state == State::Interrupted && verdict.end != Some(End::Explicit);
        let until = if verdict.state.is_final() && !given_up {
            verdict.ended.or(self.now)
        } else {
            self.now
        };
        let measured = self.run.measured_ms().unwrap_or(0);
        let measured = i64::try_from(measured).unwrap_or(i64::MAX);
        passed(self.started(), until).max(measured) >= ms(self.board.settings.after)
    }
}

fn newer(src: &Src, than: &Src) -> bool {
    (src.off, src.seq, src.n) > (than.off, than.seq, than.n)
}
