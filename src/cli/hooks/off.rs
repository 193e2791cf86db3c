//! Agents whose hooks somebody took away: `--all` does not bring them back.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::cli::keeper;

const FILE: &str = "hooks-off";

/// The agents that were opted out.
pub(super) fn read() -> BTreeSet<String> {
    let text = path().and_then(|path| std::fs::read_to_string(path).ok());
    let text = text.unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Remembers for each agent whether it is out.
pub(super) fn remember(agents: &[&str], out: bool) -> anyhow::Result<()> {
    let before = read();
    let mut now = before.clone();
    for agent in agents {
        match out {
            true => now.insert((*agent).to_owned()),
            false => now.remove(*agent),
        };
    }
    if now == before {
        return Ok(());
    }
    let state = keeper::state().map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let path = state.path().join(FILE);
    let text: String = now.iter().map(|agent| format!("{agent}\n")).collect();
    let fresh = path.with_extension("tmp");
    std::fs::write(&fresh, text)
        .and_then(|()| std::fs::rename(&fresh, &path))
        .with_context(|| format!("cannot write {}", path.display()))
}

fn path() -> Option<PathBuf> {
    Some(keeper::place().ok()?.join(FILE))
}
