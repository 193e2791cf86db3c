//! One server, as all threads share it: who we are there, what it allows, what was found out.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answers::{self, Look};
use super::client::Client;
use super::content::LONGEST;
use super::place::Channel;
use super::reply::{Answer, Lost};
use crate::sink::Bill;
use crate::wire::time::Time;

/// Below so many requests left in the server's bucket we wait until it has some again.
const FEW: u32 = 3;
/// A token that is refused is tried again after so long, then twice as long, up to the second.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// A channel that does not take a box is tried again after so long: people archive channels and
/// bring them back, take rights and give them.
pub(super) const SHUT_OUT: Duration = Duration::from_secs(60);

/// Why a box could not be brought to its frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The server is not there, or not well: the same again later.
    Away(String),
    /// Too many requests: nothing to this server for so long.
    Busy(Duration),
    /// The token is not taken: nothing to this server for so long.
    Token(Duration),
    /// This box has to wait so long.
    Wait(Duration, String),
    /// What has to be remembered before it is done cannot be.
    Unkept(String),
    /// Another writer moves this box; only its end does not wait.
    StandBy(Duration),
    /// The server does not do it for this box; a few more tries.
    Refused(String),
    /// It will never be done for this box.
    Never(String),
    /// Somebody deleted the post.
    Gone(String),
    /// Not for us: `why` is for people.
    Skip(String),
}

impl Trouble {
    fn no_channel(channel: &Channel, rest: Duration) -> Self {
        let name = match channel {
            Channel::Named { team, name } => format!("{team}/{name}"),
            Channel::Id(id) | Channel::Direct(id) => id.clone(),
        };
        let why = format!("there is no channel {name} that the bot may see; invite the bot");
        Self::Wait(rest, why)
    }

    /// Nothing changes in an archived channel, as long as it is one.
    pub(super) fn archived() -> Self {
        Self::Wait(SHUT_OUT, "the channel is archived".to_owned())
    }
}

/// What all threads share about the server.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) client: Client,
    allow_person: bool,
    found: Mutex<Found>,
}

#[derive(Debug, Default)]
struct Found {
    me: Option<String>,
    longest: Option<usize>,
    /// Milliseconds that the server's clock is ahead of ours.
    ahead: i64,
    channels: HashMap<Channel, String>,
    /// Channels that were not there, or not for us: asked for again from then on.
    missing: HashMap<Channel, Instant>,
    /// Times in a row that the token was refused.
    refused: u32,
    /// The server knows silent posts, but not for us.
    loud: bool,
}

impl Server {
    pub(super) fn new(client: Client, allow_person: bool) -> Self {
        Self {
            client,
            allow_person,
            found: Mutex::new(Found::default()),
        }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody replaced the token: reads it again, and counts its refusals from none.
    pub(super) fn renew(&self) {
        self.client.renew();
        self.found().refused = 0;
    }

    /// A time of ours on the server's clock, in milliseconds.
    pub(super) fn clock(&self, ours: Time) -> i64 {
        ours.0.saturating_add(self.found().ahead)
    }

    /// Whether new posts have to be announced like any other.
    pub(super) fn is_loud(&self) -> bool {
        self.found().loud
    }

    pub(super) fn be_loud(&self) {
        self.found().loud = true;
    }
}

/// The requests for one frame, counted.
pub(super) struct Talk<'a> {
    pub(super) server: &'a Server,
    /// Our clock when it began.
    wall: Time,
    requests: Cell<u32>,
    ease: Cell<Duration>,
    unclear: Cell<u32>,
    barred: Cell<bool>,
}

impl<'a> Talk<'a> {
    pub(super) fn new(server: &'a Server, wall: Time) -> Self {
        Self {
            server,
            wall,
            requests: Cell::new(0),
            ease: Cell::new(Duration::ZERO),
            unclear: Cell::new(0),
            barred: Cell::new(false),
        }
    }

    /// What the talk cost.
    pub(super) fn bill(&self) -> Bill {
        Bill {
            requests: self.requests.get(),
            ease: self.ease.get(),
            unclear: self.unclear.get(),
            barred: self.barred.get(),
        }
    }

    /// No answer told whether a new post was made; gives `true`.
    pub(super) fn unclear(&self) -> bool {
        self.unclear.set(self.unclear.get() + 1);
        true
    }

    pub(super) fn get(&self, path: &str) -> Result<Answer, Lost> {
        self.heard(self.server.client.get(path))
    }

    pub(super) fn put(&self, path: &str, body: &impl Serialize) -> Result<Answer, Lost> {
        self.heard(self.server.client.put(path, body))
    }

    pub(super) fn post(&self, path: &str, body: &impl Serialize) -> Result<Answer, Lost> {
        self.heard(self.server.client.post(path, body))
    }

    pub(super) fn delete(&self, path: &str) -> Result<Answer, Lost> {
        self.heard(self.server.client.delete(path))
    }

    /// Notes what every answer tells besides its meaning.
    fn heard(&self, answer: Result<Answer, Lost>) -> Result<Answer, Lost> {
        self.requests.set(self.requests.get() + 1);
        if let Ok(answer) = &answer {
            let mut found = self.server.found();
            if answer.status != 401 {
                found.refused = 0;
            }
            if let Some(date) = answer.date {
                let ahead = date.0 - self.wall.0;
                // The header has whole seconds, and the request took its time.
                found.ahead = if ahead.abs() < 5_000 { 0 } else { ahead };
            }
            if let Some((left, reset)) = answer.spare.filter(|(left, _)| *left < FEW) {
                let pause = reset.min(Duration::from_secs(1)) * (FEW - left);
                self.ease.set(self.ease.get().max(pause));
            }
        }
        answer
    }

