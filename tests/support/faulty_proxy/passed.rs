//! What passed, request by request.

use std::time::Instant;

use serde_json::Value;

use crate::fake_mattermost::{Call, Request};

/// How a request ended for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has its answer.
    Answered,
    /// The connection was ended, or reset, before that.
    Broken,
    /// The client did not wait for it.
    Left,
}

/// One request and what became of it.
#[derive(Clone, Debug)]
pub struct Passed {
    /// The connection it came over; the first is 1.
    pub connection: u64,
    pub call: Call,
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The body, where it is JSON.
    pub body: Option<Value>,
    pub toxic: Option<&'static str>,
    /// What the server answered; `None` as long as, or if, it did not.
    pub status: Option<u16>,
    /// When it came. Moments are counted, one for each arrival and each end.
    pub came: u64,
    /// When it was over for its client: just before the last of its answer went out.
    pub over: Option<u64>,
    pub end: Option<End>,
    /// Both on a clock, for what has to wait at least so long.
    pub came_at: Instant,
    pub over_at: Option<Instant>,
}

impl Passed {
    pub(super) fn new(connection: u64, request: &Request, came: u64) -> Self {
        Self {
            connection,
            call: Call::of(request),
            method: request.method.clone(),
            path: request.target.clone(),
            body: serde_json::from_slice(&request.body).ok(),
            toxic: None,
            status: None,
            came,
            over: None,
            end: None,
            came_at: Instant::now(),
            over_at: None,
        }
    }

    /// The post that it is about, where its path names one.
    pub fn post(&self) -> Option<&str> {
        let (_, rest) = self.path.split_once("/posts/")?;
        rest.split(['/', '?']).next()
    }

    /// Whether both were under way at once.
    pub fn meets(&self, other: &Self) -> bool {
        let before = |one: &Self, two: &Self| one.over.is_some_and(|over| over < two.came);
        !before(self, other) && !before(other, self)
    }

    /// The request in a line, as `PUT /api/v4/posts/…/patch 200 Answered`.
    pub fn line(&self) -> String {
        let status = self.status.map_or("-".to_owned(), |code| code.to_string());
        let end = self
            .end
            .map_or("under way".to_owned(), |end| format!("{end:?}"));
        let toxic = self
            .toxic
            .map(|name| format!(" ({name})"))
            .unwrap_or_default();
        format!(
            "{}: {} {} {status} {end}{toxic}",
            self.connection, self.method, self.path
        )
    }
}
