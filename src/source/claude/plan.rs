//! The model's own list of what is to be done.

use std::borrow::Cow;

use super::Session;
use super::record::Result;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{ItemState, Plan, PlanItem};

/// More is no plan that anybody reads.
const MOST_TASKS: usize = 256;

impl Session {
    /// `TodoWrite` writes the whole list each time.
    pub(super) fn todos(&mut self, todos: Raw<'_>, out: &mut Out<'_>) {
        let items = todos.items().into_iter().take(MOST_TASKS).enumerate();
        let items = items.map(|(index, todo)| PlanItem {
            id: todo
                .field("id")
                .word()
                .map_or_else(|| (index + 1).to_string(), Cow::into_owned),
            text: text(todo.field("content")),
            state: state(todo.field("status")),
        });
        self.track.emit(out, plan_of(items.collect()));
    }

    /// `TaskCreate` adds one; its number is in the result.
    pub(super) fn create_task(&mut self, told: &Result<'_>, out: &mut Out<'_>) {
        let Some(id) = told.task.field("id").word() else {
            return;
        };
        if self.tasks.len() < MOST_TASKS && self.tasks.iter().all(|task| task.id != *id) {
            self.tasks.push(PlanItem {
                id: id.into_owned(),
                text: text(told.task.field("subject")),
                state: ItemState::Pending,
            });
            self.plan(out);
        }
    }

    /// `TaskUpdate` changes one of those.
    pub(super) fn update_task(&mut self, input: Raw<'_>, out: &mut Out<'_>) {
        let id = input.field("taskId");
        let id = id.text().unwrap_or(Cow::Borrowed(id.0));
        let Some(task) = self.tasks.iter_mut().find(|task| task.id == *id) else {
            return;
        };
        let subject = text(input.field("subject"));
        if !subject.is_empty() {
            task.text = subject;
        }
        if input.field("status").is_some() {
            task.state = state(input.field("status"));
        }
        self.plan(out);
    }

    fn plan(&self, out: &mut Out<'_>) {
        self.track.emit(out, plan_of(self.tasks.clone()));
    }
}

/// A plan with the figures that people read.
fn plan_of(items: Vec<PlanItem>) -> Plan {
    let kept = items.iter().filter(|item| item.state != ItemState::Dropped);
    let done = kept.clone().filter(|item| item.state == ItemState::Done);
    let current = items.iter().find(|item| item.state == ItemState::Active);
    Plan {
        done: done.count() as u64,
        total: kept.count() as u64,
        current: current.map(|item| item.text.clone()),
        items,
    }
}

fn text(raw: Raw<'_>) -> String {
    raw.prefix(INPUT_BYTES).unwrap_or_default().into_owned()
}

fn state(raw: Raw<'_>) -> ItemState {
    match raw.text().as_deref() {
        Some("completed") => ItemState::Done,
        Some("in_progress") => ItemState::Active,
        Some("deleted" | "cancelled") => ItemState::Dropped,
        _ => ItemState::Pending,
    }
}
