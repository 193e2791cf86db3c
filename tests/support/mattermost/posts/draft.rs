//! What a client sends to make a post or to change one.

use serde_json::{Map, Value};

use super::super::http::Failure;
use super::super::{attachments, props, reading};

/// The body of a create.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub id: String,
    pub channel_id: String,
    pub root_id: String,
    pub message: String,
    pub kind: String,
    pub pending_post_id: String,
    pub props: Map<String, Value>,
    pub is_pinned: bool,
    pub file_ids: usize,
}

impl Draft {
    /// Reads a body; a field of a wrong type is dropped by 5.37 and refused by newer servers.
    pub fn read(body: &[u8], newer: bool) -> Result<Self, Failure> {
        let fields = match reading::parse(body).ok_or_else(Failure::body)? {
            Value::Object(fields) => fields,
            Value::Null if newer => return Ok(Self::default()),
            Value::Null => return Err(Failure::body()),
            _ if newer => return Err(Failure::body()),
            _ => return Ok(Self::default()),
        };
        let mut taken = Fields {
            fields,
            wrong: false,
        };
        let draft = Self {
            id: taken.text("id").unwrap_or_default(),
            channel_id: taken.text("channel_id").unwrap_or_default(),
            root_id: taken.text("root_id").unwrap_or_default(),
            message: taken.text("message").unwrap_or_default(),
            kind: taken.text("type").unwrap_or_default(),
            pending_post_id: taken.text("pending_post_id").unwrap_or_default(),
            props: taken.map("props").unwrap_or_default(),
            is_pinned: taken.flag("is_pinned").unwrap_or_default(),
            file_ids: taken.list("file_ids").map_or(0, |ids| ids.len()),
        };
        if newer && taken.wrong {
            return Err(Failure::body());
        }
        Ok(draft)
    }
}

/// The body of a patch; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    pub message: Option<String>,
    pub props: Option<Map<String, Value>>,
    pub is_pinned: Option<bool>,
    pub has_reactions: Option<bool>,
}

impl Patch {
    /// Reads a body: null changes nothing, any wrong type is refused.
    pub fn read(body: &[u8]) -> Result<Self, Failure> {
        let fields = match reading::parse(body).ok_or_else(Failure::body)? {
            Value::Object(fields) => fields,
            Value::Null => return Ok(Self::default()),
            _ => return Err(Failure::body()),
        };
        let mut taken = Fields {
            fields,
            wrong: false,
        };
        let patch = Self {
            message: taken.text("message"),
            props: taken.map("props"),
            is_pinned: taken.flag("is_pinned"),
            has_reactions: taken.flag("has_reactions"),
        };
        if taken.wrong {
            Err(Failure::body())
        } else {
            Ok(patch)
        }
    }
}

/// Fields of a body, taken by their type.
struct Fields {
    fields: Map<String, Value>,
    wrong: bool,
}

impl Fields {
    fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, |value| value.as_bool())
    }

    fn list(&mut self, name: &str) -> Option<Vec<Value>> {
        self.take(name, |value| match value {
            Value::Array(items) => Some(items),
            _ => None,
        })
    }

    /// Props as the server keeps them: numbers are doubles, attachments whole.
    fn map(&mut self, name: &str) -> Option<Map<String, Value>> {
        self.take(name, |mut value| {
            props::as_doubles(&mut value);
            match value {
                Value::Object(mut map) => {
                    attachments::expand(&mut map);
                    Some(map)
                }
                _ => None,
            }
        })
    }

    fn take<T>(&mut self, name: &str, read: impl FnOnce(Value) -> Option<T>) -> Option<T> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => None,
            Some(value) => {
                let read = read(value);
                self.wrong |= read.is_none();
                read
            }
        }
    }
}
