//! Small texts that are kept in the state directory from one call to the next.

use anyhow::Context as _;

use crate::cli::keeper;

/// What was kept in `file`; nothing where that is lost, or nothing was.
pub(super) fn read(file: &str) -> String {
    let place = keeper::place().ok();
    let text = place.and_then(|place| std::fs::read_to_string(place.join(file)).ok());
    text.unwrap_or_default()
}

/// Keeps `text` in `file`, whole or not at all.
pub(super) fn write(file: &str, text: &str) -> anyhow::Result<()> {
    let state = keeper::state().map_err(|failure| anyhow::anyhow!("{failure}"))?;
    let path = state.path().join(file);
    let fresh = path.with_extension("tmp");
    std::fs::write(&fresh, text)
        .and_then(|()| std::fs::rename(&fresh, &path))
        .with_context(|| format!("cannot write {}", path.display()))
}
