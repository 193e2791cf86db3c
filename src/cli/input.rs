//! Standard input: data from the stage before.

use std::collections::BTreeMap;
use std::io::{BufReader, IsTerminal as _, StdinLock};

use super::args::{Global, complain, counted};
use super::failure::Failure;
use crate::safe::clip;
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

/// What a filter does with a line of a later version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Later {
    PassedOn,
    LeftOut,
}

/// Lines of the input that were passed over: counted, and the first ones named.
pub(super) struct Odd<'a> {
    global: &'a Global,
    verb: &'static str,
    later: Later,
    later_told: bool,
    broken: u64,
    /// Events of types that this version does not know, by type.
    unknown: BTreeMap<String, u64>,
}

/// Lines that are named one by one.
const NAMED: u64 = 10;
/// Types that are told apart; a stage before may make up ever new ones.
const MOST_TYPES: usize = 100;
/// Characters of a type that are told.
const LONGEST_TYPE: usize = 60;

impl<'a> Odd<'a> {
    pub(super) fn new(global: &'a Global, verb: &'static str, later: Later) -> Self {
        Self {
            global,
            verb,
            later,
            later_told: false,
            broken: 0,
            unknown: BTreeMap::new(),
        }
    }

    /// A line over the cap was skipped.
    pub(super) fn too_long(&mut self, offset: u64, bytes: u64) {
        self.broken(offset, format_args!("a line of {bytes} bytes is too long"));
    }

    /// A line could not be read as an event.
    pub(super) fn not_an_event(&mut self, offset: u64, error: &NotAnEvent) {
        if let NotAnEvent::Later(_) = error {
            let fate = match self.later {
                Later::PassedOn => "passed on",
                Later::LeftOut => "left out",
            };
            if !self.later_told {
                self.global.say(format_args!(
                    "{}: standard input:{offset}: {error}; such lines are {fate}",
                    self.verb
                ));
            }
            self.later_told = true;
        } else {
            self.broken(offset, error);
        }
    }

    /// An event is of a type that this version does not know, and nothing is made of it.
    pub(super) fn unknown(&mut self, offset: u64, kind: &str) {
        let kind = clip(kind, LONGEST_TYPE);
        if let Some(count) = self.unknown.get_mut(&*kind) {
            *count += 1;
        } else if self.unknown.len() < MOST_TYPES {
            self.global.say(format_args!(
                "{}: standard input:{offset}: unknown event type {kind:?}; it is left out and counted, and not named again",
                self.verb
            ));
            self.unknown.insert(kind.into_owned(), 1);
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

    /// Says what came more than once, and fails where lines were broken.
    pub(super) fn verdict(&self) -> Result<(), Failure> {
        let again = self.unknown.iter().filter(|(_, count)| **count > 1);
        let again: Vec<String> = again
            .map(|(kind, count)| format!("unknown event type {kind:?}: {count} times"))
            .collect();
        if !again.is_empty() {
            self.global
                .say(format_args!("{}: {}", self.verb, again.join("; ")));
        }
        match self.broken {
            0 => Ok(()),
            broken => Err(Failure::input(format_args!(
                "{}: {} of standard input could not be read",
                self.verb,
                counted(broken, "line")
            ))),
        }
    }
}
