//! A box as people read it.

use std::fmt::Write as _;

use super::live;
use crate::daemon::told::Told;
use crate::safe::neutralise::line;
use crate::wire::kept::{Kept, Phase};
use crate::wire::time::{Time, span};

/// A box as a person reads it, alone.
pub(super) fn page(kept: &Kept, now: Time, zone: &jiff::tz::TimeZone) -> String {
    let mut text = format!("{} {}\n", kept.state.tag(), line(&kept.frame));
    let mut say = |name: &str, value: &str| {
        let _ = writeln!(text, "  {name:<8} {}", line(value));
    };
    say("place", &format!("{} on {}", kept.sink, kept.server));
    say("channel", &kept.channel);
    say("thread", kept.root.as_deref().unwrap_or("none"));
    say("post", &post(kept));
    let about = &kept.about;
    for (name, value) in [
        ("agent", &about.agent),
        ("session", &about.session),
        ("why", &about.why),
    ] {
        if let Some(value) = value {
            say(name, value);
        }
    }
    say("since", &clock(kept.since, now, zone));
    say("changed", &clock(kept.at, now, zone));
    let mut edits = format!("{}, the last to revision {}", kept.seq, kept.rev);
    if kept.part > 0 {
        let _ = write!(edits, ", in post number {}", kept.part.saturating_add(1));
    }
    say("edits", &edits);
    say("answer", kept.note.as_deref().unwrap_or("good"));
    say("frame", &kept.frame);
    say("box", &kept.key);
    text
}

/// What a `run` told, as further lines of a page.
pub(super) fn told_page(told: Option<&Told>) -> String {
    let mut text = String::new();
    for (name, value) in told.map(live::lines).unwrap_or_default() {
        let _ = writeln!(text, "  {name:<8} {}", line(&value));
    }
    text
}

/// The post, and how sure it is.
fn post(kept: &Kept) -> String {
    let id = kept.post.as_deref();
    match &kept.phase {
        Phase::Intended => {
            "not known: about to be made, or made and not yet found again by its key".into()
        }
        Phase::Live => id.unwrap_or("not known").into(),
        Phase::Gone => format!("{} (deleted by somebody; left alone)", id.unwrap_or("none")),
        Phase::Other(phase) => format!("{} ({phase})", id.unwrap_or("none")),
    }
}

/// One of several boxes.
pub(super) fn row(kept: &Kept, now: Time) -> String {
    let fields = [
        kept.key.clone(),
        kept.state.tag(),
        ago(kept.at, now),
        format!("{} on {}", kept.sink, kept.server),
        kept.channel.clone(),
        kept.frame.clone(),
    ];
    let fields: Vec<_> = fields.iter().map(|field| line(field)).collect();
    format!("{}\n", fields.join("  "))
}

fn clock(time: Time, now: Time, zone: &jiff::tz::TimeZone) -> String {
    let stamp = jiff::Timestamp::from_millisecond(time.0).unwrap_or_default();
    let local = stamp.to_zoned(zone.clone());
    format!(
        "{} ({})",
        local.strftime("%Y-%m-%d %H:%M:%S %Z"),
        ago(time, now)
    )
}

/// So many milliseconds, for people.
pub(super) fn length(ms: u64) -> String {
    span(i64::try_from(ms).unwrap_or(i64::MAX))
}

fn ago(time: Time, now: Time) -> String {
    format!("{} ago", span(now.since_ms(time)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::about::About;
    use crate::wire::frame::State;

    const NOW: Time = Time(1_790_330_400_000);

    fn kept() -> Kept {
        Kept {
            key: "boxkey".into(),
            frame: "deploy\u{1b}[31m".into(),
            sink: "mattermost".into(),
            server: "chat.example.org".into(),
            channel: "c1".into(),
            root: None,
            phase: Phase::Live,
            post: Some("p1".into()),
            since: NOW.plus_ms(-125_000),
            seq: 12,
            part: 1,
            hash: "ab".into(),
            rev: 40,
            state: State::Done,
            at: NOW.plus_ms(-38_000),
            note: Some("403 no permission".into()),
            about: About {
                agent: Some("main".into()),
                session: Some("agent:main:chat".into()),
                why: Some("nothing came for long enough".into()),
                ..About::default()
            },
        }
    }

    #[test]
    fn a_box_is_a_page_for_people() {
        let want = "\
[DONE] deploy
  place    mattermost on chat.example.org
  channel  c1
  thread   none
  post     p1
  agent    main
  session  agent:main:chat
  why      nothing came for long enough
  since    2026-09-25 09:57:55 UTC (2m 5s ago)
  changed  2026-09-25 09:59:22 UTC (38s ago)
  edits    12, the last to revision 40, in post number 2
  answer   403 no permission
  frame    deploy
  box      boxkey
";
        assert_eq!(page(&kept(), NOW, &jiff::tz::TimeZone::UTC), want);
        let want = "boxkey  [DONE]  38s ago  mattermost on chat.example.org  c1  deploy\n";
        assert_eq!(row(&kept(), NOW), want);
    }

    #[test]
    fn every_phase_says_what_is_known_of_the_post() {
        let cases = [
            (Phase::Intended, None, "not known: about to be made"),
            (Phase::Live, Some("p"), "p"),
            (Phase::Gone, Some("p"), "p (deleted by somebody"),
            (Phase::Other("later".into()), None, "none (later)"),
        ];
        for (phase, id, want) in cases {
            let kept = Kept {
                phase,
                post: id.map(str::to_owned),
                ..kept()
            };
            assert!(post(&kept).starts_with(want), "{}", post(&kept));
        }
    }
}
