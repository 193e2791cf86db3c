//! One text under a name of the caller's own: for scripts and cron.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::Args;

use super::super::args::Stands;
use super::super::chat::Posting;
use super::super::failure::{Failure, Kind};
use super::super::ledger::Role;
use super::super::show::{Places, To};
use crate::daemon::reader::wire_time;
use crate::sink::mattermost::Text;
use crate::sink::{Close, Done, Moment, Put, Sink as _};

/// A post under a name.
#[derive(Args, Debug)]
#[command(next_help_heading = "One post under a name")]
pub(super) struct Once {
    /// Make or edit the post of this name, instead of reading frames; the name is yours, and the same name in the same place is the same post
    #[arg(long, value_name = "KEY", value_parser = key)]
    key: Option<String>,

    /// What the post says, as it is; - or nothing reads standard input
    #[arg(
        long,
        value_name = "TEXT",
        requires = "key",
        allow_hyphen_values = true
    )]
    text: Option<String>,

    /// How it stands; done, error and interrupted close the post
    #[arg(long, value_name = "STATE", value_enum, requires = "key")]
    state: Option<Stands>,
}

/// Reads a name: any text a person can read, of one line.
fn key(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.len() > 256 || text.contains(char::is_control) {
        return Err("a name is one line of up to 256 bytes, as nightly-backup".to_owned());
    }
    Ok(text.to_owned())
}

impl Once {
    /// Whether one post is asked for, and no stream of frames.
    pub(super) fn is_asked(&self) -> bool {
        self.key.is_some()
    }

    /// Brings the post to its text, and prints the receipt.
    ///
    /// # Errors
    ///
    /// Why it was not done; the kind tells whether another try may help. A receipt that cannot be
    /// written, though the post was.
    pub(super) fn run(
        &self,
        places: &Places,
        chat: &Posting,
        zone: jiff::tz::TimeZone,
    ) -> Result<(), Failure> {
        if places.has(To::Terminal) || places.has(To::Stdout) {
            return Err(Failure::usage(
                "--key makes a post in a chat, and --to names another place",
            )
            .hint("leave --to out, or say --to mattermost"));
        }
        let place = chat.place()?.ok_or_else(|| {
            Failure::usage("--key needs a place, and there is no --channel")
                .hint("add --channel with the channel's id, or TEAM/NAME as in its address")
        })?;
        let mut mattermost = chat.sink("post", Role::Post, zone, &Arc::default())?;
        let text = super::super::compat::text(self.text.as_deref().unwrap_or("-"), "post --key")?;
        let text = Text {
            key: self.key.clone().unwrap_or_default(),
            place,
            text,
            state: self.state.unwrap_or(Stands::Active).into(),
        };
        let at = Moment {
            now: Duration::ZERO,
            wall: wire_time(SystemTime::now()),
        };
        let put = mattermost.put_text(&text, at);
        // Where an answer was lost, this is the look that tells.
        mattermost.close(Close::Ended, at)?;
        let told = match chat.dry_run {
            true => Ok(()),
            false => super::print(&put.receipt),
        };
        verdict(&put, "the post was not brought to its text").and(told)
    }
}

/// What the caller is to know: done, refused for good, or worth another try; `what` was not done.
pub(in crate::cli) fn verdict(put: &Put, what: &str) -> Result<(), Failure> {
    let why = put.receipt.error.as_deref().unwrap_or("nobody knows why");
    let (kind, hint) = match put.done {
        Done::Applied | Done::Unchanged | Done::Closed => return Ok(()),
        Done::Later(_) if why.contains("401") => (
            Kind::Refused,
            "see that the bot is enabled and its token is not revoked: live-status doctor",
        ),
        Done::Later(_) | Done::StandBy(_) => (Kind::Locked, "try again in a moment"),
        Done::Failed => (
            Kind::Unreachable,
            "try again; see what live-status doctor says of the server",
        ),
        Done::Lost => (Kind::Io, "see that there is room where it is written"),
        Done::Unkept(_) => (
            Kind::Io,
            "see that the state directory can be written: live-status doctor",
        ),
        Done::Gone => (Kind::Refused, "--recreate makes it again"),
        Done::Wait(_) | Done::Refused | Done::Never => (
            Kind::Refused,
            "see what live-status doctor --channel CHANNEL says",
        ),
    };
    Err(Failure::new(kind, anyhow::anyhow!("{what}: {why}")).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_readable_line() {
        for (text, want) in [
            ("nightly-backup", true),
            (" Deploy of api ", true),
            ("ä/ö", true),
            ("", false),
            ("  ", false),
            ("a\nb", false),
            ("a\0", false),
        ] {
            assert_eq!(key(text).is_ok(), want, "{text:?}");
        }
        assert!(key(&"x".repeat(257)).is_err());
    }
}
