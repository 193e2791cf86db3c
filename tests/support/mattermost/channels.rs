//! Channels, their members, and who may do what in them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::people::User;

/// A channel of the one team.
#[derive(Clone, Debug)]
pub struct Channel {
    pub id: String,
    pub team: String,
    pub name: String,
    pub private: bool,
    /// When it was archived; 0 while it is not.
    pub delete_at: i64,
    pub create_at: i64,
    pub last_post_at: i64,
    /// Ids of its members.
    pub members: BTreeSet<String>,
}

impl Channel {
    /// `O` or `P`.
    pub fn kind(&self) -> &'static str {
        if self.private { "P" } else { "O" }
    }

    /// Whether `user` is in it, or may act as if.
    pub fn admits(&self, user: &User) -> bool {
        user.is_admin() || self.members.contains(&user.id)
    }

    /// Whether `user` may read its posts.
    pub fn is_readable_by(&self, user: &User) -> bool {
        self.admits(user) || (!self.private && user.in_team)
    }

    /// Whether `user` may create posts in it.
    pub fn takes_posts_of(&self, user: &User) -> bool {
        self.admits(user) || user.posts_anywhere()
    }

    /// The channel as the API shows it.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id, "team_id": self.team, "name": self.name, "display_name": self.name,
            "type": self.kind(), "delete_at": self.delete_at, "create_at": self.create_at,
            "update_at": self.create_at, "header": "", "purpose": "", "last_post_at": self.last_post_at,
        })
    }
}
