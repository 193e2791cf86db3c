//! Where the other agents keep their transcripts: one entry in the table for each.

use super::cabinet;
use super::layout::{Files, Layout, Shape, Sid};

/// Every layout; a further agent is one line more.
pub static LAYOUTS: &[Layout] = &[
    CLAUDE,
    CODEX,
    COPILOT,
    CURSOR,
    DROID,
    GEMINI,
    GROK,
    KIMI,
    OPENCODE,
    PI,
    PI_SESSIONS,
    QWEN,
];

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
/// Lines in files of their own, one a session that nobody started but a person.
const fn lines(folders: &'static [&'static str], name: &'static str, sid: Sid) -> Files {
    Files {
        folders,
        name,
        sid,
        parent: None,
        shape: Shape::Lines,
    }
}

/// The same of a session that another one started, whose id stands `up` folders above.
const fn child(folders: &'static [&'static str], name: &'static str, sid: Sid, up: usize) -> Files {
    Files {
        parent: Some(up),
        ..lines(folders, name, sid)
    }
}

/// Copilot CLI; before 1.0 a session was a file and no folder.
const COPILOT: Layout = Layout {
    source: "copilot",
    title: "Copilot CLI",
    variables: &["COPILOT_HOME"],
    home: ".copilot",
    files: &[
        lines(&["session-state", "*"], "events.jsonl", Sid::Folder(0)),
        lines(&["session-state"], "*.jsonl", Sid::Stem),
        lines(&["history-session-state"], "*.jsonl", Sid::Stem),
    ],
};

/// Gemini CLI; before 0.40 a session was one document.
const GEMINI: Layout = Layout {
    source: "gemini",
    title: "Gemini CLI",
    variables: &["GEMINI_CLI_HOME/.gemini"],
    home: ".gemini",
    files: &[
        lines(&["tmp", "*", "chats"], "session-*.jsonl", Sid::Stem),
        Files {
            shape: Shape::Document,
            ..lines(&["tmp", "*", "chats"], "session-*.json", Sid::Stem)
        },
        child(&["tmp", "*", "chats", "*"], "*.jsonl", Sid::Stem, 0),
    ],
};

/// Kimi Code: a folder for each agent of a session, the first one's is `main`.
const KIMI: Layout = Layout {
    source: "kimi",
    title: "Kimi Code",
    variables: &["KIMI_CODE_HOME"],
    home: ".kimi-code",
    files: &[
        lines(
            &["sessions", "*", "*", "agents", "main"],
            "wire.jsonl",
            Sid::Folder(2),
        ),
        child(
            &["sessions", "*", "*", "agents", "*"],
            "wire.jsonl",
            Sid::Folders(2, 0),
            2,
        ),
    ],
};

/// Qwen Code.
const QWEN: Layout = Layout {
    source: "qwen",
    title: "Qwen Code",
    variables: &["QWEN_RUNTIME_DIR", "QWEN_HOME"],
    home: ".qwen",
    files: &[
        lines(&["projects", "*", "chats"], "*.jsonl", Sid::Stem),
        child(
            &["projects", "*", "subagents", "*"],
            "agent-*.jsonl",
            Sid::Stem,
            0,
        ),
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

/// OpenCode: a store since its 1.2, files before.
const OPENCODE: Layout = Layout {
    source: "opencode",
    title: "OpenCode",
    variables: &["XDG_DATA_HOME/opencode"],
    home: ".local/share/opencode",
    files: &[
        Files {
            folders: &[],
            name: "opencode.db",
            sid: Sid::Stem,
            parent: None,
            shape: Shape::Store { before: "storage" },
        },
        Files {
            folders: &["storage", "session", "*"],
            name: cabinet::SESSIONS,
            sid: Sid::Stem,
            parent: None,
            shape: Shape::Cabinet,
        },
    ],
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
