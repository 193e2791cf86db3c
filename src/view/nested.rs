//! Calls that a sub-agent made in its parent's transcript.

use crate::wire::event::Name;

use super::run::Run;
use super::step::Step;

/// Sub-agents in sub-agents are not looked for any deeper.
const MAX_NESTED: usize = 16;

impl Run {
    /// Work of its own that has not ended: calls, and jobs in the background.
    pub(super) fn pending(&self) -> Option<&Step> {
        // What had not come back to a sub-agent by its end never will.
        let lost = |step: &Step| self.above(step.parent.as_ref()).any(Step::was_agent);
        let waits = |step: &&Step| step.is_job() || step.is_pending() && !lost(step);
        self.steps.iter().find(waits)
    }

    /// Whether what is done within the call `parent` is done by a sub-agent in the background.
    pub(super) fn is_beside(&self, parent: Option<&Name>) -> bool {
        self.above(parent).any(Step::works_beside)
    }

    /// The call `parent` and those around it, the inmost first.
    fn above(&self, parent: Option<&Name>) -> impl Iterator<Item = &Step> {
        let find = |id: &Name| self.steps.iter().rev().find(|step| step.id == *id);
        let first = parent.and_then(find);
        let above = move |step: &&Step| step.parent.as_ref().and_then(find);
        std::iter::successors(first, above).take(MAX_NESTED)
    }
}
