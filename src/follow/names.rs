//! What a file's name says: whether it is a transcript, and whose.
//!
//! The rules are those of OpenClaw's own artifact test: a live transcript ends
//! in `.jsonl` and is no backup, checkpoint, trajectory or repair.

use std::ffi::OsStr;

/// The index of an agent's sessions.
pub(super) const INDEX: &str = "sessions.json";
/// The file name of an agent's store.
pub(super) const STORE: &str = "openclaw-agent.sqlite";
/// What every transcript's name ends in.
pub(super) const SUFFIX: &str = ".jsonl";
/// What the log of a session's stream ends in, behind the session's id.
pub(super) const STREAM: &str = ".acp-stream.jsonl";

/// The session whose stream a file of that name is the log of.
pub(super) fn streamed(name: &OsStr) -> Option<&str> {
    let sid = name.to_str()?.strip_suffix(STREAM)?;
    is_component(sid).then_some(sid)
}

/// Whether `name` is that of a live transcript.
pub(super) fn is_transcript(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    let Some(stem) = name.strip_suffix(SUFFIX.as_bytes()) else {
        return false;
    };
    if memchr::memchr(b'.', stem).is_none() {
        return !stem.is_empty();
    }
    let has = |part: &str| memchr::memmem::find(stem, part.as_bytes()).is_some();
    !stem.starts_with(b".")
        && !stem.ends_with(b".trajectory")
        && !stem.ends_with(b".acp-stream")
        && !has(".checkpoint.")
        && !has(".jsonl.")
        && !has(".repair")
}

/// Whether `name` is what `transcript` was renamed to: a backup, a reset or a deletion.
pub(super) fn is_put_aside(name: &OsStr, transcript: &OsStr) -> bool {
    let Some(rest) = name
        .as_encoded_bytes()
        .strip_prefix(transcript.as_encoded_bytes())
    else {
        return false;
    };
    // `.bak-<pid>-<ms>` is a copy that a repair keeps, not the file itself.
    [&b".bak."[..], b".deleted.", b".reset."]
        .iter()
        .any(|kind| rest.starts_with(kind))
        && !rest.ends_with(b".zst")
}

/// The session id in a transcript's name: without `.jsonl`, `-topic-N` and a leading `<ISO time>_`.
pub(super) fn sid(name: &str) -> &str {
    let stem = name.strip_suffix(SUFFIX).unwrap_or(name);
    let stem = match stem.rfind("-topic-") {
        Some(at) if at > 0 => &stem[..at],
        _ => stem,
    };
    match stem.split_once('_') {
        Some((time, id)) if is_stamp(time) && !id.is_empty() => id,
        _ => stem,
    }
}

/// Whether `name` is the usual one of a session's file: its id and `.jsonl`.
pub(super) fn is_file_of(name: &OsStr, sid: &str) -> bool {
    name.as_encoded_bytes().strip_suffix(SUFFIX.as_bytes()) == Some(sid.as_bytes())
}

/// Whether `text` begins as `2026-09-25T` does.
fn is_stamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 10
        && bytes[..11].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => *byte == b'T',
            _ => byte.is_ascii_digit(),
        })
}

/// Whether `text` may be one component of a path: a hostile id never becomes a path of its own.
pub(super) fn is_component(text: &str) -> bool {
    !text.is_empty() && text.len() <= 240 && !text.starts_with('.') && !text.contains(['/', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_live_transcripts_are_transcripts() {
        let cases = [
            ("20f87a95.jsonl", true),
            ("20f87a95-topic-12.jsonl", true),
            ("2026-09-25T10-00-07-120Z_20f87a95.jsonl", true),
            ("sessions.json", false),
            (".jsonl", false),
            (".hidden.jsonl", false),
            ("a.jsonl.lock", false),
            ("a.jsonl.deleted.2026-09-25T10-00-07.120Z", false),
            ("a.jsonl.reset.2026-09-25T10-00-07.120Z.zst", false),
            ("a.checkpoint.20f87a95.jsonl", false),
            ("a.trajectory.jsonl", false),
            ("a.acp-stream.jsonl", false),
            ("a.jsonl.bak-12-34", false),
            ("a.jsonl.corrupt-1.jsonl", false),
            ("a.repair-1.jsonl", false),
            ("a.jsonl.zst", false),
        ];
        for (name, want) in cases {
            assert_eq!(is_transcript(OsStr::new(name)), want, "{name}");
        }
    }

    #[test]
    fn a_log_of_a_stream_names_its_session() {
        let cases = [
            ("20f8.acp-stream.jsonl", Some("20f8")),
            ("20f8.jsonl", None),
            (".acp-stream.jsonl", None),
            (".a.acp-stream.jsonl", None),
            ("20f8.acp-stream.jsonl.lock", None),
        ];
        for (name, want) in cases {
            assert_eq!(streamed(OsStr::new(name)), want, "{name}");
        }
    }

    #[test]
    fn a_name_says_its_session() {
        let cases = [
            ("20f8.jsonl", "20f8"),
            ("20f8-topic-12.jsonl", "20f8"),
            ("2026-09-25T10-00-07-120Z_20f8.jsonl", "20f8"),
            ("2026-09-25T10-00-07-120Z_20f8-topic-3.jsonl", "20f8"),
            ("my_own.jsonl", "my_own"),
            ("-topic-.jsonl", "-topic-"),
        ];
        for (name, want) in cases {
            assert_eq!(sid(name), want, "{name}");
        }
    }

    // Fault 90.
    #[test]
    fn hostile_ids_are_no_components() {
        let long = "x".repeat(4096);
        for id in ["", "..", ".", "../../x", "/etc/passwd", "a\0b", &long] {
            assert!(!is_component(id), "{id:?}");
        }
        assert!(is_component("20f87a95-ba17"));
    }
}
