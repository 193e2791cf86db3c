//! `event_msg`: when turns begin and end, what they cost, and how calls went in more detail.

use super::Session;
use super::patch;
use super::record::{Item, Payload};
use super::result::{Told, milliseconds};
use super::turn::{question, said, texts_of};
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{BlockedOn, Context, Name, Scope, Usage};

impl Session {
    pub(super) fn event(&mut self, kind: &str, event: &Payload<'_>, out: &mut Out<'_>) {
        match kind {
            "task_started" | "turn_started" => self.turn_started(out),
            "task_complete" | "turn_complete" => self.turn_completed(event.error, out),
            "turn_aborted" => self.turn_aborted(event.reason, out),
            "user_message" => self.ask(&event.message.text().unwrap_or_default(), out),
            "entered_review_mode" => self.review(event.hint, out),
            "token_count" => self.tokens(event, out),
            "context_compacted" => self.compact(out),
            "thread_name_updated" => self.track.entitle(event.thread_name.word(), out),
            "error" | "stream_error" => {
                let words = said(event.message).or_else(|| said(event.error));
                let message = words.unwrap_or_else(|| "the service failed".to_owned());
                self.failed(message, kind == "stream_error", out);
            }
            "item_completed" => {
                if let Some(item) = &event.item.0 {
                    self.item(item, out);
                }
            }
            "patch_apply_end"
            | "exec_command_end"
            | "mcp_tool_call_end"
            | "dynamic_tool_call_response" => {
                if let Some(call) = event.call.word() {
                    let told = Told::of_event(event);
                    self.remember(&call, told);
                }
            }
            "exec_approval_request"
            | "apply_patch_approval_request"
            | "request_permissions"
            | "elicitation_request" => self.permission(event, out),
            "request_user_input" => {
                if let Some(call) = event.call.word() {
                    let call: Name = call.as_ref().into();
                    let wait = (BlockedOn::Question, Some(call.clone()));
                    self.track.ask(call, wait, question(event.questions), out);
                }
            }
            "sub_agent_activity" => {
                let call = event.event.word();
                self.activity(event.what, event.agent, (call, event.agent_path), out);
            }
            "collab_agent_spawn_end" => self.collab_spawned(event, out),
            "collab_waiting_end" => {
                self.standings(event.statuses, out);
                self.listed_standings(event.agent_statuses, out);
            }
            "collab_close_end" | "collab_resume_end" | "collab_agent_interaction_end" => {
                self.standing(event.receiver, event.status, out);
            }
            kind if is_known(kind) => {}
            other => self.track.unknown(&format!("event_msg/{other}"), out),
        }
    }

    /// A review begins; its prompt is not written down as a person's.
    fn review(&mut self, hint: Raw<'_>, out: &mut Out<'_>) {
        let untold = self.turn.as_ref().is_none_or(|turn| !turn.begun);
        if untold {
            let hint = hint.prefix(INPUT_BYTES).unwrap_or_default();
            self.ask(format!("/review {hint}").trim(), out);
        }
    }

    /// What an answer cost. A record that only brings news of limits repeats the figures.
    fn tokens(&mut self, event: &Payload<'_>, out: &mut Out<'_>) {
        let count = |raw: Raw<'_>| u64::try_from(raw.int().unwrap_or(0)).unwrap_or(0);
        let last = event.info.field("last_token_usage");
        let total = count(event.info.field("total_token_usage").field("total_tokens"));
        let used = count(last.field("total_tokens"));
        if last.is_some() && self.counted.replace((total, used)) != Some((total, used)) {
            let size = event.info.field("model_context_window").int();
            let id = format!("{total}-{used}");
            let mut usage = usage_of(last, id.into());
            usage.total = used;
            self.context = Some(used).filter(|used| *used > 0);
            usage.context = self.context.map(|used| Context {
                used,
                size: size.and_then(|size| u64::try_from(size).ok()),
            });
            self.track.usage(usage, out);
        }
        if let Some(reached) = event.limits.field("rate_limit_reached_type").word() {
            self.limited(reached.replace('_', " "), out);
        }
    }

    fn permission(&mut self, event: &Payload<'_>, out: &mut Out<'_>) {
        let Some(call) = event.call.word().or_else(|| event.id.word()) else {
            return;
        };
        let call: Name = call.as_ref().into();
        let what = event.reason.prefix(INPUT_BYTES);
        let what = what.or_else(|| event.message.prefix(INPUT_BYTES));
        let wait = (BlockedOn::Permission, Some(call.clone()));
        self.track
            .ask(call, wait, what.map(std::borrow::Cow::into_owned), out);
    }

