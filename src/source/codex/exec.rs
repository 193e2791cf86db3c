//! `codex exec --json`: a stream of items, without times, and without what was asked.

use super::Session;
use super::event::usage_of;
use super::record::{Entry, Item};
use super::result::Told;
use super::turn::{Turn, said};
use crate::source::checklist;
use crate::source::ids::TEXT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::{Last, NewCall, Pending};
use crate::wire::event::{Name, Outcome, Phase};

impl Session {
    pub(super) fn streamed(&mut self, kind: &str, entry: &Entry<'_>, out: &mut Out<'_>) {
        out.raw = Some(kind.to_owned().into());
        match kind {
            "thread.started" => {
                if let Some(thread) = entry.thread.word().filter(|_| !self.named) {
                    self.track.who.sid = thread.as_ref().into();
                    self.named = true;
                }
            }
            "turn.started" => {
                self.turn_started(out);
                self.streamed += 1;
                let key: Name = match self.streamed {
                    1 => "first".into(),
                    turn => format!("turn-{turn}").into(),
                };
                let cause = self.track.cause();
                self.track.request(Some(key), "", cause, out);
                self.turn = Some(Turn { begun: true });
            }
            "turn.completed" => {
                if entry.usage.is_some() {
                    let id = format!("turn-{}", self.streamed);
                    self.track.usage(usage_of(entry.usage, id.into()), out);
                }
                self.turn_completed(Raw::default(), out);
            }
            "turn.failed" => self.turn_completed(entry.error, out),
            "error" => {
                let words = said(entry.message).unwrap_or_else(|| "the stream failed".to_owned());
                let retrying = words.starts_with("Reconnecting");
                self.failed(words, retrying, out);
            }
            "item.started" | "item.updated" | "item.completed" => {
                let item: Item<'_> = entry.item.object();
                self.streamed_item(&item, kind == "item.completed", out);
            }
            other if other.ends_with(".delta") => {}
            other => self.track.unknown(other, out),
        }
    }

    fn streamed_item(&mut self, item: &Item<'_>, is_over: bool, out: &mut Out<'_>) {
        let Some(id) = item.id.word() else { return };
        // Ids begin anew with every process whose stream was appended.
        let id: Name = match self.streamed {
            0 | 1 => id.as_ref().into(),
            turn => format!("{turn}:{id}").into(),
        };
        self.track.introduce(out);
        match &*item.kind.text().unwrap_or_default() {
            "agent_message" | "assistant_message" if is_over => {
                let bytes = if self.track.full {
                    usize::MAX
                } else {
                    TEXT_BYTES
                };
                let text = item.text.prefix(bytes).unwrap_or_default();
                self.trouble = None;
                self.track.say(id, Phase::Unknown, &text, out);
                self.track.went_on(Last::Assistant, out);
            }
            "command_execution" => {
                let input = format!("{{\"command\":{}}}", or_null(item.command));
                self.streamed_call((id, "command_execution"), &input, item, is_over, out);
            }
            "file_change" => {
                let files = super::patch::of_changes(item.changes);
                let paths: Vec<&str> = files.iter().map(|file| &*file.path).collect();
                let input = serde_json::json!({ "paths": paths }).to_string();
                self.streamed_call((id, "file_change"), &input, item, is_over, out);
            }
            "mcp_tool_call" => {
                let word = |raw: Raw<'_>| raw.word().unwrap_or_default().into_owned();
                let name = format!("mcp__{}__{}", word(item.server), word(item.tool));
                self.streamed_call((id, &name), or_null(item.arguments), item, is_over, out);
            }
            "web_search" => {
                let input = format!("{{\"query\":{}}}", or_null(item.query));
                self.streamed_call((id, "web_search"), &input, item, is_over, out);
            }
            "collab_tool_call" => {
                let tool = item.tool.word().unwrap_or_default().into_owned();
                let input = format!("{{\"prompt\":{}}}", or_null(item.prompt));
                let call = id.clone();
                self.streamed_call((id, &tool), &input, item, is_over, out);
                if tool == "spawn_agent" {
                    for child in item.receivers.items().into_iter().filter_map(Raw::word) {
                        let child: Name = child.as_ref().into();
                        self.track.spawned(&child, Some(call.clone()), false, out);
                    }
                }
                self.standings(item.agents_states, out);
            }
            "todo_list" => self.track.plan(checklist::items(item.items), out),
            "error" => {
                let words = said(item.message).unwrap_or_else(|| "something failed".to_owned());
                self.failed(words, true, out);
            }
            "agent_message" | "assistant_message" | "reasoning" | "plan" => {}
            other => self.track.unknown(&format!("item/{other}"), out),
        }
    }

    fn streamed_call(
        &mut self,
        (id, name): (Name, &str),
        input: &str,
        item: &Item<'_>,
        is_over: bool,
        out: &mut Out<'_>,
    ) {
        self.trouble = None;
        let call = NewCall {
            id: id.clone(),
            name: Some(name.to_owned()),
            title: None,
            input: Raw(input),
            parent: None,
        };
        let pending = Pending {
            name: Some(name.into()),
            ..Pending::default()
        };
        self.track.call(call, pending, out);
        self.track.went_on(Last::Assistant, out);
        if is_over {
            let mut ended = Told::of_item(item).alone();
            if ended.outcome == Outcome::Ok && item.status.0 == "\"in_progress\"" {
                ended.outcome = Outcome::Unknown;
            }
            self.track.came_back(id, ended, out);
        }
    }
}

/// A value for a place in JSON.
fn or_null(raw: Raw<'_>) -> &str {
    if raw.0.is_empty() { "null" } else { raw.0 }
}
