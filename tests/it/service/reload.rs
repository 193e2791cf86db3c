//! SIGHUP.

use std::process::Stdio;

use rustix::process::Signal;

use super::rig::{Home, Service, fake};
use crate::fake_mattermost::Fake;
use crate::mattermost::process::boxes;
use crate::support::waits::{Lines, ended};

/// `run` with these settings, once it is ready.
fn ready(home: &Home, settings: &str) -> Service {
    let path = home.write("settings.toml", settings);
    let args = ["--config", path.to_str().expect("text")];
    let mut run = Service::start(&mut home.run(&args));
    run.until("ready: sources are armed");
    run
}

// Fault 77.
#[test]
fn new_settings_are_taken_and_named_and_those_that_need_a_restart_too() {
    let home = Home::new();
    let mut run = ready(&home, "max-lines = 15\n");
    home.write(
        "settings.toml",
        "max-lines = 9\ncommentary = \"all\"\nrate = 3\n",
    );
    run.signal(Signal::HUP);
    let line = run.until("settings were read again");
    assert!(line.contains("changed=commentary,max-lines"), "{line}");
    assert!(line.contains("restart=rate"), "{line}");
    run.signal(Signal::HUP);
    let line = run.until("settings were read again");
    assert!(
        line.contains("changed=\"\"") && line.contains("restart=rate"),
        "{line}"
    );
    assert_eq!(run.stop(), 143);
}

// Fault 77.
#[test]
fn settings_that_are_wrong_are_not_taken_and_it_is_said_where_and_why() {
    let home = Home::new();
    let mut run = ready(&home, "max-lines = 15\n");
    let cases = [
        ("max-lines = 99\n", "settings.toml: max-lines: "),
        ("max-lines = \n", "settings.toml: line 1: "),
        (
            "labels = \"/nowhere/labels.toml\"\n",
            "cannot read /nowhere/labels.toml",
        ),
        (
            "max-lines = 14\n\nthrotle = \"1s\"\n",
            "settings.toml: line 3: unknown setting \\\"throtle\\\"; did you mean \\\"throttle\\\"?",
        ),
    ];
    for (settings, why) in cases {
        home.write("settings.toml", settings);
        run.signal(Signal::HUP);
        let line = run.until("the new settings are not taken; the old ones stay");
        assert!(line.contains(why) && line.contains("hint="), "{line}");
        assert!(
            !line.contains("mend it"),
            "it says what is to be done: {line}"
        );
    }
    assert!(!run.said().contains("settings were read again"));
    home.write("settings.toml", "max-lines = 14\n");
    run.signal(Signal::HUP);
    assert!(
        run.until("settings were read again")
            .contains("changed=max-lines")
    );
    assert_eq!(run.stop(), 143, "it went on all the time");
}

/// The text of the one box, once it says `text`.
fn shown(fake: &Fake, text: &str) -> String {
    let all = |fake: &Fake| -> String {
        let posts = boxes(fake).into_iter();
        posts.map(|post| post.message).collect()
    };
    fake.wait_until("the box", |fake| all(fake).contains(text));
    all(fake)
}

// Fault 77.
#[test]
fn what_is_hidden_stays_hidden_though_the_settings_cannot_be_read_any_more() {
    // Named, and where it is looked for without a name.
    for named in [true, false] {
        let (home, fake) = (Home::new(), fake());
        std::fs::create_dir_all(home.path(".config/live-status")).expect("made");
        let path = home.write(".config/live-status/config.toml", "detail = \"none\"\n");
        let name = path.to_str().expect("text");
        let args: &[&str] = if named { &["--config", name] } else { &[] };
        let mut run = Service::start(&mut home.posting(&fake, args));
        run.until("ready: sources are armed");
        std::fs::remove_file(&path).expect("removed");
        std::fs::create_dir(&path).expect("made");
        run.signal(Signal::HUP);
        let line = run.until("the new settings are not taken; the old ones stay");
        let why = format!("cannot read the settings file {name}");
        assert!(line.contains(&why) && line.contains("hint="), "{line}");
        home.reads("s1", &["/srv/hidden-place/plan.md".to_owned()]);
        let text = shown(&fake, "Reading");
        assert!(!text.contains("plan.md"), "{text}");
        assert_eq!(run.stop(), 143);
    }
}

