//! How much is logged, how, and where.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::args::Global;
use super::super::failure::{Failure, Kind};
use super::{given, path};
use crate::daemon::inputs::{Feeder, Input};
use crate::service::log::Target;
use crate::service::{self, Level, Log};

/// What is logged.
#[derive(Args, Debug)]
#[command(next_help_heading = "Logs")]
pub(in crate::cli) struct Logs {
    /// Log what is at least so important: off, error, warn, info, debug or trace; default: info
    #[arg(long, value_name = "LEVEL", env = "LOG_LEVEL")]
    log_level: Option<Level>,

    /// How lines of the log are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    log_format: Format,

    /// Append the log to FILE, made with mode 600 and opened again on SIGHUP; default: standard error
    #[arg(long, value_name = "FILE", value_parser = path())]
    log_file: Option<PathBuf>,
}

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: time, level, message and what goes with it.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// What else is on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Surroundings {
    /// Nothing but what we say.
    Alone,
    /// A board on the same terminal.
    Board,
    /// A person who asked for one thing: only what they ask for is logged.
    Once,
}

impl Logs {
    /// Whether lines go somewhere that stays.
    pub(super) fn is_kept(&self) -> bool {
        given(self.log_file.as_ref()).is_some()
    }

    /// Whether standard error carries lines for programs, which nothing else may mix with.
    pub(in crate::cli) fn is_for_programs(&self) -> bool {
        self.log_format == Format::Json && !self.is_kept()
    }

    /// The least important line that is logged.
    pub(in crate::cli) fn level(&self, global: &Global, around: Surroundings) -> Level {
        let otherwise = match around {
            // People read the board; what goes wrong is worth a line above it.
            Surroundings::Board if !self.is_kept() => Level::Error,
            Surroundings::Once if !self.is_kept() => Level::Off,
            _ if global.quiet => Level::Warn,
            _ if global.verbose > 0 => Level::Debug,
            _ => Level::Info,
        };
        self.log_level.unwrap_or(otherwise)
    }

    /// Takes what this process logs from now on; above a board, `feeder` says it.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or is not ours (73).
    pub(in crate::cli) fn begin(
        &self,
        global: &Global,
        around: Surroundings,
        feeder: &Feeder,
    ) -> Result<Log, Failure> {
        let feeder = feeder.clone();
        let target = match (given(self.log_file.as_ref()), around) {
            (Some(path), _) => Target::File(path.clone()),
            (None, Surroundings::Board) => Target::Teller(Box::new(move |line| {
                // A loop that has ended draws no board: there is nothing left to tell.
                let _ = feeder.tell(Input::Remark(line.to_owned()));
            })),
            (None, Surroundings::Alone | Surroundings::Once) => Target::Error,
        };
        let format = match self.log_format {
            Format::Text => service::Format::Text,
            Format::Json => service::Format::Json,
        };
        let log = Log::new(self.level(global, around), format, target).map_err(|error| {
            let path = self.log_file.clone().unwrap_or_default();
            let what = anyhow::anyhow!("cannot log to {}: {error}", path.display());
            Failure::new(Kind::CannotCreate, what)
                .hint("name a file of your own, in a directory that is there")
        })?;
        log.install();
        Ok(log)
    }
}