    /// An item of a paginated rollout; what the model was sent says most of it as well.
    fn item(&mut self, item: &Item<'_>, out: &mut Out<'_>) {
        match &*item.kind.text().unwrap_or_default() {
            "UserMessage" => {
                let text = texts_of(item.content).join("");
                self.ask(&text, out);
            }
            "CommandExecution" | "FileChange" | "McpToolCall" | "DynamicToolCall" => {
                if let Some(call) = item.id.word() {
                    let told = Told::of_item(item);
                    self.remember(&call, told);
                }
            }
            "SubAgentActivity" => {
                let call = item.id.word();
                self.activity(item.what, item.agent, (call, item.agent_path), out);
            }
            "CollabAgentToolCall" => self.standings(item.agents_states, out),
            "ContextCompaction" => self.compact(out),
            "AgentMessage" | "Reasoning" | "Plan" | "HookPrompt" | "WebSearch" | "Extension"
            | "ImageView" | "ImageGeneration" | "Sleep" | "EnteredReviewMode"
            | "ExitedReviewMode" => {}
            other => self
                .track
                .unknown(&format!("event_msg/item_completed/{other}"), out),
        }
    }
}

/// Events that say nothing new here: they repeat what the model was sent, or are of no interest.
fn is_known(kind: &str) -> bool {
    kind.ends_with("_begin")
        || kind.ends_with("_delta")
        || kind.starts_with("agent_reasoning")
        || kind.starts_with("realtime_")
        || kind.starts_with("hook_")
        || kind.starts_with("mcp_startup")
        || matches!(
            kind,
            "agent_message"
                | "web_search_end"
                | "image_generation_end"
                | "view_image_tool_call"
                | "dynamic_tool_call_request"
                | "thread_goal_updated"
                | "thread_settings_applied"
                | "thread_rolled_back"
                | "guardian_assessment"
                | "guardian_warning"
                | "exited_review_mode"
                | "undo_started"
                | "undo_completed"
                | "background_event"
                | "deprecation_notice"
                | "warning"
                | "plan_update"
                | "turn_diff"
                | "item_started"
                | "session_configured"
                | "model_reroute"
                | "shutdown_complete"
        )
}

/// The tokens of one answer; cached ones are among those that went in.
pub(super) fn usage_of(tokens: Raw<'_>, id: Name) -> Usage {
    let count = |name: &str| u64::try_from(tokens.field(name).int().unwrap_or(0)).unwrap_or(0);
    let cached = count("cached_input_tokens");
    let written = count("cache_write_input_tokens");
    Usage {
        id,
        scope: Scope::Call,
        input: count("input_tokens").saturating_sub(cached.saturating_add(written)),
        output: count("output_tokens"),
        cache_read: cached,
        cache_write: written,
        total: count("total_tokens"),
        cost_usd: None,
        context: None,
    }
}

impl Told {
    /// What an event tells of a call.
    fn of_event(event: &Payload<'_>) -> Self {
        let failure = event.result.field("Err");
        let is_error = event.result.field("Ok").field("isError").is_true();
        let status = event.status.text().unwrap_or_default();
        Self {
            files: patch::of_changes(event.changes),
            exit_code: event.exit_code.int(),
            ms: milliseconds(event.duration),
            failed: failure.is_some()
                || is_error
                || event.success.0 == "false"
                || matches!(&*status, "failed"),
            declined: status == "declined",
            error: failure
                .prefix(INPUT_BYTES)
                .or_else(|| event.error.prefix(INPUT_BYTES))
                .map(std::borrow::Cow::into_owned),
        }
    }

    /// What an item tells of a call.
    pub(super) fn of_item(item: &Item<'_>) -> Self {
        let status = item.status.text().unwrap_or_default();
        let is_error = item.result.field("isError").is_true();
        let words = item.error.field("message").prefix(INPUT_BYTES);
        let words = words.or_else(|| item.error.prefix(INPUT_BYTES));
        Self {
            files: patch::of_changes(item.changes),
            exit_code: item.exit_code.int(),
            ms: milliseconds(item.duration),
            failed: is_error || status == "failed",
            declined: status == "declined",
            error: words.map(std::borrow::Cow::into_owned),
        }
    }
}
