//! The chat server: is it there, who are we, may we post, do our clocks agree.

use std::time::SystemTime;

use super::super::chat::Server;
use super::Report;
use crate::daemon::reader::wire_time;
use crate::sink::mattermost::{Channel, Finding, Place, probe};

/// Looks at the server, where one is set.
pub(super) fn look(server: &Server, channel: Option<&Channel>, report: &mut Report) {
    if server.url().is_none() {
        if let Some(missing) = server.missing().filter(|_| channel.is_some()) {
            report.todo(
                format_args!("cannot look at the channel: there is {missing}"),
                "set MM_URL or --url, and MM_TOKEN or --token-file",
            );
        }
        return;
    }
    let client = match server.client("doctor") {
        Ok(client) => client,
        Err(failure) => {
            report.todo(&failure, failure.advice().unwrap_or("see the message"));
            return;
        }
    };
    let place = channel.cloned().map(|channel| Place {
        channel,
        root: None,
    });
    let now = wire_time(SystemTime::now());
    for finding in probe(client, place.as_ref(), server.allow_user_token, now) {
        match finding {
            Finding::Fine(what) => report.ok(what),
            Finding::ToDo(what, hint) => report.todo(what, hint),
        }
    }
}
