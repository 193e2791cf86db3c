//! The marker of a box: what tells whose it is, in the props of its post.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::frame::State;

/// The type of a box's post; a plugin may draw it in its own way.
pub(super) const TYPE: &str = "custom_livestatus";

/// `props.live_status`.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// The box's key.
    pub key: String,
    /// Counts the edits, over all writers.
    pub seq: u64,
    /// Who wrote it last.
    pub instance: String,
    /// Which of several posts it is, 0 for the first.
    pub part: u32,
    /// The `rev` of the frame it shows.
    pub rev: u64,
    /// The state it shows.
    pub state: State,
}

impl Marker {
    /// Reads it from a post's props; `None` where it is absent or not as we write it.
    pub(super) fn read(props: &Value) -> Option<Self> {
        #[derive(Deserialize)]
        struct Raw {
            key: String,
            #[serde(default)]
            seq: f64,
            #[serde(default)]
            instance: String,
            #[serde(default)]
            part: f64,
            #[serde(default)]
            rev: String,
            state: State,
        }
        let raw = Raw::deserialize(props.get("live_status")?).ok()?;
        // The server stores numbers as doubles; a cast saturates, and of NaN makes 0.
        Some(Self {
            key: raw.key,
            seq: raw.seq as u64,
            instance: raw.instance,
            part: raw.part as u32,
            rev: raw.rev.parse().unwrap_or(0),
            state: raw.state,
        })
    }

    /// All props of a post that carries it. Every edit replaces them whole, so every edit sends them all.
    pub(super) fn props(&self) -> Props<'_> {
        Props {
            live_status: Written {
                v: 1,
                key: &self.key,
                seq: self.seq,
                instance: &self.instance,
                part: self.part,
                rev: self.rev.to_string(),
                state: &self.state,
            },
            from_bot: "true",
            unsafe_links: "true",
            disable_group_highlight: true,
            no_mention_highlight: true,
        }
    }
}

/// All props of a box's post, as they are sent.
#[derive(Serialize)]
pub(super) struct Props<'a> {
    live_status: Written<'a>,
    from_bot: &'static str,
    /// No previews and no images from what an agent wrote.
    unsafe_links: &'static str,
    disable_group_highlight: bool,
    #[serde(rename = "mentionHighlightDisabled")]
    no_mention_highlight: bool,
}

/// A marker as it is sent.
#[derive(Serialize)]
struct Written<'a> {
    v: u32,
    key: &'a str,
    seq: u64,
    instance: &'a str,
    part: u32,
    /// A long number would come back rounded.
    rev: String,
    state: &'a State,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_and_other_shapes_are_no_marker() {
        let marker = Marker {
            key: "k".into(),
            seq: 7,
            instance: "i".into(),
            part: 1,
            rev: (1 << 53) + 1,
            state: State::Active,
        };
        let props = serde_json::to_value(marker.props()).expect("JSON");
        assert_eq!(Marker::read(&props), Some(marker));
        for props in [
            json!(null),
            json!({}),
            json!({"live_status": 5}),
            json!({"live_status": {"key": 5, "state": "active"}}),
            json!({"live_status": {"key": "k", "seq": "x", "state": "active"}}),
        ] {
            assert_eq!(Marker::read(&props), None, "{props}");
        }
        let odd = json!({"live_status": {"key": "k", "seq": -1e300, "state": "later"}});
        assert_eq!(Marker::read(&odd).map(|marker| marker.seq), Some(0));
    }
}
