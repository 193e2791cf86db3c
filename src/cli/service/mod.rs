//! `run` as a service: what an operator and a supervisor ask of it.
//!
//! | file | holds |
//! |---|---|
//! | `logs` | how much is logged, how, and where |
//! | `health` | where health and figures are asked for, and who may |
//! | `again` | what SIGHUP does |
//! | `changes` | which settings changed, and which of them a running loop takes |
//! | `control` | the socket on which `explain` asks |

mod again;
mod changes;
pub(super) mod control;
mod health;
mod logs;

pub(super) use again::{Again, Current, Renew};
pub(super) use logs::{Logs, Surroundings};

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _, ValueParser};

use super::args::{Global, complain};
use super::failure::{Doing as _, Failure, Kind};
use crate::daemon::gauges::Gauges;
use crate::daemon::pulse::Pulse;
use crate::http::{Pages, Serving};
use crate::service::detach::{self, Second};
use crate::service::{BadPidFile, PidFile, Supervisor};

/// How `run` lives without anybody who watches it.
#[derive(Args, Debug)]
#[command(next_help_heading = "Service")]
pub(super) struct Service {
    #[command(flatten)]
    pub(super) logs: Logs,

    #[command(flatten)]
    health: health::Health,

    /// Write our process number into FILE, in a directory that is ours alone
    #[arg(long, value_name = "FILE", env = "PID_FILE", value_parser = path(), help_heading = "Service")]
    pid_file: Option<PathBuf>,

    /// Keep state on a network file system all the same, where locks and what is synced may not hold
    #[arg(long, help_heading = "Service")]
    pub(super) allow_remote_state: bool,

    /// Go on without a terminal; ends with 0 once the process in the background is up
    #[arg(long, conflicts_with_all = ["once", "replay"], help_heading = "Service")]
    pub(super) daemon: bool,
}

/// What lasts as long as the service does.
#[derive(Debug, Default)]
pub(super) struct Standing {
    _pid: Option<PidFile>,
    _serving: Option<Serving>,
}

/// Takes a path; a variable that is empty is one that is not set.
pub(super) fn path() -> ValueParser {
    OsStringValueParser::new().map(PathBuf::from).into()
}

/// The path, where one is set.
fn given(path: Option<&PathBuf>) -> Option<&PathBuf> {
    path.filter(|path| !path.as_os_str().is_empty())
}

impl Service {
    /// Starts ourselves again without a terminal, where that is asked for, and does not return
    /// then; the second process does.
    ///
    /// # Errors
    ///
    /// The second process cannot be started.
    pub(super) fn detach(
        &self,
        args: &[OsString],
        global: &Global,
    ) -> Result<Option<Second>, Failure> {
        if !self.daemon {
            return Ok(None);
        }
        if detach::is_second() {
            let second = Second::leave_terminal();
            return second
                .map(Some)
                .doing(|| "cannot leave the terminal".into());
        }
        if !self.logs.is_kept() {
            global.say("--daemon drops its log; --log-file FILE keeps it");
        }
        let args = args.get(1..).unwrap_or_default();
        let detached = detach::start(args).doing(|| "cannot start in the background".into())?;
        let code = match detached {
            detach::Detached::Up(number) => {
                global.say(format_args!("running as process {number}"));
                0
            }
            // What is wrong, it said itself.
            detach::Detached::Ended(status) => match status.code() {
                Some(code) if code > 0 => code,
                _ => {
                    complain(format_args!(
                        "the process in the background ended: {status}"
                    ));
                    1
                }
            },
        };
        std::process::exit(code)
    }

    /// Takes the PID file and the address.
    ///
    /// # Errors
    ///
    /// The PID file cannot be had (73, 75), the address neither (1), or is not safe (78).
    pub(super) fn stand(&self, gauges: &Arc<Gauges>) -> Result<Standing, Failure> {
        let pid = given(self.pid_file.as_ref()).map(|path| PidFile::take(path).map_err(no_pid));
        let pid = pid.transpose()?;
        let server = self.health.bind()?;
        let serving = server.map(|server| {
            let (address, gauges) = (server.address(), Arc::clone(gauges));
            let serving = server.serve(Pages::Health(Arc::new(move || gauges.picture())));
            match address {
                Some(address) => tracing::info!(address = %address, "answering /health"),
                None => tracing::info!(address = "unix", "answering /health"),
            }
            serving.doing(|| "cannot answer /health".into())
        });
        Ok(Standing {
            _pid: pid,
            _serving: serving.transpose()?,
        })
    }

    /// The pulse of the loop, for `supervisor` to hear, and for whoever started `second`.
    pub(super) fn pulse(
        &self,
        gauges: &Arc<Gauges>,
        supervisor: Option<&Arc<Supervisor>>,
        second: Option<Second>,
    ) -> Pulse {
        let pulse = Pulse::new(Arc::clone(gauges), supervisor.cloned());
        let Some(second) = second else {
            return pulse;
        };
        pulse.when_up(|| {
            if let Err(error) = second.up() {
                tracing::warn!(why = %error, "cannot let go of the terminal");
            }
        })
    }
}

/// Whoever started us and wants to hear how we are.
pub(super) fn supervisor() -> Option<Arc<Supervisor>> {
    match Supervisor::find(&|name| std::env::var_os(name)) {
        Ok(supervisor) => supervisor.map(Arc::new),
        Err(error) => {
            complain(format_args!(
                "NOTIFY_SOCKET cannot be used: {error}; the supervisor hears nothing"
            ));
            None
        }
    }
}

fn no_pid(bad: BadPidFile) -> Failure {
    let (kind, hint) = match &bad {
        BadPidFile::Place(..) => (
            Kind::CannotCreate,
            "use a directory of your own: $RUNTIME_DIRECTORY, $XDG_RUNTIME_DIR/live-status, or chmod go-w",
        ),
        BadPidFile::Held(..) => (
            Kind::Locked,
            "end that process, or choose another --pid-file",
        ),
        BadPidFile::NoFile(_) => (
            Kind::CannotCreate,
            "take it away, or choose another --pid-file",
        ),
        BadPidFile::Io(..) => (Kind::CannotCreate, "choose another --pid-file"),
    };
    Failure::new(kind, bad).hint(hint)
}
