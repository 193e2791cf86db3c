//! The usual proxy variables, as the program reads them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use super::network;
use super::process::command;
use crate::fake_mattermost::Fake;
use crate::support::{Ran, home};

/// A proxy that lets nobody through, and the first lines of what it was asked.
struct Proxy {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let first = lines.next().unwrap_or_default();
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                let mut kept = kept.lock().expect("no panic");
                kept.push(first);
                kept.extend(head.into_iter().filter(|line| line.contains("Bearer")));
                drop(kept);
                // Who asked may have gone.
                let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

/// Posts one text with these variables and further arguments.
fn post(fake: &Fake, variables: &[(&str, &str)], more: &[&str]) -> Ran {
    let home = home();
    let channel = fake.channel("status");
    let args = ["post", "--allow-plain-http", "--channel", &channel];
    let mut command = command(fake, home.path(), &args);
    command.args(["--key", "k", "--text", "hello"]).args(more);
    command.envs(variables.iter().copied());
    command.output().expect("it starts").into()
}

#[test]
fn a_server_elsewhere_is_asked_for_at_the_proxy() {
    let fake = Fake::start();
    let cases = [
        (
            "HTTPS_PROXY",
            "https://chat.invalid",
            "CONNECT chat.invalid:443 HTTP/1.1",
        ),
        (
            "https_proxy",
            "https://chat.invalid:8443",
            "CONNECT chat.invalid:8443 HTTP/1.1",
        ),
        (
            "HTTP_PROXY",
            "http://chat.invalid:8065",
            "chat.invalid:8065",
        ),
        (
            "http_proxy",
            "http://chat.invalid:8065",
            "chat.invalid:8065",
        ),
        (
            "ALL_PROXY",
            "https://chat.invalid",
            "CONNECT chat.invalid:443 HTTP/1.1",
        ),
    ];
    for (name, server, want) in cases {
        let proxy = Proxy::start();
        let ran = post(&fake, &[(name, &proxy.url), ("MM_URL", server)], &[]);
        assert_ne!(ran.code, 0, "{name}: {}", ran.err);
        let asked = proxy.asked();
        let first = asked.first().expect("the proxy is asked");
        assert!(first.contains(want), "{name}: {asked:?}");
        let told = asked.iter().any(|line| line.contains("Bearer"));
        assert!(
            !told,
            "{name}: the token is for the server alone: {asked:?}"
        );
    }
}

#[test]
fn what_travels_in_the_clear_within_this_machine_goes_by_no_proxy() {
    let (fake, proxy) = (Fake::start(), Proxy::start());
    let port = fake.url().replace("http://127.0.0.1", "http://localhost");
    for server in [fake.url(), port] {
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
            post(&fake, &[(name, &proxy.url), ("MM_URL", &server)], &[]).ok();
        }
    }
    assert_eq!(proxy.asked(), Vec::<String>::new());
}

#[test]
fn who_is_named_in_no_proxy_is_asked_directly() {
    let (port, heard, pem) = network::tls("localhost");
    let (fake, home) = (Fake::start(), home());
    let roots = home.path().join("roots.pem");
    std::fs::write(&roots, pem).expect("written");
    let roots = roots.to_string_lossy();
    let server = format!("https://localhost:{port}");
    for (name, value, is_direct) in [
        ("NO_PROXY", "localhost", true),
        ("no_proxy", "chat.invalid,localhost,.example.org", true),
        ("NO_PROXY", "*", true),
        ("NO_PROXY", "chat.invalid", false),
    ] {
        let proxy = Proxy::start();
        heard.lock().expect("no panic").clear();
        let variables = [
            ("HTTP_PROXY", proxy.url.as_str()),
            ("HTTPS_PROXY", &proxy.url),
            ("ALL_PROXY", &proxy.url),
            ("MM_URL", &server),
            (name, value),
        ];
        let ran = post(&fake, &variables, &["--ca-file", &roots]);
        // That server says 503 to everything.
        assert_ne!(ran.code, 0, "{name}={value}: {}", ran.err);
        let came = heard.lock().expect("no panic").contains("/api/v4/");
        let asked = proxy.asked();
        assert_eq!(
            (came, asked.is_empty()),
            (is_direct, is_direct),
            "{name}={value}: {asked:?}"
        );
    }
}
