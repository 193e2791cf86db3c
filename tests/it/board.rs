//! The board on a real terminal device: it follows the window, and leaves
//! ordinary lines behind.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Instant;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::support::waits::{PATIENCE, ended};

/// A terminal of that size: our end of it, and a program's.
///
/// Neither is to become ours, nor to be handed down, at no moment: other tests start processes
/// meanwhile, and a terminal ends with the last who has it.
pub fn terminal(rows: u16, columns: u16) -> (File, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    #[cfg(target_os = "linux")]
    let flags = flags | OpenptFlags::CLOEXEC;
    let master = openpt(flags).expect("a terminal");
    grantpt(&master).expect("granted");
    unlockpt(&master).expect("unlocked");
    tcsetwinsize(&master, size(rows, columns)).expect("sized");
    let name = ptsname(&master, Vec::new()).expect("a name");
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let slave = rustix::fs::open(&*name, flags, Mode::empty()).expect("opens");
    (File::from(master), slave)
}

/// A terminal with `live-status post --to terminal` in it.
pub struct Board {
    master: File,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    child: Child,
}

impl Board {
    pub fn new(rows: u16, columns: u16) -> Self {
        let (master, slave) = terminal(rows, columns);
        let child = Command::new(env!("CARGO_BIN_EXE_live-status"))
            .args(["post", "--to", "terminal"])
            .env_clear()
            .env("HOME", "/nonexistent")
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::from(slave))
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let mut reader = master.try_clone().expect("clones");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4_096];
            // The read fails with EIO once the other end is closed.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if send.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            master,
            output,
            parser: vt100::Parser::new(rows, columns, 1_000),
            child,
        }
    }

    pub fn feed(&mut self, frame: &str) {
        let input = self.child.stdin.as_mut().expect("open input");
        writeln!(input, "{frame}").expect("takes a frame");
        input.flush().expect("flushes");
    }

    fn resize(&mut self, rows: u16, columns: u16) {
        self.parser.screen_mut().set_size(rows, columns);
        tcsetwinsize(&self.master, size(rows, columns)).expect("sized");
    }

    fn rows(&self) -> Vec<String> {
        let screen = self.parser.screen();
        let rows = screen.rows(0, screen.size().1);
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    /// Reads until the screen is as wanted.
    fn until(&mut self, what: &str, wanted: impl Fn(&[String]) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !wanted(&self.rows()) {
            let left = end.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(why) => unreachable!("{what}: {why}\n{}", self.rows().join("\n")),
            }
        }
    }

    /// Ends the input and reads what is left.
    pub fn end(self) -> Vec<String> {
        let parser = self.finish();
        let screen = parser.screen();
        let rows = screen.rows(0, screen.size().1);
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    /// The same, as the terminal with its colours.
    pub fn finish(mut self) -> vt100::Parser {
        drop(self.child.stdin.take());
        let status = ended(&mut self.child);
        assert!(status.success(), "{status}");
        while let Ok(bytes) = self.output.recv_timeout(PATIENCE) {
            self.parser.process(&bytes);
        }
        self.parser
    }
}

fn size(rows: u16, columns: u16) -> Winsize {
    Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

fn frame(key: &str, rev: u64, state: &str) -> String {
    serde_json::json!({
        "v": 1, "type": "frame", "key": key, "source": "test", "sid": key, "run": "first",
        "rev": rev, "at": "2026-09-25T12:03:04.000Z", "state": state, "title": "main",
        "view": {
            "agent": "main",
            "request": "Why does the client give up after one timeout and never tries again?",
            "ms": 38_000,
            "steps": [
                {"id": "1", "title": "Reading", "detail": "config.rs", "status": "ok", "ms": 200},
                {"id": "2", "title": "Running", "detail": "cargo test", "status": "active", "ms": 4_000}
            ],
            "totals": {"tools": 2}
        }
    })
    .to_string()
}

#[test]
fn the_board_follows_its_window_and_leaves_lines_behind() {
    let mut board = Board::new(24, 80);
    board.feed(&frame("a", 1, "active"));
    board.until("the block", |rows| rows[0].contains("[ACTIVE] main"));
    let cut = |rows: &[String], width: usize| {
        let request = rows.iter().find(|row| row.contains("\"Why does"));
        request.is_some_and(|row| row.ends_with('…') && row.chars().count() == width)
    };
    for (rows, columns) in [(24, 60), (12, 40), (12, 70)] {
        board.resize(rows, columns);
        let width = usize::from(columns) - 1;
        // One condition: a drawing may arrive in two reads, the old head still on the screen.
        board.until("one block, the request in the new width", |rows| {
            let heads = rows.iter().filter(|row| row.contains("[ACTIVE]"));
            cut(rows, width) && heads.count() == 1
        });
    }
    board.feed(&frame("b", 1, "active"));
    board.until("two blocks", |rows| {
        rows.iter().filter(|row| row.contains("[ACTIVE]")).count() == 2
    });
    board.feed(&frame("a", 2, "done"));
    board.until("the end above what goes on", |rows| {
        rows[0].starts_with("✓ [DONE] main")
    });
    board.feed(&frame("b", 2, "error"));
    let rows = board.end();
    let text = rows.join("\n");
    assert!(!text.contains("[ACTIVE]"), "{text}");
    assert_eq!(text.matches("[DONE] main").count(), 1, "{text}");
    assert_eq!(text.matches("[ERROR] main").count(), 1, "{text}");
}

#[test]
fn runs_that_go_on_at_the_end_of_input_do_not_turn_any_more() {
    let mut board = Board::new(24, 80);
    board.feed(&frame("a", 1, "active"));
    board.until("the block", |rows| rows[0].contains("[ACTIVE] main"));
    let rows = board.end();
    let text = rows.join("\n");
    assert!(text.starts_with("▸ [ACTIVE] main · "), "{text}");
}
