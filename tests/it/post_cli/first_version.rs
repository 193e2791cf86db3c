//! `create` and `update`, as scripts of the first version call them.

use serde_json::json;

use super::canned::{Answers, Canned};
use super::{CANARY, CHANNEL, POST, ran};
use crate::support::{NOBODY, Ran, feed_to, home, program};

const BOT: (&str, u16, &str, &str) = (
    "GET /api/v4/users/me",
    200,
    "",
    r#"{"id":"botbotbotbotbotbotbotbotb1","username":"status","is_bot":true}"#,
);
const MADE: (&str, u16, &str, &str) = (
    "POST /api/v4/posts",
    201,
    "",
    r#"{"id":"postpostpostpostpostpostp1"}"#,
);
const GOOD: Answers = &[BOT, MADE, ("PUT /api/v4/posts/postpost", 200, "", "{}")];

fn call(server: &Canned, args: &[&str]) -> Ran {
    let home = home();
    let variables = [("MM_URL", server.url()), ("MM_TOKEN", CANARY)];
    ran(home.path(), &variables, args)
}

#[test]
fn create_prints_the_id_alone_and_flags_stand_before_or_after() {
    let server = Canned::start(GOOD);
    let (before, after) = (
        [
            "--channel",
            CHANNEL,
            "--reply-to",
            POST,
            "create",
            "- a *text*",
        ],
        [
            "create",
            "--channel",
            CHANNEL,
            "--reply-to",
            POST,
            "- a *text*",
        ],
    );
    for args in [before, after] {
        let ran = call(&server, &args).ok();
        assert_eq!(ran.text(), format!("{POST}\n"));
        let remarks = ran.err.matches("kept for compatibility").count();
        assert_eq!(
            (remarks, ran.err.contains("post --key")),
            (1, true),
            "{}",
            ran.err
        );
        let request = server.requests().pop().expect("a request");
        assert_eq!(request.line, "POST /api/v4/posts");
        assert_eq!(request.token, CANARY);
        assert_eq!(request.body["channel_id"], CHANNEL);
        assert_eq!(request.body["root_id"], POST);
        assert_eq!(request.body["message"], "- a *text*");
    }
}

#[test]
fn update_changes_the_message_and_nothing_else() {
    let server = Canned::start(GOOD);
    let quiet = call(
        &server,
        &["--channel", CHANNEL, "update", "-q", POST, "done"],
    )
    .ok();
    assert_eq!((quiet.text(), quiet.err.as_str()), ("", ""));
    let request = server.requests().pop().expect("a request");
    assert_eq!(request.line, format!("PUT /api/v4/posts/{POST}/patch"));
    assert_eq!(request.body, json!({"message": "done"}));
}

#[test]
fn a_text_comes_from_standard_input_without_what_no_server_takes() {
    let server = Canned::start(GOOD);
    let home = home();
    let mut command = program(home.path());
    command.env("MM_URL", server.url()).env("MM_TOKEN", CANARY);
    feed_to(command.args(["update", POST, "-"]), b"two\0\nlines\n").ok();
    let request = server.requests().pop().expect("a request");
    assert_eq!(request.body["message"], "two\nlines");
    let empty = call(&server, &["update", POST, "-"]);
    assert_eq!(empty.code, 2, "{}", empty.err);
}

#[test]
fn a_person_is_warned_and_posts_all_the_same() {
    let server = Canned::start(&[
        (
            "GET /api/v4/users/me",
            200,
            "",
            r#"{"id":"p","username":"alice","is_bot":false}"#,
        ),
        MADE,
    ]);
    let ran = call(&server, &["create", "--channel", CHANNEL, "x"]).ok();
    assert!(ran.err.contains("person (\"alice\")"), "{}", ran.err);
    let allowed = call(
        &server,
        &["create", "--allow-user-token", "--channel", CHANNEL, "x"],
    )
    .ok();
    assert!(!allowed.err.contains("person"), "{}", allowed.err);
}

#[test]
fn every_answer_has_its_code_and_its_advice() {
    let cases: [(Answers, i32, &str); 8] = [
        (&[("GET ", 401, "", "{}")], 77, "token"),
        (
            &[
                BOT,
                (
                    "POST ",
                    403,
                    "",
                    r#"{"id":"api.context.permissions.app_error"}"#,
                ),
            ],
            77,
            "add the bot",
        ),
        (
            &[
                BOT,
                (
                    "POST ",
                    400,
                    "",
                    r#"{"id":"model.post.is_valid.msg.app_error"}"#,
                ),
            ],
            77,
            "model.post.is_valid.msg.app_error",
        ),
        (
            &[
                BOT,
                ("POST ", 429, "Retry-After: 3\r\n", "limit exceeded\n"),
            ],
            75,
            "try again in 3 s",
        ),
        (
            &[BOT, ("POST ", 502, "", "<html>")],
            69,
            "out of order (502)",
        ),
        (
            &[BOT, ("POST ", 302, "Location: http://127.0.0.1:9/\r\n", "")],
            78,
            "another address",
        ),
        (
            &[BOT, ("POST ", 200, "", "<html>welcome")],
            69,
            "no Mattermost server",
        ),
        (
            &[
                BOT,
                ("POST ", 500, "", r#"{"id":"app.post.save.app_error"}"#),
            ],
            69,
            "out of order",
        ),
    ];
    for (answers, code, words) in cases {
        let server = Canned::start(answers);
        let ran = call(&server, &["create", "--channel", CHANNEL, "x"]);
        assert_eq!(ran.code, code, "{answers:?}: {}", ran.err);
        assert!(
            ran.err.contains(words) && ran.err.contains("hint:"),
            "{answers:?}: {}",
            ran.err
        );
        assert_eq!(ran.text(), "", "{answers:?}");
    }
}

#[test]
fn a_server_that_is_not_there_is_told_from_one_that_refuses() {
    let home = home();
    let variables = [("MM_URL", NOBODY), ("MM_TOKEN", CANARY)];
    let ran = ran(home.path(), &variables, &["update", POST, "x"]);
    assert_eq!(ran.code, 69, "{}", ran.err);
    assert!(
        ran.err.contains("refused") && ran.err.contains("doctor"),
        "{}",
        ran.err
    );
}
