//! An item as templates see it.

use serde_json::{Map, Value, json};

use crate::derive::board::{Board, Thing};
use crate::derive::gates::{is_escalated, max_iterations, threshold};
use crate::derive::pages;
use crate::derive::progress::progress;
use crate::derive::world::{Spot, Unmet, World};
use crate::model::id::Id;
use crate::model::item::Item;
use crate::model::profile::{Profile, make_name};
use crate::model::state::Shown;
use crate::model::table::Table;

use super::gates::{checkpoints, gates};
use super::papers;

/// What stands elsewhere: items by their ids, and what a list of its own tells.
const ELSEWHERE: [&str; 10] =
    ["schema", "profile", "items", "gates", "checkpoints", "risks", "metrics", "agents", "grounding", "kind"];

/// Records that are kept by number: a list, each with its id.
const RECORDS: [&str; 8] =
    ["iterations", "findings", "blockers", "decisions", "deviations", "challenges", "notes", "artifacts"];

/// An item with what is derived about it. Every key is always there.
pub(super) fn item(world: &World, spot: Spot) -> Value {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let mut map = match json!(node.item) {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    map.retain(|key, _| !ELSEWHERE.contains(&key.as_str()));
    for key in RECORDS {
        if let Some(list) = map.get_mut(key) {
            *list = numbered(list);
        }
    }
    insert(&mut map, "files", &node.item.files);
    insert(&mut map, "checklist", &checklist(node.item));
    insert(&mut map, "fields", &fields(board, spot));
    place(&mut map, world, spot);
    standing(&mut map, world, spot);
    insert(&mut map, "gates", &gates(board, spot.place));
    insert(&mut map, "checkpoints", &checkpoints(world, spot));
    artifacts(&mut map, board, node.item);
    insert(&mut map, "documents", &papers::of_item(board, spot.place));
    Value::Object(map)
}

fn insert(map: &mut Map<String, Value>, key: &str, value: &impl serde::Serialize) {
    map.insert(key.to_owned(), json!(value));
}

/// A table of records as a list, each with its id.
pub(super) fn numbered(table: &Value) -> Value {
    let one = |(id, record): (&String, &Value)| {
        let mut record = record.as_object().cloned().unwrap_or_default();
        record.insert("id".to_owned(), json!(id));
        Value::Object(record)
    };
    table.as_object().into_iter().flatten().map(one).collect()
}

fn checklist(item: &Item) -> Value {
    let Some(list) = &item.checklist else { return Value::Null };
    json!({ "title": list.title, "lines": numbered(&json!(list.lines)) })
}

// Every declared field, of the root what its document says.
fn fields(board: &Board, spot: Spot) -> Map<String, Value> {
    let node = board.node(spot.place);
    let declared = node.kind.map(|kind| &kind.fields);
    let value = |id: &Id| match spot.place {
        0 => pages::field(board, id.as_str()),
        _ => node.item.fields.get(id).map(|value| json!(value)),
    };
    let names = declared.into_iter().flat_map(Table::iter);
    names
        .map(|(id, field)| {
            let mut value = value(id).unwrap_or_default();
            // Of a mapping, every key that it may have.
            if !field.of.is_empty() && field.kind == crate::model::field::FieldType::Map {
                let given = value.as_object().cloned().unwrap_or_default();
                let key = |key: &String| (key.clone(), given.get(key).cloned().unwrap_or_default());
                value = Value::Object(field.of.iter().map(key).collect());
            }
            (id.to_string(), value)
        })
        .collect()
}

fn place(map: &mut Map<String, Value>, world: &World, spot: Spot) {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let child = |&place: &usize| board.node(place).id;
    insert(map, "id", node.id);
    insert(map, "kind", &node.kind_id);
    insert(map, "kind_title", &node.kind.map(|kind| &kind.title));
    insert(map, "name", &board.name(spot.place));
    insert(map, "short", &board.short(spot.place));
    insert(map, "number", &make_name("{n}", node.id, ""));
    insert(map, "parent", &node.parent.filter(|&parent| parent != 0).map(|parent| board.node(parent).id));
    insert(map, "children", &node.children.iter().map(child).collect::<Vec<_>>());
    insert(map, "depth", &board.upwards(spot.place).count().saturating_sub(1));
    insert(map, "counted", &node.item.is_counted());
    insert(map, "agents", &owners(node.item));
    let needs = node.item.needs.iter().map(|need| needed(world, spot, need));
    insert(map, "after", &needs.collect::<Vec<_>>());
}

// What comes before it, by the name that people call it, and what it is.
fn needed(world: &World, spot: Spot, need: &str) -> Value {
    let (what, name) = match world.resolve_need(spot.board, need) {
        Some((board, Thing::Item(place))) => {
            ("item", world.boards.get(board).map(|board| board.short(place)))
        }
        Some((_, Thing::Gate(..))) => ("gate", None),
        Some((_, Thing::Checkpoint(..))) => ("checkpoint", None),
        _ => ("unknown", None),
    };
    json!({ "ref": need, "what": what, "name": name.unwrap_or_else(|| need.to_owned()) })
}

fn standing(map: &mut Map<String, Value>, world: &World, spot: Spot) {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let shown = world.shown(spot);
    let (_, icon) = label(board.profile, shown);
    insert(map, "state", &node.state.word());
    insert(map, "shown", &shown.word());
    insert(map, "label", &world.label(spot));
    insert(map, "icon", &icon);
    let last = node.item.iterations.last().map(|(_, round)| &round.score);
    insert(map, "score", &last);
    insert(map, "rounds", &node.item.iterations.len());
    insert(map, "threshold", &threshold(board, spot.place));
    insert(map, "max_iterations", &max_iterations(board, spot.place));
    insert(map, "escalated", &(!node.state.is_closed() && is_escalated(board, spot.place)));
    insert(map, "progress", &progress(board, spot.place));
    let waits: Vec<Value> = match shown {
        Shown::Waiting => world.unmet(spot).iter().map(|unmet| waited_for(world, spot, unmet)).collect(),
        _ => Vec::new(),
    };
    insert(map, "waits", &waits);
}

// What it waits for, by the name that people call it.
fn waited_for(world: &World, spot: Spot, unmet: &Unmet) -> Value {
    let item = match world.resolve_need(spot.board, &unmet.reference) {
        Some((board, Thing::Item(place))) => Some(Spot { board, place }),
        _ => None,
    };
    let name = item.map_or_else(|| unmet.reference.clone(), |spot| world.board(spot).short(spot.place));
    let shown = item.map(|spot| world.shown(spot).word());
    json!({ "ref": unmet.reference, "name": name, "shown": shown, "reason": unmet.reason })
}

fn artifacts(map: &mut Map<String, Value>, board: &Board, item: &Item) {
    let one = |(id, artifact): (&Id, &crate::model::record::Artifact)| {
        let exists = artifact.path.as_ref().map(|path| board.pages.exists(path));
        json!({
            "id": id, "line": artifact.line(), "path": artifact.path, "text": artifact.text,
            "what": artifact.path.as_ref().map(ToString::to_string).or_else(|| artifact.text.clone()),
            "action": artifact.action.map(crate::model::record::Action::word), "exists": exists,
            "required": artifact.required, "retention": artifact.retention,
        })
    };
    insert(map, "artifacts", &item.artifacts.iter().map(one).collect::<Vec<_>>());
}

/// The word that a process shows for a state, and the sign in front of it.
pub(super) fn label(profile: &Profile, shown: Shown) -> (String, Option<String>) {
    let known = profile.labels.get(&shown);
    (profile.phrase(shown).to_owned(), known.and_then(|label| label.icon.clone()))
}

/// Everybody who works on an item, the owner first.
pub(super) fn owners(item: &Item) -> Vec<String> {
    item.owner.iter().chain(&item.team).cloned().collect()
}
