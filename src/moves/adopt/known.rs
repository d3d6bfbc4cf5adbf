//! What the model has a place for, asked of its own schema, so that new fields need no line here.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::model::item::Item;

use super::Report;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(Item).to_value());

/// Whether an item has a field of that name.
pub(super) fn is_field(key: &str) -> bool {
    const HEADER: [&str; 3] = ["schema", "id", "profile"];
    !HEADER.contains(&key) && SCHEMA.get("properties").is_some_and(|fields| fields.get(key).is_some())
}

/// Takes the keys of records out that no record of their kind has, and reports them.
pub(super) fn sift(item: &mut Map<String, Value>, path: &str, report: &mut Report) {
    let fields = SCHEMA.get("properties").unwrap_or(&Value::Null);
    for (key, value) in item.iter_mut() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if let Some(schema) = fields.get(key) {
            below(value, schema, &path, report);
        }
    }
}

fn below(value: &mut Value, schema: &Value, path: &str, report: &mut Report) {
    let (Value::Object(map), Some(schema)) = (value, mapping(schema)) else { return };
    let fields = schema.get("properties");
    if fields.is_some() {
        let unknown: Vec<String> =
            map.keys().filter(|key| fields.and_then(|fields| fields.get(*key)).is_none()).cloned().collect();
        for key in unknown {
            let value = map.shift_remove(&key).unwrap_or_default();
            report.unknown(format!("{path}.{key}"), value);
        }
    }
    for (key, value) in map.iter_mut() {
        let inner = fields.and_then(|fields| fields.get(key)).or_else(|| schema.get("additionalProperties"));
        if let Some(inner) = inner {
            below(value, inner, &format!("{path}.{key}"), report);
        }
    }
}

// The alternative of a schema that is a mapping.
fn mapping(schema: &Value) -> Option<&Value> {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        return mapping(SCHEMA.pointer(name.strip_prefix('#')?)?);
    }
    if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
        return alternatives.iter().find_map(mapping);
    }
    let is_mapping = schema.get("properties").is_some() || schema.get("additionalProperties").is_some();
    is_mapping.then_some(schema)
}
