//! Every row of the vendors' table, by name and by payload.

use super::*;

/// A payload of an event with further fields, as `"status":"error"`.
fn payload(agent: &str, event: &str, more: &str) -> Payload {
    let comma = if more.is_empty() { "" } else { "," };
    let text = match agent {
        "opencode" => format!("{{\"type\":\"{event}\",\"sessionID\":\"s\"{comma}{more}}}"),
        "grok" => format!("{{\"hookEventName\":\"{event}\",\"sessionId\":\"s\"{comma}{more}}}"),
        _ => format!("{{\"hook_event_name\":\"{event}\",\"session_id\":\"s\"{comma}{more}}}"),
    };
    Payload::read(text.as_bytes())
}

fn letter(bucket: Option<Bucket>) -> char {
    match bucket {
        Some(Bucket::Working) => 'W',
        Some(Bucket::Blocked) => 'B',
        Some(Bucket::Done) => 'D',
        Some(Bucket::Error) => 'E',
        None => '-',
    }
}

/// Agent, events, the bucket by name, further fields of the payload, the bucket by payload.
const TABLE: &str = r#"
claude | SessionStart | W | "source":"startup" | -
claude | SessionEnd | D | "reason":"clear" | D
claude | UserPromptSubmit PostToolUse PostToolUseFailure PermissionDenied PostToolBatch PreCompact | W |  | W
claude | SubagentStart SubagentStop ElicitationResult | W |  | W
claude | SubagentStop PostToolUse | W | "agent_id":"a1","agent_type":"Explore" | -
claude | PreToolUse PermissionRequest Stop | * | "agent_id":"a1" | -
claude | PostToolUseFailure | W | "is_interrupt":true | D
claude | PermissionRequest | B | "tool_name":"Bash" | B
claude | PreToolUse | B | "tool_name":"Bash" | W
claude | PreToolUse | B | "tool_name":"AskUserQuestion" | B
claude | PreToolUse | B | "tool_name":"ExitPlanMode" | B
claude | Elicitation | B | "mcp_server_name":"x" | B
claude | Notification | B | "notification_type":"permission_prompt" | B
claude | Notification | B | "notification_type":"elicitation_dialog" | B
claude | Notification | B | "notification_type":"agent_needs_input" | B
claude | Notification | B | "notification_type":"idle_prompt" | D
claude | Notification | B | "notification_type":"auth_success" | -
claude | Notification | B | "notification_type":"elicitation_complete" | -
claude | Notification | B | "notification_type":"elicitation_response" | -
claude | Notification | B | "notification_type":"agent_completed" | -
claude | Notification | B |  | -
claude | Stop | D | "stop_hook_active":false,"background_tasks":[] | D
claude | Stop | D | "background_tasks":[{"id":"b1"}] | W
claude | StopFailure | E | "error":"rate_limit" | E
claude | Setup InstructionsLoaded MessageDisplay CwdChanged TeammateIdle | - |  | -
codex | SessionStart | W |  | -
codex | UserPromptSubmit PostToolUse SubagentStop | W |  | W
codex | PreToolUse | B | "tool_name":"exec_command" | W
codex | PermissionRequest exec_approval_request apply_patch_approval_request request_permissions | B |  | B
codex | request_user_input elicitation_request | B |  | B
codex | Stop Interrupt SessionEnd agent-turn-complete turn_aborted task_complete | D |  | D
codex | task_complete | D | "error":{"message":"boom now"} | E
codex | task_complete | D | "error":null | D
gemini | BeforeAgent AfterTool BeforeTool BeforeModel PreCompress | W |  | W
gemini | Notification | B | "notification_type":"ToolPermission" | B
gemini | AfterAgent SessionEnd | D |  | D
gemini | SessionStart | W |  | -
gemini | AfterModel | - |  | -
opencode | session.status | - | "status":"busy" | W
opencode | session.status | - | "properties":{"status":{"type":"retry"}} | W
opencode | session.status | - | "properties":{"status":{"type":"idle"}} | D
opencode | session.idle session.execution.interrupted | D |  | D
opencode | session.error session.execution.failed | E |  | E
opencode | session.error | E | "properties":{"error":{"name":"MessageAbortedError"}} | D
opencode | permission.ask permission.asked permission.v2.asked permission.updated | B |  | B
opencode | question.asked question.v2.asked | B |  | B
opencode | permission.replied permission.v2.replied question.rejected tool.execute.before tool.execute.after | W |  | W
opencode | session.idle | D | "properties":{"info":{"parentID":"p"}} | -
cursor | beforeSubmitPrompt postToolUse postToolUseFailure subagentStart subagentStop preCompact | W |  | W
cursor | afterShellExecution afterMCPExecution afterFileEdit afterAgentResponse afterAgentThought | W |  | W
cursor | preToolUse beforeShellExecution beforeMCPExecution | B |  | W
cursor | sessionStart | W |  | -
cursor | stop | D | "status":"completed" | D
cursor | stop | D | "status":"aborted" | D
cursor | stop | D | "status":"error" | E
cursor | sessionEnd | D |  | D
copilot | userPromptSubmitted postToolUse postToolUseFailure subagentStart subagentStop preCompact | W |  | W
copilot | agentStop sessionEnd | D |  | D
copilot | permissionRequest | B |  | B
copilot | preToolUse | B |  | W
copilot | notification | B | "notificationType":"permission" | B
copilot | notification | B | "notification_type":"elicitation" | B
copilot | errorOccurred | E | "recoverable":false,"error":{"name":"X"} | E
copilot | errorOccurred | E | "recoverable":true | W
copilot | UserPromptSubmit PostToolUse | W |  | W
copilot | Stop SessionEnd | D |  | D
copilot | PermissionRequest | B |  | B
copilot | Notification | B | "notification_type":"permission_prompt" | B
copilot | ErrorOccurred | E | "recoverable":true | W
droid | UserPromptSubmit PostToolUse SubagentStop PreCompact | W |  | W
droid | PreToolUse | B |  | W
droid | Notification | B | "message":"May I?" | B
droid | Stop SessionEnd | D |  | D
kimi | UserPromptSubmit PostToolUse PostToolUseFailure PermissionResult SubagentStart PostCompact | W |  | W
kimi | PreToolUse | B |  | W
kimi | PermissionRequest | B |  | B
kimi | Notification | B | "notification_type":"permission_prompt" | B
kimi | Stop Interrupt | D |  | D
kimi | StopFailure | E |  | E
grok | user_prompt_submit post_tool_use post_tool_use_failure | W |  | W
grok | pre_tool_use | B |  | W
grok | notification | B | "notificationType":"permission_prompt" | B
grok | notification | B | "notificationType":"elicitation_dialog" | B
grok | stop session_end | D |  | D
grok | stop_failure | E |  | E
qwen | UserPromptSubmit PostToolUse | W |  | W
qwen | PermissionRequest | B |  | B
qwen | QueryEnd Stop | D |  | D
qwen | StopFailure | E |  | E
amp | session.start | W |  | W
amp | agent.start tool.call tool.result | W |  | W
amp | agent.end | D | "status":"done" | D
amp | agent.end | D | "status":"cancelled" | D
amp | agent.end | D | "status":"error" | E
pi | before_agent_start agent_start turn_start tool_call tool_execution_start tool_execution_update tool_execution_end | W |  | W
pi | agent_end agent_settled session_shutdown | D |  | D
vibe | before_tool | W |  | W
vibe | post_agent_turn | D |  | D
openclaw | command:new command:reset gateway:startup | - |  | -
openclaw | command:stop agent_end session_end gateway_stop | D |  | D
openclaw | before_agent_start before_tool_call after_tool_call message_received | W |  | W
crush | PreToolUse | B |  | W
any | SomethingNew | - | "status":"completed" | -
"#;

