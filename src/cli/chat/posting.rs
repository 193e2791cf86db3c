//! Where boxes belong in the chat, and which are made.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::super::args::duration;
use super::super::failure::Failure;
use super::super::ledger::{self, Opened, Role};
use super::Server;
use super::post_id;
use crate::daemon::gauges::Gauges;
use crate::daemon::ledger::Watched;
use crate::sink::mattermost::{Channel, Mattermost, Place, Settings};

/// Where boxes belong, and which are made.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Chat server")]
pub(in crate::cli) struct Posting {
    #[command(flatten)]
    pub(in crate::cli) server: Server,

    /// Channel, by its id or as TEAM/NAME; a run that came through the server goes where it was asked instead
    #[arg(long, value_name = "CHANNEL", value_parser = Channel::parse)]
    channel: Option<Channel>,

    /// Reply in that channel to the post of this id
    #[arg(long, value_name = "POST", value_parser = post_id)]
    root: Option<String>,

    /// Make no box for a run that has been quiet for longer than TIME; boxes that exist are brought up to date
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    catch_up: Duration,

    /// Make a box again that somebody deleted
    #[arg(long)]
    recreate: bool,

    /// Requests a second that the server is asked for at most, over all boxes; 0 is no limit
    #[arg(long, value_name = "N", default_value = "10", value_parser = rate)]
    rate: f64,

    /// Print what would be sent, one JSON object for each request, and send nothing; needs no account
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
}

impl Posting {
    /// How old a run may be that gets a box though nobody looked when it began.
    pub(in crate::cli) fn catch_up(&self) -> Duration {
        self.catch_up
    }

    /// The place that the arguments name.
    ///
    /// # Errors
    ///
    /// A thread without its channel.
    pub(in crate::cli) fn place(&self) -> Result<Option<Place>, Failure> {
        match (&self.channel, &self.root) {
            (None, Some(root)) => Err(Failure::usage(format!(
                "--root {root} names a thread, and no --channel says where"
            ))
            .hint("add --channel with the id of the thread's channel, or TEAM/NAME")),
            (channel, root) => Ok(channel.clone().map(|channel| Place {
                channel,
                root: root.clone(),
            })),
        }
    }

    /// The sink that these arguments ask for, for `verb` in `role`. In `gauges` it shows whether
    /// its memory can be kept.
    ///
    /// # Errors
    ///
    /// What is missing (2) or cannot be used (78), and what [`ledger::open`] refuses.
    pub(in crate::cli) fn sink(
        &self,
        verb: &str,
        role: Role,
        zone: jiff::tz::TimeZone,
        gauges: &Arc<Gauges>,
    ) -> Result<Mattermost, Failure> {
        let place = self.place()?;
        let (client, role) = if self.dry_run {
            (self.server.dry()?, Role::Dry)
        } else {
            (self.server.client(verb)?, role)
        };
        let Opened {
            ledger,
            instance,
            durable,
        } = ledger::open(role)?;
        gauges.durable(durable);
        let settings = Settings {
            place,
            catch_up: self.catch_up,
            recreate: self.recreate,
            allow_person: self.server.allow_user_token,
            instance,
            zone,
            rate_per_second: self.rate,
        };
        // One that ends with us never becomes durable, whatever it takes.
        let ledger = match durable {
            true => Box::new(Watched::new(ledger, Arc::clone(gauges))),
            false => ledger,
        };
        Ok(Mattermost::new(client, settings, ledger))
    }
}

/// Reads requests a second.
fn rate(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate >= 0.0 => Ok(rate),
        _ => Err("a rate is requests a second, as 10 or 0.5; 0 is no limit".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn a_rate_is_a_number_of_requests_a_second() {
        let cases = [
            ("10", Some(10.0)),
            (" 0.5 ", Some(0.5)),
            ("0", Some(0.0)),
            ("-1", None),
            ("inf", None),
            ("nan", None),
            ("10/s", None),
            ("", None),
        ];
        for (text, want) in cases {
            assert_eq!(rate(text).ok(), want, "{text:?}");
        }
    }
}
