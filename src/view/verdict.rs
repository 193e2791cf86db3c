//! The state of a run, and why: the life of a run as the design tells it.
//!
//! In the order of trust: an end that a record tells, then what silence means.
//! Silence is measured from the newest record of the family to its newest tick
//! or record, so nothing here reads a clock.

use crate::wire::event::{Name, Outcome};
use crate::wire::frame::{End, State};
use crate::wire::time::Time;

use super::board::Board;
use super::ending::{Trust, of_outcome};
use super::key::At;
use super::kin::Kin;
use super::run::{Last, Run};
use super::settings::ms;
use super::step::Step;

/// Deeper children are not looked for: nobody nests so deep but to exhaust us.
const MAX_DEPTH: usize = 16;

/// The state of a run, its children considered.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The state.
    pub state: State,
    /// What told the end; only with a final state.
    pub end: Option<End>,
    /// When it ended: the time of its last record, or that its end tells.
    pub ended: Option<Time>,
    /// A remark about the state.
    pub note: Option<Note>,
    /// Which rule gave the state.
    pub rule: &'static str,
    /// The newest record of the family.
    pub last: Option<Time>,
    /// The newest step or text of the family.
    pub output: Option<Time>,
    /// Whether a sub-agent works or waits.
    pub below: bool,
}

/// A remark about a run's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// No step and no text for so many milliseconds.
    Quiet(i64),
    /// Nothing for so many milliseconds since the last result of a tool.
    NoAnswer(i64),
    /// No record for so many milliseconds, and nothing known to be under way that would explain
    /// it: the model may think, and the process may be dead.
    LastSeen(i64),
    /// It failed and tries again.
    Retrying,
    /// What recorded it was deleted, so nobody will ever tell how it ended.
    Gone,
    /// What went wrong, as its source says it.
    Error(Name),
}

impl Board {
    /// The state of `at` at `now`.
    pub(super) fn judge(&self, at: At, now: Option<Time>) -> Option<Verdict> {
        self.judge_at(at, now, 0)
    }

    /// The state of `run` as its own records tell it, whatever its children do.
    pub(super) fn alone(&self, run: &Run, now: Option<Time>) -> Verdict {
        let childless = Below {
            last: run.last,
            ..Below::default()
        };
        self.own(run, now, &childless)
    }

    fn judge_at(&self, at: At, now: Option<Time>, depth: usize) -> Option<Verdict> {
        let (_, run) = self.at(at)?;
        let mut below = Below::default();
        let over = run.end.is_some();
        let kin = if depth < MAX_DEPTH {
            self.kin(at)
        } else {
            Vec::new()
        };
        for kin in kin {
            if let Some(verdict) = self.judge_kin_at(&kin, now, over, depth + 1) {
                below.add(&kin, verdict);
            }
        }
        below.last = below.last.max(run.last);
        below.output = below.output.max(run.output).max(run.started);
        let mut verdict = self.own(run, now, &below);
        (verdict.last, verdict.output) = (below.last, below.output);
        let open_below = below.active || below.blocked;
        let awaits = self.awaits(at, run, &below, now);
        if verdict.state != State::Blocked {
            below.overrule(&mut verdict);
        }
        if awaits && verdict.state.is_final() && verdict.state != State::Interrupted {
            verdict = Verdict {
                last: verdict.last,
                output: verdict.output,
                ..open(State::Active, ANNOUNCE)
            };
        }
        verdict.below = open_below;
        verdict.note = self.note(run, &verdict, now);
        Some(verdict)
    }

    /// The state of a child whose parent is `over` or not; none where nothing
    /// tells, which then holds nobody up.
    pub(super) fn judge_kin(
        &self,
        kin: &Kin<'_>,
        now: Option<Time>,
        over: bool,
    ) -> Option<Verdict> {
        self.judge_kin_at(kin, now, over, 1)
    }

