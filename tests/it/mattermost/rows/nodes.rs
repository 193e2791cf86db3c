//! Two nodes of one server that do not know each other's creates, and a process at each.

use std::sync::Arc;

use rustix::process::Signal;

use super::super::kills::Place;
use super::super::kills::story::{RUN, Story};
use super::super::process::Process;
use super::super::rig::client;
use super::*;
use crate::fake_mattermost::{Action, Call, Moment, Options, Rate, Rule};
use crate::support::home;

/// A server of two nodes: its two addresses.
fn server() -> Arc<Fake> {
    let options = Options {
        pending_by_node: true,
        limited_rate: Rate {
            per_second: 1_000,
            burst: 100_000,
        },
        ..Options::default()
    };
    Arc::new(Fake::with(options).expect("loopback"))
}

/// Another bot's post with the marker of that one.
fn copy(fake: &Fake, post: &Post) -> String {
    let body = json!({
        "channel_id": post.channel_id, "root_id": post.root_id, "message": "somebody else's",
        "type": post.kind, "props": post.props,
    });
    let answer = client(fake, "status-bot-2").post("/posts", &body);
    let made: Value = answer.expect("an answer").json().expect("a post");
    made["id"].as_str().expect("an id").to_owned()
}

// Fault 61.
#[test]
fn row_61_of_two_posts_made_at_two_nodes_the_older_stays_and_ours_alone_goes() {
    for in_thread in [true, false] {
        let (fake, homes) = (server(), [home(), home()]);
        let place = Place::new(&fake, in_thread);
        // Both have looked, and found none, before either is carried out.
        let before = Moment::Before;
        let rule = Rule::on(Call::Create, Action::Hold { moment: before }).times(2);
        let held = Arc::clone(rule.held());
        fake.fault(rule);
        // One session to the letter, as in a directory that both see.
        let mut story = Story::new(homes[0].path(), "s1");
        let sessions = homes[1].path().join(".openclaw/agents/main/sessions");
        std::fs::create_dir_all(&sessions).expect("made");
        let other = sessions.join("s1.jsonl");
        let shown = story.write().expect("a beginning");
        std::fs::copy(&story.file, &other).expect("copied");
        let urls = [fake.url(), fake.limited_url()];
        let runs: Vec<Process> = (0..2)
            .map(|at| {
                let mut command = command(&fake, homes[at].path(), &place.with(&RUN));
                Process::start(&fake, command.env("MM_URL", &urls[at]))
            })
            .collect();
        held.wait_for(2);
        let asked = names(&fake);
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert_eq!(
            asked[0], asked[1],
            "one name, and nodes that do not know it"
        );
        held.release();
        fake.wait_until("two posts", |fake| histories(fake).len() == 2);
        let made = histories(&fake);
        let order = |post: &Post| (post.create_at, post.id.clone());
        let first = made
            .iter()
            .map(|all| &all[0])
            .min_by_key(|post| order(post));
        let first = first.expect("a post").clone();
        let foreign = copy(&fake, &first);
        fake.wait_until("one box", |_| {
            let live: Vec<Post> = ours(&fake);
            live.len() == 1 && live[0].message.contains(&shown)
        });
        let told = std::fs::metadata(&other).expect("there").len() as usize;
        story.write_all();
        let whole = std::fs::read(&story.file).expect("a transcript");
        append(&other, &whole[told..]);
        fake.wait_until("the end", |fake| {
            ours(fake).iter().any(|post| state(post) == "done")
        });
        for run in runs {
            run.signal(Signal::TERM);
            assert_eq!(run.end().code, 143);
        }
        let live = ours(&fake);
        assert_eq!(live.len(), 1, "{live:#?}");
        assert_eq!(live[0].id, first.id, "the first that was made stays");
        assert_eq!(state(&live[0]), "done");
        assert_eq!(histories(&fake).len(), 3, "ours, and the other bot's");
        let all = fake.posts(&fake.channel("status"));
        let kept = all.iter().find(|post| post.id == foreign);
        assert_eq!(kept.map(|post| &*post.message), Some("somebody else's"));
        let deletes = fake.requests();
        let deletes = deletes.iter().filter(|one| one.method == "DELETE");
        let paths: Vec<&str> = deletes.map(|one| &*one.path).collect();
        let kept = |path: &&str| path.contains(&first.id) || path.contains(&foreign);
        assert!(!paths.is_empty() && !paths.iter().any(kept), "{paths:?}");
    }
}

/// The boxes that are ours and there.
fn ours(fake: &Fake) -> Vec<Post> {
    let me = fake.user("status-bot");
    let all = boxes(fake).into_iter();
    all.filter(|post| post.user_id == me).collect()
}
