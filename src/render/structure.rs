//! The structured view of a run, as it travels in a frame.

use std::collections::HashMap;

use crate::view::{self, ChildView, Kin, RunView, Verdict};
use crate::wire::event::{Name, Outcome, Plan, PlanItem};
use crate::wire::frame::{Changes, Child, State, Step, StepStatus, View, Waiting};
use crate::wire::hidden::Hidden;
use crate::wire::time::Time;

use super::bounds::{id, short};
use super::phrase;
use super::prune::prune;
use super::settings::{Commentary, Settings};

/// How deep sub-agents are shown inside each other, those of the run itself being the first level;
/// deeper ones only count.
const MAX_DEPTH: usize = 5;

/// Longest texts, in graphemes.
const NAME: usize = 60;
const TITLE: usize = 80;
/// The longest detail, in graphemes: as long as `label` makes arguments.
const DETAIL: usize = 120;
const ITEM: usize = 100;
const SENTENCE: usize = 200;

/// How much of a run a view may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Most steps, nested ones included.
    pub(super) steps: usize,
    /// Most items of a plan.
    pub(super) items: usize,
    /// Most routes, and most places that records were read at.
    pub(super) places: usize,
    /// Whether there is room for commentary and the request.
    pub(super) speech: bool,
}

/// The structured state of `run`, judged as `verdict`.
pub(super) fn structure(
    run: &RunView<'_>,
    verdict: &Verdict,
    settings: &Settings,
    room: Room,
) -> View {
    let level = Level { room };
    let over = verdict.state.is_final();
    let (mut steps, mut earlier) = level.steps(run, verdict, 0);
    prune(&mut steps, &mut earlier, room.steps, false);
    let speech = if room.speech {
        commentary(run, settings.commentary)
    } else {
        Vec::new()
    };
    let request = run.request().filter(|_| room.speech);
    View {
        agent: short(run.agent(), NAME),
        request: request.map(|text| short(text, SENTENCE)),
        started: run.started(),
        ended: verdict.ended.filter(|_| over),
        ms: lasted(run, verdict),
        steps,
        earlier: earlier.steps,
        earlier_agents: earlier.agents,
        earlier_running: earlier.running,
        commentary: speech,
        plan: run.plan().map(|plan| level.plan(plan)),
        blocked: run
            .wait()
            .filter(|_| verdict.state == State::Blocked)
            .map(|wait| Waiting {
                on: short(wait.on, NAME),
                what: wait
                    .what
                    .map(|what| short(what, SENTENCE))
                    .filter(|what| !what.is_empty()),
                since: wait.since,
            }),
        note: verdict
            .note
            .as_ref()
            .map(|note| short(&phrase::note(note), SENTENCE)),
        totals: level.tidy(run.totals(over)),
        model: run.model().map(|model| short(model, NAME)),
        context: run.context(),
        compactions: run.compactions(),
        changes: run.changes().map(tidy),
        why: settings.explain.then(|| why(run, verdict)),
    }
}

/// How long the run took, or has been running.
///
/// Its first records and its last ones may have no times: what the others show is then too short,
/// and never too long.
fn lasted(run: &RunView<'_>, verdict: &Verdict) -> Option<u64> {
    match verdict.state.is_final() {
        true => between(run.started(), verdict.ended.or(verdict.last)).max(run.measured_ms()),
        false => between(run.started(), run.now()),
    }
}

fn between(then: Option<Time>, now: Option<Time>) -> Option<u64> {
    u64::try_from(now?.since_ms(then?)).ok()
}

fn commentary(run: &RunView<'_>, wanted: Commentary) -> Vec<String> {
    match wanted {
        Commentary::Off => Vec::new(),
        Commentary::Latest => run.commentary().pop().into_iter().collect(),
        Commentary::All => run.commentary(),
    }
}

/// The rule that gave a run its state, and the evidence.
#[must_use]
pub fn why(run: &RunView<'_>, verdict: &Verdict) -> String {
    let moment = |time: Option<Time>| match time {
        Some(time) => time.to_string(),
        None => "unknown".into(),
    };
    format!(
        "{}; last record {}, now {}",
        verdict.rule,
        moment(verdict.last),
        moment(run.now())
    )
}

