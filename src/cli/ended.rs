//! How `post` and `run` end, once their loop has ended.

use super::failure::{Failure, Kind};
use super::show::{Places, To};
use crate::daemon::live::{Missed, Outcome};
use crate::daemon::stop::{Reason, Stop};

/// Turns the end of the loop into the end of the verb.
pub(super) fn ended(
    outcome: &Outcome,
    missed: Missed,
    stop: &Stop,
    places: &Places,
) -> Result<(), Failure> {
    if let (Outcome::Stopped, Some(Reason::Signal(number))) = (outcome, stop.reason()) {
        let why = anyhow::anyhow!("stopped by signal {number}");
        return Err(Failure::new(Kind::Signal(number), why));
    }
    if *outcome != Outcome::Ended {
        return Ok(());
    }
    let chat = places.has(To::Mattermost);
    let why = missed.error.unwrap_or_else(|| "writing failed".to_owned());
    let fail = |kind, number: u64, what: &str, what_many: &str| {
        let what = match number {
            1 => format!("1 {what}"),
            many => format!("{many} {what_many}"),
        };
        Err(Failure::new(kind, anyhow::anyhow!("{what}: {why}")))
    };
    match (missed.waiting as u64, missed.frames) {
        (0, 0) => Ok(()),
        (0, given_up) if chat => fail(
            Kind::Input,
            given_up,
            "frame was given up",
            "frames were given up",
        ),
        (0, lost) => fail(
            Kind::Io,
            lost,
            "frame could not be shown",
            "frames could not be shown",
        ),
        (waiting, _) if chat => fail(
            Kind::Unreachable,
            waiting,
            "box is not up to date",
            "boxes are not up to date",
        ),
        (waiting, _) => fail(
            Kind::Io,
            waiting,
            "box could not be shown",
            "boxes could not be shown",
        ),
    }
}
