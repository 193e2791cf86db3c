//! One record folds into the run it belongs to.

use crate::wire::event::{
    Body, Cause, Event, Link, Name, Outcome, Phase, RunStart, TextMode, ToolEnd, ToolStart,
    ToolUpdate,
};
use crate::wire::time::Time;

use super::ending::{Ending, Trust};
use super::run::{Last, Run};
use super::settings::Settings;
use super::step::{Agent, Step, kept};
use super::wait::{is_later, is_quota};

impl Run {
    /// Folds `event`, read at `when`, into the run; whether it changed anything
    /// that a row's repetition would not.
    pub(super) fn take(&mut self, event: &Event, when: Option<Time>, settings: &Settings) -> bool {
        if matches!(event.body, Body::Reset(_)) {
            // It is the next request's record, not this run's.
            self.supersede();
            return true;
        }
        self.meet(when);
        self.just_compacted &= !is_work(&event.body);
        match &event.body {
            Body::RunStart(start) => self.begin(start, when),
            Body::RunEnd(end) => {
                self.try_no_more();
                return self.finish(Ending::told(end, when));
            }
            Body::Route(route) => return self.route(route),
            Body::Text(text) => {
                self.went_on(when);
                if text.phase != Phase::Final {
                    self.resume(when, Trust::Inferred);
                }
                self.speech.hear(text, when);
                let on_the_way = text.phase == Phase::Commentary;
                // A text that comes in pieces goes on until something says what it was.
                let goes_on = text.phase == Phase::Unknown && text.mode == TextMode::Delta;
                self.last_kind = match on_the_way || goes_on {
                    true => Last::Commentary,
                    false => Last::Assistant,
                };
                if settings.commentary || !on_the_way {
                    self.show(when);
                }
            }
            Body::Progress(progress) => {
                let wanted = settings.status_tags.contains(&progress.tag);
                if settings.commentary && wanted {
                    self.speech.note(&progress.text, when);
                    self.show(when);
                }
            }
            Body::ToolStart(start) => self.start(event, start, when),
            Body::ToolUpdate(update) => self.update(event, update, when),
            Body::ToolEnd(end) => self.came_back(event, end, when),
            Body::JobEnd(end) => {
                let is_job = |step: &&mut Step| step.job.as_ref() == Some(&end.job);
                if let Some(step) = self.steps.iter_mut().rev().find(is_job) {
                    step.outcome = Some(end.outcome.clone());
                    step.ms = None;
                    step.ended = when;
                    self.show(when);
                }
            }
            Body::Blocked(blocked) => self.block(blocked, when),
            Body::Unblocked(unblocked) => self.blocks.retain(|block| block.id != unblocked.id),
            Body::Plan(plan) => self.plan = Some(plan.clone()),
            Body::Usage(usage) => {
                self.spend.count(&event.source, usage);
                self.context = usage.context.or(self.context);
            }
            Body::Status(status) => return self.status(status, when),
            Body::Model(model) => self.model = Some(kept(&model.model)),
            Body::Error(error) => {
                self.error = Some(kept(&error.message));
                match error.retrying && is_quota(&error.message) {
                    true => self.wait_for_quota(&error.message, when),
                    false => self.try_no_more(),
                }
                self.last_kind = match error.retrying {
                    true => Last::Retry,
                    false => Last::Error,
                };
            }
            Body::AgentStart(start) => {
                let id = match &start.call {
                    Some(call) => call.clone(),
                    None => self.agent_step(&start.child),
                };
                let agent = Agent {
                    child: start.child.clone(),
                    title: start.title.as_deref().map(kept),
                    kind: start.kind.clone(),
                    started: when,
                    announces: start.announces,
                    inferred: start.inferred,
                    ended: None,
                };
                self.spawn(&id, agent, when);
            }
            Body::AgentEnd(end) => {
                let told = (end.outcome.clone(), when);
                let same = |agent: &&mut Agent| same_child(&agent.child, &end.child);
                let agents = self
                    .steps
                    .iter_mut()
                    .rev()
                    .filter_map(|step| step.agent.as_deref_mut());
                if let Some(agent) = agents.into_iter().find(same) {
                    agent.ended = Some(told);
                    self.show(when);
                }
            }
            Body::Compact(_) => {
                self.compactions += u64::from(!self.just_compacted);
                self.just_compacted = true;
            }
            Body::SessionStart(_)
            | Body::Reset(_)
            | Body::Rewind(_)
            | Body::Live(_)
            | Body::Tick(_)
            | Body::Meta(_)
            | Body::Unknown(_) => {}
        }
        true
    }

    fn begin(&mut self, start: &RunStart, when: Option<Time>) {
        if self.announced {
            // The same request once more: it is tried again.
            self.resume(when, Trust::Explicit);
        }
        self.started = self.started.min(when).or(self.started);
        // The request itself knows better than the row that announced it.
        let goes_on = start.continues.is_some() && self.cause.is_some();
        if !goes_on && (!self.announced || self.request.is_none()) {
            self.cause = Some(start.cause.clone());
        }
        self.announced = true;
        if self.request.is_none() {
            self.request = start.request.as_deref().map(kept);
        }
        if self.by.is_none() {
            self.by.clone_from(&start.by);
        }
        if self.parent.is_none() {
            self.parent.clone_from(&start.parent);
        }
        if let Some(route) = &start.route {
            self.route(route);
        }
    }

