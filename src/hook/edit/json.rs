//! Hooks in JSON, as most agents keep them: `hooks.<Event>[]`. Comments and trailing commas are allowed.

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::splice::Holder;
use super::tree::{Layout, named};
use super::{Refusal, Tree};
use crate::hook::agents::{Agent, Shape, is_ours};

/// The key that holds hooks.
const HOOKS: &str = "hooks";

/// The text with our hooks and no older ones of ours.
pub(super) fn install(agent: &Agent, program: &str, text: Option<&str>) -> Result<String, Refusal> {
    let fresh = match agent.shape {
        Shape::Flat | Shape::Bash => "{\n  \"version\": 1\n}\n",
        Shape::Groups | Shape::Tables | Shape::Plugin => "{}\n",
    };
    let text = text.unwrap_or(fresh);
    let wanted: Vec<_> = agent
        .events
        .iter()
        .map(|registered| (registered.event, agent.element(program, registered)))
        .collect();
    check(&root(text)?, &wanted)?;
    if holds(text, &root(text)?, &wanted) {
        return Ok(text.to_owned());
    }
    let mut text = uninstall(text)?;
    for (event, element) in &wanted {
        text = add(&text, event, element)?;
    }
    match holds(&text, &root(&text)?, &wanted) {
        true => Ok(text),
        false => Err(Refusal::Shape(
            "it cannot be edited without a change of something else".into(),
        )),
    }
}

/// The text without our hooks.
pub(super) fn uninstall(text: &str) -> Result<String, Refusal> {
    let mut text = text.to_owned();
    loop {
        let object = root(&text)?;
        let Some(ours) = first(&object) else {
            return Ok(text);
        };
        text = without(&text, &object, ours);
    }
}

/// Whether the text holds nothing but a version, and no remark of anybody's.
pub(super) fn is_bare(text: &str) -> bool {
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text);
    object.is_ok_and(|object| object.keys().all(|name| name == "version"))
}

/// The object that the text is.
pub(super) fn root(text: &str) -> Result<Object<'_>, Refusal> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options)
        .map_err(|error| Refusal::Unreadable(error.to_string()))?;
    match parsed.value {
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(Refusal::Shape("it is no JSON object".into())),
        None => Err(Refusal::Shape(
            "it is empty; write {} in it, or remove it".into(),
        )),
    }
}

/// Refuses what hooks cannot be added to without a guess.
fn check(object: &Object<'_>, wanted: &[(&str, Tree)]) -> Result<(), Refusal> {
    once(object, HOOKS)?;
    let Some(field) = object.get(HOOKS) else {
        return Ok(());
    };
    let Value::Object(hooks) = &field.value else {
        return Err(Refusal::Shape("its \"hooks\" is no object".into()));
    };
    for (event, _) in wanted {
        once(hooks, event)?;
        if let Some(field) = hooks.get(event)
            && !matches!(field.value, Value::Array(_))
        {
            return Err(Refusal::Shape(format!("its \"hooks.{event}\" is no list")));
        }
    }
    Ok(())
}

/// Of a name that stands twice, agents read one and people another.
fn once(object: &Object<'_>, name: &str) -> Result<(), Refusal> {
    let named = object
        .properties
        .iter()
        .filter(|field| field.name.as_str() == name);
    match named.count() {
        0 | 1 => Ok(()),
        _ => Err(Refusal::Shape(format!("\"{name}\" stands in it twice"))),
    }
}

/// Whether exactly the wanted elements are there, and no other of ours.
fn holds(text: &str, object: &Object<'_>, wanted: &[(&str, Tree)]) -> bool {
    let mut found = Vec::new();
    for_each(object, &mut |event, element, _| {
        // With a remark inside it is no longer as we wrote it.
        let value = serde_json::from_str(&text[element.start()..element.end()]);
        found.push((event.to_owned(), value.unwrap_or_default()));
    });
    let mut missing: Vec<(String, serde_json::Value)> = wanted
        .iter()
        .map(|(event, tree)| ((*event).to_owned(), tree.value()))
        .collect();
    for known in found {
        match missing.iter().position(|want| *want == known) {
            Some(at) => drop(missing.remove(at)),
            None => return false,
        }
    }
    missing.is_empty()
}

/// Where something of ours stands: the event's field, the element, and the handler in it.
#[derive(Clone, Copy)]
struct Ours {
    event: usize,
    element: usize,
    handler: Option<usize>,
}

