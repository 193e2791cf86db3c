//! `finish`: boxes that are closed by hand, from the command line.

use live_status::store::{Boxes, Lock};
use live_status::wire::time::Time;

use super::ps::{fill, state_of};
use super::with_fake;
use crate::fake_mattermost::{Action, Call, Fake, Post, Rule};
use crate::support::{Ran, home, run};

/// Lets so many minutes pass for every box of a home.
fn age(home: &std::path::Path, minutes: i64) {
    let boxes = Boxes::open(&state_of(home), false, Time::default()).expect("opens");
    for mut kept in boxes.all() {
        kept.at = kept.at.plus_ms(-minutes * 60_000);
        boxes.commit(&kept).expect("committed");
    }
}

/// A server and a home with posts of these names, the last of them done.
fn with_posts(names: &[&str]) -> (Fake, tempfile::TempDir) {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    for (at, name) in names.iter().enumerate() {
        let state = if at + 1 == names.len() {
            "done"
        } else {
            "active"
        };
        let args = [
            "post",
            "--channel",
            &channel,
            "--key",
            name,
            "--state",
            state,
            "--text",
            name,
        ];
        with_fake(&fake, home.path(), &args).ok();
    }
    (fake, home)
}

fn messages(fake: &Fake) -> Vec<String> {
    let posts = fake.posts(&fake.channel("status")).into_iter();
    let mut texts: Vec<_> = posts
        .filter(Post::is_live)
        .map(|post| post.message)
        .collect();
    texts.sort();
    texts
}

fn closed(text: &str) -> bool {
    text.contains("[INTERRUPTED] closed by hand at ")
}

#[test]
fn a_box_is_closed_by_its_name_and_a_receipt_says_so() {
    let (fake, home) = with_posts(&["alpha", "alpine", "over"]);
    let ran = with_fake(&fake, home.path(), &["finish", "alpha"]).ok();
    let receipt = ran.lines().remove(0);
    assert_eq!(
        (&receipt["did"], &receipt["key"]),
        (&"updated".into(), &"alpha".into())
    );
    let texts = messages(&fake);
    assert!(
        texts[0].starts_with("alpha") && closed(&texts[0]),
        "{texts:?}"
    );
    assert_eq!(&texts[1..], ["alpine", "over"]);
    let listed = run(home.path(), &["ps", "--json", "--state", "interrupted"]).ok();
    let line = listed.lines().remove(0);
    assert_eq!(
        (&line["frame"], &line["why"]),
        (&"alpha".into(), &"closed by hand".into())
    );

    // Whoever is over already is left as it is.
    for name in ["alpha", "over"] {
        let ran = with_fake(&fake, home.path(), &["finish", name]).ok();
        assert_eq!(ran.text(), "");
        assert!(ran.err.contains("is over already"), "{}", ran.err);
    }
    assert_eq!(messages(&fake), texts);
}

#[test]
fn a_beginning_that_several_have_closes_none_of_them() {
    let (fake, home) = with_posts(&["alpha", "alpine", "over"]);
    let texts = messages(&fake);
    let cases = [
        ("al", 2, "names 2 boxes"),
        ("beta", 1, "nothing is remembered"),
        ("", 1, "nothing"),
    ];
    for (name, code, words) in cases {
        let ran = with_fake(&fake, home.path(), &["finish", name]);
        assert_eq!(ran.code, code, "{name}: {}", ran.err);
        assert!(
            ran.err.contains(words) && ran.err.contains("hint:"),
            "{}",
            ran.err
        );
    }
    assert_eq!(messages(&fake), texts);
    with_fake(&fake, home.path(), &["finish", "alpi"]).ok();
    assert!(closed(&messages(&fake)[1]));
}

#[test]
fn what_was_not_updated_for_long_is_closed_together() {
    let (fake, home) = with_posts(&["alpha", "beta", "over"]);
    let none = with_fake(&fake, home.path(), &["finish", "--all-stale"]).ok();
    assert_eq!(none.text(), "", "all are young");
    age(home.path(), 100);
    let none = with_fake(&fake, home.path(), &["finish", "--all-stale"]).ok();
    assert_eq!(none.text(), "", "the default is two hours");
    let dry = ["finish", "--all-stale", "--older-than", "90m", "--dry-run"];
    // It needs no account.
    let would = run(home.path(), &dry).ok();
    let lines: Vec<&str> = would.text().lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, name) in lines.iter().zip(["(alpha)", "(beta)"]) {
        let all = would.text();
        assert!(
            line.starts_with("would close ") && all.contains(name),
            "{all}"
        );
        assert!(line.contains("[ACTIVE], updated 1h 4"), "{line}");
    }
    assert_eq!(messages(&fake), ["alpha", "beta", "over"]);
    age(home.path(), 20);
    let ran = with_fake(&fake, home.path(), &["finish", "--all-stale"]).ok();
    assert_eq!(ran.lines().len(), 2);
    let texts = messages(&fake);
    assert!(
        closed(&texts[0]) && closed(&texts[1]) && texts[2] == "over",
        "{texts:?}"
    );
}

