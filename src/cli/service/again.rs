//! What SIGHUP does: the log file is opened again, settings, labels and token are read again.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::changes::{Changes, Values};
use crate::cli::failure::Failure;
use crate::daemon::inputs::{Feeder, Input};
use crate::daemon::reload::Reload;
use crate::service::{Level, Log, Supervisor};
use crate::wire::secret::Secret;

/// What to do where a failure does not say it itself.
const MEND: &str = "change what is named there and send SIGHUP again; live-status config check says whether the settings are well";

/// What is read anew, at the start and whenever we are told so.
pub(in crate::cli) struct Current {
    /// What the loop takes.
    pub(in crate::cli) reload: Reload,
    /// The least important line that is logged.
    pub(in crate::cli) level: Level,
    /// The text of the labels file.
    pub(in crate::cli) labels: Option<String>,
    /// The token for the chat server.
    pub(in crate::cli) token: Option<Secret>,
    /// Every setting.
    pub(in crate::cli) values: clap::ArgMatches,
}

/// Reads everything again; what is wrong with it is told.
pub(in crate::cli) type Reader = Box<dyn Fn() -> Result<Current, Failure> + Send>;

/// Lets the sinks read the token again.
pub(in crate::cli) type Renew = Box<dyn Fn() + Send>;

/// Whoever reads settings again.
pub(in crate::cli) struct Again {
    read: Reader,
    renew: Option<Renew>,
    log: Log,
    supervisor: Option<Arc<Supervisor>>,
    feeder: Feeder,
    /// What is in force.
    values: Values,
    labels: Option<String>,
    token: Option<Secret>,
}

impl Again {
    /// Begins with what `now` holds.
    pub(in crate::cli) fn new(
        read: Reader,
        renew: Option<Renew>,
        (log, feeder): (Log, Feeder),
        supervisor: Option<Arc<Supervisor>>,
        now: Current,
    ) -> Self {
        Self {
            read,
            renew,
            log,
            supervisor,
            feeder,
            values: Values::of(&now.values),
            labels: now.labels,
            token: now.token,
        }
    }

    /// Waits on a thread of its own; what it gives is called by whoever hears the signal.
    ///
    /// # Errors
    ///
    /// No thread can be had.
    pub(in crate::cli) fn wait(mut self) -> std::io::Result<impl Fn() + Send + 'static> {
        // Signals that come while one is served are served by one more reading.
        let (bell, bells): (SyncSender<()>, Receiver<()>) = sync_channel(1);
        let work = move || {
            while bells.recv().is_ok() {
                self.once();
            }
        };
        std::thread::Builder::new()
            .name("settings".into())
            .spawn(work)?;
        Ok(move || {
            let _ = bell.try_send(());
        })
    }

    fn once(&mut self) {
        if let Some(supervisor) = &self.supervisor {
            supervisor.reloading();
        }
        if let Err(error) = self.log.reopen() {
            tracing::error!(why = %error, "the log file cannot be opened again; the old one goes on");
        }
        let taken = (self.read)().map(|current| self.take(current));
        // Whoever gave us a token, a right or a channel back need not wait for the next try.
        self.feeder.admitted();
        // What is said of it is true by then: the loop has it.
        match taken {
            Ok((reload, changes)) => {
                self.hand(Some(Box::new(reload)));
                say(&changes);
            }
            Err(failure) => {
                self.hand(None);
                let (why, hint) = (failure.to_string(), failure.advice().unwrap_or(MEND));
                tracing::error!(
                    why,
                    hint,
                    "the new settings are not taken; the old ones stay"
                );
            }
        }
    }

    fn hand(&self, new: Option<Box<Reload>>) {
        // A loop that has ended takes nothing.
        let _ = self.feeder.tell(Input::Reload(new));
    }

    /// Takes what was read, and gives what is for the loop, and what is different.
    fn take(&mut self, current: Current) -> (Reload, Changes) {
        let values = Values::of(&current.values);
        let mut changes = self.values.changes(&values);
        if self.labels != current.labels && !changes.taken.iter().any(|name| name == "labels") {
            changes.taken.push("labels".to_owned());
        }
        if self.token != current.token {
            changes.taken.push("token".to_owned());
            if let Some(renew) = &self.renew {
                renew();
            }
        }
        self.log.set_level(current.level);
        self.values.take(&values, &changes.taken);
        self.labels = current.labels;
        self.token = current.token;
        (current.reload, changes)
    }
}

/// Says which settings changed; values are never told.
fn say(changes: &Changes) {
    let (changed, restart) = (changes.taken.join(","), changes.restart.join(","));
    if restart.is_empty() {
        tracing::info!(changed, "settings were read again");
    } else {
        // They are named again next time: they are still not in force.
        tracing::warn!(
            changed,
            restart,
            "settings were read again; some need a restart"
        );
    }
}
