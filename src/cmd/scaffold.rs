//! Documents that people are to write: begun with the headings that their process asks for, never over an existing one.

use crate::derive::board::Board;
use crate::derive::pages;
use crate::derive::world::Spot;
use crate::error::{Error, Result};
use crate::model::document::Document;
use crate::model::edit::{Edit, Root};
use crate::model::field::{Field, FieldType};
use crate::model::id::Id;
use crate::model::workflow::Workflow;

use super::draft::Draft;
use super::write::Deciding;

/// Puts an item that was begun into the draft, with the documents of its kind; their paths may name its new owner.
pub(super) fn begun(deciding: &Deciding, draft: &mut Draft, spot: Spot, workflow: &Workflow) -> Result<()> {
    draft.put(workflow.clone());
    begin_of_kind(deciding, draft, spot)
}

/// Begins those documents of an item's kind that are not there.
pub(super) fn begin_of_kind(deciding: &Deciding, draft: &mut Draft, spot: Spot) -> Result<()> {
    let kind = draft.world().board(spot).node(spot.place).kind;
    let names = kind.map(|kind| kind.documents.clone()).unwrap_or_default();
    begin(deciding, draft, spot, &names)
}

/// Begins those of the documents that are not there yet.
pub(super) fn begin(deciding: &Deciding, draft: &mut Draft, spot: Spot, names: &[Id]) -> Result<()> {
    let mut edits = Vec::new();
    {
        let world = draft.world();
        let board = world.board(spot);
        for name in names {
            let Some(document) = board.profile.documents.get(name) else {
                let message = format!("profile {} has no document `{name}`", board.profile.profile);
                return Err(Error::state(message));
            };
            let path = pages::path_of(board, spot.place, document).map_err(Error::refused)?;
            if board.pages.exists(&path) {
                continue;
            }
            let text = text(board, spot, document);
            board.pages.expect(path.clone(), deciding.session.store.foresee(&path, text.as_bytes()));
            let after = Some(text.into_bytes());
            edits.push(Edit { root: Root::WorkTree, path, before: None, after, executable: false });
        }
    }
    draft.files.extend(edits);
    Ok(())
}

fn text(board: &Board, spot: Spot, document: &Document) -> String {
    let node = board.node(spot.place);
    let mut text = String::new();
    if !document.front.is_empty() {
        text.push_str("---\n");
        for name in &document.front {
            text.push_str(&front(board, name));
        }
        text.push_str("---\n");
    }
    text.push_str("<!-- Written by people: git-track reads it and never writes over it. -->\n\n");
    // One document for all workflows is about none of them.
    let about = match &document.path {
        path if ["{id}", "{owner}"].iter().any(|part| path.contains(part)) => Some(&node.item.title),
        path => path.contains("{workflow}").then_some(&board.root().item.title),
    };
    let about = about.map(|about| format!(": {}", plain(about))).unwrap_or_default();
    let mut lines = vec![format!("# {}{about}\n", document.title)];
    let prose = document.sections.iter().filter(|title| !document.points.contains(title));
    lines.extend(prose.map(|title| format!("\n## {title}\n\n<what there is to say>\n")));
    lines.extend(document.points.iter().map(|title| format!("\n## {title}\n\n- <one>\n")));
    text.push_str(&lines.concat());
    text
}

fn front(board: &Board, name: &Id) -> String {
    let Some(field) = board.profile.workflow.fields.get(name) else { return format!("{name}:\n") };
    let stored = board.root().item.fields.get(name).map(ToString::to_string);
    match (field.kind, stored) {
        (FieldType::Map, _) => {
            let line = |key: &String| match field.values.get(key) {
                Some(values) => format!("  {key}: # {}\n", values.join(", ")),
                None => format!("  {key}:\n"),
            };
            format!("{name}:{}\n{}", wish(field), field.of.iter().map(line).collect::<Vec<_>>().concat())
        }
        (_, Some(value)) => format!("{name}: {value}\n"),
        (_, None) => format!("{name}:{}\n", wish(field)),
    }
}

fn wish(field: &Field) -> String {
    match field.kind {
        FieldType::Map => String::new(),
        _ if !field.of.is_empty() => format!(" # {}", field.of.join(", ")),
        kind => format!(" # {kind}"),
    }
}

// A title may hold anything; a heading is one line.
fn plain(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ").replace('<', "&lt;")
}