struct Level {
    room: Room,
}

impl Level {
    /// The steps of `run`, its children among them, and how many are not given.
    fn steps(&self, run: &RunView<'_>, verdict: &Verdict, depth: usize) -> (Vec<Step>, Hidden) {
        let mut kin: Vec<_> = run.kin();
        let mut untold: Vec<Kin<'_>> = Vec::new();
        kin.retain(|kin| {
            let told = kin.step.is_some();
            if !told {
                untold.push(kin.clone());
            }
            told && kin.is_seen()
        });
        let by_step: HashMap<&Name, &Kin<'_>> = kin.iter().map(|kin| (&kin.id, kin)).collect();
        let all: Vec<&view::Step> = run.steps().collect();
        let mut earlier = Hidden::steps(run.earlier());
        let mut steps = Vec::new();
        for (place, step) in all.iter().enumerate() {
            let newest = all.len() - place <= self.room.steps.max(1);
            let kin = by_step.get(&step.id);
            if !newest && kin.is_none() && !step.failed() && !step.is_pending() {
                earlier.steps += 1;
                continue;
            }
            let mut shown = self.step(run, verdict, step);
            if let Some(kin) = kin {
                self.become_child(&mut shown, run, kin, depth);
            }
            match depth >= MAX_DEPTH && shown.child.is_some() {
                true => earlier.add(&shown),
                false => steps.push(shown),
            }
        }
        for kin in &untold {
            let mut shown = self.untold(kin);
            self.become_child(&mut shown, run, kin, depth);
            if depth >= MAX_DEPTH {
                earlier.add(&shown);
                continue;
            }
            // Behind what began before it, and before what began after it.
            let place = steps
                .iter()
                .rposition(|step: &Step| step.started <= shown.started);
            steps.insert(place.map_or(0, |before| before + 1), shown);
        }
        (steps, earlier)
    }

    fn step(&self, run: &RunView<'_>, verdict: &Verdict, step: &view::Step) -> Step {
        let pending = step.is_pending();
        let over = verdict.state.is_final();
        // A sub-agent in the background goes on behind the end of the turn that started it.
        let is_left = || run.is_over() && !run.is_beside(step);
        let given_up = pending && (over || is_left());
        let (status, note) = if pending && run.is_blocked(&step.id) && !over {
            (StepStatus::Blocked, Some("waiting".into()))
        } else if given_up && run.was_stopped(verdict) {
            (StepStatus::Stopped, Some("stopped".into()))
        } else if given_up || step.closed && step.outcome.is_none() {
            (StepStatus::Unknown, Some("no result".into()))
        } else if over && step.status() == StepStatus::Background && !step.is_job() {
            // Nobody will say how it ended, so it is not waited for.
            (StepStatus::Unknown, note(step))
        } else {
            (step.status(), note(step))
        };
        let running = pending && !given_up || step.is_job() && !over;
        let ms = match running {
            true => between(step.started, run.now()),
            // A job outlives a run that is over, and no clock ticks in its box any more.
            false if step.is_job() => None,
            false => step.took_ms(),
        };
        Step {
            id: id(&step.id),
            title: short(&step.title, TITLE),
            detail: Self::detail(step.detail.as_deref()),
            status,
            started: step.started,
            ms,
            note,
            child: None,
        }
    }

    /// How much of a call is shown is `label`'s to say.
    fn detail(detail: Option<&str>) -> Option<String> {
        detail
            .map(|detail| short(detail, DETAIL))
            .filter(|detail| !detail.is_empty())
    }

    /// A step for a child that no step of its parent tells.
    fn untold(&self, kin: &Kin<'_>) -> Step {
        Step {
            id: id(&kin.id),
            title: String::new(),
            detail: None,
            status: StepStatus::Unknown,
            started: kin.started,
            ms: None,
            note: None,
            child: None,
        }
    }

