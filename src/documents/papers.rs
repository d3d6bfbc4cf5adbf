//! The documents of a workflow and of its items as templates see them.

use serde_json::{Map, Value, json};

use crate::derive::board::{Board, Place};
use crate::derive::pages;
use crate::model::document::{Document, On};
use crate::model::id::Id;

use super::sheets::is_due;

/// Every document of the process, by name: where it is, whether it is there, the points that its sections list.
pub(super) fn of_workflow(board: &Board) -> Map<String, Value> {
    let documents = board.profile.documents.iter();
    documents.map(|(name, document)| (name.to_string(), one(board, 0, (name, document)))).collect()
}

/// The documents that an item is made of, by name.
pub(super) fn of_item(board: &Board, place: Place) -> Map<String, Value> {
    let names = board.node(place).kind.map(|kind| kind.documents.as_slice()).unwrap_or_default();
    let known = |name: &Id| {
        let document = board.profile.documents.get(name)?;
        Some((name.to_string(), one(board, place, (name, document))))
    };
    names.iter().filter_map(known).collect()
}

fn one(board: &Board, place: Place, (name, document): (&Id, &Document)) -> Value {
    let path = pages::path_of(board, place, document).ok();
    // What is rendered together with this is there as soon as this is.
    let comes = document.template.is_some() && document.on == On::Always && is_due(board, name);
    let exists = comes || path.as_ref().is_some_and(|path| board.pages.exists(path));
    let asked = document.sections.iter().chain(&document.points);
    let listed: Map<String, Value> =
        asked.map(|title| (title.clone(), json!(pages::listed(board, name, title)))).collect();
    json!({
        "title": document.title, "path": path, "exists": exists,
        "sections": document.sections, "points": document.points, "rendered": document.template.is_some(),
        "retention": document.retention, "listed": listed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derive::testing::{Scene, spot};

    #[test]
    fn an_item_names_its_own_documents_and_how_long_they_are_kept() {
        let text = "items: {s: {kind: stage, title: S, items: {c: {title: C, owner: I1}, d: {title: D}}}}";
        let scene = Scene::shipped("phase", text).over(&[("planning/agents/AGENT_I1_SCRATCHPAD.md", "x")]);
        let world = scene.world();
        let of = |item| of_item(&world.boards[0], spot(&world, item).place);
        let pad = &of("c")["agent_scratchpad"];
        assert_eq!(pad["path"], "planning/agents/AGENT_I1_SCRATCHPAD.md");
        assert_eq!((&pad["exists"], &pad["retention"]), (&json!(true), &json!("scratch")));
        assert_eq!(of("c")["agent_final"]["exists"], false);
        // Nobody's scratchpad is nowhere.
        assert_eq!(of("d")["agent_scratchpad"]["path"], Value::Null);
        assert!(of("s").is_empty());
    }
}
