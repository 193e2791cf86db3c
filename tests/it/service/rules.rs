//! The rules of what listens (25 and 26 of the security requirements), one test each.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;

use super::rig::{Answer, Home, Service, fake, get, get_with, send};
use crate::support::Ran;

fn ends(home: &Home, args: &[&str]) -> Ran {
    let output = home.run(args).output();
    output.expect("the program starts").into()
}

#[test]
fn rule_25_nothing_listens_unless_an_address_is_set() {
    let home = Home::new();
    for value in ["", "0"] {
        let mut run = Service::start(home.run(&[]).env("HEALTH_PORT", value));
        run.until("ready: sources are armed");
        run.stop();
        assert!(!run.said().contains("answering /health"), "{}", run.said());
    }
}

#[test]
fn rule_25_another_address_needs_leave_and_a_token() {
    let home = Home::new();
    let secret = home.write("token", "canary-token\n");
    let secret = secret.to_str().expect("text");
    let far = ["--listen", "0.0.0.0:0"];
    let refused = [
        (vec![], "--health-allow-remote does not say"),
        (
            vec!["--health-token-file", secret],
            "--health-allow-remote does not say",
        ),
        (vec!["--health-allow-remote"], "no token says who"),
    ];
    for (more, why) in refused {
        let ran = ends(&home, &[&far[..], &more].concat());
        assert_eq!(ran.code, 78, "{more:?}: {}", ran.err);
        assert!(
            ran.err.contains(why) && ran.err.contains("hint: "),
            "{}",
            ran.err
        );
    }
    let leave = ["--health-allow-remote", "--health-token-file", secret];
    let mut run = Service::start(&mut home.run(&[&far[..], &leave].concat()));
    let address = run.address().replace("0.0.0.0", "127.0.0.1");
    for fields in [
        "",
        "Authorization: Bearer wrong\r\n",
        "Authorization: Basic canary-token\r\n",
    ] {
        for path in ["/health", "/ready", "/metrics", "/nowhere"] {
            let denied = get_with(&address, path, fields);
            assert_eq!(denied.status, 401, "{path} {fields:?}");
            assert_eq!(denied.body, "a token is needed\n");
        }
    }
    let fields = "Authorization: Bearer canary-token\r\n";
    assert_eq!(get_with(&address, "/health", fields).status, 200);
    run.stop();
    assert!(!run.said().contains("canary"), "{}", run.said());
}

