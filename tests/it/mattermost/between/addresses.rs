//! A server whose name has two addresses, of which the one over IPv6 swallows everything.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, listen, socket};

use super::resolver::Resolver;
use super::{files, histories, until_done};
use crate::fake_mattermost::{Call, Fake, Rule};
use crate::faulty_proxy::{Proxy, Toxic};
use crate::mattermost::process::{boxes, command};
use crate::service::rig::{Home, Service, fake, get, metric};
use crate::support::Ran;

/// Where it swallows.
#[derive(Clone, Copy, Debug)]
enum Hole {
    /// No connection ever comes about.
    Connecting,
    /// Connections come about, and nothing is ever said on them.
    Answering,
}

/// A server at one port of two addresses.
struct Both {
    /// What swallows over IPv6 where connections come about.
    hole: Option<Proxy>,
    /// What does where none comes about, as long as it is kept.
    _full: Option<(OwnedFd, Vec<TcpStream>)>,
    /// What passed over IPv4.
    good: Proxy,
    port: u16,
}

impl Both {
    /// `None`, and a printed line, where there is no IPv6.
    fn of(fake: &Fake, hole: Hole) -> Option<Self> {
        let anywhere = SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, 0));
        if let Err(error) = TcpListener::bind(anywhere) {
            println!("skipped: there is no IPv6: {error}");
            return None;
        }
        // Whoever holds the same port of the other address has another one the next time.
        let pair = || {
            let (hole, full, port) = match hole {
                Hole::Answering => {
                    let proxy = Proxy::at(anywhere, fake).expect("loopback has free ports");
                    proxy.fault(Rule::on(Call::Any, Toxic::BlackHole));
                    let port = proxy.port();
                    (Some(proxy), None, port)
                }
                Hole::Connecting => {
                    let (full, port, others) = full(anywhere);
                    (None, Some((full, others)), port)
                }
            };
            let good = Proxy::at(([127, 0, 0, 1], port).into(), fake).ok()?;
            Some(Self {
                hole,
                _full: full,
                good,
                port,
            })
        };
        let made = (0..20).find_map(|_| pair());
        Some(made.expect("a port that is free at both"))
    }

    /// Both addresses were tried, as far as that shows: nobody hears of a connection that never came about.
    fn were_tried(&self) {
        for proxy in self.hole.iter().chain([&self.good]) {
            proxy.wait_until("request", |proxy| !proxy.passed().is_empty());
        }
    }
}

/// A listener that nobody ever accepts from, and whose queue is full: to connect takes for ever.
fn full(at: SocketAddr) -> (OwnedFd, u16, Vec<TcpStream>) {
    let listener = socket(AddressFamily::INET6, SocketType::STREAM, None).expect("a socket");
    bind(&listener, &at).expect("loopback has free ports");
    listen(&listener, 0).expect("listens");
    let listener = TcpListener::from(listener);
    let at = listener.local_addr().expect("an address");
    let next = || TcpStream::connect_timeout(&at, Duration::from_millis(300)).ok();
    let others: Vec<TcpStream> = std::iter::from_fn(next).take(64).collect();
    assert!(others.len() < 64, "a queue of none has an end");
    (listener.into(), at.port(), others)
}

/// One text, by a process that has to find out anew.
fn post(hole: Hole) {
    let (home, fake) = (Home::new(), fake());
    let (Some(resolver), Some(both)) = (Resolver::new(&home), Both::of(&fake, hole)) else {
        return;
    };
    resolver.leads_to(&["::1", "127.0.0.1"]);
    let channel = fake.channel("status");
    let args = [
        "post",
        "--allow-plain-http",
        "--channel",
        &channel,
        "--key",
        "k",
        "--text",
        "backed up",
    ];
    let mut command = command(&fake, home.dir.path(), &args);
    command.envs(resolver.variables());
    command.env("MM_URL", resolver.url(both.port));
    Ran::from(command.output().expect("it starts")).ok();
    let made = boxes(&fake);
    assert_eq!(made.len(), 1, "{hole:?}");
    assert_eq!(made[0].message, "backed up", "{hole:?}");
    both.were_tried();
}

/// A run, whose connections are closed as well: nothing ever fails.
fn run(hole: Hole) {
    let (home, fake) = (Home::new(), fake());
    let (Some(resolver), Some(both)) = (Resolver::new(&home), Both::of(&fake, hole)) else {
        return;
    };
    resolver.leads_to(&["::1", "127.0.0.1"]);
    let args = ["--listen", "127.0.0.1:0", "--allow-plain-http"];
    let mut command = home.posting(&fake, &args);
    command.envs(resolver.variables());
    command.env("MM_URL", resolver.url(both.port));
    let mut run = Service::start(&mut command);
    let address = run.address();
    for count in 1..4 {
        home.reads("s1", &files(count));
        let newest = format!("file-{}.md", count - 1);
        fake.wait_until(&newest, |fake| {
            boxes(fake)
                .iter()
                .any(|post| post.message.contains(&newest))
        });
        both.good.disconnect();
    }
    home.has_read("s1", &files(3));
    until_done(&fake, 1);
    let page = get(&address, "/metrics");
    assert!(metric(&page, "updates_failed_total") < 1.0, "{hole:?}");
    both.were_tried();
    assert_eq!(run.stop(), 143, "{hole:?}");
    assert_eq!(histories(&fake).len(), 1, "{hole:?}");
}

// Fault 62.
#[test]
fn row_62_an_address_over_ipv6_that_swallows_everything_holds_no_box_up() {
    std::thread::scope(|scope| {
        for hole in [Hole::Connecting, Hole::Answering] {
            scope.spawn(move || post(hole));
            scope.spawn(move || run(hole));
        }
    });
}
