//! An agent's configuration with our hooks put in or taken out, and nothing else changed. Pure: text to text.
//!
//! What is not understood is refused, never overwritten. What is put in is a splice of the text, so every other
//! byte stays: comments, order, indentation, line ends. Taking out again gives the text as it was.
//!
//! | file | holds |
//! |---|---|
//! | `tree` | what is put in, written in the style of the text around it |
//! | `splice` | one element into a list or an object of JSON, and out of it |
//! | `json` | hooks in JSON, comments allowed |
//! | `tables` | hooks in TOML |
//! | `plugin` | the plugin file |
//! | `silence` | settings that keep hooks from running |

mod json;
mod plugin;
mod silence;
mod splice;
mod tables;
mod tree;

pub use silence::silenced;
pub use tree::Tree;

use super::agents::{Agent, Shape};

/// Why a configuration is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It cannot be read as what it should be.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// Something in it is not what it should be.
    #[error("{0}")]
    Shape(String),
}

/// What becomes of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// It stays as it is.
    Same,
    /// It is written anew.
    Text(String),
    /// Nothing is left in it that was not ours.
    Gone,
}

/// The configuration with our hooks in it; `text` is what it holds now.
///
/// # Errors
///
/// [`Refusal`] where it is not understood; it must stay as it is.
pub fn install(agent: &Agent, program: &str, text: Option<&str>) -> Result<Becomes, Refusal> {
    let new = match agent.shape {
        Shape::Groups | Shape::Flat | Shape::Bash => json::install(agent, program, text)?,
        Shape::Tables => tables::install(agent, program, text.unwrap_or_default())?,
        Shape::Plugin => plugin::install(program, text)?,
    };
    Ok(match text {
        Some(text) if text == new => Becomes::Same,
        _ => Becomes::Text(new),
    })
}

/// The configuration without our hooks; `own` says that the file is ours, by its name or since it was made for
/// them, and goes when nothing else is left in it.
///
/// # Errors
///
/// [`Refusal`] where it is not understood; it must stay as it is.
pub fn uninstall(agent: &Agent, text: &str, own: bool) -> Result<Becomes, Refusal> {
    let new = match agent.shape {
        Shape::Groups | Shape::Flat | Shape::Bash => json::uninstall(text)?,
        Shape::Tables => tables::uninstall(text)?,
        Shape::Plugin => return plugin::uninstall(text),
    };
    Ok(if new == text {
        Becomes::Same
    } else if own && is_bare(agent, &new) {
        Becomes::Gone
    } else {
        Becomes::Text(new)
    })
}

/// Whether nothing is left but what a new file of ours has besides hooks.
fn is_bare(agent: &Agent, text: &str) -> bool {
    match agent.shape {
        Shape::Groups | Shape::Flat | Shape::Bash => json::is_bare(text),
        Shape::Tables | Shape::Plugin => text.is_empty(),
    }
}

/// Whether hooks of ours are in `text`.
///
/// # Errors
///
/// [`Refusal`] where it is not understood.
pub fn is_installed(agent: &Agent, text: &str) -> Result<bool, Refusal> {
    uninstall(agent, text, false).map(|becomes| becomes != Becomes::Same)
}

/// Whether a configuration in JSON has hooks at all, of whomever.
#[must_use]
pub fn has_hooks(text: &str) -> bool {
    json::root(text).is_ok_and(|object| object.get("hooks").is_some())
}

#[cfg(test)]
mod tests;
