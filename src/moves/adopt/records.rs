//! The records of a foreign tree: lists become keyed.

use serde_json::{Map, Value, json};

use crate::derive::words::show;
use crate::error::{Error, Result};
use crate::model::gate::{Checkpoint, Gate};
use crate::model::id::{Id, slug};
use crate::model::item::Item;
use crate::model::path::RepoPath;
use crate::model::record::{Action, Blocker};
use crate::model::time::Time;

use super::Report;

/// The fields of an item that a foreign key becomes; `None`: it is no key that needs converting.
pub(super) fn value(key: &str, value: &Value) -> Option<Map<String, Value>> {
    let one = |key: &str, value: Value| Some(Map::from_iter([(key.to_owned(), value)]));
    match key {
        "notes" | "challenges" => one(key, texts(value, key.chars().next()?, "text")),
        "decisions" => one(key, texts(value, 'd', "text")),
        "artifacts" => one(key, artifacts(value, false)),
        "artifact" => one("artifacts", artifacts(value, true)),
        "blockers" => one(key, texts(value, 'b', "text")),
        "findings" => one(key, texts(value, 'f', "text")),
        "iterations" => one(key, iterations(value)),
        "agents" if value.is_array() => {
            let names: Vec<String> = value.as_array()?.iter().map(show).collect();
            let (first, rest) = names.split_first()?;
            let mut fields = Map::from_iter([("owner".to_owned(), json!(first))]);
            if !rest.is_empty() {
                fields.insert("team".to_owned(), json!(rest));
            }
            Some(fields)
        }
        "risks" if value.is_array() => one(key, keyed(value, "title")),
        "metrics" => one(key, metrics(value)),
        "checklist" => one(key, checklist(value)),
        "limits" | "estimate" => one(key, limits(value)),
        "protocol" => one(key, protocol(value)),
        "needs" if value.is_string() => one(key, json!([value])),
        _ => None,
    }
}

/// A blocker of which only the text is known.
pub(super) fn blocker(text: String) -> Blocker {
    Blocker { text, fix: None, since: None, by: Some("import".to_owned()), cleared: None, cleared_by: None }
}

/// The item of that id, at any depth.
pub(super) fn find<'a>(item: &'a mut Item, id: &Id) -> Option<&'a mut Item> {
    if item.items.get(id).is_some() {
        return item.items.get_mut(id);
    }
    item.items.iter_mut().find_map(|(_, child)| find(child, id))
}

/// Puts gates on the items that they name.
pub(super) fn gates(root: &mut Item, value: Value, report: &mut Report) -> Result<()> {
    for (id, mut map) in entries(value, "gates", report)? {
        let at = |key: &str| format!("gates.{id}.{key}");
        let owner = owner(root, map.remove("item"), &at("item"), report);
        if let Some(state) = map.remove("state") {
            report.ignore(at("state"), state, "derived from the parts of the gate");
        }
        let title = map.remove("title").map(|title| show(&title));
        let parts = map.remove("parts").unwrap_or_else(|| json!({}));
        let parts = serde_json::from_value(parts)
            .map_err(|error| Error::state(format!("{}: {error}", at("parts"))))?;
        owner_of(root, owner).gates.insert(id.clone(), Gate { title, parts });
        map.into_iter().for_each(|(key, value)| report.unknown(at(&key), value));
    }
    Ok(())
}

/// Puts checkpoints on the items after which they come.
pub(super) fn checkpoints(root: &mut Item, value: Value, report: &mut Report) -> Result<()> {
    for (id, mut map) in entries(value, "checkpoints", report)? {
        let at = |key: &str| format!("checkpoints.{id}.{key}");
        let after = map.remove("after").or_else(|| map.remove("item"));
        let owner = owner(root, after, &at("after"), report);
        let mut text = |keys: &[&str]| keys.iter().find_map(|key| map.remove(*key)).map(|value| show(&value));
        let mut checkpoint = Checkpoint {
            title: text(&["title"]),
            role: text(&["role", "approval_by"]),
            summary: text(&["summary"]),
            notes: text(&["notes"]),
            by: text(&["by", "approved_by"]),
            ..Checkpoint::default()
        };
        let approved = text(&["approved", "approved_at"]).map(|time| Time::parse(&time)).transpose()?;
        let rejected = text(&["rejected", "rejected_at"]).map(|time| Time::parse(&time)).transpose()?;
        (checkpoint.approved, checkpoint.rejected) = (approved, rejected);
        if let Some(state) = map.remove("state") {
            let derived = if approved.is_some() { "approved" } else { "pending" };
            let same = state.as_str().is_some_and(|word| word.eq_ignore_ascii_case(derived));
            let reason =
                if same { "derived, and the same".to_owned() } else { format!("derived: {derived}") };
            report.ignore(at("state"), state, reason);
        }
        owner_of(root, owner).checkpoints.insert(id.clone(), checkpoint);
        map.into_iter().for_each(|(key, value)| report.unknown(at(&key), value));
    }
    Ok(())
}

fn owner(root: &mut Item, named: Option<Value>, at: &str, report: &mut Report) -> Option<Id> {
    let named = named?;
    let id = named.as_str().and_then(|id| Id::parse(id).ok()).filter(|id| find(root, id).is_some());
    if id.is_none() {
        report.unknown(at.to_owned(), named);
    }
    id
}

