//! What can be wrong between us and a server, and servers that are none.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use live_status::sink::mattermost::{Client, Endpoint, Mattermost};
use live_status::sink::{Done, Moment, Put, Sink as _};
use live_status::wire::frame::State;
use live_status::wire::secret::Secret;
use live_status::wire::time::Time;
use rustls::pki_types::PrivatePkcs8KeyDer;

use super::rig::{Memory, Rig, frame, settings};
use crate::fake_mattermost::{Action, Call, Rule};
use crate::support::NOBODY;

const TOKEN: &str = "canary-token-of-the-network-tests";

/// What a server of ours was sent, as text.
pub type Heard = Arc<Mutex<String>>;

/// A server on loopback that says `answer` to every connection, once something was asked.
fn raw(answer: impl Fn(&mut TcpStream) + Send + 'static) -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let heard = Heard::default();
    let to = Arc::clone(&heard);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut bytes = [0; 16_384];
            let count = stream.read(&mut bytes).unwrap_or(0);
            to.lock()
                .expect("no panic")
                .push_str(&String::from_utf8_lossy(&bytes[..count]));
            answer(&mut stream);
        }
    });
    (url, heard)
}

fn said(head: &str, body: &[u8]) -> impl Fn(&mut TcpStream) + Send + 'static {
    let head = format!(
        "{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let bytes = [head.as_bytes(), body].concat();
    // Who does not want all of it hangs up.
    move |stream| drop(stream.write_all(&bytes))
}

/// Puts a frame on the server at `url`, trusting `roots` alone where they are given.
fn put(url: &str, roots: Option<&[u8]>) -> Put {
    let token = Secret::new(TOKEN).expect("a token");
    let endpoint = Endpoint::parse(url, false).expect("an address");
    let client =
        Client::new(endpoint, Box::new(move || Ok(token.clone())), roots).expect("a client");
    let place = live_status::sink::mattermost::Place {
        channel: live_status::sink::mattermost::Channel::Id("cccccccccccccccccccccccccc".into()),
        root: None,
    };
    let memory = Memory::default();
    let mut sink = Mattermost::new(
        client,
        settings("one", Some(place), false),
        Box::new(memory),
    );
    let wall = Time::parse("2026-09-25T10:00:00Z").expect("a time");
    let at = Moment {
        wall,
        ..Moment::default()
    };
    let put = sink.put(&frame("run", 1, State::Active, "a", wall), at);
    let words = format!("{put:?}");
    assert!(
        !words.contains(TOKEN) && !words.contains("127.0.0.1"),
        "{words}"
    );
    put
}

fn fails(url: &str, roots: Option<&[u8]>, why: &str) {
    let put = put(url, roots);
    assert_eq!(put.done, Done::Failed, "{put:?}");
    let error = put.receipt.error.expect("why");
    assert!(error.contains(why), "{error}, not {why}");
}

// Fault 53.
#[test]
fn a_server_that_is_not_there_is_named_as_such() {
    fails(NOBODY, None, "connection refused");
    let put = put("https://chat.invalid", None);
    assert_eq!(put.done, Done::Failed, "a name that nobody knows: {put:?}");
}

// Fault 54.
#[test]
fn a_redirect_is_not_followed_and_the_token_goes_nowhere_else() {
    let (elsewhere, heard) = raw(said("HTTP/1.1 200 OK", b"{}"));
    let (url, _) = raw(said(
        &format!("HTTP/1.1 302 Found\r\nLocation: {elsewhere}/api/v4/users/me"),
        b"",
    ));
    fails(&url, None, "302");
    assert_eq!(*heard.lock().expect("no panic"), "");
}

// Faults 53, 92.
#[test]
fn hostile_answers_are_bounded_and_no_acknowledgement() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let cases: [(&str, Vec<u8>, &str); 6] = [
        ("endless", vec![b'x'; 3 << 20], "too long"),
        ("deep", deep.into_bytes(), "not a Mattermost's"),
        (
            "wrong types",
            b"{\"id\": 5, \"is_bot\": \"yes\"}".to_vec(),
            "not a Mattermost's",
        ),
        (
            "a page",
            b"<html>log in</html>".to_vec(),
            "not a Mattermost's",
        ),
        ("nothing", Vec::new(), "not a Mattermost's"),
        ("no text", vec![0xff; 100], "not a Mattermost's"),
    ];
    for (what, body, why) in cases {
        println!("{what}");
        let (url, _) = raw(said("HTTP/1.1 200 OK", &body));
        fails(&url, None, why);
    }
    let (url, _) = raw(|stream| drop(stream.write_all(b"SSH-2.0-x\r\n")));
    assert_eq!(put(&url, None).done, Done::Failed, "no HTTP at all");
}

