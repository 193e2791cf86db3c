//! What the first version's commands share: flags before the verb, a text, a remark.

use std::ffi::OsString;
use std::io::Read as _;

use serde::Deserialize;

use super::args::Global;
use super::chat::{Server, answer};
use super::failure::{Doing as _, Failure};
use crate::sink::mattermost::Client;

/// Flags that the first version took before its verbs, each with a value.
const BEFORE: [&str; 5] = [
    "--channel",
    "--reply-to",
    "--url",
    "--token-file",
    "--ca-file",
];

/// The longest text that is read; no server takes as much.
const LONGEST: u64 = 1 << 20;

/// Puts flags that stand before `create` or `update` behind it; any other line stays as it is.
pub(super) fn verb_first(mut args: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(arg) = args.get(at).and_then(|arg| arg.to_str()) {
        match BEFORE.iter().find_map(|flag| arg.strip_prefix(flag)) {
            Some("") => at += 2,
            Some(rest) if rest.starts_with('=') => at += 1,
            _ => break,
        }
    }
    let is_ours = |arg: &OsString| arg == "create" || arg == "update";
    if at > 1 && args.get(at).is_some_and(is_ours) {
        args[1..=at].rotate_right(1);
    }
    args
}

/// The text of a post: as it was given, or standard input for `-`.
pub(super) fn text(given: &str, verb: &str) -> Result<String, Failure> {
    let mut text = given.to_owned();
    if given == "-" {
        let mut bytes = Vec::new();
        let input = super::input::stdin(verb)?;
        let read = input.take(LONGEST + 1).read_to_end(&mut bytes);
        read.doing(|| "cannot read the text from standard input".to_owned())?;
        if bytes.len() as u64 > LONGEST {
            return Err(Failure::usage(format!(
                "the text on standard input is longer than {} KiB",
                LONGEST >> 10
            ))
            .hint("a Mattermost post takes 16,383 characters"));
        }
        text = String::from_utf8_lossy(&bytes)
            .trim_end_matches('\n')
            .to_owned();
    }
    // No server takes it: the answer would be 500 for ever.
    text.retain(|c| c != '\0');
    if text.trim().is_empty() {
        return Err(
            Failure::usage("the text is empty").hint("give a text, or - for standard input")
        );
    }
    Ok(text)
}

/// A client for one of the first version's verbs; says what is better nowadays, and who is posting.
pub(super) fn client(server: &Server, verb: &str, global: &Global) -> Result<Client, Failure> {
    #[derive(Deserialize)]
    struct Me {
        #[serde(default)]
        username: String,
        #[serde(default)]
        is_bot: bool,
    }
    let client = server.client(verb)?;
    global.say(format_args!(
        "{verb} is kept for compatibility; live-status post --key NAME --text TEXT needs no post id and never posts twice"
    ));
    let what = "see whose token it is";
    let me = client
        .get("/users/me")
        .map_err(|lost| answer::lost(what, &client, &lost))?;
    let me = answer::good(what, &client, me)?.json::<Me>();
    if let Some(me) = me.filter(|me| !me.is_bot && !server.allow_user_token) {
        global.say(format_args!(
            "the token is that of a person ({:?}); a bot's keeps edits out of a free edition's message count",
            me.username
        ));
    }
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_flags_before_the_first_versions_verbs_are_moved() {
        let cases = [
            ("x --channel c create text", "x create --channel c text"),
            (
                "x --channel=c --reply-to r create text",
                "x create --channel=c --reply-to r text",
            ),
            ("x --url u update p text", "x update --url u p text"),
            ("x create --channel c text", "x create --channel c text"),
            ("x --channel create create t", "x create --channel create t"),
            ("x --channel c post", "x --channel c post"),
            ("x --channel create", "x --channel create"),
            ("x --color never create t", "x --color never create t"),
            ("x tail create", "x tail create"),
            ("x", "x"),
        ];
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        for (given, want) in cases {
            assert_eq!(verb_first(words(given)), words(want), "{given}");
        }
    }
}
