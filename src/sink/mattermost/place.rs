//! Where a box belongs on this server.

use crate::wire::event::Route;
use crate::wire::frame::Frame;

/// A place for boxes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The channel.
    pub channel: Channel,
    /// The id of the post that the thread hangs on.
    pub root: Option<String>,
}

/// A channel, as far as it is named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Its id.
    Id(String),
    /// Its team's and its own name, as they stand in its address.
    Named {
        /// The team.
        team: String,
        /// The channel.
        name: String,
    },
    /// The direct messages with a person of that id.
    Direct(String),
}

impl Channel {
    /// Reads an id, or `team/name`.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_name = |text: &str| {
            // Dots alone would lead a request to another route.
            text.contains(|c: char| c != '.')
                && text.len() <= 128
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        match text.trim().trim_start_matches('~').split_once('/') {
            None if is_id(text.trim()) => Ok(Self::Id(text.trim().to_owned())),
            Some((team, name)) if is_name(team) && is_name(name) => Ok(Self::Named {
                team: team.to_owned(),
                name: name.to_owned(),
            }),
            _ => Err(format!(
                "{text:?} is no channel; write its id (26 characters, under View Info) or TEAM/NAME as in its address"
            )),
        }
    }
}

/// Whether `text` has the shape of an id: 26 characters of `a-z0-9`, nothing that could leave its place in a URL.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.len() == 26
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// The place of a frame: where its first route on a Mattermost leads, else `otherwise`.
///
/// A route whose ids have another shape names nothing.
pub(super) fn of(frame: &Frame, otherwise: Option<&Place>) -> Option<Place> {
    let here = |route: &&Route| route.sink.eq_ignore_ascii_case("mattermost");
    let place = |route: &Route| {
        let id = |field: &Option<String>| field.clone().filter(|text| is_id(text));
        let channel = id(&route.channel)
            .map(Channel::Id)
            .or_else(|| id(&route.user).map(Channel::Direct))?;
        Some(Place {
            channel,
            root: id(&route.root),
        })
    };
    let routed = frame.routes.iter().filter(here).find_map(place);
    routed.or_else(|| otherwise.cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_ids_or_names() {
        let id = "abcdefghijklmnopqrstuvwxy1";
        assert_eq!(Channel::parse(id), Ok(Channel::Id(id.into())));
        let named = Channel::Named {
            team: "core".into(),
            name: "town-square".into(),
        };
        assert_eq!(Channel::parse("core/town-square"), Ok(named));
        for bad in [
            "",
            "town-square",
            "a/b/c",
            "../posts",
            "core/..",
            "core/",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "a/b?c",
        ] {
            assert!(Channel::parse(bad).is_err(), "{bad}");
        }
    }
}
