//! The built-in table: names of tools and their phrases.
//!
//! The names are those of OpenClaw's core tools, then of Claude Code, Codex,
//! Gemini and their kin. A tool is found by its squashed name, so spelling
//! does not matter.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::names::squashed;
use super::target::Want;

/// Tools that read the same to a person.
pub(super) struct Family {
    /// Their names; the first one names the rule.
    pub(super) names: &'static [&'static str],
    /// What they do, unless the input names an action.
    pub(super) phrase: Phrase,
    /// What they do by the value of `action`.
    pub(super) actions: &'static [(&'static str, Phrase)],
}

/// What a person reads.
#[derive(Clone, Copy)]
pub(super) struct Phrase {
    /// Before a target: `Reading`.
    pub(super) with: &'static str,
    /// Without one: `Reading file`.
    pub(super) alone: &'static str,
    /// What its target is.
    pub(super) want: Want,
}

const fn to(with: &'static str, alone: &'static str, want: Want) -> Phrase {
    Phrase { with, alone, want }
}

const fn only(alone: &'static str) -> Phrase {
    to(alone, alone, Want::Nothing)
}

const fn family(names: &'static [&'static str], phrase: Phrase) -> Family {
    Family {
        names,
        phrase,
        actions: &[],
    }
}

/// The family of a tool's name, in whatever spelling.
pub(super) fn family_of(name: &str) -> Option<&'static Family> {
    if name.len() > 64 {
        return None;
    }
    INDEX.get(&squashed(name)).copied()
}

/// The family of a kind of tool, as the Agent Client Protocol knows them.
pub(super) fn family_of_kind(kind: &str) -> Option<&'static Family> {
    let name = match kind.to_ascii_lowercase().as_str() {
        "read" => "read",
        "edit" => "edit",
        "delete" => "delete_file",
        "move" => "move_file",
        "search" => "search",
        "execute" => "exec",
        "think" => "think",
        "fetch" => "web_fetch",
        "switch_mode" => "switch_mode",
        _ => return None,
    };
    family_of(name)
}

static INDEX: LazyLock<HashMap<String, &'static Family>> = LazyLock::new(|| {
    let mut index = HashMap::new();
    for family in FAMILIES {
        for name in family.names {
            index.entry(squashed(name)).or_insert(family);
        }
    }
    index
});

/// Verbs that begin a tool's name, as in `list_issues`, and their phrases.
#[rustfmt::skip]
pub(super) const VERBS: &[(&str, &str)] = &[
    ("search", "Searching"), ("find", "Finding"), ("lookup", "Looking up"), ("query", "Querying"),
    ("list", "Listing"), ("get", "Getting"), ("fetch", "Fetching"), ("read", "Reading"),
    ("view", "Viewing"), ("show", "Showing"), ("check", "Checking"), ("describe", "Describing"),
    ("create", "Creating"), ("add", "Adding"), ("make", "Making"), ("generate", "Generating"),
    ("write", "Writing"), ("save", "Saving"), ("set", "Setting"), ("update", "Updating"),
    ("edit", "Editing"), ("rename", "Renaming"), ("move", "Moving"), ("copy", "Copying"),
    ("delete", "Deleting"), ("remove", "Removing"), ("clear", "Clearing"), ("cancel", "Cancelling"),
    ("send", "Sending"), ("post", "Posting"), ("publish", "Publishing"), ("upload", "Uploading"),
    ("download", "Downloading"), ("export", "Exporting"), ("import", "Importing"), ("sync", "Syncing"),
    ("run", "Running"), ("execute", "Running"), ("start", "Starting"), ("stop", "Stopping"),
    ("restart", "Restarting"), ("open", "Opening"), ("close", "Closing"), ("build", "Building"),
    ("test", "Testing"), ("deploy", "Deploying"), ("install", "Installing"), ("validate", "Validating"),
    ("analyze", "Analyzing"), ("review", "Reviewing"), ("compare", "Comparing"), ("wait", "Waiting for"),
];

