//! One line of a log. Pure.

use std::borrow::Cow;
use std::fmt::{Debug, Write as _};

use tracing::field::{Field, Visit};

use super::level::Level;
use crate::safe::neutralise;
use crate::wire::time::Time;

/// How lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: time, level, message, `field=value`.
    #[default]
    Text,
    /// For programs: one JSON object.
    Json,
}

/// What a line says, beside its time and level.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) message: String,
    fields: Vec<(&'static str, Value)>,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    Number(serde_json::Number),
    Truth(bool),
}

impl Said {
    /// A line of our own about `key` that was left out.
    pub(super) fn left_out(key: &str, times: u64) -> Self {
        let what = if key.is_empty() {
            "other messages"
        } else {
            key
        };
        Self {
            message: "the same message was left out".to_owned(),
            fields: vec![
                ("what", Value::Text(what.to_owned())),
                ("times", Value::Number(times.into())),
            ],
        }
    }

    /// What makes two lines the same: the message and its texts, not its numbers.
    pub(super) fn key(&self) -> String {
        let mut key = self.message.clone();
        for (name, value) in &self.fields {
            if let Value::Text(text) = value {
                let _ = write!(key, " {name}={text}");
            }
        }
        key
    }

    /// The line, with its end.
    pub(super) fn line(&self, time: Time, level: Level, format: Format) -> String {
        match format {
            Format::Text => self.text(time, level),
            Format::Json => self.json(time, level),
        }
    }

    fn text(&self, time: Time, level: Level) -> String {
        let name = level.name().to_ascii_uppercase();
        let mut line = format!("{time} {name:<5} {}", plain(&self.message));
        for (name, value) in &self.fields {
            // A String takes everything.
            let _ = match value {
                Value::Text(text) if is_word(text) => write!(line, " {name}={text}"),
                Value::Text(text) => write!(line, " {name}={:?}", plain(text)),
                Value::Number(number) => write!(line, " {name}={number}"),
                Value::Truth(truth) => write!(line, " {name}={truth}"),
            };
        }
        line.push('\n');
        line
    }

    fn json(&self, time: Time, level: Level) -> String {
        let mut line = format!("{{\"time\":\"{time}\",\"level\":\"{}\"", level.name());
        let mut put = |name: &str, value: serde_json::Value| {
            // A String takes everything.
            let _ = write!(line, ",{}:{value}", serde_json::Value::from(name));
        };
        put("message", plain(&self.message).into());
        for (name, value) in &self.fields {
            let value = match value {
                Value::Text(text) => plain(text).into(),
                Value::Number(number) => serde_json::Value::Number(number.clone()),
                Value::Truth(truth) => (*truth).into(),
            };
            put(name, value);
        }
        line.push_str("}\n");
        line
    }

    fn take(&mut self, field: &Field, value: Value) {
        match (field.name(), value) {
            ("message", Value::Text(text)) => self.message = text,
            (name, value) => self.fields.push((name, value)),
        }
    }
}

/// Whether a value needs no quotes.
fn is_word(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-_.:/,+[]".contains(c);
    !text.is_empty() && text.chars().all(fits)
}

/// One line without controls, escape sequences or anything invisible.
fn plain(text: &str) -> Cow<'_, str> {
    neutralise::line(text)
}

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field, Value::Text(value.to_owned()));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.take(field, Value::Number(value.into()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.take(field, Value::Number(value.into()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.take(field, Value::Truth(value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.take(field, Value::Text(format!("{value:?}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said() -> Said {
        Said {
            message: "a sink failed".into(),
            fields: vec![
                ("sink", Value::Text("mattermost".into())),
                (
                    "why",
                    Value::Text("it said \"no\"\u{1b}[31m\nand more".into()),
                ),
                ("times", Value::Number(3.into())),
                ("open", Value::Truth(true)),
            ],
        }
    }

    #[test]
    fn a_line_is_one_line_whatever_it_says() {
        let time = Time::parse("2026-09-25T10:00:00Z").expect("a time");
        assert_eq!(
            said().line(time, Level::Warn, Format::Text),
            "2026-09-25T10:00:00.000Z WARN  a sink failed sink=mattermost \
             why=\"it said \\\"no\\\" and more\" times=3 open=true\n"
        );
        let json = said().line(time, Level::Warn, Format::Json);
        let value: serde_json::Value = serde_json::from_str(&json).expect("an object");
        assert_eq!(value["time"], "2026-09-25T10:00:00.000Z");
        assert_eq!(value["level"], "warn");
        assert_eq!(value["why"], "it said \"no\" and more");
        assert_eq!(value["times"], 3);
        assert_eq!(json.matches('\n').count(), 1);
    }

    #[test]
    fn numbers_make_no_other_message() {
        let mut other = said();
        other.fields[2].1 = Value::Number(4.into());
        assert_eq!(said().key(), other.key());
        other.fields[0].1 = Value::Text("terminal".into());
        assert_ne!(said().key(), other.key());
    }
}
