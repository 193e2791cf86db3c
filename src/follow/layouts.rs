//! Where the other agents keep their transcripts: one entry in the table for each.

use super::layout::{Files, Layout, Shape, Sid};

/// Every layout; a further agent is one line more.
pub static LAYOUTS: &[Layout] = &[CLAUDE, CURSOR, DROID, GROK, OPENCODE, PI, PI_SESSIONS];

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

/// Cursor; a session's sub-agents stand in a folder of its own.
const CURSOR: Layout = Layout {
    source: "cursor",
    title: "Cursor",
    variables: &["CURSOR_CONFIG_DIR"],
    home: ".cursor",
    files: &[
        Files {
            folders: &["projects", "*", "agent-transcripts", "*"],
            name: "*.jsonl",
            sid: Sid::Stem,
            parent: None,
            shape: Shape::Lines,
        },
        Files {
            folders: &["projects", "*", "agent-transcripts"],
            name: "*.jsonl",
            sid: Sid::Stem,
            parent: None,
            shape: Shape::Lines,
        },
        Files {
            folders: &["projects", "*", "agent-transcripts", "*", "subagents"],
            name: "*.jsonl",
            sid: Sid::Stem,
            parent: Some(1),
            shape: Shape::Lines,
        },
    ],
};

/// Droid; older versions had no folder for each directory of work.
const DROID: Layout = Layout {
    source: "droid",
    title: "Droid",
    variables: &[],
    home: ".factory",
    files: &[
        Files {
            folders: &["sessions"],
            name: "*.jsonl",
            sid: Sid::Stem,
            parent: None,
            shape: Shape::Lines,
        },
        Files {
            folders: &["sessions", "*"],
            name: "*.jsonl",
            sid: Sid::Stem,
            parent: None,
            shape: Shape::Lines,
        },
    ],
};

/// Grok; a session is a folder.
const GROK: Layout = Layout {
    source: "grok",
    title: "Grok",
    variables: &["GROK_HOME"],
    home: ".grok",
    files: &[Files {
        folders: &["sessions", "*", "*"],
        name: "chat_history.jsonl",
        sid: Sid::Folder(0),
        parent: None,
        shape: Shape::Lines,
    }],
};

/// OpenCode, since its 1.2.
const OPENCODE: Layout = Layout {
    source: "opencode",
    title: "OpenCode",
    variables: &["XDG_DATA_HOME/opencode"],
    home: ".local/share/opencode",
    files: &[Files {
        folders: &[],
        name: "opencode.db",
        sid: Sid::Stem,
        parent: None,
        shape: Shape::Store,
    }],
};

/// pi.
const PI: Layout = Layout {
    source: "pi",
    title: "pi",
    variables: &["PI_CODING_AGENT_DIR"],
    home: ".pi/agent",
    files: &[Files {
        folders: &["sessions", "*"],
        name: "*.jsonl",
        sid: Sid::Stem,
        parent: None,
        shape: Shape::Lines,
    }],
};

/// Sessions of pi where a variable says, all in one folder.
const PI_SESSIONS: Layout = Layout {
    source: "pi",
    title: "pi",
    variables: &["PI_CODING_AGENT_SESSION_DIR"],
    home: "",
    files: &[Files {
        folders: &[],
        name: "*.jsonl",
        sid: Sid::Stem,
        parent: None,
        shape: Shape::Lines,
    }],
};
