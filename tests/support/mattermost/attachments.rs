//! Attachments: the server writes each out with all its fields.

use serde_json::{Map, Value, json};

/// Makes every attachment of `props` whole; one that is malformed becomes null.
pub fn expand(props: &mut Map<String, Value>) {
    if let Some(Value::Array(items)) = props.get_mut("attachments") {
        for item in items {
            *item = whole(item).unwrap_or(Value::Null);
        }
    }
}

/// The texts of attachments that can mention somebody.
pub fn texts(props: &Map<String, Value>) -> Vec<&str> {
    let items = props.get("attachments").and_then(Value::as_array);
    let texts = items
        .into_iter()
        .flatten()
        .flat_map(|item| [&item["pretext"], &item["text"]]);
    texts.filter_map(Value::as_str).collect()
}

fn whole(item: &Value) -> Option<Value> {
    let given = item.as_object()?;
    let mut whole = json!({
        "id": 0, "fallback": "", "color": "", "pretext": "", "author_name": "", "author_link": "",
        "author_icon": "", "title": "", "title_link": "", "text": "", "fields": null, "image_url": "",
        "thumb_url": "", "footer": "", "footer_icon": "", "ts": null,
    });
    for (name, field) in whole.as_object_mut()? {
        match given.get(name) {
            None | Some(Value::Null) => {}
            Some(value) if field.is_string() && !value.is_string() => return None,
            Some(value) => *field = value.clone(),
        }
    }
    if let Some(actions) = given.get("actions") {
        whole["actions"] = actions.clone();
    }
    Some(whole)
}
