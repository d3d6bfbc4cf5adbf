//! Items as data and as lines: shared by the commands that show them.

use serde_json::{Value, json};

use crate::derive::board::Place;
use crate::derive::changes::Change;
use crate::derive::progress::{Progress, Source, progress};
use crate::derive::world::{Spot, World};
use crate::error::Error;
use crate::model::state::Shown;
use crate::store::Broken;
use crate::ui::{Style, cut, width};

/// An item for `--json`.
pub(super) fn item(world: &World, spot: Spot) -> Value {
    let board = world.board(spot);
    let node = board.node(spot.place);
    let waiting: Vec<String> = match world.shown(spot) {
        Shown::Waiting => world.unmet(spot).into_iter().map(|unmet| unmet.reference).collect(),
        Shown::Blocked => node.item.open_blockers().map(|(id, _)| format!("{}.{id}", node.id)).collect(),
        _ => Vec::new(),
    };
    json!({
        "ref": format!("{}:{}", board.workflow.id, node.id),
        "id": node.id,
        "workflow": board.workflow.id,
        "kind": node.kind_id.map_or("workflow", |kind| kind.as_str()),
        "title": node.item.title,
        "state": node.state,
        "shown": world.shown(spot),
        "label": world.label(spot),
        "waiting_on": waiting,
        "owner": node.item.owner,
        "priority": node.item.priority,
        "target": node.item.target,
        "progress": progress(board, spot.place),
    })
}

/// The reference of something of a workflow with the workflow in front, unless it is the workflow itself.
pub(super) fn full(workflow: &str, reference: &str) -> String {
    if reference == workflow { reference.to_owned() } else { format!("{workflow}:{reference}") }
}

/// A change for `--json`, with the full reference.
pub(super) fn change(workflow: &str, change: &Change) -> Value {
    json!({ "ref": full(workflow, &change.reference), "field": change.field, "from": change.from, "to": change.to })
}

/// How bad or good it is.
pub(super) fn style(shown: Shown) -> Style {
    match shown {
        Shown::Failed | Shown::Escalated => Style::Bad,
        Shown::Blocked => Style::Warn,
        Shown::Active | Shown::Review => Style::Strong,
        Shown::Done => Style::Good,
        Shown::Waiting | Shown::Dropped => Style::Dim,
        Shown::Ready => Style::Plain,
    }
}

/// How far an item is, in words: `50% declared`, `33% counted (1/3)`, or nothing.
pub(super) fn percent(world: &World, spot: Spot) -> String {
    let Some(progress) = progress(world.board(spot), spot.place) else { return String::new() };
    words(&progress)
}

/// How far an item is, in as few words as fit into a table: `50% declared`, `33%`, or nothing.
pub(super) fn percent_short(world: &World, spot: Spot) -> String {
    match progress(world.board(spot), spot.place) {
        None | Some(Progress { source: Source::State, .. }) => String::new(),
        Some(Progress { percent, source: Source::Declared, .. }) => format!("{percent}% declared"),
        Some(Progress { percent, .. }) => format!("{percent}%"),
    }
}

fn words(progress: &Progress) -> String {
    let Progress { done, total, percent, source, declared } = progress;
    let counted = match source {
        Source::Counted => format!("{percent}% counted ({done}/{total})"),
        Source::Checklist => format!("{percent}% ticked ({done}/{total})"),
        Source::Declared => format!("{percent}% declared"),
        Source::State => String::new(),
    };
    match declared {
        Some(declared) => format!("{counted}, {declared}% declared"),
        None => counted,
    }
}

/// What an item waits for, by short names: `Batch 1, Batch 2`.
pub(super) fn waits_for(world: &World, spot: Spot) -> String {
    let names: Vec<String> = world
        .unmet(spot)
        .into_iter()
        .map(|unmet| match world.resolve_need(spot.board, &unmet.reference) {
            Some((board, crate::derive::board::Thing::Item(place))) if (Spot { board, place }) == spot => {
                "the decision whether it is needed".to_owned()
            }
            Some((board, crate::derive::board::Thing::Item(place))) => short(world, board, place),
            _ => unmet.reference,
        })
        .collect();
    names.join(", ")
}

fn short(world: &World, board: usize, place: Place) -> String {
    world.board(Spot { board, place }).short(place)
}

/// A place and what is wrong there in about so many columns: a place is there to be opened, and is never cut.
pub(super) fn at_place(place: &str, complaint: &str, columns: usize) -> String {
    const LEAST: usize = 24;
    let room = columns.saturating_sub(width(place) + 2).max(LEAST);
    format!("{place}: {}", cut(complaint, room))
}

/// That a workflow cannot be read, with everything that is known of it.
pub(super) fn unread(workflow: &str, broken: &Broken, complaint: &str) -> Error {
    let error = Error::state(format!("{workflow} cannot be read: {complaint}"));
    let error = broken.error.notes().iter().fold(error, |error, note| error.note(note.clone()));
    let error = broken.error.hints().iter().fold(error, |error, hint| error.hint(hint.clone()));
    match broken.error.place() {
        Some(at) => error.at(at.clone()),
        None => error,
    }
}

/// A broken file for `--json`.
pub(super) fn broken(broken: &Broken) -> Value {
    let at = broken.error.place();
    json!({
        "file": at.map_or(broken.path.as_str(), |at| at.file.as_str()),
        "line": at.map_or(1, |at| at.line),
        "column": at.map_or(1, |at| at.column),
        "message": broken.error.message(),
        "details": broken.error.notes(),
        "hints": broken.error.hints(),
    })
}
