//! What sort of server the fake is.

use std::time::Duration;

/// Which Mattermost the fake behaves like, where versions differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// 5.37, all of it measured.
    As537,
    /// Servers of 2026, as their sources say.
    Newer,
}

/// How many requests an address may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests that come back each second.
    pub per_second: u32,
    /// Requests beyond the first that may come at once.
    pub burst: u32,
}

/// The settings of a fake; the default is the server that was measured.
#[derive(Clone, Debug)]
pub struct Options {
    pub flavour: Flavour,
    /// Refuse `silent=true` to everybody; otherwise 5.37 ignores it and newer servers obey bots.
    pub refuses_silent: bool,
    /// Most runes in a message.
    pub max_post_size: usize,
    /// Seconds after which a message may no longer be edited; only newer servers obey.
    pub post_edit_time_limit_s: Option<i64>,
    /// How long a `pending_post_id` is remembered; `None` switches it off.
    pub pending_window: Option<Duration>,
    /// Each address is a node of its own, and knows only the `pending_post_id`s that it was sent.
    pub pending_by_node: bool,
    /// How long a connection may idle.
    pub idle_close: Duration,
    /// The limit at the main address; the limited address always has one.
    pub rate: Option<Rate>,
    /// The limit at the limited address.
    pub limited_rate: Rate,
    /// The time at which the clock stands still until a test moves it; it runs otherwise.
    pub frozen_ms: Option<i64>,
    /// The port of the main address on loopback; 0 takes a free one.
    pub port: u16,
    /// A line on standard error for each request.
    pub log: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            flavour: Flavour::As537,
            refuses_silent: false,
            max_post_size: 16_383,
            post_edit_time_limit_s: None,
            pending_window: Some(Duration::from_secs(30)),
            pending_by_node: false,
            idle_close: Duration::from_secs(60),
            rate: None,
            limited_rate: Rate {
                per_second: 10,
                burst: 100,
            },
            frozen_ms: None,
            port: 0,
            log: false,
        }
    }
}

impl Options {
    /// A server of 2026.
    pub fn newer() -> Self {
        Self {
            flavour: Flavour::Newer,
            ..Self::default()
        }
    }

    /// Whether this is a newer server.
    pub fn is_newer(&self) -> bool {
        self.flavour == Flavour::Newer
    }

    /// The version it names.
    pub fn version(&self) -> &'static str {
        match self.flavour {
            Flavour::As537 => "5.37.0",
            Flavour::Newer => "12.1.0",
        }
    }

    /// Most runes in the JSON of a post's props.
    pub fn max_props_runes(&self) -> usize {
        match self.flavour {
            Flavour::As537 => 8_000,
            Flavour::Newer => 800_000,
        }
    }

    /// Most bytes in a request's body.
    pub fn max_body_bytes(&self) -> usize {
        match self.flavour {
            Flavour::As537 => usize::MAX,
            Flavour::Newer => 300_000,
        }
    }
}
