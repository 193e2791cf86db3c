//! TARGET.json: the fake, as the contract suite wants it described.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::people::User;
use super::seed::ARCHIVED;
use super::world::World;

/// The description of a fake that listens at these addresses.
pub fn target(world: &World, url: &str, limited_url: &str) -> Value {
    let account = |name: &str| account(world, name);
    json!({
        "url": url,
        "team": {"id": world.team.0, "name": world.team.1},
        "channels": {
            "public": channel(world, "status"),
            "private": channel(world, "status-private"),
            "bare": channel(world, "status-bare"),
            "archived": channel(world, ARCHIVED),
        },
        "users": {"alice": account("alice")},
        "bots": {
            "status-bot": account("status-bot"),
            "status-bot-2": account("status-bot-2"),
            "outsider-bot": account("outsider-bot"),
            "postall-bot": account("postall-bot"),
        },
        "admin": account("admin"),
        "websocket": true,
        "idle_close": true,
        "rate_limited_url": limited_url,
    })
}

/// Writes a description so that who waits for the file never sees a part of it.
pub fn write(path: &Path, target: &Value) -> io::Result<()> {
    let part = path.with_extension("json.part");
    std::fs::write(&part, format!("{target:#}\n"))?;
    std::fs::rename(&part, path)
}

fn account(world: &World, name: &str) -> Value {
    let id = world
        .named(name)
        .map(|user: &User| user.id.as_str())
        .unwrap_or_default();
    let token = world.tokens.iter().find(|token| token.user == id);
    json!({"id": id, "username": name, "token": token.map(|token| token.token.as_str())})
}

fn channel(world: &World, name: &str) -> Value {
    let Some(channel) = world.channels.iter().find(|channel| channel.name == name) else {
        return Value::Null;
    };
    let mut shown = json!({"id": channel.id, "name": channel.name});
    if let Some(post) = world.posts.newest(&channel.id).first() {
        shown["post_id"] = json!(post.id);
    }
    shown
}
