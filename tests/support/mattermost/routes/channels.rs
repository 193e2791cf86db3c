//! Channels, looked up.

use serde_json::json;

use super::super::channels::Channel;
use super::super::http::{Answer, Failure, Request};
use super::super::people::User;
use super::super::reading;
use super::super::world::World;
use super::{Outcome, id_in_url};

/// A channel by its id.
pub fn get(world: &World, user: &User, id: &str) -> Outcome {
    id_in_url(id)?;
    let missing = || Failure::new(404, "app.channel.get.existing.app_error");
    let channel = world.channel(id).ok_or_else(missing)?;
    if !channel.is_readable_by(user) {
        return Err(Failure::permissions());
    }
    Ok(Answer::json(200, &channel.json()))
}

/// Whether somebody is a member.
pub fn member(world: &World, user: &User, id: &str, whose: &str) -> Outcome {
    id_in_url(id)?;
    let found = world.channel(id).filter(|found| found.is_readable_by(user));
    let channel = found.ok_or_else(Failure::permissions)?;
    if !channel.members.contains(whose) {
        return Err(Failure::new(
            404,
            "app.channel.get_member.missing.app_error",
        ));
    }
    Ok(Answer::json(
        200,
        &json!({"channel_id": id, "user_id": whose}),
    ))
}

/// A channel by its name, in the team of this name or id.
pub fn by_name(world: &World, user: &User, request: &Request, team: &str, name: &str) -> Outcome {
    let deleted_too = request.is_true("include_deleted");
    let ours = |channel: &&Channel| {
        (team == world.team.0 || team == world.team.1)
            && channel.name == name
            && (channel.delete_at == 0 || deleted_too)
            && channel.is_readable_by(user)
    };
    let missing = || Failure::new(404, "app.channel.get_by_name.missing.app_error");
    let channel = world.channels.iter().find(ours).ok_or_else(missing)?;
    Ok(Answer::json(200, &channel.json()))
}

/// The direct messages of two people, made where they never wrote to each other.
pub fn direct(world: &mut World, user: &User, request: &Request) -> Outcome {
    let body = reading::parse(&request.body).unwrap_or_default();
    let pair: Vec<String> = serde_json::from_value(body).unwrap_or_default();
    let bad = || Failure::new(400, "api.context.invalid_body_param.app_error");
    if pair.len() != 2
        || !pair
            .iter()
            .all(|id| world.users.iter().any(|user| user.id == *id))
    {
        return Err(bad());
    }
    if !pair.contains(&user.id) {
        return Err(Failure::permissions());
    }
    let mut ids = pair;
    ids.sort();
    let name = ids.join("__");
    if let Some(channel) = world.channels.iter().find(|channel| channel.name == name) {
        return Ok(Answer::json(201, &channel.json()));
    }
    let now_ms = world.clock.now_ms();
    let channel = Channel {
        id: world.ids.next(),
        team: String::new(),
        name,
        private: true,
        delete_at: 0,
        create_at: now_ms,
        last_post_at: 0,
        members: ids.into_iter().collect(),
    };
    let answer = Answer::json(201, &channel.json());
    world.channels.push(channel);
    Ok(answer)
}
