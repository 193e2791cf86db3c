//! The verbs as filters: one line in and one line out, and what they refuse.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::digest::digest;
use crate::support::tree::{Era, Talk, Tree, stamp};
use crate::support::{Ran, feed, feed_to, home, program, run, waits, wire};

/// Two agents and three sessions, one of them of a schedule.
fn tree() -> Tree {
    let talk = |text: &str, at: i64, tool: &str, input: Value| {
        let mut talk = Talk::new("x");
        talk.user(at, text)
            .call(at + 1_000, "c1", tool, input)
            .result(at + 2_000, "c1", tool, json!({"exitCode": 0}))
            .says(at + 3_000, "Done.");
        talk
    };
    let mut tree = Tree::default();
    tree.add(
        "agent:main:main",
        "s1",
        json!({}),
        &talk("one", 0, "exec", json!({"command": "cargo test"})),
    );
    tree.add(
        "agent:main:cron:j1",
        "s2",
        json!({}),
        &talk(
            "[cron:j1 nightly] two",
            100_000,
            "read",
            json!({"path": "a.rs"}),
        ),
    );
    tree.add(
        "agent:ops:main",
        "s3",
        json!({}),
        &talk("three", 200_000, "web_search", json!({"query": "x"})),
    );
    tree
}

/// Its events, as `tail` writes them with these arguments.
fn tailed(args: &[&str]) -> Vec<u8> {
    tree().tail(Era::Files, args).1.ok().out
}

/// How many events of each session there are.
fn sessions(output: &[u8]) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for event in wire::events(output) {
        let session = event["session"].as_str().unwrap_or("-").to_owned();
        match found.iter_mut().find(|(name, _)| *name == session) {
            Some((_, count)) => *count += 1,
            None => found.push((session, 1)),
        }
    }
    found
}

