//! One place that turns what went wrong into text and an exit code.

use std::fmt;

use crate::safe::visible;

/// Why a verb ended without doing all it should.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    error: anyhow::Error,
    hint: Option<String>,
}

/// What kind of failure; each has an exit code of its own (after `sysexits.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Some input was broken or given up; the rest was done.
    Input,
    /// An address that we are to listen on is not to be had.
    Taken,
    /// The command line is wrong.
    Usage,
    /// The server cannot be reached.
    Unreachable,
    /// The state directory cannot be made.
    CannotCreate,
    /// Reading or writing failed.
    Io,
    /// Somebody else holds it; try later.
    Locked,
    /// The server says no.
    Refused,
    /// The configuration is wrong, or state is of a later version.
    Config,
    /// A signal of that number ended it.
    Signal(i32),
    /// The reader of our output went away: the end, not an error.
    Closed,
}

impl Kind {
    /// The exit code, stable over versions.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::Input | Self::Taken => 1,
            Self::Usage => 2,
            Self::Unreachable => 69,
            Self::CannotCreate => 73,
            Self::Io => 74,
            Self::Locked => 75,
            Self::Refused => 77,
            Self::Config => 78,
            Self::Signal(number) => 128_u8.saturating_add(u8::try_from(number).unwrap_or(127)),
        }
    }
}

impl Failure {
    /// A failure of that kind.
    pub fn new(kind: Kind, error: impl Into<anyhow::Error>) -> Self {
        Self {
            kind,
            error: error.into(),
            hint: None,
        }
    }

    /// The command line is wrong.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, anyhow::anyhow!("{message}"))
    }

    /// Some input was broken; the rest was done.
    pub fn input(message: impl fmt::Display) -> Self {
        Self::new(Kind::Input, anyhow::anyhow!("{message}"))
    }

    /// The configuration is wrong.
    pub fn config(message: impl fmt::Display) -> Self {
        Self::new(Kind::Config, anyhow::anyhow!("{message}"))
    }

    /// The same failure with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Says it on standard error and gives the exit code.
    ///
    /// A closed pipe and a signal say nothing: the first is the end, of the
    /// second the person knows. `Input` was said line by line already.
    #[must_use]
    pub fn report(&self) -> u8 {
        use std::io::Write as _;
        if !matches!(self.kind, Kind::Closed | Kind::Signal(_)) {
            // Names of files and values stand in both.
            let error = format!("{:#}", self.error);
            let mut text = format!("live-status: {}\n", visible(&error));
            if let Some(hint) = &self.hint {
                text.push_str("  hint: ");
                text.push_str(&visible(hint));
                text.push('\n');
            }
            // A full or closed standard error must not change how we end.
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
        self.kind.code()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        let kind = if error.kind() == std::io::ErrorKind::BrokenPipe {
            Kind::Closed
        } else {
            Kind::Io
        };
        Self::new(kind, error)
    }
}

/// What was being done when reading or writing failed.
pub trait Doing<T> {
    /// Names the thing in hand; a closed pipe stays the quiet end it is.
    ///
    /// # Errors
    ///
    /// The failure, with what was being done in front.
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T> Doing<T> for std::io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| {
            let failure = Failure::from(error);
            Failure {
                error: failure.error.context(what()),
                ..failure
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_code() {
        let cases = [
            (Kind::Closed, 0),
            (Kind::Input, 1),
            (Kind::Taken, 1),
            (Kind::Usage, 2),
            (Kind::Unreachable, 69),
            (Kind::CannotCreate, 73),
            (Kind::Io, 74),
            (Kind::Locked, 75),
            (Kind::Refused, 77),
            (Kind::Config, 78),
            (Kind::Signal(15), 143),
        ];
        for (kind, code) in cases {
            assert_eq!(kind.code(), code, "{kind:?}");
        }
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let closed = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::from(closed).kind(), Kind::Closed);
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(Failure::from(full).kind(), Kind::Io);
    }
}
