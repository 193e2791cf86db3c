//! A sink before the fake server, with a memory that may outlive it and a clock of its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use live_status::sink::mattermost::{
    Channel, Client, Endpoint, Mattermost, Place, Settings, Text, Tokens,
};
use live_status::sink::{Close, Done, Ledger, Moment, Put, Sink as _};
use live_status::wire::frame::{Frame, State};
use live_status::wire::kept::Kept;
use live_status::wire::receipt::Did;
use live_status::wire::secret::Secret;
use live_status::wire::time::Time;
use serde_json::json;

use crate::fake_mattermost::{Fake, Post, Recorded};

/// What is remembered, as a file would: clones share it.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    rows: Arc<Mutex<HashMap<String, Kept>>>,
    pub new: bool,
    pub full: Arc<Mutex<bool>>,
}

impl Memory {
    pub fn only(&self) -> Kept {
        let rows = self.rows.lock().expect("no panic");
        assert_eq!(rows.len(), 1, "{rows:?}");
        rows.values().next().expect("one").clone()
    }

    pub fn len(&self) -> usize {
        self.rows.lock().expect("no panic").len()
    }
}

impl Ledger for Memory {
    fn get(&self, key: &str) -> Option<Kept> {
        self.rows.lock().expect("no panic").get(key).cloned()
    }

    fn commit(&self, kept: &Kept) -> Result<(), String> {
        if *self.full.lock().expect("no panic") {
            return Err("the disk is full".to_owned());
        }
        self.note(kept);
        Ok(())
    }

    fn note(&self, kept: &Kept) {
        let mut rows = self.rows.lock().expect("no panic");
        rows.insert(kept.key.clone(), kept.clone());
    }

    fn is_new(&self) -> bool {
        self.new
    }
}

/// A sink, its memory and its server.
pub struct Rig {
    pub fake: Fake,
    pub memory: Memory,
    pub sink: Mattermost,
    pub now: Duration,
    pub wall: Time,
    pub place: Option<Place>,
    pub recreate: bool,
    pub bot: &'static str,
}

impl Rig {
    pub fn new() -> Self {
        Self::on(Fake::start())
    }

    pub fn on(fake: Fake) -> Self {
        let place = Place {
            channel: Channel::Id(fake.channel("status")),
            root: None,
        };
        let memory = Memory::default();
        let sink = sink(
            &fake,
            &memory,
            "one",
            Some(place.clone()),
            false,
            "status-bot",
        );
        let wall = Time(jiff::Timestamp::now().as_millisecond());
        Self {
            fake,
            memory,
            sink,
            now: Duration::ZERO,
            wall,
            place: Some(place),
            recreate: false,
            bot: "status-bot",
        }
    }

    /// The same in a thread of the channel.
    pub fn in_thread() -> Self {
        let mut rig = Self::new();
        let root = rig.person_posts("please");
        rig.place.as_mut().expect("a place").root = Some(root);
        rig.restart();
        rig
    }

    /// A person's post in the channel; its id.
    pub fn person_posts(&self, text: &str) -> String {
        let client = client(&self.fake, "alice");
        let body = json!({"channel_id": self.fake.channel("status"), "message": text});
        let answer = client.post("/posts", &body).expect("an answer");
        let post: serde_json::Value = answer.json().expect("a post");
        post["id"].as_str().expect("an id").to_owned()
    }

    /// Another process with the same memory.
    pub fn restart(&mut self) {
        self.sink = sink(
            &self.fake,
            &self.memory,
            "one",
            self.place.clone(),
            self.recreate,
            self.bot,
        );
    }

    /// Another installation: another memory, another name.
    pub fn another(&self, instance: &str) -> Mattermost {
        let memory = Memory {
            new: true,
            ..Memory::default()
        };
        sink(
            &self.fake,
            &memory,
            instance,
            self.place.clone(),
            false,
            self.bot,
        )
    }

    pub fn at(&self) -> Moment {
        Moment {
            now: self.now,
            wall: self.wall,
        }
    }