    fn judge_kin_at(
        &self,
        kin: &Kin<'_>,
        now: Option<Time>,
        over: bool,
        depth: usize,
    ) -> Option<Verdict> {
        let mut runs = kin
            .runs
            .iter()
            .filter_map(|at| self.judge_at(*at, now, depth));
        let mut newest = runs.next();
        for verdict in runs {
            newest = newest.map(|known| together(known, verdict));
        }
        let told = kin.told();
        if let Some(mut verdict) = newest {
            let began = kin.runs.last().and_then(|at| self.at(*at)?.1.started);
            let own = verdict.end == Some(End::Explicit);
            if let Some((outcome, at)) = told
                && !own
                && !verdict.below
                && (at.is_none() || at >= began)
            {
                verdict = of_end(outcome, at, "its parent was told so", verdict);
            }
            return Some(verdict);
        }
        if !kin.is_seen() {
            return None;
        }
        let nothing = unjudged();
        if let Some((outcome, at)) = told {
            return Some(of_end(outcome, at, "its parent was told so", nothing));
        }
        let step = kin.step;
        if kin.agent.is_some() && step.is_some_and(Step::is_job) {
            // Its parent's transcript tells its end; a process that was killed never does. A call
            // that did not come back is work, however long it lasts.
            let heard = kin.heard();
            let silent = passed(heard, now) >= ms(self.settings.max_duration);
            let is_lost = silent && !kin.waits_for_call();
            return Some(match is_lost {
                true => of_end(&Outcome::Unknown, heard, "its end was never told", nothing),
                false => nothing,
            });
        }
        if !kin.inline.is_empty() {
            let outcome = step.and_then(|step| step.outcome.as_ref());
            return Some(match outcome {
                Some(outcome) => {
                    let ended = step.and_then(|step| step.ended);
                    of_end(outcome, ended, "its call came back", nothing)
                }
                None if over || step.is_some_and(|step| step.closed) => {
                    let stopped = Outcome::Interrupted;
                    of_end(&stopped, kin.heard(), "its parent is over", nothing)
                }
                None => nothing,
            });
        }
        // Never seen, or seen elsewhere. After the parent's end nobody would
        // tell us that time passed, so it must not hold the box open.
        let elsewhere = kin.session.and_then(|no| self.sessions.get(&no));
        if over || elsewhere.is_some_and(|session| !session.runs.is_empty()) {
            return None;
        }
        if passed(kin.started, now) >= ms(self.settings.max_duration) {
            return Some(of_end(
                &Outcome::Unknown,
                kin.started,
                "it was never seen",
                nothing,
            ));
        }
        Some(nothing)
    }

    /// The state of the run itself.
    fn own(&self, run: &Run, now: Option<Time>, below: &Below) -> Verdict {
        let settings = &self.settings;
        let quiet = passed(below.last, now);
        let end = run.end.as_ref();
        if !run.blocks.is_empty() {
            // A stop ends a wait; any other end may come while a person is asked,
            // who is not waited for for ever.
            let over = end.is_some_and(|end| {
                end.outcome == Outcome::Interrupted
                    || passed(end.at, now) >= ms(settings.max_duration)
            });
            if !over {
                return open(State::Blocked, "it waits for a person, permission or quota");
            }
        }
        if let Some(end) = end {
            let rule = match end.trust {
                _ if end.gone => "its transcript is gone",
                Trust::Explicit => "its source said that it ended",
                Trust::Inferred => "its records say that it ended",
                Trust::Superseded => "the next request of its session began",
            };
            return over(end.state(), End::Explicit, end.at, rule);
        }
        if let Some(step) = run.pending() {
            return open(
                State::Active,
                if step.is_job() {
                    "a background job runs"
                } else {
                    "a tool is pending"
                },
            );
        }
        let silence = |state, rule| over(state, End::Silence, run.last, rule);
        match run.last_kind {
            Last::Assistant if quiet >= ms(settings.idle) => {
                silence(State::Done, "silence after the assistant's last record")
            }
            Last::Error if quiet >= ms(settings.idle) => {
                silence(State::Error, "silence after an error")
            }
            Last::Request | Last::Commentary | Last::Result | Last::Retry
                if quiet >= ms(settings.max_duration) =>
            {
                silence(State::Interrupted, "no answer of the model for too long")
            }
            Last::Assistant | Last::Error => open(State::Active, "the assistant was just heard"),
            Last::Commentary => open(State::Active, "the assistant is on its way"),
            Last::Request => open(State::Active, "the request waits for the model"),
            Last::Result => open(State::Active, "a result waits for the model"),
            Last::Retry => open(State::Active, "it tries again after an error"),
        }
    }

    /// Whether the result of the child that ended last is yet to be announced. Only ticks end
    /// the waiting, so where none came nothing is waited for.
    fn awaits(&self, at: At, run: &Run, below: &Below, now: Option<Time>) -> bool {
        let Some(ended) = below.announces else {
            return false;
        };
        let ticked = self
            .at(at)
            .is_some_and(|(session, _)| session.ticks.is_some());
        let told = run.reopened.is_some_and(|reopened| reopened >= ended);
        ticked && !told && passed(Some(ended), now) < ms(self.settings.announce)
    }

