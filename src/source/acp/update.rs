//! `session/update`: what the agent tells while it works.

use super::Session;
use super::record::Update;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{
    BlockedOn, Compact, Context, ItemState, Phase, Plan, PlanItem, Scope, Usage,
};

/// More is no plan that anybody reads.
const MOST_ENTRIES: usize = 256;
/// The id of a wait that has no request of its own.
const ACTION: &str = "action";

impl Session {
    pub(super) fn update(&mut self, update: &Update<'_>, out: &mut Out<'_>) {
        let kind = update.kind.text().unwrap_or_default();
        if kind == "session_info_update" {
            return self.track.entitle(update.title.word(), out);
        }
        if self.replays {
            return;
        }
        out.raw = Some(raw(&kind));
        match &*kind {
            "agent_message_chunk" => self.piece(update.content, out),
            // What is said behind a thought is another paragraph, maybe of the same answer.
            "agent_thought_chunk" => self.speech.parted = true,
            // The prompt has it already; without one it is the only trace of it.
            "user_message_chunk" if !self.track.is_open() => {
                let text = update.content.field("text").text().unwrap_or_default();
                let mark = format!("{} {text}", self.speech.texts);
                self.requested(&mark, text.trim(), out);
            }
            // Somebody else speaks: the agent has said what it had to say.
            "user_message_chunk" => self.flush(Phase::Unknown, out),
            "tool_call" | "tool_call_update" => self.call(update, out),
            "plan" => {
                // A list may be ticked off behind the answer as well.
                self.flush(Phase::Unknown, out);
                self.plan(update.entries, out);
            }
            "usage_update" => self.gauge(update, out),
            "state_update" => match &*update.state.text().unwrap_or_default() {
                "running" => self.track.unblock(ACTION, None, out),
                "requires_action" => {
                    // It waits, so that was not the answer.
                    self.flush(Phase::Commentary, out);
                    let wait = (BlockedOn::Permission, None);
                    self.track.ask(ACTION.into(), wait, None, out);
                }
                "idle" => {
                    let stop = update.stop.text().unwrap_or_default();
                    self.stopped(&stop, out);
                }
                _ => {}
            },
            "compaction_update" => {
                let over = update.status.text();
                if over.is_none_or(|status| status == "completed") {
                    self.track.emit(out, Compact { before: None });
                }
            }
            "available_commands_update"
            | "current_mode_update"
            | "config_option_update"
            | "plan_update"
            | "plan_removed"
            | "notice" => {}
            other => self.track.unknown(&format!("session/update/{other}"), out),
        }
    }

    fn plan(&mut self, entries: Raw<'_>, out: &mut Out<'_>) {
        self.works(out);
        let entries = entries.items().into_iter().take(MOST_ENTRIES).enumerate();
        let items = entries.map(|(index, entry)| {
            let text = entry.field("content").prefix(INPUT_BYTES);
            PlanItem {
                id: (index + 1).to_string(),
                text: text.unwrap_or_default().into_owned(),
                state: match entry.field("status").text().as_deref() {
                    Some("completed") => ItemState::Done,
                    Some("in_progress") => ItemState::Active,
                    Some("cancelled") => ItemState::Dropped,
                    _ => ItemState::Pending,
                },
            }
        });
        let items: Vec<PlanItem> = items.collect();
        let of = |state: ItemState| items.iter().filter(|item| item.state == state).count() as u64;
        let current = items.iter().find(|item| item.state == ItemState::Active);
        let plan = Plan {
            done: of(ItemState::Done),
            total: items.len() as u64 - of(ItemState::Dropped),
            current: current.map(|item| item.text.clone()),
            items,
        };
        self.track.emit(out, plan);
    }

    /// How full the context is, and what the session has cost so far.
    fn gauge(&mut self, update: &Update<'_>, out: &mut Out<'_>) {
        let count = |raw: Raw<'_>| raw.int().and_then(|it| u64::try_from(it).ok());
        let dollars = update.cost.field("currency").0 == "\"USD\"";
        let amount = update.cost.field("amount").float().filter(|_| dollars);
        if let Some(amount) = amount {
            self.cost.1 = amount;
        }
        let usage = Usage {
            id: "total".into(),
            scope: Scope::Total,
            input: 0,
            output: 0,
            cache_read: 0,
            cache_write: 0,
            total: 0,
            cost_usd: amount,
            context: count(update.used).map(|used| Context {
                used,
                size: count(update.size),
            }),
        };
        self.track.emit(out, usage);
    }
}

/// The type of an update, as it goes into `raw`.
fn raw(kind: &str) -> std::borrow::Cow<'static, str> {
    match kind {
        "tool_call" => "session/update/tool_call".into(),
        "tool_call_update" => "session/update/tool_call_update".into(),
        "agent_message_chunk" => "session/update/agent_message_chunk".into(),
        other => format!("session/update/{other}").into(),
    }
}
