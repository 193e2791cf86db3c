//! `live-status finish`: boxes that nobody will finish any more are closed by hand.

use std::time::{Duration, SystemTime};

use clap::{ArgGroup, Args};

use super::args::{Global, duration};
use super::chat::Server;
use super::failure::{Failure, Kind};
use super::ledger::{self, Opened, Role};
use super::ps::boxes;
use super::{keeper, output, post};
use crate::daemon::reader::wire_time;
use crate::safe::neutralise::line;
use crate::sink::mattermost::{Client, Mattermost, NAME, Settings};
use crate::sink::{Close, Done, Moment, Sink as _};
use crate::store::Lock;
use crate::wire::kept::Kept;
use crate::wire::time::{Time, span};

/// Requests a second to the server at most, as `run` keeps it.
const RATE: f64 = 10.0;

/// Close boxes by hand
///
/// The post becomes [INTERRUPTED] and says when it was closed; what else it
/// shows stays. For boxes whose run nobody follows any more: a machine that is
/// gone, an agent that was removed. A box stays closed, also while run is at
/// work, until something new comes of its run: then that is shown again. An end
/// that becomes known later is shown, too.
/// Standard output carries a receipt for each box.
#[derive(Args, Debug)]
#[command(group(ArgGroup::new("which").required(true).args(["key", "all_stale"])))]
pub(super) struct FinishArgs {
    /// The key of a box or of its frames, the name behind post --key, the id of its post, or the beginning of a key or name that no other box has
    #[arg(value_name = "KEY")]
    key: Option<String>,

    /// Close every box that is not over and of whose run nothing came for long
    #[arg(long)]
    all_stale: bool,

    /// With --all-stale: how long ago the newest record of its run has to be, or the last update of a post that shows none
    #[arg(long, value_name = "TIME", default_value = "2h", conflicts_with = "key", value_parser = duration)]
    older_than: Duration,

    /// Say what would be closed, and close nothing; needs no account
    #[arg(long)]
    dry_run: bool,

    /// Time zone of the time in the post, as Europe/Vienna; default: this machine's
    #[arg(long, value_name = "ZONE", env = "TZ")]
    tz: Option<String>,

    // Last: what follows would stand under its heading.
    #[command(flatten)]
    server: Server,
}

impl FinishArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let zone = super::zone::time_zone(self.tz.as_deref())?;
        let now = wire_time(SystemTime::now());
        let (mut chosen, over) = self.choose(boxes()?, now)?;
        for kept in over {
            global.say(format_args!(
                "{} is over already: {}",
                name(&kept),
                kept.state.tag()
            ));
        }
        if self.dry_run {
            let lines: String = chosen.iter().map(|kept| would(kept, now)).collect();
            return output::print(lines.as_bytes());
        }
        if chosen.is_empty() {
            return Ok(());
        }
        let client = self.server.client("finish")?;
        self.keep_ours(&mut chosen, &client, global)?;
        self.warn(global)?;
        let Opened {
            ledger, instance, ..
        } = ledger::open(Role::Post)?;
        let settings = Settings {
            place: None,
            catch_up: Duration::ZERO,
            recreate: false,
            allow_person: self.server.allow_user_token,
            instance,
            zone,
            rate_per_second: RATE,
        };
        close(&chosen, Mattermost::new(client, settings, ledger))
    }

    /// The boxes to close, and those that were named and are over.
    fn choose(&self, every: Vec<Kept>, now: Time) -> Result<(Vec<Kept>, Vec<Kept>), Failure> {
        let Some(key) = &self.key else {
            let stale = |kept: &Kept| {
                let quiet = Duration::from_millis(now.since_ms(kept.heard()).max(0).unsigned_abs());
                kept.is_live() && quiet >= self.older_than
            };
            return Ok((every.into_iter().filter(stale).collect(), Vec::new()));
        };
        let found = named(every, key);
        match found.as_slice() {
            [] => Err(Failure::input(format!("nothing is remembered of {key:?}"))
                .hint("live-status ps --all lists every box that is")),
            [_] => Ok(found.into_iter().partition(Kept::is_live)),
            [one, two, ..] => Err(Failure::usage(format!(
                "{key:?} names {} boxes, {} and {} among them",
                found.len(),
                one.key,
                two.key
            ))
            .hint("write as much of the box's key as live-status ps shows")),
        }
    }

    /// Leaves what is shown elsewhere.
    fn keep_ours(
        &self,
        chosen: &mut Vec<Kept>,
        client: &Client,
        global: &Global,
    ) -> Result<(), Failure> {
        let here = |kept: &Kept| kept.sink == NAME && kept.server == client.address();
        let Some(other) = chosen.iter().find(|kept| !here(kept)).cloned() else {
            return Ok(());
        };
        let place = format!("{} on {}", line(&other.sink), line(&other.server));
        if self.key.is_some() {
            return Err(Failure::config(format!(
                "{} is shown by {place}, and this is {}",
                name(&other),
                client.address()
            ))
            .hint("set MM_URL, or give --url, to the server that shows it"));
        }
        let count = chosen.len();
        chosen.retain(here);
        global.say(format_args!(
            "{} left alone: shown by {place}, say, and this is {}",
            count - chosen.len(),
            client.address()
        ));
        Ok(())
    }

    /// Says that a run may undo it.
    fn warn(&self, global: &Global) -> Result<(), Failure> {
        let state = keeper::standing()?;
        let holder = state.and_then(|state| Lock::held_by(&state, "run"));
        if let Some(holder) = holder {
            global.say(format_args!(
                "live-status run is at work here ({holder}): a box comes back if its run goes on"
            ));
        }
        Ok(())
    }
}

