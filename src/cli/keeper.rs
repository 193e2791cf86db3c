//! `--resume NAME`: the place kept between two processes.

use std::path::PathBuf;

use super::args::Global;
use super::failure::{Failure, Kind};
use crate::daemon::resume::{Keep, Kept, Want, latest};
use crate::store::{self, LoadError, Loaded, Lock, LockError, Places, Room, StateDir, StateError};

/// Keeps places under a name, for one process at a time.
pub(super) struct Keeper {
    state: StateDir,
    name: String,
    _lock: Lock,
    /// For what changes.
    room: Room,
    /// A full disk is said once, not every two seconds.
    troubled: bool,
}

impl Keeper {
    /// Takes the lock of `name`.
    ///
    /// # Errors
    ///
    /// No state directory can be had (73), or another process holds the name (75).
    pub(super) fn open(name: &str) -> Result<Self, Failure> {
        let state = state()?;
        let lock = Lock::take(&state, &format!("resume-{name}")).map_err(|error| {
            let kind = if matches!(error, LockError::Held { .. }) {
                Kind::Locked
            } else {
                Kind::Io
            };
            Failure::new(kind, error)
                .hint("each --resume NAME is for one process; choose another NAME")
        })?;
        Ok(Self {
            state,
            name: name.to_owned(),
            _lock: lock,
            room: Room::default(),
            troubled: false,
        })
    }

    /// What was kept last time; nothing the first time, or where it was damaged.
    ///
    /// # Errors
    ///
    /// A later version wrote it (78), or it cannot be read.
    fn load(&mut self, global: &Global) -> Result<Option<Vec<Kept>>, Failure> {
        match store::load(&self.state, &self.name) {
            Ok(Loaded::Found {
                whole,
                changes,
                room,
            }) => {
                self.room = room;
                Ok(Some(latest(whole, changes)))
            }
            Ok(Loaded::Nothing) => Ok(None),
            Ok(Loaded::Damaged(aside)) => {
                global.say(format_args!(
                    "what --resume {} kept is damaged; it was set aside as {}",
                    self.name,
                    aside.display()
                ));
                Ok(None)
            }
            Err(error @ LoadError::Newer { .. }) => Err(Failure::new(Kind::Config, error)
                .hint("use the later version, or another --resume NAME")),
            Err(error) => Err(Failure::new(Kind::Io, error)),
        }
    }

    /// What is to be [saved](Keeper::save) next.
    pub(super) fn wants(&self) -> Want {
        if self.room.is_used_up() {
            Want::All
        } else {
            Want::Changed
        }
    }

    /// Keeps places. Trouble with the disk never stops the following: all of them are wanted then.
    pub(super) fn save(&mut self, places: &Keep) {
        let Self {
            state, name, room, ..
        } = self;
        let saved = match places {
            Keep::All(kept) => store::save(state, name, kept).map(|new| *room = new),
            Keep::Changed(kept) if kept.is_empty() => return,
            Keep::Changed(kept) => store::save_changes(state, name, kept, room),
        };
        match saved {
            Ok(()) => self.troubled = false,
            Err(error) if !self.troubled => {
                self.troubled = true;
                super::args::complain(format_args!(
                    "cannot keep the place of --resume {}: {error}; trying again",
                    self.name
                ));
            }
            Err(_) => {}
        }
    }
}

/// What a keeper has kept; nothing where there is none.
///
/// # Errors
///
/// See [`Keeper::load`].
pub(super) fn kept(
    keeper: Option<&mut Keeper>,
    global: &Global,
) -> Result<Option<Vec<Kept>>, Failure> {
    keeper.map_or(Ok(None), |keeper| keeper.load(global))
}

/// The state directory, made where it is missing.
pub(super) fn state() -> Result<StateDir, Failure> {
    let refused = |error: StateError| Failure::new(Kind::CannotCreate, error);
    StateDir::open(&place()?).map_err(refused)
}

/// Where the state directory is or would be made.
pub(super) fn place() -> Result<PathBuf, Failure> {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let places = Places {
        state_directory: var("STATE_DIRECTORY"),
        xdg_state_home: var("XDG_STATE_HOME"),
        home: var("HOME"),
    };
    places.choose().ok_or_else(|| {
        Failure::new(
            Kind::CannotCreate,
            anyhow::anyhow!("there is no place for state: HOME is not set"),
        )
        .hint("set XDG_STATE_HOME to a directory of yours")
    })
}

/// The state directory, unless it is missing.
///
/// # Errors
///
/// Why there can be none (73).
pub(super) fn standing() -> Result<Option<StateDir>, Failure> {
    place()?.exists().then(state).transpose()
}

/// Where the state directory stands; what is missing is not made.
///
/// # Errors
///
/// Why there can be none (73).
pub(super) fn look() -> Result<String, Failure> {
    Ok(match standing()? {
        Some(state) => state.path().display().to_string(),
        None => format!("{} (made when it is needed)", place()?.display()),
    })
}
