//! What a dialect says of itself: its name, how it is recognised, what it knows and what it guesses.

/// How well a record fits a dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// Not at all.
    No,
    /// It could be one of its records, but is more likely another dialect's.
    Hardly,
    /// It could be one of its records, and one of another dialect's.
    Perhaps,
    /// Nobody else writes such records.
    Surely,
}

/// What a dialect knows for sure and what it concludes, for the manual.
#[derive(Clone, Copy, Debug)]
pub struct Knows {
    /// How it knows that a run began.
    pub start: &'static str,
    /// How it knows that a run is over.
    pub end: &'static str,
    /// What it sees of waits for a person.
    pub blocked: &'static str,
    /// How it finds sub-agents.
    pub children: &'static str,
    /// What it knows of tokens and cost.
    pub usage: &'static str,
}

impl Knows {
    /// All of it in words, in the order that a run has.
    #[must_use]
    pub fn told(&self) -> [(&'static str, &'static str); 5] {
        [
            ("a run begins", self.start),
            ("a run is over", self.end),
            ("blocked", self.blocked),
            ("sub-agents", self.children),
            ("usage", self.usage),
        ]
    }
}

/// A dialect, for whoever chooses one.
pub struct About {
    /// Its name on the wire and on the command line.
    pub name: &'static str,
    /// The agent's name, for people.
    pub title: &'static str,
    /// How well a record, the text of one line or of a whole document, is its own.
    pub fit: fn(&str) -> Fit,
    /// Whether a record is a request, at a glance.
    pub is_request: fn(&[u8]) -> bool,
    /// What it knows and what it guesses.
    pub knows: Knows,
}