    fn note(&self, run: &Run, verdict: &Verdict, now: Option<Time>) -> Option<Note> {
        let silent = passed(verdict.output, now);
        let unheard = passed(verdict.last, now);
        match verdict.state {
            State::Active if run.last_kind == Last::Retry && run.end.is_none() => {
                Some(Note::Retrying)
            }
            // A run that only its row announced has no transcript yet: that tells nothing. What
            // came later than what is shown is no silence, and is not told of.
            State::Active
                if run.end.is_none()
                    && run.pending().is_none()
                    && !verdict.below
                    && run.told > 0
                    && silent <= unheard
                    && unheard >= ms(self.settings.quiet) =>
            {
                Some(Note::LastSeen(unheard))
            }
            State::Active
                if run.last_kind == Last::Result
                    && run.end.is_none()
                    && run.pending().is_none()
                    && verdict.rule != CHILD
                    && silent >= ms(self.settings.stuck) =>
            {
                Some(Note::NoAnswer(silent))
            }
            State::Active if silent >= ms(self.settings.quiet) => Some(Note::Quiet(silent)),
            State::Interrupted if run.end.as_ref().is_some_and(|end| end.gone) => Some(Note::Gone),
            State::Error => run.error.as_deref().map(|error| Note::Error(error.into())),
            _ => None,
        }
    }
}

const CHILD: &str = "a sub-agent runs";
const ANNOUNCE: &str = "the result of a sub-agent is yet to be announced";

/// What the children of a run come to.
#[derive(Default)]
struct Below {
    active: bool,
    blocked: bool,
    /// The child that ended last.
    ended: Option<(Option<Time>, Option<End>)>,
    /// When the last child ended whose result is announced.
    announces: Option<Time>,
    last: Option<Time>,
    output: Option<Time>,
}

impl Below {
    fn add(&mut self, kin: &Kin<'_>, verdict: Verdict) {
        self.last = self.last.max(verdict.last);
        self.output = self.output.max(verdict.output);
        match verdict.state {
            State::Blocked => self.blocked = true,
            State::Done | State::Error | State::Interrupted => {
                if kin.agent.is_some_and(|agent| agent.announces) && kin.told().is_none() {
                    self.announces = self.announces.max(verdict.ended);
                }
                let known = self.ended.as_ref().map(|(at, _)| *at);
                if kin.has_worked() && known.is_none_or(|at| at < verdict.ended) {
                    self.ended = Some((verdict.ended, verdict.end));
                }
            }
            State::Active | State::Other(_) => self.active = true,
        }
    }

    /// A run is not over before its children are; its end is the latest.
    fn overrule(self, verdict: &mut Verdict) {
        let own = (verdict.last, verdict.output);
        if self.blocked {
            *verdict = open(State::Blocked, "a sub-agent waits for a person");
        } else if self.active {
            if verdict.state != State::Active {
                *verdict = open(State::Active, CHILD);
            }
        } else if let (true, Some((ended, end))) = (verdict.state.is_final(), self.ended)
            && ended > verdict.ended
        {
            verdict.ended = ended;
            verdict.end = end;
        }
        (verdict.last, verdict.output) = own;
    }
}

/// A child of which nothing is known but that it was started.
fn unjudged() -> Verdict {
    open(State::Active, "it was started")
}

/// Two runs of one child: the later counts, but one that works before one that
/// is over.
fn together(earlier: Verdict, later: Verdict) -> Verdict {
    let last = earlier.last.max(later.last);
    let output = earlier.output.max(later.output);
    let below = earlier.below || later.below;
    let works = !earlier.state.is_final() && later.state.is_final();
    Verdict {
        last,
        output,
        below,
        ..if works { earlier } else { later }
    }
}

fn of_end(outcome: &Outcome, at: Option<Time>, rule: &'static str, known: Verdict) -> Verdict {
    Verdict {
        state: of_outcome(outcome),
        end: Some(End::Explicit),
        ended: at.or(known.last),
        note: None,
        rule,
        ..known
    }
}

fn open(state: State, rule: &'static str) -> Verdict {
    Verdict {
        state,
        end: None,
        ended: None,
        note: None,
        rule,
        last: None,
        output: None,
        below: false,
    }
}

fn over(state: State, end: End, ended: Option<Time>, rule: &'static str) -> Verdict {
    Verdict {
        end: Some(end),
        ended,
        ..open(state, rule)
    }
}

/// Milliseconds from `then` to `now`; none passed where either is unknown.
pub(super) fn passed(then: Option<Time>, now: Option<Time>) -> i64 {
    match (then, now) {
        (Some(then), Some(now)) => now.since_ms(then),
        _ => 0,
    }
}
