//! One item of a foreign tree.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::derive::words::show;
use crate::error::{Error, Result};
use crate::model::field::{Field, FieldType};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::number::Percent;
use crate::model::profile::{Kind, Profile};
use crate::model::state::{Asked, State};
use crate::moves::fields::state_word;

use super::locations::locations;
use super::{CHILDREN, Left, Report, Setting, known, records};

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
const MEASURED: [(&str, &str); 7] = [
    ("measured", "measured from git when it is asked for"),
    ("gate", "the gate stands with the item"),
    ("checkpoint", "the checkpoint stands with the item"),
    ("escalations", "the iterations tell it"),
    ("percent", "counted"),
    ("score", "the last iteration tells it"),
    ("updated_at", "the item's own times tell it"),
];

/// The children under one key, flat or nested; `usual` is the usual kind of what stands there.
pub(super) fn children<'a>(
    key: &str,
    value: Value,
    usual: Option<&'a Id>,
    setting: Setting<'a>,
    report: &mut Report,
) -> Result<Vec<Nested>> {
    let mut entries = Vec::new();
    let mut kinds = Kinds { profile: setting.profile, usual, said: HashMap::new() };
    // A list can be named by what it lists: `units`.
    let listed = Id::parse(singular(key)).ok();
    let listed = listed.and_then(|kind| setting.profile.kind(&kind)).map(|(kind, _)| kind);
    for (id, mut map) in records::entries(value, key, report)? {
        let parent = map.remove("parent").map(|parent| Id::parse(&show(&parent))).transpose()?;
        let kind = map.remove("kind").or_else(|| map.remove("type"));
        let kind = kind_named(setting.profile, kind.as_ref(), &id, report).or(listed);
        kinds.said.insert(id.clone(), (kind, parent.clone()));
        entries.push((id, parent, kind, map));
    }
    let mut found = Vec::new();
    for (id, parent, said, mut map) in entries {
        let below: Vec<(&str, Value)> =
            CHILDREN.iter().filter_map(|key| Some((*key, map.remove(*key)?))).collect();
        let usual = kinds.usual_of(parent.as_ref(), 0);
        let kind = said.or(usual);
        let declared = kind.and_then(|kind| setting.profile.kinds.get(kind));
        let agents = map.get("agents").and_then(Value::as_array);
        agents.into_iter().flatten().for_each(|name| report.agent(name));
        let mut item = convert(map, id.as_str(), declared, setting, report)?;
        // The usual kind of a place is not written.
        item.kind = said.filter(|said| Some(*said) != usual).cloned();
        found.push(Nested { id: id.clone(), parent, item });
        for (key, value) in below {
            let usual = kind.and_then(|kind| usual_under(setting.profile, Some(kind)));
            let mut inner = children(key, value, usual, setting, report)?;
            for child in inner.iter_mut().filter(|child| child.parent.is_none()) {
                child.parent = Some(id.clone());
            }
            found.extend(inner);
        }
    }
    Ok(found)
}

fn singular(key: &str) -> &str {
    key.strip_suffix("ches").map_or_else(|| key.trim_end_matches('s'), |_| key.trim_end_matches("es"))
}

/// Which kinds the items of one list are; a parent may come after its children.
struct Kinds<'a> {
    profile: &'a Profile,
    usual: Option<&'a Id>,
    said: HashMap<Id, (Option<&'a Id>, Option<Id>)>,
}

impl<'a> Kinds<'a> {
    // Parents that run in a circle end at the depth that nothing can be nested to.
    fn usual_of(&self, parent: Option<&Id>, depth: usize) -> Option<&'a Id> {
        match parent.and_then(|parent| self.said.get(parent)) {
            Some(_) if depth > 32 => None,
            Some((said, parent)) => {
                let kind = said.or_else(|| self.usual_of(parent.as_ref(), depth + 1))?;
                usual_under(self.profile, Some(kind))
            }
            None => self.usual,
        }
    }
}

/// The usual kind of what stands under a kind, or under the workflow itself.
pub(super) fn usual_under<'a>(profile: &'a Profile, kind: Option<&'a Id>) -> Option<&'a Id> {
    profile.kinds_under(kind).next().map(|(id, _)| id)
}

