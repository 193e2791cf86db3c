//! A Mattermost to try `live-status` against without a server: in memory, on loopback, until it is killed.
//!
//! `cargo run --example fake_mattermost -- --target target.json --log`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

#[path = "../tests/support/mattermost/mod.rs"]
mod mattermost;

use mattermost::{Fake, Options};

/// Run a fake Mattermost on loopback
#[derive(Parser, Debug)]
struct Args {
    /// Write what the contract suite has to know of the server into this file, once it listens
    #[arg(long, value_name = "FILE")]
    target: Option<PathBuf>,

    /// Listen on this port; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,

    /// Behave like servers of 2026 rather than like 5.37
    #[arg(long)]
    newer: bool,

    /// Print a line on standard error for each request
    #[arg(long)]
    log: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let sort = if args.newer {
        Options::newer()
    } else {
        Options::default()
    };
    let options = Options {
        port: args.port,
        log: args.log,
        ..sort
    };
    let fake = match Fake::with(options) {
        Ok(fake) => fake,
        Err(error) => {
            eprintln!(
                "fake_mattermost: cannot listen on port {} of loopback: {error}; try --port 0",
                args.port
            );
            return ExitCode::FAILURE;
        }
    };
    introduce(&fake);
    if let Some(path) = &args.target
        && let Err(error) = fake.write_target(path)
    {
        eprintln!(
            "fake_mattermost: cannot write {}: {error}; name a file with --target FILE",
            path.display()
        );
        return ExitCode::FAILURE;
    }
    loop {
        std::thread::park();
    }
}

fn introduce(fake: &Fake) {
    let (url, token, channel) = (fake.url(), fake.token("status-bot"), fake.channel("status"));
    println!("url       {url}");
    println!("bot token {token}");
    println!("channel   {channel} (status)");
    println!(
        "team      {} (livestatus)",
        fake.target()["team"]["id"].as_str().unwrap_or_default()
    );
    println!();
    println!("export MM_URL={url} MM_TOKEN={token}");
    println!("live-status run --to mattermost --channel {channel}");
    let pipe = "live-status tail examples/openclaw | live-status label | live-status render";
    println!("{pipe} | live-status post --to mattermost --channel {channel}");
    println!(
        "curl -d '{{\"on\":\"patch\",\"times\":3,\"action\":{{\"status\":{{\"code\":502}}}}}}' {url}/__faults"
    );
}
