//! Settings that keep hooks from running although they are there.

use jsonc_parser::ast::{Object, Value};
use toml_edit::{DocumentMut, Item};

use super::json::root;

/// What in an agent's settings silences its hooks, in words; `text` is JSON, or TOML where that is what it is.
#[must_use]
pub fn silenced(text: &str) -> Option<&'static str> {
    match root(text) {
        Ok(object) => in_json(&object),
        Err(_) => in_toml(text),
    }
}

fn in_json(object: &Object<'_>) -> Option<&'static str> {
    let says = |object: &Object<'_>, name: &str, value: bool| {
        object.get(name).is_some_and(
            |field| matches!(&field.value, Value::BooleanLit(lit) if lit.value == value),
        )
    };
    let below = |name: &str| object.get_object(name);
    if says(object, "disableAllHooks", true) {
        return Some("disableAllHooks is true");
    }
    if says(object, "allowManagedHooksOnly", true) {
        return Some("allowManagedHooksOnly is true");
    }
    if below("hooksConfig").is_some_and(|config| says(config, "enabled", false)) {
        return Some("hooksConfig.enabled is false");
    }
    below("tools")
        .is_some_and(|tools| says(tools, "enableHooks", false))
        .then_some("tools.enableHooks is false")
}

fn in_toml(text: &str) -> Option<&'static str> {
    let document: DocumentMut = text.parse().ok()?;
    let features = document.get("features")?;
    let off = |name: &str| features.get(name).and_then(Item::as_bool) == Some(false);
    if off("hooks") {
        return Some("features.hooks is false");
    }
    off("codex_hooks").then_some("features.codex_hooks is false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_silences_hooks_is_said() {
        let cases = [
            (
                r#"{"disableAllHooks": true}"#,
                Some("disableAllHooks is true"),
            ),
            (r#"{"disableAllHooks": false, "hooks": {}}"#, None),
            (
                r#"{"allowManagedHooksOnly": true}"#,
                Some("allowManagedHooksOnly is true"),
            ),
            (
                r#"{"hooksConfig": {"enabled": false}}"#,
                Some("hooksConfig.enabled is false"),
            ),
            (
                "[features]\nhooks = false\n",
                Some("features.hooks is false"),
            ),
            (
                "features.codex_hooks = false",
                Some("features.codex_hooks is false"),
            ),
            ("[features]\nhooks = true\n", None),
            ("", None),
            ("{", None),
        ];
        for (text, want) in cases {
            assert_eq!(silenced(text), want, "{text}");
        }
    }
}
