//! Where each agent keeps its hooks.

use std::path::{Path, PathBuf};

use crate::hook::agents::Agent;
use crate::hook::edit;

/// Where hooks of an agent are set up.
#[derive(Debug)]
pub(super) struct Place {
    /// The agent's own directory: without it the agent is not here.
    pub(super) home: PathBuf,
    /// The file that is edited.
    pub(super) file: PathBuf,
    /// The file bears our name: it goes when nothing else is in it.
    pub(super) own: bool,
    /// The file silences others by being there: where it came from is not known, it is taken for ours.
    pub(super) silences: bool,
    /// Files whose settings may silence hooks.
    pub(super) settings: Vec<PathBuf>,
}

/// Where the hooks of `agent` belong; nothing where no home directory is known.
pub(super) fn of(agent: &Agent) -> Option<Place> {
    let var = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let user = var("HOME");
    let below = |name: &str, folder: &str| var(name).or_else(|| Some(user.as_ref()?.join(folder)));
    let shared = |home: PathBuf, file: &str, settings: &[&str]| Place {
        file: home.join(file),
        own: false,
        silences: false,
        settings: settings.iter().map(|name| home.join(name)).collect(),
        home,
    };
    Some(match agent.name {
        "claude" => {
            let home = below("CLAUDE_CONFIG_DIR", ".claude")?;
            let mut place = shared(home, "settings.json", &["settings.json"]);
            place
                .settings
                .push("/etc/claude-code/managed-settings.json".into());
            place
                .settings
                .push("/Library/Application Support/ClaudeCode/managed-settings.json".into());
            place
        }
        "codex" => shared(
            below("CODEX_HOME", ".codex")?,
            "hooks.json",
            &["config.toml"],
        ),
        "gemini" => shared(user?.join(".gemini"), "settings.json", &["settings.json"]),
        "opencode" => {
            let config = || Some(below("XDG_CONFIG_HOME", ".config")?.join("opencode"));
            let home = var("OPENCODE_CONFIG_DIR").or_else(config)?;
            own(home, "plugins/live-status.js")
        }
        "cursor" => shared(user?.join(".cursor"), "hooks.json", &[]),
        "copilot" => own(below("COPILOT_HOME", ".copilot")?, "hooks/live-status.json"),
        "droid" => {
            let home = user?.join(".factory");
            let file = droid(&home);
            Place {
                silences: file == DROID_HOOKS,
                ..shared(home, file, &["settings.json"])
            }
        }
        "qwen" => shared(user?.join(".qwen"), "settings.json", &["settings.json"]),
        "kimi" => shared(below("KIMI_CODE_HOME", ".kimi-code")?, "config.toml", &[]),
        "grok" => own(user?.join(".grok"), "hooks/live-status.json"),
        _ => return None,
    })
}

fn own(home: PathBuf, file: &str) -> Place {
    Place {
        file: home.join(file),
        own: true,
        silences: false,
        settings: Vec::new(),
        home,
    }
}

/// Droid's file of hooks.
const DROID_HOOKS: &str = "hooks.json";

/// Droid reads hooks in its settings only as long as there is no file of hooks: making one would silence them.
fn droid(home: &Path) -> &'static str {
    let settings = std::fs::read_to_string(home.join("settings.json"));
    match settings {
        Ok(text) if edit::has_hooks(&text) && !home.join(DROID_HOOKS).exists() => "settings.json",
        _ => DROID_HOOKS,
    }
}
