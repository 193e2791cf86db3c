//! Every verb, with the token in every place that it may come from.

use std::process::Command;

use super::*;

/// Runs every verb before `fake`, with the token where `source` says.
fn every_verb(fake: &Fake, token: &str, (variable, value): (&str, &str)) {
    let home = home();
    tree(home.path());
    let channel = fake.channel("status");
    for verb in VERBS {
        let args = arguments(verb, &channel);
        let mut command: Command = loud(command(fake, home.path(), &args));
        command.env_remove("MM_TOKEN").env(variable, value);
        let input = line(State::Done, "[DONE] x");
        let ran = feed_to(&mut command, format!("{input}\nno frame\n").as_bytes());
        search_all(&ran, home.path(), token, &format!("{args:?}"));
    }
}

// Fault 88.
#[test]
fn no_verb_gives_the_token_away_wherever_it_came_from() {
    let (fake, outside) = (Fake::start(), home());
    let token = fake.token("status-bot");
    let file = outside.path().join("mm-token");
    private(&file, &token);
    let (file, directory) = (file.to_string_lossy(), outside.path().to_string_lossy());
    let sources: [(&str, &str); 4] = [
        ("MM_TOKEN", &token),
        ("MM_BOT_TOKEN", &token),
        ("LIVE_STATUS_TOKEN_FILE", &file),
        ("CREDENTIALS_DIRECTORY", &directory),
    ];
    std::thread::scope(|scope| {
        for source in sources {
            let (fake, token) = (&fake, &token);
            scope.spawn(move || every_verb(fake, token, source));
        }
    });
    let ours =
        |one: &crate::fake_mattermost::Recorded| one.username.as_deref() == Some("status-bot");
    let told = fake.requests().iter().any(ours);
    assert!(
        told && !boxes(&fake).is_empty(),
        "the token did its work all the same"
    );
}

#[test]
fn a_secret_in_the_servers_address_is_refused_and_repeated_nowhere() {
    const SECRET: &str = "canary7in7the7servers7address7";
    let (fake, home) = (Fake::start(), home());
    tree(home.path());
    let channel = fake.channel("status");
    let urls = [
        format!("https://me:{SECRET}@chat.invalid"),
        format!("https://{SECRET}@chat.invalid"),
        format!("https://chat.invalid/?token={SECRET}"),
        format!("https://chat.invalid/#{SECRET}"),
    ];
    for url in &urls {
        for verb in VERBS {
            let args = arguments(verb, &channel);
            let mut command = loud(command(&fake, home.path(), &args));
            let ran = feed_to(command.env("MM_URL", url), b"");
            search_all(&ran, home.path(), SECRET, &format!("{args:?}"));
            // Who sends, and who would show what is sent, does not get that far.
            let sends = ["post", "run", "update", "--channel"].contains(&args[0]);
            let is_told =
                args.contains(&"--help") || args.contains(&"terminal") && args[0] == "run";
            assert!(!sends || is_told || ran.code != 0, "{args:?}: {}", ran.err);
        }
    }
    assert!(fake.requests().is_empty());
}
