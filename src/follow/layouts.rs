//! Where the other agents keep their transcripts: one entry in the table for each.

use super::layout::{Files, Layout, Shape, Sid};

/// Every layout; a further agent is one line more.
pub static LAYOUTS: &[Layout] = &[CLAUDE, CODEX];

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

/// Codex.
const CODEX: Layout = Layout {
    source: "codex",
    title: "Codex",
    variables: &["CODEX_HOME"],
    home: ".codex",
    files: &[
        rollouts(DAY, "rollout-*.jsonl", Shape::Lines),
        rollouts(DAY, "rollout-*.jsonl.zst", Shape::Packed),
        rollouts(ARCHIVE, "rollout-*.jsonl", Shape::Lines),
        rollouts(ARCHIVE, "rollout-*.jsonl.zst", Shape::Packed),
    ],
};

/// The folders of a day's rollouts, and those of the rollouts that were put away.
const DAY: &[&str] = &["sessions", "*", "*", "*"];
const ARCHIVE: &[&str] = &["archived_sessions"];

/// Rollouts of Codex; cold ones are packed, and unpacked again when they are resumed.
const fn rollouts(folders: &'static [&'static str], name: &'static str, shape: Shape) -> Files {
    Files {
        folders,
        name,
        sid: Sid::Uuid,
        parent: None,
        shape,
    }
}
