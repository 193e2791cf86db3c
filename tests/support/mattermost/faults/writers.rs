//! Posts of others that appear in the middle of a create.

use serde_json::{Value, json};

use super::super::http::{Answer, Request};
use super::super::posts::Post;
use super::super::world::World;
use super::super::{reading, routes};

/// Carries out a create; beside its post another poster of the same bot makes one with the same key.
pub fn with_second(world: &mut World, request: &Request, earlier: bool) -> Answer {
    let answer = routes::answer(world, request);
    let made = reading::parse(&answer.body).filter(|_| answer.status == 201);
    let ours = made.and_then(|made| world.posts.live(made["id"].as_str()?).cloned());
    if let Some(ours) = ours {
        let mut other = ours.clone();
        other.id = world.ids.next();
        other.create_at += if earlier { -1 } else { 1 };
        other.update_at = other.create_at;
        if let Some(Value::Object(marker)) = other.props.get_mut("live_status") {
            marker.insert("instance".to_owned(), json!("second-writer"));
        }
        world.publish(other, "", true);
    }
    answer
}

/// Answers a create with a post of status-bot-2, as 5.37 does when the key was that one's.
pub fn someone_elses(world: &mut World, request: &Request) -> Answer {
    let body = reading::parse(&request.body).unwrap_or_default();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let now_ms = world.clock.now_ms();
    let post = Post {
        id: world.ids.next(),
        create_at: now_ms,
        update_at: now_ms,
        user_id: world
            .named("status-bot-2")
            .map(|user| user.id.clone())
            .unwrap_or_default(),
        channel_id: text("channel_id"),
        root_id: text("root_id"),
        message: "somebody else's".to_owned(),
        ..Post::default()
    };
    Answer::json(201, &world.publish(post, "", true))
}
