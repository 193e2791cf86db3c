//! Servers that refuse, fail or are none, and a process that is looked at while it waits for one.

use super::*;
use crate::support::NOBODY;

// Fault 88.
#[test]
fn no_failure_of_a_server_gives_the_token_away() {
    let (port, _, _) = network::tls("localhost");
    let untrusted = format!("https://localhost:{port}");
    let faults: [(&str, Option<Action>, Option<&str>); 9] = [
        ("401", Some(Action::status(401)), None),
        ("403", Some(Action::status(403)), None),
        ("404", Some(Action::status(404)), None),
        ("429", Some(Action::status(429)), None),
        ("500", Some(Action::status(500)), None),
        ("502", Some(Action::status(502)), None),
        ("reset", Some(Action::ResetAfter), None),
        ("refused", None, Some(NOBODY)),
        ("untrusted", None, Some(&untrusted)),
    ];
    let fails = |name: &str, action: Option<Action>, url: Option<&str>| {
        let (fake, home) = (Fake::start(), home());
        let (token, channel, post) = (
            fake.token("status-bot"),
            fake.channel("status"),
            "p".repeat(26),
        );
        if let Some(action) = action {
            fake.fault(Rule::on(Call::Any, action));
        }
        let verbs: [&[&str]; 4] = [
            &["post", "--channel", &channel, "--key", "k", "--text", "x"],
            &["--channel", &channel, "create", "x"],
            &["update", &post, "x"],
            &["doctor", "--channel", &channel],
        ];
        for verb in verbs {
            let mut command = loud(command(&fake, home.path(), verb));
            command.envs(url.map(|url| ("MM_URL", url)));
            let ran: Ran = command.output().expect("it starts").into();
            let what = format!("{verb:?} at {name}");
            assert!(
                ran.code != 0 && ran.code < 100,
                "{what}: {} {}",
                ran.code,
                ran.err
            );
            assert!(!ran.err.contains("panicked"), "{what}: {}", ran.err);
            search_all(&ran, home.path(), &token, &what);
        }
    };
    std::thread::scope(|scope| {
        for (name, action, url) in faults {
            scope.spawn(move || fails(name, action, url));
        }
    });
}

#[test]
fn a_stream_that_fails_keeps_the_token_out_of_its_receipts() {
    for status in [401, 500] {
        let (fake, home) = (Arc::new(Fake::start()), home());
        fake.fault(Rule::on(Call::Any, Action::status(status)));
        let args = ["post", "--channel", &fake.channel("status")];
        let mut post = Process::start(&fake, &mut loud(command(&fake, home.path(), &args)));
        let now = Time(jiff::Timestamp::now().as_millisecond());
        post.feed(&frame("run", 1, State::Active, "x", now));
        fake.wait_until("refusal", |fake| {
            fake.requests().iter().any(|one| one.status.is_some())
        });
        post.signal(Signal::TERM);
        let ran = post.end();
        assert!(
            ran.text().contains("\"failed\""),
            "{status}: {}",
            ran.text()
        );
        search_all(
            &ran,
            home.path(),
            &fake.token("status-bot"),
            &format!("a stream at {status}"),
        );
    }
}

#[test]
fn neither_the_process_table_nor_the_disk_shows_the_token_while_a_request_is_under_way() {
    let (fake, home, outside) = (Arc::new(Fake::start()), home(), home());
    let token = fake.token("status-bot");
    let file = outside.path().join("token");
    private(&file, &token);
    // The last edit of a box: everything is remembered by then.
    let held = hold(&fake, 5, Moment::After);
    let channel = fake.channel("status");
    let args = ["post", "--channel", &channel];
    let mut command = command(&fake, home.path(), &args);
    command
        .env_remove("MM_TOKEN")
        .env("LIVE_STATUS_TOKEN_FILE", &file);
    let mut post = Process::start(&fake, &mut command);
    let now = Time(jiff::Timestamp::now().as_millisecond());
    post.feed(&frame("run", 1, State::Done, "[DONE] x", now));
    fake.wait_until("request that is held", is_held);
    held.wait_for(1);
    for name in ["cmdline", "environ", "comm", "status"] {
        let bytes = post.proc(name);
        assert!(!bytes.is_empty(), "/proc has no {name}");
        search(&bytes, &token, &format!("/proc/PID/{name}"));
    }
    assert_eq!(post.children(), "", "nobody is there to inherit it");
    for path in files(home.path(), "") {
        let bytes = std::fs::read(&path).expect("a file of ours");
        search(&bytes, &token, &path.display().to_string());
    }
    held.release();
    search_all(&post.end().ok(), home.path(), &token, "post");
}
