//! Configurations of every odd shape: put in, again, taken out, and nothing else changed.

use proptest::prelude::*;

use super::*;
use crate::hook::agents::AGENTS;

const PROGRAM: &str = "live-status";

fn agent(name: &str) -> &'static Agent {
    Agent::named(name).expect(name)
}

fn put(agent: &Agent, text: &str) -> String {
    match install(agent, PROGRAM, Some(text)) {
        Ok(Becomes::Text(new)) => new,
        other => unreachable!("{}: {text:?}: {other:?}", agent.name),
    }
}

/// Configurations that must come back byte for byte.
const ODD: &[&str] = &[
    "{}",
    "{}\n",
    "{ }",
    "{\n}\n",
    "{\"a\":1}",
    "{ \"a\": 1 }",
    "{\"a\":1,}",
    "{\n  \"a\": 1\n}\n",
    "{\n  \"a\": 1,\n}\n",
    "{\n\t\"a\": 1 // why\n\t// last\n}\n",
    "{\n    \"a\": 1, // why\n}\n",
    "{\n  \"a\": 1 /* why */\n}",
    "// top\n{\r\n  \"a\": 1\r\n}\r\n",
    "{\"hooks\":{}}",
    "{\"hooks\": { }}",
    "{\"hooks\":{\"Stop\":[]}}",
    "{\"hooks\":{\"Stop\":[ /* none */ ]}}",
    "{ /* nothing */ }",
    "{\n  // nothing\n}\n",
    "{\"a\":1,\n// note\n}",
    "{\n\n  \"a\": 1,\n\n  // last\n\n}\n\n",
    "{\"hooks\":{\"Stop\":[{\"hooks\":[]},]},}",
    "{\n  \"hooks\": {\n    \"Stop\": [\n      {\"hooks\":[{\"type\":\"command\",\"command\":\"say done\"}]}\n    ]\n  },\n  \"z\": {\"b\": 2, \"a\": [1, 2.50, 1e400]}\n}",
    "{\n  \"hooks\": {\n    \"PreToolUse\": [\n      { \"matcher\": \"Bash\", \"hooks\": [ { \"type\": \"command\", \"command\": \"x\" } ] } // mine\n    ],\n    \"Odd\": 7,\n    \"stop\": [1, null, \"x\", {\"hooks\": 3}]\n  }\n}\n",
    "{\"hooks\":{\"Stop\":[{\"hooks\":[{\"type\":\"command\",\"command\":\"live-status hook claude | tee log\"}]}],\"stop\":[{\"command\":\"x\"}]}}",
    "{\"a\": \"\\u00e9 \\/ }{\", \"a\": 2}",
];

#[test]
fn what_is_put_in_comes_out_and_every_other_byte_stays() {
    for agent in AGENTS
        .iter()
        .filter(|agent| !matches!(agent.shape, Shape::Tables | Shape::Plugin))
    {
        for text in ODD {
            let with = put(agent, text);
            assert_eq!(
                is_installed(agent, &with),
                Ok(true),
                "{} {text:?}",
                agent.name
            );
            assert_eq!(
                install(agent, PROGRAM, Some(&with)),
                Ok(Becomes::Same),
                "{} {text:?}: a second time: {with}",
                agent.name
            );
            let out = uninstall(agent, &with, false);
            assert_eq!(
                out,
                Ok(Becomes::Text((*text).to_owned())),
                "{} {text:?}: {with}",
                agent.name
            );
            assert_eq!(uninstall(agent, text, false), Ok(Becomes::Same), "{text:?}");
            // An older form of ours goes, and the same new text comes of it.
            let old = with.replace(" 2>/dev/null || true", "");
            assert_eq!(
                put(agent, &old),
                with,
                "{} {text:?}: from an older form",
                agent.name
            );
        }
    }
}