    fn become_child(&self, step: &mut Step, run: &RunView<'_>, kin: &Kin<'_>, depth: usize) {
        let child = run.child(kin);
        let title = short(child.title(), NAME);
        if step.title.is_empty() {
            step.title.clone_from(&title);
        }
        let state = child.verdict.as_ref().map(|verdict| verdict.state.clone());
        let is_over = state.as_ref().is_none_or(State::is_final);
        // A call that does more than its child did is as far as it says itself.
        let goes_on = is_over && kin.goes_on() && phrase::runs(&step.status);
        if !goes_on {
            (step.status, step.note) = match &state {
                Some(state) => of_state(state),
                None => (StepStatus::Unknown, None),
            };
        }
        if let Some(verdict) = child.verdict.as_ref().filter(|_| !goes_on) {
            let until = match verdict.state.is_final() {
                true => verdict.ended,
                false => run.now(),
            };
            step.ms = between(kin.started, until).or(step.ms);
        }
        let (mut steps, mut earlier) = (Vec::new(), Hidden::default());
        if depth < MAX_DEPTH {
            (steps, earlier) = self.below(run, &child, depth + 1);
        }
        step.child = Some(Box::new(Child {
            title,
            sid: child.sid().map(id),
            state: state.unwrap_or(State::Interrupted),
            steps,
            earlier: earlier.steps,
            earlier_agents: earlier.agents,
            earlier_running: earlier.running,
            totals: self.tidy(child.totals()),
        }));
    }

    /// The steps of a child: those of all its runs here, or those it made in
    /// its parent's transcript.
    fn below(
        &self,
        run: &RunView<'_>,
        child: &ChildView<'_, '_>,
        depth: usize,
    ) -> (Vec<Step>, Hidden) {
        let (mut steps, mut earlier) = (Vec::new(), Hidden::default());
        for run in child.runs() {
            // Its parent may know that it is over when its own records do not.
            let told = child.verdict.clone();
            let told = told.filter(|verdict| verdict.state.is_final());
            let verdict = told.unwrap_or_else(|| run.verdict());
            let (more, before) = self.steps(&run, &verdict, depth);
            steps.extend(more);
            earlier.join(before);
        }
        if let (true, Some(verdict)) = (steps.is_empty(), &child.verdict) {
            let inline = &child.kin.inline;
            let nests = inline.iter().any(|step| step.agent.is_some());
            let kin = if nests { run.kin() } else { Vec::new() };
            steps.extend(inline.iter().map(|step| {
                let mut shown = self.step(run, verdict, step);
                if let Some(kin) = kin.iter().find(|kin| kin.id == step.id) {
                    self.become_child(&mut shown, run, kin, depth);
                }
                shown
            }));
        }
        (steps, earlier)
    }

    fn plan(&self, plan: &Plan) -> Plan {
        let items = plan
            .items
            .iter()
            .take(self.room.items)
            .map(|item| PlanItem {
                id: short(&item.id, NAME),
                text: short(&item.text, ITEM),
                state: short(item.state.as_str(), NAME).as_str().into(),
            });
        Plan {
            done: plan.done,
            total: plan.total,
            current: plan.current.as_deref().map(|text| short(text, ITEM)),
            items: items.collect(),
        }
    }

    fn tidy(&self, mut totals: crate::wire::frame::Totals) -> crate::wire::frame::Totals {
        for (kind, _) in &mut totals.kinds {
            *kind = short(kind, TITLE);
        }
        totals
    }
}

/// The names of files as long as a view may hold them.
fn tidy(mut changes: Changes) -> Changes {
    for file in &mut changes.named {
        file.path = short(&file.path, NAME);
    }
    changes
}

fn of_state(state: &State) -> (StepStatus, Option<String>) {
    match state {
        State::Active => (StepStatus::Active, None),
        State::Blocked => (StepStatus::Blocked, Some("waiting".into())),
        State::Done => (StepStatus::Ok, None),
        State::Error => (StepStatus::Error, Some("failed".into())),
        State::Interrupted | State::Other(_) => (StepStatus::Stopped, Some("interrupted".into())),
    }
}

fn note(step: &view::Step) -> Option<String> {
    match (&step.outcome, step.exit_code) {
        (Some(outcome), Some(code)) if code != 0 && phrase::outcome(outcome).is_some() => {
            Some(format!("exit {code}"))
        }
        (Some(Outcome::Ok), _) => {
            let (added, removed) = step.lines?;
            phrase::lines(added, removed)
        }
        (Some(outcome), _) => phrase::outcome(outcome).map(Into::into),
        (None, _) => None,
    }
}