fn first(object: &Object<'_>) -> Option<Ours> {
    let mut found = None;
    for_each(object, &mut |_, _, ours| found = found.or(Some(ours)));
    found
}

/// Calls `take` for every element that holds something of ours, with the event's name.
fn for_each<'a>(object: &Object<'a>, take: &mut dyn FnMut(&str, &Value<'a>, Ours)) {
    let Some(hooks) = object.get_object(HOOKS) else {
        return;
    };
    for (event, field) in hooks.properties.iter().enumerate() {
        let Value::Array(list) = &field.value else {
            continue;
        };
        for (element, value) in list.elements.iter().enumerate() {
            let Value::Object(group) = value else {
                continue;
            };
            let mut here = |handler| {
                let ours = Ours {
                    event,
                    element,
                    handler,
                };
                take(field.name.as_str(), value, ours);
            };
            if calls_us(group) {
                here(None);
                continue;
            }
            let handlers = group
                .get_array(HOOKS)
                .into_iter()
                .flat_map(|list| &list.elements);
            let ours = |value: &Value<'_>| value.as_object().is_some_and(calls_us);
            if let Some(at) = handlers.into_iter().position(ours) {
                here(Some(at));
            }
        }
    }
}

fn calls_us(handler: &Object<'_>) -> bool {
    ["command", "bash"].iter().any(|key| {
        handler
            .get_string(key)
            .is_some_and(|text| is_ours(&text.value))
    })
}

/// The text without one thing of ours, and without what was made for it.
fn without(text: &str, object: &Object<'_>, ours: Ours) -> String {
    let at_root = object
        .properties
        .iter()
        .position(|field| field.name.as_str() == HOOKS)
        .unwrap_or_default();
    let Some(hooks) = object.get_object(HOOKS) else {
        return text.to_owned();
    };
    let Some(Value::Array(list)) = hooks.properties.get(ours.event).map(|field| &field.value)
    else {
        return text.to_owned();
    };
    let group = list.elements.get(ours.element).and_then(Value::as_object);
    let handlers = group.and_then(|group| group.get_array(HOOKS));
    if let (Some(handlers), Some(at)) = (handlers, ours.handler)
        && handlers.elements.len() > 1
    {
        return Holder::from(handlers).remove(text, at);
    }
    let elements = Holder::from(list);
    if !elements.was_made_for(text, ours.element) {
        return elements.remove(text, ours.element);
    }
    let events = Holder::from(hooks);
    if !events.was_made_for(text, ours.event) {
        return events.remove(text, ours.event);
    }
    let fields = Holder::from(object);
    match fields.was_made_for(text, at_root) {
        true => fields.clear(text),
        false => fields.remove(text, at_root),
    }
}

/// The text with `element` in the list of `event`.
fn add(text: &str, event: &str, element: &Tree) -> Result<String, Refusal> {
    let object = root(text)?;
    let layout = layout(text, &object);
    let list = |inner: Tree| Tree::List(vec![inner]);
    let Some(hooks) = object.get_object(HOOKS) else {
        let holder = Holder::from(&object);
        let tree = Tree::Object(vec![(event.to_owned(), list(element.clone()))]);
        let item = tree.write(&holder.indent(text, &layout), &layout);
        return Ok(holder.insert(text, &named(HOOKS, &item), &layout));
    };
    let Some(known) = hooks.get_array(event) else {
        let holder = Holder::from(hooks);
        let item = list(element.clone()).write(&holder.indent(text, &layout), &layout);
        return Ok(holder.insert(text, &named(event, &item), &layout));
    };
    let holder = Holder::from(known);
    let item = element.write(&holder.indent(text, &layout), &layout);
    Ok(holder.insert(text, &item, &layout))
}

fn layout(text: &str, object: &Object<'_>) -> Layout {
    let inside = &text[object.start()..object.end()];
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let first = object.properties.first().map(|field| field.range.start);
    let unit = first.and_then(|at| {
        let line = &text[text[..at].rfind('\n')? + 1..at];
        (!line.is_empty() && line.chars().all(|c| matches!(c, ' ' | '\t'))).then_some(line)
    });
    Layout {
        newline,
        unit: unit.unwrap_or("  ").to_owned(),
        lines: inside == "{}" || inside.contains('\n'),
    }
}
