//! Integration tests: the real binary, a closed-off home, a fixed clock.

mod agent_hooks;
mod board;
mod commentary;
mod compat;
mod conformance;
mod deploy;
mod dialects;
mod examples;
#[path = "../support/mattermost/mod.rs"]
mod fake_mattermost;
mod faults;
mod faults_map;
#[path = "../support/faulty_proxy/mod.rs"]
mod faulty_proxy;
mod filters;
mod generated;
mod goldens;
mod layout;
mod lineage;
mod mattermost;
mod picture;
mod post_cli;
mod properties;
mod readme;
mod rooms;
mod rules;
mod secrets;
mod service;
mod support;
