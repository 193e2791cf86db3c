//! Lines that are odd, broken, or say things that cannot be.

use std::fmt::Write as _;

use serde_json::Value;

use super::harness::{Place, Tail, once};
use super::writer::Writer;

/// `tail` over one transcript: a good call, `middle`, and a good call again.
fn around(middle: &[u8]) -> (Tail, i32, Vec<String>) {
    let place = Place::new();
    let mut writer = Writer::new(&place.sessions(), "odd");
    writer.call();
    writer.append(middle);
    writer.call();
    let state = place.state();
    let (tail, code) = once(place.home(), &[state.as_os_str()]);
    (tail, code, writer.calls)
}

/// A record of the assistant with these further fields in its message.
fn message(fields: &str) -> String {
    format!(
        "{{\"type\":\"message\",\"id\":\"x\",\"message\":{{\"role\":\"assistant\",{fields}}}}}\n"
    )
}

// Faults 28, 29, 33, P16.
#[test]
fn what_is_no_record_is_named_and_the_next_line_kept() {
    let deep = |depth: usize| {
        let content = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        message(&format!("\"content\":{content}"))
    };
    let cases: [(&str, Vec<u8>, u64); 12] = [
        ("no JSON", b"nonsense\n".into(), 1),
        ("half an object", b"{\"type\":\"message\",\n".into(), 1),
        ("an array", b"[1,2]\n".into(), 1),
        ("a number", b"7\n".into(), 1),
        (
            "two objects on a line",
            b"{\"type\":\"label\"} {\"type\":\"label\"}\n".into(),
            1,
        ),
        (
            "torn and interleaved",
            b"{\"type\":\"mes{\"type\":\"label\"}\nsage\"}\n".into(),
            2,
        ),
        ("blank lines", b"\n  \n\r\n\t\n".into(), 0),
        ("carriage returns", b"{\"type\":\"label\"}\r\n".into(), 0),
        (
            "bytes that are no text",
            b"{\"type\":\"label\",\"x\":\"\xff\xc0\x80\xed\xa0\x80\"}\n".into(),
            0,
        ),
        (
            "a lone surrogate",
            b"{\"type\":\"label\",\"label\":\"\\ud800\"}\n".into(),
            0,
        ),
        // Nothing in there is looked for, so its depth does not matter.
        ("nested 100,000 deep", deep(100_000).into_bytes(), 0),
        (
            "NULs before a line",
            [vec![0; 4_096], b"{\"type\":\"label\"}\n".to_vec()].concat(),
            0,
        ),
    ];
    for (name, middle, broken) in cases {
        let (tail, code, calls) = around(&middle);
        assert_eq!(tail.of("odd"), calls, "{name}");
        assert_eq!(code, i32::from(broken > 0), "{name}: {:?}", tail.errors);
        let named = tail.said("skipped a line that is not a JSON object");
        assert_eq!(named as u64, broken, "{name}: {:?}", tail.errors);
        if broken > 0 {
            // With file and offset: the first odd byte stands behind three lines.
            let at = tail.errors[0].split(':').nth(2).expect("an offset");
            assert!(
                at.parse::<u64>().is_ok_and(|at| at > 300),
                "{name}: {:?}",
                tail.errors
            );
        }
    }
}

// Faults 33, 34.
#[test]
fn a_byte_order_mark_and_a_missing_header_do_no_harm() {
    let place = Place::new();
    let mut marked = Writer::unwritten(&place.sessions(), "marked");
    let text = format!("\u{feff}{}", marked.text());
    marked.append(text);
    marked.call();
    let mut headless = Writer::unwritten(&place.sessions(), "headless");
    let request = headless.lines[1].clone();
    headless.append(request);
    headless.call();
    let mut late = Writer::unwritten(&place.sessions(), "version");
    let text = late.text().replace("\"version\":3", "\"version\":99");
    late.append(text);
    late.call();
    let state = place.state();
    let (tail, code) = once(place.home(), &[state.as_os_str()]);
    assert_eq!(code, 0, "{:?}", tail.errors);
    for writer in [&marked, &headless, &late] {
        assert_eq!(tail.of(&writer.sid), writer.calls, "{:?}", tail.errors);
    }
}

// Fault 34.
#[test]
fn what_is_unknown_is_passed_on_and_named_once() {
    let mut middle = String::new();
    for number in 0..5 {
        let _ = writeln!(middle, "{{\"type\":\"hologram\",\"id\":\"h{number}\"}}");
        let _ = writeln!(
            middle,
            "{{\"type\":\"message\",\"id\":\"o{number}\",\"message\":{{\"role\":\"oracle\",\"content\":[]}}}}"
        );
    }
    let (tail, code, calls) = around(middle.as_bytes());
    assert_eq!(code, 0, "{:?}", tail.errors);
    assert_eq!(tail.of("odd"), calls);
    assert_eq!(tail.typed("meta").len(), 10);
    for name in ["hologram", "oracle"] {
        let named = tail
            .errors
            .iter()
            .filter(|line| line.contains(name) && line.contains("odd.jsonl"));
        assert_eq!(named.count(), 1, "{:?}", tail.errors);
    }
}

