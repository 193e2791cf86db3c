//! Calls and the phrases a person reads.

use serde_json::json;

use super::*;

#[test]
#[rustfmt::skip]
fn every_tool_has_a_phrase() {
    let cases = [
        // OpenClaw
        ("read", json!({"path": "/srv/w/src/config.rs"}), "Reading |config.rs", "read"),
        ("read", json!({}), "Reading file...|", "read"),
        ("write", json!({"path": "a/notes.md", "content": "hunter2"}), "Writing |notes.md", "write"),
        ("edit", json!({"file_path": "x.rs", "oldText": "hunter2"}), "Editing |x.rs", "edit"),
        ("apply_patch", json!({"input": "*** Begin Patch\n*** Update File: src/a.rs\n+hunter2\n*** Add File: b.rs\n*** End Patch"}), "Editing |a.rs and 1 more", "apply_patch"),
        ("apply_patch", json!("--- a/x.rs\n+++ b/y.rs\n@@\n+++ hunter2"), "Editing |y.rs", "apply_patch"),
        ("ls", json!({"path": "/srv/w/"}), "Listing |w", "ls"),
        ("ls", json!({"path": "."}), "Listing files...|", "ls"),
        ("exec", json!({"command": "cd /x && cargo test -p hunter2", "env": {"A": "hunter2"}}), "Running |cargo test", "exec"),
        ("exec", json!({"command": ["bash", "-lc", "git push hunter2"]}), "Running |git push", "exec"),
        ("exec", json!("ls hunter2"), "Running |ls", "exec"),
        ("exec", json!(["rg", "hunter2"]), "Running |rg", "exec"),
        ("exec", json!({"command": "git", "args": ["log", "hunter2"]}), "Running |git log", "exec"),
        ("exec", json!({"command": 7}), "Running command...|", "exec"),
        ("exec", json!("{\"command\":\"npm ci\"}"), "Running |npm ci", "exec"),
        ("process", json!({"action": "poll", "sessionId": "brisk-otter"}), "Waiting for background command...|", "process"),
        ("process", json!({"action": "hunter2"}), "Managing background commands...|", "process"),
        ("web_search", json!({"query": "rust inotify"}), "Searching the web for |\"rust inotify\"", "web_search"),
        ("web_search", json!({"query": ""}), "Searching the web...|", "web_search"),
        ("web_fetch", json!({"url": "https://ann:hunter2@Docs.rs:443/x?token=hunter2"}), "Fetching |docs.rs", "web_fetch"),
        ("web_fetch", json!({"url": "http://localhost:8080/x"}), "Fetching |localhost:8080", "web_fetch"),
        ("web_fetch", json!({"url": "https://[::1]:9/x"}), "Fetching |[::1]:9", "web_fetch"),
        ("web_fetch", json!({"url": "https://ann:hun/ter2@host.example/"}), "Fetching web page...|", "web_fetch"),
        ("web_fetch", json!({"url": "hunter2"}), "Fetching web page...|", "web_fetch"),
        ("web_fetch", json!({"url": "data:text/html,hunter2"}), "Fetching web page...|", "web_fetch"),
        ("web_fetch", json!({"url": "example.org/a"}), "Fetching |example.org", "web_fetch"),
        ("browser", json!({"action": "navigate", "targetUrl": "https://x.org/a"}), "Opening |x.org", "browser"),
        ("browser", json!({"action": "act", "request": {"kind": "type", "text": "hunter2"}}), "Acting on web page...|", "browser"),
        ("canvas", json!({"action": "eval", "javaScript": "hunter2"}), "Running script on canvas...|", "canvas"),
        ("nodes", json!({"action": "notify", "body": "hunter2"}), "Notifying device...|", "nodes"),
        ("message", json!({"action": "send", "channel": "mattermost", "to": "#town-square", "message": "hunter2"}), "Sending message to |#town-square", "message"),
        ("message", json!({"action": "send", "channel": "whatsapp", "to": "+4912345"}), "Sending message to |whatsapp", "message"),
        ("message", json!({"message": "hunter2"}), "Sending message...|", "message"),
        ("cron", json!({"action": "add", "job": {"name": "hunter2"}}), "Scheduling job...|", "cron"),
        ("automation", json!({"action": "list"}), "Listing scheduled jobs...|", "cron"),
        ("gateway", json!({"action": "restart", "reason": "hunter2"}), "Restarting gateway...|", "gateway"),
        ("tts", json!({"text": "hunter2"}), "Generating speech...|", "tts"),
        ("image_generate", json!({"prompt": "hunter2"}), "Generating image...|", "image_generate"),
        ("view_image", json!({"path": "/tmp/a.png"}), "Looking at |a.png", "view_image"),
        ("image", json!({"image": "data:image/png;base64,hunter2"}), "Looking at image...|", "view_image"),
        ("pdf", json!({"pdf": "in/a.pdf", "prompt": "hunter2"}), "Reading |a.pdf", "pdf"),
        ("memory_search", json!({"query": "a \"b\""}), "Searching memory for |\"a 'b'\"", "memory_search"),
        ("memory_get", json!({"path": "memory/2026.md"}), "Recalling |2026.md", "memory_get"),
        ("sessions_list", json!({}), "Listing sessions...|", "sessions_list"),
        ("sessions_history", json!({"sessionKey": "agent:planner:main"}), "Reading history of |planner", "sessions_history"),
        ("sessions_send", json!({"label": "planner", "message": "hunter2"}), "Messaging agent |planner", "sessions_send"),
        ("sessions_spawn", json!({"task": "hunter2", "label": "proj035-planner"}), "Starting sub-agent |proj035-planner", "sessions_spawn"),
        ("sessions_spawn", json!({"task": "hunter2"}), "Starting sub-agent...|", "sessions_spawn"),
        ("sessions_yield", json!({"message": "hunter2"}), "Waiting for sub-agents...|", "sessions_yield"),
        ("subagents", json!({"action": "steer", "message": "hunter2"}), "Steering sub-agent...|", "subagents"),
        ("session_status", json!({}), "Checking session status...|", "session_status"),
        ("progress_card", json!({"items": ["hunter2"]}), "Updating progress card...|", "progress_card"),
        ("update_plan", json!({"plan": ["hunter2"]}), "Updating plan...|", "update_plan"),
        ("ask_user", json!({"question": "hunter2"}), "Asking a question...|", "ask_user"),
        ("code_execution", json!({"code": "hunter2"}), "Running code...|", "code_execution"),
        ("tool_search", json!({"query": "calendar"}), "Searching tools for |\"calendar\"", "tool_search"),
        ("tool_describe", json!({"id": "calendar.add"}), "Looking up tool |calendar.add", "tool_describe"),
        ("tool_call", json!({"id": "read", "args": {"path": "a/b.rs"}}), "Reading |b.rs", "read"),
        ("tool_call", json!({"id": "tool_call", "args": {"id": "exec", "args": {"command": "ls"}}}), "Running |ls", "exec"),
        ("tool_call", json!({}), "Calling tool...|", "tool_call"),
        ("wait", json!({}), "Waiting...|", "wait"),
        ("grep", json!({"pattern": "TODO", "path": "src"}), "Searching files for |\"TODO\"", "grep"),
        ("find", json!({"pattern": "*.rs"}), "Finding files like |\"*.rs\"", "find"),
        ("glob", json!({"pattern": "**/*.rs"}), "Finding files like |\"**/*.rs\"", "find"),
        // others
        ("Read", json!({"file_path": "C:\\w\\a.rs"}), "Reading |a.rs", "read"),
        ("MultiEdit", json!({"file_path": "/a/b.rs"}), "Editing |b.rs", "edit"),
        ("NotebookEdit", json!({"notebook_path": "n.ipynb"}), "Editing |n.ipynb", "notebook_edit"),
        ("Bash", json!({"command": "npm run build", "description": "hunter2"}), "Running |npm run build", "exec"),
        ("BashOutput", json!({"bash_id": "1"}), "Reading command output...|", "bash_output"),
        ("Task", json!({"description": "hunter2", "prompt": "hunter2", "subagent_type": "Explore"}), "Starting sub-agent |Explore", "sessions_spawn"),
        ("WebFetch", json!({"url": "https://a.b/c", "prompt": "hunter2"}), "Fetching |a.b", "web_fetch"),
        ("TodoWrite", json!({"todos": []}), "Updating plan...|", "update_plan"),
        ("Skill", json!({"skill": "pdf:fill"}), "Using skill |pdf:fill", "skill"),
        ("mcp__acp__Read", json!({"path": "a.rs"}), "Reading |a.rs", "read"),
        ("shell", json!({"command": ["zsh", "-lc", "rg -n hunter2"]}), "Running |rg", "exec"),
        ("functions.exec_command", json!({"cmd": "sed -n 1,9p x"}), "Running |sed", "exec"),
        ("read_many_files", json!({"paths": ["a/x.rs", "b/y.rs", "z.rs"]}), "Reading |x.rs and 2 more", "read"),
        ("run_shell_command", json!({"command": "make lint"}), "Running |make lint", "exec"),
        ("replace", json!({"file_path": "q.py", "new_string": "hunter2"}), "Editing |q.py", "edit"),
        // by pattern
        ("mcp__github__create_issue", json!({"title": "hunter2"}), "Using |github: create issue", "mcp"),
        ("mcp.linear.listIssues", json!({}), "Using |linear: list issues", "mcp"),
        ("jira__get_ticket", json!({}), "Using |jira: get ticket", "mcp"),
        ("list_issues", json!({"query": "hunter2"}), "Listing |issues", "list_*"),
        ("createInvoice", json!({"to": "hunter2"}), "Creating |invoice", "create_*"),
        ("delete_calendar_event", json!({}), "Deleting |calendar event", "delete_*"),
        ("diagnostic", json!({"path": "hunter2"}), "Using |diagnostic tool", "unknown"),
        ("diagnostic_tool", json!({}), "Using |diagnostic tool", "unknown"),
        ("<@U1>\n`x`", json!(null), "Using |U1 x tool", "unknown"),
        ("", json!({"path": "hunter2"}), "Working...|", "unknown"),
        ("!?", json!([]), "Working...|", "unknown"),
    ];
    for (name, input, want, rule) in cases {
        let label = label(Detail::Target, name, &input);
        let (before, target) = want.split_once('|').expect("a bar");
        assert_eq!(label.text, format!("{before}{target}"), "{name} {input}");
        assert_eq!(label.target.as_deref().unwrap_or(""), target, "{name} {input}");
        assert_eq!(label.rule, format!("builtin:{rule}"), "{name} {input}");
        assert!(!label.text.contains("hunter2"), "{name} {input}");
    }
}