    /// Lets time pass.
    pub fn pass(&mut self, span: Duration) {
        self.now += span;
        self.wall = self
            .wall
            .plus_ms(i64::try_from(span.as_millis()).expect("short"));
    }

    pub fn put(&mut self, frame: &Frame) -> Put {
        self.sink.put(frame, self.at())
    }

    /// Puts, and sees that it was done.
    pub fn good(&mut self, frame: &Frame) -> Put {
        let put = self.put(frame);
        assert!(
            matches!(put.done, Done::Applied | Done::Unchanged),
            "{put:?}\n{}",
            self.lines().join("\n")
        );
        put
    }

    pub fn tick(&mut self) {
        let at = self.at();
        self.sink.tick(at);
    }

    pub fn close(&mut self, why: Close) {
        let at = self.at();
        self.sink.close(why, at).expect("it writes nothing");
    }

    /// A frame of the run, written now.
    pub fn frame(&self, rev: u64, state: State, text: &str) -> Frame {
        frame("run", rev, state, text, self.wall)
    }

    pub fn text(&self, key: &str, text: &str, state: State) -> Put {
        let text = Text {
            key: key.to_owned(),
            place: self.place.clone().expect("a place"),
            text: text.to_owned(),
            state,
        };
        self.sink.put_text(&text, self.at())
    }

    /// The live posts that are boxes.
    pub fn boxes(&self) -> Vec<Post> {
        let channel = self.fake.channel("status");
        let posts = self.fake.posts(&channel).into_iter();
        posts
            .filter(|post| post.is_live() && post.key().is_some())
            .collect()
    }

    /// The only box.
    pub fn only(&self) -> Post {
        let boxes = self.boxes();
        assert_eq!(boxes.len(), 1, "{boxes:#?}\n{}", self.lines().join("\n"));
        boxes.into_iter().next().expect("one")
    }

    /// How many requests of that kind there were.
    pub fn count(&self, method: &str, part: &str) -> usize {
        let of = |request: &Recorded| request.method == method && request.path.contains(part);
        self.fake
            .requests()
            .iter()
            .filter(|request| of(request))
            .count()
    }

    /// Every request, in a line.
    pub fn lines(&self) -> Vec<String> {
        self.fake.requests().iter().map(Recorded::line).collect()
    }
}

pub fn client(fake: &Fake, user: &str) -> Client {
    let token = Secret::new(&fake.token(user)).expect("a token");
    client_with(fake, Box::new(move || Ok(token.clone())))
}

pub fn client_with(fake: &Fake, tokens: Tokens) -> Client {
    let endpoint = Endpoint::parse(&fake.url(), false).expect("loopback");
    Client::new(endpoint, tokens, None).expect("a client")
}

pub fn sink(
    fake: &Fake,
    memory: &Memory,
    instance: &str,
    place: Option<Place>,
    recreate: bool,
    bot: &str,
) -> Mattermost {
    Mattermost::new(
        client(fake, bot),
        settings(instance, place, recreate),
        Box::new(memory.clone()),
    )
}

/// Settings of a sink of that name.
pub fn settings(instance: &str, place: Option<Place>, recreate: bool) -> Settings {
    Settings {
        place,
        catch_up: Duration::from_secs(600),
        recreate,
        allow_person: false,
        instance: instance.to_owned(),
        zone: jiff::tz::TimeZone::UTC,
        rate_per_second: 0.0,
    }
}

/// A frame of `key` with that text, as `render` would write it.
pub fn frame(key: &str, rev: u64, state: State, text: &str, at: Time) -> Frame {
    let frame = json!({
        "v": 1, "type": "frame", "key": key, "source": "openclaw", "sid": "s", "run": "r", "rev": rev,
        "at": at, "last": at, "state": state, "routes": [], "title": "main: working",
        "view": {"agent": "main", "started": at, "totals": {"tools": 1}},
        "text": {"markdown": text}, "src": [],
    });
    serde_json::from_value(frame).expect("a frame")
}

/// What a receipt says, in short.
pub fn did(put: &Put) -> (Did, Option<&str>) {
    (put.receipt.did.clone(), put.receipt.error.as_deref())
}
