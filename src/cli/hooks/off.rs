//! Agents whose hooks somebody took away: `--all` does not bring them back.

use std::collections::BTreeSet;

use super::memory;

const FILE: &str = "hooks-off";

/// The agents that were opted out.
pub(super) fn read() -> BTreeSet<String> {
    memory::read(FILE).lines().map(str::to_owned).collect()
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
    let text: String = now.iter().map(|agent| format!("{agent}\n")).collect();
    memory::write(FILE, &text)
}
