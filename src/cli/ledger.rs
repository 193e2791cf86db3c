//! The memory of boxes that a verb gets: on the disk, or for as long as the process lives.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::OnceLock;
use std::time::SystemTime;

use super::args::complain;
use super::failure::{Failure, Kind};
use super::keeper;
use crate::daemon::ledger::InMemory;
use crate::daemon::reader::wire_time;
use crate::sink::Ledger;
use crate::store::{Boxes, BoxesError, Lock, LockError, StateDir};

/// The lock of `run` and its directory: ours until the process ends, however that comes.
static HELD: OnceLock<(Lock, StateDir)> = OnceLock::new();

/// Who remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The one `run` of this state directory, which may set a damaged memory aside.
    Run,
    /// One of many.
    Post,
    /// Nobody: nothing happens that could be remembered.
    Dry,
}

/// A memory of boxes.
pub(super) struct Opened {
    /// What is remembered.
    pub(super) ledger: Box<dyn Ledger>,
    /// Who we are among those who write the same boxes.
    pub(super) instance: String,
    /// It outlives the process, or need not.
    pub(super) durable: bool,
}

/// Refuses a place for what the one `run` keeps that is reached over a network, unless that is `allowed`.
///
/// # Errors
///
/// There is no place, or it is such a one (73).
pub(super) fn check_place(allowed: bool) -> Result<(), Failure> {
    let state = keeper::state().map_err(placeless)?;
    match state.is_remote() {
        Some(kind) if !allowed => {
            let what = anyhow::anyhow!(
                "state would be kept on {kind}, in {}: locks and what is synced may not hold there",
                state.path().display()
            );
            Err(Failure::new(Kind::CannotCreate, what).hint(
                "set XDG_STATE_HOME to a directory of this machine; --allow-remote-state goes on all the same",
            ))
        }
        _ => Ok(()),
    }
}

/// The ledger of `role`, and who we are among those who write the same boxes.
///
/// Where there is no place for state one of many goes on without: every box is found again by its
/// key, at the price of a look. The one `run` does not: without its lock a second one could work
/// beside it for weeks, and without a memory each of them makes boxes that the other knows nothing of.
///
/// # Errors
///
/// Another `run` is at work here (75), a later version wrote the memory (78), it is not safe, or
/// there is no place for what `run` keeps (73).
pub(super) fn open(role: Role) -> Result<Opened, Failure> {
    if role == Role::Dry {
        return Ok(in_memory(true));
    }
    let state = match keeper::state() {
        Ok(state) => state,
        Err(failure) if role == Role::Run => return Err(placeless(failure)),
        Err(failure) => return Ok(without(failure)),
    };
    if role == Role::Run {
        if let Some(kind) = state.is_remote() {
            complain(format_args!(
                "state is kept on {kind}, in {}: locks and what is synced may not hold there; set XDG_STATE_HOME to a \
                 directory of this machine",
                state.path().display()
            ));
        }
        match Lock::take(&state, "run") {
            Ok(lock) => drop(HELD.set((lock, state.clone()))),
            Err(error @ LockError::Held { .. }) => {
                return Err(Failure::new(Kind::Locked, error)
                    .hint("one run serves a state directory; end the other, or give this one its own XDG_STATE_HOME"));
            }
            Err(error) => return Err(placeless(Failure::new(Kind::CannotCreate, error))),
        }
    }
    let now = wire_time(SystemTime::now());
    match Boxes::open(&state, role == Role::Run, now) {
        Ok(boxes) => {
            while let Some(remark) = boxes.remark() {
                tracing::warn!(class = "state_set_aside", "the memory of boxes was mended");
                complain(remark);
            }
            let instance = boxes.instance().to_owned();
            Ok(Opened {
                ledger: Box::new(boxes),
                instance,
                durable: true,
            })
        }
        Err(error @ BoxesError::Newer { .. }) => Err(Failure::new(Kind::Config, error)
            .hint("use the later version, or another XDG_STATE_HOME")),
        Err(error @ BoxesError::Unsafe { .. }) => Err(Failure::new(Kind::CannotCreate, error)),
        Err(error) => Ok(without(error)),
    }
}

/// The state directory of which we are the one `run`.
pub(super) fn held() -> Option<&'static StateDir> {
    HELD.get().map(|(_, state)| state)
}

/// Why a `run` that posts does not begin, with what to do.
fn placeless(failure: Failure) -> Failure {
    if failure.advice().is_some() {
        return failure;
    }
    failure.hint(
        "run keeps its lock and what it knows of its boxes there; make it a directory that we own and may write to, \
         or name another with XDG_STATE_HOME",
    )
}

/// Goes on without a memory, and says so.
fn without(why: impl std::fmt::Display) -> Opened {
    complain(format_args!(
        "{why}; going on without a memory: boxes are found by their keys"
    ));
    in_memory(false)
}

fn in_memory(durable: bool) -> Opened {
    // Unlike any other process, which is all that it has to be.
    let instance = format!("{:016x}", RandomState::new().build_hasher().finish());
    Opened {
        ledger: Box::new(InMemory::default()),
        instance,
        durable,
    }
}
