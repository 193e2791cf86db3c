//! The team, channels and accounts that every fake starts with: those of the contract.

use std::collections::{BTreeSet, HashSet};

use super::channels::Channel;
use super::clock::Clock;
use super::ids::Ids;
use super::options::Options;
use super::pending::Pending;
use super::people::{Token, User};
use super::posts::{Post, Table};
use super::world::World;

/// Name, roles, whether a bot, whether in the team.
const USERS: [(&str, &str, bool, bool); 6] = [
    ("admin", "system_admin system_user", false, true),
    ("alice", "system_user", false, true),
    ("status-bot", "system_user", true, true),
    ("status-bot-2", "system_user", true, true),
    ("outsider-bot", "system_user", true, false),
    ("postall-bot", "system_user system_post_all", true, true),
];

/// Name, whether private, members.
const CHANNELS: [(&str, bool, &[&str]); 4] = [
    ("status", false, &["status-bot", "status-bot-2", "alice"]),
    (
        "status-private",
        true,
        &["status-bot", "status-bot-2", "alice"],
    ),
    ("status-bare", false, &["alice"]),
    ("status-old", false, &["status-bot"]),
];

/// The name of the team.
pub const TEAM: &str = "livestatus";
/// The archived channel.
pub const ARCHIVED: &str = "status-old";

/// A provisioned server. Ids and tokens are the same every time.
pub fn world(options: Options) -> World {
    let mut ids = Ids::new(0x6c69_7665);
    let clock = Clock::new(options.frozen_ms);
    let team = (ids.next(), TEAM.to_owned());
    let mut users = Vec::new();
    let mut tokens = Vec::new();
    for (username, roles, is_bot, in_team) in USERS {
        let id = ids.next();
        tokens.push(Token {
            id: ids.next(),
            token: ids.next(),
            user: id.clone(),
            description: "seeded".to_owned(),
            is_active: true,
        });
        users.push(User {
            id,
            username: username.to_owned(),
            is_bot,
            roles,
            in_team,
            delete_at: 0,
        });
    }
    let mut world = World {
        options,
        clock,
        ids,
        request_ids: Ids::new(0x7265_7175),
        team,
        users,
        tokens,
        warm: HashSet::new(),
        channels: Vec::new(),
        posts: Table::default(),
        pending: Pending::default(),
        reactions: Vec::new(),
        notices: Vec::new(),
        listeners: Vec::new(),
    };
    for (name, private, members) in CHANNELS {
        let channel = channel(&mut world, name, private, members);
        world.channels.push(channel);
    }
    archive(&mut world);
    world
}

fn channel(world: &mut World, name: &str, private: bool, members: &[&str]) -> Channel {
    let ids = members
        .iter()
        .filter_map(|member| world.named(member))
        .map(|user| user.id.clone());
    let members: BTreeSet<String> = ids.collect();
    Channel {
        id: world.ids.next(),
        team: world.team.0.clone(),
        name: name.to_owned(),
        private,
        delete_at: 0,
        create_at: world.clock.now_ms(),
        last_post_at: 0,
        members,
    }
}

/// Archives the channel that is archived, with a post of status-bot in it.
fn archive(world: &mut World) {
    let now_ms = world.clock.now_ms();
    let author = world
        .named("status-bot")
        .map(|user| user.id.clone())
        .unwrap_or_default();
    let id = world.ids.next();
    let Some(channel) = world
        .channels
        .iter_mut()
        .find(|channel| channel.name == ARCHIVED)
    else {
        return;
    };
    channel.delete_at = now_ms;
    let post = Post {
        id,
        create_at: now_ms,
        update_at: now_ms,
        user_id: author,
        channel_id: channel.id.clone(),
        message: "from before".to_owned(),
        ..Post::default()
    };
    world.posts.insert(post);
}