// Faults 29, 31.
#[test]
fn odd_values_cost_a_field_and_never_a_record() {
    let call =
        "\"content\":[{\"type\":\"toolCall\",\"id\":\"c\",\"name\":\"read\",\"arguments\":{}}]";
    let cases = [
        ("an infinite number", format!("{call},\"timestamp\":1e999")),
        (
            "a number above 64 bits",
            format!("{call},\"timestamp\":1180591620717411303424"),
        ),
        ("minus zero", format!("{call},\"timestamp\":-0")),
        ("a tiny number", format!("{call},\"timestamp\":1e-400")),
        (
            "a text for a time",
            format!("{call},\"timestamp\":\"yesterday\""),
        ),
        (
            "usage of another kind",
            format!(
                "{call},\"usage\":{{\"input\":1e999,\"output\":\"x\",\"totalTokens\":-7,\"cost\":[]}}"
            ),
        ),
        ("usage that is none", format!("{call},\"usage\":[[]]")),
        (
            "a stop that is a number",
            format!("{call},\"stopReason\":7"),
        ),
        (
            "NUL and control characters",
            format!("{call},\"model\":\"a\\u0000\\u001b[31mb\\u009b\""),
        ),
        (
            "a lone surrogate",
            format!("{call},\"model\":\"\\ud800\\udc\"").replace("\\udc", ""),
        ),
    ];
    for (name, fields) in cases {
        let (tail, code, calls) = around(message(&fields).as_bytes());
        assert_eq!(code, 0, "{name}: {:?}", tail.errors);
        let want = [&*calls[0], "c", &*calls[1]];
        assert_eq!(tail.of("odd"), want, "{name}: {:?}", tail.errors);
    }
}

// Fault 30.
#[test]
fn of_a_key_twice_the_last_one_counts() {
    let content = |id: &str| {
        format!(
            "\"content\":[{{\"type\":\"toolCall\",\"id\":\"{id}\",\"name\":\"read\",\"arguments\":{{}}}}]"
        )
    };
    let fields = format!("{},{}", content("first"), content("last"));
    let (tail, code, calls) = around(message(&fields).as_bytes());
    assert_eq!(code, 0, "{:?}", tail.errors);
    assert_eq!(tail.of("odd"), [&*calls[0], "last", &*calls[1]]);
}

// Fault 32.
#[test]
fn a_last_line_without_a_newline_is_not_yet_a_line() {
    let place = Place::new();
    let mut writer = Writer::new(&place.sessions(), "last");
    writer.call();
    let line = writer.line();
    writer.append(line.trim_end());
    let state = place.state();
    let (tail, code) = once(place.home(), &[state.as_os_str()]);
    assert_eq!((code, tail.of("last")), (0, &writer.calls[..1]));
    writer.append("\n");
    let (tail, _) = once(place.home(), &[state.as_os_str()]);
    assert_eq!(tail.of("last"), writer.calls);
}

// Fault 35.
#[test]
fn calls_and_results_need_not_match() {
    let result = |call: &str, id: &str| {
        format!(
            "{{\"type\":\"message\",\"id\":\"{id}\",\"message\":{{\"role\":\"toolResult\",\"toolCallId\":\"{call}\",\"toolName\":\"read\",\"isError\":false,\"content\":[]}}}}\n"
        )
    };
    let stop = "{\"type\":\"message\",\"id\":\"z\",\"timestamp\":\"2026-09-25T12:00:00.000Z\",\"message\":{\"role\":\"assistant\",\"timestamp\":1790337600000,\"stopReason\":\"stop\",\"content\":[{\"type\":\"text\",\"text\":\"Done.\"}]}}\n";
    let place = Place::new();
    let mut writer = Writer::new(&place.sessions(), "pairs");
    writer.append(result("nobody", "r0"));
    writer.call();
    for id in ["r1", "r2", "r3"] {
        writer.append(result(&writer.newest(), id));
    }
    // A call without a result, and the same call again.
    let line = writer.line();
    writer.append(&line);
    writer.append(&line);
    writer.append(stop);
    let state = place.state();
    let (tail, code) = once(place.home(), &[state.as_os_str()]);
    assert_eq!(code, 0, "{:?}", tail.errors);
    assert_eq!(tail.of("pairs"), writer.calls);
    let ends: Vec<&Value> = tail
        .typed("tool.end")
        .iter()
        .map(|event| &event["call"])
        .collect();
    assert_eq!(ends, ["nobody", &*writer.calls[0]], "each result once");
}
