//! `live-status update`: the first version's command, as scripts know it.

use clap::Args;
use serde_json::json;

use super::args::Global;
use super::chat::{Server, answer, post_id};
use super::compat;
use super::failure::Failure;

/// Edit a post of the same account (kept for compatibility)
///
/// Changes its text and nothing else. New scripts use post --key, which
/// remembers the post.
#[derive(Args, Debug)]
pub(super) struct UpdateArgs {
    /// The post's id, as create printed it
    #[arg(value_name = "POST", value_parser = post_id)]
    post: String,

    /// What the post is to say; - reads standard input
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: String,

    #[command(flatten)]
    server: Server,

    /// Taken as the first version took it; a post knows its channel
    #[arg(long, value_name = "CHANNEL", hide = true)]
    channel: Option<String>,

    /// Taken as the first version took it; a post knows its thread
    #[arg(long, value_name = "POST", hide = true)]
    reply_to: Option<String>,
}

impl UpdateArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let text = compat::text(&self.text, "update")?;
        let client = compat::client(&self.server, "update", global)?;
        // The message alone: props that are not sent stay as they are.
        let body = json!({ "message": text });
        let what = format!("update the post {}", self.post);
        let answer = client
            .put(&format!("/posts/{}/patch", self.post), &body)
            .map_err(|lost| answer::lost(&what, &client, &lost))?;
        answer::good(&what, &client, answer).map(drop)
    }
}
