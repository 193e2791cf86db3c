//! The model's own list of what is to be done, as it is changed a task at a time.

use std::borrow::Cow;

use super::Session;
use super::record::Result;
use crate::source::checklist;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{ItemState, PlanItem};

impl Session {
    /// `TaskCreate` adds one; its number is in the result.
    pub(super) fn create_task(&mut self, told: &Result<'_>, out: &mut Out<'_>) {
        let Some(id) = told.task.field("id").word() else {
            return;
        };
        if self.tasks.len() < checklist::MOST_ITEMS && self.tasks.iter().all(|task| task.id != *id)
        {
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
            task.state = checklist::state(&input.field("status").text().unwrap_or_default());
        }
        self.plan(out);
    }

    fn plan(&self, out: &mut Out<'_>) {
        self.track.emit(out, checklist::plan(self.tasks.clone()));
    }
}

fn text(raw: Raw<'_>) -> String {
    raw.prefix(INPUT_BYTES).unwrap_or_default().into_owned()
}