// Fault 65.
#[test]
fn rule_25_a_token_that_others_can_read_is_none() {
    let home = Home::new();
    let secret = home.write("token", "canary-token\n");
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(&secret, open).expect("set");
    let secret = secret.to_str().expect("text");
    let ran = ends(&home, &["--listen", "9", "--health-token-file", secret]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(ran.err.contains("is open to others") && !ran.err.contains("canary"));
}

// Fault 91.
#[test]
fn rule_25_a_socket_stands_in_a_directory_of_ours_and_goes_with_us() {
    let home = Home::new();
    let path = home.path("run.sock");
    let listen = format!("unix:{}", path.display());
    let mut run = Service::start(&mut home.run(&["--listen", &listen]));
    run.until("ready: sources are armed");
    let mode = path.symlink_metadata().expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut stream = UnixStream::connect(&path).expect("connected");
    let request = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(request).expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    assert_eq!(Answer::read(&text).status, 200, "{text}");
    run.stop();
    assert!(!path.exists());
    let open = home.path("open");
    std::fs::create_dir(&open).expect("made");
    let mode = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(&open, mode).expect("set");
    let ran = ends(&home, &["--listen", &format!("unix:{}/s", open.display())]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(
        ran.err.contains("others may write to the directory"),
        "{}",
        ran.err
    );
}

// Fault 94.
#[test]
fn rule_26_a_name_that_is_not_ours_is_not_answered() {
    let home = Home::new();
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--health-host",
        "status.internal",
    ];
    let mut run = Service::start(&mut home.run(&args));
    let address = run.address();
    let port = address.rsplit(':').next().expect("a port");
    let cases = [
        (format!("localhost:{port}"), 200),
        (format!("status.internal:{port}"), 200),
        ("127.0.0.1".to_owned(), 200),
        (format!("rebound.example:{port}"), 403),
        ("192.0.2.1".to_owned(), 403),
        (String::new(), 403),
    ];
    for (host, status) in cases {
        let answer = send(
            &address,
            &format!("GET /health HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        );
        assert_eq!(answer.status, status, "{host:?}: {}", answer.body);
    }
    let none = send(&address, "GET /health HTTP/1.1\r\n\r\n");
    assert_eq!(none.status, 400);
    run.stop();
}

#[test]
fn rule_26_only_reading_is_answered_and_to_no_other_origin() {
    let home = Home::new();
    let mut run = Service::start(&mut home.run(&["--listen", "127.0.0.1:0"]));
    let address = run.address();
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let request = format!("{method} /health HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let answer = send(&address, &request);
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.head.contains("Allow: GET, HEAD"), "{}", answer.head);
    }
    let asked = "Origin: https://page.example\r\nAccess-Control-Request-Method: GET\r\n";
    let answer = get_with(&address, "/health", asked);
    assert_eq!(answer.status, 200);
    assert!(
        !answer.head.to_lowercase().contains("access-control"),
        "{}",
        answer.head
    );
    run.stop();
}

#[test]
fn rule_26_a_request_has_eight_kibibytes() {
    let home = Home::new();
    let mut run = Service::start(&mut home.run(&["--listen", "127.0.0.1:0"]));
    let address = run.address();
    let fits = format!("A: {}\r\n", "x".repeat(7_000));
    assert_eq!(get_with(&address, "/ready", &fits).status, 200);
    let over = format!("A: {}\r\n", "x".repeat(9_000));
    assert_eq!(get_with(&address, "/ready", &over).status, 431);
    assert_eq!(get(&address, "/ready").status, 200);
    run.stop();
}

#[test]
fn rule_5_answers_and_logs_hold_nothing_that_an_agent_wrote() {
    let (home, fake) = (Home::new(), fake());
    let log = home.text("log");
    let args = [
        "--listen",
        "127.0.0.1:0",
        "--log-file",
        &log,
        "--log-level",
        "trace",
    ];
    let mut run = Service::start(&mut home.posting(&fake, &args));
    // Nothing is said on standard error but what people read there: the address is in the file.
    let path = home.path("log");
    let find = || -> Option<String> {
        let text = std::fs::read_to_string(&path).ok()?;
        text.contains("ready:").then_some(())?;
        let rest = text.split("address=").nth(1)?;
        rest.lines().next().map(str::to_owned)
    };
    let end = std::time::Instant::now() + super::rig::PATIENCE;
    let address = loop {
        if let Some(address) = find() {
            break address;
        }
        assert!(std::time::Instant::now() < end, "it is not ready");
        std::thread::yield_now();
    };
    let sessions = home.path(".openclaw/agents/main/sessions");
    let now = jiff::Timestamp::now();
    let lines = format!(
        "{{\"type\":\"session\",\"version\":3,\"id\":\"canary-session\",\"timestamp\":\"{now}\",\"cwd\":\"/canary-path\"}}\n\
         {{\"type\":\"canary type\\u001b[31m\",\"id\":\"a\",\"timestamp\":\"{now}\"}}\n\
         {{\"type\":\"message\",\"id\":\"b\",\"timestamp\":\"{now}\",\"canary key\":1,\"message\":{{\"role\":\"user\",\"content\":\"canary-text https://canary.example/?token=canary\"}}}}\n\
         not a record: canary-line\n"
    );
    std::fs::write(sessions.join("canary-file.jsonl"), lines).expect("written");
    let page = super::rig::until(&address, "/metrics", |page| {
        super::rig::metric(page, "broken_records_total") >= 1.0
    });
    let pages = [page, get(&address, "/health"), get(&address, "/ready")];
    run.stop();
    let log = std::fs::read_to_string(&path).expect("a log");
    let bodies = pages
        .iter()
        .map(|page| page.body.as_str())
        .chain([log.as_str()]);
    for body in bodies {
        assert!(!body.contains("canary"), "{body}");
        assert!(
            !body.contains(home.dir.path().to_str().expect("text")),
            "{body}"
        );
        assert!(!body.contains(&fake.url()), "{body}");
        assert!(!body.contains(&fake.token("status-bot")), "{body}");
    }
    assert!(log.contains("class=broken_record"), "{log}");
}
