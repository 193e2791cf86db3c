//! What the agent says: it comes in pieces, and is told as it comes.

use super::Session;
use crate::safe::words;
use crate::source::ids::TEXT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::Last;
use crate::wire::event::Phase;

/// The text that the agent is in the middle of: a new one begins where anything comes between.
#[derive(Debug, Default)]
pub(super) struct Speech {
    /// Texts so far.
    pub(super) texts: u64,
    /// The agent thought since: what it says next begins a paragraph.
    pub(super) parted: bool,
    /// The newest text goes on.
    is_open: bool,
    /// So many bytes of it came.
    bytes: usize,
    /// Some of it was told.
    is_told: bool,
    /// What was not told yet: its last line goes on, and part of it would not be known for a secret.
    held: String,
}

impl Session {
    /// A piece of a text: as much is told as surely holds whole lines or sentences. Whether it is the answer shows
    /// in what follows.
    pub(super) fn piece(&mut self, content: Raw<'_>, out: &mut Out<'_>) {
        self.works(out);
        self.track.went_on(Last::Assistant, out);
        let most = match self.track.full {
            true => usize::MAX,
            false => TEXT_BYTES,
        };
        let speech = &mut self.speech;
        let parted = std::mem::take(&mut speech.parted);
        let text = content.field("text");
        let text = text.prefix(most.saturating_sub(speech.bytes));
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };
        if !std::mem::replace(&mut speech.is_open, true) {
            speech.texts += 1;
        }
        if parted && speech.bytes > 0 {
            speech.held.push_str("\n\n");
        }
        speech.held.push_str(&text);
        speech.bytes += text.len();
        if !speech.is_told {
            let blank = speech.held.len() - speech.held.trim_start().len();
            speech.held.drain(..blank);
        }
        let whole = words::whole(&speech.held, text.len());
        self.tell(whole, Phase::Unknown, out);
    }

    /// Tells what is left of a text, and what it was: something follows it, or nothing more.
    pub(super) fn flush(&mut self, phase: Phase, out: &mut Out<'_>) {
        let speech = &mut self.speech;
        let left = speech.held.trim_end().len();
        if left > 0 || speech.is_told && phase != Phase::Unknown {
            self.tell(left, phase, out);
        }
        let texts = self.speech.texts;
        self.speech = Speech {
            texts,
            ..Speech::default()
        };
    }

    /// Tells so many bytes of the text.
    fn tell(&mut self, bytes: usize, phase: Phase, out: &mut Out<'_>) {
        if bytes == 0 && phase == Phase::Unknown {
            return;
        }
        let speech = &mut self.speech;
        speech.is_told = true;
        let text: String = speech.held.drain(..bytes).collect();
        let id = format!("text-{}", speech.texts);
        self.track.say_on(id.into(), phase, text, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::source::acp::Log;
    use crate::source::dialect::{Settings, Speak as _};
    use crate::source::out::{Identity, Out};
    use crate::wire::event::{Body, Event, Src, TextMode};

    const ASKED: &str = r#"{"jsonrpc":"2.0","id":1,"method":"session/prompt","params":{"sessionId":"s1","prompt":[{"type":"text","text":"Go."}]}}"#;
    const ANSWERED: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"stopReason":"end_turn"}}"#;

    fn update(kind: &str, more: &str) -> String {
        format!(
            r#"{{"jsonrpc":"2.0","method":"session/update","params":{{"sessionId":"s1","update":{{"sessionUpdate":"{kind}"{more}}}}}}}"#
        )
    }

    fn piece(text: &str) -> String {
        let more = format!(r#","content":{{"type":"text","text":"{text}"}}"#);
        update("agent_message_chunk", &more)
    }

    fn log() -> Box<Log> {
        let who = Identity {
            source: "acp".into(),
            agent: None,
            sid: "s1".into(),
            session: None,
        };
        Log::boxed(who, Settings::default())
    }

    fn read(log: &mut Box<Log>, line: &str) -> Vec<Event> {
        let (mut events, mut remarks) = (Vec::new(), Vec::new());
        let src = Src::clock();
        let mut out = Out::new(&mut events, &mut remarks, &src);
        log.record(line.as_bytes(), &mut out).expect("a record");
        events
    }

    /// The texts of `events`, as `text-1 unknown: I go.`.
    fn texts(events: &[Event]) -> Vec<String> {
        let texts = events.iter().filter_map(|event| match &event.body {
            Body::Text(text) => {
                assert_eq!(text.mode, TextMode::Delta);
                let phase = text.phase.as_str();
                Some(format!("{} {phase}: {}", text.id, text.text))
            }
            _ => None,
        });
        texts.collect()
    }

    #[test]
    fn a_text_is_told_as_it_comes_in_whole_lines_and_sentences() {
        let call = update("tool_call", r#","toolCallId":"t1","title":"Read""#);
        let thought = update(
            "agent_thought_chunk",
            r#","content":{"type":"text","text":"hm"}"#,
        );
        let secret = "-----BEGIN RSA PRIVATE KEY-----\\nMIIE abc ";
        let cases: [(&[&str], &[&str]); 8] = [
            (&["I look", " into it", "."], &[]),
            (&["I look.", " It", " is"], &["1 unknown: I look. "]),
            (&["  ", "\\n"], &[]),
            (&[" I go", "\\nAnd"], &["1 unknown: I go\n"]),
            (&["curl -u me:hun", "ter2 x"], &[]),
            (&[secret, "and more ", "of it"], &[]),
            (
                &["I go. ", "THINK", "Done now."],
                &["1 unknown: I go. \n\n"],
            ),
            (&["I go. ", "CALL", "Done"], &["1 commentary: I go."]),
        ];
        for (pieces, want) in cases {
            let mut log = log();
            read(&mut log, ASKED);
            let lines = pieces.iter().map(|text| match *text {
                "THINK" => thought.clone(),
                "CALL" => call.clone(),
                text => piece(text),
            });
            let events: Vec<Event> = lines.flat_map(|line| read(&mut log, &line)).collect();
            let want: Vec<String> = want.iter().map(|text| format!("text-{text}")).collect();
            assert_eq!(texts(&events), want, "{pieces:?}");
        }
    }

    #[test]
    fn what_follows_a_text_says_what_it_was() {
        let ask = r#"{"jsonrpc":"2.0","id":7,"method":"session/request_permission","params":{"sessionId":"s1","toolCall":{"toolCallId":"t1"},"options":[]}}"#;
        let cases = [
            (ANSWERED.to_owned(), "text-1 final: I go."),
            (
                ANSWERED.replace("end_turn", "cancelled"),
                "text-1 unknown: I go.",
            ),
            (ask.to_owned(), "text-1 commentary: I go."),
            (update("plan", r#","entries":[]"#), "text-1 unknown: I go."),
        ];
        for (line, want) in cases {
            let mut log = log();
            for line in [ASKED, &*piece("I "), &*piece("go.")] {
                read(&mut log, line);
            }
            assert_eq!(texts(&read(&mut log, &line)), [want], "{line}");
        }
        let mut log = log();
        for line in [ASKED, &*piece("I go.\\n")] {
            read(&mut log, line);
        }
        let want = ["text-1 final: "];
        assert_eq!(
            texts(&read(&mut log, ANSWERED)),
            want,
            "nothing is left of it"
        );
    }

    #[test]
    fn a_turn_ends_whether_or_not_the_log_has_its_request() {
        for asked in [true, false] {
            let mut log = log();
            if asked {
                read(&mut log, ASKED);
            }
            read(&mut log, &piece("I go."));
            let events = read(&mut log, ANSWERED);
            assert_eq!(texts(&events), ["text-1 final: I go."], "{asked}");
            let last = events.last().map(|event| &event.body);
            assert!(matches!(last, Some(Body::RunEnd(_))), "{asked}: {events:?}");
        }
    }

    #[test]
    fn what_was_held_back_is_told_when_nothing_more_comes() {
        let other = |line: &str| line.replace("s1", "s2").replace("\"id\":1", "\"id\":2");
        let lines = [
            ASKED.to_owned(),
            piece("I go."),
            other(ASKED),
            other(&piece("We go.")),
            update("available_commands_update", ""),
        ];
        for is_gone in [true, false] {
            let mut log = log();
            for line in &lines {
                read(&mut log, line);
            }
            let (mut events, mut remarks) = (Vec::new(), Vec::new());
            let src = Src::clock();
            let mut out = Out::new(&mut events, &mut remarks, &src);
            match is_gone {
                true => log.vanished(&mut out),
                false => log.ended(&mut out),
            }
            let held = ["text-1 unknown: I go.", "text-1 unknown: We go."];
            assert_eq!(texts(&events), held, "{events:?}");
            let ends = |event: &&Event| matches!(event.body, Body::RunEnd(_));
            let ends = events.iter().filter(ends).count();
            assert_eq!(ends, if is_gone { 2 } else { 0 }, "{events:?}");
            events.clear();
            let mut out = Out::new(&mut events, &mut remarks, &src);
            log.ended(&mut out);
            assert!(events.is_empty(), "told once: {events:?}");
        }
    }
}
