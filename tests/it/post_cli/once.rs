//! `post --key`: one post under a name, for scripts and cron.

use serde_json::json;

use super::with_fake;
use crate::fake_mattermost::{Action, Call, Fake, Rule};
use crate::support::{feed_to, home, program};

#[test]
fn the_same_name_is_the_same_post_whatever_is_lost() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    let say = |text: &str, more: &[&str]| {
        let args = [
            "post",
            "--channel",
            &channel,
            "--key",
            "nightly",
            "--text",
            text,
        ];
        with_fake(&fake, home.path(), &[&args, more].concat()).ok()
    };
    let made = say("backup: 10 of 90", &[]).lines().remove(0);
    assert_eq!(
        (made["did"].as_str(), made["key"].as_str()),
        (Some("created"), Some("nightly"))
    );
    let post = made["box"].as_str().expect("the post's id").to_owned();
    let before = fake.requests().len();
    let edited = say("backup: 60 of 90", &[]).lines().remove(0);
    assert_eq!(
        (edited["did"].as_str(), edited["box"].as_str()),
        (Some("updated"), Some(&*post))
    );
    let last = fake.requests().pop().expect("a request");
    assert_eq!(
        (last.method.as_str(), fake.requests().len() - before),
        ("PUT", 1),
        "one request"
    );
    let same = say("backup: 60 of 90", &[]).lines().remove(0);
    assert_eq!(same["did"], "unchanged");
    // Another machine, or this one after its disk was lost.
    std::fs::remove_dir_all(home.path().join(".local")).expect("state was kept");
    let last = say("backup: done @all", &["--state", "done"])
        .lines()
        .remove(0);
    assert_eq!(last["box"].as_str(), Some(&*post));
    let posts = fake.posts(&channel);
    let ours: Vec<_> = posts.iter().filter(|post| post.key().is_some()).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert_eq!(
        ours[0].message, "backup: done @all",
        "the caller's own text, as it is"
    );
    assert_eq!(ours[0].props["live_status"]["state"], "done");
}

#[test]
fn a_name_belongs_to_its_place_and_a_channel_has_two_names() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    let say = |place: &[&str]| {
        let args = [&["post", "--key", "k", "--text", "x"], place].concat();
        let mut receipts = with_fake(&fake, home.path(), &args).ok().lines();
        receipts.remove(0)["box"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let by_id = say(&["--channel", &channel]);
    assert_eq!(say(&["--channel", "livestatus/status"]), by_id);
    let in_thread = say(&["--channel", &channel, "--root", &by_id]);
    assert_ne!(in_thread, by_id);
    assert_eq!(
        fake.thread(&by_id)
            .iter()
            .filter(|post| post.root_id == by_id)
            .count(),
        1
    );
    assert_ne!(say(&["--channel", &fake.channel("status-private")]), by_id);
}

#[test]
fn the_text_may_come_from_standard_input() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    for (more, text) in [(&[][..], "one\ntwo"), (&["--text", "-"], "three")] {
        let mut command = program(home.path());
        command
            .env("MM_URL", fake.url())
            .env("MM_TOKEN", fake.token("status-bot"));
        command
            .args(["post", "--channel", &channel, "--key", "k"])
            .args(more);
        feed_to(&mut command, format!("{text}\n").as_bytes()).ok();
        let posts = fake.posts(&channel);
        assert!(
            posts.iter().any(|post| post.message == text),
            "{text}: {posts:?}"
        );
    }
}

