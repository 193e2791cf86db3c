//! One post.

use serde_json::{Map, Value, json};

/// A row of the table of posts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Post {
    pub id: String,
    pub create_at: i64,
    pub update_at: i64,
    /// When its message or attachments were last changed; 0 if never.
    pub edit_at: i64,
    pub delete_at: i64,
    pub is_pinned: bool,
    pub user_id: String,
    pub channel_id: String,
    pub root_id: String,
    /// Of a former version: the post that it was.
    pub original_id: String,
    pub message: String,
    pub kind: String,
    pub props: Map<String, Value>,
    pub has_reactions: bool,
}

impl Post {
    /// Whether it was neither deleted nor replaced.
    pub fn is_live(&self) -> bool {
        self.delete_at == 0
    }

    /// The root of the thread that it is in.
    pub fn thread(&self) -> &str {
        if self.root_id.is_empty() {
            &self.id
        } else {
            &self.root_id
        }
    }

    /// The key of the box that it is, if it is one.
    pub fn key(&self) -> Option<&str> {
        self.props.get("live_status")?.get("key")?.as_str()
    }

    /// The post as the API shows it; of a deleted one the message is not shown.
    pub fn json(&self, reply_count: usize, pending_post_id: &str) -> Value {
        let message = if self.is_live() { &self.message } else { "" };
        let mut shown = json!({
            "id": self.id, "create_at": self.create_at, "update_at": self.update_at, "edit_at": self.edit_at,
            "delete_at": self.delete_at, "is_pinned": self.is_pinned, "user_id": self.user_id,
            "channel_id": self.channel_id, "root_id": self.root_id, "parent_id": self.root_id,
            "original_id": self.original_id, "message": message, "type": self.kind, "props": self.props,
            "hashtags": super::hashtags(&self.message), "pending_post_id": pending_post_id,
            "reply_count": reply_count, "last_reply_at": 0, "participants": null, "metadata": {},
        });
        if self.has_reactions {
            shown["has_reactions"] = json!(true);
        }
        shown
    }
}
