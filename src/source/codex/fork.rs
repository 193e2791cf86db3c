//! History that a forked thread begins with: another thread told it already.
//!
//! A fork copies the lines of its source behind its own `session_meta`, the
//! source's `session_meta` first, all with the time of the copy. What tells old
//! from new are the ids of turns: they are UUIDs of version 7, made when a turn
//! began, and those of copied turns are older than the thread that has them.

use super::record::Payload;
use crate::wire::time::Time;

/// Copies are written at once. A request this much later, in milliseconds, is the thread's own,
/// where turns have no ids that tell.
const COPIED_WITHIN_MS: i64 = 2_000;

/// Holds copied history back.
#[derive(Debug, Default)]
pub(super) struct Gate {
    closed: bool,
    /// When the thread began, in Unix milliseconds.
    began_ms: Option<i64>,
    /// When its first line was written.
    written: Option<Time>,
    /// A turn came whose id tells its time: then only such ones open.
    dated: bool,
}

impl Gate {
    /// The thread `id` begins here.
    pub(super) fn begins(&mut self, id: &str, began: Option<Time>, written: Option<Time>) {
        self.began_ms = minted_ms(id).or_else(|| began.map(|began| began.0));
        self.written = written;
    }

    /// Copied history follows.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Whether a record is a copy.
    pub(super) fn holds(&mut self, kind: &str, payload: &Payload<'_>, at: Option<Time>) -> bool {
        if !self.closed {
            return false;
        }
        let inner = payload.kind.0;
        let starts = kind == "turn_context"
            || matches!(inner, "\"task_started\"" | "\"turn_started\"") && kind == "event_msg";
        let turn = payload.turn.word().filter(|_| starts);
        let opens = match (turn.and_then(|turn| minted_ms(&turn)), self.began_ms) {
            (Some(turn), Some(began)) => {
                self.dated = true;
                turn >= began
            }
            _ => {
                let asks = starts || inner == "\"user_message\"" || payload.role.0 == "\"user\"";
                let later = match (at, self.written) {
                    (Some(at), Some(written)) => at.since_ms(written) > COPIED_WITHIN_MS,
                    _ => true,
                };
                !self.dated && asks && later
            }
        };
        self.closed = !opens;
        self.closed
    }
}

/// When a UUID of version 7 was made, in Unix milliseconds.
fn minted_ms(id: &str) -> Option<i64> {
    let is_seventh = crate::source::ids::is_uuid(id) && id.as_bytes()[14] == b'7';
    let digits = format!("{}{}", id.get(..8)?, id.get(9..13)?);
    i64::from_str_radix(&digits, 16).ok().filter(|_| is_seventh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::lenient::read;

    #[test]
    fn an_id_of_a_turn_tells_its_time() {
        let id = "019ed50c-a0fa-7fc3-960f-b274cd3ba498";
        assert_eq!(minted_ms(id), Some(0x019e_d50c_a0fa));
        assert_eq!(minted_ms("019ed50c-a0fa-4fc3-960f-b274cd3ba498"), None);
        assert_eq!(minted_ms("turn-1"), None);
    }

    #[test]
    fn only_a_turn_of_its_own_opens_a_fork() {
        let old = r#"{"type":"task_started","turn_id":"019ed50c-0000-7000-8000-000000000001"}"#;
        let asked = r#"{"type":"user_message","message":"go"}"#;
        let new = r#"{"type":"task_started","turn_id":"019ed50d-0000-7000-8000-000000000001"}"#;
        let mut gate = Gate::default();
        let written = Some(Time(1_000));
        gate.begins("019ed50c-a000-7000-8000-000000000000", None, written);
        gate.close();
        let mut holds = |text: &str, at: i64| {
            let payload = read::<Payload<'_>>(text).expect("a payload");
            gate.holds("event_msg", &payload, Some(Time(at)))
        };
        assert!(holds(old, 1_010));
        assert!(holds(asked, 9_000), "ids tell more than times");
        assert!(!holds(new, 9_100));
        assert!(!holds(asked, 9_200));
    }

    #[test]
    fn without_such_ids_time_tells() {
        let asked = r#"{"type":"user_message","message":"go"}"#;
        let payload = read::<Payload<'_>>(asked).expect("a payload");
        let mut gate = Gate::default();
        gate.begins("s1", None, Some(Time(1_000)));
        gate.close();
        assert!(gate.holds("event_msg", &payload, Some(Time(1_500))));
        assert!(!gate.holds("event_msg", &payload, Some(Time(3_500))));
    }
}
