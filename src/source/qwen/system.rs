//! What the program itself writes down: titles, compaction, failures, ends of turns.

use super::Session;
use super::record::Entry;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::Last;
use crate::wire::event::{Compact, Error, Name, Outcome};

impl Session {
    pub(super) fn system(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let payload = entry.payload;
        match &*entry.subtype.text().unwrap_or_default() {
            "custom_title" => self.track.entitle(payload.field("customTitle").word(), out),
            "parent_session" => {
                let parent = payload.field("parentSessionId").word();
                self.track.parent = parent.map(|parent| Name::from(parent.as_ref()));
            }
            "chat_compression" => {
                let before = payload.field("info").field("originalTokenCount").int();
                let before = before.and_then(|tokens| u64::try_from(tokens).ok());
                if self.track.has_run() {
                    self.track.emit(out, Compact { before });
                }
            }
            "rewind" => {
                let reason = Some("the conversation was taken back");
                self.track.end_by_records(reason, out);
            }
            "notification" | "background_task_completed" => self.notified(entry, out),
            "turn_result" => self.turned(payload, out),
            "ui_telemetry" => self.measured(payload.field("uiEvent"), out),
            ""
            | "session_notes"
            | "slash_command"
            | "at_command"
            | "attribution_snapshot"
            | "session_source"
            | "session_execution_engine"
            | "omni_recall"
            | "session_model"
            | "session_approval_mode"
            | "agent_bootstrap"
            | "agent_launch_prompt"
            | "agent_retry"
            | "agent_session_ready"
            | "file_history_snapshot"
            | "user_text_elements"
            | "session_artifact_event"
            | "session_artifact_snapshot"
            | "session_sources_snapshot"
            | "branch_checkpoint"
            | "goal_state"
            | "goal_runtime"
            | "goal_turn_end"
            | "realtime_message"
            | "cron"
            | "managed_session_header_v1"
            | "managed_session_event_v1"
            | "managed_session_commit_v1" => {}
            other => self.track.unknown(&format!("system/{other}"), out),
        }
    }

    /// The program says itself how a turn ended.
    fn turned(&mut self, payload: Raw<'_>, out: &mut Out<'_>) {
        if !self.track.has_run() {
            return;
        }
        let error = payload.field("error").field("message").prefix(INPUT_BYTES);
        match payload.field("state").text().as_deref() {
            Some("completed") => self.track.end(Outcome::Ok, None, false, out),
            Some("cancelled") => {
                let reason = Some("cancelled by the user");
                self.track.end(Outcome::Interrupted, reason, false, out);
            }
            Some("error") => {
                let reason = error.unwrap_or_else(|| "the turn failed".into());
                self.track.fail(&reason, false, out);
            }
            _ => {}
        }
    }

    /// A measurement; that the service failed stands nowhere else.
    fn measured(&mut self, event: Raw<'_>, out: &mut Out<'_>) {
        let name = event.field("event.name").text().unwrap_or_default();
        if !name.ends_with("api_error") || !self.track.is_open() {
            return;
        }
        let message = [event.field("error_message"), event.field("error")];
        let message = message.into_iter().find_map(|raw| raw.prefix(INPUT_BYTES));
        let error = Error {
            message: message.map_or_else(|| "the service failed".to_owned(), Into::into),
            retrying: true,
        };
        self.track.went_on(Last::Error, out);
        self.track.emit(out, error);
    }
}
