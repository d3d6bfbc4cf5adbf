//! Gates as other files keep them: reviewers with their reports, and a pass condition in words.

use serde_json::{Map, Value, json};

use crate::derive::words::show;
use crate::model::id::{Id, slug};
use crate::model::item::Item;

use super::Report;
use super::records::find;

/// Takes the reviewers and the pass condition of a foreign gate out of its mapping and makes them its parts.
///
/// Whoever validates the item that is reviewed stands for its score; everybody else, and every other condition of the
/// words, is a part of its own.
pub(super) fn parts(root: &mut Item, gate: &str, map: &mut Map<String, Value>, report: &mut Report) -> Value {
    let reviewers = match map.remove("reviewers") {
        Some(Value::Array(list)) => list,
        Some(other) => {
            report.unknown(format!("gates.{gate}.reviewers"), other);
            Vec::new()
        }
        None => Vec::new(),
    };
    let words = map.remove("pass_when").map(|words| show(&words)).unwrap_or_default();
    let mut conditions: Vec<&str> = words
        .split(" AND ")
        .map(str::trim)
        .filter(|words| !words.is_empty() && !words.contains(">="))
        .collect();
    conditions.reverse();
    let mut parts = Map::new();
    for (index, reviewer) in reviewers.into_iter().enumerate() {
        let Value::Object(mut reviewer) = reviewer else {
            report.unknown(format!("gates.{gate}.reviewers.{index}"), reviewer);
            continue;
        };
        reviewer.get("agent").into_iter().for_each(|name| report.agent(name));
        let mut text = |key: &str| reviewer.remove(key).map(|value| show(&value));
        let (agent, item, artifact) = (text("agent"), text("item"), text("artifact"));
        let reviewed = item.as_deref().and_then(|item| Id::parse(item).ok());
        let reviewed = reviewed.and_then(|id| find(root, &id).map(|item| item.validator.clone()));
        let scores = reviewed.as_ref().is_some_and(|validator| validator.is_some() && *validator == agent);
        let part = match (&item, scores) {
            (Some(item), true) => json!({ "score": item, "report": artifact }),
            _ => {
                let title = conditions.pop().map(str::to_owned);
                json!({ "title": title, "review": agent, "of": item, "report": artifact })
            }
        };
        let name = part.get("title").and_then(Value::as_str).map(slug);
        let name = name.or_else(|| item.filter(|_| scores)).or(agent).unwrap_or_else(|| format!("p{index}"));
        put(&mut parts, &name, part);
        for (key, value) in reviewer {
            // What a reviewer has said so far is derived from the rounds of the item.
            report.ignore(format!("gates.{gate}.reviewers.{index}.{key}"), value, "derived from the scores");
        }
    }
    for condition in conditions.into_iter().rev() {
        put(&mut parts, &slug(condition), json!({ "title": condition, "human": "user" }));
    }
    Value::Object(parts)
}

fn put(parts: &mut Map<String, Value>, name: &str, mut part: Value) {
    if let Some(map) = part.as_object_mut() {
        map.retain(|_, value| !value.is_null());
    }
    let free = (2..).map(|number| format!("{name}-{number}"));
    let id = std::iter::once(name.to_owned()).chain(free).find(|id| !parts.contains_key(id));
    parts.insert(id.unwrap_or_default(), part);
}
