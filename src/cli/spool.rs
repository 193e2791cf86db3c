//! The hooks of agents, beside the transcripts that `tail -f` and `run` follow.

use std::time::SystemTime;

use super::args::complain;
use super::keeper;
use super::tail::Sources;
use crate::daemon::hooked::Hooks;
use crate::daemon::reader::{Reader, wire_time};
use crate::store::{SpoolReader, watch_spool};

/// The hooks in our state directory, which wake `reader`; none where there is no such directory.
///
/// Whoever follows some sessions alone hears the hooks of those.
pub(super) fn hooks(reader: &mut Reader, sources: &Sources) -> Option<Hooks> {
    // Why there is none is said by whoever needs one.
    let state = keeper::standing().ok().flatten()?;
    let watched = reader.follower().waker().and_then(|waker| {
        let wake = move || waker.wake();
        watch_spool(&state, wake)
    });
    if let Err(error) = watched {
        complain(format_args!(
            "the hooks of agents are not heard at once: {error}; see that {} may be written",
            state.path().display()
        ));
    }
    let now = wire_time(SystemTime::now());
    Some(Hooks::new(SpoolReader::new(state), now, sources.are_all()))
}
