//! The fake in the hand of a test.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::address::Address;
use super::faults::{Action, Held, Moment, Rule};
use super::options::Options;
use super::posts::Post;
use super::rate::Limiter;
use super::record::Recorded;
use super::server::{self, Server};
use super::world::Notice;
use super::{seed, target};

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Fake {
    server: Arc<Server>,
    url: String,
    main: Mutex<Address>,
    limited: Address,
}

impl Fake {
    /// A server like the one that was measured, on free ports.
    pub fn start() -> Self {
        Self::with(Options::default()).expect("loopback has free ports")
    }

    /// A server of another sort.
    pub fn with(options: Options) -> io::Result<Self> {
        let (port, rate, limited_rate) = (options.port, options.rate, options.limited_rate);
        let server = Arc::new(Server::new(seed::world(options)));
        let main = server::open(&server, port, rate.map(Limiter::new))?;
        let limited = server::open(&server, 0, Some(Limiter::new(limited_rate)))?;
        Ok(Self {
            server,
            url: url(main.address),
            main: Mutex::new(main),
            limited,
        })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Where it listens with a limit on the rate.
    pub fn limited_url(&self) -> String {
        url(self.limited.address)
    }

    /// What the contract suite has to know of it.
    pub fn target(&self) -> Value {
        target::target(&self.server.world(), &self.url(), &self.limited_url())
    }

    /// Writes that into a file, at once or not at all.
    pub fn write_target(&self, path: &Path) -> io::Result<()> {
        target::write(path, &self.target())
    }

    /// The token of a user, by name.
    pub fn token(&self, username: &str) -> String {
        let world = self.server.world();
        let user = world.named(username).map(|user| user.id.clone());
        let token = world
            .tokens
            .iter()
            .find(|token| Some(&token.user) == user.as_ref());
        token.map(|token| token.token.clone()).unwrap_or_default()
    }

    /// The id of a user, by name.
    pub fn user(&self, username: &str) -> String {
        self.server
            .world()
            .named(username)
            .map(|user| user.id.clone())
            .unwrap_or_default()
    }

    /// The id of a channel, by name: `status`, `status-private`, `status-bare` or `status-old`.
    pub fn channel(&self, name: &str) -> String {
        let world = self.server.world();
        let channel = world.channels.iter().find(|channel| channel.name == name);
        channel
            .map(|channel| channel.id.clone())
            .unwrap_or_default()
    }

    /// Adds a fault.
    pub fn fault(&self, rule: Rule) {
        self.server.faults().add(rule);
    }

    /// Holds every request of a sort, before or after it is carried out.
    pub fn hold(&self, call: super::faults::Call, moment: Moment) -> Arc<Held> {
        let rule = Rule::on(call, Action::Hold { moment });
        let held = Arc::clone(rule.held());
        self.fault(rule);
        held
    }

    /// Takes all faults away and lets go whom they hold.
    pub fn clear_faults(&self) {
        self.server.faults().clear();
    }

    /// Becomes another process: pending ids are forgotten, connections closed.
    pub fn restart(&self) {
        self.server.restart();
    }

    /// Ends the process: connections are closed and refused until it comes up again.
    pub fn go_down(&self) {
        self.main().close();
        self.server.restart();
    }

    /// Starts the process again, at the same address.
    ///
    /// # Errors
    ///
    /// When somebody else took the port meanwhile.
    pub fn come_up(&self) -> io::Result<()> {
        let mut main = self.main();
        let rate = self.server.world().options.rate;
        *main = server::open(&self.server, main.address.port(), rate.map(Limiter::new))?;
        Ok(())
    }

    /// Moves the server's clock on.
    pub fn advance(&self, by: Duration) {
        self.server.world().clock.advance(by);
    }

    /// Sets the server's clock so many milliseconds ahead of ours, or behind it.
    pub fn set_ahead(&self, ms: i64) {
        self.server.world().clock.set_ahead(ms);
    }

    /// Waits until the fake is as `look` wants it, which is asked after every arrival and answer.
    ///
    /// # Panics
    ///
    /// When that takes longer than anything should; `what` says what was missed.
    pub fn wait_until(&self, what: &str, look: impl Fn(&Self) -> bool) {
        if self.comes(look) {
            return;
        }
        let lines: Vec<String> = self.requests().iter().map(Recorded::line).collect();
        unreachable!("no {what}; the requests were\n{}", lines.join("\n"));
    }

    /// The same, where it may take longer than that; whether it is so.
    pub fn comes(&self, look: impl Fn(&Self) -> bool) -> bool {
        self.server.bell.wait_until(|| look(self))
    }

    /// Lets whoever waits look again: something happened elsewhere.
    pub fn ring(&self) {
        self.server.bell.ring();
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Recorded> {
        self.server.records().clone()
    }

    /// How many requests there were.
    pub fn asked(&self) -> usize {
        self.server.records().len()
    }

    /// The requests after the first `count`.
    pub fn requests_after(&self, count: usize) -> Vec<Recorded> {
        self.server.records().iter().skip(count).cloned().collect()
    }

    /// Every state of every post in the order the posts were made, the first state first.
    pub fn histories(&self) -> Vec<Vec<Post>> {
        self.server
            .world()
            .posts
            .histories()
            .map(<[Post]>::to_vec)
            .collect()
    }

    /// Every state of one post.
    pub fn history(&self, id: &str) -> Vec<Post> {
        let world = self.server.world();
        let mut histories = world.posts.histories();
        let found = histories.find(|versions| versions[0].id == id);
        found.map(<[Post]>::to_vec).unwrap_or_default()
    }

    /// The living posts of a thread, its root first.
    pub fn thread(&self, root: &str) -> Vec<Post> {
        self.server.world().posts.thread(root).cloned().collect()
    }

    /// The living posts of a channel, the oldest first.
    pub fn posts(&self, channel: &str) -> Vec<Post> {
        self.server
            .world()
            .posts
            .newest(channel)
            .into_iter()
            .rev()
            .cloned()
            .collect()
    }

    /// How many living posts of a channel are so; none of them is copied.
    pub fn count(&self, channel: &str, look: impl Fn(&Post) -> bool) -> usize {
        let world = self.server.world();
        let posts = world.posts.living(channel);
        posts.filter(|post| look(post)).count()
    }

    /// Whom created posts called, in order.
    pub fn notices(&self) -> Vec<Notice> {
        self.server.world().notices.clone()
    }

    fn main(&self) -> MutexGuard<'_, Address> {
        self.main.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many connections are open.
    pub fn open_connections(&self) -> usize {
        self.server.open_connections()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.server.stop.say();
        self.clear_faults();
        self.server.disconnect();
        self.main().close();
        self.limited.close();
    }
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}
