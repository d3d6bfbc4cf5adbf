//! What a template is told: one workflow whole, or all of a process in short.

use serde_json::{Map, Value, json};

use crate::derive::board::Board;
use crate::derive::gates::{average, max_iterations, threshold};
use crate::derive::next::actions;
use crate::derive::queue::queue;
use crate::derive::recovery::recovery;
use crate::derive::stamps::{stamps, updated};
use crate::derive::world::{Spot, World};
use crate::model::document::Guide;
use crate::model::field::{FieldType, FieldValue};
use crate::model::location::{Found, Location};
use crate::model::profile::{Profile, make_name};
use crate::model::state::Shown;

use super::items::{item, label};
use super::numbers::{metrics, open_findings, risks};
use super::papers;
use super::sheets::source;

/// What a template about one workflow is told.
///
/// `workflow`: the root item. `items`: every item below it by id, parents before children; each names its `children` and
/// its `parent`. `queue`, `recovery`, `next`, `history`, `agents`, `risks`, `metrics`, `versions`: lists. `open_findings`: counts by severity. `profile`,
/// `kinds`: what the process says. Every key is always there; what has no value is null.
pub fn of_workflow(world: &World, index: usize) -> Value {
    let Some(board) = world.boards.get(index) else { return Value::Null };
    let at = |place| Spot { board: index, place };
    let mut items = Map::new();
    for (place, node) in board.nodes().skip(1) {
        items.insert(node.id.to_string(), item(world, at(place)));
    }
    let next: Vec<Value> = actions(world, index)
        .iter()
        .map(|action| {
            let command = action.command(world);
            json!({ "ref": action.reference(world), "command": command, "reason": action.reason })
        })
        .collect();
    json!({
        "workflow": root(world, index),
        "items": items,
        "queue": rows(world, index),
        "recovery": points(board),
        "next": next,
        "history": history(board),
        "agents": agents(board),
        "risks": risks(board),
        "metrics": metrics(board),
        "open_findings": open_findings(board),
        "versions": versions(board),
        "profile": process(board.profile),
        "kinds": kinds(board),
        "source": source(board),
    })
}

/// What a template about all workflows of a process is told: `workflows`, each as the root of one, and `profile`.
pub fn of_process(world: &World, boards: &[usize]) -> Value {
    let workflows: Vec<Value> = boards.iter().map(|&board| root(world, board)).collect();
    let first = boards.first().and_then(|&board| world.boards.get(board));
    json!({
        "workflows": workflows,
        "profile": first.map(|board| process(board.profile)),
        "kinds": first.map(kinds),
        "source": ".track/workflows/",
    })
}

fn root(world: &World, index: usize) -> Value {
    let mut value = item(world, Spot { board: index, place: 0 });
    let Some(board) = world.boards.get(index) else { return value };
    let Some(map) = value.as_object_mut() else { return value };
    let name = board.root().item.short.clone().unwrap_or_else(|| board.root().item.title.clone());
    map.insert("short".to_owned(), json!(name));
    map.insert("updated".to_owned(), json!(updated(board)));
    map.insert("average".to_owned(), json!(average(board, 0)));
    map.insert("threshold".to_owned(), json!(threshold(board, 0)));
    map.insert("max_iterations".to_owned(), json!(max_iterations(board, 0)));
    let protocol = board.root().item.protocol.clone().unwrap_or_default();
    map.insert("protocol".to_owned(), json!(*protocol));
    map.insert("documents".to_owned(), json!(papers::of_workflow(board)));
    value
}

fn rows(world: &World, index: usize) -> Vec<Value> {
    let Some(board) = world.boards.get(index) else { return Vec::new() };
    let row = |row: &crate::derive::queue::Row| {
        json!({
            "order": row.order, "group": row.group, "of": row.of, "number": make_name("{n}", row.of, ""),
            "mode": row.mode.word(), "members": row.members, "judges": row.judges, "state": row.status.word(),
            "label": label(board.profile, row.status).0,
        })
    };
    queue(world, index).iter().map(row).collect()
}

