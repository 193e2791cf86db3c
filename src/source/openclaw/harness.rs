//! The session of another agent that a session works through: over ACP, or as a command-line backend.
//!
//! Its transcript shows the work, of which OpenClaw's own has but the answer.

use super::row::Fields;
use crate::source::lenient::Raw;

/// A session of another agent, as a row names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harness {
    /// The family of its transcripts.
    pub source: Box<str>,
    /// Its id.
    pub sid: Box<str>,
}

/// Command-line backends, and the sources of what they write.
const BACKENDS: [(&str, &str); 6] = [
    ("claude-cli", "claude"),
    ("codex-cli", "codex"),
    ("google-gemini-cli", "gemini"),
    ("gemini-cli", "gemini"),
    ("qwen-cli", "qwen"),
    ("kimi-cli", "kimi"),
];

/// Every one that a row names.
pub(super) fn of(fields: &Fields<'_>) -> Box<[Harness]> {
    let mut found: Vec<Harness> = Vec::new();
    let mut add = |source: &str, sid: Raw<'_>| {
        let sid = sid.word().filter(|sid| !sid.is_empty());
        let known = |sid: &str| found.iter().any(|harness| *harness.sid == *sid);
        if let Some(sid) = sid.filter(|sid| !known(sid)) {
            found.push(Harness {
                source: source.into(),
                sid: sid.into(),
            });
        }
    };
    if let Some(agent) = fields.acp.field("agent").word() {
        let identity = fields.acp.field("identity");
        // The agent's own id, else the one of the bridge, which is the same for most.
        let ids = [
            identity.field("agentSessionId"),
            identity.field("acpxSessionId"),
        ];
        let id = ids.into_iter().find(|id| id.word().is_some());
        add(source(&agent), id.unwrap_or_default());
    }
    for (backend, source) in BACKENDS {
        add(
            source,
            fields.cli_bindings.field(backend).field("sessionId"),
        );
        add(source, fields.cli_ids.field(backend));
    }
    add("claude", fields.claude_cli);
    found.into()
}

/// The source of an agent behind ACP.
fn source(agent: &str) -> &str {
    match agent {
        "claude-code" => "claude",
        "gemini-cli" => "gemini",
        "cursor-agent" => "cursor",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Row;

    #[test]
    fn a_row_names_the_sessions_that_it_works_through() {
        let cases = [
            ("{}", ""),
            (
                r#"{"acp":{"backend":"acpx","agent":"codex","identity":{"state":"resolved","acpxSessionId":"A","agentSessionId":"B"}}}"#,
                "codex B",
            ),
            (
                r#"{"acp":{"agent":"claude-code","identity":{"acpxSessionId":"A"}}}"#,
                "claude A",
            ),
            (
                r#"{"acp":{"agent":"codex","identity":{"state":"pending"}}}"#,
                "",
            ),
            (
                r#"{"cliSessionBindings":{"claude-cli":{"sessionId":"C"}},"cliSessionIds":{"claude-cli":"C","codex-cli":"D"},"claudeCliSessionId":"C"}"#,
                "claude C, codex D",
            ),
            (
                r#"{"acp":7,"cliSessionBindings":"x","cliSessionIds":[]}"#,
                "",
            ),
        ];
        for (json, want) in cases {
            let row = Row::parse("agent:main:main", json).expect("an object");
            let named = row.harnesses.iter();
            let named: Vec<String> = named
                .map(|one| format!("{} {}", one.source, one.sid))
                .collect();
            assert_eq!(named.join(", "), want, "{json}");
        }
    }
}
