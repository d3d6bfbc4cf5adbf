//! The records of a foreign tree: lists become keyed.

use serde_json::{Map, Number, Value, json};

use crate::derive::words::show;
use crate::error::{Error, Result};
use crate::model::gate::{Checkpoint, Gate};
use crate::model::id::{Id, slug};
use crate::model::item::Item;
use crate::model::path::RepoPath;
use crate::model::record::{Action, Blocker};
use crate::model::state::plain;
use crate::model::time::Time;
use crate::model::workflow::tree;

use super::{Report, Setting, compared, reviews};

/// The fields of an item that a foreign key becomes; `None`: it is no key that needs converting.
pub(super) fn value(key: &str, value: &Value, setting: Setting) -> Option<Map<String, Value>> {
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
        "risks" if value.is_array() => one(key, keyed(value)),
        "metrics" => one(key, metrics(value, setting)),
        "checklist" => one(key, checklist(value)),
        "limits" | "estimate" => one(key, limits(value)),
        "protocol" => one(key, protocol(value)),
        "est_files" => one("estimate", json!({ "files": number_of(value) })),
        "est_lines" | "est_loc" => one("estimate", json!({ "lines": number_of(value) })),
        "needs" | "files" => {
            let names: Vec<&str> = value.as_str()?.split(',').map(str::trim).collect();
            one(key, json!(names))
        }
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
        let parts =
            map.remove("parts").unwrap_or_else(|| reviews::parts(root, id.as_str(), &mut map, report));
        let parts = serde_json::from_value(parts)
            .map_err(|error| Error::state(format!("{}: {error}", at("parts"))))?;
        let readout = map.remove("readout").unwrap_or_else(|| Value::Array(Vec::new()));
        let readout = serde_json::from_value(readout)
            .map_err(|error| Error::state(format!("{}: {error}", at("readout"))))?;
        owner_of(root, owner).gates.insert(id.clone(), Gate { title, parts, readout });
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
            on: text(&["on"]),
            why: text(&["why"]),
            ..Checkpoint::default()
        };
        let approved = text(&["approved", "approved_at"]).map(|time| Time::parse(&time)).transpose()?;
        let rejected = text(&["rejected", "rejected_at"]).map(|time| Time::parse(&time)).transpose()?;
        (checkpoint.approved, checkpoint.rejected) = (approved, rejected);
        if let Some(state) = map.remove("state") {
            let derived = match (approved, rejected) {
                (Some(_), _) => "approved",
                (None, Some(_)) => "rejected",
                (None, None) => "pending",
            };
            let same = state.as_str().is_some_and(|word| plain(word) == derived);
            report.ignore(at("state"), state, compared(same, derived));
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

/// The mappings under a key with their ids, from a list or a mapping; what is neither is reported.
pub(super) fn entries(value: Value, key: &str, report: &mut Report) -> Result<Vec<(Id, Map<String, Value>)>> {
    let list: Vec<(Option<String>, Value)> = match value {
        Value::Array(list) => list.into_iter().map(|value| (None, value)).collect(),
        Value::Object(map) => map.into_iter().map(|(id, value)| (Some(id), value)).collect(),
        Value::Null => Vec::new(),
        other => {
            report.unknown(key.to_owned(), other);
            Vec::new()
        }
    };
    let mut found = Vec::new();
    for (index, (id, value)) in list.into_iter().enumerate() {
        let Value::Object(mut map) = value else {
            report.unknown(format!("{key}.{}", id.unwrap_or_else(|| index.to_string())), value);
            continue;
        };
        let own = map.remove("id").map(|id| show(&id));
        let title = || map.get("title").or_else(|| map.get("name")).map(show).unwrap_or_default();
        let made = || if key == "steps" { format!("s{}", index + 1) } else { slug(&title()) };
        let id = id.or(own).unwrap_or_else(made);
        found.push((Id::parse(&id).map_err(|error| error.context(format!("{key}[{index}]")))?, map));
    }
    Ok(found)
}

/// Adds a record under its id, or under the next free one that is like it.
pub(super) fn put(records: &mut Map<String, Value>, id: &str, record: Value) {
    let stem = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let free =
        (1..).map(|number| if stem == id { format!("{id}-{number}") } else { format!("{stem}{number}") });
    let id = std::iter::once(id.to_owned()).chain(free).find(|id| !records.contains_key(id));
    records.insert(id.unwrap_or_default(), record);
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        other => vec![other.clone()],
    }
}

fn texts(value: &Value, letter: char, key: &str) -> Value {
    if value.is_object() && value.get(key).is_none_or(Value::is_object) {
        return value.clone();
    }
    let record = |value: Value| if value.is_object() { value } else { json!({ key: show(&value) }) };
    number(list(value).into_iter().map(record), letter)
}

fn number(records: impl Iterator<Item = Value>, letter: char) -> Value {
    let mut numbered = Map::new();
    for (index, mut record) in records.enumerate() {
        let own = record.as_object_mut().and_then(|map| map.remove("id")).map(|id| show(&id));
        put(&mut numbered, &own.unwrap_or_else(|| format!("{letter}{}", index + 1)), record);
    }
    Value::Object(numbered)
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

fn keyed(value: &Value) -> Value {
    let mut named = Map::new();
    for record in list(value) {
        let mut record = if record.is_object() { record } else { json!({ "title": show(&record) }) };
        let own = record.as_object_mut().and_then(|map| map.remove("id")).map(|id| show(&id));
        let id = own.unwrap_or_else(|| slug(&record.get("title").map(show).unwrap_or_default()));
        put(&mut named, &id, record);
    }
    Value::Object(named)
}

// A plain value is a sample; a metric that a new workflow of this process has keeps its title, unit and target.
fn metrics(value: &Value, setting: Setting) -> Value {
    let Value::Object(map) = value else { return keyed(value) };
    let seed = &setting.profile.starts_with.metrics;
    let mut converted = Map::new();
    for (id, value) in map {
        let known = seed.iter().find(|(known, metric)| {
            let with_unit = format!("{known}{}", metric.unit.as_deref().unwrap_or_default());
            [plain(known.as_str()), plain(&with_unit)].contains(&plain(id))
        });
        let (id, mut record) = match known {
            Some((known, metric)) => (known.to_string(), tree(metric)),
            None => (id.clone(), json!({ "title": id })),
        };
        let Some(fields) = record.as_object_mut() else { continue };
        let mut given = match value {
            Value::Object(given) => given.clone(),
            Value::Null => Map::new(),
            plain => Map::from_iter([("value".to_owned(), plain.clone())]),
        };
        if let Some(number) = given.get("value").and_then(sample) {
            given.remove("value");
            fields.insert("samples".to_owned(), json!({ setting.now.date().to_string(): number }));
        }
        fields.extend(given);
        put(&mut converted, &id, record);
    }
    Value::Object(converted)
}

fn sample(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => serde_json::from_str(text.trim().trim_end_matches('%').trim()).ok(),
        _ => None,
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

// A number that was written as a text.
fn number_of(value: &Value) -> Value {
    let number = value.as_str().and_then(|text| text.trim().parse::<u64>().ok());
    number.map_or_else(|| value.clone(), Value::from)
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