#[test]
fn every_end_has_its_code() {
    let fails = |code| Rule::on(Call::Any, Action::status(code));
    let busy = Rule::on(Call::Any, Action::RateLimited { retry_after_s: 2 });
    let cases = [
        (Some(fails(401)), "status", 77, "401"),
        (Some(busy), "status", 75, "too many requests"),
        (Some(fails(502)), "status", 69, "502"),
        (None, "status-bare", 77, "member"),
        (None, "status-old", 77, "archived"),
    ];
    for (fault, channel, code, words) in cases {
        let (fake, home) = (Fake::start(), home());
        let channel = fake.channel(channel);
        let what = format!("{fault:?} {channel}");
        if let Some(rule) = fault {
            fake.fault(rule);
        }
        let args = ["post", "--channel", &channel, "--key", "k", "--text", "x"];
        let ran = with_fake(&fake, home.path(), &args);
        assert_eq!(ran.code, code, "{what}: {}", ran.err);
        assert!(
            ran.err.contains(words) && ran.err.contains("hint:"),
            "{what}: {}",
            ran.err
        );
        let receipt = ran.lines().remove(0);
        assert_eq!(receipt["did"], "failed", "{what}");
        assert!(receipt["error"].is_string(), "{what}");
    }
}

#[test]
fn a_deleted_post_stays_deleted_unless_it_is_asked_for_again() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    let say = |text: &str, more: &[&str]| {
        let args = ["post", "--channel", &channel, "--key", "k", "--text", text];
        with_fake(&fake, home.path(), &[&args, more].concat())
    };
    let made = say("one", &[]).ok().lines().remove(0);
    let post = made["box"].as_str().expect("an id");
    delete(&fake, post);
    let gone = say("two", &[]);
    assert_eq!(gone.code, 77, "{}", gone.err);
    assert!(gone.err.contains("--recreate"), "{}", gone.err);
    let again = say("two", &["--recreate"]).ok().lines().remove(0);
    assert_eq!(again["did"], "created");
    assert_ne!(again["box"].as_str(), Some(post));
}

/// Deletes a post as its author would.
fn delete(fake: &Fake, post: &str) {
    use std::io::{Read as _, Write as _};
    let address = fake.url().replace("http://", "");
    let mut stream = std::net::TcpStream::connect(&address).expect("connects");
    let token = fake.token("status-bot");
    let request = format!(
        "DELETE /api/v4/posts/{post} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[test]
fn a_person_does_not_post_without_insisting() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    let say = |more: &[&str]| {
        let mut command = program(home.path());
        command
            .env("MM_URL", fake.url())
            .env("MM_TOKEN", fake.token("alice"));
        command
            .args(["post", "--channel", &channel, "--key", "k", "--text", "x"])
            .args(more);
        feed_to(&mut command, b"")
    };
    let refused = say(&[]);
    assert_eq!(refused.code, 77, "{}", refused.err);
    assert!(
        refused.err.contains("--allow-user-token"),
        "{}",
        refused.err
    );
    say(&["--allow-user-token"]).ok();
}

#[test]
fn a_dry_run_shows_the_payloads_and_sends_none() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    let args = [
        "post",
        "--channel",
        &channel,
        "--key",
        "k",
        "--text",
        "hello",
        "--dry-run",
    ];
    let shown = with_fake(&fake, home.path(), &args).ok();
    let lines = shown.lines();
    let create = lines
        .iter()
        .find(|line| line["method"] == "POST")
        .expect("a create");
    assert_eq!(create["body"]["channel_id"], json!(channel));
    assert!(shown.text().contains("hello"), "{}", shown.text());
    assert!(fake.requests().is_empty(), "{:?}", fake.requests());
    assert!(
        !home.path().join(".local").exists(),
        "nothing happened that could be remembered"
    );
    let without = program(home.path()).args(args).output().expect("runs");
    assert!(without.status.success(), "a dry run needs no account");
}

#[test]
fn a_receipt_that_cannot_be_written_is_an_error_though_the_post_is_there() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    let full = std::fs::File::options().write(true).open("/dev/full");
    let Ok(full) = full else {
        return println!("skipped: there is no /dev/full");
    };
    let output = program(home.path())
        .env("MM_URL", fake.url())
        .env("MM_TOKEN", fake.token("status-bot"))
        .args(["post", "--channel", &channel, "--key", "k", "--text", "x"])
        .stdout(full)
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(74));
    assert_eq!(fake.posts(&channel).len(), 1);
}