fn points(board: &Board) -> Vec<Value> {
    let point = |point: crate::derive::recovery::Recovery| {
        json!({
            "checkpoint": point.checkpoint, "trigger": point.trigger, "point": point.point,
            "reached": point.reached,
        })
    };
    recovery(board).into_iter().map(point).collect()
}

fn history(board: &Board) -> Vec<Value> {
    let all = stamps(board);
    let event = |stamp: &crate::derive::stamps::Stamp| {
        json!({
            "at": stamp.at, "ref": stamp.reference, "item": board.node(stamp.place).id,
            "event": stamp.event.word(), "by": stamp.by, "text": stamp.text,
        })
    };
    all.iter().map(event).collect()
}

fn agents(board: &Board) -> Vec<Value> {
    let roster = board.root().item.agents.iter();
    let one = |(id, agent): (&crate::model::id::Id, &crate::model::agent::Agent)| {
        let mut value = json!(agent);
        if let Some(map) = value.as_object_mut() {
            map.insert("id".to_owned(), json!(id));
        }
        value
    };
    roster.map(one).collect()
}

// What stands now at the locations that the workflow names; a value that is not there is a problem instead.
fn versions(board: &Board) -> Vec<Value> {
    let declared = board.profile.workflow.fields.iter();
    let locations = declared.filter(|(_, field)| field.kind == FieldType::Locations);
    let texts = locations.filter_map(|(id, _)| match board.root().item.fields.get(id)? {
        FieldValue::List(texts) => Some(texts.iter()),
        _ => None,
    });
    let found = texts.flatten().filter_map(|text| Location::parse(text).ok());
    found
        .map(|location| {
            let (value, problem) = match board.pages.located(&location) {
                Found::Values(values) => (Some(values.join(", ")), None),
                Found::NoFile | Found::NoValue => (None, Some("missing")),
                Found::Unreadable(_) => (None, Some("unreadable")),
            };
            let label = location.label().unwrap_or(location.path());
            json!({
                "file": location.file(), "path": location.path(), "label": label, "value": value,
                "problem": problem,
            })
        })
        .collect()
}

pub(super) fn process(profile: &Profile) -> Value {
    json!({
        "id": profile.profile, "title": profile.title, "summary": profile.summary,
        "paths": profile.paths, "branch": profile.branch, "prompts": prompts(profile),
        "words": Shown::ALL.map(|shown| (shown.word(), label(profile, shown).0)).into_iter()
            .collect::<std::collections::BTreeMap<_, _>>(),
    })
}

// Everything that has a code, of kinds and besides them, in the order of the codes.
fn prompts(profile: &Profile) -> Vec<&Guide> {
    let of_kinds = profile.kinds.values().filter_map(|kind| kind.guide.as_ref());
    let mut prompts: Vec<&Guide> =
        of_kinds.chain(&profile.guide.prompts).filter(|guide| guide.code.is_some()).collect();
    prompts.sort_by(|a, b| a.code.cmp(&b.code));
    prompts
}

// The kinds with what they are for and, where there is one of them, its item.
fn kinds(board: &Board) -> Vec<Value> {
    let one = |(id, kind): (&crate::model::id::Id, &crate::model::profile::Kind)| {
        let of = board.nodes().filter(|(_, node)| node.kind_id == Some(id));
        let items: Vec<&str> = of.map(|(_, node)| node.id.as_str()).collect();
        let mut value = kind_of(id.as_str(), kind);
        if let Some(map) = value.as_object_mut() {
            map.insert("items".to_owned(), json!(items));
        }
        value
    };
    board.profile.kinds.iter().map(one).collect()
}

pub(super) fn kind_of(id: &str, kind: &crate::model::profile::Kind) -> Value {
    let guide = kind.guide.clone().unwrap_or_default();
    json!({
        "id": id, "title": kind.title, "documents": kind.documents, "under": kind.under,
        "guarded": kind.guards.keys().map(|guarded| guarded.verb()).collect::<Vec<_>>(),
        "log": kind.log, "limits": kind.limits, "guide": guide,
        "derived": kind.state == crate::model::profile::StateSource::Derived,
        "conditional": kind.only.as_ref().map(|only| format!("{} is {}", only.field, only.is.join(" or "))),
    })
}
