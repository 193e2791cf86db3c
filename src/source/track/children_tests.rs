//! Sub-agents that outlive their turns, told in words.

use super::*;
use crate::source::dialect::{Settings, Speak as _};
use crate::source::out::Identity;
use crate::source::track::{Ended, NewCall, Pending};
use crate::wire::event::{Cause, Src};

/// A session that does as it is told, and whose events are words: `run type`.
struct Played {
    track: Track,
    told: Vec<String>,
}

impl Played {
    fn new() -> Self {
        let who = Identity {
            source: "test".into(),
            agent: None,
            sid: "s".into(),
            session: None,
        };
        Self {
            track: Track::new(who, Settings::default()),
            told: Vec::new(),
        }
    }

    /// Words, as `ask a`, `call b in a`, `back b`, `child c of a`, `over c`, `wait b`.
    fn plays(&mut self, script: &str) {
        for line in script.split("; ") {
            let words: Vec<&str> = line.split(' ').collect();
            let name = |at: usize| -> Name { words[at].into() };
            let (mut events, mut remarks) = (Vec::new(), Vec::new());
            let src = Src::clock();
            let mut out = Out::new(&mut events, &mut remarks, &src);
            let track = &mut self.track;
            match words[0] {
                "ask" => track.request(Some(name(1)), "x", Cause::User, &mut out),
                "goes" => track.go_on(Cause::System, &mut out),
                "ends" => track.end(Outcome::Ok, None, false, &mut out),
                "call" => {
                    let call = NewCall {
                        id: name(1),
                        name: None,
                        title: None,
                        input: crate::source::lenient::Raw::default(),
                        parent: words.get(3).map(|call| (*call).into()),
                    };
                    track.call(call, Pending::default(), &mut out);
                }
                "back" => track.came_back(name(1), Ended::new(Outcome::Ok), &mut out),
                "child" => track.spawned(&name(1), Some(name(3)), true, &mut out),
                "over" => track.child_ended(&name(1), Outcome::Ok, &mut out),
                "wait" => {
                    let on = (crate::wire::event::BlockedOn::Permission, Some(name(1)));
                    track.ask(name(1), on, None, &mut out);
                }
                other => assert_eq!(other, "a word that is known"),
            }
            let told = events.iter().map(|event| {
                let kind = event.to_line();
                let kind = kind.split('"').nth(5).unwrap_or_default().to_owned();
                format!("{} {kind}", event.run.as_deref().unwrap_or("-"))
            });
            self.told.extend(told);
        }
    }

    fn tells(&mut self, script: &str, want: &[&str]) {
        self.told.clear();
        self.plays(script);
        assert_eq!(self.told, want, "{script}");
    }
}

#[test]
fn what_a_sub_agent_does_that_outlives_its_turn_is_of_the_run_that_began_it() {
    let mut played = Played::new();
    played.plays("ask one; call a; child c of a; back a; call x in a; ends; ask two");
    let cases: [(&str, &[&str]); 8] = [
        ("back x", &["one tool.end"]),
        ("call y in a", &["one tool.start"]),
        ("wait y", &["one blocked"]),
        ("call z in y", &["one tool.start"]),
        ("call b", &["two tool.start"]),
        ("back y", &["one unblocked", "one tool.end"]),
        ("ask three", &["two run.end", "three run.start"]),
        ("over c", &["one agent.end"]),
    ];
    for (script, want) in cases {
        played.tells(script, want);
    }
    let run = played.track.run.as_ref().expect("a run");
    assert!(run.pending.is_empty(), "{:?}", run.pending);
    assert!(run.children.is_empty(), "{:?}", run.children);
}

#[test]
fn a_sub_agent_that_asks_is_not_answered_by_what_its_parent_does() {
    let begins = "ask one; call a; child c of a; back a; call x in a; call y in x; wait y";
    let cases: [(&str, &[&str]); 9] = [
        ("call b", &["one tool.start"]),
        ("wait b", &["one blocked"]),
        ("ends", &["one unblocked", "one run.end"]),
        ("ask two", &["two run.start"]),
        ("call d", &["two tool.start"]),
        ("wait d", &["two blocked"]),
        (
            "ask three",
            &["two unblocked", "two run.end", "three run.start"],
        ),
        ("ends", &["three run.end"]),
        ("back y", &["one unblocked", "one tool.end"]),
    ];
    let mut played = Played::new();
    played.plays(begins);
    for (script, want) in cases {
        played.tells(script, want);
    }
    for later in [
        "ask two",
        "ends; ask two",
        "ends",
        "ends; ask two; ask three",
    ] {
        let mut played = Played::new();
        played.plays(begins);
        played.plays(later);
        played.tells("over c", &["one unblocked", "one agent.end"]);
    }
}

#[test]
fn a_call_that_waits_for_nobody_any_more_is_forgotten_with_its_turn() {
    let cases = [
        ("ask one; call a; call x in a", false),
        ("ask one; call a; child c of a; back a; call x in a", true),
        (
            "ask one; call a; child c of a; back a; call y in a; call x in y",
            true,
        ),
        (
            "ask one; call a; child c of a; back a; call x in a; over c",
            false,
        ),
    ];
    for (script, kept) in cases {
        for later in ["ends; ask two", "ends; goes"] {
            let mut played = Played::new();
            played.plays(script);
            played.plays(later);
            let known = played.track.pending("x").is_some();
            assert_eq!(known, kept, "{script}; {later}");
        }
    }
}

#[test]
fn sub_agents_of_earlier_turns_are_few() {
    let mut played = Played::new();
    for turn in 0..3 * MOST_OUTLIVING {
        let script = format!("ask r{turn}; call a{turn}; child c{turn} of a{turn}; back a{turn}");
        played.plays(&script);
        played.plays(&format!("call x{turn} in a{turn}; ends"));
    }
    played.plays("ask last");
    let run = played.track.run.as_ref().expect("a run");
    assert_eq!(run.children.len(), MOST_OUTLIVING);
    assert_eq!(run.pending.len(), MOST_OUTLIVING);
    assert!(run.is_watched() && run.works_beside());
    let track = Box::new(Kept(played.track));
    assert!(track.is_pending());
}

#[derive(Debug)]
struct Kept(Track);

impl crate::source::track::Tracked for Kept {
    fn track(&self) -> &Track {
        &self.0
    }
    fn track_mut(&mut self) -> &mut Track {
        &mut self.0
    }
    fn step(&mut self, _: &[u8], _: &mut Out<'_>) -> Result<(), crate::source::Broken> {
        Ok(())
    }
}
