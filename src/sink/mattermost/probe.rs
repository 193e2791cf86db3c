//! What a person wants to know before anything is posted. Nothing is changed by asking.

use serde::Deserialize;

use super::answers::{self, Look};
use super::client::Client;
use super::place::{Channel, Place};
use super::server::{Server, Talk, Trouble, said};
use crate::wire::time::Time;

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is as it should be.
    Fine(String),
    /// It is not: what, and what to do.
    ToDo(String, String),
}

/// Clocks that differ by less are in step: the header has whole seconds.
const IN_STEP_MS: i64 = 5_000;

/// Looks at the server, the token, the limits, the clocks and the channel of `place`.
#[must_use]
pub fn probe(
    client: Client,
    place: Option<&Place>,
    allow_person: bool,
    wall: Time,
) -> Vec<Finding> {
    let address = client.address().to_owned();
    let server = Server::new(client, true);
    let talk = Talk::new(&server, wall);
    let mut found = Vec::new();
    let me = match talk.get("/users/me") {
        Err(lost) => {
            let hint =
                "check --url, the network, a proxy, and --ca-file for a certificate of your own";
            return vec![Finding::ToDo(
                format!("{address}: {}", lost.class),
                hint.into(),
            )];
        }
        Ok(me) => me,
    };
    found.extend(me.date.map(|date| clocks(date, wall)));
    match answers::look(me.status, me.retry_after) {
        Look::There => {}
        Look::Token => {
            found.push(Finding::ToDo(
                format!("{address}: the token is not taken"),
                "make a new one under Integrations > Bot Accounts, and see that the bot is enabled"
                    .into(),
            ));
            return found;
        }
        Look::Deleted | Look::Left | Look::Busy(_) | Look::Away => {
            let hint = "is this the address of a Mattermost, as people open it in the browser?";
            found.push(Finding::ToDo(
                format!("{address}: {}", said(&me)),
                hint.into(),
            ));
            return found;
        }
    }
    let Some(me) = me.json::<Me>() else {
        let hint = "is there a proxy or a log-in page before it?";
        let what = format!("{address}: the answer is not a Mattermost's");
        found.push(Finding::ToDo(what, hint.into()));
        return found;
    };
    found.push(who(&me, allow_person));
    found.push(limits(&talk, &address));
    found.extend(place.map(|place| channel(&talk, place, &me)));
    found
}

/// Whose the token is.
#[derive(Deserialize)]
struct Me {
    id: String,
    username: String,
    #[serde(default)]
    is_bot: bool,
}

impl Me {
    /// The name as it may be shown.
    fn name(&self) -> String {
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        self.username.chars().filter(plain).take(64).collect()
    }
}

fn who(me: &Me, allow_person: bool) -> Finding {
    let name = me.name();
    if me.is_bot {
        return Finding::Fine(format!("the token is that of the bot {name}"));
    }
    if allow_person {
        return Finding::Fine(format!(
            "the token is that of the person {name}, as you insist"
        ));
    }
    Finding::ToDo(
        format!(
            "the token is that of the person {name}: every edit of a box leaves a copy that counts as a message \
             of theirs, and a free edition shows only the newest 10,000"
        ),
        "make a bot account (Integrations > Bot Accounts) and use its token, or insist with --allow-user-token"
            .into(),
    )
}

fn clocks(date: Time, wall: Time) -> Finding {
    let ahead = date.0.saturating_sub(wall.0);
    if ahead.abs() < IN_STEP_MS {
        return Finding::Fine("its clock and ours are in step".into());
    }
    Finding::ToDo(
        format!(
            "its clock is {} s {} ours",
            ahead.abs() / 1_000,
            if ahead > 0 { "ahead of" } else { "behind" }
        ),
        "set the clocks by NTP; boxes are found all the same".into(),
    )
}

fn limits(talk: &Talk<'_>, address: &str) -> Finding {
    #[derive(Deserialize)]
    struct Config {
        #[serde(rename = "Version", default)]
        version: String,
        #[serde(rename = "MaxPostSize", default)]
        longest: String,
    }
    let config = talk
        .read("/config/client?format=old")
        .ok()
        .and_then(|answer| answer.json::<Config>());
    match config {
        Some(config) if !config.version.is_empty() => {
            let plain = |text: &str| {
                text.chars()
                    .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
                    .take(20)
                    .collect::<String>()
            };
            Finding::Fine(format!(
                "{address}: Mattermost {}, messages of up to {} characters",
                plain(&config.version),
                plain(&config.longest)
            ))
        }
        _ => Finding::Fine(format!("{address}: it does not tell its version")),
    }
}

/// Whether we may post in the channel: it is there, it is open, and we are in it.
fn channel(talk: &Talk<'_>, place: &Place, me: &Me) -> Finding {
    #[derive(Deserialize)]
    struct About {
        #[serde(default)]
        delete_at: f64,
    }
    let name = match &place.channel {
        Channel::Id(id) => id.clone(),
        Channel::Named { team, name } => format!("{team}/{name}"),
        Channel::Direct(person) => format!("of direct messages with {person}"),
    };
    let invite = format!("say in the channel: /invite @{}", me.name());
    let seen = talk.channel(&place.channel).and_then(|id| {
        let answer = talk.read(&format!("/channels/{id}"))?;
        Ok((id, answer.json::<About>()))
    });
    let (id, about) = match seen {
        Ok(seen) => seen,
        Err(Trouble::Refused(why) | Trouble::Never(why) | Trouble::Gone(why)) => {
            let what = format!("channel {name}: there is none, or the bot may not see it ({why})");
            return Finding::ToDo(what, format!("correct --channel, or {invite}"));
        }
        Err(trouble) => return later(&name, trouble),
    };
    if about.is_some_and(|about| about.delete_at > 0.0) {
        let hint = "unarchive it, or name another with --channel";
        return Finding::ToDo(format!("channel {name} is archived"), hint.into());
    }
    match talk.read(&format!("/channels/{id}/members/{}", me.id)) {
        Ok(_) => Finding::Fine(format!("channel {name}: the bot is a member and may post")),
        Err(Trouble::Refused(_) | Trouble::Gone(_)) => Finding::ToDo(
            format!("channel {name}: the bot sees it, but is no member"),
            invite,
        ),
        Err(trouble) => later(&name, trouble),
    }
}

/// The server was not well just now.
fn later(name: &str, trouble: Trouble) -> Finding {
    let why = match trouble {
        Trouble::Away(why) => format!(": {why}"),
        _ => String::new(),
    };
    let what = format!("channel {name} cannot be looked at now{why}");
    Finding::ToDo(what, "try again in a minute".into())
}
