//! What `doctor` says of a chat server.

use super::canned::{Answers, Canned};
use super::{CANARY, ran};
use crate::fake_mattermost::Fake;
use crate::support::{NOBODY, home};

const BOT: (&str, u16, &str, &str) = (
    "GET /api/v4/users/me",
    200,
    "",
    r#"{"id":"botbotbotbotbotbotbotbotb1","username":"status","is_bot":true}"#,
);

#[test]
fn each_finding_is_ok_or_says_what_to_do() {
    let (fake, home) = (Fake::start(), home());
    let cases = [
        (
            "status-bot",
            "status",
            "ok    the token is that of the bot status-bot\n",
        ),
        (
            "status-bot",
            "status",
            ": Mattermost 5.37.0, messages of up to 16383 characters\n",
        ),
        ("status-bot", "status", "the bot is a member and may post\n"),
        (
            "status-bot",
            "status-bare",
            "the bot sees it, but is no member\n      -> say in the channel: /invite @status-bot\n",
        ),
        (
            "status-bot",
            "status-old",
            "is archived\n      -> unarchive it",
        ),
        (
            "outsider-bot",
            "status-private",
            "there is none, or the bot may not see it",
        ),
        (
            "alice",
            "status",
            "TO DO the token is that of the person alice: every edit of a box",
        ),
        (
            "nobody",
            "status",
            "the token is not taken\n      -> make a new one",
        ),
    ];
    for (user, channel, want) in cases {
        let (url, channel) = (fake.url(), fake.channel(channel));
        let token = if user == "nobody" {
            CANARY.to_owned()
        } else {
            fake.token(user)
        };
        let variables = [("MM_URL", url.as_str()), ("MM_TOKEN", &token)];
        let ran = ran(home.path(), &variables, &["doctor", "--channel", &channel]);
        assert!(ran.text().contains(want), "{want} in:\n{}", ran.text());
        assert!(!ran.text().contains(&token), "{}", ran.text());
    }
    let only_reads = fake
        .requests()
        .iter()
        .all(|request| request.method == "GET");
    assert!(only_reads, "doctor changes nothing");
}

#[test]
fn what_is_no_server_or_keeps_another_time_is_named() {
    const OLD: &str = "Date: Fri, 27 Nov 2020 10:00:00 GMT\r\n";
    let cases: [(Answers, &str); 2] = [
        (
            &[("GET ", 502, "", "<html>")],
            "the server answered 502\n      -> is this the address",
        ),
        (
            &[(BOT.0, BOT.1, OLD, BOT.3)],
            "s behind ours\n      -> set the clocks by NTP",
        ),
    ];
    let home = home();
    for (answers, want) in cases {
        let server = Canned::start(answers);
        let variables = [("MM_URL", server.url()), ("MM_TOKEN", CANARY)];
        let ran = ran(home.path(), &variables, &["doctor"]);
        assert!(ran.text().contains(want), "{want} in:\n{}", ran.text());
    }
}

#[test]
fn a_server_is_looked_at_only_where_one_is_set() {
    let home = home();
    let without = ran(home.path(), &[("MM_TOKEN", CANARY)], &["doctor"]);
    assert!(!without.text().contains("token"), "{}", without.text());
    let url = NOBODY;
    let nobody = ran(
        home.path(),
        &[("MM_URL", url), ("MM_TOKEN", CANARY)],
        &["doctor"],
    );
    assert_eq!(nobody.code, 1, "{}", nobody.err);
    let want = format!("TO DO {url}: connection refused");
    assert!(nobody.text().contains(&want), "{}", nobody.text());
    let no_token = ran(home.path(), &[("MM_URL", url)], &["doctor"]);
    assert!(
        no_token.text().contains("there is no token"),
        "{}",
        no_token.text()
    );
}
