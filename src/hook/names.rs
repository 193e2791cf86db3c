//! Names of events, in every agent's spelling, and what they mean by themselves.
//!
//! By its name alone an event often says less than it seems: `PreToolUse` comes before every call, not only
//! before one that asks, `Notification` includes a login that went well, and after `SessionStart` the agent is at
//! its prompt. Who has the payload asks [`by_payload`](super::by_payload).

use super::Bucket::{self, Blocked, Done, Error, Working};

/// What is to be known of a name besides its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refined {
    /// The payload says no more than the name.
    Same,
    /// By its payload it means this, or nothing.
    Is(Option<Bucket>),
}

use Refined::{Is, Same};

/// A bucket by name, what a payload makes of it, and the names without case, `_`, `-`, `.` and `:`.
type Row = (Option<Bucket>, Refined, &'static [&'static str]);

const ROWS: &[Row] = &[
    (
        Some(Working),
        Same,
        &[
            "start",
            "userpromptsubmit",
            "userpromptsubmitted",
            "userpromptexpansion",
            "posttooluse",
            "posttoolusefailure",
            "posttoolbatch",
            "permissionresult",
            "permissiondenied",
            "permissionreplied",
            "permissionrejected",
            "permissionv2replied",
            "permissionv2rejected",
            "permissioncompleted",
            "questionreplied",
            "questionrejected",
            "questionv2replied",
            "questionv2rejected",
            "elicitationresult",
            "beforeagent",
            "beforemodel",
            "beforetool",
            "aftertool",
            "taskstarted",
            "turnstarted",
            "precompact",
            "postcompact",
            "precompress",
            "subagentstart",
            "subagentstop",
            "toolexecutebefore",
            "toolexecuteafter",
            "toolexecutionstart",
            "toolexecutionupdate",
            "toolexecutionend",
            "toolcall",
            "toolresult",
            "beforesubmitprompt",
            "beforereadfile",
            "aftershellexecution",
            "aftermcpexecution",
            "afterfileedit",
            "afteragentresponse",
            "afteragentthought",
            "beforeagentstart",
            "agentstart",
            "turnstart",
            "beforetoolcall",
            "aftertoolcall",
            "messagereceived",
        ],
    ),
    // At the prompt, not at work.
    (Some(Working), Is(None), &["sessionstart", "attached"]),
    (
        Some(Blocked),
        Is(Some(Working)),
        &["pretooluse", "beforeshellexecution", "beforemcpexecution"],
    ),
    // Only some of them ask.
    (Some(Blocked), Is(None), &["notification"]),
    (
        Some(Blocked),
        Same,
        &[
            "permissionrequest",
            "permissionrequested",
            "execapprovalrequest",
            "applypatchapprovalrequest",
            "requestuserinput",
            "requestpermissions",
            "elicitationrequest",
            "elicitation",
            "permissionask",
            "permissionasked",
            "permissionv2asked",
            "permissionupdated",
            "questionasked",
            "questionv2asked",
        ],
    ),
    (
        Some(Done),
        Same,
        &[
            "stop",
            "interrupt",
            "agentturncomplete",
            "afteragent",
            "taskcomplete",
            "turncomplete",
            "turnaborted",
            "postagentturn",
            "queryend",
            "agentstop",
            "agentend",
            "agentsettled",
            "sessionidle",
            "sessionexecutioninterrupted",
            "sessionend",
            "sessionshutdown",
            "detached",
            "commandstop",
            "gatewaystop",
        ],
    ),
    (
        Some(Error),
        Same,
        &[
            "stopfailure",
            "failed",
            "sessionerror",
            "sessionexecutionfailed",
            "erroroccurred",
        ],
    ),
    // Known, and no status: by its payload alone, or not at all.
    (
        None,
        Same,
        &[
            "sessionstatus",
            "commandnew",
            "commandreset",
            "gatewaystartup",
        ],
    ),
];

/// What the event called `name` means, in whatever spelling; nothing for those that say nothing of a status,
/// and for those nobody knows.
#[must_use]
pub fn by_name(name: &str) -> Option<Bucket> {
    row(&plain(name))?.0
}

/// The row of a name that was made plain.
pub(super) fn row(plain: &str) -> Option<&'static Row> {
    ROWS.iter().find(|(_, _, names)| names.contains(&plain))
}

/// The name without case and separators: `PostToolUse`, `postToolUse` and `post_tool_use` are one.
pub(super) fn plain(name: &str) -> String {
    let letters = name
        .chars()
        .filter(|letter| !matches!(letter, '_' | '-' | '.' | ':'));
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_in_one_row() {
        let mut seen = std::collections::HashSet::new();
        for name in ROWS.iter().flat_map(|(_, _, names)| *names) {
            assert_eq!(plain(name), *name, "it is not plain");
            assert!(seen.insert(name), "{name} stands in two rows");
        }
    }

    /// The bare names as they were first collected, in the spellings of their agents.
    #[test]
    fn bare_names_mean_what_they_always_meant() {
        let cases = [
            (
                Some(Working),
                "Start UserPromptSubmit PostToolUse PostToolUseFailure PermissionResult BeforeAgent AfterTool \
                 userPromptSubmitted user_prompt_submit postToolUse post_tool_use post_tool_use_failure task_started \
                 before_tool SessionStart sessionStart session_start attached",
            ),
            (
                Some(Blocked),
                "PermissionRequest Notification PreToolUse preToolUse pre_tool_use exec_approval_request \
                 apply_patch_approval_request request_user_input",
            ),
            (
                Some(Done),
                "Stop stop Interrupt agent-turn-complete AfterAgent task_complete post_agent_turn SessionEnd \
                 sessionEnd session_end detached",
            ),
            (Some(Error), "StopFailure stop_failure Failed failed"),
            (
                None,
                "Setup AfterModel MessageDisplay command:new command:reset gateway:startup session.status \
                 InstructionsLoaded ... stopp",
            ),
        ];
        for (want, names) in cases {
            for name in names.split_whitespace() {
                assert_eq!(by_name(name), want, "{name}");
            }
        }
        assert_eq!(by_name(""), None);
    }
}