#[test]
fn every_row_of_the_table_by_name_and_by_payload() {
    for row in TABLE.trim().lines() {
        let cells: Vec<_> = row.split(" | ").collect();
        let &[agent, events, name, more, refined] = cells.as_slice() else {
            unreachable!("five cells: {row}");
        };
        for event in events.split(' ') {
            let by_name = letter(by_name(event)).to_string();
            assert!(
                name == "*" || by_name == name,
                "{agent} {event} by name: {by_name}"
            );
            let meaning = by_payload(agent, &payload(agent, event, more.trim()));
            let got = letter(meaning.map(|meaning| meaning.bucket)).to_string();
            assert_eq!(got, refined, "{agent} {event} {more}");
        }
    }
}

#[test]
fn reasons_say_what_is_asked_and_how_it_ended() {
    let cases = [
        (
            "claude",
            "PreToolUse",
            r#""tool_name":"AskUserQuestion""#,
            Some("question"),
        ),
        (
            "claude",
            "PermissionRequest",
            r#""tool_name":"ExitPlanMode""#,
            Some("plan"),
        ),
        (
            "claude",
            "PermissionRequest",
            r#""tool_name":"Bash""#,
            Some("permission"),
        ),
        ("opencode", "question.asked", "", Some("question")),
        (
            "claude",
            "Stop",
            r#""background_tasks":[1]"#,
            Some("background"),
        ),
        (
            "claude",
            "StopFailure",
            r#""error":"rate_limit""#,
            Some("rate_limit"),
        ),
        (
            "claude",
            "StopFailure",
            r#""error":"it said: my password""#,
            Some("error"),
        ),
        (
            "cursor",
            "stop",
            r#""status":"aborted""#,
            Some("interrupted"),
        ),
        ("codex", "turn_aborted", "", Some("interrupted")),
        ("codex", "task_complete", "", None),
    ];
    for (agent, event, more, want) in cases {
        let meaning = by_payload(agent, &payload(agent, event, more)).expect(event);
        assert_eq!(meaning.reason.as_deref(), want, "{agent} {event} {more}");
    }
}

