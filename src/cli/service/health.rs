//! Where health and figures are asked for, and who may.

use std::path::{Path, PathBuf};

use clap::Args;

use super::super::chat;
use super::super::failure::{Failure, Kind};
use super::{given, path};
use crate::http::{Access, Listen, Server};
use crate::service;

/// Where health and figures are asked for.
#[derive(Args, Debug)]
#[command(next_help_heading = "Service")]
pub(super) struct Health {
    /// Answer /health, /ready and /metrics on ADDRESS: a port of this machine, 127.0.0.1:PORT, [::1]:PORT or unix:PATH
    #[arg(long, value_name = "ADDRESS", env = "HEALTH_PORT")]
    listen: Option<Listen>,

    /// Let other machines ask too; they have to bring the token of --health-token-file
    #[arg(long)]
    health_allow_remote: bool,

    /// Answer only who brings the token in FILE, which nobody else may read
    #[arg(long, value_name = "FILE", value_parser = path())]
    health_token_file: Option<PathBuf>,

    /// Answer under this name too; addresses and localhost need not be named
    #[arg(long, value_name = "NAME")]
    health_host: Vec<String>,
}

impl Health {
    /// Takes the address; nothing where none is set.
    ///
    /// # Errors
    ///
    /// It is not safe (78), or cannot be had (1).
    pub(super) fn bind(&self) -> Result<Option<Server>, Failure> {
        let Some(listen) = self.listen.as_ref() else {
            return Ok(None);
        };
        let access = self.access(listen)?;
        Server::bind(listen, access).map_err(|error| {
            let place = match listen {
                Listen::Nowhere => String::new(),
                Listen::Tcp(address) => address.to_string(),
                Listen::Unix(path) => path.display().to_string(),
            };
            let what = anyhow::anyhow!("cannot listen on {place}: {error}");
            Failure::new(Kind::Taken, what)
                .hint("choose another address with --listen (HEALTH_PORT), or end who has it")
        })
    }

    /// Who may ask there.
    fn access(&self, listen: &Listen) -> Result<Access, Failure> {
        let token = given(self.health_token_file.as_ref());
        let token = token.map(|path| chat::secret_in(path)).transpose()?;
        let names = || self.health_host.clone();
        let access = match listen {
            Listen::Nowhere => Access::default(),
            Listen::Unix(path) => {
                let folder = path.parent().unwrap_or(Path::new(""));
                service::check(folder).map_err(|bad| {
                    Failure::config(format!("cannot listen on {}: {bad}", path.display()))
                        .hint("use a directory of your own that only you may write to")
                })?;
                Access::socket()
            }
            Listen::Tcp(_) if listen.is_local() => Access::local(names()),
            Listen::Tcp(address) => {
                let refused = |why: &str, hint: &str| {
                    let what = format!("--listen {address} lets other machines ask, {why}");
                    Err(Failure::config(what).hint(hint))
                };
                if !self.health_allow_remote {
                    let hint = "listen on 127.0.0.1, or add --health-allow-remote with --health-token-file FILE";
                    return refused("and --health-allow-remote does not say that they may", hint);
                }
                let Some(token) = &token else {
                    return refused(
                        "and no token says who they are",
                        "name a file that holds one with --health-token-file FILE",
                    );
                };
                Access::remote(names(), token)
            }
        };
        Ok(match &token {
            Some(token) => access.with_token(token),
            None => access,
        })
    }
}
