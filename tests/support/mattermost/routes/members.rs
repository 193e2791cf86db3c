//! What an administrator does with channels and their members.

use std::collections::BTreeSet;

use serde_json::json;

use super::super::channels::Channel;
use super::super::http::{Answer, Failure, Request};
use super::super::people::User;
use super::super::posts::Post;
use super::super::world::World;
use super::{Outcome, body_of, text_of};

/// Makes a channel; its maker is in it.
pub fn make_channel(world: &mut World, user: &User, request: &Request) -> Outcome {
    let body = body_of(request)?;
    let name = text_of(&body, "name");
    if world.channels.iter().any(|channel| channel.name == name) {
        return Err(Failure::new(
            400,
            "store.sql_channel.save_channel.exists.app_error",
        ));
    }
    let channel = Channel {
        id: world.ids.next(),
        team: world.team.0.clone(),
        name,
        private: body["type"] == "P",
        delete_at: 0,
        create_at: world.clock.now_ms(),
        last_post_at: 0,
        members: BTreeSet::from([user.id.clone()]),
    };
    let shown = channel.json();
    world.channels.push(channel);
    Ok(Answer::json(201, &shown))
}

/// Archives a channel or brings it back.
pub fn archive(world: &mut World, id: &str, away: bool) -> Outcome {
    let now_ms = world.clock.now_ms();
    let channel = world.channel_mut(id).ok_or_else(missing)?;
    channel.delete_at = if away { now_ms } else { 0 };
    Ok(if away {
        Answer::done()
    } else {
        Answer::json(200, &channel.json())
    })
}

/// Takes a user into a channel, which a message of the system says.
pub fn add(world: &mut World, admin: &User, request: &Request, id: &str) -> Outcome {
    let whose = text_of(&body_of(request)?, "user_id");
    world
        .channel_mut(id)
        .ok_or_else(missing)?
        .members
        .insert(whose.clone());
    say(world, admin, id, "system_add_to_channel");
    Ok(Answer::json(
        201,
        &json!({"channel_id": id, "user_id": whose, "roles": "channel_user"}),
    ))
}

/// Takes a user out of a channel, which a message of the system says.
pub fn remove(world: &mut World, admin: &User, id: &str, whose: &str) -> Outcome {
    world
        .channel_mut(id)
        .ok_or_else(missing)?
        .members
        .remove(whose);
    say(world, admin, id, "system_remove_from_channel");
    Ok(Answer::done())
}

fn missing() -> Failure {
    Failure::new(404, "app.channel.get.existing.app_error")
}

fn say(world: &mut World, admin: &User, channel: &str, kind: &str) {
    let now_ms = world.clock.now_ms();
    let post = Post {
        id: world.ids.next(),
        create_at: now_ms,
        update_at: now_ms,
        user_id: admin.id.clone(),
        channel_id: channel.to_owned(),
        message: "Who is in the channel has changed.".to_owned(),
        kind: kind.to_owned(),
        ..Post::default()
    };
    world.publish(post, "", true);
}
