//! Documents that people are to write: begun with the headings that their process asks for, never over an existing one.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::derive::board::Board;
use crate::derive::pages;
use crate::derive::world::{Spot, World};
use crate::documents::sheets::sheet;
use crate::documents::values::of_workflow;
use crate::error::{Error, Result};
use crate::model::edit::{Edit, Root};
use crate::model::field::{Field, FieldType, FieldValue};
use crate::model::id::Id;
use crate::model::path::RepoPath;
use crate::model::workflow::Workflow;

use super::commands::Command;
use super::documents::Renderer;
use super::draft::Draft;
use super::write::Deciding;

/// The template that documents are begun from, unless their process has one of its own.
const SHARED: &str = "scaffold.md";

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
///
/// What is rendered is written with the state, as everywhere; what is decided now sees that it is going to be there.
pub(super) fn begin(deciding: &Deciding, draft: &mut Draft, spot: Spot, names: &[Id]) -> Result<()> {
    let here = deciding.session;
    let renderer = Renderer { context: deciding.context, store: &here.store, at: &here.snapshot.at };
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
            if document.template.is_some() {
                rendered(&renderer, &world, (spot, name), here.is_on_base());
                continue;
            }
            let text = text(&renderer, &world, spot, (name, &path))?;
            board.pages.expect(path.clone(), here.store.foresee(&path, text.as_bytes()));
            let after = Some(text.into_bytes());
            edits.push(Edit { root: Root::WorkTree, path, before: None, after, executable: false });
        }
    }
    draft.files.extend(edits);
    Ok(())
}

// A template that cannot be rendered stops no work, and is told of where the documents are written.
fn rendered(renderer: &Renderer, world: &World, (spot, name): (Spot, &Id), on_base: bool) {
    let Ok(Some(sheet)) = sheet(world, spot.board, name) else { return };
    if !sheet.is_kept(on_base) {
        return;
    }
    if let Ok(text) = renderer.printed(world, &sheet) {
        let page = renderer.store.foresee(&sheet.path, text.as_bytes());
        world.board(spot).pages.expect(sheet.path, page);
    }
}

// Besides what every template about a workflow is told: `document`, `item`, `about` (the title that it is about, null
// when it is about all workflows), `front` (the lines of its front matter) and the `commands` of this program.
fn text(renderer: &Renderer, world: &World, spot: Spot, (name, path): (&Id, &RepoPath)) -> Result<String> {
    let board = world.board(spot);
    let Some(document) = board.profile.documents.get(name) else { return Ok(String::new()) };
    let node = board.node(spot.place);
    let about = match &document.path {
        path if ["{id}", "{owner}"].iter().any(|part| path.contains(part)) => Some(&node.item.title),
        path => path.contains("{workflow}").then_some(&board.root().item.title),
    };
    let front: Vec<String> = document.front.iter().flat_map(|name| front(board, name)).collect();
    let up = "../".repeat(path.components().count().saturating_sub(1));
    let mut value = of_workflow(world, spot.board);
    if let (Some(map), Value::Object(more)) = (
        value.as_object_mut(),
        json!({
            "document": {
                "name": name, "title": document.title, "path": path, "up": up,
                "sections": document.sections, "points": document.points,
            },
            "item": node.id, "about": about, "front": front, "commands": commands(),
        }),
    ) {
        map.extend(more);
    }
    let template = document.scaffold.as_deref().unwrap_or(SHARED);
    let text = renderer.text(&board.profile.profile, template, &value);
    text.map_err(|error| error.context(format!("{path} cannot be begun")))
}

// What this program can be told, as its help lists it.
fn commands() -> Vec<Value> {
    let tree = Command::augment_subcommands(clap::Command::new("git-track"));
    let shown = tree.get_subcommands().filter(|command| !command.is_hide_set());
    let one = |command: &clap::Command| {
        let about = command.get_about().map(ToString::to_string);
        json!({ "name": command.get_name(), "about": about })
    };
    shown.map(one).collect()
}

fn front(board: &Board, name: &Id) -> Vec<String> {
    let Some(field) = board.profile.workflow.fields.get(name) else { return vec![format!("{name}:")] };
    match (field.kind, board.root().item.fields.get(name)) {
        (FieldType::Map, _) => {
            let line = |key: &String| match field.values.get(key) {
                Some(values) => format!("  {key}: # {}", values.join(", ")),
                None => format!("  {key}:"),
            };
            [format!("{name}:{}", wish(field))].into_iter().chain(field.of.iter().map(line)).collect()
        }
        (_, Some(value)) => vec![format!("{name}: {}", scalar(value))],
        (_, None) => vec![format!("{name}:{}", wish(field))],
    }
}

// A text that YAML could read as something else is quoted, as JSON does.
fn scalar(value: &FieldValue) -> String {
    let plain = |text: &str| {
        let word = |c: char| c.is_alphanumeric() || "_- ".contains(c);
        text.starts_with(char::is_alphabetic) && text.chars().all(word) && text.trim() == text
    };
    match value {
        FieldValue::Text(text) if !plain(text) => json!(text).to_string(),
        other => other.to_string(),
    }
}

fn wish(field: &Field) -> String {
    match field.kind {
        FieldType::Map => String::new(),
        _ if !field.of.is_empty() => format!(" # {}", field.of.join(", ")),
        kind => format!(" # {kind}"),
    }
}
