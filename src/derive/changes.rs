//! What differs between two versions of a workflow: for `changes[]`, `log` and `diff`.

use serde::Serialize;
use serde_json::{Map, Value};

/// One difference: a field of an item or record, or a whole one that came or went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The item, or `<item>.<record>`; the workflow's id for the root.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The field; for something that came or went the collection it stands in (`items`, `findings`).
    pub field: String,
    /// What was there before; `null`: nothing.
    pub from: Value,
    /// What is there now; `null`: nothing.
    pub to: Value,
}

/// The collections that are keyed by ids of their own in the workflow.
const NAMED: [&str; 5] = ["items", "gates", "checkpoints", "risks", "metrics"];

/// The collections that are keyed by ids inside their item.
const RECORDS: [&str; 14] = [
    "iterations",
    "runs",
    "findings",
    "blockers",
    "decisions",
    "deviations",
    "drift",
    "challenges",
    "notes",
    "artifacts",
    "parts",
    "lines",
    "agents",
    "grounding",
];

/// The differences between two trees of one workflow (`Workflow::to_value`), in the order of the second.
pub fn changes(workflow: &str, before: &Value, after: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    fields(workflow, "", before, after, &mut found);
    found
}

fn fields(reference: &str, prefix: &str, before: &Value, after: &Value, found: &mut Vec<Change>) {
    let nothing = Map::new();
    let (old, new) = (before.as_object().unwrap_or(&nothing), after.as_object().unwrap_or(&nothing));
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    for key in new.keys().chain(gone) {
        let (from, to) = (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
        if from == to {
            continue;
        }
        let field = format!("{prefix}{key}");
        // The fields that a process declares may have any name.
        let own = prefix.starts_with("fields.");
        if !own && NAMED.contains(&key.as_str()) {
            entries(key, from, to, found, str::to_owned);
        } else if !own && RECORDS.contains(&key.as_str()) {
            entries(key, from, to, found, |id| format!("{reference}.{id}"));
        } else if !own && prefix.is_empty() && key == "state" {
            // What is not written is to do.
            let word = |value: &Value| if value.is_null() { Value::from("todo") } else { value.clone() };
            found.push(Change { reference: reference.to_owned(), field, from: word(from), to: word(to) });
        } else if from.is_object() || to.is_object() {
            fields(reference, &format!("{field}."), from, to, found);
        } else {
            found.push(Change { reference: reference.to_owned(), field, from: from.clone(), to: to.clone() });
        }
    }
}

fn entries(key: &str, from: &Value, to: &Value, found: &mut Vec<Change>, name: impl Fn(&str) -> String) {
    let nothing = Map::new();
    let (old, new) = (from.as_object().unwrap_or(&nothing), to.as_object().unwrap_or(&nothing));
    let gone = old.keys().filter(|id| !new.contains_key(*id));
    for id in new.keys().chain(gone) {
        match (old.get(id), new.get(id)) {
            (Some(from), Some(to)) if from.is_object() && to.is_object() => {
                fields(&name(id), "", from, to, found);
            }
            (from, to) if from == to => {}
            (from, to) => found.push(Change {
                reference: name(id),
                field: key.to_owned(),
                from: from.cloned().unwrap_or_default(),
                to: to.cloned().unwrap_or_default(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_records_and_items_are_told_apart() {
        let before =
            json!({"title": "W", "items": {"a": {"title": "A", "state": "todo"}, "gone": {"title": "G"}}});
        let after = json!({"title": "W", "fields": {"spec": "x.md"}, "items": {"a": {"title": "A", "state": "done",
            "blockers": {"b1": {"text": "no disk"}}}}});
        let change = |reference: &str, field: &str, from: Value, to: Value| Change {
            reference: reference.to_owned(),
            field: field.to_owned(),
            from,
            to,
        };
        assert_eq!(
            changes("w", &before, &after),
            [
                change("w", "fields.spec", Value::Null, json!("x.md")),
                change("a", "state", json!("todo"), json!("done")),
                change("a.b1", "blockers", Value::Null, json!({"text": "no disk"})),
                change("gone", "items", json!({"title": "G"}), Value::Null),
            ]
        );
        assert!(changes("w", &after, &after).is_empty());
    }

    #[test]
    fn short_gate_parts_and_fields_of_any_name_are_seen() {
        let tree = |score: &str, notes: &str| json!({"gates": {"G": {"parts": {"score": score}}}, "fields": {"notes": notes, "items": [notes]}});
        let found = changes("w", &tree("all", "x"), &tree("a", "y"));
        let found: Vec<(&str, &str)> =
            found.iter().map(|change| (change.reference.as_str(), change.field.as_str())).collect();
        assert_eq!(found, [("G.score", "parts"), ("w", "fields.notes"), ("w", "fields.items")]);
    }
}
