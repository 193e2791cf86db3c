//! All that the server knows, in memory, behind one lock.

use std::collections::HashSet;

use super::channels::Channel;
use super::clock::Clock;
use super::events::{Event, Listener};
use super::http::Failure;
use super::ids::Ids;
use super::mentions;
use super::options::Options;
use super::pending::Pending;
use super::people::{Token, User};
use super::posts::{Post, Table};
use super::websocket::Told;

/// One emoji of one user at one post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    pub user: String,
    pub post: String,
    pub emoji: String,
    pub create_at: i64,
}

/// A created post called somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub post: String,
    /// The name of the user that was called.
    pub username: String,
}

/// The state of the server.
#[derive(Debug)]
pub struct World {
    pub options: Options,
    pub clock: Clock,
    pub ids: Ids,
    /// Beside `ids`, so that what is read does not change what is made.
    pub request_ids: Ids,
    pub team: (String, String),
    pub users: Vec<User>,
    pub tokens: Vec<Token>,
    /// Tokens that the running process has seen: a database that is down does not hurt them.
    pub warm: HashSet<String>,
    pub channels: Vec<Channel>,
    pub posts: Table,
    pub pending: Pending,
    pub reactions: Vec<Reaction>,
    pub notices: Vec<Notice>,
    pub listeners: Vec<Listener>,
}

impl World {
    /// The user whose token it is; 401 otherwise.
    pub fn user_of(&mut self, token: Option<&str>) -> Result<User, Failure> {
        let token = token.ok_or_else(Failure::session)?;
        let known = self
            .tokens
            .iter()
            .find(|known| known.token == token && known.is_active);
        let user = known
            .and_then(|known| self.user(&known.user))
            .filter(|user| user.delete_at == 0);
        let user = user.cloned().ok_or_else(Failure::session)?;
        self.warm.insert(token.to_owned());
        Ok(user)
    }

    /// The user of this id.
    pub fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The user of this name.
    pub fn named(&self, username: &str) -> Option<&User> {
        self.users.iter().find(|user| user.username == username)
    }

    /// The channel of this id.
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    /// The channel of this id, to change it.
    pub fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    /// Stores a new post of `author`, tells the sockets and calls whom it mentions.
    pub fn publish(
        &mut self,
        post: Post,
        pending_post_id: &str,
        silent: bool,
    ) -> serde_json::Value {
        let id = post.id.clone();
        self.posts.insert(post.clone());
        let shown = self.shown(&post, pending_post_id);
        if let Some(channel) = self.channel_mut(&post.channel_id) {
            channel.last_post_at = channel.last_post_at.max(post.create_at);
        }
        let called = if silent {
            Vec::new()
        } else {
            self.called(&post)
        };
        let ids: Vec<String> = called.iter().map(|user| user.id.clone()).collect();
        self.notices.extend(called.into_iter().map(|user| Notice {
            post: id.clone(),
            username: user.username,
        }));
        let sender = self
            .user(&post.user_id)
            .map(|user| user.username.clone())
            .unwrap_or_default();
        if let Some(channel) = self.channel(&post.channel_id) {
            let event = Event::posted(&post, &shown, channel, &sender, &ids);
            self.broadcast(&event);
        }
        shown
    }

    /// A post as the API shows it now.
    pub fn shown(&self, post: &Post, pending_post_id: &str) -> serde_json::Value {
        post.json(self.posts.replies(post.thread()), pending_post_id)
    }

    /// Sends an event to the sockets of the members of its channel.
    pub fn broadcast(&mut self, event: &Event) {
        let Some(channel) = self
            .channels
            .iter()
            .find(|channel| channel.id == event.channel)
        else {
            return;
        };
        self.listeners.retain(|listener| {
            let hears = channel.members.contains(&listener.user)
                && event.omitted.as_ref() != Some(&listener.user);
            !hears || listener.events.send(Told::Event(event.clone())).is_ok()
        });
    }

    /// The members of the channel that a post mentions.
    fn called(&self, post: &Post) -> Vec<User> {
        let mut names = mentions::names(&post.message);
        for text in super::attachments::texts(&post.props) {
            names.extend(mentions::names(text));
        }
        let everybody = ["all", "channel", "here"]
            .iter()
            .any(|name| names.contains(*name));
        let Some(channel) = self.channel(&post.channel_id) else {
            return Vec::new();
        };
        let members = self
            .users
            .iter()
            .filter(|user| channel.members.contains(&user.id));
        let others = members.filter(|user| user.id != post.user_id);
        others
            .filter(|user| everybody || names.contains(&user.username))
            .cloned()
            .collect()
    }
}