/// Closes them one after the other, no faster than the server bears.
fn close(chosen: &[Kept], mut mattermost: Mattermost) -> Result<(), Failure> {
    let mut at = Moment {
        now: Duration::ZERO,
        wall: wire_time(SystemTime::now()),
    };
    let mut failed: Vec<Failure> = Vec::new();
    let mut pause = Duration::ZERO;
    for kept in chosen {
        std::thread::sleep(pause);
        at.now += pause;
        at.wall = wire_time(SystemTime::now());
        let put = mattermost.finish(&kept.key, at);
        pause = Duration::from_secs_f64(f64::from(put.bill.requests) / RATE).max(put.bill.ease);
        post::print(&put.receipt)?;
        if put.done == Done::Gone {
            // Somebody deleted the post: nothing is left to close, and that is remembered now.
            continue;
        }
        failed.extend(post::verdict(&put, &format!("{} was not closed", name(kept))).err());
    }
    mattermost.close(Close::Ended, at)?;
    match (failed.len(), failed.pop()) {
        (_, None) => Ok(()),
        (1, Some(only)) if chosen.len() == 1 => Err(only),
        (count, Some(last)) => {
            let all = count == chosen.len();
            // Where one answer befell all of them, its code says more.
            let kind = match failed.iter().all(|other| other.kind() == last.kind()) {
                true if all => last.kind(),
                _ => Kind::Input,
            };
            let of = chosen.len();
            Err(Failure::new(
                kind,
                anyhow::anyhow!("{count} of {of} boxes were not closed; the last: {last}"),
            )
            .hint("their receipts say why; the same command again takes those that are left"))
        }
    }
}

/// The boxes of that name: as `explain` finds them.
fn named(every: Vec<Kept>, name: &str) -> Vec<Kept> {
    let exact =
        |kept: &Kept| kept.key == name || kept.frame == name || kept.post.as_deref() == Some(name);
    if every.iter().any(exact) {
        return every.into_iter().filter(exact).collect();
    }
    let begun = |kept: &Kept| kept.key.starts_with(name) || kept.frame.starts_with(name);
    let some = !name.is_empty();
    every
        .into_iter()
        .filter(|kept| some && begun(kept))
        .collect()
}

/// A box as a message names it.
fn name(kept: &Kept) -> String {
    let who = kept.about.agent.as_ref().unwrap_or(&kept.frame);
    format!("{} ({})", kept.key, line(who))
}

/// What would be done to a box.
fn would(kept: &Kept, now: Time) -> String {
    let post = kept.post.as_deref().unwrap_or("not known yet");
    let silent = kept.about.last.map(|last| {
        let silent = span(now.since_ms(last));
        format!(", nothing new for {silent}")
    });
    format!(
        "would close {}: {}, updated {} ago{}, post {} in {} on {}\n",
        name(kept),
        kept.state.tag(),
        span(now.since_ms(kept.at)),
        silent.unwrap_or_default(),
        line(post),
        line(&kept.channel),
        line(&kept.server)
    )
}
