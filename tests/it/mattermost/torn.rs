//! The real program and connections that end in the middle, or lead to who is no longer trusted.

use super::network;
use super::process::{boxes, command};
use crate::fake_mattermost::{Action, Call, Fake, Rule};
use crate::support::{Ran, home};

// Fault 53.
#[test]
fn row_53_an_answer_that_is_cut_or_reset_in_its_body_makes_no_second_post() {
    for call in [Call::Create, Call::Any] {
        for reset in [false, true] {
            let (fake, home) = (Fake::start(), home());
            let channel = fake.channel("status");
            fake.fault(Rule::on(call, Action::Cut { reset }).times(1));
            let what = format!("{call:?}, reset: {reset}");
            for text in ["one", "two"] {
                let args = ["post", "--channel", &channel, "--key", "k", "--text", text];
                let output = command(&fake, home.path(), &args).output();
                let ran: Ran = output.expect("it starts").into();
                // Who could not find out who we are says so, and is called again.
                let may_fail = text == "one" && ran.code == 69;
                assert!(ran.code == 0 || may_fail, "{what}: {}", ran.err);
            }
            let made = boxes(&fake);
            assert_eq!(made.len(), 1, "{what}");
            assert_eq!(made[0].message, "two", "{what}");
            let cut = |request: &crate::fake_mattermost::Recorded| request.fault == Some("cut");
            assert!(fake.requests().iter().any(cut), "{what}: nothing was cut");
        }
    }
}

// Fault 54.
#[test]
fn row_54_a_certificate_that_has_expired_ends_it_before_the_token_is_sent() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    let heard_by = |year: i32| {
        let (port, heard, pem) = network::tls_until("localhost", year);
        let roots = home.path().join("roots.pem");
        std::fs::write(&roots, pem).expect("written");
        let roots = roots.display().to_string();
        let args = [
            "post",
            "--channel",
            &channel,
            "--key",
            "k",
            "--text",
            "x",
            "--ca-file",
            &roots,
        ];
        let mut command = command(&fake, home.path(), &args);
        command.env("MM_URL", format!("https://localhost:{port}"));
        let ran: Ran = command.output().expect("it starts").into();
        assert_ne!(ran.code, 0, "{year}: that server says 503 to everything");
        let heard = heard.lock().expect("no panic").clone();
        (heard, ran)
    };
    // Trusted, for that name, and no longer good.
    let (heard, ran) = heard_by(2001);
    assert_eq!(heard, "");
    let said = format!("{}{}", ran.text(), ran.err);
    assert!(said.contains("certificate"), "{said}");
    let (heard, _) = heard_by(4096);
    assert!(
        heard.contains(&fake.token("status-bot")),
        "that one is good"
    );
}
