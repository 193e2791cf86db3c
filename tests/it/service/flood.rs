//! Whoever asks for health in bad faith: the boxes are edited all the same (row 94).

use std::io::Write as _;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use super::rig::{Answer, Home, PATIENCE, Service, fake, metric, send, until, until_with};
use crate::mattermost::process::{boxes, state};

/// Connections that are tried.
const MANY: usize = 10_000;
/// Those of them that send a byte and then nothing.
const SLOW: usize = 64;

// Fault 94.
#[test]
fn slow_readers_ten_thousand_connections_and_foreign_names_hold_no_box_up() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &["--listen", "127.0.0.1:0"]));
    let address = run.address();
    let (tried, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // All the places there are, and as many again, and each byte late.
            let mut slow = Vec::new();
            for number in 0..MANY {
                let Ok(mut stream) = TcpStream::connect(&address) else {
                    continue;
                };
                let _ = stream.write_all(b"GET /health HTTP/1.1\r\nHost: rebound.exam");
                match number % (MANY / SLOW) {
                    0 => slow.push(stream),
                    _ => drop(stream.shutdown(Shutdown::Both)),
                }
                for stream in &mut slow {
                    let _ = stream.write_all(b"p");
                }
                tried.fetch_add(1, Ordering::SeqCst);
            }
            over.store(true, Ordering::SeqCst);
        });
        // Box after box is begun and ended while that goes on.
        let mut done = 0;
        while !over.load(Ordering::SeqCst) || done == 0 {
            let end = Instant::now() + PATIENCE;
            let before = tried.load(Ordering::SeqCst);
            home.works(&format!("s{done}"), 2, true);
            done += 1;
            fake.wait_until("the end of the box", |fake| {
                let ended = |post: &&_| state(post) == "done";
                boxes(fake).iter().filter(ended).count() == done
            });
            // The next one begins when some more were tried.
            while tried.load(Ordering::SeqCst) < before + MANY / 20 && !over.load(Ordering::SeqCst)
            {
                assert!(Instant::now() < end, "the connections do not get on");
                std::thread::yield_now();
            }
        }
    });
    // Places are free again by and by, and only names of ours are answered.
    let page = until(&address, "/metrics", |page| page.status == 200);
    assert!(metric(&page, "updates_sent_total") >= 1.0);
    let foreign = "GET /health HTTP/1.1\r\nHost: rebound.example\r\n\r\n";
    // One that still finds no place is closed without a word.
    let is_answered = |answer: &Answer| answer.status != 0;
    let refused = until_with("a foreign name", || send(&address, foreign), is_answered);
    assert_eq!(refused.status, 403);
    let health = until(&address, "/health", is_answered).json();
    assert_eq!(health["status"], "healthy", "{health}");
    assert_eq!(run.stop(), 143);
}