#[rustfmt::skip]
static FAMILIES: &[Family] = &[
    // files
    family(&["read", "read_file", "read_text_file", "view_file", "open_file", "cat", "read_many_files", "read_multiple_files", "notebook_read", "view"],
        to("Reading", "Reading file", Want::Path)),
    family(&["write", "write_file", "create_file", "write_to_file", "save_file"],
        to("Writing", "Writing file", Want::Path)),
    family(&["edit", "multi_edit", "edit_file", "replace", "search_replace", "str_replace", "str_replace_editor", "str_replace_based_edit_tool", "replace_in_file", "insert_edit_into_file", "replace_string_in_file", "text_editor", "update_file"],
        to("Editing", "Editing file", Want::Path)),
    family(&["apply_patch", "apply_diff", "patch", "file_change"], to("Editing", "Editing files", Want::Patch)),
    family(&["notebook_edit", "edit_notebook", "edit_notebook_file"], to("Editing", "Editing notebook", Want::Path)),
    family(&["delete_file", "remove_file"], to("Deleting", "Deleting file", Want::Path)),
    family(&["move_file", "rename_file"], to("Moving", "Moving file", Want::Path)),
    family(&["attach", "send_file"], to("Attaching", "Attaching file", Want::Path)),
    family(&["ls", "list_directory", "list_dir", "list_files", "read_folder", "directory_tree"],
        to("Listing", "Listing files", Want::Path)),
    family(&["grep", "rg", "ripgrep", "grep_search", "search_file_content", "search_files", "codebase_search", "search_code", "grep_files"],
        to("Searching files for", "Searching files", Want::Query)),
    family(&["find", "glob", "file_search", "find_files", "glob_files", "find_path"],
        to("Finding files like", "Finding files", Want::Query)),
    family(&["search"], to("Searching for", "Searching", Want::Query)),
    // commands
    family(&["exec", "bash", "shell", "sh", "zsh", "exec_command", "shell_command", "run_shell_command", "run_command", "execute_command", "run_terminal_cmd", "run_terminal_command", "run_in_terminal", "terminal", "local_shell", "local_shell_call", "command_execution", "container.exec", "unified_exec", "powershell", "user_bash"],
        to("Running", "Running command", Want::Shell)),
    Family {
        names: &["process", "process_manager"],
        phrase: only("Managing background commands"),
        actions: &[
            ("list", only("Listing background commands")),
            ("poll", only("Waiting for background command")),
            ("log", only("Reading command output")),
            ("write", only("Typing into command")),
            ("send-keys", only("Typing into command")),
            ("submit", only("Typing into command")),
            ("paste", only("Typing into command")),
            ("kill", only("Stopping background command")),
            ("clear", only("Clearing background commands")),
            ("remove", only("Clearing background commands")),
        ],
    },
    family(&["bash_output", "task_output", "agent_output_tool", "get_terminal_output", "read_background_output"], only("Reading command output")),
    family(&["kill_shell", "kill_bash", "task_stop"], only("Stopping background command")),
    family(&["write_stdin"], only("Typing into command")),
    family(&["code_execution", "execute_code", "run_code", "python", "ipython", "code_interpreter", "js_repl", "repl"], only("Running code")),
    family(&["wait", "sleep", "wait_for", "monitor"], only("Waiting")),
    // web
    family(&["web_search", "google_web_search", "web_search_call", "search_web", "x_search", "brave_search", "google_search"],
        to("Searching the web for", "Searching the web", Want::Query)),
    family(&["web_fetch", "fetch", "fetch_url", "url_fetch", "read_url", "fetch_webpage", "open_url"],
        to("Fetching", "Fetching web page", Want::Host)),
    Family {
        names: &["browser", "browser_use", "web_browser"],
        phrase: to("Browsing", "Using browser", Want::Host),
        actions: &[
            ("status", only("Checking browser")),
            ("start", only("Starting browser")),
            ("stop", only("Stopping browser")),
            ("tabs", only("Listing browser tabs")),
            ("open", to("Opening", "Opening web page", Want::Host)),
            ("navigate", to("Opening", "Opening web page", Want::Host)),
            ("focus", only("Switching browser tab")),
            ("close", only("Closing browser tab")),
            ("snapshot", to("Looking at", "Looking at web page", Want::Host)),
            ("screenshot", to("Taking screenshot of", "Taking screenshot", Want::Host)),
            ("console", only("Reading browser console")),
            ("pdf", only("Saving web page as PDF")),
            ("upload", only("Uploading file in browser")),
            ("dialog", only("Answering browser dialog")),
            ("act", only("Acting on web page")),
        ],
    },
    // OpenClaw's own
    Family {
        names: &["canvas"],
        phrase: only("Using canvas"),
        actions: &[
            ("present", only("Showing canvas")),
            ("hide", only("Hiding canvas")),
            ("navigate", to("Showing on canvas", "Navigating canvas", Want::Host)),
            ("eval", only("Running script on canvas")),
            ("snapshot", only("Looking at canvas")),
            ("a2ui_push", only("Updating canvas")),
            ("a2ui_reset", only("Clearing canvas")),
        ],
    },
    Family {
        names: &["nodes"],
        phrase: only("Using devices"),
        actions: &[
            ("status", only("Checking devices")),
            ("describe", only("Checking device")),
            ("pending", only("Checking device pairings")),
            ("approve", only("Approving device")),
            ("reject", only("Rejecting device")),
            ("notify", only("Notifying device")),
            ("camera_snap", only("Taking photo")),
            ("camera_list", only("Listing cameras")),
            ("camera_clip", only("Recording video")),
            ("screen_record", only("Recording screen")),
            ("location_get", only("Getting location")),
            ("run", only("Running command on device")),
            ("invoke", only("Running command on device")),
        ],
    },
    Family {
        names: &["message", "discord", "slack", "telegram", "matrix", "whatsapp", "signal", "mattermost", "send_message"],
        phrase: to("Messaging", "Sending message", Want::Channel),
        actions: &[
            ("send", to("Sending message to", "Sending message", Want::Channel)),
            ("sendmessage", to("Sending message to", "Sending message", Want::Channel)),
            ("thread-reply", to("Replying in", "Replying in thread", Want::Channel)),
            ("threadreply", to("Replying in", "Replying in thread", Want::Channel)),
            ("thread-create", to("Starting thread in", "Starting thread", Want::Channel)),
            ("poll", to("Starting poll in", "Starting poll", Want::Channel)),
            ("react", to("Reacting in", "Reacting to message", Want::Channel)),
            ("read", to("Reading messages in", "Reading messages", Want::Channel)),
            ("readmessages", to("Reading messages in", "Reading messages", Want::Channel)),
            ("search", to("Searching messages in", "Searching messages", Want::Channel)),
            ("edit", to("Editing message in", "Editing message", Want::Channel)),
            ("delete", to("Deleting message in", "Deleting message", Want::Channel)),
            ("pin", to("Pinning message in", "Pinning message", Want::Channel)),
            ("unpin", to("Unpinning message in", "Unpinning message", Want::Channel)),
        ],
    },
    Family {
        names: &["cron", "automation", "automations", "automation_update", "schedule_wakeup", "cron_create", "cron_delete", "cron_list"],
        phrase: only("Managing scheduled jobs"),
        actions: &[
            ("status", only("Checking scheduled jobs")),
            ("list", only("Listing scheduled jobs")),
            ("add", only("Scheduling job")),
            ("create", only("Scheduling job")),
            ("update", only("Changing scheduled job")),
            ("remove", only("Removing scheduled job")),
            ("delete", only("Removing scheduled job")),
            ("run", only("Running scheduled job")),
            ("runs", only("Checking scheduled jobs")),
            ("wake", only("Scheduling wake-up")),
        ],
    },
    Family {
        names: &["gateway"],
        phrase: only("Managing gateway"),
        actions: &[
            ("restart", only("Restarting gateway")),
            ("config.get", only("Reading gateway config")),
            ("config.schema", only("Reading gateway config")),
            ("config.apply", only("Changing gateway config")),
            ("config.patch", only("Changing gateway config")),
            ("update.run", only("Updating gateway")),
        ],
    },
    family(&["whatsapp_login"], only("Signing in to WhatsApp")),
    // media
    family(&["tts", "text_to_speech", "speak"], only("Generating speech")),
    family(&["image_generate", "generate_image", "image_generation", "image_gen"], only("Generating image")),
    family(&["video_generate", "generate_video"], only("Generating video")),
    family(&["music_generate", "generate_music"], only("Generating music")),
    family(&["view_image", "image", "read_image", "analyze_image"], to("Looking at", "Looking at image", Want::Path)),
    family(&["pdf", "read_pdf"], to("Reading", "Reading PDF", Want::Path)),
    // memory
    family(&["memory_search", "search_memory", "recall"], to("Searching memory for", "Searching memory", Want::Query)),
    family(&["memory_get", "read_memory"], to("Recalling", "Reading memory", Want::Path)),
    family(&["memory_write", "save_memory", "memory_store", "remember", "memory"], only("Updating memory")),
    // agents
    family(&["sessions_list", "list_sessions", "conversations_list"], only("Listing sessions")),
    family(&["agents_list", "list_agents"], only("Listing agents")),
    family(&["resume_agent"], only("Resuming sub-agent")),
    family(&["interrupt_agent"], only("Interrupting sub-agent")),
    family(&["sessions_history"], to("Reading history of", "Reading session history", Want::Agent)),
    family(&["sessions_send", "send_input", "followup_task", "conversations_send", "conversations_turn"], to("Messaging agent", "Messaging another agent", Want::Agent)),
    family(&["sessions_spawn", "task", "agent", "spawn_agent", "run_subagent", "delegate_task"],
        to("Starting sub-agent", "Starting sub-agent", Want::Agent)),
    family(&["sessions_yield", "wait_agent", "yield"], only("Waiting for sub-agents")),
    family(&["close_agent"], only("Stopping sub-agent")),
    Family {
        names: &["subagents"],
        phrase: only("Managing sub-agents"),
        actions: &[
            ("list", only("Checking sub-agents")),
            ("kill", only("Stopping sub-agent")),
            ("steer", only("Steering sub-agent")),
        ],
    },
    family(&["session_status"], only("Checking session status")),
    // plans and people
    family(&["progress_card"], only("Updating progress card")),
    family(&["update_plan", "todo_write", "write_todos", "todo", "manage_todo_list", "task_create", "task_update"], only("Updating plan")),
    family(&["todo_read", "task_list", "task_get"], only("Reading plan")),
    family(&["exit_plan_mode"], only("Proposing plan")),
    family(&["enter_plan_mode"], only("Planning")),
    family(&["enter_worktree"], only("Entering a worktree")),
    family(&["exit_worktree"], only("Leaving a worktree")),
    family(&["team_create"], only("Starting a team")),
    family(&["team_delete"], only("Closing a team")),
    family(&["structured_output"], only("Writing the answer")),
    family(&["push_notification"], only("Sending notification")),
    family(&["switch_mode"], only("Switching mode")),
    family(&["ask_user", "ask_user_question", "request_user_input", "ask_followup_question"], only("Asking a question")),
    family(&["think", "sequentialthinking"], only("Thinking")),
    // tools about tools
    family(&["tool_search", "tool_search_tool", "search_tools"], to("Searching tools for", "Searching tools", Want::Query)),
    family(&["tool_describe"], to("Looking up tool", "Looking up tool", Want::Name)),
    family(&["tool_call", "tool_search_code"], only("Calling tool")),
    family(&["skill", "skills", "activate_skill", "use_skill"], to("Using skill", "Using skill", Want::Name)),
    family(&["slash_command"], only("Running slash command")),
    family(&["multi_tool_use.parallel", "parallel"], only("Running tools in parallel")),
    family(
        &["list_mcp_resources", "list_mcp_resources_tool", "list_mcp_resource_templates", "read_mcp_resource", "read_mcp_resource_tool"],
        only("Reading resources"),
    ),
    family(&["lsp"], only("Looking up code")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_families_claim_a_name() {
        let mut seen = HashMap::new();
        for family in FAMILIES {
            for name in family.names {
                let before = seen.insert(squashed(name), family.names[0]);
                assert_eq!(before, None, "name: {name}");
            }
        }
    }

    #[test]
    fn every_phrase_is_short_and_starts_with_a_capital() {
        for family in FAMILIES {
            let phrases = family.actions.iter().map(|(_, phrase)| phrase);
            for phrase in phrases.chain([&family.phrase]) {
                for text in [phrase.with, phrase.alone] {
                    let is_fine = text.len() <= 32 && text.starts_with(char::is_uppercase);
                    assert!(is_fine, "phrase: {text}");
                }
            }
        }
    }
}
