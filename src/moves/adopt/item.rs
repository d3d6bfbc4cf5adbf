//! One item of a foreign tree.

use serde_json::{Map, Value, json};

use crate::derive::words::show;
use crate::error::{Error, Result};
use crate::model::field::{Field, FieldType};
use crate::model::id::{Id, slug};
use crate::model::item::Item;
use crate::model::profile::{Kind, Profile};
use crate::model::state::{Asked, State};
use crate::moves::fields::state_word;

use super::records;
use super::{CHILDREN, Report, Setting};

/// An item and the one that it stands in; `None`: the workflow.
pub(super) struct Nested {
    pub(super) id: Id,
    pub(super) parent: Option<Id>,
    pub(super) item: Item,
}

/// Other names of fields.
const NAMES: [(&str, &str); 16] = [
    ("name", "title"),
    ("description", "objective"),
    ("status", "state"),
    ("targetDate", "target"),
    ("target_date", "target"),
    ("target_text", "target"),
    ("assignee", "owner"),
    ("depends_on", "needs"),
    ("dependencies", "needs"),
    ("note", "notes"),
    ("started_at", "started"),
    ("created_at", "started"),
    ("completed_at", "finished"),
    ("finished_at", "finished"),
    ("key_decisions", "decisions"),
    ("current_focus", "focus"),
];

/// What git or arithmetic knows.
const MEASURED: [(&str, &str); 5] = [
    ("measured", "measured from git when it is asked for"),
    ("history", "git's history of the state and the items' times tell it"),
    ("percent", "counted"),
    ("score", "the last iteration tells it"),
    ("updated_at", "the item's own times tell it"),
];

/// The children under one key, flat or nested.
pub(super) fn children(
    key: &str,
    value: Value,
    setting: Setting,
    report: &mut Report,
) -> Result<Vec<Nested>> {
    let steps = key == "steps";
    let mut found = Vec::new();
    let entries: Vec<(Option<String>, Value)> = match value {
        Value::Array(list) => list.into_iter().map(|value| (None, value)).collect(),
        Value::Object(map) => map.into_iter().map(|(id, value)| (Some(id), value)).collect(),
        Value::Null => Vec::new(),
        other => {
            report.unknown(key.to_owned(), other);
            Vec::new()
        }
    };
    for (index, (id, value)) in entries.into_iter().enumerate() {
        let Value::Object(mut map) = value else {
            report.unknown(format!("{key}.{index}"), value);
            continue;
        };
        let own = map.remove("id").map(|id| show(&id));
        let title = map.get("title").or_else(|| map.get("name")).map(show).unwrap_or_default();
        let id = id.or(own).unwrap_or_else(|| if steps { format!("s{}", index + 1) } else { slug(&title) });
        let id = Id::parse(&id).map_err(|error| error.context(format!("{key}[{index}]")))?;
        let parent = map.remove("parent").map(|parent| Id::parse(&show(&parent))).transpose()?;
        let below: Vec<(&str, Value)> =
            CHILDREN.iter().filter_map(|key| Some((*key, map.remove(*key)?))).collect();
        let kind = map.remove("kind").or_else(|| map.remove("type"));
        let kind = kind_named(setting.profile, kind.as_ref(), &id, report);
        let path = id.to_string();
        let mut item = convert(map, &path, kind, setting, report)?;
        item.kind = kind.map(|(id, _)| id.clone());
        found.push(Nested { id: id.clone(), parent, item });
        for (key, value) in below {
            let mut inner = children(key, value, setting, report)?;
            for child in inner.iter_mut().filter(|child| child.parent.is_none()) {
                child.parent = Some(id.clone());
            }
            found.extend(inner);
        }
    }
    drop_usual_kinds(&mut found, setting.profile);
    Ok(found)
}

