//! The socket on which a `run` tells `explain` of its boxes, and `ps` how many wait for one.

use std::sync::Arc;

use crate::daemon::inputs::Feeder;
use crate::http::{Pages, Server, Serving};
use crate::store::StateDir;

/// Its name in the state directory.
pub(in crate::cli) const NAME: &str = "control";

/// Opens it, for the holder of the `run` lock alone: whoever left one there is gone.
///
/// Without it everything else works all the same.
pub(in crate::cli) fn open(state: &StateDir, feeder: Feeder) -> Option<Serving> {
    let crowd = feeder.clone();
    let crowd = move || crowd.gauges().waiting_sessions();
    let tell = move |key: &str| {
        let told = feeder.told(key)?;
        serde_json::to_string(&told).ok()
    };
    let server = Server::control(&state.path().join(NAME));
    match server.and_then(|server| server.serve(Pages::Boxes(Arc::new(tell), Arc::new(crowd)))) {
        Ok(serving) => Some(serving),
        Err(error) => {
            let why = error.kind();
            tracing::warn!(class = "no_control_socket", %why, "explain cannot ask this run");
            None
        }
    }
}
