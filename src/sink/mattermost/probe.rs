//! What a person wants to know before anything is posted. Nothing is changed by asking.

use serde::Deserialize;

use super::answers::{self, Look};
use super::client::{Answer, Client};
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
        Look::There => found.push(who(&me, allow_person)),
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
    found.push(limits(&talk, &address));
    found.extend(place.map(|place| channel(&talk, place)));
    found
}

fn who(me: &Answer, allow_person: bool) -> Finding {
    #[derive(Deserialize)]
    struct Me {
        username: String,
        #[serde(default)]
        is_bot: bool,
    }
    let Some(me) = me.json::<Me>() else {
        let hint = "is there a proxy or a log-in page before it?";
        return Finding::ToDo("the answer is not a Mattermost's".into(), hint.into());
    };
    let name: String = me
        .username
        .chars()
        .filter(|c| !c.is_control())
        .take(64)
        .collect();
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
            "the token is that of the person {name}: every edit would count as a message of theirs"
        ),
        "make a bot account (System Console > Integrations > Bot Accounts) and use its token"
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

fn channel(talk: &Talk<'_>, place: &Place) -> Finding {
    let name = match &place.channel {
        Channel::Id(id) => id.clone(),
        Channel::Named { team, name } => format!("{team}/{name}"),
        Channel::Direct(person) => format!("direct messages with {person}"),
    };
    let listed = talk
        .channel(&place.channel)
        .and_then(|id| talk.read(&format!("/channels/{id}/posts?page=0&per_page=1")));
    let hint = "invite the bot to the channel, or correct --channel".to_owned();
    match listed {
        Ok(_) => Finding::Fine(format!("the bot may read channel {name}")),
        Err(
            Trouble::Away(why) | Trouble::Refused(why) | Trouble::Never(why) | Trouble::Gone(why),
        ) => Finding::ToDo(format!("channel {name}: {why}"), hint),
        Err(_) => Finding::ToDo(
            format!("channel {name} cannot be looked at now"),
            "try again in a minute".into(),
        ),
    }
}