#[test]
fn without_a_settings_file_the_log_is_opened_again_all_the_same() {
    let home = Home::new();
    let log = home.text("log");
    let mut run = Service::start(&mut home.run(&["--log-file", &log, "--listen", "127.0.0.1:0"]));
    let until = |name: &str, text: &str| {
        let end = std::time::Instant::now() + super::rig::PATIENCE;
        while !std::fs::read_to_string(home.path(name)).is_ok_and(|it| it.contains(text)) {
            assert!(std::time::Instant::now() < end, "no {text:?} in {name}");
            std::thread::yield_now();
        }
    };
    until("log", "ready: sources are armed");
    std::fs::rename(home.path("log"), home.path("log.1")).expect("moved");
    run.signal(Signal::HUP);
    until("log", "settings were read again");
    assert_eq!(run.stop(), 143);
    let old = std::fs::read_to_string(home.path("log.1")).expect("there");
    assert!(!old.contains("read again"), "{old}");
}

// Fault 77.
#[test]
fn labels_that_were_written_anew_name_the_next_steps() {
    let home = Home::new();
    let labels = home.write("labels.toml", "exec = \"Old phrase\"\n");
    let labels = labels.to_str().expect("text");
    let mut command = home.run(&["--to", "stdout", "--labels", labels, "--throttle", "0"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let pid = child.id();
    let errors = Lines::of(child.stderr.take().expect("a pipe"));
    let frames = Lines::of(child.stdout.take().expect("a pipe"));
    errors.until("ready: sources are armed");
    home.works("s1", 1, false);
    frames.until("Old phrase");
    home.write("labels.toml", "exec = \"New phrase\"\n");
    super::rig::kill(pid, Signal::HUP);
    let line = errors.until("settings were read again");
    assert!(line.contains("changed=labels"), "{line}");
    home.works("s2", 1, false);
    frames.until("New phrase");
    super::rig::kill(pid, Signal::TERM);
    assert_eq!(ended(&mut child).code(), Some(143));
}

// Fault 77.
#[test]
fn a_token_that_was_replaced_is_named_and_never_shown() {
    let (home, fake) = (Home::new(), fake());
    let token = home.write("token", "canary-old\n");
    let args = ["--token-file", token.to_str().expect("text")];
    let mut run = Service::start(&mut home.posting(&fake, &args));
    run.until("ready: sources are armed");
    home.write("token", &fake.token("status-bot"));
    run.signal(Signal::HUP);
    assert!(
        run.until("settings were read again")
            .contains("changed=token")
    );
    home.works("s1", 1, true);
    fake.wait_until("the end of the box", |fake| {
        let posts = boxes(fake);
        posts
            .iter()
            .any(|post| crate::mattermost::process::state(post) == "done")
    });
    std::fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .expect("set");
    run.signal(Signal::HUP);
    let line = run.until("the new settings are not taken");
    assert!(
        line.contains("is open to others") && line.contains("chmod 600"),
        "{line}"
    );
    run.stop();
    let said = run.said();
    assert!(
        !said.contains("canary") && !said.contains(&fake.token("status-bot")),
        "{said}"
    );
}

// Fault 55.
#[test]
fn a_box_that_waits_because_of_its_token_goes_out_with_a_new_one() {
    let (home, fake) = (Home::new(), fake());
    let token = home.write("token", "revoked\n");
    let args = ["--token-file", token.to_str().expect("text")];
    let mut run = Service::start(&mut home.posting(&fake, &args));
    run.until("ready: sources are armed");
    home.works("s1", 1, true);
    run.until("a sink failed sink=mattermost class=token_refused");
    home.write("token", &fake.token("status-bot"));
    run.signal(Signal::HUP);
    run.until("settings were read again changed=token");
    // Whoever was woken by it may be out first: that line stands before the other or behind it.
    let recovered = "a sink has recovered sink=mattermost was=token_refused";
    if !run.said().contains(recovered) {
        run.until(recovered);
    }
    fake.wait_until("the end of the box", |fake| {
        let posts = boxes(fake);
        posts
            .iter()
            .any(|post| crate::mattermost::process::state(post) == "done")
    });
    run.stop();
}

// Fault 77.
#[test]
fn a_terminal_that_went_away_is_the_end() {
    let home = Home::new();
    let (master, slave) = crate::board::terminal(24, 80);
    let mut run = Service::start_with(&mut home.run(&[]), slave.into());
    run.until("ready: sources are armed");
    run.signal(Signal::HUP);
    run.until("settings were read again");
    drop(master);
    run.signal(Signal::HUP);
    assert_eq!(run.end(), 129);
}
