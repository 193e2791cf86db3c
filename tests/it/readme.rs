//! What the README shows is what happens.

use std::path::Path;

use crate::examples::{has_jq, shell};

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).expect("a file of the project")
}

/// The fenced blocks of the README: what stands behind the fence, and the text.
fn blocks() -> Vec<(String, String)> {
    let readme = file("README.md");
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in readme.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

fn block(info: &str) -> String {
    let found = blocks().into_iter().find(|(known, _)| known == info);
    found.expect("a block of the README").1
}

/// Lines without the blanks around them: `uniq -c` pads as it likes, two blanks break a Markdown line.
fn trimmed(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
}

#[test]
fn every_pipeline_prints_what_stands_below_it() {
    let blocks = blocks();
    let mut pipelines = 0;
    for pair in blocks.windows(2).filter(|pair| pair[0].0 == "sh pipeline") {
        let ((_, command), (below, output)) = (&pair[0], &pair[1]);
        assert_eq!(below, "text output", "no output stands below: {command}");
        pipelines += 1;
        if command.contains("jq ") && !has_jq(command) {
            continue;
        }
        let ran = shell(command);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        assert_eq!(trimmed(ran.text()), trimmed(output), "{command}");
    }
    assert!(pipelines >= 5, "only {pipelines} pipelines were found");
}

#[test]
fn the_first_command_shows_the_end_of_every_run() {
    let command = block("sh first");
    let verb = command.trim().strip_prefix("cargo run --release -- ");
    let verb = verb.expect("the first command runs the program from its source");
    let quick = verb.replace("--speed 10", "--speed max");
    assert_ne!(verb, quick, "the test does not wait for natural pace");
    let ran = shell(&format!("live-status {quick}"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    // What was in between depends on how fast this machine is: a frame is a state, not a log.
    for (state, runs) in [("[DONE]", 5), ("[ERROR]", 1), ("[INTERRUPTED]", 1)] {
        let seen = ran
            .text()
            .lines()
            .filter(|line| line.contains(state))
            .count();
        assert_eq!(seen, runs, "{state} in:\n{}", ran.text());
    }
}

#[test]
fn the_picture_in_words_is_a_real_box() {
    let picture = block("text box");
    let ran = shell("live-status run --replay examples/openclaw --speed max --to stdout");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let real = ran.lines().iter().any(|frame| {
        let text = frame["text"]["markdown"].as_str().unwrap_or_default();
        trimmed(text) == trimmed(&picture)
    });
    assert!(real, "no frame of examples/openclaw looks like:\n{picture}");
}

#[test]
fn continuous_integration_runs_the_test_command_of_the_readme() {
    let command = block("sh test");
    let script = file(".ci/run");
    assert!(
        script.lines().any(|line| line.trim() == command.trim()),
        ".ci/run does not run {command}"
    );
}

#[test]
fn every_exit_code_is_told() {
    use live_status::cli::failure::Kind;
    let kinds = [
        Kind::Input,
        Kind::Taken,
        Kind::Usage,
        Kind::Unreachable,
        Kind::CannotCreate,
        Kind::Io,
        Kind::Locked,
        Kind::Refused,
        Kind::Config,
        Kind::Closed,
    ];
    let readme = file("README.md");
    for kind in kinds {
        let row = format!("| {} | ", kind.code());
        assert!(
            readme.contains(&row),
            "README.md does not tell exit code {}",
            kind.code()
        );
    }
}

#[test]
fn links_lead_somewhere() {
    let readme = file("README.md");
    let targets = readme
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    for (target, _) in targets.filter(|(target, _)| !target.starts_with("http")) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(target);
        assert!(
            path.exists(),
            "README.md points to {target}, which is not there"
        );
    }
}
