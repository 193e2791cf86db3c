//! Events for the sockets that listen.

use std::sync::mpsc::Sender;

use serde_json::{Value, json};

use super::channels::Channel;
use super::posts::Post;
use super::props;
use super::websocket::Told;

/// An event before each socket numbers it.
#[derive(Clone, Debug)]
pub struct Event {
    pub name: &'static str,
    pub data: Value,
    pub channel: String,
    /// The user who does not get it.
    pub omitted: Option<String>,
}

impl Event {
    /// The event as it goes over the socket.
    pub fn json(&self, seq: u64) -> Value {
        let omitted = self
            .omitted
            .as_ref()
            .map(|user| json!({user.as_str(): true}));
        json!({
            "event": self.name, "data": self.data, "seq": seq,
            "broadcast": {"omit_users": omitted, "user_id": "", "channel_id": self.channel, "team_id": ""},
        })
    }

    /// An event that carries a post as a JSON text.
    pub fn about(name: &'static str, post: &Post, shown: &Value) -> Self {
        Self {
            name,
            data: json!({"post": props::encode(shown)}),
            channel: post.channel_id.clone(),
            omitted: None,
        }
    }

    /// A new post, with who and where.
    pub fn posted(
        post: &Post,
        shown: &Value,
        channel: &Channel,
        sender: &str,
        mentioned: &[String],
    ) -> Self {
        let mut event = Self::about("posted", post, shown);
        let mut add = |name: &str, value: Value| event.data[name] = value;
        add("channel_name", json!(channel.name));
        add("channel_display_name", json!(channel.name));
        add("channel_type", json!(channel.kind()));
        add("sender_name", json!(format!("@{sender}")));
        add("team_id", json!(channel.team));
        add("set_online", json!(true));
        if !mentioned.is_empty() {
            add("mentions", json!(props::encode(&json!(mentioned))));
        }
        event
    }
}

/// A socket that listens.
#[derive(Debug)]
pub struct Listener {
    /// The user at its other end.
    pub user: String,
    pub events: Sender<Told>,
}
