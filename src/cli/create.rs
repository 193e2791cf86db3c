//! `live-status create`: the first version's command, as scripts know it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::args::Global;
use super::chat::{Server, answer, post_id};
use super::failure::{Failure, Kind};
use super::{compat, output};
use crate::sink::mattermost::{Answer, Client, is_id};

/// Post a text and print the post's id (kept for compatibility)
///
/// Scripts of the first version go on: flags may stand before the verb too.
/// New ones use post --key, which remembers the post and never makes two.
#[derive(Args, Debug)]
pub(super) struct CreateArgs {
    /// What the post says; - reads standard input
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: String,

    #[command(flatten)]
    server: Server,

    /// The channel's id
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,

    /// Reply to the post of this id
    #[arg(long, value_name = "POST", value_parser = post_id)]
    reply_to: Option<String>,
}

impl CreateArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        #[derive(Deserialize)]
        struct Made {
            id: String,
        }
        let channel =
            self.channel
                .as_deref()
                .filter(|id| is_id(id))
                .ok_or_else(|| {
                    Failure::usage("create needs the id of a channel: 26 letters and digits")
                .hint("live-status create --channel ID TEXT; View Info of the channel shows its id")
                })?;
        let text = compat::text(&self.text, "create")?;
        let client = compat::client(&self.server, "create", global)?;
        let body = json!({
            "channel_id": channel,
            "root_id": self.reply_to.as_deref().unwrap_or_default(),
            "message": text,
            "pending_post_id": unlike_any(),
        });
        let made = send(&client, &body)?.json::<Made>();
        let id = made.map(|made| made.id).filter(|id| is_id(id)).ok_or_else(|| {
            Failure::new(
                Kind::Unreachable,
                anyhow::anyhow!("{} answered with no post: it is no Mattermost server, or a proxy stands before it", client.address()),
            )
            .hint("see what live-status doctor says of the server")
        })?;
        output::print(format!("{id}\n").as_bytes())
    }
}

/// Sends it, again where the server lost the race of a thread's first replies: then nothing was stored.
fn send(client: &Client, body: &Value) -> Result<Answer, Failure> {
    const ROUNDS: u32 = 5;
    let what = "create the post";
    let mut round = 1;
    loop {
        let answer = client
            .post("/posts", body)
            .map_err(|lost| answer::lost(what, client, &lost))?;
        let raced = answer.status == 500 && answer.error_id() == "app.post.save.app_error";
        if !raced || round == ROUNDS {
            return answer::good(what, client, answer);
        }
        std::thread::sleep(Duration::from_millis(50) * round);
        round += 1;
    }
}

/// Tells this request from every other, should something between us and the server repeat it.
fn unlike_any() -> String {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!("create:{}:{}", std::process::id(), since.as_nanos())
}