#[test]
fn label_gives_a_line_for_a_line_and_changes_no_other() {
    let home = home();
    let mut input = tailed(&[]);
    let odd = [
        r#"{"v":1,"type":"teleport","to":"mars","number":1.50,"big":73786976294838206464}"#,
        r#"{"v":2,"type":"tool.start","later":true}"#,
        r#"{ "v" : 1, "type":"text" , "zz":[ ] }"#,
        "",
        "not json at all",
        r#"{"v":1,"type":"tool.start","source":"x","src":{"kind":"file","n":0},"call":"c","name":"exec","input":{"command":"ls"},"extra":{"z":1,"a":2}}"#,
    ];
    for line in odd {
        input.extend_from_slice(line.as_bytes());
        input.push(b'\n');
    }
    let ran = feed(home.path(), &["label"], &input);
    let before: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    let after: Vec<&[u8]> = ran.out.split(|byte| *byte == b'\n').collect();
    assert_eq!(before.len(), after.len(), "one line in, one line out");
    let mut labelled = 0;
    for (one, other) in before.iter().zip(&after) {
        let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
        if one.contains(r#""tool.start""#) && !one.contains(r#""v":2"#) {
            let head = one.strip_suffix('}').expect("an object");
            assert!(
                other.starts_with(&format!(r#"{head},"label":{{"text":""#)),
                "{other}"
            );
            labelled += 1;
        } else {
            assert_eq!(one, other);
        }
    }
    assert_eq!(labelled, 4);
}

#[test]
fn labelling_twice_changes_nothing() {
    let home = home();
    let once = feed(home.path(), &["label"], &tailed(&[])).ok().out;
    wire::events(&once);
    assert_eq!(feed(home.path(), &["label"], &once).ok().out, once);
}

#[test]
fn render_labels_what_nobody_labelled() {
    let home = home();
    let plain = tailed(&[]);
    let labelled = feed(home.path(), &["label"], &plain).ok().out;
    let one = feed(home.path(), &["render"], &plain).ok().out;
    wire::frames(&one);
    assert_eq!(one, feed(home.path(), &["render"], &labelled).ok().out);
}

#[test]
fn label_explains_which_rule_won() {
    let home = home();
    let own = home.path().join("labels.toml");
    std::fs::write(&own, "\"exec:cargo\" = \"Building {target}\"\n").expect("a file");
    let ran = feed_to(
        program(home.path())
            .args(["label", "--explain", "--labels"])
            .arg(&own),
        &tailed(&[]),
    )
    .ok();
    let told: Vec<&str> = ran
        .text()
        .lines()
        .filter(|line| !line.starts_with(' '))
        .collect();
    assert_eq!(told.len(), 3, "{}", ran.text());
    assert!(
        told[0].starts_with("exec") && told[0].contains("Building") && told[0].contains("user:"),
        "{}",
        told[0]
    );
    assert!(
        told[1].starts_with("read") && told[1].contains("builtin:"),
        "{}",
        told[1]
    );
}

#[test]
fn a_bad_rule_is_named_with_its_line_and_key() {
    let cases = [
        (
            "labels.toml",
            "\"read\" = \"Reading\"\n\"/[/\" = \"x\"\n",
            "line 2",
            "/[/",
        ),
        (
            "labels.toml",
            "\"read\" = \"Reading\"\n\"exec\" = 7\n",
            "line 2",
            "exec",
        ),
        (
            "labels.toml",
            "\"read\" = \"Reading {nothing}\"\n",
            "line 1",
            "read",
        ),
        (
            "labels.json",
            "{\n  \"read\": \"x\",\n  \"/(/\": \"y\"\n}",
            "line 3",
            "/(/",
        ),
    ];
    for (name, text, line, key) in cases {
        let home = home();
        let own = home.path().join(name);
        std::fs::write(&own, text).expect("a file");
        for verb in ["label", "render"] {
            let ran = feed_to(
                program(home.path()).arg(verb).arg("--labels").arg(&own),
                b"",
            );
            assert_eq!(ran.code, 78, "{verb} {text}\n{}", ran.err);
            assert!(
                ran.err.contains(name) && ran.err.contains(line) && ran.err.contains(key),
                "{verb} {text}\n{}",
                ran.err
            );
            assert!(ran.out.is_empty());
        }
    }
}

// Faults 67, 77.
#[test]
fn a_reader_that_goes_away_is_the_end_and_no_error() {
    let mut talk = Talk::new("s1");
    for at in 0..3_000 {
        talk.user(
            at * 10_000,
            "again and again, a request of some length to fill the pipe",
        )
        .says(at * 10_000 + 3_000, "Done.");
    }
    let home = home();
    Tree::of("agent:main:main", json!({}), &talk).write(&home.path().join(".openclaw"), Era::Files);
    let tailed = run(home.path(), &["tail"]).ok().out;
    assert!(tailed.len() > 1 << 20, "more than a pipe holds");
    let rendered = feed(home.path(), &["render"], &tailed).ok().out;
    assert!(rendered.len() > 1 << 20, "more than a pipe holds");
    let cases: [(&[&str], &[u8]); 4] = [
        (&["tail"], b""),
        (&["label"], &tailed),
        (&["render"], &tailed),
        (&["post", "--to", "stdout"], &rendered),
    ];
    for (verb, input) in cases {
        let mut child = program(home.path())
            .args(verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut stdin = child.stdin.take().expect("an input");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // It stops reading once nobody reads it.
            let _ = std::io::Write::write_all(&mut stdin, &input);
        });
        let mut out = BufReader::new(child.stdout.take().expect("an output"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        drop(out);
        writer.join().expect("written");
        let mut err = String::new();
        child
            .stderr
            .take()
            .expect("errors")
            .read_to_string(&mut err)
            .expect("UTF-8");
        let status = child.wait().expect("ends");
        assert_eq!((status.code(), err.as_str()), (Some(0), ""), "{verb:?}");
    }
}

#[test]
fn the_text_of_a_run_that_is_followed_comes_when_it_is_over() {
    let home = home();
    let mut talk = Talk::new("x");
    talk.user(0, "one").says(10_000, "Done.");
    let tree = Tree::of("agent:main:main", json!({}), &talk);
    let (events, _) = tree.tail(Era::Files, &[]);
    let mut live = events[0].clone();
    let head = live.as_object_mut().expect("an object");
    head.retain(|name, _| {
        ["v", "source", "session", "sid", "agent", "src"].contains(&name.as_str())
    });
    head.insert("type".into(), "live".into());
    let line = |event: &Value| format!("{event}\n");
    let all: String = events.iter().map(line).collect();
    let (over, live) = (all.as_bytes(), line(&live));
    // Over before the follower caught up, and after it.
    for input in [
        [over, live.as_bytes()].concat(),
        [live.as_bytes(), over].concat(),
    ] {
        let mut child = program(home.path())
            .args(["render", "--output", "text"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut stdin = child.stdin.take().expect("an input");
        std::io::Write::write_all(&mut stdin, &input).expect("it reads");
        let lines = waits::lines(child.stdout.take().expect("an output"));
        // Whatever is to come, its input goes on.
        let first = lines.recv_timeout(waits::PATIENCE).expect("a text");
        drop(stdin);
        let all: Vec<String> = std::iter::once(first).chain(lines).collect();
        let heads = all
            .iter()
            .filter(|line| line.starts_with("[DONE] **main**"));
        assert_eq!(heads.count(), 1, "{all:?}");
        assert_eq!(waits::ended(&mut child).code(), Some(0));
    }
}

#[test]
fn a_filter_at_a_terminal_says_what_it_waits_for() {
    let home = home();
    for verb in ["label", "render", "post"] {
        let (_master, slave) = crate::board::terminal(24, 80);
        let output = program(home.path())
            .arg(verb)
            .stdin(Stdio::from(slave))
            .output()
            .expect("ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{verb}: {err}");
        assert!(
            err.contains("terminal") && err.contains("hint: live-status tail"),
            "{verb}: {err}"
        );
    }
}

#[test]
fn post_to_standard_output_passes_frames_on() {
    let home = home();
    let frames = feed(home.path(), &["render"], &tailed(&[])).ok().out;
    assert!(!frames.is_empty());
    assert_eq!(
        feed(home.path(), &["post", "--to", "stdout"], &frames)
            .ok()
            .out,
        frames
    );
}

#[test]
fn lines_that_are_nothing_are_named_and_the_rest_is_done() {
    let home = home();
    let events = tailed(&[]);
    let frames = feed(home.path(), &["render"], &events).ok().out;
    for (verb, good) in [
        (&["render"][..], &events),
        (&["post", "--to", "stdout"], &frames),
    ] {
        let mut input = b"nonsense\n\n".to_vec();
        input.extend_from_slice(good);
        let ran = feed(home.path(), verb, &input);
        assert_eq!(ran.code, 1, "{verb:?}: {}", ran.err);
        assert!(
            ran.err.contains("standard input:0"),
            "{verb:?}: {}",
            ran.err
        );
        assert_eq!(ran.out, feed(home.path(), verb, good).ok().out, "{verb:?}");
    }
}

#[test]
fn a_later_version_is_passed_on_or_left_out_as_is_said() {
    let home = home();
    let later = br#"{"v":9,"type":"tool.start","source":{},"call":7}
{"v":9,"type":"tool.start"}
"#;
    let cases: [(&[&str], &str, &[u8]); 4] = [
        (&["label"], "passed on", later),
        (&["label", "--explain"], "left out", b""),
        (&["render"], "left out", b""),
        (&["status"], "left out", b""),
    ];
    for (verb, fate, out) in cases {
        let ran = feed(home.path(), verb, later).ok();
        let want = format!(
            "live-status: {}: standard input:0: an event of version 9; this version reads 1; such lines are {fate}\n",
            verb[0]
        );
        assert_eq!(ran.err, want, "{verb:?}");
        assert_eq!(ran.out, out, "{verb:?}");
    }
}

#[test]
fn an_unknown_event_type_is_named_once_and_counted() {
    let home = home();
    let event = |kind: &str| {
        format!(
            r#"{{"v":1,"type":"{kind}","source":"x","sid":"s","src":{{"kind":"clock","n":0}}}}"#
        )
    };
    let lines = [
        event("dance"),
        event("sing"),
        event("dance"),
        event("dance"),
    ];
    let input = lines.join("\n");
    for verb in ["render", "status"] {
        let ran = feed(home.path(), &[verb], input.as_bytes()).ok();
        let named = |offset: usize, kind: &str| {
            format!(
                "live-status: {verb}: standard input:{offset}: unknown event type \"{kind}\"; \
                 it is left out and counted, and not named again\n"
            )
        };
        let want = [
            named(0, "dance"),
            named(lines[0].len() + 1, "sing"),
            format!("live-status: {verb}: unknown event type \"dance\": 3 times\n"),
        ];
        assert_eq!(ran.err, want.concat());
        assert!(ran.out.is_empty(), "{verb}");
    }
    let ran = feed(home.path(), &["render", "--quiet"], input.as_bytes()).ok();
    assert_eq!(ran.err, "");
}

#[test]
fn a_frame_of_a_later_version_is_left_out_and_that_is_said_once() {
    let home = home();
    let later = b"{\"v\":9,\"type\":\"frame\",\"key\":7}\n{\"v\":9}\n";
    let ran = feed(home.path(), &["post", "--to", "stdout"], later).ok();
    assert_eq!(
        ran.err,
        "live-status: post: standard input:0: a frame of version 9; this version reads 1; such lines are left out\n"
    );
    let ran = feed(home.path(), &["post", "--to", "stdout"], b"[1]\n");
    let want = [
        "standard input:0: not a frame: a JSON object is expected\n",
        "post: 1 line of standard input could not be read\n",
    ];
    assert!(
        want.iter().all(|want| ran.err.contains(want)),
        "{}",
        ran.err
    );
    assert_eq!(ran.code, 1);
}

#[test]
fn messages_about_lines_and_values_use_the_words_of_the_man_pages() {
    let home = home();
    let ran = feed(home.path(), &["render"], b"[1]\n");
    assert_eq!(
        ran.err,
        "live-status: render: standard input:0: not an event: a JSON object is expected\n\
         live-status: render: 1 line of standard input could not be read\n"
    );
    let ran = feed(home.path(), &["render"], b"[1]\n7\n");
    let last = "render: 2 lines of standard input could not be read\n";
    assert!(ran.err.ends_with(last), "{}", ran.err);
    let cases: [(&[&str], &[(&str, &str)], &str); 5] = [
        (
            &["render"],
            &[("MAX_STATUS_LINES", "x")],
            "live-status: the variable MAX_STATUS_LINES: \"x\" cannot be used: \
             a whole number from 1 to 50 is expected\n",
        ),
        (
            &["render", "--max-lines", "51"],
            &[],
            "'--max-lines <N>': a whole number from 1 to 50 is expected\n",
        ),
        (
            &["render", "--max-chars", "9"],
            &[],
            "'--max-chars <N>': a whole number from 200 to 15000 is expected\n",
        ),
        (
            &["tail", "--max-line-bytes", "-1"],
            &[],
            "unexpected argument '-1' found\n",
        ),
        (
            &["tail", "--max-line-bytes", "1k"],
            &[],
            "'--max-line-bytes <BYTES>': a whole number is expected\n",
        ),
    ];
    for (args, vars, want) in cases {
        let mut command = program(home.path());
        command.args(args).envs(vars.iter().copied());
        let ran = feed_to(&mut command, b"");
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(want), "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_missing_follow_is_told_with_the_whole_use_of_tail() {
    let home = home();
    for args in [
        &["tail", "--resume", "x", "state"][..],
        &["tail", "--from", "start"],
    ] {
        let ran = run(home.path(), args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        let lines: Vec<&str> = ran.err.lines().collect();
        assert!(lines.contains(&"  --follow"), "{}", ran.err);
        let usage = "Usage: live-status tail [OPTIONS] [SOURCE]...";
        assert!(lines.contains(&usage), "{}", ran.err);
    }
}

#[test]
fn tail_takes_some_sessions_only() {
    const ALL: [&str; 3] = ["agent:main:main", "agent:main:cron:j1", "agent:ops:main"];
    let cases: [(&[&str], &[&str]); 8] = [
        (&[], &ALL),
        (&["--agent", "ops"], &ALL[2..]),
        (&["--agent", "main,ops"], &ALL),
        (&["--agent", "nobody"], &[]),
        (&["--session", "agent:*:main"], &[ALL[0], ALL[2]]),
        (&["--session", "s2"], &[ALL[1]]),
        (
            &["--session", "AGENT:OPS:*", "--session", "s1"],
            &[ALL[0], ALL[2]],
        ),
        (&["--session", "main"], &[]),
    ];
    for era in [Era::Files, Era::Store] {
        for (args, want) in cases {
            let (_, ran) = tree().tail(era, args);
            let mut got: Vec<String> = sessions(&ran.ok().out)
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            let mut want = want.to_vec();
            got.sort();
            want.sort_unstable();
            assert_eq!(got, want, "{era:?} {args:?}");
        }
    }
}

#[test]
fn a_choice_that_matches_no_session_is_said() {
    for (args, said) in [
        (&["--agent", "nobody"][..], "no session matches"),
        (&["--agent", "ops"], ""),
        (&["--agent", "nobody", "--quiet"], ""),
    ] {
        let (_, ran) = tree().tail(Era::Files, args);
        let ran = ran.ok();
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
        assert_eq!(ran.err.is_empty(), said.is_empty(), "{args:?}: {}", ran.err);
    }
}

#[test]
fn receipts_stand_alone_on_standard_output() {
    let home = home();
    let frames = feed(home.path(), &["render"], &tailed(&[])).ok().out;
    let ran = feed(
        home.path(),
        &["post", "--to", "terminal", "--receipts"],
        &frames,
    )
    .ok();
    let receipts = ran.lines();
    assert!(!receipts.is_empty());
    for receipt in receipts {
        assert_eq!(receipt["type"], "receipt", "{receipt}");
    }
    assert!(ran.err.contains("[DONE]"), "the board: {}", ran.err);
}

#[test]
fn a_full_disk_is_named_with_what_was_written() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else {
        println!("skipped: no /dev/full here");
        return;
    };
    let home = home();
    let ran: Ran = program(home.path())
        .args(["schema", "events"])
        .stdout(full)
        .output()
        .expect("the program runs")
        .into();
    assert_eq!(ran.code, 74, "{}", ran.err);
    assert!(ran.err.contains("standard output"), "{}", ran.err);
}

#[test]
fn tail_takes_some_kinds_only() {
    let kinds = |args: &[&str]| -> Vec<String> {
        let events = wire::events(&tailed(args));
        let mut kinds: Vec<String> = events
            .iter()
            .filter_map(|event| event["type"].as_str().map(str::to_owned))
            .collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds(&["--include", "tool.*"]), ["tool.end", "tool.start"]);
    assert_eq!(
        kinds(&["--include", "run.start,run.end"]),
        ["run.end", "run.start"]
    );
    assert_eq!(
        kinds(&["--exclude", "tool.*,text"]),
        ["run.end", "run.start", "session.start"]
    );
    assert_eq!(
        kinds(&["--include", "tool.*", "--exclude", "tool.end"]),
        ["tool.start"]
    );
    let runs = |args: &[&str]| -> usize {
        wire::events(&tailed(args))
            .iter()
            .filter(|event| event["type"] == "run.start")
            .count()
    };
    assert_eq!(
        (
            runs(&["--exclude", "cron"]),
            runs(&["--include", "cron"]),
            runs(&["--include", "user"])
        ),
        (2, 1, 2)
    );
    let ran = tree().tail(Era::Files, &["--include", "tols"]).1;
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("tols") && ran.err.contains("tool.start"),
        "{}",
        ran.err
    );
}

#[test]
fn since_leaves_out_what_is_older() {
    // Files are new, so it is the events' own time that counts.
    let of = |since: &str| -> Vec<String> {
        sessions(&tailed(&["--since", since]))
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    };
    assert_eq!(of(&stamp(150_000)), ["agent:ops:main"]);
    assert_eq!(of(&stamp(0)).len(), 3);
    assert_eq!(of("2999-01-01T00:00:00Z"), [] as [&str; 0]);
    assert_eq!(
        of("1h"),
        [] as [&str; 0],
        "everything is older than an hour"
    );
    assert_eq!(tree().tail(Era::Files, &["--since", "soon"]).1.code, 2);
}

#[test]
fn lines_on_standard_input_are_a_source() {
    let mut talk = Talk::new("11111111-2222-4333-8444-555555555555");
    talk.user(0, "fix it").says(1_000, "Done.").raw("{broken");
    let home = home();
    let ran = feed(home.path(), &["tail", "-"], &talk.bytes());
    let events = wire::events(&ran.out);
    assert_eq!(events.len(), 4, "{events:?}");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("standard input:"), "{}", ran.err);
}

#[test]
fn standard_input_is_read_by_the_rules_of_a_file() {
    let mut talk = Talk::new("11111111-2222-4333-8444-555555555555");
    talk.user(0, "fix it").says(1_000, "Done.");
    let (head, rest) = {
        let bytes = talk.bytes();
        let end = bytes.iter().position(|&byte| byte == b'\n').expect("lines") + 1;
        (bytes[..end].to_vec(), bytes[end..].to_vec())
    };
    let whole = [&head[..], &rest].concat();
    let unended = &whole[..whole.len() - 1];
    let cases: [(&str, Vec<u8>); 5] = [
        ("torn", [&whole[..], b"{\"type\":\"mess"].concat()),
        // Nothing more comes that could belong to it.
        ("without its newline", unended.to_vec()),
        ("marked", [b"\xef\xbb\xbf", &whole[..]].concat()),
        ("with a hole", [&head[..], &[0; 64], &rest].concat()),
        (
            "by Windows",
            whole
                .iter()
                .flat_map(|&byte| match byte {
                    b'\n' => vec![b'\r', b'\n'],
                    byte => vec![byte],
                })
                .collect(),
        ),
    ];
    let home = home();
    let want = digest(&wire::events(
        &feed(home.path(), &["tail", "-"], &whole).out,
    ));
    assert_eq!(want.len(), 4);
    for (how, input) in cases {
        let ran = feed(home.path(), &["tail", "-"], &input);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{how}");
        assert_eq!(digest(&wire::events(&ran.out)), want, "{how}");
    }
}

#[test]
fn exit_codes_say_what_kind_of_failure_it_was() {
    let home = home();
    let cases: [(&[&str], i32, &str); 8] = [
        (&["tail"], 2, "no transcripts found"),
        (&["tail", "/no/such/place"], 2, "/no/such/place"),
        (&["tail", "--no-such-flag"], 2, "--no-such-flag"),
        (&["no-such-verb"], 2, "no-such-verb"),
        (&["tail", "--config", "/no/such/file"], 78, "/no/such/file"),
        (&["render", "--tz", "Mars/Olympus"], 2, "Mars/Olympus"),
        (&["--help"], 0, ""),
        (&["--version"], 0, ""),
    ];
    for (args, code, said) in cases {
        let ran = run(home.path(), args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
        assert_eq!(ran.err.is_empty(), code == 0, "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_bad_value_is_blamed_on_where_it_came_from() {
    let home = home();
    let file = home.path().join("own.toml");
    std::fs::write(&file, "max-lines = \"many\"\n").expect("a file");
    let cases: [(&[&str], &[(&str, &str)], i32, &str); 3] = [
        (&["--config", "own.toml"], &[], 78, "own.toml"),
        (&[], &[("MAX_STATUS_LINES", "abc")], 2, "MAX_STATUS_LINES"),
        (&["--max-lines", "x"], &[], 2, "--max-lines"),
    ];
    for (args, vars, code, said) in cases {
        let mut command = program(home.path());
        command.arg("render").args(args).envs(vars.iter().copied());
        let ran = feed_to(&mut command, b"");
        assert_eq!(ran.code, code, "{args:?} {vars:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{args:?} {vars:?}: {}", ran.err);
    }
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let home = home();
    let place = home.path().join(".config/live-status");
    std::fs::create_dir_all(&place).expect("a directory");
    std::fs::write(
        place.join("config.toml"),
        "max-lines = 7\ncommentary = \"latest\"\n",
    )
    .expect("a file");
    let show = |var: Option<&str>, config: Option<&std::path::Path>| -> String {
        let mut command = program(home.path());
        command.args(["config", "show", "--origin"]);
        if let Some(var) = var {
            command.env("MAX_STATUS_LINES", var);
        }
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        let ran = feed_to(&mut command, b"").ok();
        let text = ran.text().to_owned();
        text.lines()
            .filter(|line| line.contains("max-lines") || line.contains("commentary"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let told = show(None, None);
    assert!(told.contains('7') && told.contains("config.toml"), "{told}");
    let told = show(Some("9"), None);
    assert!(
        told.contains('9') && told.contains("MAX_STATUS_LINES") && told.contains("latest"),
        "{told}"
    );
    let other = home.path().join("other.toml");
    std::fs::write(&other, "max-lines = 3\n").expect("a file");
    let told = show(None, Some(&other));
    assert!(
        told.contains('3') && told.contains("other.toml") && !told.contains("latest"),
        "{told}"
    );
}

#[test]
fn a_setting_of_the_file_takes_effect_and_a_flag_wins() {
    let home = home();
    let file = home.path().join("s.toml");
    std::fs::write(&file, "markup = \"plain\"\n").expect("a file");
    let events = tailed(&[]);
    let config = file.to_str().expect("UTF-8");
    let with = |args: &[&str]| {
        feed(
            home.path(),
            &[&["render", "--config", config], args].concat(),
            &events,
        )
        .ok()
        .out
    };
    let markup = |out: &[u8]| -> Vec<String> {
        let frames = wire::frames(out);
        let text = frames[0]["text"].as_object().expect("a text");
        text.keys().cloned().collect()
    };
    assert_eq!(markup(&with(&[])), ["plain"]);
    assert_eq!(markup(&with(&["--markup", "mrkdwn"])), ["mrkdwn"]);
    std::fs::write(&file, "markup = \"plain\"\nmarkdwon = 1\n").expect("a file");
    let ran = feed(home.path(), &["render", "--config", config], &events);
    assert!(
        ran.err.contains("markdwon"),
        "an unknown key is named: {}",
        ran.err
    );
}

#[test]
fn render_explains_the_state_of_a_run_where_asked() {
    let home = home();
    let events = tailed(&[]);
    for (args, explained) in [(&["render"][..], false), (&["render", "--explain"], true)] {
        let frames = wire::frames(&feed(home.path(), args, &events).ok().out);
        assert!(!frames.is_empty());
        for frame in frames {
            assert_eq!(frame["view"]["why"].is_string(), explained, "{frame}");
        }
    }
}

#[test]
fn render_makes_boxes_for_schedules_only_where_asked() {
    let home = home();
    let events = tailed(&[]);
    let boxes = |args: &[&str]| -> usize {
        let frames = wire::frames(&feed(home.path(), args, &events).ok().out);
        let keys: std::collections::BTreeSet<&str> = frames
            .iter()
            .filter_map(|frame| frame["key"].as_str())
            .collect();
        keys.len()
    };
    assert_eq!(boxes(&["render"]), 2);
    assert_eq!(boxes(&["render", "--include", "cron"]), 3);
}
