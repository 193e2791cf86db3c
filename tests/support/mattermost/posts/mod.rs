//! Posts: what they are, when they are valid, and the rows that every edit adds.

mod draft;
mod post;
mod table;
mod valid;

pub use draft::{Draft, Patch};
pub use post::Post;
pub use table::Table;
pub use valid::{deletable, hashtags, insertable, updatable, valid};
