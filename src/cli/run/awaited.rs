//! A machine on which no agent has run yet: a service waits for the first.

use std::io::IsTerminal as _;

use super::RunArgs;
use crate::cli::args::Global;
use crate::cli::failure::Failure;
use crate::cli::show::{Places, To};
use crate::cli::tail::surroundings;
use crate::follow::{Root, awaited};

impl RunArgs {
    /// The places to read. Where there are none yet, whoever `waits` gets the one where they will be.
    ///
    /// # Errors
    ///
    /// There is nothing to read, or what was named is no place to follow.
    pub(super) fn roots(&self, waits: bool, global: &Global) -> Result<Vec<Root>, Failure> {
        let none_named = self.sources.sources.is_empty();
        match awaited(&surroundings()).filter(|_| waits && none_named) {
            Some(root) => {
                tracing::warn!(
                    class = "no_agents_yet",
                    "nothing is there to read yet; waiting for the first agent"
                );
                Ok(vec![root])
            }
            None => self.sources.roots(global),
        }
    }

    /// Whether nobody sits there who could mend a mistake: a supervisor started us, we left the
    /// terminal, or boxes go to a server and nobody reads standard error.
    pub(super) fn is_unattended(&self, supervised: bool, places: &Places) -> bool {
        let posts = places.has(To::Mattermost) && !self.showing.chat.dry_run;
        supervised || self.service.daemon || posts && !std::io::stderr().is_terminal()
    }
}