#[test]
fn kind_and_title_help_where_the_name_does_not() {
    let command = json!({"command": "cargo doc"});
    let cases = [
        (
            None,
            None,
            Some("execute"),
            "Running cargo doc",
            "builtin:kind:exec",
        ),
        (
            Some("frob"),
            None,
            Some("execute"),
            "Running cargo doc",
            "builtin:kind:exec",
        ),
        (
            Some("read"),
            None,
            Some("execute"),
            "Reading file...",
            "builtin:read",
        ),
        (
            None,
            Some("Bash"),
            None,
            "Running cargo doc",
            "builtin:exec",
        ),
        (
            None,
            Some("rm -rf secrets"),
            None,
            "Working...",
            "builtin:unknown",
        ),
        (
            None,
            Some("a secret"),
            Some("other"),
            "Working...",
            "builtin:unknown",
        ),
        (None, None, None, "Working...", "builtin:unknown"),
    ];
    for (name, title, kind, text, rule) in cases {
        let label = Labeller::default().label(&Call {
            name,
            title,
            kind,
            input: &command,
        });
        let row = format!("{name:?} {title:?} {kind:?}");
        assert_eq!(
            (label.text.as_str(), label.rule.as_str()),
            (text, rule),
            "{row}"
        );
    }
}

#[test]
fn the_detail_decides_what_is_shown() {
    let cases = [
        (
            "read",
            json!({"path": "/a/b.rs"}),
            "Reading /a/b.rs",
            "Reading file...",
        ),
        (
            "exec",
            json!({"command": "ls -l\n  x"}),
            "Running ls -l x",
            "Running command...",
        ),
        (
            "exec",
            json!({"command": ["ls", "-l"]}),
            "Running ls -l",
            "Running command...",
        ),
        (
            "mcp__a__b_c",
            json!({"x": [1, {"y": 2}], "z": "w"}),
            "Using a: b c x=[1,{\"y\":2}] z=w",
            "Using a: b c...",
        ),
        ("mcp__a__b_c", json!({}), "Using a: b c", "Using a: b c..."),
        (
            "list_issues",
            json!({"n": 1}),
            "Listing issues n=1",
            "Listing issues...",
        ),
        (
            "tts",
            json!({"text": "hi"}),
            "Generating speech text=hi",
            "Generating speech...",
        ),
        ("odd", json!(null), "Using odd tool", "Using odd tool..."),
    ];
    for (name, input, args, none) in cases {
        let got = label(Detail::Args, name, &input);
        assert_eq!(got.text, args, "args of {name} {input}");
        let got = label(Detail::None, name, &input);
        assert_eq!(
            (got.text.as_str(), got.target),
            (none, None),
            "none of {name} {input}"
        );
    }
    assert_eq!("ARGS".parse(), Ok(Detail::Args));
    assert!("more".parse::<Detail>().is_err());
}

