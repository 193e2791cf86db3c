//! The model's own list of what is to be done: `update_plan` writes it whole.

use super::Session;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{ItemState, Plan, PlanItem};

/// More is no plan that anybody reads.
const MOST_STEPS: usize = 256;

impl Session {
    /// Steps with a status each.
    pub(super) fn plan(&mut self, steps: Raw<'_>, out: &mut Out<'_>) {
        self.steps(steps, out, |step| {
            match step.field("status").text().as_deref() {
                Some("completed") => ItemState::Done,
                Some("in_progress") => ItemState::Active,
                _ => ItemState::Pending,
            }
        });
    }

    /// The list of `codex exec --json`, whose items are done or not.
    pub(super) fn checklist(&mut self, items: Raw<'_>, out: &mut Out<'_>) {
        self.steps(items, out, |item| match item.field("completed").is_true() {
            true => ItemState::Done,
            false => ItemState::Pending,
        });
    }

    fn steps(&self, list: Raw<'_>, out: &mut Out<'_>, state: fn(Raw<'_>) -> ItemState) {
        let steps = list.items().into_iter().take(MOST_STEPS).enumerate();
        let items = steps.map(|(index, step)| {
            let text = [step.field("step"), step.field("text")];
            let text = text.into_iter().find_map(|raw| raw.prefix(INPUT_BYTES));
            PlanItem {
                id: (index + 1).to_string(),
                text: text.unwrap_or_default().into_owned(),
                state: state(step),
            }
        });
        let items: Vec<PlanItem> = items.collect();
        if items.is_empty() {
            return;
        }
        let of = |state: &ItemState| items.iter().filter(|item| item.state == *state).count();
        let current = items.iter().find(|item| item.state == ItemState::Active);
        let plan = Plan {
            done: of(&ItemState::Done) as u64,
            total: items.len() as u64,
            current: current.map(|item| item.text.clone()),
            items,
        };
        self.track.emit(out, plan);
    }
}
