//! The examples that speak to a chat, each run against a server of our own.

use std::path::Path;

use crate::examples::shell_with;
use crate::fake_mattermost::Fake;
use crate::support::Ran;

/// Stands for systemd: hands over the credential and the variables, and runs the command.
const SYSTEMD_RUN: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    --property=LoadCredential=mm-token:*)
      export CREDENTIALS_DIRECTORY="$HOME/credentials"
      mkdir -p "$CREDENTIALS_DIRECTORY"
      cp "${1#*mm-token:}" "$CREDENTIALS_DIRECTORY/mm-token" ;;
    --setenv=*) export "${1#--setenv=}" ;;
    --*) ;;
    *) break ;;
  esac
  shift
done
exec "$@"
"#;

/// A shell that knows the server, its bot and its channel; what it says holds no token.
fn at_the_server(fake: &Fake, command: &str, more: &[(&str, &str)]) -> Ran {
    let (url, token, channel) = (fake.url(), fake.token("status-bot"), fake.channel("status"));
    let mut variables = vec![
        ("MM_URL", url.as_str()),
        ("MM_TOKEN", &token),
        ("LIVE_STATUS_CHANNEL", &channel),
    ];
    variables.extend(more);
    let ran = shell_with(command, &variables);
    assert!(
        !ran.err.contains(&token) && !ran.text().contains(&token),
        "{command}"
    );
    ran
}

/// The text of each state of the one box in the channel.
fn history(fake: &Fake) -> Vec<String> {
    let posts = fake.posts(&fake.channel("status"));
    assert_eq!(posts.len(), 1, "one post: {posts:?}");
    let states = fake.history(&posts[0].id);
    states.into_iter().map(|post| post.message).collect()
}

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name);
    std::fs::read_to_string(path).expect(name)
}

#[test]
fn a_deploy_tells_one_post_how_far_it_is() {
    let fake = Fake::start();
    let ran = at_the_server(&fake, "sh examples/deploy.sh api 1.4", &[]).ok();
    assert_eq!((ran.text(), ran.err.as_str()), ("", ""));
    let said = history(&fake);
    let want = [
        "building",
        "changing the database",
        "rolling out",
        "is live",
    ];
    assert_eq!(said, want.map(|what| format!("**deploy api 1.4**: {what}")));
}

#[test]
fn a_deploy_that_fails_says_where() {
    let fake = Fake::start();
    let ran = at_the_server(
        &fake,
        "sh examples/deploy.sh api 1.5",
        &[("MIGRATE", "false")],
    );
    assert_eq!(ran.code, 1, "{}", ran.err);
    let last = history(&fake).pop();
    assert_eq!(
        last.as_deref(),
        Some("**deploy api 1.5**: failed while changing the database")
    );
    let state = &fake.posts(&fake.channel("status"))[0].props["live_status"]["state"];
    assert_eq!(state, "error");
}

#[test]
fn a_deploy_goes_on_without_a_chat() {
    let ran = shell_with("sh examples/deploy.sh", &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn a_ci_job_keeps_one_post_whichever_machine_a_step_runs_on() {
    let fake = Fake::start();
    let text = example("ci-job.yml");
    let steps = text
        .lines()
        .filter_map(|line| line.split_once("run: live-status "));
    let steps: Vec<&str> = steps.map(|(_, step)| step).collect();
    assert_eq!(steps.len(), 3, "{steps:?}");
    let variables = [
        ("GITHUB_SHA", "0a1b2c"),
        ("GITHUB_REPOSITORY", "team/api"),
        ("GITHUB_REF_NAME", "main"),
    ];
    // Each in a home of its own, as on another machine.
    for step in &steps {
        at_the_server(&fake, &format!("live-status {step}"), &variables).ok();
    }
    let said = history(&fake);
    assert_eq!(
        said,
        ["testing", "passed", "**failed**"].map(|how| format!("team/api main · {how}"))
    );
}

#[test]
fn every_line_of_the_crontab_runs() {
    let fake = Fake::start();
    let text = example("live-status.crontab");
    let lines = text
        .lines()
        .filter(|line| line.starts_with(|c: char| c == '*' || c.is_ascii_digit()));
    let mut commands = 0;
    for line in lines {
        commands += 1;
        let command = line
            .splitn(6, ' ')
            .nth(5)
            .expect("five fields and a command");
        let agents = ("OPENCLAW_STATE_DIR", "examples/openclaw");
        let ran = at_the_server(&fake, command, &[agents]).ok();
        assert_eq!((ran.text(), ran.err.as_str()), ("", ""), "{command}");
    }
    assert_eq!(commands, 2);
    let said = history(&fake).pop().expect("a report");
    assert!(said.contains("Filesystem"), "{said}");
    for name in text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
    {
        assert!(
            ["MM_URL", "LIVE_STATUS_TOKEN_FILE", "LIVE_STATUS_CHANNEL"].contains(&name)
                || name.contains(' '),
            "{name}"
        );
    }
}

#[test]
fn a_service_gets_its_token_as_a_credential() {
    let fake = Fake::start();
    let command = "
        printf '%s' \"$SYSTEMD_RUN\" > \"$HOME/bin/systemd-run\" && chmod +x \"$HOME/bin/systemd-run\" &&
        mkdir -p ~/.config/live-status && (umask 077 && printf '%s' \"$MM_TOKEN\" > ~/.config/live-status/token) &&
        unset MM_TOKEN && sh examples/systemd.sh --once --catch-up 36500d --channel $LIVE_STATUS_CHANNEL $TREE";
    let variables = [
        ("SYSTEMD_RUN", SYSTEMD_RUN),
        ("TREE", "examples/openclaw/agents/scout"),
    ];
    let ran = at_the_server(&fake, command, &variables);
    let bot = fake
        .requests()
        .iter()
        .any(|request| request.username.as_deref() == Some("status-bot"));
    assert!(bot, "{}", ran.err);
}
