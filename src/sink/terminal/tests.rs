//! The board as a terminal shows it.

use std::io;

use super::super::Done;
use super::fixture::{Memory, frame, rich, step};
use super::*;
use crate::wire::frame::{StepStatus, Waiting};
use crate::wire::time::Time;

fn at(ms: u64) -> Moment {
    Moment {
        now: Duration::from_millis(ms),
        wall: Time::parse("2026-09-25T14:32:10Z").expect("a time"),
    }
}

fn board(rows: u16, columns: u16) -> (Memory, Terminal) {
    let memory = Memory::new(rows, columns);
    let settings = Settings::default();
    let terminal = Terminal::on(settings, Arc::new(memory.clone()));
    (memory, terminal)
}

#[test]
fn a_run_is_a_block() {
    let (memory, mut terminal) = board(24, 80);
    terminal.put(&rich("a"), at(0));
    println!("{}", memory.rows().join("\n"));
    println!("{}", memory.writes().join("\n"));
    let mut end = rich("a");
    end.state = State::Done;
    end.rev = 50;
    terminal.put(&frame("b", 1, State::Active), at(10));
    terminal.put(&end, at(10));
    println!("{}", memory.rows().join("\n"));
    terminal.close(Close::Paused, at(20));
    println!("{}", memory.rows().join("\n"));
}
