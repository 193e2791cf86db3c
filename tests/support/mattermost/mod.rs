//! A fake Mattermost for the tests, in memory, on loopback.
//!
//! It is faithful where `live-status post` depends on it: the REST routes, their refusals with status and
//! id, the limits counted as Go counts them, `pending_post_id`, the rows that edits leave, keep-alive, the
//! rate limit and the event socket, as measured on 5.37 and, with [`Options::newer`], as the sources of
//! newer servers say. A contract suite holds it to all of that (`tests/it/mattermost/contract.rs`).
//!
//! It is not Mattermost: one team and six accounts, no login, files, search, preferences, plugins or
//! cluster; a request is carried out whole under one lock, so what races there is here always the same
//! allowed outcome. The outcomes that a race, an outage or another poster would bring are asked for by
//! rules (`faults`), in process or over `POST /__faults`, and requests can be held at their boundaries.
//!
//! Ids and tokens are the same in every run. What tests ask of it begins at [`Fake`].

#![allow(
    dead_code,
    reason = "the tests and the example use different parts of it"
)]

mod address;
mod attachments;
mod bell;
mod channels;
mod clock;
mod connection;
mod events;
mod fake;
mod faults;
mod http;
mod ids;
mod mentions;
mod options;
mod pending;
mod people;
mod posts;
mod props;
mod rate;
mod reading;
mod record;
mod routes;
mod seed;
mod server;
mod stop;
mod target;
mod websocket;
mod world;

#[allow(
    unused_imports,
    reason = "the tests and the example use different parts of it"
)]
pub use self::{
    address::{Address, Connections},
    bell::Bell,
    fake::Fake,
    faults::{Action, Call, Faults, Held, Moment, Rule},
    http::{Answer, Reader, Received, Request},
    options::{Flavour, Options, Rate},
    posts::Post,
    record::Recorded,
    stop::Stop,
    world::Notice,
};
