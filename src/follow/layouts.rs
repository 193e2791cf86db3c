//! Where the other agents keep their transcripts: one entry in the table for each.

use super::layout::{Files, Layout, Shape, Sid};

/// Every layout; a further agent is one line more.
pub static LAYOUTS: &[Layout] = &[CLAUDE];

/// Claude Code.
const CLAUDE: Layout = Layout {
    source: "claude",
    title: "Claude Code",
    variables: &["CLAUDE_CONFIG_DIR"],
    home: ".claude",
    files: &[
        Files {
            folders: &["projects", "*"],
            name: "*.jsonl",
            sid: Sid::Stem,
            parent: None,
            shape: Shape::Lines,
        },
        Files {
            folders: &["projects", "*", "*", "subagents"],
            name: "agent-*.jsonl",
            sid: Sid::Stem,
            parent: Some(1),
            shape: Shape::Lines,
        },
        Files {
            folders: &["projects", "*", "*", "subagents", "workflows", "*"],
            name: "agent-*.jsonl",
            sid: Sid::Stem,
            parent: Some(3),
            shape: Shape::Lines,
        },
    ],
};
