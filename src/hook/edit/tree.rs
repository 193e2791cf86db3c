//! What is put into JSON, written in the style of the text around it.

use serde_json::Value;

/// A value that is put in; the order of its keys is that in which they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// A text.
    Text(String),
    /// A number.
    Number(u64),
    /// A list.
    List(Vec<Tree>),
    /// An object.
    Object(Vec<(String, Tree)>),
}

/// How the text around is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Its line ends.
    pub(super) newline: &'static str,
    /// One step of indentation.
    pub(super) unit: String,
    /// Whether it stands on lines of its own at all.
    pub(super) lines: bool,
}

impl Tree {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Writes it behind `indent`, the indentation of the line that it begins on.
    pub(super) fn write(&self, indent: &str, layout: &Layout) -> String {
        let (open, close, parts) = match self {
            Self::Text(text) => return quoted(text),
            Self::Number(number) => return number.to_string(),
            Self::List(items) => {
                let parts = items.iter().map(|item| (None, item)).collect::<Vec<_>>();
                ('[', ']', parts)
            }
            Self::Object(fields) => {
                let parts = fields.iter().map(|(name, item)| (Some(name), item));
                ('{', '}', parts.collect())
            }
        };
        let inner = format!("{indent}{}", layout.unit);
        let (lead, end, between) = match layout.lines {
            true => (
                format!("{}{inner}", layout.newline),
                format!("{}{indent}", layout.newline),
                format!(",{}{inner}", layout.newline),
            ),
            // The blanks inside the brackets tell that the list was made with what is in it.
            false => (" ".to_owned(), " ".to_owned(), ", ".to_owned()),
        };
        let parts: Vec<_> = parts
            .into_iter()
            .map(|(name, item)| match name {
                Some(name) => named(name, &item.write(&inner, layout)),
                None => item.write(&inner, layout),
            })
            .collect();
        format!("{open}{lead}{}{end}{close}", parts.join(&between))
    }

    /// The same as a plain value, to compare with what stands there.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Number(number) => Value::from(*number),
            Self::List(items) => items.iter().map(Self::value).collect(),
            Self::Object(fields) => fields
                .iter()
                .map(|(name, item)| (name.clone(), item.value()))
                .collect(),
        }
    }
}

/// A field of an object.
pub(super) fn named(name: &str, value: &str) -> String {
    format!("{}: {value}", quoted(name))
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
