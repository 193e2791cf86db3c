//! The chat server: where it is, who we are there, and where boxes belong.
//!
//! | file | holds |
//! |---|---|
//! | `token` | where the token comes from; no flag takes one |
//! | `posting` | where boxes belong, and which are made |
//! | `answer` | what an answer of the server means for whoever asked |

pub(super) mod answer;
mod posting;
mod token;

pub(super) use posting::Posting;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Doing as _, Failure};
use crate::sink::mattermost::{Client, Endpoint, is_id};
use crate::wire::secret::Secret;

/// Where the chat server is, and who we are there.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Chat server")]
pub(super) struct Server {
    /// Address of the Mattermost server, as https://chat.example.org
    #[arg(long, value_name = "URL", env = "MM_URL", hide_env_values = true)]
    url: Option<String>,

    /// Read the token from FILE, which nobody else may read; default: the systemd credential mm-token, else the variable MM_TOKEN
    #[arg(long, value_name = "FILE", env = "LIVE_STATUS_TOKEN_FILE")]
    token_file: Option<PathBuf>,

    /// Trust the certificates in FILE (PEM) instead of the built-in ones
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// Send the token in the clear, to a server that is not on this machine
    #[arg(long)]
    allow_plain_http: bool,

    /// Post as a person; their edits push messages out of a free edition's history
    #[arg(long)]
    pub(super) allow_user_token: bool,
}

impl Server {
    /// The address, where one is set.
    pub(super) fn url(&self) -> Option<&str> {
        self.url.as_deref().filter(|url| !url.trim().is_empty())
    }

    /// The address where it can be shown: with a user or a password in it, it cannot.
    pub(super) fn url_for_people(&self) -> Option<&str> {
        self.url().filter(|url| !url.contains(['@', '?', '#']))
    }

    /// What is missing before anything can be sent, in words; nothing where all is there.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let token = self.token();
        match (self.url(), token) {
            (None, None) => Some("no URL and no token"),
            (None, Some(_)) => Some("no URL"),
            (Some(_), None) => Some("no token"),
            (Some(_), Some(_)) => None,
        }
    }

    /// A client of that server, for `verb`.
    ///
    /// # Errors
    ///
    /// Something is missing (2), or cannot be used (78).
    pub(super) fn client(&self, verb: &str) -> Result<Client, Failure> {
        let (Some(url), Some(token)) = (self.url(), self.token()) else {
            let missing = self.missing().unwrap_or_default();
            let mut hint =
                "set MM_URL, or give --url; set MM_TOKEN, or name a file with --token-file"
                    .to_owned();
            if matches!(verb, "post" | "run") {
                hint.push_str("; --to terminal needs no account");
            }
            return Err(Failure::usage(format!(
                "{verb} sends to Mattermost, and there is {missing}"
            ))
            .hint(hint));
        };
        let endpoint = self.endpoint(url)?;
        // Said here, with what to do; later the client asks again by itself.
        token.read()?;
        let roots = self.ca_file.as_ref().map(|path| {
            std::fs::read(path)
                .doing(|| format!("cannot read the certificates in {}", path.display()))
        });
        let roots = roots.transpose()?;
        let tokens = Box::new(move || token.read().map_err(|bad| bad.to_string()));
        Client::new(endpoint, tokens, roots.as_deref()).map_err(|why| {
            let path = self.ca_file.as_deref().unwrap_or("".as_ref());
            Failure::config(format!("{}: {why}", path.display()))
                .hint("--ca-file takes certificates in PEM, from -----BEGIN CERTIFICATE-----")
        })
    }

    /// A client that prints on standard output what it would send.
    ///
    /// # Errors
    ///
    /// The address cannot be used (78).
    pub(super) fn dry(&self) -> Result<Client, Failure> {
        let endpoint = self.endpoint(self.url().unwrap_or("https://dry-run.invalid"))?;
        // Nothing is sent, so no token is asked for; this one goes nowhere.
        let tokens = Box::new(|| Secret::new("dry-run").ok_or_else(String::new));
        let show = Box::new(|line: &str| {
            // Whoever reads no longer misses nothing that happened.
            let _ = std::io::stdout().write_all(format!("{line}\n").as_bytes());
        });
        Client::dry(endpoint, tokens, show).map_err(Failure::config)
    }

    /// The token as it is now, where there is one.
    ///
    /// # Errors
    ///
    /// It cannot be used (78).
    pub(super) fn secret(&self) -> Result<Option<Secret>, Failure> {
        Ok(self.token().map(|token| token.read()).transpose()?)
    }

    fn endpoint(&self, url: &str) -> Result<Endpoint, Failure> {
        Endpoint::parse(url, self.allow_plain_http).map_err(|bad| {
            Failure::config(bad).hint(
                "set MM_URL or --url to https://chat.example.org; http:// is for this machine, or with --allow-plain-http",
            )
        })
    }

    fn token(&self) -> Option<token::Source> {
        let var = |name: &str| std::env::var(name).ok();
        token::Source::find(self.token_file.as_deref(), &var)
    }
}

/// The secret in a file that nobody else may read.
///
/// # Errors
///
/// It is open to others, or holds none (78).
pub(super) fn secret_in(path: &Path) -> Result<Secret, Failure> {
    Ok(token::Source::File(path.to_owned()).read()?)
}

/// Reads the id of a post.
pub(super) fn post_id(text: &str) -> Result<String, String> {
    if is_id(text) {
        return Ok(text.to_owned());
    }
    Err("a post's id is 26 letters and digits, at the end of what Copy Link gives".to_owned())
}
