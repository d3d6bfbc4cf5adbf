//! What a report about a span of time is told, besides what a document is.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::derive::board::{Node, Place};
use crate::derive::world::World;
use crate::model::record::NoteKind;
use crate::model::state::State;
use crate::model::time::{Date, Time};

use super::numbers::metric;

/// A span of days, both included, and how people call it.
#[derive(Clone, Debug)]
pub struct Window {
    /// How it is called: `Week 1`.
    pub label: Option<String>,
    /// The first day.
    pub since: Date,
    /// The last day.
    pub until: Date,
    /// Whether only the empty form is wanted.
    pub blank: bool,
}

/// When work came onto the base, by what git knows, and in which version.
#[derive(Clone, Debug)]
pub struct Landed {
    /// When the last of it did.
    pub at: Time,
    /// The version that it is in.
    pub version: Option<String>,
}

/// What a report is told about its window: `window`, and of what happened in it `finished` (ids of items), `events`,
/// `wins`, `goals`, `asks`, `metrics_then` and `unreviewed` risks; `took`, how long it was from the beginning of what is
/// finished to its end; `overdue`, what is open at the end of the window and was due before; `landed`, what came onto
/// the base in the window and is not declared as done.
///
/// What is done was finished when it landed, where git knows that, else when somebody said so.
pub fn of_window(world: &World, index: usize, window: &Window, landed: &BTreeMap<Place, Landed>) -> Value {
    let Some(board) = world.boards.get(index) else { return Value::Null };
    let inside = |date: Date| date >= window.since && date <= window.until;
    let nodes = || board.nodes().skip(1).map(|(_, node)| node);
    let end = |place: Place, node: &Node| landed.get(&place).map(|landed| landed.at).or(node.item.finished);
    let ended: Vec<(&Node, Time)> = board
        .nodes()
        .skip(1)
        .filter(|(_, node)| node.state == State::Done)
        .filter_map(|(place, node)| Some((node, end(place, node)?)))
        .filter(|(_, at)| inside(at.date()))
        .collect();
    let finished: Vec<&str> = ended.iter().map(|(node, _)| node.id.as_str()).collect();
    let took: Map<String, Value> = ended
        .iter()
        .map(|(node, end)| {
            // Work can land before anybody says that it begins.
            let span = node.item.started.filter(|start| start <= end).map(|start| start.until(*end));
            (node.id.to_string(), json!(span))
        })
        .collect();
    let undeclared: Vec<Value> = board
        .nodes()
        .filter(|(_, node)| !node.state.is_closed())
        .filter_map(|(place, node)| Some((node, landed.get(&place)?)))
        .filter(|(_, landed)| inside(landed.at.date()))
        .map(|(node, landed)| json!({ "id": node.id, "at": landed.at, "version": landed.version }))
        .collect();
    let late = |node: &&Node| !node.state.is_closed() && node.item.due.is_some_and(|due| due < window.until);
    let overdue: Vec<&str> = nodes().filter(late).map(|node| node.id.as_str()).collect();
    let said = |kind: NoteKind| -> Vec<Value> {
        let notes = board.nodes().flat_map(|(_, node)| node.item.notes.values());
        let notes =
            notes.filter(|note| note.kind == Some(kind) && note.at.is_none_or(|at| inside(at.date())));
        notes.map(|note| json!({ "text": note.text, "by": note.by, "at": note.at })).collect()
    };
    let events: Vec<Value> = crate::derive::stamps::stamps(board)
        .iter()
        .filter(|stamp| inside(stamp.at.date()))
        .map(|stamp| {
            json!({
                "at": stamp.at, "ref": stamp.reference, "item": board.node(stamp.place).id,
                "event": stamp.event.word(), "by": stamp.by, "text": stamp.text,
            })
        })
        .collect();
    let metrics = board.nodes().flat_map(|(_, node)| node.item.metrics.iter());
    let metrics: Vec<Value> =
        metrics.map(|(id, found)| metric(id, found, Some(window.since), Some(window.until))).collect();
    let risks = board.nodes().flat_map(|(_, node)| node.item.risks.iter());
    let unreviewed = risks.filter(|(_, risk)| {
        risk.closed.is_none() && risk.reviewed.is_none_or(|reviewed| reviewed < window.since)
    });
    json!({
        "window": { "label": window.label, "since": window.since, "until": window.until, "blank": window.blank },
        "finished": finished, "took": took, "overdue": overdue, "events": events, "metrics_then": metrics,
        "wins": said(NoteKind::Win), "goals": said(NoteKind::Goal), "asks": said(NoteKind::Ask),
        "landed": undeclared,
        "unreviewed": unreviewed.map(|(_, risk)| &risk.title).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::Scene;

    #[test]
    fn a_window_tells_what_lies_inside_of_it() {
        let scene = Scene::team(
            "items: {a: {title: A, state: done, started: '2026-02-05T09:00:00Z', finished: '2026-02-09T09:00:00Z'}, \
             b: {title: B, state: done, finished: '2026-02-05T23:59:59Z'}, c: {title: C, due: '2026-02-11'}, \
             d: {title: D, due: '2026-02-12'}, e: {title: E, state: done, due: '2026-02-01'}}\n\
             notes: {n1: {text: In, kind: win, at: '2026-02-06T00:00:00Z'}, n2: {text: Out, kind: win, at: \
             '2026-02-13T00:00:00Z'}, n3: {text: Plain, at: '2026-02-07T00:00:00Z'}}\n\
             risks: {R1: {title: Never}, R2: {title: Old, reviewed: '2026-02-05'}, R3: {title: New, reviewed: \
             '2026-02-06'}, R4: {title: Shut, closed: '2026-02-01T00:00:00Z'}}",
        );
        let day = |text| Date::parse(text).unwrap();
        let window = Window { label: None, since: day("2026-02-06"), until: day("2026-02-12"), blank: false };
        let told = of_window(&scene.world(), 0, &window, &BTreeMap::new());
        assert_eq!(told["finished"], json!(["a"]));
        assert_eq!(told["took"], json!({ "a": "4 days" }));
        assert_eq!(told["overdue"], json!(["c"]));
        assert_eq!(told["unreviewed"], json!(["Never", "Old"]));
        assert_eq!(
            (&told["wins"][0]["text"], told["wins"].as_array().map(Vec::len)),
            (&json!("In"), Some(1))
        );
        assert_eq!((&told["goals"], &told["asks"]), (&json!([]), &json!([])));
        // Git knows better when: `b` landed later than somebody said, `c` without that anybody said so.
        let time = |text: &str| Landed { at: Time::parse(text).unwrap(), version: None };
        let landed = BTreeMap::from([
            (2, time("2026-02-10T00:00:00Z")),
            (3, time("2026-02-11T00:00:00Z")),
            (1, time("2026-02-20T00:00:00Z")),
        ]);
        let told = of_window(&scene.world(), 0, &window, &landed);
        assert_eq!(told["finished"], json!(["b"]));
        assert_eq!(
            (&told["landed"][0]["id"], told["landed"].as_array().map(Vec::len)),
            (&json!("c"), Some(1))
        );
    }
}