#[test]
fn a_users_rule_wins_over_the_table() {
    let rules = r#"
        read = "Studying {target}"
        exec = "Executing {target}"
        "exec:cargo" = "Building with {program}: {target}"
        "exec:g*" = "Version control"
        "mcp__git*" = "GitHub ({name}) {target}"
        "/^web_/" = "On the web: {target}"
        "oracle" = "{target} asks the {{oracle}}"
    "#;
    let rules = Rules::parse(rules).expect("parses");
    let cases = [
        (
            "READ",
            json!({"path": "a/b"}),
            "Studying b",
            Some("b"),
            "user:read",
        ),
        ("read", json!({}), "Studying...", None, "user:read"),
        (
            "exec",
            json!({"command": "ls"}),
            "Executing ls",
            Some("ls"),
            "user:exec",
        ),
        ("exec", json!({}), "Executing...", None, "user:exec"),
        (
            "exec",
            json!({"command": "cargo test"}),
            "Building with cargo: cargo test",
            Some("cargo test"),
            "user:exec:cargo",
        ),
        (
            "exec",
            json!({"command": "git x"}),
            "Version control",
            None,
            "user:exec:g*",
        ),
        (
            "mcp__github__pr",
            json!({"url": "https://x.org/s"}),
            "GitHub (mcp__github__pr) x.org",
            Some("x.org"),
            "user:mcp__git*",
        ),
        (
            "web_search",
            json!({"query": "q"}),
            "On the web: \"q\"",
            Some("\"q\""),
            "user:/^web_/",
        ),
        (
            "web_search",
            json!({}),
            "On the web...",
            None,
            "user:/^web_/",
        ),
        (
            "oracle",
            json!({"path": "a/b"}),
            "b asks the {oracle}",
            None,
            "user:oracle",
        ),
        (
            "write",
            json!({"path": "a/b"}),
            "Writing b",
            Some("b"),
            "builtin:write",
        ),
        (
            "tool_call",
            json!({"id": "read", "args": {"path": "a/c"}}),
            "Studying c",
            Some("c"),
            "user:read",
        ),
    ];
    let labeller = Labeller::new(rules, Detail::Target);
    for (name, input, text, target, rule) in cases {
        let want = Label {
            text: text.into(),
            target: target.map(str::to_owned),
            rule: rule.into(),
        };
        assert_eq!(labeller.label(&call(name, &input)), want, "{name} {input}");
    }
    let lines = labeller.explain(&call("exec", &json!({"command": "cargo test"})));
    assert_eq!(
        lines,
        [
            "user:exec:cargo: an exact name matched; won: the most telling of the user's rules",
            "user:exec: an exact name matched; lost: a more telling rule matched",
            "builtin:exec: lost: the user's rules come first",
            "phrase: Building with cargo: cargo test; target: cargo test",
        ]
    );
}
