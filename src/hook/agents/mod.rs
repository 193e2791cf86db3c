//! The agents whose hooks can be set up, and how our hooks look in their configurations.

mod table;

pub use table::AGENTS;

use super::edit::Tree;

/// How an agent's configuration is shaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// JSON: `hooks.<Event>[{matcher?, hooks: [{type, command}]}]`, as Claude Code has it.
    Groups,
    /// JSON: `hooks.<event>[{command}]`.
    Flat,
    /// JSON: `hooks.<event>[{type, bash}]`, whose payloads do not all name the event.
    Bash,
    /// TOML: `[[hooks]]` with `event` and `command`.
    Tables,
    /// A plugin: one file that is ours.
    Plugin,
}

/// An event that is registered, and for which tools or types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Its name.
    pub event: &'static str,
    /// For which tools or types; all where there is none.
    pub matcher: Option<&'static str>,
}

/// An agent whose hooks can be set up.
#[derive(Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its name on the command line and in events.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// How its configuration is shaped.
    pub shape: Shape,
    /// What is registered.
    pub events: &'static [Registered],
    /// Its own limit for one hook: the key and the value in its own unit.
    pub timeout: Option<(&'static str, u64)>,
    /// What else there is to know once they are set up.
    pub remark: Option<&'static str>,
}

/// What keeps a hook from ever being an error of its agent: no words, and no failure where the program is gone.
const GUARD: &str = " 2>/dev/null || true";

impl Agent {
    /// The agent of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        AGENTS.iter().find(|agent| agent.name == name)
    }

    /// The shell command registered for `event`. It is the same at every time, since some agents ask their
    /// person again whenever it changes.
    #[must_use]
    pub fn command(&self, program: &str, event: &str) -> String {
        let named = match self.shape {
            Shape::Bash => format!(" --event {event}"),
            Shape::Groups | Shape::Flat | Shape::Tables | Shape::Plugin => String::new(),
        };
        format!("{program} hook {}{named}{GUARD}", self.name)
    }

    /// What stands in the list of `event`, in JSON.
    #[must_use]
    pub fn element(&self, program: &str, registered: &Registered) -> Tree {
        let command = Tree::text(self.command(program, registered.event));
        let timeout = self
            .timeout
            .map(|(key, value)| (key.to_owned(), Tree::Number(value)));
        let handler = |key: &str| {
            let mut fields = vec![
                ("type".to_owned(), Tree::text("command")),
                (key.to_owned(), command.clone()),
            ];
            fields.extend(timeout.clone());
            Tree::Object(fields)
        };
        match self.shape {
            Shape::Flat => Tree::Object(vec![("command".to_owned(), command)]),
            Shape::Bash => handler("bash"),
            Shape::Groups | Shape::Tables | Shape::Plugin => {
                let matcher = registered.matcher.map(Tree::text);
                let mut fields: Vec<_> = matcher
                    .map(|matcher| ("matcher".to_owned(), matcher))
                    .into_iter()
                    .collect();
                fields.push(("hooks".to_owned(), Tree::List(vec![handler("command")])));
                Tree::Object(fields)
            }
        }
    }
}

/// Whether a command is one that we registered, now or in an earlier form.
///
/// Exactly: what somebody built around it is theirs.
#[must_use]
pub fn is_ours(command: &str) -> bool {
    let command = command.trim();
    let command = command.strip_suffix(GUARD).unwrap_or(command);
    let Some((program, rest)) = command.rsplit_once(" hook ") else {
        return false;
    };
    let mut words = rest.split(' ');
    let agent = words
        .next()
        .is_some_and(|name| Agent::named(name).is_some());
    let rest: Vec<_> = words.collect();
    let plain = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let event = match rest.as_slice() {
        [] => true,
        ["--event", event] => plain(event),
        _ => false,
    };
    agent && event && is_program(program)
}

/// Whether a command that begins so is one of ours: one word of the shell, quoted or not, whose last part is
/// our name.
#[must_use]
pub fn is_program(program: &str) -> bool {
    let quoted = program
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    let word = quoted.unwrap_or(program);
    let whole = quoted.is_some() || !word.contains(char::is_whitespace);
    word.rsplit('/').next() == Some("live-status") && !word.contains('\'') && whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::by_payload;
    use crate::hook::{Payload, by_name};

    #[test]
    fn what_is_registered_means_something() {
        for agent in AGENTS {
            assert_eq!(Agent::named(agent.name), Some(agent));
            for registered in agent.events {
                assert!(
                    by_name(registered.event).is_some(),
                    "{agent:?} {registered:?}"
                );
            }
        }
        let payload = Payload::read(br#"{"hook_event_name":"Stop","session_id":"s"}"#);
        assert!(by_payload("claude", &payload).is_some());
    }

    #[test]
    fn ours_is_told_from_what_is_not() {
        for agent in AGENTS {
            for program in [
                "live-status",
                "/opt/a/live-status",
                "'/opt/my tools/live-status'",
            ] {
                let command = agent.command(program, "Stop");
                assert!(is_ours(&command), "{command}");
            }
        }
        for ours in [
            "live-status hook claude",
            " live-status hook codex || true".trim_end_matches(" || true"),
        ] {
            assert!(is_ours(ours), "{ours}");
        }
        for theirs in [
            "",
            "echo hook claude",
            "live-status hook claude | tee log",
            "live-status hook claude; say done",
            "live-status hook unknown",
            "my-live-status hook claude",
            "echo x; live-status hook claude",
            "FOO=1 live-status hook claude",
            "live-status ps",
            "live-status hook claude --event a;b",
        ] {
            assert!(!is_ours(theirs), "{theirs}");
        }
    }
}
