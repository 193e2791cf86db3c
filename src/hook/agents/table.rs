//! What is registered with each agent.
//!
//! What fires for every chunk or every read is left out, and so is what may hold a call up.

use super::{Agent, Registered, Shape};

const fn all(event: &'static str) -> Registered {
    Registered {
        event,
        matcher: None,
    }
}

const fn only(event: &'static str, matcher: &'static str) -> Registered {
    Registered {
        event,
        matcher: Some(matcher),
    }
}

/// Tools that ask a person instead of doing something.
const ASKING: &str = "AskUserQuestion|ExitPlanMode";

/// Notifications that say a person is asked, or that one has been waited for.
const TELLING: &str = "permission_prompt|elicitation_dialog|agent_needs_input|idle_prompt";

/// Every agent, in the order in which they are listed.
pub const AGENTS: &[Agent] = &[
    Agent {
        name: "claude",
        title: "Claude Code",
        shape: Shape::Groups,
        events: &[
            all("UserPromptSubmit"),
            only("PreToolUse", ASKING),
            all("PermissionRequest"),
            all("PostToolUse"),
            all("PostToolUseFailure"),
            only("Notification", TELLING),
            all("Stop"),
            all("StopFailure"),
            all("SessionEnd"),
        ],
        timeout: Some(("timeout", 5)),
        remark: None,
    },
    Agent {
        name: "codex",
        title: "Codex",
        shape: Shape::Groups,
        events: &[
            all("UserPromptSubmit"),
            all("PermissionRequest"),
            all("PostToolUse"),
            all("Stop"),
            all("SessionEnd"),
        ],
        timeout: Some(("timeout", 5)),
        remark: Some(
            "Codex runs new hooks only once you review and trust them: start it and follow what it says",
        ),
    },
    Agent {
        name: "gemini",
        title: "Gemini CLI",
        shape: Shape::Groups,
        events: &[
            all("BeforeAgent"),
            all("AfterTool"),
            all("Notification"),
            all("AfterAgent"),
            all("SessionEnd"),
        ],
        timeout: Some(("timeout", 5_000)),
        remark: None,
    },
    Agent {
        name: "opencode",
        title: "OpenCode",
        shape: Shape::Plugin,
        events: &[],
        timeout: None,
        remark: Some("OpenCode loads plugins when it starts: start it again"),
    },
    Agent {
        name: "cursor",
        title: "Cursor",
        shape: Shape::Flat,
        events: &[
            all("beforeSubmitPrompt"),
            all("postToolUse"),
            all("afterShellExecution"),
            all("afterMCPExecution"),
            all("afterFileEdit"),
            all("stop"),
            all("sessionEnd"),
        ],
        timeout: None,
        remark: None,
    },
    Agent {
        name: "copilot",
        title: "Copilot CLI",
        shape: Shape::Bash,
        // Under these names the payloads are as Claude Code's. Of notifications they are so under the one
        // name that is documented for them: `github/docs:content/copilot/reference/hooks-reference.md`.
        events: &[
            all("UserPromptSubmit"),
            all("PostToolUse"),
            all("PermissionRequest"),
            all("notification"),
            all("Stop"),
            all("ErrorOccurred"),
            all("SessionEnd"),
        ],
        timeout: Some(("timeoutSec", 5)),
        remark: None,
    },
    Agent {
        name: "droid",
        title: "Droid",
        shape: Shape::Groups,
        events: &[
            all("UserPromptSubmit"),
            all("PostToolUse"),
            all("Notification"),
            all("Stop"),
            all("SessionEnd"),
        ],
        timeout: Some(("timeout", 5)),
        remark: None,
    },
    Agent {
        name: "qwen",
        title: "Qwen Code",
        shape: Shape::Groups,
        events: &[
            all("UserPromptSubmit"),
            all("PermissionRequest"),
            all("PostToolUse"),
            only("Notification", TELLING),
            all("Stop"),
            all("StopFailure"),
            all("SessionEnd"),
        ],
        timeout: None,
        remark: None,
    },
    Agent {
        name: "kimi",
        title: "Kimi Code",
        shape: Shape::Tables,
        events: &[
            all("UserPromptSubmit"),
            all("PermissionRequest"),
            all("PermissionResult"),
            all("PostToolUse"),
            all("PostToolUseFailure"),
            all("Stop"),
            all("Interrupt"),
            all("StopFailure"),
        ],
        timeout: Some(("timeout", 5)),
        remark: None,
    },
    Agent {
        name: "grok",
        title: "Grok CLI",
        shape: Shape::Groups,
        events: &[
            all("UserPromptSubmit"),
            all("PostToolUse"),
            only("Notification", "permission_prompt|elicitation_dialog"),
            all("Stop"),
            all("StopFailure"),
            all("SessionEnd"),
        ],
        timeout: None,
        remark: None,
    },
];