fn owner_of(root: &mut Item, owner: Option<Id>) -> &mut Item {
    match owner {
        Some(id) if find(root, &id).is_some() => match find(root, &id) {
            Some(item) => item,
            None => unreachable_item(),
        },
        _ => root,
    }
}

#[expect(clippy::panic, reason = "looked up in the line before; the borrow checker cannot see it")]
fn unreachable_item() -> ! {
    panic!("an item vanished")
}

fn entries(value: Value, key: &str, report: &mut Report) -> Result<Vec<(Id, Map<String, Value>)>> {
    let list: Vec<(Option<String>, Value)> = match value {
        Value::Array(list) => list.into_iter().map(|value| (None, value)).collect(),
        Value::Object(map) => map.into_iter().map(|(id, value)| (Some(id), value)).collect(),
        _ => Vec::new(),
    };
    let mut found = Vec::new();
    for (index, (id, value)) in list.into_iter().enumerate() {
        let Value::Object(mut map) = value else {
            report.unknown(format!("{key}.{index}"), value);
            continue;
        };
        let own = map.remove("id").map(|id| show(&id));
        let id = id
            .or(own)
            .unwrap_or_else(|| map.get("title").map(show).map(|title| slug(&title)).unwrap_or_default());
        found.push((Id::parse(&id).map_err(|error| error.context(format!("{key}[{index}]")))?, map));
    }
    Ok(found)
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        other => vec![other.clone()],
    }
}

fn texts(value: &Value, letter: char, key: &str) -> Value {
    if value.is_object() {
        return value.clone();
    }
    let record = |value: Value| if value.is_object() { value } else { json!({ key: show(&value) }) };
    number(list(value).into_iter().map(record), letter)
}

fn number(records: impl Iterator<Item = Value>, letter: char) -> Value {
    let named = |(index, mut record): (usize, Value)| {
        let own = record.as_object_mut().and_then(|map| map.remove("id")).map(|id| show(&id));
        (own.unwrap_or_else(|| format!("{letter}{}", index + 1)), record)
    };
    Value::Object(records.enumerate().map(named).collect())
}

fn artifacts(value: &Value, required: bool) -> Value {
    if value.is_object() && value.get("path").is_none() && !required {
        return value.clone();
    }
    let record = |value: Value| {
        let Some(text) = value.as_str() else { return value };
        let action = Action::ALL
            .into_iter()
            .find_map(|action| Some((action, text.strip_prefix(action.word())?.strip_prefix(' ')?)));
        let (action, rest) = action.map_or((None, text), |(action, rest)| (Some(action), rest));
        let is_path = !rest.contains(char::is_whitespace) && RepoPath::parse(rest).is_ok();
        let mut record = match (action, is_path) {
            (Some(action), true) => json!({ "path": rest, "action": action }),
            (None, true) => json!({ "path": rest }),
            _ => json!({ "text": text }),
        };
        if let Some(map) = record.as_object_mut().filter(|_| required) {
            map.insert("required".to_owned(), json!(true));
        }
        record
    };
    number(list(value).into_iter().map(record), 'a')
}

fn iterations(value: &Value) -> Value {
    let exact = |mut record: Value| {
        if let Some(score) = record.get_mut("score").filter(|score| score.is_number()) {
            *score = json!(score.to_string());
        }
        record
    };
    if let Value::Object(map) = value {
        return Value::Object(map.iter().map(|(id, record)| (id.clone(), exact(record.clone()))).collect());
    }
    number(list(value).into_iter().map(exact), 'i')
}

fn keyed(value: &Value, title: &str) -> Value {
    let named = |mut record: Value| {
        let map = record.as_object_mut()?;
        let id = map.remove("id").map(|id| show(&id));
        let id = id.unwrap_or_else(|| map.get(title).map(show).map(|title| slug(&title)).unwrap_or_default());
        Some((id, record))
    };
    Value::Object(list(value).into_iter().filter_map(named).collect())
}

fn metrics(value: &Value) -> Value {
    let sampled = |(id, value): (&String, &Value)| {
        let record = if value.is_object() { value.clone() } else { json!({ "title": id }) };
        (id.clone(), record)
    };
    match value {
        Value::Object(map) => Value::Object(map.iter().map(sampled).collect()),
        other => keyed(other, "title"),
    }
}

fn checklist(value: &Value) -> Value {
    let lines = |value: &Value| texts(value, 'l', "text");
    match value {
        Value::Object(map) => {
            let mut converted = map.clone();
            if let Some(items) = converted.remove("items") {
                converted.insert("lines".to_owned(), lines(&items));
            }
            Value::Object(converted)
        }
        other => json!({ "lines": lines(other) }),
    }
}

fn limits(value: &Value) -> Value {
    let mut limits = value.clone();
    if let Some(map) = limits.as_object_mut()
        && let Some(lines) = map.remove("loc")
    {
        map.insert("lines".to_owned(), lines);
    }
    limits
}

fn protocol(value: &Value) -> Value {
    let mut protocol = value.clone();
    if let Some(threshold) = protocol.get_mut("threshold").filter(|threshold| threshold.is_number()) {
        *threshold = json!(threshold.to_string());
    }
    protocol
}