/// A foreign mapping as an item; its id, kind and children are taken out already.
pub(super) fn convert(
    mut map: Map<String, Value>,
    path: &str,
    kind: Option<(&Id, &Kind)>,
    setting: Setting,
    report: &mut Report,
) -> Result<Item> {
    let declared = kind.map_or(&setting.profile.workflow, |(_, kind)| kind);
    let at = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    rename(&mut map);
    let mut item = Map::new();
    let mut state = None;
    for (key, value) in map {
        if value.is_null() || value.as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        if let Some((_, reason)) = MEASURED.iter().find(|(known, _)| *known == key) {
            report.ignore(at(&key), value, *reason);
            continue;
        }
        let field = Id::parse(&key).ok().and_then(|id| declared.fields.get(&id));
        if let Some(field) = field {
            let fields = item.entry("fields").or_insert_with(|| json!({}));
            if let Some(fields) = fields.as_object_mut() {
                fields.insert(key, typed(field, value));
            }
        } else if key == "state" {
            state = Some(show(&value));
        } else if let Some(converted) = records::value(&key, &value) {
            merge(&mut item, converted);
        } else if is_field(&key) {
            item.insert(key, value);
        } else {
            report.unknown(at(&key), value);
        }
    }
    let mut item = typed_item(item, path)?;
    if let Some(word) = state {
        let (asked, label) =
            state_word(setting.profile, &word).map_err(|error| error.context(at("state")))?;
        item.label = label.map(|label| label.to_string());
        match asked {
            Asked::State(State::Todo) => {}
            Asked::State(state) => item.state = Some(state),
            Asked::Blocked if item.blockers.is_empty() => {
                let text = "blocked in the imported file".to_owned();
                let blocker = records::blocker(text);
                item.blockers.push('b', blocker);
            }
            Asked::Blocked => {}
        }
    }
    if item.state == Some(State::Done)
        && let Some(progress) = item.progress.take()
    {
        let reason =
            if progress.get() == 100 { "done means 100" } else { "done means 100, whatever was declared" };
        report.ignore(at("progress"), Value::from(progress.get()), reason);
    }
    if item.state.is_none() && item.progress.is_some_and(|progress| progress.get() == 0) {
        item.progress = None;
    }
    Ok(item)
}

fn rename(map: &mut Map<String, Value>) {
    for (old, new) in NAMES {
        if !map.contains_key(new)
            && let Some(value) = map.remove(old)
        {
            map.insert(new.to_owned(), value);
        }
    }
}

// What the model has a field for, asked of the model itself.
fn is_field(key: &str) -> bool {
    const HEADER: [&str; 3] = ["schema", "id", "profile"];
    static FIELDS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
        let all = serde_json::to_value(Item::default()).unwrap_or_default();
        all.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
    });
    !HEADER.contains(&key) && FIELDS.iter().any(|field| field == key)
}

fn typed_item(mut map: Map<String, Value>, path: &str) -> Result<Item> {
    map.entry("title").or_insert_with(|| json!(""));
    for key in ["order", "target", "title", "owner"] {
        if let Some(value) = map.get_mut(key).filter(|value| value.is_number()) {
            *value = Value::from(value.to_string());
        }
    }
    let here = if path.is_empty() { "the workflow" } else { path };
    serde_json::from_value(Value::Object(map)).map_err(|error| Error::state(format!("{here}: {error}")))
}

fn typed(field: &Field, value: Value) -> Value {
    match (field.kind, &value) {
        (
            FieldType::Text | FieldType::Path | FieldType::Date | FieldType::Time,
            Value::Number(_) | Value::Bool(_),
        ) => Value::from(show(&value)),
        (FieldType::List, Value::String(text)) => json!([text]),
        (FieldType::Map, Value::Object(map)) => map
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(show(value))))
            .collect::<Map<_, _>>()
            .into(),
        _ => value,
    }
}

// Two foreign keys may become records of one collection.
fn merge(item: &mut Map<String, Value>, converted: Map<String, Value>) {
    for (key, value) in converted {
        match (item.get_mut(&key), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            (_, value) => {
                item.insert(key, value);
            }
        }
    }
}

fn kind_named<'a>(
    profile: &'a Profile,
    asked: Option<&Value>,
    id: &Id,
    report: &mut Report,
) -> Option<(&'a Id, &'a Kind)> {
    let asked = asked?;
    let found = asked.as_str().and_then(|kind| Id::parse(kind).ok());
    let found = found.and_then(|wanted| profile.kinds.iter().find(|(id, _)| **id == wanted));
    if found.is_none() {
        report.unknown(format!("{id}.kind"), asked.clone());
    }
    found
}

// The usual kind of a place is not written.
fn drop_usual_kinds(found: &mut [Nested], profile: &Profile) {
    let usual = profile.kinds_under(None).next().map(|(id, _)| id);
    for nested in found.iter_mut().filter(|nested| nested.parent.is_none()) {
        if nested.item.kind.as_ref() == usual {
            nested.item.kind = None;
        }
    }
}