#[test]
fn a_box_that_run_updates_is_stale_once_nothing_comes_of_its_run() {
    let (fake, home) = with_posts(&["alpha", "over"]);
    let boxes = Boxes::open(&state_of(home.path()), false, Time::default()).expect("opens");
    for mut kept in boxes.all() {
        kept.about.last = Some(kept.at.plus_ms(-3 * 60 * 60_000));
        boxes.commit(&kept).expect("committed");
    }
    drop(boxes);
    let would = run(home.path(), &["finish", "--all-stale", "--dry-run"]).ok();
    assert!(
        would.text().contains(" ago, nothing new for 3h 0m, post "),
        "{}",
        would.text()
    );
    let ran = with_fake(&fake, home.path(), &["finish", "--all-stale"]).ok();
    assert_eq!(ran.lines().len(), 1);
    assert!(closed(&messages(&fake)[0]));
    // A script that says more has the last word.
    let again = [
        "post",
        "--channel",
        &fake.channel("status"),
        "--key",
        "alpha",
    ];
    let again = [&again[..], &["--state", "active", "--text", "alpha 2"]].concat();
    with_fake(&fake, home.path(), &again).ok();
    assert_eq!(messages(&fake)[0], "alpha 2");
    let listed = run(home.path(), &["ps", "--json", "--state", "active"]).ok();
    let line = listed.lines().remove(0);
    assert_eq!(
        (&line["frame"], line.get("closed")),
        (&"alpha".into(), None)
    );
}

#[test]
fn what_the_command_line_cannot_mean_is_refused() {
    let home = home();
    for args in [
        &["finish"][..],
        &["finish", "key", "--all-stale"],
        &["finish", "key", "--older-than", "1h"],
    ] {
        assert_eq!(run(home.path(), args).code, 2, "{args:?}");
    }
    fill(home.path());
    let ran = run(home.path(), &["finish", "one"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("no URL and no token"), "{}", ran.err);
}

#[test]
fn a_run_that_is_at_work_may_bring_it_back_and_that_is_said() {
    let (fake, home) = with_posts(&["alpha", "over"]);
    let lock = Lock::take(&state_of(home.path()), "run").expect("taken");
    let ran = with_fake(&fake, home.path(), &["finish", "alpha"]).ok();
    let holder = format!("process {}", std::process::id());
    assert!(
        ran.err.contains("comes back if its run goes on") && ran.err.contains(&holder),
        "{}",
        ran.err
    );
    assert!(closed(&messages(&fake)[0]));
    drop(lock);
}

#[test]
fn boxes_of_another_server_are_left_alone() {
    let (fake, home) = with_posts(&["alpha", "over"]);
    fill(home.path());
    let ran = with_fake(&fake, home.path(), &["finish", "two"]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(ran.err.contains("chat.example.org"), "{}", ran.err);
    age(home.path(), 24 * 60);
    let ran = with_fake(&fake, home.path(), &["finish", "--all-stale"]).ok();
    assert_eq!(ran.lines().len(), 1);
    assert!(ran.err.contains("2 left alone"), "{}", ran.err);
}

#[test]
fn the_code_tells_what_was_not_done() {
    let (fake, home) = with_posts(&["alpha", "beta", "over"]);
    age(home.path(), 24 * 60);
    let code = |ran: &Ran| (ran.code, ran.err.contains("hint:"));
    fake.go_down();
    for args in [&["finish", "alpha"][..], &["finish", "--all-stale"]] {
        let ran = with_fake(&fake, home.path(), args);
        assert_eq!(code(&ran), (69, true), "{args:?}: {}", ran.err);
        assert!(ran.lines().iter().all(|receipt| receipt["did"] == "failed"));
    }
    fake.come_up().expect("up again");
    // One of two is refused: the other is closed, and the code says that not all was well.
    fake.fault(Rule::on(Call::Patch, Action::status(400)).times(1));
    let ran = with_fake(&fake, home.path(), &["finish", "--all-stale"]);
    assert_eq!(code(&ran), (1, true), "{}", ran.err);
    assert!(ran.err.contains("1 of 2 boxes"), "{}", ran.err);
    assert_eq!(
        messages(&fake).iter().filter(|text| closed(text)).count(),
        1
    );
    // The same again takes the one that is left.
    let ran = with_fake(
        &fake,
        home.path(),
        &["finish", "--all-stale", "--older-than", "0"],
    )
    .ok();
    assert_eq!(ran.lines().len(), 1);
    assert_eq!(
        messages(&fake).iter().filter(|text| closed(text)).count(),
        2
    );
}

#[test]
fn nothing_is_left_to_close_where_somebody_deleted_the_post() {
    let (fake, home) = with_posts(&["alpha", "over"]);
    let posts = fake.posts(&fake.channel("status"));
    let alpha = posts.iter().find(|post| post.message == "alpha");
    crate::mattermost::rig::client(&fake, "status-bot")
        .delete(&format!("/posts/{}", alpha.expect("a post").id))
        .expect("an answer");
    let ran = with_fake(&fake, home.path(), &["finish", "alpha"]).ok();
    assert_eq!(ran.lines().remove(0)["did"], "gone");
    let listed = run(home.path(), &["ps", "--json", "--state", "active"]).ok();
    assert_eq!(listed.lines().remove(0)["phase"], "gone");
    let again = with_fake(
        &fake,
        home.path(),
        &["finish", "--all-stale", "--older-than", "0"],
    )
    .ok();
    assert_eq!(again.text(), "");
}
