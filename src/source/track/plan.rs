//! The model's own list of what is to be done.

use std::borrow::Cow;

use super::Track;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{ItemState, Plan, PlanItem};

/// More is no plan that anybody reads.
const MOST_ITEMS: usize = 256;

impl Track {
    /// The whole list, as most agents write it each time.
    pub(in crate::source) fn todos(&mut self, todos: Raw<'_>, out: &mut Out<'_>) {
        let items = todos.items().into_iter().take(MOST_ITEMS).enumerate();
        let items = items.map(|(index, todo)| PlanItem {
            id: todo
                .field("id")
                .word()
                .map_or_else(|| (index + 1).to_string(), Cow::into_owned),
            text: ["content", "description", "title", "step", "text"]
                .iter()
                .find_map(|key| todo.field(key).prefix(INPUT_BYTES))
                .unwrap_or_default()
                .into_owned(),
            state: state(todo.field("status")),
        });
        self.emit(out, plan_of(items.collect()));
    }
}

impl Track {
    /// A list in Markdown: `- [x] done`, `- [ ] to do`.
    pub(in crate::source) fn checklist(&mut self, list: Raw<'_>, out: &mut Out<'_>) {
        let list = list.text().unwrap_or_default();
        let lines = list.lines().filter_map(|line| {
            let item = line.trim_start().strip_prefix(['-', '*'])?.trim_start();
            let (mark, text) = item.strip_prefix('[')?.split_once(']')?;
            let state = match mark.trim() {
                "x" | "X" => ItemState::Done,
                "" => ItemState::Pending,
                _ => ItemState::Active,
            };
            Some((
                crate::safe::clip::clip_bytes(text.trim(), INPUT_BYTES),
                state,
            ))
        });
        let items = lines.take(MOST_ITEMS).enumerate();
        let items = items.map(|(index, (text, state))| PlanItem {
            id: (index + 1).to_string(),
            text: text.to_owned(),
            state,
        });
        self.emit(out, plan_of(items.collect()));
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

/// How an item stands, in the words of any agent.
fn state(raw: Raw<'_>) -> ItemState {
    match raw.text().as_deref() {
        Some("completed" | "done") => ItemState::Done,
        Some("in_progress" | "active") => ItemState::Active,
        Some("deleted" | "cancelled") => ItemState::Dropped,
        _ => ItemState::Pending,
    }
}
