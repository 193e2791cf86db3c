//! How much is logged.

use std::str::FromStr;

/// The least important line that is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing.
    Off,
    /// What went wrong.
    Error,
    /// Also what may go wrong.
    Warn,
    /// Also what happens.
    #[default]
    Info,
    /// Also what helps to find a mistake.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// The level of a line.
    #[must_use]
    pub fn of(level: tracing::Level) -> Self {
        match level {
            tracing::Level::ERROR => Self::Error,
            tracing::Level::WARN => Self::Warn,
            tracing::Level::INFO => Self::Info,
            tracing::Level::DEBUG => Self::Debug,
            tracing::Level::TRACE => Self::Trace,
        }
    }

    /// Reads what [`number`](Self::number) gave.
    pub(super) fn from_number(number: u8) -> Self {
        const ALL: [Level; 6] = [
            Level::Off,
            Level::Error,
            Level::Warn,
            Level::Info,
            Level::Debug,
            Level::Trace,
        ];
        ALL.get(usize::from(number)).copied().unwrap_or_default()
    }

    /// Its number, the more lines the higher.
    pub(super) fn number(self) -> u8 {
        self as u8
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = String;

    /// Takes the names of the first version, and those of other programs.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim().to_ascii_lowercase().as_str() {
            "off" | "none" | "silent" | "quiet" => Ok(Self::Off),
            "error" | "fatal" | "critical" => Ok(Self::Error),
            "warn" | "warning" => Ok(Self::Warn),
            "" | "info" | "notice" => Ok(Self::Info),
            "debug" | "verbose" => Ok(Self::Debug),
            "trace" | "silly" | "all" => Ok(Self::Trace),
            _ => Err(format!(
                "{text:?} is no level; there are off, error, warn, info, debug and trace"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_read_by_any_name_that_operators_know() {
        let cases = [
            ("info", Some(Level::Info)),
            ("", Some(Level::Info)),
            ("WARNING", Some(Level::Warn)),
            ("fatal", Some(Level::Error)),
            ("silent", Some(Level::Off)),
            (" trace ", Some(Level::Trace)),
            ("loud", None),
        ];
        for (text, want) in cases {
            assert_eq!(text.parse::<Level>().ok(), want, "{text:?}");
        }
        for level in [Level::Off, Level::Error, Level::Info, Level::Trace] {
            assert_eq!(Level::from_number(level.number()), level);
            assert_eq!(level.name().parse(), Ok(level));
        }
    }
}
