//! Lists of what is to be done, in whatever words a source writes them.

use std::borrow::Cow;

use super::ids::INPUT_BYTES;
use super::lenient::Raw;
use crate::safe::clip::clip_bytes;
use crate::wire::event::{ItemState, Plan, PlanItem};

/// More is no plan that anybody reads.
pub(super) const MOST_ITEMS: usize = 256;

/// The items of a JSON list; one without an id is known by its place.
pub(super) fn items(list: Raw<'_>) -> Vec<PlanItem> {
    let items = list.items().into_iter().take(MOST_ITEMS).enumerate();
    let items = items.map(|(index, item)| {
        let keys = ["step", "text", "title", "content", "label", "description"];
        let text = keys
            .into_iter()
            .map(|key| item.field(key))
            .chain([item])
            .find_map(|raw| raw.prefix(INPUT_BYTES).filter(|text| !text.is_empty()));
        let id = item.field("id");
        let id = id.word().or_else(|| Some(id.int()?.to_string().into()));
        let ticked = ["done", "completed"]
            .iter()
            .any(|key| item.field(key).is_true());
        PlanItem {
            id: id.map_or_else(|| (index + 1).to_string(), Cow::into_owned),
            text: text.map(Cow::into_owned).unwrap_or_default(),
            state: match item.field("status").word() {
                _ if ticked => ItemState::Done,
                Some(word) => state(&word),
                None => ItemState::Pending,
            },
        }
    });
    items.collect()
}

/// The items of a list that is written as text, a line each: `1. [completed] Fix it`, `- [x] Fix it`.
pub(super) fn lines(text: &str) -> Vec<PlanItem> {
    let items = text.lines().filter_map(|line| {
        let (number, rest) = line.trim().split_once('[')?;
        let (word, text) = rest.split_once(']')?;
        let number = number.trim_end_matches(['.', ' ', '-', '*', ')']);
        let text = clip_bytes(text.trim(), INPUT_BYTES);
        let is_item = number.bytes().all(|byte| byte.is_ascii_digit());
        is_item.then(|| (number.to_owned(), text.to_owned(), state(word)))
    });
    let items = items.take(MOST_ITEMS).enumerate();
    let items = items.map(|(index, (number, text, state))| PlanItem {
        id: match number.is_empty() {
            true => (index + 1).to_string(),
            false => number,
        },
        text,
        state,
    });
    items.collect()
}

/// How an item stands, by the word that a source has for it.
pub(super) fn state(word: &str) -> ItemState {
    match word.trim() {
        "completed" | "complete" | "done" | "x" | "X" => ItemState::Done,
        "in_progress" | "in-progress" | "active" | "running" => ItemState::Active,
        "cancelled" | "canceled" | "skipped" | "dropped" | "deleted" => ItemState::Dropped,
        // A mark of another kind says that somebody is at it.
        mark if mark.len() == 1 => ItemState::Active,
        _ => ItemState::Pending,
    }
}

/// The plan that `items` make; what was dropped is no part of its total.
pub(super) fn plan(items: Vec<PlanItem>) -> Plan {
    let is = |state: ItemState| items.iter().filter(move |item| item.state == state);
    Plan {
        done: is(ItemState::Done).count() as u64,
        total: (items.len() - is(ItemState::Dropped).count()) as u64,
        current: is(ItemState::Active).next().map(|item| item.text.clone()),
        items,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_in_every_spelling() {
        let json = Raw(
            r#"[{"id":7,"text":"a","done":true},{"id":"x","content":"b","status":"in_progress"},"c",{"step":"d","status":"cancelled"}]"#,
        );
        let text = "1. [completed] a\nnothing\n2. [in_progress] b\n- [ ] c\n- [cancelled] d";
        let json_plan = plan(items(json));
        let ids: Vec<_> = json_plan.items.iter().map(|item| &*item.id).collect();
        assert_eq!(ids, ["7", "x", "3", "4"]);
        for plan in [json_plan, plan(lines(text))] {
            let texts: Vec<_> = plan.items.iter().map(|item| &*item.text).collect();
            assert_eq!(texts, ["a", "b", "c", "d"]);
            assert_eq!((plan.done, plan.total), (1, 3));
            assert_eq!(plan.current.as_deref(), Some("b"));
        }
        assert_eq!(plan(items(Raw(r#"{"a":1}"#))).total, 0);
    }
}