    fn start(&mut self, event: &Event, start: &ToolStart, when: Option<Time>) {
        self.went_on(when);
        // What goes on beside the turn says nothing of it.
        if !self.is_beside(start.parent_call.as_ref()) {
            self.resume(when, Trust::Explicit);
            self.speech.went_on();
            self.last_kind = Last::Assistant;
        }
        self.show(when);
        if self.is_dropped(&start.call) {
            return;
        }
        let names = [&start.name, &start.title, &start.kind].map(Option::as_deref);
        let step = match self.steps.iter().rposition(|step| step.id == start.call) {
            Some(known) => &mut self.steps[known],
            None => self.push(Step::new(start.call.clone(), when)),
        };
        if !step.known {
            // Its result may have come first.
            step.started = when;
        }
        (step.known, step.call) = (true, true);
        step.parent.clone_from(&start.parent_call);
        step.entitle(event.label.as_ref(), names);
        self.nests |= start.parent_call.is_some();
    }

    fn update(&mut self, event: &Event, update: &ToolUpdate, when: Option<Time>) {
        let names = [&update.name, &update.title, &update.kind].map(Option::as_deref);
        self.show(when);
        if let Some(step) = self.step(&update.call)
            && (event.label.is_some() || names.iter().any(Option::is_some))
        {
            step.entitle(event.label.as_ref(), names);
        }
    }

    fn came_back(&mut self, event: &Event, end: &ToolEnd, when: Option<Time>) {
        self.blocks
            .retain(|block| block.call.as_ref() != Some(&end.call));
        let step = self.steps.iter().rev().find(|step| step.id == end.call);
        if !self.is_beside(step.and_then(|step| step.parent.as_ref())) {
            self.last_kind = Last::Result;
        }
        self.show(when);
        if self.is_dropped(&end.call) {
            return;
        }
        let step = match self.steps.iter().rposition(|step| step.id == end.call) {
            Some(known) => &mut self.steps[known],
            None => {
                // We may have joined in the middle: it counts, and is shown
                // once something says what it was.
                let step = self.push(Step::new(end.call.clone(), None));
                step.call = true;
                step
            }
        };
        if let (false, Some(label)) = (step.known, &event.label) {
            step.entitle(Some(label), [None; 3]);
            step.known = true;
        }
        step.end(end, when);
        let named = step.detail.is_some();
        if matches!(end.outcome, Outcome::Ok) {
            self.files.take(&end.files, named);
        }
    }

    /// An end believed no more than `most` was none, as work follows it.
    ///
    /// What a source itself said holds unless the work is newer: an error that
    /// was tried again. A late record of a run that is over has an earlier time.
    fn resume(&mut self, when: Option<Time>, most: Trust) {
        let was_none = self.end.as_ref().is_some_and(|end| match end.trust {
            Trust::Superseded => false,
            // Records of before a hook's word may be read after it.
            Trust::Inferred => when.is_none() || end.at.is_none() || is_later(when, end.at),
            Trust::Explicit => {
                most == Trust::Explicit
                    && end.outcome != Outcome::Interrupted
                    && is_later(when, end.at)
            }
        });
        if was_none {
            self.unend();
            self.reopened = self.reopened.max(when);
        }
    }

    /// Makes the step called `id` the sub-agent `agent`; whether that is news.
    pub(super) fn spawn(&mut self, id: &Name, agent: Agent, when: Option<Time>) -> bool {
        self.show(when);
        let step = match self.steps.iter().rposition(|step| step.id == *id) {
            Some(known) => &mut self.steps[known],
            None if self.is_dropped(id) => return false,
            None => {
                let step = self.push(Step::new(id.clone(), when));
                step.known = true;
                step
            }
        };
        match &mut step.agent {
            Some(known) => {
                // A later record may know more of the child; a call starts only one.
                let (old, new) = (&mut known.child, agent.child);
                if same_child(old, &new) {
                    old.sid = old.sid.take().or(new.sid);
                    old.session = old.session.take().or(new.session);
                    old.run = old.run.take().or(new.run);
                }
                known.title = agent.title.or(known.title.take());
                known.kind = agent.kind;
                false
            }
            None => {
                step.agent = Some(Box::new(agent));
                true
            }
        }
    }

    /// The step that is `child` already, else the id of one that would be.
    fn agent_step(&self, child: &Link) -> Name {
        let mut steps = self.steps.iter().rev();
        let known = steps.find(|step| {
            let agent = step.agent.as_deref();
            agent.is_some_and(|agent| same_child(&agent.child, child))
        });
        known.map_or_else(|| agent_id(child), |step| step.id.clone())
    }

    /// Whether its cause alone gives it a box.
    pub(super) fn has_cause(&self, include: &[Cause]) -> bool {
        match &self.cause {
            None | Some(Cause::User | Cause::Subagent) => true,
            Some(cause) => include.contains(cause),
        }
    }
}

/// Whether the agent did something, so that what comes after it is new.
fn is_work(body: &Body) -> bool {
    matches!(
        body,
        Body::RunStart(_) | Body::Text(_) | Body::ToolStart(_) | Body::ToolEnd(_)
    )
}

/// Whether two links name the same session as far as both tell.
pub(super) fn same_child(one: &Link, two: &Link) -> bool {
    if let (Some(one), Some(two)) = (&one.run, &two.run)
        && one != two
    {
        return false;
    }
    match (&one.sid, &two.sid) {
        (Some(one), Some(two)) => one == two,
        _ => one.session.is_some() && one.session == two.session,
    }
}

/// The id of a step that no call tells.
pub(super) fn agent_id(child: &Link) -> Name {
    let name = child.session.as_deref().or(child.sid.as_deref());
    format!("agent:{}", name.unwrap_or_default()).into()
}
