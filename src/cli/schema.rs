//! `live-status schema`: the JSON Schema of a wire format.

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::failure::Failure;
use super::output;
use crate::wire::{event, frame, receipt, status};

/// Print the JSON Schema of a wire format
#[derive(Args, Debug)]
pub(super) struct SchemaArgs {
    /// Which format
    #[arg(value_enum, value_name = "FORMAT")]
    format: Format,
}

/// A wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// What tail and label write
    Events,
    /// What render writes
    Frames,
    /// What post writes
    Receipts,
    /// What status writes
    Status,
    /// The settings file
    Config,
}

impl SchemaArgs {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut text = serde_json::to_string_pretty(&of(self.format)).unwrap_or_default();
        text.push('\n');
        output::print(text.as_bytes())
    }
}

/// The schema of a format, as it is committed under `schema/`.
fn of(format: Format) -> Value {
    match format {
        Format::Events => event::schema(),
        Format::Frames => frame::schema(),
        Format::Receipts => receipt::schema(),
        Format::Status => status::schema(),
        Format::Config => super::config::schema(),
    }
}
