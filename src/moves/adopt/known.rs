//! What the model has a place for, asked of its own schema, so that new fields need no line here.

use serde_json::{Map, Value};

use crate::model::item::schema;

use super::Report;

/// Whether an item has a field of that name.
pub(super) fn is_field(key: &str) -> bool {
    const HEADER: [&str; 3] = ["schema", "id", "profile"];
    !HEADER.contains(&key) && schema().get("properties").is_some_and(|fields| fields.get(key).is_some())
}

/// Takes the keys of records out that no record of their kind has, and reports them.
pub(super) fn sift(item: &mut Map<String, Value>, path: &str, report: &mut Report) {
    let fields = schema().get("properties").unwrap_or(&Value::Null);
    for (key, value) in item.iter_mut() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if let Some(of) = fields.get(key) {
            below(value, of, &path, report);
        }
    }
}

fn below(value: &mut Value, of: &Value, path: &str, report: &mut Report) {
    let (Value::Object(map), Some(of)) = (value, mapping(of)) else { return };
    let fields = of.get("properties");
    if fields.is_some() {
        let unknown: Vec<String> =
            map.keys().filter(|key| fields.and_then(|fields| fields.get(*key)).is_none()).cloned().collect();
        for key in unknown {
            let value = map.shift_remove(&key).unwrap_or_default();
            report.unknown(format!("{path}.{key}"), value);
        }
    }
    for (key, value) in map.iter_mut() {
        let inner = fields.and_then(|fields| fields.get(key)).or_else(|| of.get("additionalProperties"));
        if let Some(inner) = inner {
            below(value, inner, &format!("{path}.{key}"), report);
        }
    }
}

// The alternative of a schema that is a mapping.
fn mapping(of: &Value) -> Option<&Value> {
    if let Some(name) = of.get("$ref").and_then(Value::as_str) {
        return mapping(schema().pointer(name.strip_prefix('#')?)?);
    }
    if let Some(alternatives) = of.get("anyOf").and_then(Value::as_array) {
        return alternatives.iter().find_map(mapping);
    }
    let is_mapping = of.get("properties").is_some() || of.get("additionalProperties").is_some();
    is_mapping.then_some(of)
}