/// A foreign mapping as an item; its id, kind and children are taken out already.
pub(super) fn convert(
    mut map: Map<String, Value>,
    path: &str,
    kind: Option<&Kind>,
    setting: Setting,
    report: &mut Report,
) -> Result<Item> {
    let at = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    let declared = |key: &str| Id::parse(key).ok().and_then(|id| kind?.fields.get(&id));
    rename(&mut map, &|key| declared(key).is_some());
    let mut item = Map::new();
    let mut state = None;
    for (key, value) in map {
        let empty = value.as_array().is_some_and(Vec::is_empty) || value.as_str().is_some_and(str::is_empty);
        if value.is_null() || empty {
            continue;
        }
        if let Some(field) = declared(&key) {
            let value = match field.kind {
                FieldType::Locations => locations(value, &at(&key), report),
                _ => typed(field, value),
            };
            // A list of which nothing is left is not there.
            if value.as_array().is_some_and(Vec::is_empty) {
                continue;
            }
            let fields = item.entry("fields").or_insert_with(|| json!({}));
            if let Some(fields) = fields.as_object_mut() {
                fields.insert(key, value);
            }
        } else if let Some((_, reason)) = MEASURED.iter().find(|(known, _)| *known == key) {
            report.ignore(at(&key), value, *reason);
        } else if key == "state" {
            state = Some(show(&value));
        } else if let Some(converted) = records::value(&key, &value, setting) {
            converted.into_iter().for_each(|(key, value)| merge(&mut item, key, value, &at, report));
        } else if known::is_field(&key) {
            merge(&mut item, key, value, &at, report);
        } else {
            report.unknown(at(&key), value);
        }
    }
    known::sift(&mut item, path, report);
    let mut item = typed_item(item, path, report)?;
    if let Some(word) = state {
        let (asked, label) =
            state_word(setting.profile, &word).map_err(|error| error.context(at("state")))?;
        item.label = label.map(|label| label.to_string());
        match asked {
            Asked::State(State::Todo) => {}
            Asked::State(state) => item.state = Some(state),
            Asked::Blocked if item.blockers.is_empty() => {
                item.blockers.push('b', records::blocker("blocked in the imported file".to_owned()));
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

// The fields of a process come before names that only mean the same elsewhere.
fn rename(map: &mut Map<String, Value>, declared: &dyn Fn(&str) -> bool) {
    for (old, new) in NAMES {
        if !declared(old)
            && !map.contains_key(new)
            && let Some(value) = map.remove(old)
        {
            map.insert(new.to_owned(), value);
        }
    }
}

fn typed_item(mut map: Map<String, Value>, path: &str, report: &mut Report) -> Result<Item> {
    map.entry("title").or_insert_with(|| json!(""));
    for key in ["order", "target", "title", "owner"] {
        if let Some(value) = map.get_mut(key).filter(|value| value.is_number()) {
            *value = Value::from(value.to_string());
        }
    }
    if let Some(progress) = map.get_mut("progress")
        && let Some(percent) = progress.as_str().and_then(Percent::parse)
    {
        *progress = Value::from(percent.get());
    }
    // What does not fit is reported with its key; the rest is taken over.
    let unfit = |key: &str, value: &Value| {
        let alone = json!({ "title": "", key: value });
        serde_json::from_value::<Item>(alone).err().map(|error| error.to_string())
    };
    let bad: Vec<(String, String)> =
        map.iter().filter_map(|(key, value)| Some((key.clone(), unfit(key, value)?))).collect();
    for (key, reason) in bad {
        let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let value = map.remove(&key).unwrap_or_default();
        report.not_understood.push(Left { path: at, value, reason });
    }
    map.entry("title").or_insert_with(|| json!(""));
    serde_json::from_value(Value::Object(map)).map_err(|error| Error::state(format!("{path}: {error}")))
}

fn typed(field: &Field, value: Value) -> Value {
    match (field.kind, &value) {
        (
            FieldType::Text | FieldType::Path | FieldType::Date | FieldType::Time,
            Value::Number(_) | Value::Bool(_),
        ) => Value::from(show(&value)),
        (FieldType::List, Value::String(text)) => json!([text]),
        (FieldType::List, Value::Array(list)) => list.iter().map(in_words).collect(),
        (FieldType::Map, Value::Object(map)) => map
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(show(value))))
            .collect::<Map<_, _>>()
            .into(),
        _ => value,
    }
}

// A mapping in a list of texts is kept as `key: value, …`.
fn in_words(value: &Value) -> Value {
    let Value::Object(map) = value else { return value.clone() };
    let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key}: {}", show(value))).collect();
    Value::from(pairs.join(", "))
}

// Two foreign keys may become records of one collection; of a single value the first one stays.
fn merge(
    item: &mut Map<String, Value>,
    key: String,
    value: Value,
    at: &dyn Fn(&str) -> String,
    report: &mut Report,
) {
    match (item.get_mut(&key), value) {
        (None, value) => drop(item.insert(key, value)),
        (Some(Value::Object(known)), Value::Object(more)) => {
            more.into_iter().for_each(|(id, record)| records::put(known, &id, record));
        }
        (Some(_), value) => report.ignore(at(&key), value, "the file says something else before"),
    }
}

fn kind_named<'a>(
    profile: &'a Profile,
    asked: Option<&Value>,
    id: &Id,
    report: &mut Report,
) -> Option<&'a Id> {
    let asked = asked?;
    let found = asked.as_str().and_then(|kind| Id::parse(kind).ok());
    let found = found.and_then(|wanted| profile.kind(&wanted)).map(|(id, _)| id);
    if found.is_none() {
        report.unknown(format!("{id}.kind"), asked.clone());
    }
    found
}
