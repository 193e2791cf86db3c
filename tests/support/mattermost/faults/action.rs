//! What a fault does to a request.

use serde::{Deserialize, Serialize};

/// Whether something happens before the request was carried out or after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Nothing of the request happens, or not yet.
    #[default]
    Before,
    /// It happened; only the answer is at stake.
    After,
}

/// A fault. Over HTTP: `{"late": {"ms": 500}}`, `"reset_before"`, `{"status": {"code": 502}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Carried out, and answered this much later.
    Late { ms: u64 },
    /// Carried out and never answered; the connection is closed after the hold.
    Lost { hold_ms: u64 },
    /// Not carried out; the connection is reset.
    ResetBefore,
    /// Carried out; the connection is reset.
    ResetAfter,
    /// Another answer: an error of Mattermost, or with `html` (and always for 502 to 504) a proxy's page.
    Status {
        code: u16,
        /// The id of the error; one that fits the status otherwise.
        #[serde(default)]
        id: Option<String>,
        #[serde(default)]
        html: bool,
        /// Whether the request was carried out all the same.
        #[serde(default = "before")]
        moment: Moment,
    },
    /// 429 as the server says it.
    RateLimited { retry_after_s: i64 },
    /// The same as whoever stands before a server may say it.
    TooMany {
        /// `Retry-After`, where there is one.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// Not carried out; answered with that body, said to be JSON.
    Body { status: u16, text: String },
    /// Not carried out; answered with a body of so many bytes, as long as somebody reads them.
    Flood { bytes: u64 },
    /// Carried out; the answer's body comes in pieces.
    Slow { bytes: usize, every_ms: u64 },
    /// Carried out; the connection ends in the middle of the answer's body.
    Cut {
        /// By a reset, not in an orderly way.
        reset: bool,
    },
    /// The process ends and another one starts: keys are forgotten, all connections closed.
    Restart {
        /// Whether the request was carried out first.
        #[serde(default = "before")]
        moment: Moment,
    },
    /// Just before a create is answered, another poster's post with its key appears.
    SecondWriter {
        /// Whether that one stands before ours in the order of creation.
        earlier: bool,
    },
    /// A create is answered with another user's post, and makes none.
    SomeoneElsesPost,
    /// The request waits until it is released.
    Hold {
        #[serde(default = "before")]
        moment: Moment,
    },
    /// The database is down: 403 to edits and deletes, 500 to creates and reads, 401 to tokens not seen before.
    DatabaseDown,
}

fn before() -> Moment {
    Moment::Before
}

impl Action {
    /// A status with the usual error, not carried out.
    pub fn status(code: u16) -> Self {
        Self::Status {
            code,
            id: None,
            html: false,
            moment: Moment::Before,
        }
    }

    /// A status with the usual error, though the request was carried out.
    pub fn status_after(code: u16) -> Self {
        Self::Status {
            code,
            id: None,
            html: false,
            moment: Moment::After,
        }
    }

    /// Its name in records.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Late { .. } => "late",
            Self::Lost { .. } => "lost",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::Status { .. } => "status",
            Self::RateLimited { .. } => "rate_limited",
            Self::TooMany { .. } => "too_many",
            Self::Body { .. } => "body",
            Self::Flood { .. } => "flood",
            Self::Slow { .. } => "slow",
            Self::Cut { .. } => "cut",
            Self::Restart { .. } => "restart",
            Self::SecondWriter { .. } => "second_writer",
            Self::SomeoneElsesPost => "someone_elses_post",
            Self::Hold { .. } => "hold",
            Self::DatabaseDown => "database_down",
        }
    }
}
