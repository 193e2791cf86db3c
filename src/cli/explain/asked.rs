//! Asking the `run` that is at work on a state directory.

use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::cli::service::control;
use crate::daemon::told::Told;
use crate::store::{Lock, StateDir};
use crate::wire::kept::Kept;

/// An answer comes within so long, or none is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// No answer is longer.
const LONGEST: u64 = 64 << 10;
/// No key of a frame is longer, and hardly a session's name.
const NAME: usize = 256;

/// What came of asking.
#[derive(Debug)]
pub(super) enum Reply {
    /// It told.
    Told(Told),
    /// It is at work, and knows nothing of that box.
    Unknown(String),
    /// It is at work, and does not answer.
    Silent(String),
    /// Nobody is at work.
    Nobody,
}

impl Reply {
    /// What was told.
    pub(super) fn told(&self) -> Option<&Told> {
        match self {
            Self::Told(told) => Some(told),
            Self::Unknown(_) | Self::Silent(_) | Self::Nobody => None,
        }
    }

    /// Why nothing was told, for people.
    fn remark(&self) -> Option<String> {
        match self {
            Self::Told(_) => None,
            Self::Unknown(holder) => Some(format!(
                "run is at work here ({holder}) and has nothing to tell of this box"
            )),
            Self::Silent(holder) => Some(format!(
                "run is at work here ({holder}) and does not answer; this is what is remembered"
            )),
            Self::Nobody => Some("no run is at work here; this is what is remembered".into()),
        }
    }
}

/// Asks of each box. One that is silent is not waited for again.
pub(super) fn ask_each(state: Option<&StateDir>, boxes: &[Kept]) -> Vec<Reply> {
    let mut silent = None;
    let mut one = |kept: &Kept| match (state, &silent) {
        (None, _) => Reply::Nobody,
        (Some(_), Some(holder)) => Reply::Silent(String::clone(holder)),
        (Some(state), None) => {
            let reply = ask(state, &kept.frame);
            if let Reply::Silent(holder) = &reply {
                silent = Some(holder.clone());
            }
            reply
        }
    };
    boxes.iter().map(&mut one).collect()
}

/// What a person is to know of it, where nothing was told at all.
pub(super) fn remark(replies: &[Reply]) -> Option<String> {
    let nothing = replies.iter().all(|reply| reply.told().is_none());
    replies.first().filter(|_| nothing).and_then(Reply::remark)
}

/// Asks of the box whose frames have the key `name`, or that the session of that name waits for.
pub(super) fn ask(state: &StateDir, name: &str) -> Reply {
    let Some(holder) = Lock::held_by(state, "run") else {
        return Reply::Nobody;
    };
    // Frames and sessions have no other names that anybody would type, and none needs to be escaped.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.@+".contains(&byte);
    let is_path = name.starts_with('.');
    if name.is_empty() || name.len() > NAME || is_path || !name.bytes().all(plain) {
        return Reply::Unknown(holder);
    }
    let answer = request(state, &format!("/boxes/{name}"));
    match answer.as_ref().map(|(head, body)| (head.as_str(), body)) {
        Some((head, _)) if head.starts_with("HTTP/1.1 404 ") => Reply::Unknown(holder),
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => {
            serde_json::from_str(body).map_or(Reply::Silent(holder), Reply::Told)
        }
        _ => Reply::Silent(holder),
    }
}

/// How many sessions wait for a box of the `run` that is at work; nothing where none answers.
pub(in crate::cli) fn waiting_sessions(state: &StateDir) -> Option<u64> {
    #[derive(serde::Deserialize)]
    struct Waiting {
        waiting_sessions: u64,
    }
    let (_, body) =
        request(state, "/waiting").filter(|(head, _)| head.starts_with("HTTP/1.1 200 "))?;
    let waiting: Waiting = serde_json::from_str(&body).ok()?;
    Some(waiting.waiting_sessions)
}

/// What is answered to a request for `page`: its head and its body.
fn request(state: &StateDir, page: &str) -> Option<(String, String)> {
    let request = format!("GET {page} HTTP/1.0\r\n\r\n");
    let path = state.path().join(control::NAME);
    let (told, answers) = channel();
    // On a thread of its own, which may wait for ever: a connection has no deadline of its own.
    let work = move || drop(told.send(converse(&path, &request)));
    let begun = std::thread::Builder::new().name("ask".into()).spawn(work);
    let answer = begun
        .ok()
        .and_then(|_| answers.recv_timeout(PATIENCE).ok()?.ok())?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.to_owned(), body.to_owned()))
}

/// One request, and all that is answered.
fn converse(path: &Path, request: &str) -> io::Result<String> {
    let mut stream = connect(path)?;
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// Connects with the socket itself: a link to another one is none.
fn connect(path: &Path) -> io::Result<UnixStream> {
    if !path.symlink_metadata()?.file_type().is_socket() {
        let what = format!("{} is no socket", PathBuf::from(path).display());
        return Err(io::Error::other(what));
    }
    UnixStream::connect(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, StateDir) {
        let dir = tempfile::tempdir().expect("a directory");
        let state = StateDir::open(&dir.path().join("state")).expect("opens");
        (dir, state)
    }

    #[test]
    fn nobody_is_asked_where_nobody_is_at_work() {
        let (_dir, state) = place();
        assert!(matches!(ask(&state, "k"), Reply::Nobody));
        let _lock = Lock::take(&state, "run").expect("free");
        assert!(matches!(ask(&state, "k"), Reply::Silent(_)), "no socket");
        assert!(matches!(ask(&state, "../k"), Reply::Unknown(_)));
        assert!(matches!(ask(&state, ""), Reply::Unknown(_)));
    }

    #[test]
    fn a_link_to_a_socket_is_not_followed() {
        let (dir, state) = place();
        let _lock = Lock::take(&state, "run").expect("free");
        let elsewhere = dir.path().join("elsewhere");
        let listener = std::os::unix::net::UnixListener::bind(&elsewhere).expect("bound");
        std::os::unix::fs::symlink(&elsewhere, state.path().join("control")).expect("linked");
        assert!(matches!(ask(&state, "k"), Reply::Silent(_)));
        listener.set_nonblocking(true).expect("set");
        assert!(listener.accept().is_err(), "nobody came");
    }
}