#[test]
fn what_is_not_understood_is_refused() {
    for text in [
        "",
        " \n",
        "[]",
        "7",
        "null",
        "{",
        "{\"a\":1",
        "{a:1}",
        "{'a':1}",
        "{\"hooks\":[]}",
        "{\"hooks\":null}",
        "{\"hooks\":{\"Stop\":{}}}",
        "{\"hooks\":{},\"hooks\":{}}",
        "{\"hooks\":{\"Stop\":[],\"Stop\":[]}}",
        "{} {}",
        "\u{0}",
        "{\"a\":1 \"b\":2}",
    ] {
        let refused = install(agent("claude"), PROGRAM, Some(text));
        assert!(refused.is_err(), "{text:?}: {refused:?}");
    }
}

#[test]
fn what_a_person_built_around_ours_stays() {
    let ours = agent("claude").command(PROGRAM, "Stop");
    let text = format!(
        "{{\"hooks\":{{\"Stop\":[{{\"matcher\":\"x\",\"hooks\":[{{\"type\":\"command\",\"command\":\"say\"}}, {{\"type\":\"command\",\"command\":\"{ours}\"}}]}}]}}}}"
    );
    let want = "{\"hooks\":{\"Stop\":[{\"matcher\":\"x\",\"hooks\":[{\"type\":\"command\",\"command\":\"say\"}]}]}}";
    assert_eq!(
        uninstall(agent("claude"), &text, false),
        Ok(Becomes::Text(want.into()))
    );
}

#[test]
fn remarks_that_a_person_wrote_beside_ours_stay_and_the_text_stays_readable() {
    let with = put(agent("claude"), "{\n  \"a\": 1\n}\n");
    let cases = [
        with.replace("\"a\": 1,", "\"a\": 1, // one"),
        with.replace("\"a\": 1,", "\"a\": 1, /* one */"),
        with.replace("\n}\n", "\n  // end\n}\n"),
        with.replace("\n}\n", ", // after\n  \"b\": 2\n}\n"),
        with.replace(
            "\"hooks\": {\n    \"User",
            "\"hooks\": { // ours\n    \"User",
        ),
    ];
    for text in cases {
        let Ok(Becomes::Text(out)) = uninstall(agent("claude"), &text, false) else {
            unreachable!("{text}");
        };
        assert!(json::root(&out).is_ok(), "{text}\n->\n{out}");
        assert_eq!(is_installed(agent("claude"), &out), Ok(false), "{out}");
        for remark in ["// one", "/* one */", "// end", "// after", "// ours"] {
            assert_eq!(
                text.contains(remark),
                out.contains(remark),
                "{text}\n->\n{out}"
            );
        }
    }
}

#[test]
fn hooks_under_names_of_before_are_ours_and_replaced() {
    let copilot = agent("copilot");
    let names = [
        "userPromptSubmitted",
        "postToolUse",
        "permissionRequest",
        "notification",
        "agentStop",
        "errorOccurred",
        "sessionEnd",
    ];
    let hooks = names.iter().map(|name| {
        let command = copilot.command(PROGRAM, name);
        format!(
            "    \"{name}\": [\n      {{\n        \"type\": \"command\",\n        \"bash\": \"{command}\",\n        \"timeoutSec\": 5\n      }}\n    ]"
        )
    });
    let hooks = hooks.collect::<Vec<_>>().join(",\n");
    let old = format!("{{\n  \"version\": 1,\n  \"hooks\": {{\n{hooks}\n  }}\n}}\n");
    assert_eq!(is_installed(copilot, &old), Ok(true));
    let new = put(copilot, &old);
    assert_eq!(
        Ok(Becomes::Text(new.clone())),
        install(copilot, PROGRAM, None)
    );
    assert!(
        new.contains("\"Stop\"") && !new.contains("agentStop"),
        "{new}"
    );
    assert_eq!(uninstall(copilot, &old, true), Ok(Becomes::Gone));
}