// Fault 53.
#[test]
fn an_answer_that_drips_or_never_comes_ends_at_the_deadline() {
    let dripping = raw(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        // Until the other side has had enough.
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    });
    let silent = raw(|stream| drop(stream.read(&mut [0])));
    let threads = [dripping.0, silent.0].map(|url| std::thread::spawn(move || put(&url, None)));
    for thread in threads {
        assert_eq!(thread.join().expect("no panic").done, Done::Failed);
    }
}

// Fault 62.
#[test]
fn a_kept_connection_that_the_server_closed_costs_no_frame() {
    let mut rig = Rig::new();
    rig.good(&rig.frame(1, State::Active, "a"));
    rig.fake.restart();
    rig.good(&rig.frame(2, State::Active, "b"));
    assert_eq!(rig.only().message, "b");
}

#[test]
fn an_answer_in_small_pieces_is_read_whole() {
    let mut rig = Rig::new();
    rig.fake.fault(Rule::on(
        Call::Any,
        Action::Slow {
            bytes: 7,
            every_ms: 0,
        },
    ));
    rig.good(&rig.frame(1, State::Active, "a"));
    assert_eq!(rig.only().message, "a");
}

/// A TLS server with a certificate of its own for `name`; what it was sent in the clear.
pub fn tls(name: &str) -> (u16, Heard, String) {
    tls_until(name, 4096)
}

/// The same with a certificate that is good until the first day of that year.
pub fn tls_until(name: &str, year: i32) -> (u16, Heard, String) {
    let mut made = rcgen::CertificateParams::new([name.to_owned()]).expect("a name");
    made.not_after = rcgen::date_time_ymd(year, 1, 1);
    let key = rcgen::KeyPair::generate().expect("a key");
    let made = made.self_signed(&key).expect("a certificate");
    let pem = made.pem();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .expect("versions")
    .with_no_client_auth()
    .with_single_cert(vec![made.der().clone()], key.into())
    .expect("a pair");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let heard = Heard::default();
    let to = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let connection =
                rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut stream = rustls::StreamOwned::new(connection, stream);
            let mut bytes = [0; 4_096];
            let count = stream.read(&mut bytes).unwrap_or(0);
            to.lock()
                .expect("no panic")
                .push_str(&String::from_utf8_lossy(&bytes[..count]));
            let _ = stream
                .write_all(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.flush();
        }
    });
    (port, heard, pem)
}

// Fault 54.
#[test]
fn a_certificate_that_is_not_trusted_ends_it_before_the_token_is_sent() {
    let (port, heard, pem) = tls("localhost");
    fails(
        &format!("https://localhost:{port}"),
        None,
        "certificate is not trusted",
    );
    // Trusted, but made for another name.
    let (other, heard_other, pem_other) = tls("elsewhere.example");
    fails(
        &format!("https://localhost:{other}"),
        Some(pem_other.as_bytes()),
        "certificate is not trusted",
    );
    for heard in [&heard, &heard_other] {
        assert_eq!(*heard.lock().expect("no panic"), "");
    }
    // With a certificate of the person's own choice it goes through.
    fails(
        &format!("https://localhost:{port}"),
        Some(pem.as_bytes()),
        "503",
    );
    assert!(heard.lock().expect("no panic").contains(TOKEN));
}

#[test]
fn a_file_without_a_certificate_is_said() {
    let token = Secret::new(TOKEN).expect("a token");
    let endpoint = Endpoint::parse("https://localhost", false).expect("an address");
    let made = Client::new(
        endpoint,
        Box::new(move || Ok(token.clone())),
        Some(b"no pem"),
    );
    assert_eq!(made.err().as_deref(), Some("there is no certificate in it"));
}
