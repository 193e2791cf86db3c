//! What every label promises, whatever the call.

use proptest::prelude::*;
use serde_json::json;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

#[test]
fn a_huge_input_costs_little_and_nothing_breaks() {
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let long = "x ".repeat(200_000);
    let inputs = [
        json!(deep),
        json!({ "command": long }),
        json!({ "path": long }),
        json!({ "query": long, "url": long }),
        json!(vec![long.clone(); 20]),
        json!({"x": vec![1; 500_000]}),
    ];
    for input in &inputs {
        for name in [
            "exec",
            "read",
            "web_search",
            "web_fetch",
            "odd",
            long.as_str(),
        ] {
            for detail in [Detail::Target, Detail::Args, Detail::None] {
                holds(&label(detail, name, input));
            }
        }
    }
}

/// What every label promises.
fn holds(label: &Label) {
    let text = &label.text;
    assert!(!text.is_empty());
    assert!(text.graphemes(true).count() <= 200, "long: {text}");
    assert!(!text.contains(char::is_control), "control: {text:?}");
    assert!(!text.contains(['\u{2028}', '\u{202e}']), "steers: {text:?}");
    if let Some(target) = &label.target {
        assert!(
            !target.is_empty() && text.ends_with(target.as_str()),
            "{label:?}"
        );
    }
}

const CANARY: &str = "zqcanaryqz";

/// Command lines with a canary in every place but the documented ones.
const COMMANDS: &[&str] = &[
    "X env A=X git -c X commit -m 'X' X",
    "A=X B=\"X\" cargo test -- X --token=X",
    "curl -u X:X https://X:X@h/X?X=X -d @X",
    "sudo -u X -p X --odd X kubectl --token X get",
    "echo X | base64 -d; cat <<X\nX\nX\necho done",
    "psql \"postgres://X:X@h/X\" -c 'X; X'",
    "bash -c \"export T=X; git push https://X@h\"",
    "for X in X; do echo X; done; case X in X) git;; esac",
    "python -c 'X' X; node -e X; perl -ne X",
    "ssh X@X X; scp X X:X; mysql -pX X",
    "git commit -m \"$(cat <<'E'\nit's X; X\nE\n)\"",
    "echo it's; git push 'a; X'",
    "X=$(X) Y=`X` git log ${X} $X > X 2>X < X",
    "docker run -e X=X -v X:X X; docker login -u X -p X",
];

#[test]
fn no_argument_of_a_command_shows() {
    for command in COMMANDS {
        // The word in front is the program itself, which shows by design.
        let command = command.strip_prefix("X ").unwrap_or(command);
        let command = command.replace('X', CANARY);
        for input in [
            json!({ "command": command }),
            json!(["bash", "-lc", command]),
        ] {
            let label = label(Detail::Target, "exec", &input);
            assert!(!label.text.contains(CANARY), "{command:?}: {label:?}");
        }
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[ -~\n]{0,40}",
        "(cd|git|sudo|bash -c|\\$\\(|'|\"|;|&&|\\||<<E|\n|\\\\|a=b|[(){}`]| |-c|x){0,24}",
        "https?://[a-z:@/.?0-9\\[\\]]{0,30}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let keys = prop_oneof![
        Just("command"),
        Just("path"),
        Just("url"),
        Just("query"),
        Just("action"),
        Just("label"),
        Just("input"),
        Just("id"),
        Just("args"),
        Just("paths"),
        Just("to"),
        Just("name"),
        Just("x"),
    ];
    leaf.prop_recursive(4, 24, 6, move |inner| {
        let fields = proptest::collection::btree_map(keys.clone(), inner.clone(), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Value::from),
            fields.prop_map(|fields| {
                let pairs = fields
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value));
                Value::Object(pairs.collect())
            }),
        ]
    })
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just("exec".into()),
        Just("read".into()),
        Just("apply_patch".into()),
        Just("web_fetch".into()),
        Just("web_search".into()),
        Just("message".into()),
        Just("tool_call".into()),
        Just("sessions_spawn".into()),
        Just("mcp__a__b".into()),
        "[a-zA-Z_.:]{0,30}",
    ]
}

proptest! {
    #[test]
    fn any_call_has_a_label_that_keeps_its_promises(
        name in proptest::option::of(names()),
        title in proptest::option::of(any::<String>()),
        kind in proptest::option::of("(read|execute|fetch|search|[a-z]{0,5})"),
        input in anything(),
    ) {
        let rules = "'*a*' = 'A {name} {target}'\n'/^w/' = '{program}{target}'\n'*:git' = '{target}!'";
        let rules = Rules::parse(rules).expect("parses");
        let call = Call {
            name: name.as_deref(),
            title: title.as_deref(),
            kind: kind.as_deref(),
            input: &input,
        };
        for detail in [Detail::Target, Detail::Args, Detail::None] {
            holds(&Labeller::new(Rules::default(), detail).label(&call));
            let labeller = Labeller::new(rules.clone(), detail);
            holds(&labeller.label(&call));
            prop_assert!(labeller.explain(&call).len() >= 2);
        }
    }

    #[test]
    fn nothing_but_the_safe_target_shows(
        name in names(),
        rest in proptest::collection::vec("[a-z ;&|'\"$(){}<>\n\\\\`=-]{0,12}", 0..6),
        odd in anything(),
    ) {
        let marked = rest.join(CANARY);
        let input = json!({
            "path": format!("/{CANARY}/{CANARY}/file.rs"),
            "url": format!("https://{CANARY}:{CANARY}@h.example/{CANARY}?{CANARY}#{CANARY}"),
            "command": format!("curl -H {CANARY} --data '{CANARY}' {CANARY}"),
            "input": format!("*** Begin Patch\n*** Update File: {CANARY}/a.rs\n-{CANARY}\n+{CANARY}"),
            "to": CANARY, "message": CANARY, "content": CANARY, "text": CANARY, "task": CANARY,
            "prompt": CANARY, "description": CANARY, "env": { "A": CANARY }, "action": CANARY,
            "marked": marked, "odd": odd, "title": CANARY, "code": CANARY, "body": CANARY,
        });
        // Inside quotes all is text, closed or not.
        let quoted = format!("git -C {CANARY} '{}", marked.replace('\'', "\""));
        let quoted = if rest.len() % 2 == 0 { quoted + "'" } else { quoted };
        let labels = [
            label(Detail::Target, &name, &input),
            label(Detail::None, &name, &input),
            label(Detail::Target, "exec", &json!({ "command": quoted })),
        ];
        for label in labels {
            prop_assert!(!label.text.contains(CANARY), "{}: {label:?}", name);
        }
    }
}
