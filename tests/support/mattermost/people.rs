//! Who has an account, and which tokens open it.

use serde_json::{Value, json};

/// A person, a bot or the administrator.
#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub username: String,
    pub is_bot: bool,
    pub roles: &'static str,
    pub in_team: bool,
    /// When it was disabled; 0 while it is not.
    pub delete_at: i64,
}

impl User {
    /// Whether it may do everything.
    pub fn is_admin(&self) -> bool {
        self.has("system_admin")
    }

    /// Whether it may post where it is no member.
    pub fn posts_anywhere(&self) -> bool {
        self.has("system_post_all")
    }

    fn has(&self, role: &str) -> bool {
        self.roles.split(' ').any(|each| each == role)
    }

    /// The account as the API shows it.
    pub fn json(&self) -> Value {
        let mut shown = json!({
            "id": self.id, "username": self.username, "delete_at": self.delete_at, "roles": self.roles,
            "email": format!("{}@localhost", self.username), "nickname": "", "locale": "en",
        });
        if self.is_bot {
            shown["is_bot"] = json!(true);
        }
        shown
    }

    /// The bot as the routes about bots show it.
    pub fn bot_json(&self) -> Value {
        json!({"user_id": self.id, "username": self.username, "delete_at": self.delete_at})
    }
}

/// An access token.
#[derive(Clone, Debug)]
pub struct Token {
    pub id: String,
    pub token: String,
    pub user: String,
    pub description: String,
    pub is_active: bool,
}

impl Token {
    /// The token as it is shown once, when it is made.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id, "token": self.token, "user_id": self.user,
            "description": self.description, "is_active": self.is_active,
        })
    }
}