#[test]
fn a_file_of_our_own_goes_when_nothing_else_is_in_it() {
    for name in ["copilot", "grok"] {
        let Ok(Becomes::Text(fresh)) = install(agent(name), PROGRAM, None) else {
            unreachable!("{name}");
        };
        assert_eq!(uninstall(agent(name), &fresh, true), Ok(Becomes::Gone));
        let shared = fresh.replacen('{', "{\n  \"mine\": 1,", 1);
        assert!(
            matches!(uninstall(agent(name), &shared, true), Ok(Becomes::Text(_))),
            "{shared}"
        );
    }
    let plugin = agent("opencode");
    let Ok(Becomes::Text(fresh)) = install(plugin, "'/opt/my tools/live-status'", None) else {
        unreachable!("a plugin");
    };
    assert!(
        fresh.contains("spawn(\"/opt/my tools/live-status\""),
        "{fresh}"
    );
    assert_eq!(uninstall(plugin, &fresh, true), Ok(Becomes::Gone));
    assert_eq!(uninstall(plugin, "// another's", true), Ok(Becomes::Same));
    assert!(install(plugin, PROGRAM, Some("// another's")).is_err());
}

#[test]
fn tables_come_and_go_at_the_end_of_the_file() {
    let kimi = agent("kimi");
    for text in [
        "",
        "a = 1",
        "a = 1\n",
        "# top\n\n[models.x]\nkey = 'v' # why\n\n",
        "[[hooks]]\nevent = \"Stop\"\ncommand = \"say done\"\n\n[other]\nb = 1.50\n",
        "a = 1\r\n[b]\r\nc = 2\r\n",
    ] {
        let with = put(kimi, text);
        assert_eq!(
            install(kimi, PROGRAM, Some(&with)),
            Ok(Becomes::Same),
            "{text:?}"
        );
        assert_eq!(
            uninstall(kimi, &with, false),
            Ok(Becomes::Text(text.into())),
            "{text:?}"
        );
        // Written anew by the agent, our marks are gone.
        let bare: String = with
            .lines()
            .filter(|line| !line.starts_with("# live-status"))
            .fold(String::new(), |text, line| text + line + "\n");
        let Ok(Becomes::Text(out)) = uninstall(kimi, &bare, false) else {
            unreachable!("{bare}");
        };
        assert!(!out.contains("live-status"), "{out}");
        assert_eq!(out.contains("say done"), text.contains("say done"), "{out}");
        let old = with.replace(" 2>/dev/null || true", "");
        assert_eq!(put(kimi, &old), with, "{text:?}: from an older form");
    }
    for text in ["a = ", "hooks = []", "hooks = 1", "[hooks]\na = 1"] {
        assert!(install(kimi, PROGRAM, Some(text)).is_err(), "{text:?}");
    }
}

/// Any JSON, an object at its top.
fn any_object() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        "[a-z\"\\\\/\u{e9}\n,:{}\\[\\]]{0,6}".prop_map(serde_json::Value::from),
    ];
    let key = "hook|a|b|Stop|[a-z,{]{0,3}";
    let value = leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::hash_map(key, inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Value>()),
        ]
    });
    prop::collection::hash_map(key, value, 0..5).prop_map(|map| map.into_iter().collect())
}

proptest! {
    #[test]
    fn any_configuration_comes_back_byte_for_byte(object in any_object(), pretty in any::<bool>(), crlf in any::<bool>()) {
        let text = match pretty {
            true => serde_json::to_string_pretty(&object),
            false => serde_json::to_string(&object),
        };
        let text = text.expect("JSON");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        for name in ["claude", "cursor"] {
            let with = put(agent(name), &text);
            prop_assert_eq!(install(agent(name), PROGRAM, Some(&with)), Ok(Becomes::Same));
            prop_assert_eq!(uninstall(agent(name), &with, false), Ok(Becomes::Text(text.clone())), "{}", with);
        }
    }
}