#[test]
fn other_shapes_of_the_same_are_read_too() {
    let cases = [
        (
            "codex",
            r#"{"type":"agent-turn-complete","thread-id":"t","turn-id":"1"}"#,
            'D',
        ),
        (
            "codex",
            r#"{"id":"1","msg":{"type":"exec_approval_request"}}"#,
            'B',
        ),
        (
            "codex",
            r#"{"type":"event_msg","payload":{"type":"task_complete","error":{"message":"x"}}}"#,
            'E',
        ),
        (
            "opencode",
            r#"{"event":{"type":"session.status","properties":{"sessionID":"s","status":{"type":"busy"}}}}"#,
            'W',
        ),
        (
            "openclaw",
            r#"{"type":"command","action":"stop","sessionKey":"agent:main:main"}"#,
            'D',
        ),
        (
            "openclaw",
            r#"{"type":"command","action":"new","sessionKey":"agent:main:main"}"#,
            '-',
        ),
        // Only a name: read by the name.
        (
            "any",
            r#"{"agent":"claude","chat_id":"c","eventType":"PreToolUse"}"#,
            'B',
        ),
        (
            "any",
            r#"{"agent":"claude","chat_id":"c","eventType":"SessionStart"}"#,
            'W',
        ),
        (
            "any",
            r#"{"agent":"claude","chat_id":"c","eventType":"session_end"}"#,
            'D',
        ),
        ("aider", "", 'D'),
        // Never an end because nothing could be read.
        ("claude", "", '-'),
        ("claude", "{\"session_id\":\"s\"", '-'),
    ];
    for (agent, text, want) in cases {
        let meaning = by_payload(agent, &Payload::read(text.as_bytes()));
        assert_eq!(
            letter(meaning.map(|meaning| meaning.bucket)),
            want,
            "{agent} {text}"
        );
    }
}
