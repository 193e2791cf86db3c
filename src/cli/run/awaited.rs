//! A machine on which an agent has not run yet: a service waits for it.

use std::io::IsTerminal as _;

use super::RunArgs;
use crate::cli::args::Global;
use crate::cli::failure::Failure;
use crate::cli::show::{Places, To};
use crate::cli::tail::surroundings;
use crate::follow::{Root, awaited, awaited_others, discover};

impl RunArgs {
    /// The places to read. Whoever `waits` gets those as well where agents will be that are not here yet.
    ///
    /// # Errors
    ///
    /// There is nothing to read, or what was named is no place to follow.
    pub(super) fn roots(&self, waits: bool, global: &Global) -> Result<Vec<Root>, Failure> {
        if !waits || !self.sources.sources.is_empty() {
            return self.sources.roots(global);
        }
        let env = surroundings();
        let mut roots = match awaited(&env) {
            None => self.sources.roots(global)?,
            Some(own) => {
                let found = discover(&env).into_iter();
                let mut here: Vec<Root> = found.filter_map(|found| found.root.ok()).collect();
                if here.is_empty() {
                    tracing::warn!(
                        class = "no_agents_yet",
                        "nothing is there to read yet; waiting for the first agent"
                    );
                }
                here.push(own);
                here
            }
        };
        roots.extend(awaited_others(&env));
        let wanted = self.sources.wanted();
        roots.retain(|root| wanted.is_none_or(|wanted| wanted.name() == root.source()));
        Ok(roots)
    }

    /// Whether nobody sits there who could mend a mistake: a supervisor started us, we left the
    /// terminal, or boxes go to a server and nobody reads standard error.
    pub(super) fn is_unattended(&self, supervised: bool, places: &Places) -> bool {
        let posts = places.has(To::Mattermost) && !self.showing.chat.dry_run;
        supervised || self.service.daemon || posts && !std::io::stderr().is_terminal()
    }
}

/// The sources that are here; all that are awaited, where none is.
pub(super) fn sources_of(roots: &[Root]) -> Vec<&'static str> {
    let named = |wanted: &dyn Fn(&Root) -> bool| {
        let mut sources: Vec<_> = roots
            .iter()
            .filter(|root| wanted(root))
            .map(Root::source)
            .collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    };
    let here = named(&|root| root.path().exists());
    if here.is_empty() {
        named(&|_| true)
    } else {
        here
    }
}
