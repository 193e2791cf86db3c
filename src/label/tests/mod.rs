//! Tests of the whole room.

mod hostile;
mod phrases;

use serde_json::Value;

use super::{Call, Detail, Label, Labeller, Rules};

fn call<'a>(name: &'a str, input: &'a Value) -> Call<'a> {
    Call {
        name: Some(name),
        title: None,
        kind: None,
        input,
    }
}

fn label(detail: Detail, name: &str, input: &Value) -> Label {
    Labeller::new(Rules::default(), detail).label(&call(name, input))
}