    /// The server refused the token: reads it again, and says how long to leave the server alone.
    pub(super) fn refused_token(&self) -> Trouble {
        self.server.client.renew();
        self.barred.set(true);
        let mut found = self.server.found();
        found.refused = found.refused.saturating_add(1);
        let doubled = FIRST_PAUSE * 2_u32.pow((found.refused - 1).min(8));
        Trouble::Token(doubled.min(LONGEST_PAUSE))
    }

    /// A `GET` whose answer counts only if it is good.
    pub(super) fn read(&self, path: &str) -> Result<Answer, Trouble> {
        let answer = self
            .get(path)
            .map_err(|lost| Trouble::Away(lost.class.to_owned()))?;
        match answers::look(answer.status, answer.retry_after) {
            Look::There => Ok(answer),
            Look::Deleted => Err(Trouble::Gone(said(&answer))),
            Look::Left => Err(Trouble::Refused(said(&answer))),
            Look::Busy(pause) => Err(Trouble::Busy(pause)),
            Look::Token => Err(self.refused_token()),
            Look::Away => Err(Trouble::Away(said(&answer))),
        }
    }

    /// The id of the bot whose token we have.
    pub(super) fn me(&self) -> Result<String, Trouble> {
        #[derive(Deserialize)]
        struct Me {
            id: String,
            #[serde(default)]
            is_bot: bool,
        }
        if let Some(me) = &self.server.found().me {
            return Ok(me.clone());
        }
        let me: Me = self
            .read("/users/me")?
            .json()
            .ok_or_else(|| Trouble::Away("the answer is not a Mattermost's".to_owned()))?;
        if !me.is_bot && !self.server.allow_person {
            return Err(Trouble::Never(
                "the token is a person's: every edit would count as that person's message; \
                 make a bot account, or insist with --allow-user-token"
                    .to_owned(),
            ));
        }
        self.server.found().me = Some(me.id.clone());
        Ok(me.id)
    }

    /// The longest message that the server takes; asked only for a text that is long.
    pub(super) fn longest(&self, text: &str) -> Result<usize, Trouble> {
        // No server was ever set lower than this.
        const ANY: usize = 4_000;
        #[derive(Deserialize)]
        struct Config {
            #[serde(rename = "MaxPostSize")]
            longest: String,
        }
        // A byte count is never below the count of characters.
        if text.len() <= ANY - 200 {
            return Ok(ANY);
        }
        if let Some(longest) = self.server.found().longest {
            return Ok(longest);
        }
        let config = self.read("/config/client?format=old")?.json::<Config>();
        let told = config.and_then(|config| config.longest.parse().ok());
        let longest = told.filter(|longest| *longest >= ANY).unwrap_or(LONGEST);
        self.server.found().longest = Some(longest);
        Ok(longest)
    }

    /// The server's limit turned out to be lower.
    pub(super) fn shorter(&self, longest: usize) {
        self.server.found().longest = Some(longest);
    }

    /// The id of a channel.
    pub(super) fn channel(&self, channel: &Channel) -> Result<String, Trouble> {
        #[derive(Deserialize)]
        struct Named {
            id: String,
        }
        if let Channel::Id(id) = channel {
            return Ok(id.clone());
        }
        if let Some(id) = self.server.found().channels.get(channel) {
            return Ok(id.clone());
        }
        let rest = self.server.found().missing.get(channel).copied();
        let rest = rest.and_then(|until| until.checked_duration_since(Instant::now()));
        if let Some(rest) = rest.filter(|rest| !rest.is_zero()) {
            return Err(Trouble::no_channel(channel, rest));
        }
        let answer = match channel {
            Channel::Id(id) => return Ok(id.clone()),
            Channel::Named { team, name } => self
                .read(&format!("/teams/name/{team}/channels/name/{name}"))
                .map_err(|trouble| match trouble {
                    // Every box that belongs there would ask.
                    Trouble::Gone(_) | Trouble::Refused(_) => {
                        let until = Instant::now() + SHUT_OUT;
                        self.server.found().missing.insert(channel.clone(), until);
                        Trouble::no_channel(channel, SHUT_OUT)
                    }
                    other => other,
                })?,
            Channel::Direct(person) => {
                let body = json!([self.me()?, person]);
                let answer = self
                    .post("/channels/direct", &body)
                    .map_err(|lost| Trouble::Away(lost.class.to_owned()))?;
                match answers::look(answer.status, answer.retry_after) {
                    Look::There => answer,
                    Look::Busy(pause) => return Err(Trouble::Busy(pause)),
                    Look::Token => return Err(self.refused_token()),
                    Look::Away => return Err(Trouble::Away(said(&answer))),
                    Look::Deleted | Look::Left => return Err(Trouble::Refused(said(&answer))),
                }
            }
        };
        let id = answer
            .json::<Named>()
            .map(|named| named.id)
            .filter(|id| super::place::is_id(id))
            .ok_or_else(|| Trouble::Away("the answer is not a Mattermost's".to_owned()))?;
        self.server
            .found()
            .channels
            .insert(channel.clone(), id.clone());
        Ok(id)
    }
}

/// An answer as a class, for people and logs: status and error id, no body.
pub(super) fn said(answer: &Answer) -> String {
    let id = answer.error_id();
    match id.as_str() {
        "" => format!("the server answered {}", answer.status),
        id => format!("the server answered {} ({id})", answer.status),
    }
}
