//! Standard input: data from the stage before.

use std::io::{BufReader, IsTerminal as _, StdinLock};

use super::args::{Global, complain};
use super::failure::Failure;
use crate::wire::event::NotAnEvent;

/// Standard input, unless it is a person's terminal: a filter without input would seem to hang.
pub(super) fn stdin(verb: &str) -> Result<BufReader<StdinLock<'static>>, Failure> {
    let input = std::io::stdin();
    if input.is_terminal() {
        return Err(Failure::usage(format!("{verb} reads what the stage before it writes, and standard input is a terminal"))
            .hint("live-status tail -f | live-status label | live-status render | live-status post --to terminal"));
    }
    Ok(BufReader::with_capacity(256 << 10, input.lock()))
}

/// Lines of the input that were passed over: counted, and the first ones named.
pub(super) struct Odd<'a> {
    global: &'a Global,
    verb: &'static str,
    broken: u64,
    later: bool,
}

/// Lines that are named one by one.
const NAMED: u64 = 10;

impl<'a> Odd<'a> {
    pub(super) fn new(global: &'a Global, verb: &'static str) -> Self {
        Self {
            global,
            verb,
            broken: 0,
            later: false,
        }
    }

    /// A line over the cap was skipped.
    pub(super) fn too_long(&mut self, offset: u64, bytes: u64) {
        self.broken(offset, format_args!("a line of {bytes} bytes is too long"));
    }

    /// A line could not be read as an event.
    pub(super) fn not_an_event(&mut self, offset: u64, error: &NotAnEvent) {
        if let NotAnEvent::Later(_) = error {
            if !self.later {
                self.global.say(format_args!(
                    "{}: standard input:{offset}: {error}; such lines are passed on",
                    self.verb
                ));
            }
            self.later = true;
        } else {
            self.broken(offset, error);
        }
    }

    /// A line is broken.
    pub(super) fn broken(&mut self, offset: u64, error: impl std::fmt::Display) {
        self.broken += 1;
        if self.broken <= NAMED {
            complain(format_args!(
                "{}: standard input:{offset}: {error}",
                self.verb
            ));
        }
    }

    /// Fails where lines were broken.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        match self.broken {
            0 => Ok(()),
            broken => Err(Failure::input(format!(
                "{}: {broken} lines of standard input could not be read",
                self.verb
            ))),
        }
    }
}
